// Weights that are shown, not edited: a table in signed colours, walked by pointer or arrow keys.
import { isDark, short, signedColour, signedInk } from "../shared/colour.js";
import { h } from "../shared/controls.js";

const WORDLESS = 9;
const WIDE = 5;

/** "1/16" where the value is such a fraction, else a short decimal. */
export function fraction(value) {
  if (Math.abs(value - Math.round(value)) < 1e-9) return String(Math.round(value)).replace("-", "−");
  for (const q of [2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 25, 32, 64]) {
    const p = value * q;
    if (Math.abs(p - Math.round(p)) < 1e-9 && Math.abs(p) < 100) return `${Math.round(p)}/${q}`.replace("-", "−");
  }
  return short(value, 2);
}

/** `wordless`: from how many columns on the numbers are for screen readers alone. onCell(row, column) makes the table one that is walked over. */
export function weightTable({ label, root, format = fraction, wordless = WORDLESS, onCell }) {
  const caption = h("caption", { class: "unseen" }, label);
  const body = h("tbody", {});
  const element = h("table", { class: "weights", tabindex: onCell ? "0" : undefined }, caption, body);
  let shape = [0, 0], cells = [], at = [0, 0];
  const go = (row, column) => {
    at = [Math.max(0, Math.min(shape[0] - 1, row)), Math.max(0, Math.min(shape[1] - 1, column))];
    cells.forEach((cell, i) => cell.classList.toggle("at", i === at[0] * shape[1] + at[1]));
    onCell(...at);
  };
  const build = (rows, columns) => {
    shape = [rows, columns];
    at = [Math.floor(rows / 2), Math.floor(columns / 2)];
    cells = Array.from({ length: rows * columns }, () => h("td", {}, h("span", { class: columns > wordless ? "unseen" : "" })));
    if (onCell) cells.forEach((cell, i) => cell.addEventListener("pointerenter", () => go(Math.floor(i / columns), i % columns)));
    body.replaceChildren(...Array.from({ length: rows }, (_, i) => h("tr", {}, cells.slice(i * columns, (i + 1) * columns))));
    element.style.setProperty("--columns", columns);
    element.classList.toggle("wide", columns > WIDE);
  };
  if (onCell) element.addEventListener("keydown", (event) => {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    go(at[0] + move[0], at[1] + move[1]);
  });
  return {
    element,
    set(rows, columns, values, most = Math.max(...Array.from(values, Math.abs), 1e-12)) {
      if (rows !== shape[0] || columns !== shape[1]) build(rows, columns);
      const dark = isDark(root);
      cells.forEach((cell, i) => {
        cell.firstChild.textContent = format(values[i]);
        cell.style.background = signedColour(values[i], most * 1.6, dark);
        cell.style.color = signedInk(values[i], most * 1.6, dark);
      });
      if (onCell) go(...at);
    },
  };
}
