// The figure: every number of every layer from the input to the class bars, and what the chosen number reads.
import { h } from "../shared/controls.js";
import { sheet } from "../dense/sheet.js";
import { bars } from "./bars.js";
import { BY_KEY, indexOf, LAYERS, readBy, unitAt } from "./layers.js";
import { cellOf, layout, tileOf, unitUnder } from "./places.js";
import { sprites } from "./sprites.js";

const WINDOW = "#ffd400";
const LABEL = "The network, layer by layer. Arrow keys choose a number, Page Up and Page Down a layer, comma and full stop a map.";

/** view() gives {found, levels, unit, terms, scales}; onHover(unit or null), onPick(unit). */
export function figure({ scales, view, onHover, onPick }) {
  let plan = layout(800), painted = "";
  let held = null;
  const draw = (ctx, look) => {
    plan = layout(look.w);
    const { found, levels, unit, terms } = view();
    if (!held || held.narrow !== plan.narrow) held = { narrow: plan.narrow, sprites: sprites(scales, (key) => plan.places[key].cols) };
    held.sprites.paint(found, levels, look.dark);
    heads(ctx, look, plan);
    for (const layer of LAYERS) if (plan.places[layer.key] && layer.key !== "out" && layer.key !== "prob") maps(ctx, plan, layer, held.sprites.of(layer.key), look);
    bars(ctx, look, plan, found, scales.out);
    wires(ctx, look, plan, unit, terms);
    marks(ctx, look, plan, unit);
    painted = unit.layer;
  };
  const made = sheet({ height: (w) => layout(w).height, draw, attributes: { tabindex: "0", role: "application", "aria-label": LABEL, "aria-describedby": "digit-told", class: "sheet network" } });
  const { canvas } = made;
  canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") onHover(unitUnder(plan, ...made.at(event))); });
  canvas.addEventListener("pointerleave", () => onHover(null));
  canvas.addEventListener("click", (event) => { const unit = unitUnder(plan, ...made.at(event)); if (unit) onPick(unit); });
  canvas.addEventListener("keydown", (event) => { const unit = step(view().unit, event.key, plan); if (unit) { event.preventDefault(); onPick(unit); } });
  return { ...made, element: h("div", { class: "network-place" }, canvas), shown: () => painted };
}

function heads(ctx, look, plan) {
  ctx.textBaseline = "alphabetic";
  const size = Math.max(13, Math.min(19, 13 * plan.unit));
  for (const { key, title, maps: count, side, kind } of LAYERS) {
    const place = plan.places[key];
    const dims = side > 1 ? `${count > 1 ? `${count} × ` : ""}${side}²` : `${count}`;
    const across = (place.cols - 1) * place.px + place.tw;
    const centred = !plan.narrow;
    const x = centred ? place.x + across / 2 : place.x;
    ctx.textAlign = centred ? "center" : "left";
    ctx.fillStyle = look.ink;
    ctx.font = `${kind === "tanh" ? 500 : 700} ${size}px ${look.font}`;
    const y = plan.narrow ? place.y - 6 : plan.head - size * 1.5;
    const name = plan.narrow ? `${title}${kind === "tanh" ? ` of ${BY_KEY[BY_KEY[key].from].title}` : ""} · ${dims}` : title;
    ctx.fillText(name, x, y);
    if (plan.narrow || kind === "softmax" || key === "out") continue;
    ctx.font = `400 ${size}px ${look.font}`;
    ctx.fillStyle = look.soft;
    if (kind !== "tanh") ctx.fillText(dims, x, plan.head - size * 0.35);
  }
}

function maps(ctx, plan, { key, maps: count, side }, sprite, look) {
  const place = plan.places[key];
  ctx.imageSmoothingEnabled = side > 1 && place.tw / side < 2;
  ctx.imageSmoothingQuality = "high";
  ctx.strokeStyle = look.edge;
  ctx.lineWidth = 1;
  if (side === 1) {
    const rows = Math.ceil(count / place.cols);
    ctx.drawImage(sprite, place.x, place.y, place.cols * place.px, rows * place.py);
    ctx.strokeRect(place.x - 0.5, place.y - 0.5, place.cols * place.px + 1, rows * place.py + 1);
    return;
  }
  for (let map = 0; map < count; map++) {
    const { x, y, w, h: tall } = tileOf(place, map);
    ctx.drawImage(sprite, 0, map * side, side, side, x, y, w, tall);
    ctx.strokeRect(x - 0.5, y - 0.5, w + 1, tall + 1);
  }
}

/** Lines from what is read to the number, coloured by what each adds: orange above zero, blue below. */
function wires(ctx, look, plan, unit, terms) {
  const read = readBy(unit);
  if (!read || unit.layer === "prob") return;
  const { from } = BY_KEY[unit.layer];
  const target = cellOf(plan.places[unit.layer], unit);
  const to = unit.layer === "out" ? [target.x, target.y + target.h / 2] : middle(target);
  const most = Math.max(...terms.map(Math.abs)) || 1;
  const colours = look.dark ? ["#6db3f2", "#f59a4c"] : ["#1f6fb4", "#c2540a"];
  for (let map = read.maps[0]; map <= read.maps[1]; map++) {
    const term = terms.length > 1 ? terms[map - read.maps[0]] : 1;
    const start = middle(cellOf(plan.places[from], { layer: from, map, row: read.row, col: read.col }, read.size));
    ctx.globalAlpha = 0.18 + 0.82 * Math.abs(term / most);
    ctx.strokeStyle = terms.length > 1 ? colours[term < 0 ? 0 : 1] : look.ink;
    ctx.lineWidth = terms.length > 20 ? 1.2 : 1.8;
    ctx.beginPath();
    ctx.moveTo(...start);
    ctx.lineTo(...to);
    ctx.stroke();
  }
  ctx.globalAlpha = 1;
}

const middle = ({ x, y, w, h: tall }) => [x + w / 2, y + tall / 2];

/** The window that is read, in yellow with a dark outline, and the number itself. */
function marks(ctx, look, plan, unit) {
  const read = readBy(unit);
  const { from } = BY_KEY[unit.layer];
  if (read && BY_KEY[from].side > 1) for (let map = read.maps[0]; map <= read.maps[1]; map++) box(ctx, cellOf(plan.places[from], { layer: from, map, row: read.row, col: read.col }, read.size));
  const place = plan.places[unit.layer];
  if (unit.layer === "prob") { const { x, y, tw, th, py } = plan.places.out; box(ctx, { x: x - 3, y: y - 3, w: tw + 6, h: 9 * py + th + 6 }); }
  if (BY_KEY[unit.layer].side > 1) {
    const tile = tileOf(place, unit.map);
    ctx.strokeStyle = look.accent;
    ctx.lineWidth = 2.5;
    ctx.strokeRect(tile.x - 1.5, tile.y - 1.5, tile.w + 3, tile.h + 3);
  }
  const { x, y, w, h: tall } = cellOf(place, unit);
  box(ctx, unit.layer === "out" ? { x: x - 4, y: y - 1, w: w + 8, h: tall + 2 } : { x, y, w, h: tall });
}

function box(ctx, { x, y, w, h: tall }) {
  const [wide, high] = [Math.max(w, 5), Math.max(tall, 5)];
  for (const [colour, width] of [["#000000", 4], [WINDOW, 2]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.strokeRect(x + (w - wide) / 2, y + (tall - high) / 2, wide, high);
  }
}

/** The unit that a key leads to, or null. */
export function step(unit, key, { places }) {
  const { maps: count, side } = BY_KEY[unit.layer];
  const place = LAYERS.findIndex((layer) => layer.key === unit.layer);
  if (key === "PageUp" || key === "PageDown") {
    const next = LAYERS[Math.max(0, Math.min(LAYERS.length - 1, place + (key === "PageUp" ? -1 : 1)))];
    const within = (v) => Math.min(next.side - 1, Math.floor((v * next.side) / side));
    return { layer: next.key, map: Math.min(next.maps - 1, Math.floor((unit.map * next.maps) / count)), row: within(unit.row), col: within(unit.col) };
  }
  if (key === "," || key === ".") return { ...unit, map: (unit.map + (key === "," ? count - 1 : 1)) % count };
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key] ?? [0, 0];
  if (!dx && !dy) return null;
  if (side > 1) return { ...unit, row: Math.max(0, Math.min(side - 1, unit.row + dy)), col: Math.max(0, Math.min(side - 1, unit.col + dx)) };
  const index = indexOf(unit) + dx + dy * places[unit.layer].cols;
  return index >= 0 && index < count ? unitAt(unit.layer, index) : unit;
}
