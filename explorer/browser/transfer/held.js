// Held-out pictures, a wall a lane: the same pictures at the same places, so that one sees who gets what wrong, and when.
import { h, put } from "../shared/controls.js";
import { colourOf, fitted, percent, theme } from "./palette.js";
import { atlasOf, canvasOf, exampleOf, ownCanvas, spread } from "./pictures.js";
import { evaluationAt } from "./record.js";

const COLUMNS = 12;
const COUNT = 72;

export function createHeld(page) {
  const walls = h("div", { class: "walls" });
  const detail = h("div", { class: "detail" });
  const element = h("div", { class: "held" },
    h("p", { class: "hint wide" }, "The same pictures in every wall, none of them trained on. A frame says wrong; in its corner, what the network took it for. Click one."), walls, detail);
  let built = null, wall = null, views = [];
  const build = (record) => {
    built = record;
    const places = spread(record.set, record.chosen.test, COUNT);
    const { set } = record;
    const labels = set.classes.map((_, label) => exampleOf(set, label));
    wall = { places, pictures: sheetOf(set, places.map((place) => record.chosen.test[place])), examples: sheetOf(set, labels) };
    views = [];
    walls.replaceChildren();
    detail.replaceChildren();
    if (page.place() >= record.chosen.test.length || page.place() < 0) page.toPlace(places[0], false);
  };
  /** Wall after wall, and what belongs to the chosen picture last. */
  const draw = function* () {
    const record = page.record();
    if (!record) return;
    if (record !== built) build(record);
    const look = theme(page.root);
    for (const [i, lane] of record.lanes.entries()) {
      yield;
      if (!views[i]) walls.append((views[i] = createWall(page, lane, i, wall)).element);
      views[i].draw(record, look);
    }
    yield;
    drawDetail(detail, record, page);
  };
  return { element, draw };
}

/** Many pictures on one canvas, whose size is bounded: large ones are drawn one by one. */
function sheetOf(set, rows) {
  if (set.height * rows.length < 8000) return atlasOf(set, rows);
  return { draw: (ctx, i, x, y, side) => ctx.drawImage(canvasOf(set, rows[i]), x, y, side, side) };
}

function createWall(page, lane, index, wall) {
  const canvas = h("canvas", { class: "wall", tabindex: "0", role: "application", "aria-label": `Held-out pictures of ${lane.title}: arrow keys choose one` });
  const score = h("span", { class: "score" });
  const element = h("figure", { class: "wall-figure" }, h("figcaption", {}, page.chip(lane), score), canvas);
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    const side = box.width / COLUMNS;
    return Math.floor((event.clientY - box.top) / side) * COLUMNS + Math.floor((event.clientX - box.left) / side);
  };
  const { places } = wall;
  const go = (i) => { if (places[i] !== undefined) page.toPlace(places[i]); };
  canvas.addEventListener("click", (event) => go(at(event)));
  canvas.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: COLUMNS, ArrowUp: -COLUMNS }[event.key];
    if (!by) return;
    event.preventDefault();
    go(places.indexOf(page.place()) + by);
  });
  let painted = "";
  const draw = (record, look) => {
    const evaluation = evaluationAt(lane, page.step() ?? Infinity);
    const key = [evaluation?.step, page.place(), element.clientWidth, look.dark].join(" ");
    if (key === painted) return;
    painted = key;
    paintWall(canvas, { record, evaluation, ...wall, picked: page.place(), look });
    const wrong = evaluation ? places.filter((place) => evaluation.guess[place] !== record.set.labels[record.chosen.test[place]]).length : 0;
    put(score, evaluation ? `${places.length - wrong} of ${places.length} right` : "not asked yet");
  };
  return { element, draw, index };
}

function paintWall(canvas, { record: { set, chosen }, evaluation, places, pictures, examples, picked, look }) {
  const width = canvas.parentElement.clientWidth;
  const side = width / COLUMNS;
  const ctx = fitted(canvas, width, Math.ceil(places.length / COLUMNS) * side);
  ctx.clearRect(0, 0, width, canvas.height);
  ctx.imageSmoothingEnabled = side < 30;
  places.forEach((place, i) => {
    const [x, y] = [(i % COLUMNS) * side, Math.floor(i / COLUMNS) * side];
    const row = chosen.test[place];
    ctx.globalAlpha = evaluation ? 1 : 0.55;
    pictures.draw(ctx, i, x + 2, y + 2, side - 4);
    ctx.globalAlpha = 1;
    const wrong = evaluation && evaluation.guess[place] !== set.labels[row];
    if (wrong) {
      ctx.strokeStyle = look.wrong;
      ctx.lineWidth = 2.5;
      ctx.strokeRect(x + 2.2, y + 2.2, side - 4.4, side - 4.4);
      const small = side * 0.44;
      examples.draw(ctx, evaluation.guess[place], x + side - small - 1, y + side - small - 1, small);
      ctx.lineWidth = 1.5;
      ctx.strokeRect(x + side - small - 1, y + side - small - 1, small, small);
    }
    if (place === picked) {
      ctx.strokeStyle = look.accent;
      ctx.lineWidth = 3;
      ctx.strokeRect(x + 1.5, y + 1.5, side - 3, side - 3);
    }
  });
}

/** The chosen picture, large, and what each lane says to it; drawn when another is chosen or the answers change. */
function drawDetail(box, record, page) {
  const { set, chosen, lanes } = record;
  const place = page.place();
  const row = chosen.test[place];
  if (row === undefined) return;
  const { dark } = theme(page.root);
  const evaluations = lanes.map((lane) => evaluationAt(lane, page.step() ?? Infinity));
  const key = [record.number, place, dark, ...evaluations.map((one) => one?.step)].join(" ");
  if (box.dataset.key === key && box.firstChild) return;
  box.dataset.key = key;
  const truth = set.labels[row];
  const picture = ownCanvas(set, row, { class: "large-picture", role: "img", "aria-label": `The chosen picture: ${set.classes[truth]}` });
  const answers = lanes.map((lane, i) => answerLine(lane, evaluations[i], { set, truth, place, dark, page }));
  box.replaceChildren(picture, h("div", { class: "detail-text" }, h("p", { class: "truth" }, "This is ", h("strong", {}, set.classes[truth])), h("div", { class: "answers" }, answers)));
}

function answerLine(lane, evaluation, { set, truth, place, dark, page }) {
  if (!evaluation) return h("p", {}, page.chip(lane), " has not been asked yet");
  const guess = evaluation.guess[place];
  const right = guess === truth;
  const bar = h("span", { class: "sure" }, h("i", { style: { width: `${evaluation.sure[place] / 2.55}%`, background: colourOf(lane.style, dark) } }));
  return h("p", { class: "answer" }, page.chip(lane), h("span", { class: right ? "said" : "said wrong" }, `${right ? "✓" : "✗"} ${set.classes[guess]}`), bar, h("span", { class: "tabular" }, percent(evaluation.sure[place] / 255, 0)));
}
