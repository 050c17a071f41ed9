// Pooling of maps (N, H, W, C), as torch pools: padding, ceil_mode, ties to the first.

import { wayBack } from "./conv-input.js";
import { taps } from "./conv-ways.js";
import { LOWEST, firstLarger, prepared, product, shaped, stored, strided } from "./quirks.js";

/** A pool's window as a convolution has it: padding on both sides, a dilation. */
const windowOf = (node) => ({ ...node, padding: node.padding.map((n) => [n, n]), dilation: node.dilation ?? [1, 1] });

function views(jax, x, node, value) {
  const window = windowOf(node);
  const reach = [0, 1].map((axis) => (node.kernel[axis] - 1) * window.dilation[axis]);
  const seen = { ...window, size: node.shape.slice(1), reach };
  const maps = prepared(jax, x, seen, value);
  const found = taps(window).map((shift) => strided(maps.ref, shift, seen));
  maps.dispose();
  return found;
}

const largestOf = (jax, seen) => seen.reduce((largest, view) => firstLarger(jax, largest, view));

/** The largest of each window; the first of them where several are. */
export function maxPool(jax, x, node) {
  return largestOf(jax, views(jax, x, node, LOWEST));
}

/** `maxPool` with a way back: {value, back(slope) -> {inputs: [slope], weights: {}}}. */
export function maxPoolWithSlopes(jax, x, node) {
  const { numpy: np } = jax, sides = x.shape.slice(1, 3);
  const seen = views(jax, x, node, LOWEST);
  const value = largestOf(jax, seen.map((view) => view.ref));
  const none = seen.length, have = value.shape.slice(1, 3);
  const chosen = seen.map((view, place) => np.where(view.less(value.ref), none, place)).reduce((first, one) => np.minimum(first, one));
  const back = (slope) => {
    const way = wayBack(windowOf(node), sides, have);
    const [slopes, places] = [slope, chosen].map((maps) => way.widened(jax, maps));
    const isFrom = (part, place) => { // 1 or 0, in floats: a condition would be read number by number
      const off = places.ref.slice(...part).sub(place);
      return np.maximum(0, np.maximum(off.ref, off.neg()).mul(-1).add(1));
    };
    const from = ([part, place]) => slopes.ref.slice(...part).mul(isFrom(part, place));
    const summed = (parts) => stored(jax, parts.map(from).reduce((sum, one) => sum.add(one)));
    const grids = way.gathered((parts) => (parts.length > 1 ? summed(parts) : from(parts[0])));
    for (const array of [slopes, places]) array.dispose();
    return { inputs: [way.joined(jax, grids)], weights: {} };
  };
  return { value, back };
}

/** The mean of each window. */
export function averagePool(jax, x, node) {
  const [height, width] = [x.shape[1], x.shape[2]];
  const sums = views(jax, x, node, 0).reduce((sum, view) => sum.add(view));
  const counts = [counted(node, 0, height), counted(node, 1, width)];
  const all = counts.every((axis) => axis.every((n) => n === axis[0]));
  if (all) return sums.mul(1 / (counts[0][0] * counts[1][0]));
  const shares = Float32Array.from(counts[0].flatMap((a) => counts[1].map((b) => 1 / (a * b))));
  return sums.mul(jax.numpy.array(shares, { shape: [1, counts[0].length, counts[1].length, 1], device: x.device }));
}

/** How many rows count in each window: those of the picture, and the padding where it is to be included. */
function counted(node, axis, side) {
  const { kernel, stride, padding } = node;
  return Array.from({ length: node.shape[1 + axis] }, (_, i) => {
    const start = i * stride[axis] - padding[axis];
    const end = Math.min(start + kernel[axis], side + padding[axis]);
    return node.count_include_pad ? end - start : Math.min(end, side) - Math.max(start, 0);
  });
}

function shares(inputs, outputs) {
  const found = new Float32Array(outputs * inputs);
  for (let i = 0; i < outputs; i++) {
    const start = Math.floor((i * inputs) / outputs), end = Math.ceil(((i + 1) * inputs) / outputs);
    for (let j = start; j < end; j++) found[i * inputs + j] = 1 / (end - start);
  }
  return found;
}

/** The mean of each of rows x columns parts, which may overlap by a row where they do not come out even. */
export function adaptiveAveragePool(jax, x, [rows, columns]) {
  const [n, height, width, channels] = x.shape;
  if (rows === 1 && columns === 1) return shaped(x.mean([1, 2]), [n, 1, 1, channels]);
  if (rows === height && columns === width) return x;
  const matrix = (inputs, outputs) => jax.numpy.array(shares(inputs, outputs), { shape: [outputs, inputs] });
  const down = shaped(x.transpose([1, 0, 2, 3]), [height, n * width * channels]);
  const first = shaped(product(jax, matrix(height, rows), down), [rows, n, width, channels]);
  const across = shaped(first.transpose([2, 1, 0, 3]), [width, n * rows * channels]);
  const second = shaped(product(jax, matrix(width, columns), across), [columns, n, rows, channels]);
  return second.transpose([1, 2, 0, 3]);
}
