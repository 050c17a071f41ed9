// One output pixel, all its arithmetic: window × kernel = products, their sum, plus bias, then the activation.
import { short, signedColour, signedInk } from "../shared/colour.js";
import { h, segmented } from "../shared/controls.js";

const NAMES = ["R", "G", "B"];

function matrix(caption) {
  const body = h("tbody", {});
  const name = h("caption", {}, caption);
  const element = h("table", { class: "matrix" }, name, body);
  let cells = [], shape = "";
  return {
    element,
    name(text) { if (name.textContent !== text) name.textContent = text; },
    shape(rows, columns) {
      if (shape === `${rows} ${columns}`) return;
      shape = `${rows} ${columns}`;
      cells = Array.from({ length: rows * columns }, () => h("td", {}));
      body.replaceChildren(...Array.from({ length: rows }, (_, i) => h("tr", {}, cells.slice(i * columns, (i + 1) * columns))));
      element.style.setProperty("--columns", columns);
    },
    fill(values, paint) {
      values.forEach((value, i) => {
        const cell = cells[i];
        const text = short(value);
        if (cell.textContent !== text) cell.textContent = text;
        paint(cell, value, i);
      });
    },
  };
}

/** The panel. set(detail, values, row, column, dark) shows one pixel; `detail` comes from engine.pixel. */
export function pixelPanel() {
  const [window_, kernel, products] = [matrix("input window"), matrix("kernel"), matrix("products")];
  const head = h("h3", {}, "One output pixel");
  const sums = h("p", { class: "sums formula", role: "status" });
  let slice = 0, last = null;
  const chooser = segmented({ label: "Channel shown", hideLabel: true, options: NAMES.map((name, i) => ({ value: String(i), label: name })), value: "0", onChange: (v) => { slice = Number(v); if (last) set(...last); } });
  const element = h("section", { class: "panel pixel-panel", "aria-label": "One output pixel" }, h("div", { class: "row middle" }, head, sums, chooser.element),
    h("div", { class: "equation", tabindex: "0", role: "group", "aria-label": "Input window times kernel equals products" }, window_.element, h("span", { class: "sign", "aria-label": "times" }, "×"), kernel.element, h("span", { class: "sign", "aria-label": "equals" }, "="), products.element));

  function set(detail, values, row, column, dark) {
    last = [detail, values, row, column, dark];
    chooser.element.hidden = detail.parts.length === 1;
    kernel.name(values.flip ? "kernel, turned" : "kernel");
    const part = detail.parts[Math.min(slice, detail.parts.length - 1)];
    const { rows, columns } = values.k;
    [window_, kernel, products].forEach((m) => m.shape(rows, columns));
    const most = (array) => array.reduce((high, v) => Math.max(high, Math.abs(v)), 1e-12);
    window_.fill(part.window, (cell, value, i) => {
      const level = Math.max(0, Math.min(255, Math.round(value)));
      cell.style.background = `rgb(${level} ${level} ${level})`;
      cell.style.color = level > 130 ? "#000000" : "#ffffff";
      cell.classList.toggle("padding", part.outside[i] === 1);
    });
    const signed = (array) => { const top = most(array) * 1.6; return (cell, value) => { cell.style.background = signedColour(value, top, dark); cell.style.color = signedInk(value, top, dark); }; };
    kernel.fill(part.weights, signed(part.weights));
    products.fill(part.products, signed(part.products));
    head.textContent = `Output at row ${row}, column ${column}`;
    sums.replaceChildren(...equation(detail, values, part));
  }
  return { element, set, refuse() { head.textContent = "No output with these settings"; } };
}

/** The sum in words and numbers; one line a channel that is computed alone. */
function equation(detail, values, part) {
  const bias = ` ${values.b < 0 ? "−" : "+"} ${short(Math.abs(values.b))} (bias)`;
  const after = (value, out) => (values.act === "none" ? [" = ", h("strong", {}, short(out, 5))] : [` = ${short(value, 5)}, after ${values.act === "relu" ? "ReLU" : "|·|"}: `, h("strong", {}, short(out, 5))]);
  if (values.mode === "full")
    return [`Σ R ${short(detail.parts[0].sum, 5)} + Σ G ${short(detail.parts[1].sum, 5)} + Σ B ${short(detail.parts[2].sum, 5)}${bias}`, ...after(detail.before[0], detail.outputs[0])];
  const c = Math.max(0, detail.parts.indexOf(part));
  return [`Σ products ${short(part.sum, 5)}${bias}`, ...after(detail.before[c], detail.outputs[c])];
}
