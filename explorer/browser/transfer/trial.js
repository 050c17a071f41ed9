// A new picture for the networks: drawn by hand, from a file or the webcam. It stays in the tab.
import { button, h, put } from "../shared/controls.js";
import { drawingPad } from "../shared/drawing-pad.js";
import { askShown, shownKey } from "./asking.js";
import { colourOf, percent, theme } from "./palette.js";
import { exampleOf, ownCanvas, paintBytes } from "./pictures.js";
import { imageOf } from "./own/export.js";
import { createLive } from "./own/live.js";
import { inputOf, openPicture, squareOf } from "./own/prepare.js";

const PAD = 280;
const HINT = {
  drawn: "Draw one of the classes in white on black, and every lane says what it takes it for. A drawing is not what they were trained on: see which lane minds least.",
  own: "Show it something new, from the webcam, a file or by drawing, and every lane says what it takes it for. Something that is no class at all gets a name too.",
};

export function createTrial(page) {
  const pad = drawingPad({ side: PAD, pen: 22, begin: () => { rest(); square = null; }, end: () => tell() });
  const seen = h("canvas", { class: "seen", role: "img", "aria-label": "The picture as the networks get it" });
  const answers = h("div", { class: "walls answers-row" });
  const said = h("p", { class: "status", role: "status" });
  const file = h("input", { type: "file", accept: "image/*", class: "unseen", "aria-label": "Picture from a file" });
  let square = null; // what was opened or filmed; null: what is drawn on the pad
  const asked = { key: "", busy: false, again: false, told: null };
  const given = () => square || squareOf(pad.canvas, PAD, PAD);
  const tell = () => predict({ given, asked, seen, answers, said, page });
  const show = (found) => { square = found; paintSquare(pad.ctx, found); return tell(); };
  const live = createLive((found) => (element.isConnected ? show(found) : live.stop()), (sentence) => { put(webcam, "Webcam"); put(said, sentence); });
  const rest = () => { live.stop(); put(webcam, "Webcam"); };
  const clear = () => { rest(); square = null; pad.clear(); answers.replaceChildren(); asked.key = ""; put(said, ""); };
  const webcam = button("Webcam", () => { if (live.on) return rest(); put(webcam, "Stop the webcam"); return live.start(); });
  file.addEventListener("change", async () => { rest(); const found = await openFile(file.files[0], said); file.value = ""; if (found) show(found); });
  const examples = h("div", { class: "examples" });
  const hint = h("p", { class: "hint wide" }, "");
  const element = h("div", { class: "trial" }, hint,
    h("div", { class: "trial-row" }, h("div", {}, pad.canvas, h("div", { class: "row middle" }, button("Clear", clear), button("From a file", () => file.click()), webcam, file)), h("div", { class: "seen-box" }, seen, h("span", { class: "hint" }, "what they get"), examples), h("div", { class: "trial-answers" }, answers, said)));
  clear();
  let built = null;
  /** Examples a few at a time; and the answers anew where the lanes have moved on, or the step shown is another. */
  const draw = function* () {
    const record = page.record();
    if (!record) return;
    if (record !== built) {
      asked.key = "";
      put(hint, HINT[record.set.name === "own" ? "own" : "drawn"]);
      yield* showExamples(examples, record.set, (found) => { rest(); return show(found); });
      built = record; // not before: another view may be chosen meanwhile
    }
    if (asked.key && page.session.isUp() && asked.key !== keyOf(page, record)) tell();
  };
  page.root.__tried = () => asked.told && { pictures: Array.from(asked.told.pictures), answers: asked.told.found.map(({ step, probabilities }) => ({ step, probabilities: Array.from(probabilities) })) };
  return { element, draw, numbers: () => asked.told?.found.map(({ step }) => step) };
}

const keyOf = (page, record) => [record.number, ...record.lanes.map((lane) => shownKey(page, lane))].join("|");

/** A picture of each class; the first is shown at once. */
function* showExamples(box, set, start) {
  const buttons = [];
  for (const [label, name] of set.classes.entries()) {
    buttons.push(exampleButton(set, label, name, start));
    yield;
  }
  box.replaceChildren(h("p", { class: "hint" }, "One of each class; click one to start from it"), ...buttons);
  yield;
  buttons[0].click();
}

function exampleButton(set, label, name, start) {
  const copy = ownCanvas(set, exampleOf(set, label), { "aria-hidden": "true" });
  return h("button", { type: "button", class: "example", title: name, "aria-label": name, onclick: () => start(squareOf(copy, set.width, set.height)) }, copy);
}

/** A prepared picture, as large as the pad. */
function paintSquare(ctx, { side, bytes }) {
  const small = h("canvas", { width: side, height: side });
  small.getContext("2d").putImageData(imageOf(side, bytes), 0, 0);
  ctx.drawImage(small, 0, 0, PAD, PAD);
}

async function openFile(file, said) {
  try {
    return await (await openPicture(file)).square;
  } catch (error) {
    put(said, error.message);
    return null;
  }
}

/** All lanes answer to the picture as they get it: prepared as own pictures are. What comes meanwhile is asked after it. */
async function predict({ given, asked, seen, answers, said, page }) {
  if (asked.busy) { asked.again = true; return; }
  asked.busy = true;
  try {
    do {
      asked.again = false;
      const record = page.record();
      if (!record) return put(said, "Race first: there is no trained network to ask yet.");
      const key = (asked.key = keyOf(page, record));
      const pictures = inputOf(given(), record.set.height, record.set.channels);
      paintBytes(seen, pictures, record.set);
      const { found, problem } = await answersTo(pictures, record, page);
      if (asked.key !== key) continue; // cleared meanwhile
      asked.told = { pictures, found };
      if (problem && !page.session.isUp()) asked.key = "lost"; // asked again when there is a worker
      const { dark } = theme(page.root);
      answers.replaceChildren(...found.map((one) => answerOf(one, record.set, dark, page)));
      put(said, problem);
    } while (asked.again);
  } finally {
    asked.busy = false;
  }
  return undefined;
}

async function answersTo(pictures, record, page) {
  const found = [];
  let problem = "";
  for (const lane of record.lanes) {
    try {
      const { probabilities, step } = await askShown(page, record, lane, { type: "predict", pictures });
      found.push({ lane, step, probabilities });
    } catch (error) {
      problem = error.message;
    }
  }
  return { found, problem };
}

function answerOf({ lane, probabilities, step }, set, dark, page) {
  const best = Array.from(probabilities.keys()).sort((a, b) => probabilities[b] - probabilities[a]).slice(0, 3);
  const lines = best.map((c) => h("li", {}, h("span", { class: "answer-name" }, set.classes[c]), h("span", { class: "sure" }, h("i", { style: { width: `${100 * probabilities[c]}%`, background: colourOf(lane.style, dark) } })), h("span", { class: "tabular" }, percent(probabilities[c], 0))));
  return h("div", {}, h("p", {}, page.chip(lane), h("span", { class: "hint" }, ` at step ${step}`)), h("ol", { class: "ranked" }, lines));
}
