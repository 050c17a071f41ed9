// The parts of a block with their numbers, and what they cost. The counterpart of explorer/buildingblocks/part.py. No DOM.
import { value } from "./expression.js";

export const VALUE_BYTES = 4;
export const WEIGHTED = ["conv", "transposed conv", "linear"];
const POOLS = ["max pool", "average pool"];
const PART = { channels: "", kernel: "1", stride: "1", padding: "", groups: "1", bias: false, norm: "0", activation: "", label: "", lane: 0, column: 0, when: "1", first: "0", percent: "0" };

/** All settings and derived numbers of a block; throws a RangeError with a sentence where they do not fit. */
export function numbersOf(block, given = {}) {
  const held = {};
  for (const { name, title, low, high, default: initial, step = 1 } of block.parameters) {
    const number = given[name] ?? initial;
    if (!Number.isInteger(number) || number < low || number > high || (number - low) % step)
      throw new RangeError(`${title} must be a whole number from ${low} to ${high}${step > 1 ? ` in steps of ${step}` : ""}, got ${number}`);
    held[name] = number;
  }
  held.h ??= 1;
  for (const [name, , formula] of block.derived ?? []) held[name] = value(formula, held);
  for (const { formula, sentence } of block.rules ?? []) {
    if (value(formula, held)) throw new RangeError(sentence.replace(/\{(\w+)\}/g, (_, name) => held[name]));
  }
  return held;
}

/** Put numbers into parts: the layers in order, the input first. */
export function layersOf(parts, numbers) {
  const known = new Map([["x", counted({ ...PART, name: "x", kind: "input", inputs: [], channelsIn: numbers.c, sizeIn: numbers.h, channels: numbers.c, size: numbers.h, kernel: 1, stride: 1, groups: 1, norm: false, first: 0, percent: 0 })]]);
  for (const short of parts) {
    const part = { ...PART, ...short };
    if (!value(part.when, numbers)) continue;
    const sources = part.inputs.map((names) => known.get(names.split("|").find((name) => known.has(name))));
    known.set(part.name, layer(part, sources, numbers));
  }
  return [...known.values()];
}

function layer(part, sources, numbers) {
  const number = (name) => value(part[name], numbers);
  const [source] = sources;
  let channels = source.channels;
  if (part.kind === "concat") channels = sources.reduce((sum, each) => sum + each.channels, 0);
  else if (part.channels) channels = number("channels");
  else if (part.kind === "flatten") channels = source.channels * source.size ** 2;
  const made = { ...part, inputs: sources.map((each) => each.name), channelsIn: source.channels, sizeIn: source.size, channels, size: source.size, kernel: number("kernel"), stride: number("stride"), groups: number("groups"), norm: Boolean(number("norm")), first: number("first"), percent: number("percent") };
  check(made, sources);
  return counted(sized(made, part.padding ? number("padding") : null));
}

function sized(made, padding) {
  const { kind, kernel, stride, sizeIn } = made;
  if (kind === "conv" || POOLS.includes(kind)) {
    made.padding = padding ?? (kind === "conv" ? kernel >> 1 : 0);
    made.size = Math.floor((sizeIn + 2 * made.padding - kernel) / stride) + 1;
    if (made.size < 1) throw new RangeError(`a ${kernel} × ${kernel} window does not fit on a map of ${sizeIn} × ${sizeIn} pixels`);
  } else if (kind === "global pool" || kind === "flatten") made.size = 1;
  else if (kind === "upsample" || kind === "transposed conv") made.size = sizeIn * stride;
  return made;
}

function check({ kind, name, channelsIn, channels, groups }, sources) {
  if (kind === "conv" && (channelsIn % groups || channels % groups)) throw new RangeError(`${groups} groups must divide ${channelsIn} channels in and ${channels} out`);
  const sizes = new Set(kind === "multiply" ? [] : sources.map((each) => each.size));
  if (sizes.size > 1) throw new RangeError(`maps of unlike sizes meet at ${name}: ${[...sizes].join(", ")} pixels`);
}

function counted(made) {
  const weighted = WEIGHTED.includes(made.kind);
  made.weights = weighted ? made.kernel ** 2 * (made.channelsIn / made.groups) * made.channels : 0;
  made.biases = weighted && made.bias ? made.channels : 0;
  made.normParams = made.norm ? 2 * made.channels : 0;
  made.params = made.weights + made.biases + made.normParams;
  made.place = made.kind === "transposed conv" ? made.sizeIn : made.size; // px of a side that the filters visit
  made.macs = made.place ** 2 * made.weights;
  const passes = !["slice", "input"].includes(made.kind) + made.norm + Boolean(made.activation);
  made.values = passes * made.channels * made.size ** 2;
  return made;
}

/** Sums over the layers. */
export function costOf(layers) {
  const sum = (name) => layers.reduce((total, each) => total + each[name], 0);
  return { weights: sum("weights"), biases: sum("biases"), norm_params: sum("normParams"), params: sum("params"), macs: sum("macs"), output_bytes: VALUE_BYTES * sum("values") };
}

/** Whether the right number, rounded to the digits that a slide gives, is the slide's. */
export function agrees(claim, right) {
  const scaled = right / (claim.scale ?? 1);
  const unit = 10 ** ((claim.digits ?? 12) - 1 - Math.floor(Math.log10(scaled)));
  return Math.abs(Math.round(scaled * unit) / unit - claim.value) < 1e-9 * claim.value;
}

/** What a slide's figure should be. */
export function claimed(block, claim) {
  const numbers = numbersOf(block, Object.fromEntries(claim.settings));
  return costOf(layersOf(claim.of === "plain" ? block.plain.parts : block.parts, numbers))[claim.figure];
}
