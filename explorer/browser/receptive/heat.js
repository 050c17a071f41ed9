// The measured field: where the unit's gradient lies, over the photograph; its profile beside it.
import { table } from "../shared/colour.js";
import { area } from "./view.js";
import { frame, tag } from "./sheet.js";

const STOPS = ["#000004", "#3b0f70", "#8c2981", "#de4968", "#fe9f6d", "#fcfdbf"]; // magma: even steps, readable in grey
const COLOURS = table(STOPS, 256);
export const MAP_STOPS = STOPS;

/** Levels 0..255 from base64; they grow with the square root of the gradient. */
export function decoded({ levels, levels_shape: [rows, columns] }) {
  const bytes = Uint8Array.from(atob(levels), (c) => c.charCodeAt(0));
  return { bytes, rows, columns };
}

/** The heat as a canvas of its own, opaque where the gradient is strong. */
function heatCanvas({ bytes, rows, columns }) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const image = new ImageData(columns, rows);
  const words = new Uint32Array(image.data.buffer);
  bytes.forEach((v, i) => { words[i] = (COLOURS[v] & 0xffffff) | ((70 + Math.round((v / 255) * 175)) << 24); });
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Square of `px`: the picture in grey, the heat over it, the theoretical box in yellow, what holds 90 % in white. */
export function paintHeat(ctx, look, px, { picture, side, box, result }) {
  const scale = px / side;
  const rect = (b) => [b.left * scale, b.top * scale, (b.right + 1 - b.left) * scale, (b.bottom + 1 - b.top) * scale];
  ctx.fillStyle = look.panel;
  ctx.fillRect(0, 0, px, px);
  if (picture) {
    ctx.save();
    ctx.filter = "grayscale(1) brightness(.8)";
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(picture, 0, 0, px, px);
    ctx.restore();
  }
  const clip = { top: Math.max(0, box.top), left: Math.max(0, box.left), bottom: Math.min(side - 1, box.bottom), right: Math.min(side - 1, box.right) };
  if (result) {
    const [top, left] = result.seen;
    const { rows, columns } = result.heat;
    ctx.imageSmoothingEnabled = result.block_px * scale < 3;
    ctx.drawImage(heatCanvas(result.heat), left * scale, top * scale, columns * result.block_px * scale, rows * result.block_px * scale);
  } else if (area(clip)) {
    ctx.fillStyle = look.window;
    ctx.globalAlpha = 0.22; // every pixel alike
    ctx.fillRect(...rect(clip));
    ctx.globalAlpha = 1;
  }
  inset(ctx, look, rect(clip), px);
  if (!result) return;
  const [cy, cx] = [(box.top + box.bottom + 1) / 2, (box.left + box.right + 1) / 2];
  const half = result.holds_90_px / 2;
  const held = [(cx - half) * scale, (cy - half) * scale, 2 * half * scale, 2 * half * scale];
  inset(ctx, look, held, px, { dash: [7, 5], line: 2, colour: "#ffffff" });
  tag(ctx, look, `90 % in ${result.holds_90_px} px`, Math.min(px - 60, Math.max(60, cx * scale)), Math.min(px - 12, Math.max(12, held[1] + held[3] + 13)));
}

/** A frame that stays visible where it runs along the edge of the sheet. */
function inset(ctx, look, [x, y, w, h], px, how) {
  const [x0, y0, x1, y1] = [Math.max(2, x), Math.max(2, y), Math.min(px - 2, x + w), Math.min(px - 2, y + h)];
  frame(ctx, look, [x0, y0, x1 - x0, y1 - y0], how);
}

const PAD = { left: 12, right: 12, top: 46, bottom: 34 };

/** How the gradient falls off along the columns, beside a bell of the same spread and "every pixel alike". */
export function paintProfile(ctx, look, w, h, { side, box, result }) {
  const [left, right] = [Math.max(0, box.left), Math.min(side - 1, box.right)];
  const flat = 1 / Math.max(1, right - left + 1);
  const bell = result && bellOf(result.across, side);
  const most = 1.1 * Math.max(flat, ...(result ? [...result.across, ...bell] : [flat * 2.5]));
  const x = (px) => PAD.left + (px / side) * (w - PAD.left - PAD.right);
  const y = (v) => h - PAD.bottom - (v / most) * (h - PAD.top - PAD.bottom);
  if (result) {
    ctx.fillStyle = look.accent;
    ctx.globalAlpha = 0.55;
    result.across.forEach((v, i) => ctx.fillRect(x(i), y(v), Math.max(1, x(i + 1) - x(i)), y(0) - y(v)));
    ctx.globalAlpha = 1;
    line(ctx, bell.map((v, i) => [x(i + 0.5), y(v)]), look.orange, [7, 4], 2.5);
  }
  line(ctx, [[x(left), y(0)], [x(left), y(flat)], [x(right + 1), y(flat)], [x(right + 1), y(0)]], look.ink, [3, 3], 2);
  ctx.fillStyle = look.soft;
  ctx.fillRect(PAD.left, y(0), w - PAD.left - PAD.right, 1.5);
  ctx.font = `13px ${look.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "center";
  for (const part of [0, 0.25, 0.5, 0.75, 1]) ctx.fillText(String(Math.round(part * side)), Math.min(w - 14, Math.max(10, x(part * side))), h - PAD.bottom + 11);
  ctx.fillText("column of the picture, px (height: its share of the gradient)", w / 2, h - 8);
  legend(ctx, look, result ? [["measured", look.accent, "fill"], ["bell of the same spread", look.orange, [7, 4]], ["every pixel alike", look.ink, [3, 3]]] : [["if every pixel of the box counted alike", look.ink, [3, 3]]], w);
}

function bellOf(values, side) {
  const total = values.reduce((a, b) => a + b, 0);
  const mean = values.reduce((sum, v, i) => sum + v * i, 0) / total;
  const variance = values.reduce((sum, v, i) => sum + v * (i - mean) ** 2, 0) / total;
  const raw = Array.from({ length: side }, (_, i) => Math.exp(-((i - mean) ** 2) / (2 * variance)));
  const scale = total / raw.reduce((a, b) => a + b, 0);
  return raw.map((v) => v * scale);
}

function line(ctx, points, colour, dash, wide) {
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.setLineDash(dash);
  ctx.lineWidth = wide;
  ctx.beginPath();
  points.forEach(([px, py]) => ctx.lineTo(px, py));
  ctx.stroke();
  ctx.restore();
}

function legend(ctx, look, items, w) {
  ctx.font = `600 13px ${look.font}`;
  ctx.textAlign = "left";
  let [x, y] = [4, 11];
  for (const [text, colour, dash] of items) {
    const wide = 30 + ctx.measureText(text).width + 14;
    if (x + wide > w + 14) [x, y] = [4, y + 18];
    if (dash === "fill") { ctx.fillStyle = colour; ctx.globalAlpha = 0.55; ctx.fillRect(x, y - 5, 24, 10); ctx.globalAlpha = 1; }
    else line(ctx, [[x, y], [x + 24, y]], colour, dash, 2.5);
    ctx.fillStyle = look.ink;
    ctx.fillText(text, x + 29, y + 1);
    x += wide;
  }
}
