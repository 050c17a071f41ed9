// Layers in a row: shapes, costs and receptive field, row by row. A row that cannot be carries a sentence, and the
// rows below it wait. What has not changed since the last time is kept, object by object. No DOM here.
import { KINDS, product, projection } from "./kinds.js";
import { LARGEST_SIDE, Problem, valuesOf, whole } from "./settings.js";
import { PICTURE } from "./spans.js";

export const MOST_ROWS = 1000;
const FLOAT32_BYTES = 4;
const AXES = [0, 1];

/** The input from three texts: {shape} or {problem, field}. */
export function readInput(texts) {
  const shape = [];
  for (const [i, name] of ["channels", "height", "width"].entries()) {
    try {
      shape.push(whole(name, texts[i], 1, LARGEST_SIDE));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      return { problem: problem.message, field: i };
    }
  }
  return { shape };
}

/** A function that measures rows on an input, and remembers its last answer. */
export function measurer() {
  let kept = [], start = null;
  return (rows, texts) => {
    const input = readInput(texts);
    if (input.shape && String(start?.shape) !== String(input.shape))
      start = { shape: input.shape, spans: [PICTURE, PICTURE], map: input.shape.slice(1), isGlobal: false };
    const states = input.shape ? [start] : [];
    let waits = input.shape ? "" : "waits for the input";
    kept = rows.map((row, i) => {
      const result = one(kept[i], row, i + 1, states, waits);
      if (result.out) states.push(result.out);
      else waits ||= `waits for row ${i + 1}`;
      return result;
    });
    return { input, rows: kept, ...totals(kept, start) };
  };
}

function totals(rows, start) {
  const total = { params: 0, macs: 0, bytes: 0 };
  for (const row of rows) { total.params += row.params; total.macs += row.macs; total.bytes += row.bytes; }
  const broken = rows.find((row) => row.problem)?.number ?? 0;
  const last = rows.findLast((row) => row.out)?.out ?? start;
  return { total, broken, last };
}

const EMPTY = { out: null, below: null, weights: 0, biases: 0, params: 0, macs: 0, bytes: 0, problem: "", waits: "", bad: "" };

function one(before, row, number, states, waits) {
  const below = waits ? null : states[states.length - 1];
  let values = before?.row === row ? before.values : null;
  try {
    if (!values) { values = valuesOf(row, KINDS[row.kind].settings); KINDS[row.kind].check(values); }
  } catch (problem) {
    return failed(before, row, number, problem, waits);
  }
  const same = before?.row === row && before.number === number && before.values;
  if (waits) return same && before.waits === waits ? before : { ...EMPTY, row, number, values, waits };
  try {
    const skip = skipped(KINDS[row.kind].back(values), states);
    if (same && before.below === below && before.skip === skip && before.out) return before;
    return { row, number, values, ...measured(KINDS[row.kind], values, below, skip, before) };
  } catch (problem) {
    return { ...failed(before, row, number, problem, ""), values, below };
  }
}

function failed(before, row, number, problem, waits) {
  if (!(problem instanceof Problem)) throw problem;
  const same = before?.row === row && before.number === number && before.problem === problem.message && before.waits === waits && !before.out;
  return same ? before : { ...EMPTY, row, number, values: null, waits, problem: problem.message, bad: problem.setting ?? "" };
}

function skipped(back, states) {
  if (!back) return null;
  const index = states.length - 1 - back;
  if (index < 0) throw Object.assign(new Problem(`reads ${back} rows above, and there are ${states.length - 1}`), { setting: "rows" });
  return states[index];
}

function measured(kind, values, below, skip, before) {
  const shape = below.shape, other = skip?.shape;
  const output = kind.output(values, shape, other);
  const weights = kind.weights(values, shape, other), biases = kind.biases(values, shape, other);
  const fresh = {
    shape: output,
    spans: AXES.map((axis) => seen(kind, values, below, skip, output, axis)),
    map: output.length === 3 ? output.slice(1) : kind.name === "linear" ? [1, 1] : below.map,
    isGlobal: below.isGlobal || Boolean(skip?.isGlobal) || seesAll(kind, values, below, output),
  };
  const out = alike(before?.out, fresh) ? before.out : fresh;
  const macs = kind.macs(values, shape, other, output);
  return { ...EMPTY, below, skip, out, weights, biases, params: weights + biases, macs, bytes: product(output) * FLOAT32_BYTES };
}

function alike(a, b) {
  return Boolean(a) && String(a.shape) === String(b.shape) && String(a.map) === String(b.map) && a.isGlobal === b.isGlobal && AXES.every((axis) => a.spans[axis].same(b.spans[axis]));
}

/** Whether a unit sees every place below, where there are several. */
function seesAll(kind, values, below, output) {
  if (product(below.map) === 1) return false;
  const window = kind.window(values);
  return kind.isGlobal(values, below.shape) || Boolean(window && output[1] === 1 && output[2] === 1 && window.kernel.every((k, i) => k >= below.map[i]));
}

/** What the units of a row see of the picture, along one axis. */
function seen(kind, values, below, skip, output, axis) {
  const span = below.spans[axis];
  if (skip) {
    const step = values.project ? projection(below.shape, skip.shape)[axis] : 1;
    return span.joined(step === 1 ? skip.spans[axis] : skip.spans[axis].windowed(1, step, 0));
  }
  if (kind.name === "adaptive pool") {
    const before = below.shape[axis + 1], after = output[axis + 1];
    return span.resampled(before, after, (o) => [Math.floor((o * before) / after), Math.ceil(((o + 1) * before) / after) - 1]);
  }
  if (kind.name === "linear") return span.reduced(below.map[axis]);
  const window = kind.window(values);
  return window ? span.windowed(window.kernel[axis], window.stride[axis], window.padding[axis], window.dilation[axis]) : span;
}


/** How many pixels one unit sees, "11" or "11 × 7", and its jump; or why it cannot be said. */
export function fieldOf(state) {
  const unknown = state.spans.find((span) => span.why);
  if (unknown) return { why: unknown.why, isGlobal: state.isGlobal };
  const sizes = state.spans.map((span) => { const [first, last] = span.at(0); return last - first + 1; });
  return { sizes, jumps: state.spans.map((span) => span.jump), isGlobal: state.isGlobal };
}
