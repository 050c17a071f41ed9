// From the chosen picture to the numbers of the section "When things move". No DOM here.
import { invalid } from "../shared/crosscorrelation.js";
import { convolve, correlation, densely, denseWeights, interior, largest, locally, moved, movedAnswer, square, statistics, summary } from "./moves.js";

export const LAYERS = ["conv", "local", "dense"];
export const SHIFT_FIELDS = ["px", "kern", "move", "dx", "dy", "fill", "border", "st", "own"];

const MODES = { none: ["zeros", 0], zeros: ["zeros", 1], circular: ["circular", 1] };

export class ShiftModel {
  constructor(data) {
    this.kernels = data.kernels;
    this.grey = null;
    this.weights = { key: "", value: null };
  }

  setPicture(grey) { this.grey = grey; }

  kernel(values) { return this.kernels.find((kernel) => kernel.name === values.kern) || this.kernels[0]; }

  /** Settings of the sliding, as `slide` takes them. */
  how(values) {
    const [mode, padded] = MODES[values.border];
    return { mode, padding: padded * Math.floor(this.kernel(values).size / 2), stride: Number(values.st), dilation: 1 };
  }

  move(values) { return { kind: values.move, dx: values.dx, dy: values.dy, wraps: values.fill === "wrap" }; }

  /** Everything for these settings: planes before and after, answers, differences and measures. */
  run(values) {
    const n = Number(values.px);
    const kernel = this.kernel(values);
    const how = this.how(values);
    const why = invalid(n, n, kernel.size, kernel.size, how);
    if (why) return { why };
    const grey = square(this.grey, n);
    const stats = statistics(grey);
    const level = (plane) => ({ ...plane, data: plane.data.map((v) => (v - stats.mean) / stats.spread) });
    const black = (0 - stats.mean) / stats.spread;
    const before = level(grey);
    const move = values.move === "shift" ? this.move(values) : { ...this.move(values), dx: 0, dy: 0 };
    const after = moved(before, move, black);
    const run = { n, kernel, how, move, stats, black, before, after, greys: [grey, moved(grey, move, 0)], answers: this.answers(values, n) };
    const m = run.answers.conv(before).height;
    run.m = m;
    run.mask = interior(m, n, kernel.size, how, move);
    run.layers = Object.fromEntries(LAYERS.map((name) => [name, run.answers[name] && this.compare(run, name)]));
    return run;
  }

  /** The three layers as functions of a plane; no dense one where it would take too many weights. */
  answers(values, n) {
    const [kernel, how] = [this.kernel(values), this.how(values)];
    const m = Math.floor((n + 2 * how.padding - kernel.size) / how.stride) + 1;
    const weights = this.dense(n, m);
    return {
      conv: (plane) => convolve(plane, kernel, how),
      local: (plane) => locally(plane, kernel, how, values.own / 100),
      dense: weights && ((plane) => densely(plane, weights, m)),
    };
  }

  dense(n, m) {
    const key = `${n} ${m}`;
    if (this.weights.key !== key) this.weights = { key, value: denseWeights(n, m) };
    return this.weights.value;
  }

  compare(run, name) {
    const [old, now] = [run.answers[name](run.before), run.answers[name](run.after)];
    const expected = movedAnswer(old, run.move, run.how.stride);
    const difference = { ...now, data: now.data.map((v, i) => v - expected.data[i]) };
    return {
      old, now, expected, difference,
      inside: largest(now.data, expected.data, run.mask, 1),
      border: largest(now.data, expected.data, run.mask, 0),
      along: correlation(now.data, expected.data, run.mask),
      same: correlation(now.data, old.data),
    };
  }

  /** The rectified map's one unit, mean and maximum for shifts to the left and right: what pooling makes of it. */
  sweep(values, run) {
    const reach = run.n / 2, step = run.n / 32;
    const shifts = Array.from({ length: 33 }, (_, i) => -reach + i * step);
    const unit = Math.floor(run.m / 2) * run.m + Math.floor(run.m / 2);
    const make = (answer) => shifts.map((dx) => summary(answer(moved(run.before, { kind: "shift", dx, dy: values.dy, wraps: values.fill === "wrap" }, run.black)), unit));
    const series = Object.fromEntries(LAYERS.map((name) => [name, run.answers[name] && make(run.answers[name])]));
    return { shifts, series, spreads: Object.fromEntries(LAYERS.map((name) => [name, series[name] && spreads(series[name])])) };
  }
}

/** Highest minus lowest of each measure over the shifts, as a share of the largest value it takes. */
function spreads(points) {
  return Object.fromEntries(["unit", "mean", "max"].map((key) => {
    const all = points.map((point) => point[key]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    return [key, { low, high, share: high > 0 ? (high - low) / high : 0 }];
  }));
}
