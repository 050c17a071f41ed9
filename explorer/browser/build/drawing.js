// The stack as boxes from left to right: height and depth of a box are the map's, its width the channels. Layers that
// keep the shape are thin slabs; a residual or dense row is an arc from where it reads. Beside it: what a unit sees.
import { h } from "../shared/controls.js";
import { isDark } from "../shared/colour.js";
import { KINDS, shown } from "./kinds.js";

export const HEIGHT = 178;
const BASE = 132, TALLEST = 82, FIELD = 118, GAP = 5;
const LIGHT = { input: "#8b8778", conv: "#2f78bd", pool: "#c2640a", thin: "#9a97a8", join: "#14795c", flat: "#8b8778", linear: "#6a42d6" };
const DARK = { input: "#a7a493", conv: "#6db3f2", pool: "#f59a4c", thin: "#77758a", join: "#4fc79d", flat: "#a7a493", linear: "#b7a1ff" };

/** Colours and type of the theme. Asking for them costs a layout, so that they are kept while it stays the same. */
export function themeOf(root) {
  const dark = isDark(root), style = getComputedStyle(root), colours = dark ? DARK : LIGHT;
  const shades = Object.fromEntries(Object.entries(colours).map(([kind, hex]) => [kind, [1, 0.68, 0.82].map((part) => mixed(hex, part, dark ? 0 : 255))]));
  return { dark, colours, shades, widths: new Map(), font: style.fontFamily, ink: style.getPropertyValue("--st-text-color").trim() || style.color, paper: style.getPropertyValue("--st-background-color").trim() || "#fff" };
}

function mixed(hex, part, other) {
  const [r, g, b] = [1, 3, 5].map((i) => Math.round(parseInt(hex.slice(i, i + 2), 16) * part + other * (1 - part)));
  return `rgb(${r} ${g} ${b})`;
}

/** Width of a box before it is fitted: channels count by their logarithm, so that 1000 are not 300 times 3. */
function widthOf(kind, shape) {
  if (kind === "thin") return 4;
  if (shape.length === 1) return kind === "flat" ? 5 : 9;
  return 4 + 3.6 * Math.log2(shape[0] + 1);
}

/** Boxes [{number, kind, shape, x, w, h, d}] in CSS pixels that fit into `width`. Number 0 is the input. */
export function boxes(measured, width) {
  const start = measured.input.shape;
  if (!start) return [];
  const shapes = [{ number: 0, kind: "input", shape: start }, ...measured.rows.map((row) => ({ number: row.number, kind: row.out ? KINDS[row.row.kind].colour : "broken", shape: row.out?.shape ?? [1], row }))];
  const tallest = Math.max(...shapes.map(({ shape }) => (shape.length === 3 ? Math.max(shape[1], shape[2]) : 1)));
  const longest = Math.max(2, ...shapes.map(({ shape }) => (shape.length === 1 ? shape[0] : 1)));
  const side = (n) => Math.max(3, TALLEST * Math.sqrt(n / tallest));
  const sized = shapes.map((box) => {
    const { shape, kind } = box;
    if (kind === "broken") return { ...box, w: 10, h: 26, d: 0 };
    if (shape.length === 1) return { ...box, w: widthOf(kind, shape), h: 10 + 70 * (Math.log(shape[0] + 1) / Math.log(longest + 1)), d: 0 };
    return { ...box, w: widthOf(kind, shape), h: side(shape[1]), d: 0.42 * side(shape[2]) };
  });
  return placed(sized, width);
}

function placed(sized, width) {
  const gap = (box) => (box.kind === "thin" ? 1 : GAP);
  const needed = sized.reduce((sum, box) => sum + box.w + gap(box), 0);
  const deepest = Math.max(...sized.map((box) => box.d));
  const fit = Math.min(2.6, (width - deepest - 8) / needed);
  let x = 4;
  return sized.map((box) => {
    x += gap(box) * fit;
    const at = { ...box, x, w: box.w * fit };
    x += box.w * fit;
    return at;
  });
}

/** The figure: {element, draw(measured, marked), again() after a change of theme or size}; `onPoint(number)` while pointing, `onPick(number)` on a choice. */
export function drawing(root, { onPoint, onPick }) {
  const canvas = h("canvas", { class: "stack", tabindex: "0", role: "img" });
  const element = h("div", { class: "stack-box" }, canvas);
  let last = null, width = 0, theme = null;
  const draw = (measured, marked) => {
    theme ??= themeOf(root);
    width ||= element.clientWidth || 900;
    last = { measured, marked, list: paint(canvas, measured, marked, width, theme) };
    const label = told(measured, marked);
    if (canvas.getAttribute("aria-label") !== label) canvas.setAttribute("aria-label", label);
  };
  const numberAt = (event) => {
    const x = event.clientX - canvas.getBoundingClientRect().left;
    return last?.list.find((box) => x >= box.x - 2 && x <= box.x + box.w + 2)?.number ?? 0;
  };
  canvas.addEventListener("pointermove", (event) => onPoint(numberAt(event)));
  canvas.addEventListener("pointerleave", () => onPoint(0));
  canvas.addEventListener("click", (event) => { const number = numberAt(event); if (number) onPick(number); });
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (event.key === "Enter" && last.marked) return onPick(last.marked);
    if (!step || !last) return undefined;
    event.preventDefault();
    return onPoint(Math.max(1, Math.min(last.measured.rows.length, (last.marked || 0) + step)));
  });
  const again = () => { width = 0; theme = null; if (last) draw(last.measured, last.marked); };
  const observer = new ResizeObserver(again);
  observer.observe(element);
  return { element, draw, again, dispose: () => observer.disconnect() };
}

function told(measured, marked) {
  const row = measured.rows[marked - 1];
  if (row?.out) return `Row ${marked}, ${row.row.kind}: ${shown(row.out.shape)} comes out. Left and right arrow go from row to row, Enter goes to the row itself.`;
  const last = measured.last ? `; ${shown(measured.last.shape)} comes out` : "";
  return `The network as ${measured.rows.length} boxes${last}. Left and right arrow go from row to row.`;
}

/** Paint at a width in CSS pixels; returns the boxes. */
export function paint(canvas, measured, marked, width, theme, scale = Math.min(2, devicePixelRatio || 1)) {
  const [w, high] = [Math.round(width * scale), Math.round(HEIGHT * scale)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== high) canvas.height = high;
  if (canvas.style.height !== `${HEIGHT}px`) Object.assign(canvas.style, { width: "100%", height: `${HEIGHT}px` });
  const ctx = canvas.getContext("2d");
  ctx.setTransform(scale, 0, 0, scale, 0, 0);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, width, HEIGHT);
  const field = width > 560 ? FIELD + 26 : 0;
  const list = boxes(measured, width - field);
  const pens = { ctx, ...theme };
  list.forEach((box) => arc(pens, box, list));
  list.forEach((box) => paintBox(pens, box, box.number === marked && marked > 0));
  labels(pens, list, marked);
  if (field && measured.input.shape) paintField(pens, measured, marked, width - FIELD);
  return list;
}

function polygon(ctx, points) {
  ctx.beginPath();
  points.forEach(([x, y]) => ctx.lineTo(x, y));
  ctx.closePath();
}

function paintBox({ ctx, colours, shades, ink, paper }, { kind, row, x, w, h: tall, d }, marked) {
  const y = BASE - tall, lift = 0.6 * d;
  if (kind === "broken") {
    const wrong = Boolean(row.problem);
    ctx.setLineDash(wrong ? [] : [3, 3]);
    ctx.strokeStyle = wrong ? colours.pool : ink;
    ctx.lineWidth = wrong || marked ? 2.5 : 1;
    polygon(ctx, [[x, y], [x + w, y], [x + w, BASE], [x, BASE]]);
    ctx.stroke();
    polygon(ctx, wrong ? [[x, y], [x + w, BASE], [x + w / 2, (y + BASE) / 2], [x + w, y], [x, BASE], [x + w / 2, (y + BASE) / 2]] : []);
    ctx.stroke();
    return ctx.setLineDash([]);
  }
  const face = (points, shade) => {
    polygon(ctx, points);
    ctx.fillStyle = shades[kind][shade];
    ctx.fill();
    if (w > 2.5) { ctx.strokeStyle = paper; ctx.lineWidth = 0.75; ctx.stroke(); }
  };
  face([[x, y], [x + w, y], [x + w, BASE], [x, BASE]], 0);
  if (d) {
    face([[x, y], [x + d, y - lift], [x + w + d, y - lift], [x + w, y]], 1);
    face([[x + w, y], [x + w + d, y - lift], [x + w + d, BASE - lift], [x + w, BASE]], 2);
  }
  if (!marked) return undefined;
  polygon(ctx, d ? [[x, y], [x + d, y - lift], [x + w + d, y - lift], [x + w + d, BASE - lift], [x + w, BASE], [x, BASE]] : [[x, y], [x + w, y], [x + w, BASE], [x, BASE]]);
  ctx.strokeStyle = ink;
  ctx.lineWidth = 2.5;
  return ctx.stroke();
}

/** From where a residual or dense row reads, below the boxes. */
function arc({ ctx, colours }, box, list) {
  if (box.kind !== "join") return;
  const from = list[box.number - 1 - KINDS[box.row.row.kind].back(box.row.values)];
  const [a, b] = [from.x + from.w / 2, box.x + box.w / 2];
  ctx.strokeStyle = colours.join;
  ctx.lineWidth = 2;
  ctx.setLineDash(box.row.row.kind === "dense" ? [5, 3] : []);
  ctx.beginPath();
  ctx.moveTo(a, BASE + 2);
  ctx.bezierCurveTo(a, BASE + 15, b, BASE + 15, b, BASE + 2);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** The width of a text in 13 px letters; asking the canvas is slow, and most texts come again. */
function widthOfText(ctx, text, font, widths) {
  if (!widths.has(text)) { ctx.font = `13px ${font}`; widths.set(text, ctx.measureText(text).width); }
  return widths.get(text);
}

/** Sizes below the boxes, as far as they do not run into one another; the marked one always. */
function labels({ ctx, ink, paper, font, widths }, list, marked) {
  ctx.textAlign = "center";
  const texts = list.filter((box) => box.kind !== "thin" && box.kind !== "broken" || box.number === marked && box.row?.out).map((box) => {
    const { shape } = box;
    const lines = shape.length === 3 ? [String(shape[0]), shape[1] === shape[2] ? `${shape[1]}²` : `${shape[1]}×${shape[2]}`] : [String(shape[0]), ""];
    const half = Math.max(...lines.map((text) => widthOfText(ctx, text, font, widths))) / 2;
    return { box, lines, half, x: Math.max(half + 1, box.x + box.w / 2) };
  });
  const first = texts.filter(({ box }) => box.number === marked && marked > 0);
  const kept = [];
  for (const text of [...first, texts[0], texts.at(-1), ...texts]) {
    if (!text || kept.some((other) => Math.abs(other.x - text.x) < other.half + text.half + 5)) continue;
    kept.push(text);
  }
  for (const { box, lines, x, half } of kept) {
    const bold = box.number === marked && marked > 0;
    ctx.fillStyle = paper;
    if (bold) ctx.fillRect(x - half - 2, BASE + 14, 2 * half + 4, 32);
    ctx.fillStyle = ink;
    ctx.font = `${bold ? "700" : "400"} 13px ${font}`;
    lines.forEach((line, i) => ctx.fillText(line, x, BASE + 27 + 15 * i));
  }
}

/** The input as a sheet, and on it what the middle unit of the marked row sees (of the last row, where none is marked). */
function paintField({ ctx, ink, dark, font }, measured, marked, left) {
  const state = (measured.rows[marked - 1]?.out ? measured.rows[marked - 1].out : marked ? null : measured.last);
  const [, high, wide] = measured.input.shape;
  const scale = (FIELD - 12) / Math.max(high, wide);
  const [x0, y0] = [left + (FIELD - wide * scale) / 2, 8 + (FIELD - 12 - high * scale) / 2];
  ctx.fillStyle = dark ? "#2a2e3a" : "#e4dfd3";
  ctx.fillRect(x0, y0, wide * scale, high * scale);
  ctx.fillStyle = ink;
  ctx.font = `13px ${font}`;
  ctx.textAlign = "center";
  ctx.fillText("one unit sees", left + FIELD / 2, BASE + 15);
  if (!state) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x0, y0, wide * scale, high * scale);
  ctx.clip();
  const [rows, columns] = state.spans.map((span, axis) => (state.isGlobal ? [0, [high, wide][axis] - 1] : span.why ? null : span.at(Math.floor(state.map[axis] / 2))));
  if (rows && columns) outline(ctx, x0 + columns[0] * scale, y0 + rows[0] * scale, (columns[1] - columns[0] + 1) * scale, (rows[1] - rows[0] + 1) * scale, [x0, y0, wide * scale, high * scale]);
  ctx.restore();
  ctx.fillStyle = ink;
  const text = state.isGlobal ? "the whole picture" : rows && columns ? `${[rows, columns].map(([a, b]) => b - a + 1).join(" × ")} px` : "not one window";
  ctx.fillText(text, left + FIELD / 2, BASE + 31);
}

function outline(ctx, x, y, w, high, [x0, y0, wide, tall]) {
  const left = Math.max(x0, x), top = Math.max(y0, y), right = Math.min(x0 + wide, x + w), bottom = Math.min(y0 + tall, y + high);
  ctx.fillStyle = "rgb(255 212 0 / .35)";
  ctx.fillRect(left, top, right - left, bottom - top);
  for (const [colour, line] of [["#000", 5], ["#ffd400", 2.5]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = line;
    ctx.strokeRect(left + 1.5, top + 1.5, Math.max(1, right - left - 3), Math.max(1, bottom - top - 3));
  }
}

