// Confusion matrices, one a lane; a cell opens its pictures. Below: the mistakes that a lane was surest of.
import { h, put } from "../shared/controls.js";
import { fitted, percent, theme } from "./palette.js";
import { canvasOf, exampleOf, ownCanvas, plainName, signOf } from "./pictures.js";
import { confusion, evaluationAt, perClass } from "./record.js";

const MOST_TILES = 24;
const MOST_WORST = 10;

export function createConfusion(page) {
  const matrices = h("div", { class: "walls" });
  const opened = h("div", { class: "opened" });
  const element = h("div", { class: "confusion" },
    h("p", { class: "hint wide" }, "Rows: what it is. Columns: what the network said. On the diagonal it is right; at the end of a row stands the share of that class that is right. Click a cell for its pictures."), matrices, opened);
  let built = null, views = [];
  const cell = { lane: 0, truth: -1, guess: -1 };
  const choose = (lane, truth, guess) => { Object.assign(cell, { lane, truth, guess }); page.touch(); };
  /** Matrix after matrix, and the pictures below them last. */
  const draw = function* () {
    const record = page.record();
    if (!record) return;
    if (record !== built) {
      built = record;
      Object.assign(cell, { lane: 0, truth: -1, guess: -1 });
      views = record.lanes.map((lane, i) => createMatrix(page, lane, i, choose, cell));
      matrices.replaceChildren(...views.map((view) => view.element));
    }
    const look = theme(page.root);
    for (const view of views) {
      yield;
      view.draw(record, look);
    }
    yield* drawOpened(opened, record, cell, page);
  };
  return { element, draw };
}

function createMatrix(page, lane, index, choose, cell) {
  const canvas = h("canvas", { class: "matrix", tabindex: "0", role: "application", "aria-label": `Confusion matrix of ${lane.title}: arrow keys choose a cell` });
  const score = h("span", { class: "score" });
  const element = h("figure", { class: "wall-figure" }, h("figcaption", {}, page.chip(lane), score), canvas);
  let grid = null;
  canvas.addEventListener("click", (event) => {
    const box = canvas.getBoundingClientRect();
    const [guess, truth] = [event.clientX - box.left, event.clientY - box.top].map((v) => Math.floor((v - grid.left) / grid.side));
    if (truth >= 0 && guess >= 0 && truth < grid.n && guess < grid.n) choose(index, truth, guess);
  });
  canvas.addEventListener("keydown", (event) => {
    const move = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
    if (!move || !grid) return;
    event.preventDefault();
    const held = (v) => Math.max(0, Math.min(grid.n - 1, v));
    const [t, g] = cell.lane === index && cell.truth >= 0 ? [cell.truth, cell.guess] : [0, 0];
    choose(index, held(t + move[0]), held(g + move[1]));
  });
  let painted = "";
  const draw = (record, look) => {
    const evaluation = evaluationAt(lane, page.step() ?? Infinity);
    const mine = cell.lane === index ? `${cell.truth} ${cell.guess}` : "";
    const key = [evaluation?.step, mine, element.clientWidth, look.dark].join(" ");
    if (key === painted) return;
    painted = key;
    grid = paintMatrix(canvas, { record, evaluation, look, cell: cell.lane === index ? cell : null });
    put(score, evaluation ? percent(evaluation.accuracy) : "not asked yet");
  };
  return { element, draw };
}

/** Returns where the grid stands: {left, side, n}. */
function paintMatrix(canvas, { record: { set, chosen }, evaluation, look, cell }) {
  const n = set.classes.length;
  const width = canvas.parentElement.clientWidth;
  const label = 24, tail = 46;
  const side = (width - label - tail) / n;
  const ctx = fitted(canvas, width, label + side * n + 2);
  ctx.clearRect(0, 0, width, label + side * n + 2);
  const labels = chosen.test.map((row) => set.labels[row]);
  const counts = evaluation ? confusion(evaluation, labels, n) : new Uint16Array(n * n);
  const share = perClass(counts, n);
  const total = Array.from({ length: n }, (_, t) => { let sum = 0; for (let g = 0; g < n; g++) sum += counts[t * n + g]; return sum || 1; });
  ctx.imageSmoothingEnabled = true;
  for (let t = 0; t < n; t++) {
    drawLabel(ctx, set, t, 0, label + t * side, Math.min(label - 3, side - 1), look);
    drawLabel(ctx, set, t, label + t * side, 0, Math.min(label - 3, side - 1), look);
    for (let g = 0; g < n; g++) {
      const part = counts[t * n + g] / total[t];
      ctx.globalAlpha = part ? 0.18 + 0.82 * Math.sqrt(part) : 1;
      ctx.fillStyle = part ? (t === g ? look.right : look.wrong) : look.panel;
      ctx.fillRect(label + g * side + 0.5, label + t * side + 0.5, side - 1, side - 1);
      ctx.globalAlpha = 1;
      if (side >= 20 && counts[t * n + g]) count(ctx, counts[t * n + g], label + (g + 0.5) * side, label + (t + 0.5) * side, look);
    }
    if (evaluation) tailText(ctx, share[t], label + n * side + tail - 2, label + (t + 0.5) * side, look);
  }
  if (cell && cell.truth >= 0) {
    ctx.strokeStyle = look.ink;
    ctx.lineWidth = 2.5;
    ctx.strokeRect(label + cell.guess * side, label + cell.truth * side, side, side);
  }
  return { left: label, side, n };
}

function drawLabel(ctx, set, label, x, y, side, look) {
  const sign = signOf(set.classes[label]);
  if (!sign) return ctx.drawImage(canvasOf(set, exampleOf(set, label)), x, y, side, side);
  ctx.fillStyle = look.ink;
  ctx.font = `${Math.max(11, Math.min(17, side))}px ${look.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  return ctx.fillText(sign, x + side / 2 + 1, y + side / 2 + 1);
}

function count(ctx, value, x, y, look) {
  ctx.fillStyle = look.ink;
  ctx.font = `600 12px ${look.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 3;
  ctx.strokeStyle = look.paper;
  ctx.strokeText(value, x, y);
  ctx.fillText(value, x, y);
}

function tailText(ctx, share, x, y, look) {
  ctx.fillStyle = look.soft;
  ctx.font = `12px ${look.font}`;
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  ctx.fillText(percent(share, 0), x, y);
}

function* drawOpened(box, record, cell, page) {
  const step = page.step() ?? Infinity;
  const key = [record.number, cell.lane, cell.truth, cell.guess, ...record.lanes.map((lane) => evaluationAt(lane, step)?.step ?? -1)].join(" ");
  if (box.dataset.key === key) return;
  const found = yield* cell.truth >= 0 ? cellPictures(record, cell, page, step) : worstMistakes(record, page, step);
  box.dataset.key = key;
  box.replaceChildren(...found);
}

function* cellPictures(record, cell, page, step) {
  const { set, chosen, lanes } = record;
  const evaluation = evaluationAt(lanes[cell.lane], step);
  if (!evaluation) return [];
  const places = Array.from(chosen.test.keys()).filter((p) => set.labels[chosen.test[p]] === cell.truth && evaluation.guess[p] === cell.guess);
  const same = cell.truth === cell.guess;
  const words = same ? [" are ", h("strong", {}, set.classes[cell.truth]), " and recognised"] : [" are ", h("strong", {}, set.classes[cell.truth]), ", but it said ", h("strong", {}, set.classes[cell.guess])];
  const title = h("p", { class: "opened-title" }, page.chip(lanes[cell.lane]), `${places.length} ${places.length === 1 ? "picture" : "pictures"}`, ...words);
  places.sort((a, b) => evaluation.sure[b] - evaluation.sure[a]);
  return [title, yield* tilesOf(places.slice(0, MOST_TILES), page, record, evaluation)];
}

/** For each lane, wrong answers with the highest probability first. */
function* worstMistakes(record, page, step) {
  const { set, chosen } = record;
  const lines = [];
  for (const lane of record.lanes) {
    const evaluation = evaluationAt(lane, step);
    if (!evaluation) continue;
    const wrong = Array.from(chosen.test.keys()).filter((p) => set.labels[chosen.test[p]] !== evaluation.guess[p]);
    wrong.sort((a, b) => evaluation.sure[b] - evaluation.sure[a]);
    lines.push(h("div", { class: "worst-lane" }, h("p", {}, page.chip(lane)), yield* tilesOf(wrong.slice(0, MOST_WORST), page, record, evaluation)));
  }
  return [h("h3", {}, "Surest mistakes"), h("div", { class: "walls" }, lines)];
}

/** A canvas costs the browser about a millisecond: a few at a time. */
function* tilesOf(places, page, record, evaluation) {
  const tiles = [];
  for (const place of places) {
    tiles.push(tile(page, record, evaluation, place));
    yield;
  }
  return h("div", { class: "tiles" }, tiles);
}

function tile(page, { set, chosen }, evaluation, place) {
  const row = chosen.test[place];
  const picture = ownCanvas(set, row, { "aria-hidden": "true" });
  const [truth, guess] = [set.classes[set.labels[row]], set.classes[evaluation.guess[place]]];
  const sure = percent(evaluation.sure[place] / 255, 0);
  const told = set.labels[row] === evaluation.guess[place] ? sure : `${short(guess)} ${sure}`;
  return h("button", { type: "button", class: "tile", title: `${truth}, taken for ${guess}, ${sure} sure`, onclick: () => page.openPlace(place) }, picture, h("span", {}, told));
}

const short = (name) => signOf(name) || plainName(name);
