// Convolutions whose result, times the stride, has the rows and columns of the map: nearly all of a network's. Nothing is
// padded. The pixels of a batch are one line; what a place of the kernel sees is this line turned round by some pixels
// (`turnedRound` in quirks.js), times 0 where the border of a map lies between. With a stride the map is first dealt out
// into phases: every stride-th row and column from the first, from the second, and so on.

import { kernelsBack, placeOf, taps } from "./conv-ways.js";
import { interleaved, prepared, product, productOver, shaped, stacked, stored, strided, turnedRound } from "./quirks.js";

/** One group: the product is moved, not what it reads; a slope is moved once, stored, and multiplied twice. */
const FULL = {
  seen: (jax, rows, kernel, move) => move(product(jax, rows, kernel)),
  kept: stored,
  toInput: product,
  toWeight: (jax, rows, slopes) => productOver(jax, rows, slopes, [0, 0]),
};

/** Depthwise, one filter a channel. */
const ALONE = {
  seen: (jax, rows, kernel, move) => shaped(move(rows), rows.shape).mul(kernel.flatten()),
  kept: (jax, slopes) => slopes,
  toInput: (jax, slopes, kernel) => slopes.mul(kernel.flatten()),
  toWeight: (jax, rows, slopes) => rows.mul(slopes).sum([0]),
};

/** The result alone. */
export function turnedValue(jax, x, weight, node) {
  const plan = planOf(jax, x, node);
  const value = forward(jax, plan, weight, node);
  for (const array of [weight, ...plan.phases.values()]) array.dispose();
  return value;
}

/** {value, back}, as in conv-slopes.js. */
export function turned(jax, x, weight, node) {
  const plan = planOf(jax, x, node);
  return { value: forward(jax, plan, weight, node), back: (slope) => backward(jax, plan, slope, weight, node) };
}

function planOf(jax, x, node) {
  const moves = movesOf(node), size = [x.shape[0], ...node.shape.slice(1)];
  const phases = dealt(jax, x, node, new Set(moves.map(({ phase }) => phase)));
  return { how: node.groups === 1 ? FULL : ALONE, moves, phases, size };
}

function forward(jax, { how, moves, phases, size }, weight, node) {
  const mover = moverOf(jax, moves, size, 1);
  const parts = moves.map(({ phase }, k) =>
    how.seen(jax, phases.get(phase).ref, placeOf(weight.ref, node, k), (rows) => mover.moved(rows, k)));
  mover.dispose();
  return shaped(parts.reduce((sum, part) => sum.add(part)), [...size, node.shape[0]]);
}

function backward(jax, { how, moves, phases, size }, slope, weight, node) {
  const { shape } = weight, channels = shape[2] * node.groups;
  const mover = moverOf(jax, moves, size, -1);
  const rows = shaped(slope, [-1, shape[3]]);
  const kernels = kernelsBack(jax, weight, node);
  const sums = new Map(), own = [];
  moves.forEach(({ phase, isStill }, k) => {
    const slopes = isStill ? rows.ref : how.kept(jax, shaped(mover.moved(rows.ref, k), rows.shape));
    own.push(how.toWeight(jax, phases.get(phase).ref, slopes.ref));
    const part = how.toInput(jax, slopes, placeOf(kernels.ref, node, k));
    sums.set(phase, sums.has(phase) ? sums.get(phase).add(part) : part);
  });
  for (const array of [rows, mover, kernels, ...phases.values()]) array.dispose();
  const maps = new Map([...sums].map(([phase, sum]) => [phase, shaped(sum, [...size, channels])]));
  return { input: interleaved(jax, maps, node.stride), own: shaped(stacked(jax, own), shape) };
}

/** For each place of the kernel: the phase that it reads, and by how many of its rows and columns it is away. */
function movesOf(node) {
  const { stride, padding } = node;
  return taps(node).map((reach) => {
    const away = reach.map((far, axis) => far - padding[axis][0]);
    const steps = away.map((far, axis) => Math.floor(far / stride[axis]));
    const [row, column] = away.map((far, axis) => far - steps[axis] * stride[axis]);
    return { steps, phase: row * stride[1] + column, isStill: steps.every((step) => step === 0) };
  });
}

/** The map as its phases, those that are asked for: Map of row x stride + column -> pixels (N H W, C). */
function dealt(jax, x, { stride, groups, shape: [, ...size] }, asked) {
  const channels = x.shape[3], isRead = groups === 1 && stride[0] * stride[1] === 1; // by a product, as it lies
  const window = { stride, size, padding: [[0, 0], [0, 0]], reach: [0, 0] };
  const maps = prepared(jax, x, window);
  const found = new Map([...asked].map((phase) => {
    const part = strided(maps.ref, [Math.floor(phase / stride[1]), phase % stride[1]], window);
    return [phase, shaped(isRead ? part : stored(jax, part), [-1, channels])];
  }));
  maps.dispose();
  return found;
}

/** moved(pixels (N H W, C), k): what lies `sign` times the k-th move away from each, 0 beyond the border, as a line. */
function moverOf(jax, moves, [n, height, width], sign) {
  const { numpy: np } = jax, count = n * height * width;
  const inside = np.array(insides(moves, height, width, sign), { shape: [moves.length, height * width, 1] });
  const moved = (rows, k) => {
    const { steps: [down, right], isStill } = moves[k], channels = rows.shape[1];
    const line = rows.reshape([count * channels]);
    if (isStill) return line;
    const found = turnedRound(jax, line, sign * (down * width + right) * channels);
    const mask = np.broadcastTo(inside.ref.slice([k, k + 1], [], []), [n, height * width, channels]);
    return found.mul(mask.reshape([count * channels]));
  };
  return { moved, dispose: () => inside.dispose() };
}

/** 1 where the place that `sign` times a move leads to lies in the map, else 0: move after move, row after row. */
function insides(moves, height, width, sign) {
  const found = new Float32Array(moves.length * height * width);
  let place = 0;
  for (const { steps: [down, right] } of moves) {
    for (let i = sign * down; i < height + sign * down; i++) for (let j = sign * right; j < width + sign * right; j++) {
      found[place++] = Number(i >= 0 && i < height && j >= 0 && j < width);
    }
  }
  return found;
}
