// From the chosen picture to the numbers of the page: the feature map, activated, through layers, pooled. No DOM here.
import { extent } from "../shared/colour.js";
import { slide } from "../shared/crosscorrelation.js";
import { activation, steepest } from "./functions.js";
import { count, coverage, pool, putBack, refusal, relativeChange, shifter, windowAt, winners } from "./pooling.js";

export const SHIFTS = 16;
export const MOST_LAYERS = 30;
export const KINDS = ["max", "average", "sum"];

/** Mean over r × r blocks; what does not fill a block at the edge is left out. */
export function shrink({ data, height, width }, r) {
  const [rows, columns] = [Math.floor(height / r), Math.floor(width / r)];
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let i = 0; i < r; i++) for (let j = 0; j < r; j++) sum += data[(y * r + i) * width + x * r + j];
      out[y * columns + x] = sum / (r * r);
    }
  return { data: out, height: rows, width: columns };
}

const each = (plane, f) => ({ ...plane, data: plane.data.map(f) });
const mean = (data) => data.reduce((total, value) => total + value, 0) / data.length;
const shareOf = (data, test) => data.reduce((total, value) => total + (test(value) ? 1 : 0), 0) / data.length;

function middle(data) {
  const sorted = Float64Array.from(data).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Keeps the last value of each name as long as its key stays. */
function keeper() {
  const kept = new Map();
  return (name, key, make) => {
    const old = kept.get(name);
    if (old && old.key === key) return old.value;
    const value = make();
    kept.set(name, { key, value });
    return value;
  };
}

export class Model {
  constructor(data, values) {
    this.data = data;
    this.values = values;
    this.keep = keeper();
    this.grey = null;
    this.turn = 0;
  }

  setPicture(grey) {
    this.grey = grey;
    this.turn++;
  }

  get kernel() { return this.data.kernels.find((kernel) => kernel.name === this.values.k); }
  get stride() { return this.values.s === "w" ? this.values.w : Number(this.values.s); }
  get key() { const { r, k, gain, bias } = this.values; return [this.turn, r, k, gain, bias].join(); }

  /** Why the picture cannot be used with these settings, in a sentence; "" where it can. */
  problem() {
    const { height, width } = this.input;
    const { rows, columns, title } = this.kernel;
    const size = `${height} × ${width}`;
    if (height < rows || width < columns) return `At this scale the picture has ${size} pixels: too few for "${title}" (${rows} × ${columns}). A larger scale or another picture is needed.`;
    const why = refusal(this.map, this.values.w);
    if (why && ["pool", "shift"].includes(this.values.v)) return `These settings cannot be: ${why}. A smaller window or a larger scale is needed.`;
    if (this.values.v === "shift" && this.map.width < SHIFTS + this.values.w) return `A shift of up to ${SHIFTS} px needs a map at least ${SHIFTS + this.values.w} px wide; this one has ${this.map.width}. A larger scale is needed.`;
    return "";
  }

  /** Levels 0..255: on them the sums of whole weights are exact, and what cancels is exactly 0. */
  get levels() { return this.keep("levels", `${this.turn},${this.values.r}`, () => shrink(this.grey, Number(this.values.r))); }
  get input() { return this.keep("input", `${this.turn},${this.values.r}`, () => each(this.levels, (v) => v / 255)); }

  get map() {
    const { gain, bias } = this.values;
    const { weights, rows, columns } = this.kernel;
    return this.keep("map", this.key, () => each(slide(this.levels, weights, rows, columns, {}), (v) => (v * gain) / 255 + bias));
  }

  /** The function of slot "f" or "g" with its parameters; null for none. */
  slot(slot) {
    const name = this.values[slot];
    return name === "none" ? null : this.named(name);
  }

  named(name) {
    const { slope, alpha, w1, b1, w2, b2 } = this.values;
    const parameters = { ...this.data.constants, slope, alpha, w1, b1, w2, b2 };
    return this.keep(`function ${name}`, JSON.stringify(parameters), () => activation(this.data.activations.find((entry) => entry.name === name), parameters));
  }

  get rectified() { return this.keep("rectified", this.key, () => each(this.map, (v) => (v > 0 ? v : 0))); }

  activated(f) { return this.keep(`activated ${f.name}`, `${this.key} ${f.formula}`, () => each(this.map, f.value)); }

  /** Sparsity, saturation and the like of a map before and after a function. */
  statistics(f) {
    return this.keep(`statistics ${f.name}`, `${this.key} ${f.formula}`, () => {
      const [before, after] = [this.map.data, this.activated(f).data];
      const limit = this.data.saturated_slope;
      return { zeros: shareOf(after, (v) => v === 0), saturated: shareOf(before, (v) => Math.abs(f.slope(v)) < limit), mean: mean(after), ...extent(after) };
    });
  }

  get before() {
    return this.keep("before", this.key, () => ({ zeros: shareOf(this.map.data, (v) => v === 0), mean: mean(this.map.data), ...extent(this.map.data) }));
  }

  /** Walk back through `layers` layers: visit(layer, share of the gradient left at every place). */
  walk(f, layers, visit) {
    const x = Float64Array.from(this.map.data), left = new Float64Array(x.length).fill(1);
    const same = this.values.feed === "same" ? x.map((v) => Math.abs(f.slope(v))) : null;
    for (let layer = 1; layer <= layers; layer++) {
      for (let i = 0; i < x.length; i++) {
        left[i] *= same ? same[i] : Math.abs(f.slope(x[i]));
        if (!same) x[i] = f.value(x[i]);
      }
      visit?.(layer, left);
    }
    return left;
  }

  /** {means, best} of what is left of the gradient after 0, 1, … layers. */
  decay(f) {
    return this.keep(`decay ${f.name}`, `${this.key} ${f.formula} ${this.values.feed}`, () => {
      const means = [1], top = steepest(f).value;
      this.walk(f, MOST_LAYERS, (_, left) => means.push(mean(left)));
      return { means, best: means.map((_, layer) => top ** layer) };
    });
  }

  /** What is left of the gradient after the chosen number of layers, at every place of the map. */
  chain(f) {
    const { n, feed } = this.values;
    return this.keep(`chain ${f.name}`, `${this.key} ${f.formula} ${n} ${feed}`, () => {
      const left = this.walk(f, n), top = steepest(f);
      return { mean: mean(left), best: top.value ** n, steepest: top, median: middle(left), dead: shareOf(left, (v) => v === 0), whole: shareOf(left, (v) => v === 1), passing: shareOf(left, (v) => v > 0.01), plane: { ...this.map, data: left } };
    });
  }

  pooled(kind) {
    return this.keep(`pooled ${kind}`, `${this.key} ${this.values.w} ${this.stride}`, () => pool(this.rectified, kind, this.values.w, this.stride));
  }

  back(kind) {
    return this.keep(`back ${kind}`, `${this.key} ${this.values.w} ${this.stride}`, () => putBack(this.rectified, kind, this.values.w, this.stride));
  }

  /** The output cell looked at, inside the pooled map. */
  get cell() {
    const { height, width } = this.rectified;
    const { w, cy, cx } = this.values;
    return { row: Math.min(cy, count(height, w, this.stride) - 1), column: Math.min(cx, count(width, w, this.stride) - 1) };
  }

  get window() { return windowAt(this.rectified, this.cell.row, this.cell.column, this.values.w, this.stride); }

  /** What pooling throws away. */
  losses() {
    return this.keep("losses", `${this.key} ${this.values.w} ${this.stride}`, () => {
      const map = this.rectified, most = this.back("max"), even = this.back("average");
      const read = coverage(map, this.values.w, this.stride);
      const kept = this.pooled("max").data.length;
      return {
        size: [this.pooled("max").height, this.pooled("max").width], before: map.data.length, kept, discarded: 1 - kept / map.data.length,
        winners: new Set(winners(map, this.values.w, this.stride)).size / map.data.length, unread: shareOf(read, (n) => n === 0), overlapping: shareOf(read, (n) => n > 1),
        mean: mean(map.data), means: Object.fromEntries(KINDS.map((kind) => [kind, mean(this.pooled(kind).data)])),
        error: { max: relativeChange(map, most), average: relativeChange(map, even) },
      };
    });
  }

  /** Relative change against shift for no pooling, max and average; in place or moved back. */
  shifts() {
    const { w, moved } = this.values;
    return this.keep("shifts", `${this.key} ${w} ${this.stride} ${moved}`, () => {
      const kinds = ["none", "max", "average"];
      const shifters = Object.fromEntries(kinds.map((kind) => [kind, shifter(this.rectified, kind, w, this.stride, SHIFTS)]));
      const along = (f) => Array.from({ length: SHIFTS + 1 }, (_, shift) => f(shift));
      const curves = (name) => Object.fromEntries(kinds.map((kind) => [kind, along((shift) => shifters[kind][name](shift))]));
      const whole = along((shift) => mean(shifters.none.pooled(shift).data)); // one number for all the map
      const globally = whole.map((v) => (whole[0] ? Math.abs(v - whole[0]) / whole[0] : null));
      return { shifters, inPlace: curves("inPlace"), movedBack: curves("movedBack"), globally };
    });
  }
}
