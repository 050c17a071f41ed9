// The cards of the section "Inside": class bars that waver, feature maps of the card's own picture, first-layer filters.
import { extent, mapping, paintPlane, signedColour } from "../shared/colour.js";
import { slide } from "../shared/crosscorrelation.js";
import { rasterised } from "../digit/ink.js";
import { upTo } from "../digit/replay.js";
import { BY_NAME } from "../digit/samples.js";

const [W, H] = [288, 144];

const LAPLACE = Float64Array.from([1, 1, 1, 1, -8, 1, 1, 1, 1]);

function start(canvas, paper) {
  [canvas.width, canvas.height] = [W, H];
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = paper;
  ctx.fillRect(0, 0, W, H);
  return ctx;
}

function painted(plane, dark) {
  const canvas = document.createElement("canvas");
  const { low, high } = extent(plane.data);
  paintPlane(canvas, plane, mapping(low, high, { forceSigned: true, root: true }), dark);
  return canvas;
}

/** A Gabor filter: a wave of one direction under a Gaussian. */
function gabor(side, angle, phase) {
  const middle = (side - 1) / 2;
  const data = Float64Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [(i % side) - middle, Math.floor(i / side) - middle];
    return Math.exp(-(x * x + y * y) / (side * side * 0.09)) * Math.cos((6.28 * (x * Math.cos(angle) + y * Math.sin(angle))) / side * 1.6 + phase);
  });
  return { data, height: side, width: side };
}

function predictions(canvas, { dark, paper, time }) {
  const ctx = start(canvas, paper);
  const logits = [2.2, 1.9, 1.6, 0.4, 0].map((v, i) => v + 0.5 * Math.sin(time * (0.6 + i * 0.23) + i));
  const sum = logits.reduce((all, v) => all + Math.exp(v), 0);
  logits.forEach((v, i) => {
    ctx.fillStyle = dark ? "#2a2e3a" : "#e4dfd3";
    ctx.fillRect(20, 14 + i * 25, 248, 16);
    ctx.fillStyle = i ? (dark ? "#6db3f2" : "#5a94c9") : dark ? "#b7a1ff" : "#5b35c9";
    ctx.fillRect(20, 14 + i * 25, (496 * Math.exp(v)) / sum, 16);
  });
}

function maps(canvas, { planes, dark, paper, time }) {
  const ctx = start(canvas, paper);
  ctx.imageSmoothingEnabled = true;
  for (let i = 0; i < 8; i++) {
    const filter = gabor(5, (i * Math.PI) / 8, i % 2 ? 1.57 : 0.2 * Math.sin(time));
    const map = slide(planes.grey, filter.data, 5, 5, { padding: "same", mode: "replicate" });
    ctx.drawImage(painted(map, dark), (i % 4) * 72 + 2, Math.floor(i / 4) * 72 + 2, 68, 68);
  }
}

function filters(canvas, { dark, paper, time }) {
  const ctx = start(canvas, paper);
  ctx.imageSmoothingEnabled = false;
  for (let i = 0; i < 18; i++) {
    const tile = painted(gabor(9, (i * Math.PI) / 9 + time * 0.08, i > 8 ? 1.57 : 0), dark);
    ctx.drawImage(tile, (i % 6) * 48 + 2, Math.floor(i / 6) * 48 + 2, 44, 44);
  }
}

// A vertical and a slanted edge, as LeNet-5's first layer has them.
const EDGES = [[-1, -1, 0, 1, 1, -1, -2, 0, 2, 1, -2, -2, 0, 2, 2, -1, -2, 0, 2, 1, -1, -1, 0, 1, 1], [2, 2, 1, 0, 0, 2, 1, 0, 0, -1, 1, 0, 0, 0, -1, 1, 0, 0, -1, -2, 0, 0, -1, -2, -2]];

/** A digit that is being drawn, what two kernels find in it, and the same pooled. */
function digit(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  ctx.imageSmoothingEnabled = false;
  const [name, part] = [["d3", "d5", "d2", "d8"][Math.floor(time / 2.4) % 4], Math.min(1, (time % 2.4) / 1.7)];
  const levels = rasterised(upTo(BY_NAME[name].strokes, 700 * (time ? part : 1)), { scale: 28 / 256, dx: 0, dy: 0 });
  const plane = { data: Float64Array.from(levels), height: 28, width: 28 };
  ctx.drawImage(grey(plane), 6, 8, 128, 128);
  EDGES.forEach((edge, i) => {
    const map = slide(plane, Float64Array.from(edge), 5, 5, { padding: 0 });
    map.data = map.data.map((v) => Math.tanh(v / 700));
    const pooled = Float64Array.from({ length: 144 }, (_, k) => { const at = 48 * Math.floor(k / 12) + 2 * (k % 12); return (map.data[at] + map.data[at + 1] + map.data[at + 24] + map.data[at + 25]) / 4; });
    ctx.drawImage(painted(map, dark), 152, 6 + i * 68, 64, 64);
    ctx.drawImage(painted({ data: pooled, height: 12, width: 12 }, dark), 236, 20 + i * 68, 36, 36);
    ctx.fillStyle = ink;
    ctx.fillRect(137, 37 + i * 68, 12, 2);
    ctx.fillRect(219, 37 + i * 68, 14, 2);
  });
}

function grey(plane) {
  const canvas = document.createElement("canvas");
  paintPlane(canvas, plane, { kind: "grey", low: 0, high: 255 }, false);
  return canvas;
}

/** Six units climb from noise: each picture moves along the gradient of one Gabor unit's energy, and begins again. */
const GABORS = [0, 1, 2, 3, 4, 5].map((i) => gabor(7, (i * Math.PI) / 6, i % 2 ? 1.57 : 0));

function unit(canvas, { dark, paper, time }) {
  const ctx = start(canvas, paper);
  ctx.imageSmoothingEnabled = true;
  const share = Math.min(1, (time % 8) / 5);
  GABORS.forEach((filter, i) => {
    let seed = i + 1;
    const noise = () => ((seed = (seed * 16807) % 2147483647) / 1073741824 - 1);
    let x = { data: Float64Array.from({ length: 576 }, noise), height: 24, width: 24 };
    for (let step = 0; step < 3; step++) {
      const answer = slide(x, filter.data, 7, 7, { padding: "same", mode: "circular" });
      const gradient = slide(answer, filter.data.slice().reverse(), 7, 7, { padding: "same", mode: "circular" });
      const size = Math.hypot(...gradient.data) / 14;
      x = { ...x, data: x.data.map((v, k) => (1 - 0.45 * share) * v + (share * gradient.data[k]) / size) };
    }
    ctx.drawImage(painted(x, dark), (i % 3) * 96 + 2, Math.floor(i / 3) * 72 + 2, 92, 68);
  });
}

/** What each pixel adds to one number: a patch's edges where it is asked about, laid over the grey picture. */
function attribution(canvas, { planes, dark, paper, time }) {
  const ctx = start(canvas, paper);
  const { height, width } = planes.grey;
  const edges = slide(planes.grey, LAPLACE, 3, 3, { padding: "same", mode: "replicate" });
  const [x, y] = [width * (0.5 + 0.3 * Math.cos(time * 0.5)), height * (0.5 + 0.16 * Math.sin(time * 0.8))];
  const words = new ImageData(width, height);
  for (let i = 0; i < edges.data.length; i++) {
    const near = Math.exp(-((i % width - x) ** 2 + (Math.floor(i / width) - y) ** 2) / 260);
    const value = Math.max(-1, Math.min(1, (edges.data[i] * near) / 60));
    const [r, g, b] = signedColour(value, 1, dark).match(/\d+/g).map(Number);
    const [share, base] = [Math.abs(value) ** 0.6, planes.grey.data[i] * 0.5 + (dark ? 8 : 120)];
    words.data.set([r, g, b].map((v) => share * v + (1 - share) * base), 4 * i);
    words.data[4 * i + 3] = 255;
  }
  const small = document.createElement("canvas");
  [small.width, small.height] = [width, height];
  small.getContext("2d").putImageData(words, 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, height / 8, width, (height * 3) / 4, 0, 0, W, H);
}

export const INSIDE = { attribution, digit, predictions, maps, filters, unit };
