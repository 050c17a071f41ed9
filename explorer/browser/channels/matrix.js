// A small table of numbers on colours: a window of the picture, or products.
import { short, signedColour, signedInk } from "../shared/colour.js";
import { h } from "../shared/controls.js";

export function matrix(caption, { rows = 3, columns = 3, digits = 3 } = {}) {
  const cells = Array.from({ length: rows * columns }, () => h("td", {}));
  const body = h("tbody", {}, Array.from({ length: rows }, (_, i) => h("tr", {}, cells.slice(i * columns, (i + 1) * columns))));
  const element = h("table", { class: "matrix" }, h("caption", {}, caption), body);
  const write = (values, paint) => values.forEach((value, i) => {
    const text = short(value, digits);
    if (cells[i].textContent !== text) cells[i].textContent = text;
    const { background, ink } = paint(value);
    cells[i].style.background = background;
    cells[i].style.color = ink;
  });
  return {
    element,
    /** Grey levels 0..255. */
    levels(values) {
      write(values, (value) => { const level = Math.max(0, Math.min(255, Math.round(value))); return { background: `rgb(${level} ${level} ${level})`, ink: level > 118 ? "#000000" : "#ffffff" }; });
    },
    /** Signed numbers; `most` is the magnitude of the fullest colour. */
    signed(values, most, dark) {
      write(values, (value) => ({ background: signedColour(value, most * 1.6, dark), ink: signedInk(value, most * 1.6, dark) }));
    },
  };
}
