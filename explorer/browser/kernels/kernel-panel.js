// The kernel and everything that changes it: presets, cells, size, divisor, bias, turning, undo.
import { short } from "../shared/colour.js";
import { button, h, line, numberField, segmented, select, slider, toggle } from "../shared/controls.js";
import { kernelGrid } from "../shared/kernel-grid.js";
import { divides, gaussian, resized, same, slidingCells, total, unchangedByTurning, withCell } from "./kernel-state.js";

const ODD = ["1", "3", "5", "7"].map((value) => ({ value, label: value }));

/** What the sum of the weights does to an evenly bright area. */
function brightness(values) {
  const exact = total(slidingCells(values.k, values.mode).flat()) / values.k.divisor;
  const sum = Math.abs(exact) < 1e-9 ? 0 : exact;
  const does = sum === 0 ? "flat areas answer 0" : Math.abs(sum - 1) < 1e-9 ? "flat areas keep their brightness" : `flat areas are multiplied by ${short(sum, 4)}`;
  return `${values.mode === "full" ? "The weights of all three slices" : "The weights"} add up to ${short(sum, 4)}: ${does}.`;
}

/** What flipping changes here. */
function turning(values) {
  if (!values.flip) return "";
  return slidingCells(values.k, values.mode).every(unchangedByTurning)
    ? " Half a turn leaves this kernel as it is: flipping changes nothing. Try Emboss or Letter F."
    : " It slides turned by half a turn.";
}

/** Menu of presets, the cells, and buttons to go back. */
function cells({ state, presets, dark, said, change }) {
  const { values } = state;
  let slice = 0;
  const grid = kernelGrid({ label: "Kernel", dark, onRefuse: said.say, onChange: (i, value, how) => change(withCell(values.k, slice, i, value), `cell ${slice} ${i} ${how}`) });
  const groups = [...new Set(presets.map((preset) => preset.group))].map((label) => ({ label, options: presets.filter((p) => p.group === label).map((p) => ({ value: p.name, label: p.title })) }));
  const preset = select({ label: "Kernel", groups: [{ value: "", label: "your own" }, ...groups], value: "", onChange: (name) => { const found = presets.find((p) => p.name === name); if (found) change(found.kernel, `preset ${name}`); } });
  const which = segmented({ label: "Slice edited", hideLabel: true, options: ["R", "G", "B"].map((label, i) => ({ value: String(i), label })), value: "0", onChange: (v) => { slice = +v; show(); } });
  const alike = toggle({ label: "The same for R, G, B", value: true, onChange: (on) => change({ ...values.k, slices: on ? [values.k.slices[slice] || values.k.slices[0]] : [0, 1, 2].map(() => values.k.slices[0]) }, "alike") });
  const undo = button("↶", () => state.undo(), { ariaLabel: "Undo", title: "Undo (Ctrl+Z)" });
  const redo = button("↷", () => state.redo(), { ariaLabel: "Redo", title: "Redo (Ctrl+Shift+Z)" });
  const depth = h("div", { class: "row" }, alike.element, which.element);
  preset.element.firstChild.className = "unseen";
  function show() {
    const { k } = values;
    const apart = values.mode === "full" && k.slices.length === 3;
    if (!apart) slice = 0;
    depth.hidden = values.mode !== "full";
    which.element.hidden = !apart;
    which.set(String(slice));
    alike.set(k.slices.length === 1);
    grid.set(k.rows, k.columns, k.slices[slice]);
    preset.set(presets.find((p) => same(p.kernel, k))?.name || "");
    undo.disabled = !state.canUndo;
    redo.disabled = !state.canRedo;
  }
  return { parts: [h("div", { class: "row" }, preset.element, h("div", { class: "row history" }, undo, redo)), depth, grid.element], show, dispose: grid.dispose };
}

/** Controls that change many cells at once, the bias and the turning. */
function tools({ state, said, change }) {
  const { values } = state;
  const used = () => total(slidingCells(values.k, values.mode).flat());
  const rows = select({ label: "Rows", groups: ODD, value: "3", onChange: (v) => change(resized(values.k, +v, values.k.columns), "rows") });
  const columns = select({ label: "Columns", groups: ODD, value: "3", onChange: (v) => change(resized(values.k, values.k.rows, +v), "columns") });
  const refuse = "Divide by: a number other than 0 is needed, from 0.000001 to a million";
  const divisor = numberField({ label: "Divide by", value: 1, onError: (why) => said.say(why && refuse), onChange: (v) => {
    const fits = divides(v) && Math.abs(v) <= 1e6;
    said.say(fits ? "" : refuse);
    if (fits) change({ ...values.k, divisor: v }, "divisor");
    else divisor.input.value = +values.k.divisor.toPrecision(7);
  } });
  const normalise = button("Normalise", () => {
    const sum = used();
    if (Math.abs(sum) < 1e-6) return said.say("The cells add up to 0: there is no brightness to keep, so there is nothing to divide by.");
    said.say("");
    return change({ ...values.k, divisor: sum }, "normalise");
  }, { title: "Divide by the sum of the cells: a flat wall keeps its brightness" });
  const clear = button("Clear", () => change({ ...values.k, divisor: 1, slices: values.k.slices.map((slice) => slice.map(() => 0)) }, "clear"), { title: "All cells 0" });
  const sigma = slider({ label: "Gaussian, sigma", min: 0.3, max: 3, step: 0.05, value: 1, format: (v) => `${v.toFixed(2)} px`, onInput: (v) => change(gaussian(Math.max(values.k.rows, values.k.columns, 3), v), "sigma") });
  const bias = slider({ label: "Bias", min: -255, max: 255, value: values.b, format: (v) => short(v), onInput: (b) => state.set({ b }, "bias") });
  const flip = toggle({ label: "Flip: true convolution", value: values.flip, title: "Convolution slides the kernel turned by half a turn; networks slide it as it is (cross-correlation)", onChange: (on) => state.set({ flip: on }, "flip") });
  const show = () => {
    rows.set(String(values.k.rows));
    columns.set(String(values.k.columns));
    divisor.set(+values.k.divisor.toPrecision(7));
    bias.set(values.b);
    flip.set(values.flip);
  };
  return { element: h("div", { class: "row tools" }, rows.element, columns.element, divisor.element, normalise, clear, flip.element, bias.element, sigma.element), show };
}

/** {element: menu and cells, tools: the row of what changes them, show(), dispose()}. */
export function kernelPanel({ state, presets, dark }) {
  const said = line("alert");
  const change = (k, record) => { said.say(""); state.set({ k }, record); };
  const grid = cells({ state, presets, dark, said, change });
  const row = tools({ state, said, change });
  const sum = h("p", { class: "note sum" });
  const show = () => {
    grid.show();
    row.show();
    sum.textContent = brightness(state.values) + turning(state.values);
  };
  return { element: h("div", { class: "kernel-panel" }, grid.parts, said.element, sum), tools: row.element, show, dispose: grid.dispose };
}
