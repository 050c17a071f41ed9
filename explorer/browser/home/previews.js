// Small pictures on the cards, each computed by the same arithmetic as the page behind it.
// A preview is (canvas, {planes, dark, ink, paper, time}): it paints one moment; `time` is in seconds.
import { extent, mapping, paintPlane, signedColour } from "../shared/colour.js";
import { slide } from "../shared/crosscorrelation.js";
import { INSIDE } from "./previews-inside.js";
import { NETWORKS } from "./previews-networks.js";
import { SIZE } from "./previews-size.js";
import { TRAINING } from "./previews-training.js";
import { H, W, start } from "./card.js";

const SOBEL = Float64Array.from([-1, 0, 1, -2, 0, 2, -1, 0, 1]);

function picture(plane, how, dark) {
  const canvas = document.createElement("canvas");
  paintPlane(canvas, plane, how, dark);
  return canvas;
}

const auto = (plane) => { const { low, high } = extent(plane.data); return mapping(low, high, { root: true }); };
const GREY = { kind: "grey", low: 0, high: 255 };

function kernels(canvas, { planes, dark, paper, time }) {
  const ctx = start(canvas, paper);
  const out = slide(planes.grey, SOBEL, 3, 3, { padding: "same", mode: "replicate" });
  const cut = Math.round(W * (0.5 - 0.42 * Math.cos(time * 0.8)));
  ctx.drawImage(picture(planes.grey, GREY, dark), 0, 8, 96, 48, 0, 0, W, H);
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, cut, H);
  ctx.clip();
  ctx.drawImage(picture(out, auto(out), dark), 0, 8, 96, 48, 0, 0, W, H);
  ctx.restore();
  ctx.fillStyle = "#ffd400";
  ctx.fillRect(cut - 1, 0, 3, H);
}

function signal(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  const sigma = 1 + 0.7 * Math.sin(time * 0.7);
  const n = 48;
  const gain = (u, v) => Math.exp(-2 * (Math.PI * sigma) ** 2 * (u * u + v * v));
  const data = Float64Array.from({ length: n * n }, (_, i) => 255 * gain(((i % n) / (n - 1)) - 0.5, Math.floor(i / n) / (n - 1) - 0.5));
  ctx.imageSmoothingEnabled = true;
  ctx.drawImage(picture({ data, height: n, width: n }, GREY, dark), 8, 8, 128, 128);
  ctx.strokeStyle = dark ? "#f59a4c" : "#c2540a";
  ctx.lineWidth = 3;
  ctx.beginPath();
  for (let x = 0; x <= 120; x++) ctx.lineTo(154 + x, 128 - 104 * gain(x / 120 - 0.5, 0));
  ctx.stroke();
  ctx.fillStyle = ink;
  ctx.fillRect(154, 129, 121, 1);
}

function channels(canvas, { planes, dark, paper, ink }) {
  const ctx = start(canvas, paper);
  const weights = [1, -1, 0];
  const sum = { ...planes.grey, data: planes.grey.data.map((_, i) => weights.reduce((s, w, c) => s + w * planes.colour[c].data[i], 0)) };
  const tints = ["#ff5a4d", "#3fbf6a", "#4d8dff"];
  planes.colour.forEach((plane, c) => {
    const [x, y] = [10 + c * 26, 8 + c * 22];
    ctx.drawImage(picture(plane, GREY, dark), x, y, 96, 80);
    ctx.globalCompositeOperation = "multiply";
    ctx.fillStyle = tints[c];
    ctx.fillRect(x, y, 96, 80);
    ctx.globalCompositeOperation = "source-over";
    ctx.strokeStyle = paper;
    ctx.lineWidth = 2;
    ctx.strokeRect(x, y, 96, 80);
  });
  ctx.fillStyle = ink;
  ctx.font = "700 22px sans-serif";
  ctx.fillText("Σ", 165, 80);
  ctx.drawImage(picture(sum, auto(sum), dark), 190, 32, 92, 77);
}

function padding(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  const cell = 18, at = Math.floor(time * 2) % 9;
  const grid = (x0, y0, n, colour) => { for (let i = 0; i < n * n; i++) { ctx.fillStyle = colour(i % n, Math.floor(i / n)); ctx.fillRect(x0 + (i % n) * cell, y0 + Math.floor(i / n) * cell, cell - 1.5, cell - 1.5); } };
  const [cx, cy] = [(at % 3) * 2, Math.floor(at / 3) * 2];
  grid(14, 9, 7, (x, y) => (x === 0 || y === 0 || x === 6 || y === 6 ? (dark ? "#2a2e3a" : "#e4dfd3") : signedColour(Math.sin(x * 2.1 + y) * 0.8, 1.6, dark)));
  ctx.strokeStyle = "#000";
  ctx.lineWidth = 5;
  ctx.strokeRect(14 + cx * cell, 9 + cy * cell, 3 * cell - 2, 3 * cell - 2);
  ctx.strokeStyle = "#ffd400";
  ctx.lineWidth = 3;
  ctx.strokeRect(14 + cx * cell, 9 + cy * cell, 3 * cell - 2, 3 * cell - 2);
  ctx.fillStyle = ink;
  ctx.font = "700 22px sans-serif";
  ctx.fillText("→", 162, 80);
  grid(204, 45, 3, (x, y) => (y * 3 + x <= at ? signedColour(Math.cos(x + y * 1.7), 1.4, dark) : dark ? "#2a2e3a" : "#e4dfd3"));
}

function activation(canvas, { dark, paper, ink }) {
  const ctx = start(canvas, paper);
  const draw = (f, colour) => {
    ctx.strokeStyle = colour;
    ctx.lineWidth = 3;
    ctx.beginPath();
    for (let x = 16; x <= 272; x++) ctx.lineTo(x, 112 - 30 * f((x - 144) / 38));
    ctx.stroke();
  };
  ctx.fillStyle = ink;
  ctx.fillRect(16, 112, 256, 1);
  ctx.fillRect(144, 10, 1, 124);
  draw((x) => Math.max(0, x), dark ? "#f59a4c" : "#c2540a");
  draw((x) => 1 / (1 + Math.exp(-x)), dark ? "#6db3f2" : "#1f6fb4");
  draw((x) => Math.tanh(x), dark ? "#b7a1ff" : "#5b35c9");
}

function dense(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  const x = (i) => 24 + i * 30;
  const palette = dark ? ["#6db3f2", "#f59a4c", "#b7a1ff"] : ["#1f6fb4", "#c2540a", "#5b35c9"];
  const lit = Math.floor(time) % 7;
  for (let o = 1; o <= 7; o++)
    for (let i = 0; i < 9; i++) {
      const shared = Math.abs(i - o) <= 1;
      if (!shared && o - 1 !== lit) continue;
      ctx.strokeStyle = shared ? palette[i - o + 1] : dark ? "#3a3f4d" : "#d9d4c8";
      ctx.lineWidth = shared ? 2.2 : 1;
      ctx.beginPath();
      ctx.moveTo(x(i), 118);
      ctx.lineTo(x(o), 28);
      ctx.stroke();
    }
  ctx.fillStyle = ink;
  for (let i = 0; i < 9; i++) { ctx.beginPath(); ctx.arc(x(i), 118, 7, 0, 7); ctx.fill(); }
  for (let o = 1; o <= 7; o++) { ctx.beginPath(); ctx.arc(x(o), 28, 7, 0, 7); ctx.fill(); }
}

/** Shapes of LeNet-5 as boxes; the kernel of the second convolution grows and shrinks, and what follows with it. */
function build(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  const k = 5 + Math.round(2 * Math.sin(time * 0.9));
  const wide = (n, kernel) => n - kernel + 1, second = wide(14, k);
  const stack = [[1, 32], [6, 28, 1], [6, 14], [16, second, 1], [16, Math.floor(second / 2)], [120, 1, 1]];
  const colours = dark ? ["#f59a4c", "#6db3f2"] : ["#c2640a", "#2f78bd"];
  let x = 14;
  for (const [channels, side, conv] of stack) {
    const [w, high] = [8 + 4.6 * Math.log2(channels + 1), Math.max(5, 88 * Math.sqrt(side / 32))];
    ctx.fillStyle = channels === 1 ? (dark ? "#a7a493" : "#8b8778") : colours[conv ?? 0];
    ctx.fillRect(x, 116 - high, w, high);
    ctx.beginPath();
    [[x, 116 - high], [x + 0.3 * high, 116 - 1.2 * high], [x + w + 0.3 * high, 116 - 1.2 * high], [x + w + 0.3 * high, 116 - 0.2 * high], [x + w, 116], [x + w, 116 - high]].forEach(([a, b]) => ctx.lineTo(a, b));
    ctx.globalAlpha = 0.6;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink;
    ctx.font = "600 13px sans-serif";
    ctx.fillText(`${side}²`, x, 134);
    x += w + 17;
  }
}

function receptive(canvas, { planes, dark, paper, time }) {
  const ctx = start(canvas, paper);
  ctx.drawImage(picture(planes.grey, GREY, dark), 0, 8, 96, 48, 0, 0, W, H);
  const level = Math.min(5, Math.floor(time * 1.2 + 2) % 7);
  let size = 1, jump = 1; // 3 x 3 windows, a stride of 2 from layer to layer
  for (let i = 0; i <= level; i++) { size += 2 * jump; jump *= 2; }
  const [w, x, y] = [size * 1.6, W / 2, H / 2];
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, W, H);
  ctx.rect(x - w / 2, y - w / 2, w, w);
  ctx.clip("evenodd");
  ctx.globalAlpha = 0.62;
  ctx.fillStyle = paper;
  ctx.fillRect(0, 0, W, H);
  ctx.restore();
  for (const [colour, line] of [["#000", 5], ["#ffd400", 3]]) { ctx.strokeStyle = colour; ctx.lineWidth = line; ctx.strokeRect(x - w / 2, y - w / 2, w, w); }
}

export const PREVIEWS = { ...NETWORKS, ...INSIDE, ...SIZE, ...TRAINING, receptive, build, kernels, signal, channels, padding, activation, dense };
