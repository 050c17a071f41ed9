// A layer small enough to be drawn whole: which weights there are, which line uses which, and what comes out. No DOM.
// `t` runs from 0 (fully connected) by 1 (locally connected) to 2 (convolutional); in between it is a mixture.
import { uniform } from "./chance.js";

export const STAGES = ["dense", "local", "conv"];
export const SEED = { weights: 7, biases: 11 };
const GRID_KERNELS = { 2: [1, -1, -1, 1], 3: [1, 0, 1, 0, 1, 0, 1, 0, 1] }; // 3: the lecture's example
const ROW_KERNELS = { 2: [-1, 1], 3: [-1, 2, -1], 4: [-1, -1, 1, 1], 5: [1, -4, 6, -4, 1] };
// The lecture's 5 × 5 example picture, and its like for the other sizes.
const LECTURE = ["11100", "01110", "00111", "00110", "01100"];

const clamp = (value) => Math.max(0, Math.min(1, value));
const tenths = (index, seed) => Math.floor(uniform(index, seed) * 10 + 0.5) / 10;

/** Which of the three a slider position belongs to: 0, 1 or 2. */
export const nearest = (t) => (t < 0.5 ? 0 : t < 1.5 ? 1 : 2);

/** The picture a fresh drawing starts from, as text of 0 and 1. */
export function pattern(rows, columns) {
  if (rows === 1) return "0111001010110010".slice(0, columns);
  const cell = (y, x) => (LECTURE[y] || "")[x] || "0";
  return Array.from({ length: rows * columns }, (_, j) => cell(Math.floor(j / columns), j % columns)).join("");
}

/** Sizes of the layer: `{lay, n, rk, g, gk}` as the controls give them. */
export function plan({ lay, n, rk, g, gk }) {
  const grid = lay === "grid";
  const [rows, columns, kh, kw] = grid ? [g, g, gk, gk] : [1, n, 1, rk];
  const [outRows, outColumns] = [rows - kh + 1, columns - kw + 1];
  return { grid, rows, columns, kh, kw, outRows, outColumns, inputs: rows * columns, hidden: outRows * outColumns, taps: kh * kw };
}

/** The whole layer at `t`, over the picture `bits`. */
export class Layer {
  constructor(size, bits, t) {
    Object.assign(this, size);
    this.t = t;
    this.stage = nearest(t);
    this.x = Array.from(bits, Number);
    this.shared = this.grid ? GRID_KERNELS[this.kh] : ROW_KERNELS[this.kw];
    this.y = Array.from({ length: this.hidden }, (_, i) => this.output(i));
  }

  /** Which weight of the kernel joins input j to hidden unit i; -1 where the window does not reach. */
  tap(i, j) {
    const dy = Math.floor(j / this.columns) - Math.floor(i / this.outColumns);
    const dx = (j % this.columns) - (i % this.outColumns);
    return dy >= 0 && dy < this.kh && dx >= 0 && dx < this.kw ? dy * this.kw + dx : -1;
  }

  own(i, j) { return tenths(i * this.inputs + j, SEED.weights); }
  ownBias(i) { return tenths(i, SEED.biases); }

  /** How much of the connection is there: 1, or fading out between 0 and 1. */
  presence(i, j) { return this.tap(i, j) >= 0 ? 1 : 1 - clamp(this.t); }

  /** How far the weights are shared: 0 none, 1 wholly. */
  get sharing() { return clamp(this.t - 1); }

  weight(i, j) {
    const tap = this.tap(i, j);
    if (tap < 0) return this.own(i, j) * (1 - clamp(this.t));
    return this.own(i, j) * (1 - this.sharing) + this.shared[tap] * this.sharing;
  }

  bias(i) { return this.ownBias(i) * (1 - this.sharing); }

  output(i) {
    let sum = this.bias(i);
    for (let j = 0; j < this.inputs; j++) sum += this.weight(i, j) * this.x[j];
    return sum;
  }

  /** The number of the weight on the line from j to i, counted from 1; null where there is no line. */
  id(i, j, stage = this.stage) {
    const tap = this.tap(i, j);
    if (stage === 0) return i * this.inputs + j + 1;
    if (tap < 0) return null;
    return stage === 1 ? i * this.taps + tap + 1 : tap + 1;
  }

  /** Weights, biases and connections of one of the three kinds. */
  count(stage) {
    const { inputs, hidden, taps } = this;
    return {
      weights: [hidden * inputs, hidden * taps, taps][stage],
      biases: [hidden, hidden, 1][stage],
      connections: stage === 0 ? hidden * inputs : hidden * taps,
    };
  }

  /** Whether the line from j to i belongs to what is pointed at: a unit "h", an input "x", a weight "w", or nothing. */
  lit(focus, i, j) {
    if (!focus) return true;
    if (focus.kind === "h") return focus.i === i;
    if (focus.kind === "x") return focus.j === j;
    const id = this.id(focus.i, focus.j);
    return id === null ? focus.i === i && focus.j === j : this.id(i, j) === id;
  }

  /** The focus named by a link, where it exists in this layer; null otherwise. */
  focus(text) {
    const found = /^([hxw])(\d{1,3})(?:\.(\d{1,3}))?$/.exec(text);
    if (!found) return null;
    const [, kind, first, second] = found;
    const focus = { kind, i: kind === "x" ? -1 : +first, j: kind === "x" ? +first : kind === "w" ? +second : -1 };
    const fits = focus.i < this.hidden && focus.j < this.inputs && (kind !== "w" || second !== undefined);
    return fits ? focus : null;
  }

  /** Matrix times picture against the kernel sliding over it, both computed: the largest difference at t = 2. */
  slidingDifference() {
    let most = 0;
    for (let i = 0; i < this.hidden; i++) {
      const [top, left] = [Math.floor(i / this.outColumns), i % this.outColumns];
      let sum = 0;
      for (let tap = 0; tap < this.taps; tap++) sum += this.shared[tap] * this.x[(top + Math.floor(tap / this.kw)) * this.columns + left + (tap % this.kw)];
      most = Math.max(most, Math.abs(sum - this.y[i]));
    }
    return most;
  }
}

export const focusText = (focus) => (!focus ? "" : focus.kind === "x" ? `x${focus.j}` : focus.kind === "h" ? `h${focus.i}` : `w${focus.i}.${focus.j}`);
