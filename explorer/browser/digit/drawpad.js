// The pad: draw with mouse, pen or finger; with keys a cursor moves, and Space puts the pen down and lifts it.
import { h } from "../shared/controls.js";
import { GRID, PEN } from "./ink.js";

const STEP = 8;
const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const HELP = "Drawing pad. Draw with mouse, pen or finger; or with keys: arrow keys move the cursor, Space puts the pen down or lifts it, Backspace undoes, Delete clears.";
const clamp = (v) => Math.max(0, Math.min(GRID - 1, Math.round(v)));

/** onLive(points or null) while the pen is down, onStroke(points) when it is lifted. */
export function drawPad({ onLive, onStroke, onUndo, onClear, say }) {
  const canvas = h("canvas", { class: "drawpad", tabindex: "0", role: "application", "aria-label": HELP });
  const pen = { points: null, cursor: [128, 128], keys: false, shown: false };
  const ctx = canvas.getContext("2d");
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [clamp(((event.clientX - box.left) / box.width) * GRID), clamp(((event.clientY - box.top) / box.height) * GRID)];
  };
  const lift = () => {
    if (!pen.points) return;
    const { points } = pen;
    [pen.points, pen.keys] = [null, false];
    onStroke(points);
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    lift();
    canvas.setPointerCapture(event.pointerId);
    pen.shown = false;
    pen.points = [place(event)];
    onLive(pen.points);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!pen.points || pen.keys) return;
    for (const one of event.getCoalescedEvents?.().length ? event.getCoalescedEvents() : [event]) pen.points.push(place(one));
    onLive(pen.points);
  });
  for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => { if (!pen.keys) lift(); });
  canvas.addEventListener("keydown", (event) => { if (key(event, pen, { lift, onLive, onUndo, onClear, say })) event.preventDefault(); });
  canvas.addEventListener("focus", () => { pen.shown = canvas.matches(":focus-visible"); onLive(pen.points); });
  canvas.addEventListener("blur", () => { pen.shown = false; if (pen.keys) lift(); else onLive(pen.points); });
  return { element: canvas, lift, draw: (view) => paint(canvas, ctx, pen, view) };
}

function key(event, pen, { lift, onLive, onUndo, onClear, say }) {
  const move = KEYS[event.key];
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (move) {
    const far = STEP * (event.shiftKey ? 4 : 1);
    pen.cursor = pen.cursor.map((v, i) => clamp(v + move[i] * far));
    pen.shown = true;
    if (pen.keys) pen.points.push([...pen.cursor]);
    onLive(pen.points);
  } else if (event.key === " ") {
    if (pen.keys) lift();
    else { [pen.keys, pen.points, pen.shown] = [true, [[...pen.cursor]], true]; onLive(pen.points); }
  } else if (event.key === "Escape" && pen.keys) lift();
  else if (event.key === "Backspace") onUndo();
  else if (event.key === "Delete") onClear();
  else return false;
  say(`Pen ${pen.keys ? "down" : "up"}, ${Math.round((pen.cursor[0] / GRID) * 100)} % from the left, ${Math.round((pen.cursor[1] / GRID) * 100)} % from the top.`);
  return true;
}

/** Ink in white on black, the box that is cut out, the cursor of the keys. */
function paint(canvas, ctx, pen, { strokes, box, cut }) {
  const side = Math.round(canvas.clientWidth * Math.min(3, devicePixelRatio || 1));
  if (!side) return;
  if (canvas.width !== side) canvas.width = canvas.height = side;
  const unit = side / GRID;
  ctx.setTransform(unit, 0, 0, unit, 0, 0);
  ctx.fillStyle = "#000000";
  ctx.fillRect(0, 0, GRID, GRID);
  ink(ctx, strokes);
  if (box && cut) {
    ctx.lineWidth = 1.6;
    ctx.setLineDash([5, 4]);
    ctx.strokeStyle = "#ffd400";
    ctx.strokeRect(box.left, box.top, box.right - box.left, box.bottom - box.top);
    ctx.setLineDash([]);
  }
  if (pen.shown) cursor(ctx, pen);
}

export function ink(ctx, strokes) {
  Object.assign(ctx, { strokeStyle: "#ffffff", lineWidth: PEN, lineCap: "round", lineJoin: "round" });
  for (const points of strokes) {
    ctx.beginPath();
    ctx.moveTo(...points[0]);
    if (points.length === 1) ctx.lineTo(points[0][0], points[0][1] + 0.01);
    for (const point of points.slice(1)) ctx.lineTo(...point);
    ctx.stroke();
  }
}

function cursor(ctx, { cursor: [x, y], keys }) {
  for (const [colour, width] of [["#000000", 5], ["#ffd400", 2.5]]) {
    Object.assign(ctx, { strokeStyle: colour, lineWidth: width });
    ctx.beginPath();
    ctx.arc(x, y, PEN / 2, 0, 7);
    ctx.moveTo(x - 18, y); ctx.lineTo(x + 18, y);
    ctx.moveTo(x, y - 18); ctx.lineTo(x, y + 18);
    ctx.stroke();
  }
  if (keys) { ctx.fillStyle = "#ffd400"; ctx.fillRect(x - 4, y - 4, 8, 8); }
}
