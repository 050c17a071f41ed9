// What one unit, the mean and the maximum of the rectified map do while the picture is shifted: three lines.
import { short } from "../shared/colour.js";

const LINES = [["unit", "one unit", [], 2.5], ["max", "maximum", [9, 5], 3], ["mean", "mean", [2, 5], 3]];
const COLOURS = { unit: ["#1f6fb4", "#6cb2f2"], max: ["#c2540a", "#f59a4c"], mean: ["#2e7d4f", "#6fcf97"] };
const PAD = { left: 46, right: 14, top: 30, bottom: 40 };

/** `points`: [{unit, max, mean}] for each of `shifts`; `now` is the shift shown above. */
export function drawSweep(ctx, look, { shifts, points, now }) {
  const most = Math.max(...points.map((point) => Math.max(point.unit, point.max)), 1e-9) * 1.08;
  const x = (dx) => PAD.left + ((dx - shifts[0]) / (shifts.at(-1) - shifts[0])) * (look.w - PAD.left - PAD.right);
  const y = (v) => look.h - PAD.bottom - (v / most) * (look.h - PAD.top - PAD.bottom);
  frame(ctx, look, { shifts, most, x, y });
  if (now >= shifts[0] && now <= shifts.at(-1)) {
    ctx.fillStyle = "#000";
    ctx.fillRect(x(now) - 2, PAD.top, 4, look.h - PAD.top - PAD.bottom);
    ctx.fillStyle = "#ffd400";
    ctx.fillRect(x(now) - 1, PAD.top, 2, look.h - PAD.top - PAD.bottom);
  }
  for (const [key, , dash, width] of LINES) {
    ctx.strokeStyle = COLOURS[key][look.dark ? 1 : 0];
    ctx.setLineDash(dash);
    ctx.lineWidth = width;
    ctx.lineJoin = "round";
    ctx.beginPath();
    points.forEach((point, i) => ctx.lineTo(x(shifts[i]), y(point[key])));
    ctx.stroke();
    ctx.setLineDash([]);
  }
  legend(ctx, look);
}

function frame(ctx, look, { shifts, most, x, y }) {
  ctx.font = `13px ${look.font}`;
  ctx.textBaseline = "middle";
  ctx.fillStyle = look.edge;
  for (const part of [0, 0.5, 1]) ctx.fillRect(PAD.left, y((part * most) / 1.08), look.w - PAD.left - PAD.right, 1);
  ctx.fillStyle = look.soft;
  ctx.textAlign = "right";
  for (const part of [0, 0.5, 1]) ctx.fillText(short((part * most) / 1.08, 2), PAD.left - 6, y((part * most) / 1.08));
  ctx.textAlign = "center";
  for (const at of [0, 8, 16, 24, 32]) ctx.fillText(short(shifts[at]), x(shifts[at]), look.h - PAD.bottom + 12);
  ctx.fillText("shift to the right, px", (PAD.left + look.w - PAD.right) / 2, look.h - 9);
}

function legend(ctx, look) {
  ctx.font = `600 13px ${look.font}`;
  ctx.textAlign = "left";
  let x = PAD.left;
  for (const [key, label, dash, width] of LINES) {
    ctx.strokeStyle = COLOURS[key][look.dark ? 1 : 0];
    ctx.lineWidth = width;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(x, 12);
    ctx.lineTo(x + 26, 12);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.fillStyle = look.ink;
    ctx.fillText(label, x + 31, 13);
    x += 31 + ctx.measureText(label).width + 16;
  }
}
