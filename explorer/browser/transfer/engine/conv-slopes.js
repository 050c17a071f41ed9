// Convolutions with a way back of their own. jax-js's would pad the slope again for each place of the kernel and add the
// padded maps up number by number: half of a training step in WebAssembly. Most are in conv-turned.js; here are those
// of few places and those that the stride does not divide: the slope is padded once, and every shift is a slice.
// Shapes: maps (N, H, W, C), weights (H, W, C / groups, O).

import { biased, depthwise, joined, shifted, viewsOf } from "./conv.js";
import { turned } from "./conv-turned.js";
import { gathers, kernelsBack, placeOf, taps, turns } from "./conv-ways.js";
import { interleaved, padded, product, productOver, shaped, stacked, stored } from "./quirks.js";

/**
 * Copying what each place of the kernel sees takes as long as so many rows more in a product, times the channels that
 * come out, for each row of a copy (measured in WebAssembly).
 */
const COPY = 10;

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

/**
 * The slope of the maps that a convolution read. Row a of them met row i of the result at the kernel's row t where
 * a + padding = stride i + t: so the rows a fall into `stride` phases, each a sum of shifted slopes, put together at the
 * end.
 */
function inputSlope(jax, slope, weight, node, sides) {
  const [n, ...have] = slope.shape;
  const axes = [0, 1].map((axis) => phasesOf(node, axis, sides[axis]));
  const pads = axes.map(({ first, last, reach }, axis) => [reach - first, last - have[axis]]);
  const cut = pads.map(([before, behind], axis) => [Math.max(0, -before), have[axis] - Math.max(0, -behind)]);
  const [above, beside] = pads.map((pair) => pair.map((pad) => Math.max(0, pad)));
  const maps = stored(jax, padded(jax, slope.slice([], cut[0], cut[1], []), [above, beside]));
  const [, rows, columns, outputs] = maps.shape;
  const spans = axes.map(({ first, last }) => last - first);
  const copies = weight.shape[2] * ((rows * columns) / (spans[0] * spans[1]) - 1) > COPY;
  const whole = copies || node.groups > 1 ? null : shaped(maps.ref, [-1, outputs]);
  const kernels = kernelsBack(jax, weight, node);
  const sums = new Map();
  taps(node).forEach((shift, i) => {
    const from = axes.map(({ reach }, axis) => reach - Math.floor(shift[axis] / node.stride[axis]));
    const part = [[], ...from.map((start, axis) => [start, start + spans[axis]]), []];
    const own = placeOf(kernels.ref, node, i);
    const seen = whole
      ? shaped(product(jax, whole.ref, own), [n, rows, columns, -1]).slice(...part)
      : multiplied(jax, maps.ref.slice(...part), own, node);
    const phase = (shift[0] % node.stride[0]) * node.stride[1] + (shift[1] % node.stride[1]);
    sums.set(phase, sums.has(phase) ? sums.get(phase).add(seen) : seen);
  });
  whole?.dispose();
  maps.dispose();
  kernels.dispose();
  const grid = interleaved(jax, sums, node.stride);
  const [top, left] = axes.map(({ start }) => start);
  return grid.slice([], [top, top + sides[0]], [left, left + sides[1]], []);
}

function multiplied(jax, maps, weight, { groups }) {
  if (groups > 1) return maps.mul(weight.reshape([-1]));
  const { shape } = maps;
  return shaped(product(jax, shaped(stored(jax, maps), [-1, shape[3]]), weight), [...shape.slice(0, 3), -1]);
}

/** Which positions of a phase are asked for, and how many the kernel reaches back. */
function phasesOf({ stride, padding, kernel, dilation }, axis, side) {
  const before = padding[axis][0];
  return {
    first: Math.floor(before / stride[axis]),
    last: Math.ceil((side + before) / stride[axis]),
    reach: Math.floor(((kernel[axis] - 1) * dilation[axis]) / stride[axis]),
    start: before % stride[axis],
  };
}
