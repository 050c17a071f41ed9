// The controls of the moving picture, close to it: sizes, window, padding, numbers, kernel.
import { kernelGrid } from "../shared/kernel-grid.js";
import { button, h, line, segmented, select, slider } from "../shared/controls.js";
import { isDark } from "../shared/colour.js";
import { KIND_LABELS, KINDS, LIMITS } from "./settings.js";
import { KERNEL_NAMES, kernelWeights, SIDE } from "./values.js";

/** change(patch, name) sets fields of the state. Returns {element, show(values, done)}. */
export function panel({ root, values, change }) {
  const number = (name, label, [min, max], format) => slider({ label, min, max, value: values[name], format, onInput: (v) => change({ [name]: v }, name) });
  const controls = {
    h: number("h", "Height", [SIDE.low, SIDE.high]),
    w: number("w", "Width", [SIDE.low, SIDE.high]),
    k: number("k", "Kernel K", LIMITS.k, (k) => `${k}×${k}`),
    s: number("s", "Stride S", LIMITS.s),
    d: number("d", "Dilation D", LIMITS.d),
  };
  const padding = paddingControls(values, change);
  const numbers = numberControls(values, change);
  const kernel = kernelControls(root, values, change);
  const sliders = h("div", { class: "sliders" }, ["h", "w", "k", "s", "d"].map((name) => controls[name].element), padding.amount.element);
  return {
    element: h("div", { class: "controls" }, sliders, padding.element, numbers.element, kernel.element),
    show(state, done) {
      Object.entries(controls).forEach(([name, control]) => control.set(state[name]));
      padding.show(state, done);
      numbers.show(state);
      kernel.show(state);
    },
    dispose: kernel.dispose,
  };
}

function paddingControls(values, change) {
  let shown = (p) => String(p);
  const amount = slider({ label: "Padding P", min: LIMITS.p[0], max: LIMITS.p[1], value: 0, format: (p) => shown(p), onInput: (p) => change({ p, ...(values.pm === "none" ? { pm: "zeros" } : {}) }, "p") });
  const kind = segmented({
    label: "What stands in the padding", value: values.pm, options: KINDS.map((value) => ({ value, label: KIND_LABELS[value] })),
    onChange: (pm) => change({ pm, ...(pm !== "none" && values.p === 0 ? { p: "same" } : {}) }, "pm"),
  });
  const same = button("Same size", () => change({ p: values.p === "same" && values.pm !== "none" ? 0 : "same", pm: values.pm === "none" ? "zeros" : values.pm }, "p"), { title: "P = D·(K − 1) / 2: the output is as large as the input (stride 1)" });
  return {
    amount,
    element: h("div", { class: "row kinds" }, kind.element, same),
    show(state, { rows }) {
      const { before, after } = rows;
      const auto = state.p === "same" && state.pm !== "none";
      const held = Math.min(before, LIMITS.p[1]);
      shown = (p) => (auto && p === held ? (before === after ? `same: ${before}` : `same: ${before} + ${after}`) : String(p));
      amount.set(state.pm === "none" ? 0 : auto ? held : state.p);
      kind.set(state.pm);
      same.setAttribute("aria-pressed", String(auto));
      same.classList.toggle("choice", true);
    },
  };
}

const NUMBERS = [{ value: "digits", label: "Random digits" }, { value: "photo", label: "A photo, shrunk" }, { value: "typed", label: "Typed in" }];

function numberControls(values, change) {
  const source = select({ label: "Input", groups: NUMBERS, value: "digits", onChange: (x) => change(x === "typed" ? { typed: true } : { x }, "x") });
  const other = button("⟳", () => change({ seed: (values.seed + 1) % 10000, x: "digits" }, "seed"), { title: "Other digits", ariaLabel: "Other digits" });
  const name = select({ label: "Kernel", groups: [...KERNEL_NAMES, { value: "own", label: "Typed in" }], value: "cross", onChange: (kw) => change({ kw: kw === "own" ? Array.from(kernelWeights(values.kw, values.k)).join(",") : kw }, "kw") });
  return {
    element: h("div", { class: "row numbers-row" }, source.element, other, name.element),
    show(state) {
      source.set(["digits", "photo"].includes(state.x) ? state.x : "typed");
      name.set(state.kw.includes(",") ? "own" : state.kw);
    },
  };
}

function kernelControls(root, values, change) {
  const refused = line("alert");
  const grid = kernelGrid({
    label: "Kernel", dark: () => isDark(root), onRefuse: refused.say,
    onChange(index, value) {
      const cells = Array.from(kernelWeights(values.kw, values.k));
      cells[index] = value;
      change({ kw: cells.join(",") }, "kw");
    },
  });
  return {
    element: h("div", { class: "kernel-box" }, grid.element, refused.element),
    show: (state) => grid.set(state.k, state.k, kernelWeights(state.kw, state.k)),
    dispose: () => grid.dispose(),
  };
}
