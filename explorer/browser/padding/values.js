// The numbers in the cells: seeded digits, cells typed in, grey levels of a photo; and the small kernels.
import { drawn, planes } from "../shared/picture-file.js";

export const SIDE = { low: 3, high: 16 };

/** A small seeded generator (mulberry32): the same digits for everyone who opens the link. */
function generator(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A corner of one 16×16 sheet of digits, so that a resized grid keeps its numbers. */
function digits(height, width, seed) {
  const next = generator(seed);
  const sheet = Array.from({ length: SIDE.high * SIDE.high }, () => Math.floor(next() * 10));
  return Float64Array.from({ length: height * width }, (_, i) => sheet[Math.floor(i / width) * SIDE.high + (i % width)]);
}

const ROWS = /^\d{3,16}(-\d{3,16}){2,15}$/;
export const isTyped = (text) => ROWS.test(text) && new Set(text.split("-").map((row) => row.length)).size === 1;

function typed(height, width, text) {
  const rows = text.split("-");
  return Float64Array.from({ length: height * width }, (_, i) => Number(rows[Math.floor(i / width)]?.[i % width] || 0));
}

/** The middle of the picture, shrunk to the grid: whole grey levels. */
function photo(height, width, canvas) {
  const scale = Math.min(canvas.width / width, canvas.height / height);
  const [w, h] = [width * scale, height * scale];
  const cut = document.createElement("canvas");
  [cut.width, cut.height] = [width * 8, height * 8]; // two steps: the second one averages evenly
  const ctx = cut.getContext("2d");
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(canvas, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h, 0, 0, cut.width, cut.height);
  const { grey } = planes(drawn(cut, cut.width, cut.height));
  return Float64Array.from({ length: height * width }, (_, i) => {
    const [top, left] = [Math.floor(i / width) * 8, (i % width) * 8];
    let sum = 0;
    for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) sum += grey.data[(top + y) * grey.width + left + x];
    return Math.round(sum / 64);
  });
}

/** The input plane of the state. `canvas` is the chosen picture, or null as long as it loads. */
export function inputPlane({ h, w, x, seed }, canvas) {
  const data = x === "photo" ? (canvas ? photo(h, w, canvas) : new Float64Array(h * w)) : x === "digits" ? digits(h, w, seed) : typed(h, w, x);
  return { data, height: h, width: w };
}

/** The cells as typed text, with one of them changed. */
export function withCell(plane, row, column, digit) {
  const { height, width, data } = plane;
  const rows = Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => (y === row && x === column ? digit : data[y * width + x])));
  return rows.map((cells) => cells.join("")).join("-");
}

const SHAPES = {
  cross: (y, x) => ((x + y) % 2 ? 0 : 1),
  ones: () => 1,
  mean: (y, x, k) => 1 / (k * k),
  centre: (y, x, k) => (y === Math.floor((k - 1) / 2) && x === y ? 1 : 0),
  difference: (y, x, k) => (k === 1 ? 1 : x === 0 ? -1 : x === k - 1 ? 1 : 0),
};

export const KERNEL_NAMES = [
  { value: "cross", label: "Cross of ones" },
  { value: "ones", label: "All ones: a sum" },
  { value: "mean", label: "Mean" },
  { value: "centre", label: "One in the middle" },
  { value: "difference", label: "Right minus left" },
];

/** "cross" or "1,0,-1,…" (k × k numbers) -> what the state keeps; undefined for anything else. */
export function parseKernel(text) {
  if (SHAPES[text]) return text;
  const numbers = text.split(",").map(Number);
  const side = Math.sqrt(numbers.length);
  const good = side % 1 === 0 && side <= 7 && numbers.every((v) => Number.isFinite(v) && Math.abs(v) <= 1e6);
  return good && text.trim() !== "" ? text : undefined;
}

/** The k × k weights; numbers of another size keep their middle. */
export function kernelWeights(text, k) {
  const cell = SHAPES[text];
  if (cell) return Float64Array.from({ length: k * k }, (_, i) => cell(Math.floor(i / k), i % k, k));
  const numbers = text.split(",").map(Number);
  const side = Math.round(Math.sqrt(numbers.length));
  const shift = Math.trunc((side - k) / 2);
  return Float64Array.from({ length: k * k }, (_, i) => {
    const [y, x] = [Math.floor(i / k) + shift, (i % k) + shift];
    return y >= 0 && x >= 0 && y < side && x < side ? numbers[y * side + x] : 0;
  });
}
