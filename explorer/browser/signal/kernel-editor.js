// One kernel to edit: preset, cells, size, divisor, sigma, and what it does to a flat wall.
import { short } from "../shared/colour.js";
import { slide } from "../shared/crosscorrelation.js";
import { button, h, line, numberField, select, slider } from "../shared/controls.js";
import { kernelGrid } from "../shared/kernel-grid.js";
import { gaussian, resized, same, total, weights, withCell } from "../kernels/kernel-state.js";
import { wall } from "./patterns.js";
import { flatAnswer } from "./spectrum.js";

const ODD = ["1", "3", "5", "7"].map((value) => ({ value, label: value }));
const WALL = 100;

/** The state's kernel as this page uses it: one slice, weights = cells / divisor. */
export function single(kernel) {
  return { rows: kernel.rows, columns: kernel.columns, divisor: kernel.divisor, cells: kernel.slices[0], weights: weights(kernel, 0) };
}

/** 0 in place of what rounding leaves of a sum over the weights w. */
export const clean = (value, w) => (Math.abs(value) <= 1e-11 * total(w.map(Math.abs)) ? 0 : value);

/** The sum, and the level that a wall of level WALL really comes out with. */
export function flatness(kernel) {
  const { rows, columns, weights: w } = single(kernel);
  const sum = clean(total(w), w);
  const out = slide(wall(WALL), w, rows, columns);
  const size = total(w.map(Math.abs));
  return { sum, before: WALL, after: clean(out.data[Math.floor(out.data.length / 2)], w), ...flatAnswer(sum, size) };
}

function flatLine() {
  const [before, after] = [0, 0].map(() => h("span", { class: "swatch" }));
  const number = h("strong", { class: "big" });
  const text = h("span", {});
  const element = h("div", { class: "flat" }, h("p", { class: "flat-sum" }, "Sum of the weights ", number), h("p", { class: "flat-wall" }, before, h("span", { "aria-hidden": "true" }, "→"), after, text));
  const paint = (swatch, level) => {
    const shown = Math.round(Math.max(0, Math.min(255, level)));
    swatch.style.background = `rgb(${shown} ${shown} ${shown})`;
    swatch.style.color = shown > 120 ? "#000000" : "#ffffff";
    swatch.textContent = short(level, 3);
  };
  return {
    element,
    set(flat) {
      number.textContent = short(flat.sum, 4);
      paint(before, flat.before);
      paint(after, flat.after);
      text.textContent = `${flat.text}.`;
    },
  };
}

function sizeControls(values, name, change, said) {
  const rows = select({ label: "Rows", groups: ODD, value: "3", onChange: (v) => change(resized(values[name], +v, values[name].columns), "rows") });
  const columns = select({ label: "Columns", groups: ODD, value: "3", onChange: (v) => change(resized(values[name], values[name].rows, +v), "columns") });
  const divisor = numberField({ label: "Divide by", value: 1, min: -1e6, max: 1e6, onError: said.say, onChange: (v) => (v === 0 ? said.say("Divide by: 0 is not possible") : change({ ...values[name], divisor: v }, "divisor")) });
  const sigma = slider({ label: "Gaussian, sigma", min: 0.3, max: 3, step: 0.05, value: 1, format: (v) => `${v.toFixed(2)} px`, onInput: (v) => change(gaussian(Math.max(values[name].rows, values[name].columns, 3), v), "sigma") });
  return {
    element: h("div", { class: "editor-settings" }, h("div", { class: "row sizes" }, rows.element, columns.element, divisor.element), sigma.element),
    show({ rows: r, columns: c, divisor: d }) {
      rows.set(String(r));
      columns.set(String(c));
      divisor.set(+d.toPrecision(7));
    },
  };
}

/** Edits field `name` of the state. show() brings it to the state. */
export function kernelEditor({ state, name, label, presets, dark }) {
  const { values } = state;
  const said = line("alert");
  const change = (kernel, record) => state.set({ [name]: kernel }, `${name} ${record}`);
  const flatKernel = () => ({ ...values[name], slices: [values[name].slices[0]] });
  const grid = kernelGrid({ label, dark, onRefuse: said.say, onChange: (i, value, how) => change(withCell(flatKernel(), 0, i, value), `cell ${i} ${how}`) });
  const groups = [...new Set(presets.map((preset) => preset.group))].map((group) => ({ label: group, options: presets.filter((p) => p.group === group).map((p) => ({ value: p.name, label: p.title })) }));
  const preset = select({ label, groups: [{ value: "", label: "your own" }, ...groups], value: "", onChange: (chosen) => { const found = presets.find((p) => p.name === chosen); if (found) change(found.kernel, `preset ${chosen}`); } });
  const flip = button("Flip", () => change({ ...flatKernel(), slices: [[...values[name].slices[0]].reverse()] }, "flip"), { title: "Turn the kernel by half a turn: convolution in place of cross-correlation" });
  const sizes = sizeControls(values, name, change, said);
  const flat = flatLine();
  const element = h("section", { class: "editor", "aria-label": label }, h("div", { class: "row editor-head" }, preset.element, flip), grid.element, flat.element, said.element, sizes.element);
  return {
    element,
    show() {
      const kernel = values[name];
      grid.set(kernel.rows, kernel.columns, kernel.slices[0]);
      preset.set(presets.find((p) => same(p.kernel, flatKernel()))?.name || "");
      sizes.show(kernel);
      flat.set(flatness(kernel));
    },
    dispose: grid.dispose,
  };
}
