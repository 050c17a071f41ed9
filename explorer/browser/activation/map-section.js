// What a function does to a feature map: photograph, kernel, map, activated map, with the numbers.
import { mapping, short } from "../shared/colour.js";
import { h, table } from "../shared/controls.js";
import { chosen } from "./curves.js";
import { percent, stage } from "./stage.js";
import { transferPlot } from "./transfer.js";

export const signed = (low, high) => ({ ...mapping(low, high, { forceSigned: true, root: true }), text: "" });

/** What the colours of `signed` mean, said once for all pictures of a section. */
export const scaleNote = () => h("p", { class: "note scale-note" }, "Blue below zero, orange above, the page's own colour at zero; colour grows with the square root. The scale stands below each picture.");

const GREY = { kind: "grey", low: 0, high: 255, text: "" };

/** A plane of 0..1 as grey levels. */
export const asGrey = (plane) => ({ ...plane, data: plane.data.map((v) => Math.min(1, v) * 255) });

/** Paint the picture before the kernel. */
export function paintInput(view, model) {
  const { input } = model;
  view.paint(asGrey(input), GREY, `Picture · ${input.height} × ${input.width}, 0 to 1`);
}

export function mapSection({ state, model, data }) {
  const point = (row, col) => { if (row !== state.values.row || col !== state.values.col) state.set({ row, col }); };
  const input = stage({ label: "Picture", legend: false });
  const before = stage({ label: "Feature map", onPoint: point });
  const after = { a: stage({ label: "A", onPoint: point }), b: stage({ label: "B", onPoint: point }) };
  const carried = { a: transferPlot("a"), b: transferPlot("b") };
  const readout = h("p", { class: "formula readout", "aria-live": "off" }), facts = h("div", { class: "facts" });
  const pictures = h("div", { class: "pictures" }, input.element, before.element, after.a.element, after.b.element);
  const lower = h("div", { class: "lower" }, facts, carried.a.element, carried.b.element);
  const element = h("div", {}, pictures, readout, lower, h("p", { class: "note" }, "Diagrams: the map's values below, through the curve, to the results at the right; bars grow with the square root of the count."), scaleNote());
  let numbers = {};

  const pixel = () => {
    const { height, width, data: values } = model.map;
    const row = Math.min(state.values.row, height - 1), column = Math.min(state.values.col, width - 1);
    return { row, column, before: values[row * width + column] };
  };
  const mark = (items) => {
    const at = pixel(), { rows, columns } = model.kernel;
    input.mark(at.row, at.column, rows, columns);
    before.mark(at.row, at.column);
    items.forEach(({ slot }) => after[slot].mark(at.row, at.column));
    const told = items.map(({ f }) => `${f.title} ${short(f.value(at.before))}, slope ${short(f.slope(at.before))}`);
    readout.textContent = `Row ${at.row}, column ${at.column}: the kernel gives ${short(at.before)} → ${told.join(" · ")}`;
    items.forEach(({ slot, f }) => carried[slot].show(f, model.map.data, model.activated(f).data, data.saturated_slope, at.before));
    return { ...at, after: items.map(({ f }) => f.value(at.before)), slopes: items.map(({ f }) => f.slope(at.before)) };
  };
  const paint = (items) => {
    const { map } = model, start = model.before;
    paintInput(input, model);
    before.paint(map, signed(start.low, start.high), `Feature map · ${map.height} × ${map.width} · ${short(start.low)} to ${short(start.high)}`);
    items.forEach(({ slot, letter, f }) => {
      const s = model.statistics(f);
      after[slot].paint(model.activated(f), signed(s.low, s.high), `${letter}: ${f.title} · ${percent(s.zeros)} zeros`);
    });
  };
  return {
    element,
    show(changed) {
      const items = chosen(model);
      after.b.element.hidden = carried.b.element.hidden = items.length < 2;
      pictures.classList.toggle("three", items.length < 2);
      const moved = [...changed].every((name) => name === "row" || name === "col");
      if (!moved) { paint(items); facts.replaceChildren(statistics(items, model, data)); }
      const at = mark(items);
      numbers = { size: [model.map.height, model.map.width], before: model.before, functions: items.map(({ f }) => ({ name: f.name, ...model.statistics(f) })), pixel: at };
    },
    numbers: () => numbers,
    pictures: () => [input, before, ...chosen(model).map(({ slot }) => after[slot])].map(({ canvas, caption }) => ({ canvas, caption: caption.textContent })),
    dispose() { carried.a.dispose(); carried.b.dispose(); },
  };
}

function statistics(items, model, data) {
  const all = items.map(({ f }) => model.statistics(f));
  const row = (name, before, cell) => [name, before, ...all.map(cell)];
  return table("The feature map before and after", [
    ["", "before", ...items.map(({ letter, f }) => `${letter}: ${f.title}`)],
    row("exact zeros", percent(model.before.zeros), (s) => percent(s.zeros)),
    row(`saturated (slope < ${data.saturated_slope})`, "–", (s) => percent(s.saturated)),
    row("mean", short(model.before.mean), (s) => short(s.mean)),
    row("lowest", short(model.before.low), (s) => short(s.low)),
    row("highest", short(model.before.high), (s) => short(s.high)),
  ]);
}
