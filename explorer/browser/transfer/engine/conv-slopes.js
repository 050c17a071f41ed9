// Convolutions with a way back of their own. jax-js's would pad the slope again for each place of the kernel and add the
// padded maps up number by number: half of a training step in WebAssembly. Here the slope is padded once, and every shift
// is a slice. Shapes: maps (N, H, W, C), weights (H, W, C / groups, O).

import { depthwise, gathers, joined, shifted, taps, viewsOf } from "./conv.js";
import { interleaved, product, productOver, shaped, stacked, stored } from "./quirks.js";

/** Whether the way back of this convolution is here; the others are left to jax-js. */
export function hasOwnSlopes(node, shape) {
  return node.groups === 1 || (node.groups === shape[3] && node.shape[0] === shape[3]);
}

/** {value, back(slope) -> {inputs: [slope of the maps], weights: {weight, bias?}}}. */
export function convolved(jax, x, { weight, bias }, node) {
  const way = node.groups > 1 ? alone : gathers(node, x.shape) ? inWindows : keepsSize(node) && !wastes(node, x.shape) ? inPlace : inViews;
  const { value, back } = way(jax, x, weight, node);
  const withBias = (slope) => {
    const shift = bias ? { bias: slope.ref.sum([0, 1, 2]) } : {};
    const { input, own } = back(slope);
    return { inputs: [input], weights: { weight: own, ...shift } };
  };
  return { value: bias ? value.add(bias) : value, back: withBias };
}

function keepsSize({ stride, padding, kernel, dilation }) {
  return [0, 1].every((axis) => stride[axis] === 1 && padding[axis][0] + padding[axis][1] === (kernel[axis] - 1) * dilation[axis]);
}

/**
 * Whether products with all of a padded map take longer than copying what each place of the kernel sees: so many rows
 * more, times the channels that come out, against the copy of a row (measured in WebAssembly).
 */
const COPY = 10;
const isWasteful = (rows, needed, outputs) => outputs * (rows / needed - 1) > COPY;

function wastes({ padding, shape }, [, height, width]) {
  const [rows, columns] = [height, width].map((side, axis) => side + padding[axis][0] + padding[axis][1]);
  return isWasteful(rows * columns, height * width, shape[0]);
}

const place = (weight, { kernel }, i) => weight.slice(Math.floor(i / kernel[1]), i % kernel[1], [], []);

/** The map keeps its size: each place of the kernel is multiplied with all of the padded map, nothing is copied. */
function inPlace(jax, x, weight, node) {
  const [n, height, width] = x.shape, { shape } = weight;
  const maps = frame(jax, x, node.padding);
  const [, rows, columns, channels] = maps.shape;
  const flat = shaped(maps, [-1, channels]);
  const count = n * rows * columns;
  const parts = taps(node).map(([down, right], i) => {
    const part = product(jax, flat.ref.slice([0, count], []), place(weight.ref, node, i));
    return shaped(part, [n, rows, columns, -1]).slice([], [down, down + height], [right, right + width], []);
  });
  const back = (slope) => {
    const { input, flat: slopes } = inputSlope(jax, slope, weight, node, [height, width]);
    const own = taps(node).map(([down, right]) => {
      const away = (down - node.padding[0][1]) * columns + right - node.padding[1][1];
      const [first, second] = [Math.max(0, away), Math.max(0, -away)];
      return productOver(jax, flat.ref.slice([first, first + count], []), slopes.ref.slice([second, second + count], []), [0, 0]);
    });
    flat.dispose();
    slopes.dispose();
    return { input, own: shaped(stacked(jax, own), shape) };
  };
  return { value: parts.reduce((sum, part) => sum.add(part)), back };
}

/** The map with its padding, and an empty one behind the last, so that slices of one length can begin anywhere in it. */
function frame(jax, x, [[above, below], [left, right]]) {
  return stored(jax, jax.numpy.pad(x, [[0, above + below + left + right ? 1 : 0], [above, below], [left, right], [0, 0]]));
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
    const { input, flat } = inputSlope(jax, slope, weight, node, sides);
    flat.dispose();
    return { input, own: shaped(stacked(jax, own), shape) };
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
    const { input, flat } = inputSlope(jax, slope, weight, node, sides);
    flat.dispose();
    return { input, own: shaped(stacked(jax, own), shape) };
  };
  return { value, back };
}

/**
 * The slope of the maps that a convolution read. Row a of them met row i of the result at the kernel's row t where
 * a + padding = stride i + t: so the rows a fall into `stride` phases, each a sum of shifted slopes, put together at the
 * end. Also gives the padded slope as rows, with the empty map of `frame` behind it.
 */
function inputSlope(jax, slope, weight, node, sides) {
  const [n, ...have] = slope.shape;
  const axes = [0, 1].map((axis) => phasesOf(node, axis, sides[axis]));
  const pads = axes.map(({ first, last, reach }, axis) => [reach - first, last - have[axis]]);
  const cut = pads.map(([before, behind], axis) => [Math.max(0, -before), have[axis] - Math.max(0, -behind)]);
  const maps = frame(jax, slope.slice([], cut[0], cut[1], []), pads.map((pair) => pair.map((pad) => Math.max(0, pad))));
  const [, rows, columns, outputs] = maps.shape;
  const flat = shaped(maps.ref, [-1, outputs]);
  const spans = axes.map(({ first, last }) => last - first);
  const copies = isWasteful(rows * columns, spans[0] * spans[1], weight.shape[2]);
  const whole = copies || node.groups > 1 ? null : flat.ref.slice([0, n * rows * columns], []);
  const turned = node.groups === 1 ? stored(jax, weight.transpose([0, 1, 3, 2])) : weight; // read row by row: twice as fast
  const sums = new Map();
  taps(node).forEach((shift, i) => {
    const from = axes.map(({ reach }, axis) => reach - Math.floor(shift[axis] / node.stride[axis]));
    const part = [[], ...from.map((start, axis) => [start, start + spans[axis]]), []];
    const own = place(turned.ref, node, i);
    const seen = whole
      ? shaped(product(jax, whole.ref, own), [n, rows, columns, -1]).slice(...part)
      : multiplied(jax, maps.ref.slice([0, n], ...part.slice(1)), own, node);
    const phase = (shift[0] % node.stride[0]) * node.stride[1] + (shift[1] % node.stride[1]);
    sums.set(phase, sums.has(phase) ? sums.get(phase).add(seen) : seen);
  });
  whole?.dispose();
  maps.dispose();
  turned.dispose();
  const grid = interleaved(jax, sums, node.stride);
  const [top, left] = axes.map(({ start }) => start);
  return { input: grid.slice([], [top, top + sides[0]], [left, left + sides[1]], []), flat };
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
