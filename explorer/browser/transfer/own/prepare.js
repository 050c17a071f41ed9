// From a file, a camera or a drawing to the bytes that are kept, and from those to what a network gets: the middle square,
// each new pixel the mean of what lies under it. Kept are at most 96 x 96 pixels in colour; a smaller picture stays as it is.
import { h } from "../../shared/controls.js";
import { sniff } from "../../shared/picture-file.js";
import { LIMITS, size } from "./limits.js";

const DRAWN_PX = 4 * LIMITS.kept_px;
const LARGE_PIXELS = 4e6; // pictures beyond are decoded one at a time

/** For each of `to` target pixels of a row of `from`: [first, shares of the source pixels under it]. */
function spans(from, to) {
  return Array.from({ length: to }, (_, i) => {
    const [low, high] = [(i * from) / to, ((i + 1) * from) / to];
    const first = Math.floor(low + 1e-9);
    const count = Math.max(1, Math.ceil(high - 1e-9) - first);
    return [first, Array.from({ length: count }, (_, k) => (Math.min(high, first + k + 1) - Math.max(low, first + k)) / (high - low))];
  });
}

/** A square of `from` px, `step` bytes a pixel (RGB or RGBA), to `to` px in RGB: means, as bytes. */
export function areaResized(source, from, step, to) {
  const plan = spans(from, to);
  const rows = new Float32Array(from * to * 3);
  for (let y = 0; y < from; y++)
    plan.forEach(([first, shares], x) => {
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let k = 0; k < shares.length; k++) sum += shares[k] * source[(y * from + first + k) * step + c];
        rows[(y * to + x) * 3 + c] = sum;
      }
    });
  const out = new Uint8Array(to * to * 3);
  plan.forEach(([first, shares], y) => {
    for (let i = 0; i < to * 3; i++) {
      let sum = 0;
      for (let k = 0; k < shares.length; k++) sum += shares[k] * rows[(first + k) * to * 3 + i];
      out[y * to * 3 + i] = Math.round(sum);
    }
  });
  return out;
}

/** Two 26-bit mixes of all bytes in one whole number: equal pixels, equal number. */
export function hashOf(bytes, seed = 0) {
  let [a, b] = [0xdeadbeef ^ seed, 0x41c6ce57 ^ seed];
  for (let i = 0; i < bytes.length; i++) {
    a = Math.imul(a ^ bytes[i], 0x9e3779b1);
    b = Math.imul(b ^ bytes[i], 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return 4294967296 * (2097151 & b) + (a >>> 0);
}

let sheet = null;

/** The middle square of anything that can be drawn: {side, bytes: RGB, hash}. */
export function squareOf(source, width, height) {
  const crop = Math.min(width, height);
  const drawn = Math.min(crop, DRAWN_PX);
  sheet ||= h("canvas").getContext("2d", { willReadFrequently: true });
  Object.assign(sheet.canvas, { width: drawn, height: drawn });
  Object.assign(sheet, { fillStyle: "#fff", imageSmoothingQuality: "high" });
  sheet.fillRect(0, 0, drawn, drawn);
  sheet.drawImage(source, Math.floor((width - crop) / 2), Math.floor((height - crop) / 2), crop, crop, 0, 0, drawn, drawn);
  const { data } = sheet.getImageData(0, 0, drawn, drawn);
  const side = Math.min(drawn, LIMITS.kept_px);
  const bytes = areaResized(data, drawn, 4, side);
  return { side, bytes, hash: hashOf(bytes, side) };
}

async function decoded(bytes, kind) {
  let bitmap = null;
  try {
    bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" });
  } catch {
    throw new Error(`This ${kind} file is damaged: its pixels cannot be read.`);
  }
  const square = squareOf(bitmap, bitmap.width, bitmap.height);
  bitmap.close();
  return square;
}

/** A picture file: `{large, square: Promise of {side, bytes, hash}}`; an Error with a sentence for anything else. */
export async function openPicture(blob) {
  if (blob.size > LIMITS.file_bytes) throw new Error(`This file has ${size(blob.size)}; at most ${size(LIMITS.file_bytes)} can be opened.`);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const { width, height, kind } = sniff(bytes);
  return { large: width * height > LARGE_PIXELS, square: decoded(bytes, kind) };
}

/** What a network gets of a kept picture: `side` px, 1 (grey, BT.601) or 3 channels; worked out once. */
export function inputOf(picture, side, channels) {
  const key = `${side} ${channels}`;
  if (picture.input?.key === key) return picture.input.bytes;
  const colour = picture.side === side ? picture.bytes : areaResized(picture.bytes, picture.side, 3, side);
  const bytes = channels === 3 ? colour : Uint8Array.from({ length: side * side }, (_, i) => Math.round(0.299 * colour[3 * i] + 0.587 * colour[3 * i + 1] + 0.114 * colour[3 * i + 2]));
  picture.input = { key, bytes };
  return bytes;
}
