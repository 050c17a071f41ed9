// What the link holds, and the controls that change it, each shown in the sections that use it.
import { h, segmented, select, slider, toggle } from "../shared/controls.js";
import { field } from "../shared/state.js";
import { SHIFTS } from "./model.js";

export const SECTIONS = [
  ["curves", "Curves"],
  ["map", "On a feature map"],
  ["layers", "Through many layers"],
  ["pool", "Pooling"],
  ["shift", "Shifted"],
];

export function fields(data) {
  const names = data.activations.map((entry) => entry.name);
  return {
    v: field.choice(SECTIONS.map(([value]) => value)),
    pic: { initial: "chelsea", parse: (t) => (/^[a-z_]{1,40}$/.test(t) ? t : undefined), format: String },
    f: field.choice(names, "relu"),
    g: field.choice(["none", ...names], "sigmoid"),
    slope: field.number(0.1, 0, 1), alpha: field.number(1, 0.1, 3),
    w1: field.number(1, -3, 3), b1: field.number(0, -3, 3), w2: field.number(-0.5, -3, 3), b2: field.number(0.5, -3, 3),
    view: field.choice(["2", "4", "8"], "4"),
    right: field.choice(["slope", "difference"]),
    x: field.number(1, -8, 8),
    k: field.choice(data.kernels.map((kernel) => kernel.name), "sobel_x"),
    gain: field.number(4, 0.125, 64), bias: field.number(0, -8, 8),
    r: field.choice(["1", "2", "4", "8"], "2"),
    row: field.whole(59, 0, 511), col: field.whole(85, 0, 511),
    n: field.whole(10, 1, 30), feed: field.choice(["same", "on"]),
    w: field.whole(2, 1, 8), s: { initial: "w", parse: (t) => (/^[1-8w]$/.test(t) ? t : undefined), format: String },
    cy: field.whole(29, 0, 511), cx: field.whole(42, 0, 511), draw: field.choice(["large", "true", "back"]),
    d: field.whole(1, 0, SHIFTS), kind: field.choice(["max", "average", "none"]), moved: field.flag(),
  };
}

const MAPPED = ["map", "layers", "pool", "shift"];
const BENT = ["curves", "map", "layers"];
const decimal = (v) => String(+v.toFixed(2)).replace("-", "−");
const times = (v) => `× ${decimal(v)}`;

/** [field, sections, control, aside?]: in the order shown; `aside` ones stand beside the choice of the section. */
function makers(state, data) {
  const set = (name) => (value) => state.set({ [name]: value }, name);
  const { values } = state;
  const ranged = (label, name, min, max, step, format = decimal, title) => slider({ label, min, max, step, format, title, value: values[name], onInput: set(name) });
  const chosen = (label, name, options) => segmented({ label, value: values[name], onChange: set(name), options: options.map(([value, text, title]) => ({ value, label: text, title })) });
  const functions = data.activations.map(({ name, title }) => ({ value: name, label: title }));
  const groups = [...new Set(data.kernels.map((kernel) => kernel.group))].map((label) => ({ label, options: data.kernels.filter((kernel) => kernel.group === label).map(({ name, title }) => ({ value: name, label: title })) }));
  const second = () => select({ label: "Compare with B", value: values.g, groups: [{ value: "none", label: "nothing" }, ...functions], onChange: set("g") });
  return [
    ["k", MAPPED, select({ label: "Kernel", value: values.k, groups, onChange: set("k") })],
    ["f", ["map", "layers"], select({ label: "Function A", value: values.f, groups: functions, onChange: set("f") })],
    ["g", ["map", "layers"], second()],
    ["g", ["curves"], second(), true],
    ["view", ["curves"], chosen("Range", "view", [["2", "±2"], ["4", "±4"], ["8", "±8"]]), true],
    ["right", ["curves"], chosen("Beside the curve", "right", [["slope", "Slope f′"], ["difference", "A − B"]]), true],
    ["slope", BENT, ranged("Leaky slope", "slope", 0, 1, 0.01)],
    ["alpha", BENT, ranged("ELU α", "alpha", 0.1, 3, 0.1)],
    ...["w1", "b1", "w2", "b2"].map((name) => [name, BENT, ranged(`Maxout ${name[0]}${name[1] === "1" ? "₁" : "₂"}`, name, -3, 3, 0.1)]),
    ["n", ["layers"], ranged("Layers", "n", 1, 30, 1, String)],
    ["feed", ["layers"], chosen("Each layer sees", "feed", [["same", "the map's value", "The slope is the same in every layer: f′ⁿ"], ["on", "the layer before", "Each layer takes what the one before gave, with weights of 1"]]), true],
    ["gain", ["map", "layers"], gainSlider(state)],
    ["bias", MAPPED, ranged("Bias", "bias", -8, 8, 0.1)],
    ["w", ["pool", "shift"], ranged("Window", "w", 1, 8, 1, (v) => `${v} × ${v}`)],
    ["s", ["pool", "shift"], strideControl(state)],
    ["d", ["shift"], ranged("Shift to the right", "d", 0, SHIFTS, 1, (v) => `${v} px`)],
    ["draw", ["pool"], chosen("Drawn", "draw", [["large", "enlarged"], ["true", "true size"], ["back", "put back", "The pooled values back at their places: what survives"]]), true],
    ["kind", ["shift"], chosen("Shown", "kind", [["max", "max"], ["average", "average"], ["none", "not pooled"]]), true],
    ["moved", ["shift"], toggle({ label: "Move the pooled map back", value: values.moved, onChange: set("moved"), title: "By the nearest whole number of cells" })],
    ["r", MAPPED, chosen("Picture scale", "r", [["1", "1/1"], ["2", "1/2"], ["4", "1/4"], ["8", "1/8"]]), true],
  ];
}

/** The gain in steps of a quarter of a doubling. */
function gainSlider(state) {
  const made = slider({ label: "Gain", min: -3, max: 6, step: 0.25, value: Math.log2(state.values.gain), format: (e) => times(2 ** e), title: "The kernel's answer is multiplied by this: pictures are 0..1 here", onInput: (e) => state.set({ gain: +(2 ** e).toPrecision(7) }, "gain") });
  return { ...made, set: (gain) => made.set(Math.log2(gain)) };
}

/** Stride 1..8, or as the window. */
function strideControl(state) {
  const { values } = state;
  const made = slider({ label: "Stride", min: 1, max: 8, value: 1, onInput: (v) => state.set({ s: String(v) }, "s") });
  const tied = toggle({ label: "= window", value: true, onChange: (on) => state.set({ s: on ? "w" : String(values.w) }, "s") });
  return { element: h("div", { class: "stride" }, made.element, tied.element), set(s) { made.set(s === "w" ? values.w : Number(s)); tied.set(s === "w"); } };
}

const OWNERS = { slope: "leaky_relu", alpha: "elu", w1: "maxout", b1: "maxout", w2: "maxout", b2: "maxout" };

/** The bar of controls; show() brings them to the state and hides what the section does not use. */
export function controlBar(state, data) {
  const { values } = state;
  const controls = makers(state, data);
  const used = (name) => !OWNERS[name] || [values.f, values.g].includes(OWNERS[name]);
  return {
    element: h("div", { class: "row controls" }, controls.filter(([, , , aside]) => !aside).map(([, , control]) => control.element)),
    aside: h("div", { class: "row aside" }, controls.filter(([, , , aside]) => aside).map(([, , control]) => control.element)),
    show() {
      controls.forEach(([name, sections, control]) => {
        control.element.hidden = !sections.includes(values.v) || !used(name);
        if (!control.element.hidden) control.set(values[name]);
      });
    },
  };
}
