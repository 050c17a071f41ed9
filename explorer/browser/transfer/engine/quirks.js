// Where jax-js 0.1.25 differs from torch, or is wrong, and what is done instead: in this file alone.
// Each has a test that fails without it: tests/engine/quirks.mjs.
//
// * nn.relu has slope 1 at exactly 0 (torch 0), nn.relu6 slope 1 at 0 and 6; black pictures make such zeros.
// * nn.sigmoid is 1 / (1 + exp(-x)), whose slope is not a number for large negative x.
// * Where two values of a pooling window are equal, the slope is shared out; torch gives it to the first.
// * np.pad pads with 0 only.
// * np.matmul of (M, K) and (B, K, N) gives (M, B, N), numpy (B, M, N).
// * lax.convGeneralDilated has wrong slopes on WebGPU for many strided convolutions, and is slow in WebAssembly:
//   convolutions are sums of matrix products over shifted maps (conv.js), strides are a reshape (`strided`).
// * In WebAssembly an array that is repeated and then cut is read four numbers at a time, and wrongly where these lie
//   across the seam.
// * An array that is passed as a shape is kept: shapes are copied here.
// Its slow programs in WebAssembly are another matter: wasm-kernels.js.

export const LOWEST = -3.4e38;

/** max(x, 0), slope 0 at 0: of two equal values jax-js follows the first, here the constant. */
export function relu({ numpy: np }, x) {
  return np.maximum(0, x);
}

/** min(max(x, 0), 6), slope 0 at 0 and 6. */
export function relu6({ numpy: np }, x) {
  return np.minimum(6, np.maximum(0, x));
}

/** 1 / (1 + exp(-x)) without exp. */
export function sigmoid({ numpy: np }, x) {
  return np.tanh(x.mul(0.5)).mul(0.5).add(0.5);
}

/** The larger of two maps; where they are equal the first, and all of the slope goes to it. */
export function firstLarger({ numpy: np }, first, second) {
  return np.maximum(first, second);
}

/** Pads the sides of maps (N, H, W, C) with any value. */
export function padded(jax, x, [[top, bottom], [left, right]], value = 0) {
  const { numpy: np } = jax;
  if (!top && !bottom && !left && !right) return x;
  const width = () => [[0, 0], [top, bottom], [left, right], [0, 0]];
  if (value === 0) return np.pad(x, width());
  const [, height, long] = x.shape, outside = new Float32Array((top + height + bottom) * (left + long + right)).fill(value);
  for (let row = top; row < top + height; row++) {
    const start = row * (left + long + right) + left;
    outside.fill(0, start, start + long);
  }
  return stored(jax, np.pad(x, width())).add(np.array(outside, { shape: [1, top + height + bottom, left + long + right, 1] }));
}

/** Matrix products, one for each entry of the leading axis: (B, M, K), (B, K, N) -> (B, M, N). */
export function batchedProduct({ lax }, left, right) {
  const axes = { lhsContractingDims: [2], rhsContractingDims: [1], lhsBatchDims: [0], rhsBatchDims: [0] };
  return lax.dot(left, right, axes);
}

/** (M, K) times (K, N). */
export function product(jax, left, right) {
  return productOver(jax, left, right, [1, 0]);
}

/** Two matrices multiplied over one axis of each. */
export function productOver({ lax }, left, right, [first, second]) {
  return lax.dot(left, right, { lhsContractingDims: [first], rhsContractingDims: [second] });
}

/** The sum of the products of pairs: parts of maps (N, H, W, C), matrices (C, O) -> (N, H, W, O), as one kernel of jax-js. */
export function sumOfProducts(jax, pairs, size) {
  const terms = pairs.map(([view, matrix]) => view.reshape([...size, 1, matrix.shape[0]]).mul(matrix.transpose([1, 0])));
  return terms.reduce((sum, term) => sum.add(term)).sum(-1);
}

/**
 * The same values, computed once and stored. jax-js fuses a shifted view into what reads it: into a product, which then
 * loads number by number (5 times slower in WebAssembly), and into each of several sums, which work it out again. It
 * stores what is padded; the row of padding is cut off again at no cost.
 */
export function stored({ numpy: np }, x) {
  const whole = x.shape.slice(1).map(() => []);
  return np.pad(np.maximum(x, LOWEST), [[1, 0], ...whole.map(() => [0, 0])]).slice([1, x.shape[0] + 1], ...whole);
}

/**
 * A line of numbers turned round: what lies `away` further on (or back), from the other end where the line ends. Repeated
 * and cut, which jax-js reads four numbers at a time as no number lies outside; padding it reads one by one.
 */
export function turnedRound({ numpy: np }, line, away) {
  const [all] = line.shape;
  const from = ((away % all) + all) % all;
  if (from === 0) return line;
  if (from % 4 || all % 4) return np.concatenate([line.ref.slice([from, all]), line.slice([0, from])]);
  return np.broadcastTo(line.reshape([1, all]), [2, all]).reshape([2 * all]).slice([from, from + all]);
}

/** Arrays of one shape, stacked: jax-js's own joins number by number, this one four at a time. */
export function stacked({ numpy: np }, arrays) {
  const { shape } = arrays[0];
  if (arrays.length === 1) return arrays[0].reshape([1, ...shape]);
  const spread = arrays.map((array, i) => {
    const mask = Float32Array.from(arrays, (_, k) => Number(k === i));
    return array.reshape([1, ...shape]).mul(np.array(mask, { shape: [arrays.length, ...shape.map(() => 1)] }));
  });
  return spread.reduce((sum, one) => sum.add(one));
}

/**
 * Maps put side by side, every `down` rows and every `right` columns: `parts` is a Map of row x right + column -> map
 * (N, H, W, C); what is missing is 0. Gives (N, H down, W right, C).
 */
export function interleaved({ numpy: np }, parts, [down, right]) {
  const all = [...parts];
  if (down * right === 1) return all[0][1];
  const [n, rows, columns, channels] = all[0][1].shape;
  const apart = all.map(([place, part]) => {
    const mask = Float32Array.from({ length: down * right }, (_, k) => Number(k === place));
    return part.reshape([n, rows, 1, columns, 1, channels]).mul(np.array(mask, { shape: [1, 1, down, 1, right, 1] }));
  });
  return apart.reduce((sum, one) => sum.add(one)).reshape([n, rows * down, columns * right, channels]);
}

/** A reshape that keeps no array of the caller. */
export function shaped(x, shape) {
  return x.reshape([...shape]);
}

/**
 * Every stride-th row and column of maps (N, H, W, C), `rows` of them from `top`, by reshape and slice:
 * first `prepared` once, then `strided` for each shift.
 */
export function prepared(jax, x, { padding, stride, reach, size }, value = 0) {
  const [n, height, width, channels] = x.shape;
  const need = [0, 1].map((axis) => stride[axis] * (size[axis] + Math.floor(reach[axis] / stride[axis])));
  const have = [height, width];
  const behind = [0, 1].map((axis) => need[axis] - have[axis] - padding[axis][0]);
  const pads = [0, 1].map((axis) => [padding[axis][0], Math.max(0, behind[axis])]);
  let maps = padded(jax, x, pads, value);
  if (behind[0] < 0 || behind[1] < 0) maps = maps.slice([], [0, need[0]], [0, need[1]], []);
  if (stride[0] === 1 && stride[1] === 1) return maps;
  const split = [need[0] / stride[0], stride[0], need[1] / stride[1], stride[1]];
  return shaped(maps, [n, ...split, channels]);
}

export function strided(maps, [down, right], { stride, size }) {
  const at = (shift, axis) => Math.floor(shift / stride[axis]);
  const rows = [at(down, 0), at(down, 0) + size[0]], columns = [at(right, 1), at(right, 1) + size[1]];
  if (maps.shape.length === 4) return maps.slice([], rows, columns, []);
  return maps.slice([], rows, down % stride[0], columns, right % stride[1], []);
}
