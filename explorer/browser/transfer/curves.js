// Accuracy on held-out pictures and training loss of all lanes, and the slider that goes back in time.
import { button, h, put } from "../shared/controls.js";
import { drawChart } from "./chart.js";
import { percent, theme } from "./palette.js";
import { evaluationAt, lastEvaluation, stepsDone, stepsOf } from "./record.js";

const HEIGHT = { wide: 268, narrow: 220 };

/** `page`: {root, record(), chosenSet(), step(), toStep(step | null), ghosts()}. */
export function createCurves(page) {
  const accuracy = h("canvas", { class: "plot", role: "img" });
  const loss = h("canvas", { class: "plot", role: "img" });
  const boxes = new Map();
  const time = createTime(page);
  const element = h("section", { class: "curves", "aria-label": "Curves" },
    h("figure", { class: "chart-figure large" }, h("figcaption", {}, h("strong", {}, "Accuracy on held-out pictures"), h("span", { class: "hint" }, " thin: on its own batch")), accuracy),
    h("figure", { class: "chart-figure" }, h("figcaption", {}, h("strong", {}, "Training loss"), h("span", { class: "hint" }, " cross-entropy")), loss),
    time.element);
  for (const canvas of [accuracy, loss]) scrub(canvas, boxes, page);
  const draw = () => {
    const look = theme(page.root);
    const record = page.record();
    const height = page.root.clientWidth < 640 ? HEIGHT.narrow : HEIGHT.wide;
    boxes.set(accuracy, drawChart(accuracy, { ...accuracyChart(record, page), cursor: page.step(), look, width: accuracy.parentElement.clientWidth, height }));
    boxes.set(loss, drawChart(loss, { ...lossChart(record, page), cursor: page.step(), look, width: loss.parentElement.clientWidth, height }));
    time.draw(record);
    describe(accuracy, loss, record, page.step());
  };
  return { element, draw, canvases: () => [accuracy, loss] };
}

const steps = (record) => (record ? stepsOf(record) : 200);

const tested = (lane) => ({ xs: lane.evaluations.map((one) => one.step), ys: lane.evaluations.map((one) => one.accuracy) });
const past = (page, line) => page.ghosts().flatMap((old) => old.lanes.map((lane) => ({ line: line(lane), dash: lane.style.dash })));

/** Accuracy over batches jumps; its mean over about ten steps is drawn. */
function accuracyChart(record, page) {
  const series = (record?.lanes || []).map((lane) => ({
    style: lane.style,
    line: tested(lane),
    faint: { ys: lane.steady },
    label: lane.evaluations.length ? `${short(lane.title)} ${percent(lastEvaluation(lane).accuracy, 0)}` : "",
  }));
  return { series, ghosts: past(page, tested), axis: { xMax: steps(record), yMin: 0, yMax: 1, ticks: [0, 0.25, 0.5, 0.75, 1], format: (v) => percent(v, 0), xFormat: (v) => (v ? String(v) : "0 steps"), chance: 1 / ((record?.set || page.chosenSet())?.classes.length || 20), labels: 128 } };
}

function lossChart(record, page) {
  const lanes = record?.lanes || [];
  const series = lanes.map((lane) => ({ style: lane.style, line: { ys: lane.smooth }, faint: { ys: lane.loss } }));
  let most = 1;
  for (const lane of lanes) for (const loss of lane.smooth) if (loss > most && loss < Infinity) most = loss;
  const top = Math.min(Math.ceil(most), 12);
  const ticks = Array.from({ length: 5 }, (_, i) => (top * i) / 4);
  return { series, ghosts: past(page, (lane) => ({ ys: lane.smooth })), axis: { xMax: steps(record), yMin: 0, yMax: top, ticks, format: (v) => String(+v.toFixed(2)), xFormat: (v) => (v ? String(v) : "0 steps"), chance: 0 } };
}

const short = (title) => title.replace(/^From /, "from ").toLowerCase();

function describe(accuracy, loss, record, step) {
  const at = step ?? Infinity;
  const lanes = record?.lanes || [];
  const name = (canvas, text) => { if (canvas.getAttribute("aria-label") !== text) canvas.setAttribute("aria-label", text); };
  name(accuracy, lanes.length ? `Accuracy on held-out pictures: ${lanes.map((lane) => `${lane.title} ${percent(evaluationAt(lane, at)?.accuracy)}`).join(", ")}` : "Accuracy on held-out pictures: nothing trained yet");
  name(loss, lanes.length ? `Training loss: ${lanes.map((lane) => `${lane.title} ${(lane.smooth[Math.min(at, lane.smooth.length) - 1] ?? NaN).toFixed(3)}`).join(", ")}` : "Training loss: nothing trained yet");
}

function scrub(canvas, boxes, page) {
  let held = false;
  const go = (event) => {
    const box = boxes.get(canvas);
    const record = page.record();
    if (!box || !record) return;
    const step = Math.min(box.step(event.clientX - canvas.getBoundingClientRect().left), stepsDone(record));
    page.toStep(step);
  };
  canvas.addEventListener("pointerdown", (event) => { held = true; canvas.setPointerCapture(event.pointerId); go(event); });
  canvas.addEventListener("pointermove", (event) => { if (held) go(event); });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { held = false; });
}

/** The slider below the charts: any step that was seen, or now. */
function createTime(page) {
  const input = h("input", { type: "range", min: 0, max: 1, step: 1, value: 1, "aria-label": "Step shown", oninput: () => page.toStep(+input.value) });
  const now = button("Now", () => page.toStep(null), { title: "Show the newest step again" });
  const text = h("output", { class: "time-text" });
  const element = h("div", { class: "time" }, h("span", { class: "time-label" }, "Go back in time"), input, text, now);
  const draw = (record) => {
    const done = record ? stepsDone(record) : 0;
    element.hidden = done === 0;
    if (!done) return;
    if (+input.max !== done) input.max = done;
    const step = page.step();
    if (+input.value !== (step ?? done)) input.value = step ?? done;
    put(text, step === null ? `step ${done}` : `step ${step} of ${done}`);
    now.disabled = step === null;
  };
  return { element, draw };
}
