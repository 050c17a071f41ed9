// The fields of the page, bound to its address, and what follows from them.
import { field } from "../shared/state.js";
import { isTyped, parseKernel, SIDE } from "./values.js";

export const LIMITS = { k: [1, 7], s: [1, 8], d: [1, 5], p: [0, 8], n: [8, 64], layers: [0, 15] };
export const KINDS = ["none", "zeros", "reflect", "replicate", "circular"];
export const KIND_LABELS = { none: "None", zeros: "Zero", reflect: "Reflect", replicate: "Replicate", circular: "Circular" };
export const CORNERS = ["tl", "tr", "bl", "br"];

const whole = (initial, [low, high]) => field.whole(initial, low, high);

export function fields(operations) {
  const side = [SIDE.low, SIDE.high];
  return {
    h: whole(7, side),
    w: whole(7, side),
    k: whole(3, LIMITS.k),
    s: whole(1, LIMITS.s),
    d: whole(1, LIMITS.d),
    p: { initial: 0, parse: (t) => (t === "same" ? t : /^\d$/.test(t) && +t <= LIMITS.p[1] ? +t : undefined), format: String },
    pm: field.choice(KINDS, "zeros"),
    x: { initial: "digits", parse: (t) => (t === "digits" || t === "photo" || isTyped(t) ? t : undefined), format: String },
    seed: whole(7, [0, 9999]),
    kw: { initial: "cross", parse: parseKernel, format: String },
    t: whole(0, [0, 9999]),
    cy: whole(-99, [-99, 99]), // the pinned cell, counted from the input's first one; -99: none
    cx: whole(-99, [-99, 99]),
    look: field.choice(["flat", "stacked"]),
    show: field.choice(["values", "times"]),
    n: whole(32, LIMITS.n),
    f: field.choice(["3", "5", "7"], "5"),
    layers: whole(3, LIMITS.layers),
    op: field.choice(operations.map((operation) => operation.name)),
    corner: field.choice(CORNERS),
    pic: { initial: "astronaut", parse: (t) => (/^[a-z_]{1,40}$/.test(t) ? t : undefined), format: String },
  };
}

/** The settings of the window: {k, s, d, padding (number or "same"), mode}. */
export function windowOf({ k, s, d, p, pm }) {
  return { k, s, d, padding: pm === "none" ? 0 : p, mode: pm === "none" ? "zeros" : pm };
}

/** The state that a preset asks for. */
export function ofPreset(preset) {
  return {
    h: preset.size_px, w: preset.size_px, k: preset.kernel_px, s: preset.stride, d: preset.dilation, p: preset.padding,
    pm: preset.padding_mode, x: preset.numbers, kw: preset.kernel, t: 0, cy: -99, cx: -99,
  };
}

/** The preset whose settings are the present ones, or undefined. */
export function presetOf(presets, values) {
  return presets.find((preset) => Object.entries(ofPreset(preset)).every(([name, value]) => ["t", "cy", "cx"].includes(name) || values[name] === value));
}
