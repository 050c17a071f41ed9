// The record of a race: what every lane said while it trained, kept so that one can go back in time. No DOM here.
// Steps count from 1; step 0 is the network before training. Accuracies are shares between 0 and 1.

const MOST_CHECKPOINTS = 24; // weights kept of a lane; when there are more, every second one goes
const MOST_BYTES = 200 * 2 ** 20; // the same for large networks, of which fewer are kept
const ALL_BYTES = 500e6; // of the weights of all races

/** lanes: [{id, recipe, title}]; set: the pictures; chosen: {train, test} indices into them. */
export function createRecord({ lanes, set, chosen, settings, number }) {
  return { number, set, chosen, settings, seconds: 0, device: "", lanes: lanes.map((lane) => createLane(lane)) };
}

/** `looks`: evaluations still to come after the first; `lookCost`: what one takes, in steps. */
function createLane({ id, recipe, title, style, start, graph, looks = 0, lookCost = 0 }) {
  return {
    id, recipe, title, style, start, graph, looks, lookCost,
    status: "waiting", loss: [], train: [], seconds: [], smooth: [], steady: [], evaluations: [],
    checkpoints: start ? [{ step: 0, buffer: start }] : [],
  };
}

/** One step's loss and accuracy over its batch; a step seen before (after a fresh worker took over) is written over. */
export function addProgress(lane, { step, loss, train_accuracy: train, seconds }) {
  const at = step - 1;
  for (const list of [lane.loss, lane.train, lane.seconds, lane.smooth, lane.steady]) if (list.length > at) list.length = at;
  lane.loss.push(loss);
  lane.train.push(train);
  lane.seconds.push(seconds);
  lane.smooth.push(smoothed(lane.smooth, loss));
  lane.steady.push(smoothed(lane.steady, train));
  lane.status = "running";
}

/** The next of an exponential mean whose memory grows to about ten steps: the first values are not dragged by zero. */
function smoothed(list, value) {
  const before = list.length ? list[list.length - 1] : value;
  return Number.isFinite(value) ? before + Math.max(1 / (list.length + 1), 0.1) * (value - before) : NaN;
}

/** The answers on the held-out pictures, kept as the guessed class and how sure the network was (a byte each). */
export function addEvaluation(lane, { step, test_accuracy: accuracy, probabilities }, classes) {
  const n = probabilities.length / classes;
  const guess = new Uint8Array(n), sure = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (probabilities[i * classes + c] > probabilities[i * classes + best]) best = c;
    guess[i] = best;
    sure[i] = Math.round(255 * probabilities[i * classes + best]);
  }
  while (lane.evaluations.length && lane.evaluations[lane.evaluations.length - 1].step >= step) lane.evaluations.pop();
  lane.evaluations.push({ step, accuracy, guess, sure });
  lane.probabilities = probabilities;
}

/** Weights on the way; what the optimiser remembers is kept of the last alone, to go on from it. */
export function addCheckpoint(lane, { step, buffer, memory }) {
  lane.memory = memory;
  lane.checkpoints = lane.checkpoints.filter((one) => one.step < step);
  lane.checkpoints.push({ step, buffer });
  const most = Math.max(2, Math.min(MOST_CHECKPOINTS, Math.floor(MOST_BYTES / buffer.byteLength)));
  while (lane.checkpoints.length > most) lane.checkpoints = lane.checkpoints.filter((_, i, all) => i === 0 || i === all.length - 1 || i % 2 === 0);
}

/** Older races keep their curves and their last weights, and where even those take too much, their curves alone. */
export function slim(records) {
  const held = new Set();
  let bytes = 0;
  const count = (buffer) => { if (buffer && !held.has(buffer)) { held.add(buffer); bytes += buffer.byteLength; } };
  [...records].reverse().forEach((record, age) => record.lanes.forEach((lane) => {
    if (age > 1) lane.checkpoints = lane.checkpoints.filter((_, i, all) => i === 0 || i === all.length - 1);
    [lane.start, ...lane.checkpoints.map((one) => one.buffer)].forEach(count);
    if (age > 0 && bytes > ALL_BYTES) Object.assign(lane, { checkpoints: [], start: null, memory: null });
  }));
}

/** The last of a list sorted by step that is not after `step`. */
export function until(list, step) {
  let found = null;
  for (const one of list) if (one.step <= step) found = one;
  return found;
}

export const evaluationAt = (lane, step) => until(lane.evaluations, step) || lane.evaluations[0] || null;
export const lastEvaluation = (lane) => lane.evaluations[lane.evaluations.length - 1] || null;
export const lastCheckpoint = (lane) => lane.checkpoints[lane.checkpoints.length - 1] || null;
export const stepsOf = (record) => Math.max(1, ...record.lanes.map((lane) => lane.recipe.steps));
export const stepsDone = (record) => Math.max(0, ...record.lanes.map((lane) => lane.loss.length));
export const isFinished = (record) => record.lanes.every((lane) => ["done", "failed"].includes(lane.status));

/** Whether a lane's loss stopped being a number; the step at which it did, or 0. */
export function brokeAt(lane) {
  const at = lane.loss.findIndex((loss) => !Number.isFinite(loss));
  return at + 1;
}

/** counts[truth * classes + guess] over the held-out pictures. */
export function confusion(evaluation, labels, classes) {
  const counts = new Uint16Array(classes * classes);
  evaluation.guess.forEach((guess, i) => { counts[labels[i] * classes + guess]++; });
  return counts;
}

/** Share of each class that is right. */
export function perClass(counts, classes) {
  return Array.from({ length: classes }, (_, c) => {
    let all = 0;
    for (let g = 0; g < classes; g++) all += counts[c * classes + g];
    return all ? counts[c * classes + c] / all : NaN;
  });
}

/** The lanes from best to worst on held-out pictures, at a step. */
export function ranking(record, step = Infinity) {
  return record.lanes.map((lane) => ({ lane, accuracy: evaluationAt(lane, step)?.accuracy ?? 0 })).sort((a, b) => b.accuracy - a.accuracy);
}

/** Seconds that are left, from the mean of the last steps of each lane and what an evaluation costs; null while unknown. */
export function secondsLeft(record) {
  let sum = 0;
  for (const lane of record.lanes) {
    if (["done", "stopped", "failed"].includes(lane.status)) continue;
    const last = lane.seconds.slice(-8);
    if (!last.length) return null;
    const looks = Math.max(0, lane.looks - Math.max(0, lane.evaluations.length - 1));
    sum += (last.reduce((a, b) => a + b, 0) / last.length) * (lane.recipe.steps - lane.loss.length + looks * lane.lookCost);
  }
  return sum;
}

/** Mean seconds of the last steps of a lane. */
export function pace(lane) {
  const last = lane.seconds.slice(-10);
  return last.length ? last.reduce((a, b) => a + b, 0) / last.length : null;
}

/** The run as CSV: one line a lane and step. */
export function csv(record) {
  const lines = ["run,lane,title,step,loss,train_accuracy,test_accuracy,seconds"];
  for (const lane of record.lanes) {
    const tests = new Map(lane.evaluations.map((one) => [one.step, one.accuracy]));
    if (tests.has(0)) lines.push([record.number, lane.recipe.lane, quoted(lane.title), 0, "", "", tests.get(0), ""].join(","));
    lane.loss.forEach((loss, i) => lines.push([record.number, lane.recipe.lane, quoted(lane.title), i + 1, loss, lane.train[i], tests.get(i + 1) ?? "", lane.seconds[i]].join(",")));
  }
  return lines.join("\n") + "\n";
}

const quoted = (text) => `"${text.replaceAll('"', '""')}"`;
