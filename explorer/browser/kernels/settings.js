// What can be set beside the kernel: the fields of the address, and their controls.
import { h, segmented, select, slider } from "../shared/controls.js";
import { field } from "../shared/state.js";
import { kernelField } from "./kernel-state.js";

const SIDES = ["16", "32", "64", "128", "256", "512"];
const AMOUNTS = [{ value: "half", label: "half the window" }, ...Array.from({ length: 25 }, (_, i) => ({ value: String(i), label: `${i} px` }))];

/** All fields of the page; they are written to the address under these names. */
export function fields(presets) {
  return {
    pic: { initial: "chelsea", parse: (t) => (/^[a-z_]{1,40}$/.test(t) ? t : undefined), format: String },
    px: field.choice(SIDES, "512"),
    k: kernelField(presets, "sobel_x"),
    mode: field.choice(["grey", "each", "full"]),
    s: field.whole(1, 1, 8),
    d: field.whole(1, 1, 8),
    pm: field.choice(["zeros", "none", "reflect", "replicate", "circular"]),
    p: field.choice(AMOUNTS.map(({ value }) => value)),
    b: field.number(0, -1000, 1000),
    flip: field.flag(),
    act: field.choice(["none", "relu", "abs"]),
    view: field.choice(["side", "split", "diff"]),
    scale: field.choice(["root", "even"]),
    y: field.whole(-1, -1, 9999), // -1: the middle
    x: field.whole(-1, -1, 9999),
  };
}

const CHOICES = [
  ["mode", "Channels", [["grey", "Grey", "0.299 R + 0.587 G + 0.114 B, rounded to whole numbers"], ["each", "Each alone", "The same kernel over R, G and B: three maps"], ["full", "Full depth", "One filter over R, G and B together: one map"]]],
  ["view", "Show", [["side", "Output"], ["split", "Before | after"], ["diff", "Difference", "Output − input"]]],
  ["act", "Then", [["none", "Nothing"], ["relu", "ReLU", "Negative values become 0"], ["abs", "| · |", "Absolute value"]]],
  ["pm", "Padding", [["none", "None"], ["zeros", "Zero"], ["reflect", "Reflect"], ["replicate", "Replicate"], ["circular", "Circular"]]],
  ["scale", "Signed colours", [["root", "Square root", "Small values are lifted: colour grows with the square root"], ["even", "Even", "Colour grows evenly with the value"]]],
];
const IN_THE_ROW = ["pm", "p", "s", "d", "scale", "px"];
const ON_A_FIGURE = ["mode", "view", "act"];

/** {element: the row of settings, mode, view, act: controls that stand on the figures, show()}. */
export function settingsRow(state) {
  const { values } = state;
  const set = (name) => (value) => state.set({ [name]: value }, name);
  const choice = ([name, label, options]) => [name, segmented({ label, hideLabel: ON_A_FIGURE.includes(name), value: values[name], options: options.map(([value, text, title]) => ({ value, label: text, title })), onChange: set(name) })];
  const controls = Object.fromEntries(CHOICES.map(choice));
  controls.s = slider({ label: "Stride", min: 1, max: 8, value: values.s, onInput: set("s") });
  controls.d = slider({ label: "Dilation", min: 1, max: 8, value: values.d, onInput: set("d") });
  controls.p = select({ label: "Padding amount", groups: AMOUNTS, value: values.p, onChange: set("p") });
  controls.px = select({ label: "Longest side", groups: SIDES.map((value) => ({ value, label: `${value} px` })), value: values.px, onChange: set("px") });
  const [mode, view, act] = ON_A_FIGURE.map((name) => controls[name].element);
  return {
    element: h("div", { class: "row settings" }, IN_THE_ROW.map((name) => controls[name].element)),
    mode, view, act,
    /** Bring the controls to the state. */
    show() {
      [...IN_THE_ROW, ...ON_A_FIGURE].forEach((name) => controls[name].set(values[name]));
      controls.p.input.disabled = values.pm === "none";
    },
  };
}
