// Our own kernels (wasm-kernels.js) beside jax-js's, on the same expressions; and which of a network's are ours.

import { padded, stored, sumOfProducts } from "../../explorer/browser/transfer/engine/quirks.js";
import { backendOf, ownKernel, quicken } from "../../explorer/browser/transfer/engine/wasm-kernels.js";
import { distance } from "./operations.mjs";
import { opened } from "./parity.mjs";

const dot = (jax, a, b, first = 1, second = 0) => jax.lax.dot(a, b, { lhsContractingDims: [first], rhsContractingDims: [second] });

/** Windows of maps padded by `pad`, every `step`-th row and column, times one matrix for each of `shifts`. */
function windows(jax, maps, weights, { pad = 1, step = 1, shifts }) {
  const [n, height, width] = maps.shape;
  let wide = stored(jax, padded(jax, maps, [[pad, pad + step - 1], [pad, pad + step - 1]]));
  const rows = Math.floor((height + 2 * pad - 3) / step) + 1, columns = Math.floor((width + 2 * pad - 3) / step) + 1;
  const [, high, long, channels] = wide.shape;
  const even = [high - (high % step), long - (long % step)];
  wide = wide.slice([], [0, even[0]], [0, even[1]], []).reshape([n, even[0] / step, step, even[1] / step, step, channels]);
  const seen = ([i, j]) => {
    const [down, right] = [Math.floor(i / step), Math.floor(j / step)];
    return wide.ref.slice([], [down, down + rows], i % step, [right, right + columns], j % step, []);
  };
  const pairs = shifts.map(([i, j]) => [seen([i, j]), weights.ref.slice(i, j, [], [])]);
  const found = sumOfProducts(jax, pairs, [n, rows, columns]);
  for (const array of [wide, weights]) array.dispose();
  return found;
}

const NINE = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => [i, j]));

/** name -> {shapes, run: (jax, ...arrays) -> array, own: whether ours takes the large kernel}. */
const CASES = {
  "a product": { shapes: [[37, 24], [24, 12]], run: dot, own: true },
  "of one row": { shapes: [[1, 40], [40, 16]], run: dot, own: true },
  "of 130 rows and 20 columns": { shapes: [[130, 9], [9, 20]], run: dot, own: true },
  "of 28 columns": { shapes: [[66, 5], [5, 28]], run: dot, own: true },
  "of 12 columns": { shapes: [[6, 5], [5, 12]], run: dot, own: true },
  "of 4 columns": { shapes: [[75, 8], [8, 4]], run: dot, own: true },
  "of 10 columns, which four do not divide": { shapes: [[16, 64], [64, 10]], run: dot, own: true },
  "of 7 columns": { shapes: [[18, 30], [30, 7]], run: dot, own: true },
  "of 2 columns": { shapes: [[18, 30], [30, 2]], run: dot, own: true },
  "of 21 columns, shifted": { shapes: [[18, 30], [30, 21], [21]], run: (jax, a, b, c) => dot(jax, a, b).add(c), own: true },
  "of 6 columns, over a long axis": { shapes: [[3000, 5], [3000, 6]], run: (jax, a, b) => dot(jax, a, b, 0, 0), own: true },
  "over the first axis": { shapes: [[200, 12], [200, 16]], run: (jax, a, b) => dot(jax, a, b, 0, 0), own: true },
  "over a long axis": { shapes: [[4096, 20], [4096, 24]], run: (jax, a, b) => dot(jax, a, b, 0, 0), own: true },
  "over a long prime axis": { shapes: [[2503, 20], [2503, 24]], run: (jax, a, b) => dot(jax, a, b, 0, 0), own: true },
  "with a turned second matrix": { shapes: [[20, 16], [24, 16]], run: (jax, a, b) => dot(jax, a, b, 1, 1), own: false },
  "with a turned first matrix": { shapes: [[16, 20], [16, 24]], run: (jax, a, b) => dot(jax, a.transpose([1, 0]), b), own: true },
  "with a mirrored first matrix": { shapes: [[20, 16], [16, 24]], run: (jax, a, b) => dot(jax, jax.numpy.flip(a, 0), b), own: false },
  "with part of a matrix": { shapes: [[30, 40], [16, 24]], run: (jax, a, b) => dot(jax, a.slice([3, 25], [7, 23]), b), own: true },
  "with part of the second": { shapes: [[30, 8], [20, 48]], run: (jax, a, b) => dot(jax, a, b.slice([5, 13], [4, 32])), own: true },
  "with one row for all": { shapes: [[1, 8], [8, 16]], run: (jax, a, b) => dot(jax, jax.numpy.broadcastTo(a, [9, 8]), b), own: true },
  "shifted and scaled": { shapes: [[36, 24], [24, 12], [12]], run: (jax, a, b, c) => dot(jax, a, b).mul(0.5).add(c), own: true },
  "cut at 0 and 6": { shapes: [[36, 24], [24, 12]], run: (jax, a, b) => jax.numpy.minimum(6, jax.numpy.maximum(0, dot(jax, a, b))), own: true },
  "minus another array": { shapes: [[36, 24], [24, 12], [36, 12]], run: (jax, a, b, c) => c.sub(dot(jax, a, b)), own: true },
  "plus a column": { shapes: [[36, 24], [24, 12], [36, 1]], run: (jax, a, b, c) => dot(jax, a, b).add(c), own: true },
  "the exponential of a product": { shapes: [[36, 24], [24, 12]], run: (jax, a, b) => jax.numpy.exp(dot(jax, a, b)), own: false },
  "in batches": {
    shapes: [[5, 18, 12], [5, 12, 8]],
    run: (jax, a, b) => jax.lax.dot(a, b, { lhsContractingDims: [2], rhsContractingDims: [1], lhsBatchDims: [0], rhsBatchDims: [0] }),
    own: true,
  },
  "nine places": { shapes: [[2, 9, 11, 8], [3, 3, 8, 12]], run: (jax, a, b) => windows(jax, a, b, { shifts: NINE }), own: true },
  "nine places, one channel": { shapes: [[2, 9, 8, 1], [3, 3, 1, 16]], run: (jax, a, b) => windows(jax, a, b, { shifts: NINE }), own: true },
  "every second place": { shapes: [[3, 10, 8, 4], [3, 3, 4, 16]], run: (jax, a, b) => windows(jax, a, b, { step: 2, shifts: NINE }), own: true },
  "every third place, some": { shapes: [[2, 12, 12, 5], [3, 3, 5, 8]], run: (jax, a, b) => windows(jax, a, b, { step: 3, pad: 3, shifts: NINE.filter((_, i) => i % 2) }), own: true },
  "wide rows": { shapes: [[1, 4, 70, 3], [3, 3, 3, 4]], run: (jax, a, b) => windows(jax, a, b, { shifts: NINE }), own: true },
  "slopes of weights": {
    shapes: [[3, 9, 10, 8], [3, 9, 10, 12]],
    run: (jax, a, b) => dot(jax, stored(jax, padded(jax, a, [[1, 1], [1, 1]])).slice([], [2, 11], [0, 10], []).reshape([-1, 8]), b.reshape([-1, 12]), 0, 0),
    own: true,
  },
  "slopes of weights, many pictures": {
    shapes: [[9, 30, 14, 8], [9, 30, 14, 12]],
    run: (jax, a, b) => dot(jax, stored(jax, padded(jax, a, [[1, 1], [1, 1]])).slice([], [1, 31], [2, 16], []).reshape([-1, 8]), b.reshape([-1, 12]), 0, 0),
    own: true,
  },
  "zeros around": { shapes: [[2, 5, 6, 4]], run: (jax, a) => jax.numpy.pad(a, [[0, 0], [1, 2], [3, 0], [0, 0]]), own: true },
  "zeros around the last axis": { shapes: [[4, 12]], run: (jax, a) => jax.numpy.pad(a, [[1, 0], [2, 3]]), own: true },
  "zeros around short rows": { shapes: [[4, 12, 3]], run: (jax, a) => jax.numpy.pad(a, [[0, 0], [0, 0], [2, 3]]), own: false },
  "zeros around maps of one channel": { shapes: [[2, 9, 10, 1]], run: (jax, a) => jax.numpy.pad(a, [[0, 0], [1, 1], [1, 1], [0, 0]]), own: true },
  "zeros around a part": { shapes: [[2, 8, 9, 4]], run: (jax, a) => jax.numpy.pad(a.slice([], [1, 7], [2, 9], []), [[0, 0], [1, 1], [1, 1], [0, 0]]), own: true },
  "stored zeros around": { shapes: [[2, 5, 6, 4]], run: (jax, a) => stored(jax, padded(jax, a, [[1, 1], [2, 1]])).add(0), own: true },
  "a part stored": { shapes: [[6, 7, 8]], run: (jax, a) => stored(jax, a.slice([1, 5], [2, 6], [])).add(0), own: true },
  "a turned array stored": { shapes: [[6, 7, 8]], run: (jax, a) => stored(jax, a.transpose([2, 1, 0])).add(0), own: false },
};

/** [{name, own, wanted, far}]: whether the kernel with the most work was ours, and how far its result is from jax-js's. */
export async function ownKernels(jax, backends) {
  const backend = backendOf(backends);
  const random = (count, seed) => Float32Array.from({ length: count }, (_, i) => Math.sin((i + 1) * 12.9898 + seed) * 43758.5453 % 1);
  const results = async () => {
    const found = [];
    for (const { shapes, run } of Object.values(CASES)) {
      const given = shapes.map((shape, i) => jax.numpy.array(random(shape.reduce((a, b) => a * b, 1), i), { shape: [...shape], device: "wasm" }));
      kernels.length = 0;
      const data = await jax.jit((...arrays) => run(jax, ...arrays))(...given).data();
      found.push({ data, largest: kernels.reduce((a, b) => (work(b) > work(a) ? b : a)) });
    }
    return found;
  };
  const kernels = [], work = ({ size, reduction, exp }) => size * (reduction?.size ?? 1) * exp.collect((one) => one.op === "GlobalView").length;
  const { prepareKernel } = backend;
  backend.prepareKernel = (kernel) => { kernels.push(kernel); return prepareKernel.call(backend, kernel); };
  const theirs = await results();
  backend.prepareKernel = prepareKernel;
  quicken(jax, backends);
  const { prepareKernel: own } = backend;
  backend.prepareKernel = (kernel) => { kernels.push(kernel); return own.call(backend, kernel); };
  const ours = await results();
  return Object.entries(CASES).map(([name, one], i) =>
    ({ name, wanted: one.own, own: Boolean(ownKernel(ours[i].largest)), far: distance(ours[i].data, theirs[i].data) }));
}

/** Of the multiplications that the kernels of a training step do in products, the share that ours do. */
export async function shareOfOwn(jax, backends, read, name) {
  const backend = backendOf(backends);
  const { prepareKernel } = backend;
  const done = { own: 0, other: 0 };
  backend.prepareKernel = (kernel) => {
    const { exp, reduction, size } = kernel;
    if (reduction?.op === "Add") {
      const products = exp.collect((one) => one.op === "Mul" && one.dtype === "float32").length;
      done[ownKernel(kernel) ? "own" : "other"] += size * reduction.size * products;
    }
    return prepareKernel.call(backend, kernel);
  };
  const { trainer } = await opened(jax, "wasm", read, name);
  await trainer.step();
  return done.own / (done.own + done.other);
}

/** Milliseconds of processor time of a training step, the fastest of some. */
export async function stepTime(jax, read, name, clock) {
  const { trainer } = await opened(jax, "wasm", read, name);
  let best = Infinity;
  for (let i = 0; i < 12; i++) {
    const started = clock();
    await trainer.step();
    best = Math.min(best, clock() - started);
  }
  return best;
}
