// The way back through windows, of a convolution or a pool, for any stride, padding and dilation; conv-turned.js has its own.
// Shapes: maps (N, H, W, C), weights (H, W, C / groups, O).

import { kernelsBack, placeOf, taps } from "./conv-ways.js";
import { interleaved, padded, product, shaped, stored, sumOfProducts } from "./quirks.js";
import { quick } from "./wasm-kernels.js";

/**
 * Copying what each place of the kernel sees takes as long as so many rows more in a product, times the channels that
 * come out, for each row of a copy (measured in WebAssembly).
 */
const COPY = 10;

/** The slope of the maps that a convolution read. */
export function inputSlope(jax, slope, weight, node, sides) {
  const way = wayBack(node, sides, slope.shape.slice(1, 3));
  const maps = way.widened(jax, slope);
  const kernels = kernelsBack(jax, weight, node);
  const add = adderOf(jax, maps, weight, node, way.spans);
  const grids = way.gathered((parts) => add(parts.map(([part, i]) => [part, placeOf(kernels.ref, node, i)])));
  for (const array of [maps, kernels]) array.dispose();
  return way.joined(jax, grids);
}

/**
 * How what windows saw goes back to the maps, of `sides`; `have`: how many windows there are. Row a of a map met window i at
 * the row t of the kernel where a + padding = stride i + t: so the rows a fall into `stride` phases, to each of which some
 * places of the kernel lead, shifted.
 *
 * {widened(jax, maps of the windows): zeros around, stored; gathered(parts => maps): Map of phase -> maps, where parts are
 * [[the part of widened maps, the place of the kernel]]; spans: rows and columns of a phase; joined(jax, that Map): the maps of
 * `sides`}
 */
export function wayBack(node, sides, have) {
  const axes = [0, 1].map((axis) => phasesOf(node, axis, sides[axis]));
  const pads = axes.map(({ first, last, reach }, axis) => [reach - first, last - have[axis]]);
  const cut = pads.map(([before, behind], axis) => [Math.max(0, -before), have[axis] - Math.max(0, -behind)]);
  const [above, beside] = pads.map((pair) => pair.map((pad) => Math.max(0, pad)));
  const spans = axes.map(({ first, last }) => last - first);
  const [top, left] = axes.map(({ start }) => start);
  const phases = new Map();
  taps(node).forEach((shift, i) => {
    const from = axes.map(({ reach }, axis) => reach - Math.floor(shift[axis] / node.stride[axis]));
    const part = [[], ...from.map((start, axis) => [start, start + spans[axis]]), []];
    const phase = (shift[0] % node.stride[0]) * node.stride[1] + (shift[1] % node.stride[1]);
    phases.set(phase, [...(phases.get(phase) ?? []), [part, i]]);
  });
  return {
    spans,
    gathered: (make) => new Map([...phases].map(([phase, parts]) => [phase, make(parts)])),
    widened: (jax, maps) => stored(jax, padded(jax, maps.slice([], cut[0], cut[1], []), [above, beside])),
    joined: (jax, grids) => interleaved(jax, grids, node.stride).slice([], [top, top + sides[0]], [left, left + sides[1]], []),
  };
}

/** How parts of the maps are multiplied with weights and added up; which is fastest depends on the sizes. */
function adderOf(jax, maps, weight, { groups }, spans) {
  const [n, rows, columns, outputs] = maps.shape, size = [n, ...spans];
  const seen = (part) => maps.ref.slice(...part);
  const total = (arrays) => arrays.reduce((sum, one) => sum.add(one));
  if (groups > 1) return (parts) => total(parts.map(([part, own]) => seen(part).mul(own.reshape([-1]))));
  if (quick()) return (parts) => sumOfProducts(jax, parts.map(([part, own]) => [seen(part), own]), size);
  const copies = weight.shape[2] * ((rows * columns) / (spans[0] * spans[1]) - 1) > COPY;
  if (copies) {
    return (parts) => shaped(total(parts.map(([part, own]) => product(jax, shaped(stored(jax, seen(part)), [-1, outputs]), own))), [...size, -1]);
  }
  const whole = (own) => shaped(product(jax, shaped(maps.ref, [-1, outputs]), own), [n, rows, columns, -1]);
  return (parts) => total(parts.map(([part, own]) => whole(own).slice(...part)));
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
