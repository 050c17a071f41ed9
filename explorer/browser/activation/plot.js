// A drawn diagram on a canvas: axes, curves, shaded ranges, bars; read by mouse, touch and keys.
import { isDark, short } from "../shared/colour.js";
import { h } from "../shared/controls.js";

const LIGHT = { ink: "#1b1c24", soft: "#5b5d68", edge: "#e3dfd6", paper: "#fcfbf8", a: "#b84c06", b: "#1c5fa8", c: "#6b2fb3", band: "rgb(27 28 36 / .07)" };
const DARK = { ink: "#eceaf2", soft: "#b3b2bf", edge: "#2f313c", paper: "#101218", a: "#f59a4c", b: "#6db3f2", c: "#c5a3ff", band: "rgb(236 234 242 / .09)" };
const MARGIN = { left: 52, right: 14, top: 10, bottom: 40 };
const FONT = "13px 'Source Sans', 'Source Sans 3', system-ui, sans-serif";

export const palette = (dark) => (dark ? DARK : LIGHT);

const UP = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

/** A whole number written small and high. */
export const raised = (exponent) => [...String(exponent)].map((c) => UP[c]).join("");

/** 10⁻³ */
export const power = (exponent) => (exponent === 0 ? "1" : exponent === 1 ? "10" : "10" + raised(exponent));

/** Round steps from low to high, about `wanted` of them. */
export function ticks(low, high, wanted = 6) {
  const rough = (high - low) / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find((m) => m * size >= rough * 0.999) || 10);
  const list = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) list.push(i * step);
  return list;
}

/** Whole exponents from low to high, thinned out. */
export function powers(low, high) {
  const step = Math.max(1, Math.ceil((high - low) / 7));
  const list = [];
  for (let e = Math.floor(high); e >= low; e--) if (e % step === 0) list.push(e);
  return list;
}

/**
 * A diagram. `reader`: {min, max, step, big, onPoint(x), text(x), hover} makes it a slider along x, moved by dragging
 * (with `hover` by hovering too).
 * draw(spec): {x: [low, high], y: [low, high], xLabel, yLabel, xTicks?, yTicks?: [[value, text]], bands, guides, curves, marks, at, over?}
 */
export function plot({ label, reader = null }) {
  const canvas = h("canvas", reader ? { role: "slider", tabindex: "0", "aria-label": label, "aria-valuemin": reader.min, "aria-valuemax": reader.max } : { role: "img", "aria-label": label });
  const legend = h("figcaption", { class: "legend" });
  const element = h("figure", { class: "plot" }, legend, canvas);
  let spec = null, scale = null;
  const redraw = () => { if (spec) scale = paint(canvas, spec, isDark(canvas)); };
  const watch = new ResizeObserver(redraw);
  watch.observe(canvas);
  if (reader) listen(canvas, reader, () => scale, () => spec?.at ?? 0);
  return {
    element, canvas, redraw,
    draw(next) {
      spec = next;
      redraw();
      if (reader) { canvas.setAttribute("aria-valuenow", spec.at); canvas.setAttribute("aria-valuetext", reader.text(spec.at)); }
    },
    /** entries: [{slot: "a" | "b" | "c", text, dash?}] */
    name(title, entries) { legend.replaceChildren(h("strong", {}, title), ...entries.map(key)); },
    describe(text) { canvas.setAttribute("aria-label", text); },
    dispose() { watch.disconnect(); },
  };
}

function key({ slot, text, dash, shape }) {
  return h("span", { class: `key key-${slot}${dash ? " is-dashed" : ""}` }, h("i", { "aria-hidden": "true" }, shape || ""), text);
}

function listen(canvas, reader, scale, at) {
  const fix = (x) => Math.max(reader.min, Math.min(reader.max, Math.round(x / reader.step) * reader.step));
  const point = (event) => {
    if (!scale() || (event.type === "pointermove" && !reader.hover && !event.buttons)) return;
    reader.onPoint(+fix(scale().valueOf(event.clientX - canvas.getBoundingClientRect().left)).toFixed(6));
  };
  canvas.addEventListener("pointermove", point);
  canvas.addEventListener("pointerdown", point);
  canvas.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? reader.big : reader.step;
    const to = { ArrowLeft: at() - step, ArrowDown: at() - step, ArrowRight: at() + step, ArrowUp: at() + step, PageDown: at() - reader.big, PageUp: at() + reader.big, Home: reader.min, End: reader.max }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    reader.onPoint(+fix(to).toFixed(6));
  });
}

/** Fit the canvas to its place and the screen; {ctx, width, height} in CSS pixels; null while it is hidden. */
export function fitted(canvas) {
  const box = canvas.getBoundingClientRect();
  if (!box.width || !box.height) return null;
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const [w, ht] = [Math.round(box.width * ratio), Math.round(box.height * ratio)];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== ht) canvas.height = ht;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, box.width, box.height);
  ctx.font = FONT;
  return { ctx, width: box.width, height: box.height };
}

function paint(canvas, spec, dark) {
  const room = fitted(canvas);
  if (!room) return null;
  const { ctx, width, height } = room;
  const colours = palette(dark);
  const inner = { left: MARGIN.left, right: width - MARGIN.right, top: MARGIN.top, bottom: height - MARGIN.bottom, ...(spec.inner?.(width, height) || {}) };
  const sx = (x) => inner.left + ((x - spec.x[0]) / (spec.x[1] - spec.x[0])) * (inner.right - inner.left);
  const sy = (y) => inner.bottom - ((y - spec.y[0]) / (spec.y[1] - spec.y[0])) * (inner.bottom - inner.top);
  const tools = { ctx, colours, inner, sx, sy, spec, width, height };
  axes(tools);
  ctx.save();
  ctx.beginPath();
  ctx.rect(inner.left, inner.top - 4, inner.right - inner.left, inner.bottom - inner.top + 8);
  ctx.clip();
  (spec.bands || []).forEach((band) => shade(tools, band));
  (spec.guides || []).forEach((guide) => level(tools, guide));
  upright(tools);
  (spec.curves || []).forEach((curve) => trace(tools, curve));
  ctx.restore();
  (spec.marks || []).forEach((mark) => dot(tools, mark));
  spec.over?.(tools);
  return { valueOf: (px) => spec.x[0] + ((px - inner.left) / (inner.right - inner.left)) * (spec.x[1] - spec.x[0]) };
}

function axes({ ctx, colours, inner, sx, sy, spec }) {
  const xs = spec.xTicks || ticks(...spec.x, 8).map((v) => [v, short(v)]);
  const ys = spec.yTicks || ticks(...spec.y, 5).map((v) => [v, short(v)]);
  ctx.lineWidth = 1;
  ctx.textBaseline = "middle";
  ys.forEach(([v, text]) => {
    ctx.strokeStyle = v === 0 && !spec.log ? colours.soft : colours.edge;
    rule(ctx, inner.left, sy(v), inner.right, sy(v));
    ctx.fillStyle = colours.soft;
    ctx.textAlign = "right";
    ctx.fillText(text, inner.left - 7, sy(v));
  });
  xs.forEach(([v, text]) => {
    ctx.strokeStyle = v === 0 ? colours.soft : colours.edge;
    rule(ctx, sx(v), inner.top, sx(v), inner.bottom);
    if (spec.bare) return;
    ctx.fillStyle = colours.soft;
    ctx.textAlign = "center";
    ctx.fillText(text, sx(v), inner.bottom + 13);
  });
  ctx.fillStyle = colours.soft;
  ctx.textAlign = "right";
  if (spec.xLabel) ctx.fillText(spec.xLabel, inner.right, inner.bottom + 31);
  ctx.textAlign = "left";
  if (spec.yLabel) ctx.fillText(spec.yLabel, inner.left + 6, inner.top + 8);
}

function rule(ctx, x1, y1, x2, y2) {
  ctx.beginPath();
  ctx.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  ctx.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  ctx.stroke();
}

/** {from, to, slot, dead, row}: a bar at the foot, hatched where the slope is exactly zero; row 0 tints the whole height. */
function shade({ ctx, colours, inner, sx }, { from, to, slot, dead, row = 0 }) {
  const left = Math.max(inner.left, sx(from)), right = Math.min(inner.right, sx(to));
  if (right <= left) return;
  ctx.fillStyle = colours.band;
  if (row === 0) ctx.fillRect(left, inner.top, right - left, inner.bottom - inner.top);
  const top = inner.bottom - 9 - row * 11;
  ctx.globalAlpha = 0.85;
  ctx.fillStyle = ctx.strokeStyle = colours[slot];
  if (!dead) ctx.fillRect(left, top, right - left, 8);
  else {
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, right - left, 8);
    ctx.clip();
    ctx.lineWidth = 2;
    for (let x = left - 8; x < right; x += 6) { ctx.beginPath(); ctx.moveTo(x, top + 8); ctx.lineTo(x + 8, top); ctx.stroke(); }
    ctx.restore();
    ctx.lineWidth = 1;
    ctx.strokeRect(left + 0.5, top + 0.5, right - left - 1, 7);
  }
  ctx.globalAlpha = 1;
}

function level({ ctx, colours, inner, sy }, { y, text }) {
  ctx.strokeStyle = ctx.fillStyle = colours.soft;
  ctx.lineWidth = 1;
  ctx.setLineDash([2, 4]);
  rule(ctx, inner.left, sy(y), inner.right, sy(y));
  ctx.setLineDash([]);
  ctx.textAlign = "right";
  ctx.fillText(text, inner.right - 6, sy(y) - 9);
}

function upright({ ctx, colours, inner, sx, spec }) {
  if (spec.at === undefined) return;
  ctx.strokeStyle = colours.ink;
  ctx.lineWidth = 1;
  ctx.setLineDash([4, 3]);
  rule(ctx, sx(spec.at), inner.top, sx(spec.at), inner.bottom);
  ctx.setLineDash([]);
}

/** {points: [[x, y]], slot, dash, width}; a null y breaks the line. */
function trace({ ctx, colours, sx, sy }, { points, slot, dash = [], width = 3 }) {
  ctx.strokeStyle = colours[slot];
  ctx.lineWidth = width;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash);
  ctx.beginPath();
  let pen = false;
  points.forEach(([x, y]) => {
    if (y === null || !Number.isFinite(y)) { pen = false; return; }
    const down = Math.max(-1e4, Math.min(1e4, sy(y)));
    if (pen) ctx.lineTo(sx(x), down); else ctx.moveTo(sx(x), down);
    pen = true;
  });
  ctx.stroke();
  ctx.setLineDash([]);
}

/** {x, y, slot, shape: "round" | "square" | "triangle", size} */
function dot({ ctx, colours, sx, sy, inner }, { x, y, slot, shape = "round", size = 5.5 }) {
  if (y === null || !Number.isFinite(y)) return;
  const [px, py] = [sx(x), sy(y)];
  if (px < inner.left - 1 || px > inner.right + 1 || py < inner.top - 6 || py > inner.bottom + 6) return;
  ctx.fillStyle = colours[slot];
  ctx.strokeStyle = colours.paper;
  ctx.lineWidth = 2;
  ctx.beginPath();
  if (shape === "square") ctx.rect(px - size + 0.5, py - size + 0.5, 2 * size - 1, 2 * size - 1);
  else if (shape === "triangle") { ctx.moveTo(px, py - size - 1); ctx.lineTo(px + size + 1, py + size); ctx.lineTo(px - size - 1, py + size); ctx.closePath(); }
  else ctx.arc(px, py, size, 0, 7);
  ctx.stroke();
  ctx.fill();
}
