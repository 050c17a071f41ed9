// One line chart on a canvas: lanes over steps, direct labels at their ends, a cursor to go back in time.
import { colourOf, fitted } from "./palette.js";

const MOST_POINTS = 1500; // of a line: more than a screen can tell apart
const PAD = { left: 46, right: 14, top: 14, bottom: 30 };

/**
 * `series`: [{style, line, faint, label}], a line as {ys, xs}, where without `xs` the first value stands at 1; `axis`: {xMax, yMax, yMin, ticks, format, title, chance}.
 * Returns where the plot stands, for pointers.
 */
export function drawChart(canvas, { series, ghosts = [], axis, cursor, look, width, height }) {
  const ctx = fitted(canvas, width, height);
  const right = axis.labels ? PAD.right + axis.labels : PAD.right;
  const box = { left: PAD.left, top: PAD.top, width: width - PAD.left - right, height: height - PAD.top - PAD.bottom };
  const x = (v) => box.left + (v / axis.xMax) * box.width;
  const y = (v) => box.top + (1 - (v - axis.yMin) / (axis.yMax - axis.yMin)) * box.height;
  ctx.clearRect(0, 0, width, height);
  drawGrid(ctx, { axis, box, x, y, look, width, height });
  ctx.save();
  ctx.beginPath();
  ctx.rect(box.left - 1, box.top - 4, box.width + 6, box.height + 8);
  ctx.clip();
  for (const ghost of ghosts) stroke(ctx, ghost.line, { x, y, colour: look.soft, width: 1.2, dash: ghost.dash, alpha: 0.55 });
  for (const one of series) if (one.faint) stroke(ctx, one.faint, { x, y, colour: colourOf(one.style, look.dark), width: 1, dash: [], alpha: 0.28 });
  for (const one of series) stroke(ctx, one.line, { x, y, colour: colourOf(one.style, look.dark), width: one.style.width, dash: one.style.dash, alpha: 1 });
  ctx.restore();
  drawEnds(ctx, { series, x, y, box, look, labelled: Boolean(axis.labels) });
  if (cursor !== null) drawCursor(ctx, { x: x(cursor), box, look, cursor });
  return { ...box, step: (px) => Math.round(Math.max(0, Math.min(1, (px - box.left) / box.width)) * axis.xMax) };
}

function drawGrid(ctx, { axis, box, x, y, look, height }) {
  ctx.font = `13px ${look.font}`;
  ctx.lineWidth = 1;
  ctx.textBaseline = "middle";
  for (const tick of axis.ticks) {
    ctx.strokeStyle = look.edge;
    ctx.beginPath();
    ctx.moveTo(box.left, y(tick));
    ctx.lineTo(box.left + box.width, y(tick));
    ctx.stroke();
    ctx.fillStyle = look.soft;
    ctx.textAlign = "right";
    ctx.fillText(axis.format(tick), box.left - 7, y(tick));
  }
  ctx.textAlign = "center";
  for (const tick of stepTicks(axis.xMax, box.width)) ctx.fillText(axis.xFormat(tick), x(tick), height - 17);
  if (axis.chance) {
    ctx.setLineDash([2, 4]);
    ctx.strokeStyle = look.soft;
    ctx.beginPath();
    ctx.moveTo(box.left, y(axis.chance));
    ctx.lineTo(box.left + box.width, y(axis.chance));
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.textAlign = "right";
    const isRoomBelow = y(axis.chance) + 17 < box.top + box.height; // lines that have learnt lie above
    ctx.fillText("guessing", box.left + box.width - 2, y(axis.chance) + (isRoomBelow ? 9 : -9));
  }
}

/** Round steps for an axis. */
export function stepTicks(most, width) {
  const rough = most / Math.max(2, Math.min(6, Math.floor(width / 70)));
  const power = 10 ** Math.floor(Math.log10(rough));
  const size = [1, 2, 5, 10].map((m) => m * power).find((v) => v >= rough) || power;
  return Array.from({ length: Math.floor(most / size + 1e-9) + 1 }, (_, i) => +(i * size).toPrecision(6));
}

function stroke(ctx, { xs, ys }, { x, y, colour, width, dash, alpha }) {
  ctx.globalAlpha = alpha;
  ctx.strokeStyle = colour;
  ctx.lineWidth = width;
  ctx.lineJoin = "round";
  ctx.setLineDash(dash || []);
  ctx.beginPath();
  const last = ys.length - 1;
  const every = 2 ** Math.max(0, Math.ceil(Math.log2(ys.length / MOST_POINTS))); // a power: the points stay as the line grows
  let pen = false;
  for (let i = 0; i <= last; i = i < last ? Math.min(i + every, last) : i + 1) {
    if (!Number.isFinite(ys[i])) { pen = false; continue; }
    if (pen) ctx.lineTo(x(xs?.[i] ?? i + 1), y(ys[i]));
    else ctx.moveTo(x(xs?.[i] ?? i + 1), y(ys[i]));
    pen = true;
  }
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
}

/** The last number of a line: [x, y], or null. */
function endOf({ xs, ys }) {
  for (let i = ys.length - 1; i >= 0; i--) if (Number.isFinite(ys[i])) return [xs?.[i] ?? i + 1, ys[i]];
  return null;
}

/** A mark at each line's end, and beside it what the line says: labels are moved apart, never over one another. */
function drawEnds(ctx, { series, x, y, box, look, labelled }) {
  const ends = series.flatMap((one) => {
    const last = endOf(one.line);
    return last ? [{ one, px: x(last[0]), py: Math.max(box.top, Math.min(box.top + box.height, y(last[1]))) }] : [];
  });
  ends.sort((a, b) => a.py - b.py);
  let free = -Infinity;
  for (const end of ends) { end.text = Math.max(end.py, free); free = end.text + 17; }
  const column = Math.max(...ends.map(({ px }) => px)) + 9; // one column, right of every line
  const over = free - 17 - (box.top + box.height + 6);
  if (over > 0) for (let i = ends.length - 1, limit = box.top + box.height + 6; i >= 0; i--, limit -= 17) ends[i].text = Math.min(ends[i].text, limit);
  for (const { one, px, py, text } of ends) {
    ctx.fillStyle = colourOf(one.style, look.dark);
    ctx.beginPath();
    ctx.arc(px, py, 4.5, 0, 2 * Math.PI);
    ctx.fill();
    if (!labelled || !one.label) continue;
    ctx.font = `600 13px ${look.font}`;
    ctx.textAlign = "left";
    ctx.textBaseline = "middle";
    ctx.lineWidth = 4;
    ctx.strokeStyle = look.paper;
    ctx.strokeText(one.label, column, text);
    ctx.fillText(one.label, column, text);
  }
}

function drawCursor(ctx, { x, box, look, cursor }) {
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 2;
  ctx.beginPath();
  ctx.moveTo(x, box.top - 4);
  ctx.lineTo(x, box.top + box.height);
  ctx.stroke();
  ctx.fillStyle = look.accent;
  ctx.font = `600 12px ${look.font}`;
  ctx.textAlign = x > box.left + box.width - 60 ? "right" : "left";
  ctx.textBaseline = "top";
  ctx.fillText(`step ${cursor}`, x + (ctx.textAlign === "left" ? 5 : -5), box.top - 6);
}
