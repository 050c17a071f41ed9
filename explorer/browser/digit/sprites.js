// One small picture per layer: its numbers as colours, all maps below one another, made anew for every drawing.
import { signedTable, table } from "../shared/colour.js";
import { h } from "../shared/controls.js";
import { LAYERS } from "./layers.js";

const GREY = table(["#000000", "#ffffff"], 256);

/** `scales`: key -> the magnitude with full colour; what lies beyond keeps the full colour. */
export function sprites(scales, columns) {
  const made = {};
  for (const { key, maps, side } of LAYERS) {
    const strip = side === 1;
    const size = strip ? [columns(key), Math.ceil(maps / columns(key))] : [side, side * maps];
    const canvas = h("canvas", { width: size[0], height: size[1] });
    const image = new ImageData(size[0], size[1]);
    made[key] = { canvas, image, words: new Uint32Array(image.data.buffer), ctx: canvas.getContext("2d") };
  }
  const paint = (key, data, dark, levels) => {
    const { words, image, ctx } = made[key];
    if (key === "in") for (let i = 0; i < 1024; i++) words[i] = GREY[Math.round(levels[i])];
    else colour(words, data, scales[key], signedTable(dark));
    ctx.putImageData(image, 0, 0);
  };
  return { of: (key) => made[key].canvas, paint(found, levels, dark) { LAYERS.forEach(({ key }) => paint(key, found[key], dark, levels)); } };
}

function colour(words, data, most, lut) {
  const half = (lut.length - 1) / 2;
  for (let i = 0; i < data.length; i++) {
    const at = Math.max(-1, Math.min(1, data[i] / most));
    words[i] = lut[Math.round(half + at * half)];
  }
}

/** The magnitude with full colour, per layer: the largest of some drawings; 1 for what tanh has squashed. */
export function scalesFrom(passes) {
  return Object.fromEntries(LAYERS.map(({ key, kind }) => {
    if (["tanh", "pool", "softmax"].includes(kind)) return [key, 1];
    return [key, Math.max(...passes.map((found) => found[key].reduce((most, v) => Math.max(most, Math.abs(v)), 0)))];
  }));
}
