// Convolutions with a way back of their own. jax-js's would pad the slope again for each place of the kernel and add the
// padded maps up number by number: half of a training step in WebAssembly. On WebGPU most are in conv-turned.js.
// Shapes: maps (N, H, W, C), weights (H, W, C / groups, O).

import { biased, depthwise, joined, shifted, storedFor, summed, viewOf, viewsOf } from "./conv.js";
import { inputSlope } from "./conv-input.js";
import { turned } from "./conv-turned.js";
import { gathers, sums, taps, turns } from "./conv-ways.js";
import { product, productOver, shaped, stacked } from "./quirks.js";

/** Whether the way back of this convolution is here; the others are left to jax-js. */
export function hasOwnSlopes(node, shape) {
  return node.groups === 1 || (node.groups === shape[3] && node.shape[0] === shape[3]);
}

/** {value, back(slope) -> {inputs: [slope of the maps], weights: {weight, bias?}}}. */
export function convolved(jax, x, { weight, bias }, node) {
  const { value, back } = wayOf(node, x.shape)(jax, x, weight, node);
  const withBias = (slope) => {
    const shift = bias ? { bias: slope.ref.sum([0, 1, 2]) } : {};
    const { input, own } = back(slope);
    return { inputs: [input], weights: { weight: own, ...shift } };
  };
  return { value: biased(value, bias), back: withBias };
}

function wayOf(node, shape) {
  if (sums(node, shape)) return inSums;
  if (turns(node, shape)) return turned;
  if (node.groups > 1) return alone;
  return gathers(node, shape) ? inWindows : inViews;
}

/** Few places or few channels: all windows side by side, one product. */
function inWindows(jax, x, weight, node) {
  const { shape } = weight;
  const matrix = shaped(weight, [-1, shape[3]]);
  const [windows, pull] = jax.vjp((maps) => joined(jax, viewsOf(jax, maps, node).views), [x]);
  const back = (slope) => {
    const rows = shaped(slope, [-1, shape[3]]);
    const own = productOver(jax, shaped(windows, [-1, matrix.shape[0]]), rows.ref, [0, 0]);
    const [input] = pull(shaped(productOver(jax, rows, matrix, [1, 1]), windows.shape));
    pull.dispose();
    return { input, own: shaped(own, shape) };
  };
  const value = product(jax, shaped(windows.ref, [-1, matrix.shape[0]]), matrix.ref);
  return { value: shaped(value, [...windows.shape.slice(0, 3), shape[3]]), back };
}

/** Any stride: one product for each place of the kernel with what it sees. */
function inViews(jax, x, weight, node) {
  const { shape } = weight, sides = x.shape.slice(1, 3), [n] = x.shape;
  const { views } = viewsOf(jax, x, node);
  const kernels = shaped(weight.ref, [views.length, shape[2], shape[3]]);
  const value = shaped(shifted(jax, views.map((view) => view.ref), kernels), [n, ...node.shape.slice(1), shape[3]]);
  const back = (slope) => {
    const rows = shaped(slope.ref, [-1, shape[3]]);
    const own = views.map((view) => productOver(jax, shaped(view, [-1, shape[2]]), rows.ref, [0, 0]));
    rows.dispose();
    return { input: inputSlope(jax, slope, weight, node, sides), own: shaped(stacked(jax, own), shape) };
  };
  return { value, back };
}

/** All places of the kernel at once. What each sees is taken anew for the way back: jax-js would store what two read. */
function inSums(jax, x, weight, node) {
  const { shape } = weight, sides = x.shape.slice(1, 3);
  const maps = storedFor(jax, x, node);
  const value = summed(jax, maps.ref, weight.ref, node);
  const back = (slope) => {
    const rows = shaped(slope.ref, [-1, shape[3]]);
    const own = taps(node).map((shift) => productOver(jax, shaped(viewOf(maps.ref, node, shift), [-1, shape[2]]), rows.ref, [0, 0]));
    for (const array of [rows, maps]) array.dispose();
    return { input: inputSlope(jax, slope, weight, node, sides), own: shaped(stacked(jax, own), shape) };
  };
  return { value, back };
}

/** Depthwise: each channel by itself, with one filter. */
function alone(jax, x, weight, node) {
  const { shape } = weight, sides = x.shape.slice(1, 3);
  const { views } = viewsOf(jax, x, node);
  const value = depthwise(jax, views.map((view) => view.ref), shaped(weight.ref, [views.length, 1, shape[3]]));
  const back = (slope) => {
    const own = views.map((view) => view.mul(slope.ref).sum([0, 1, 2]));
    return { input: inputSlope(jax, slope, weight, node, sides), own: shaped(stacked(jax, own), shape) };
  };
  return { value, back };
}
