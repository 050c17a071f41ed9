// The same layer as a matrix: a row for each hidden unit, a column for each input, an empty cell where no line is.
import { css, inkOn, lineColour } from "./palette.js";

const HEAD = 24;

/** Where the cells are: [left, top], cell width and height. */
export function cells(layer, w, h) {
  const left = layer.grid ? 6 : HEAD + 6;
  const across = Math.min(layer.grid ? 46 : 40, (w - left - 6) / layer.inputs);
  const down = Math.min(layer.grid ? Math.max(across, 16) : across * 1.05, (h - HEAD - 6) / layer.hidden);
  return { left, top: HEAD, across, down };
}

/** How tall the drawing is for a width. */
export const matrixHeight = (layer, w, most) => Math.min(most, HEAD + 8 + cells(layer, w, 1e4).down * layer.hidden);

export function cellAt(layer, { left, top, across, down }, x, y) {
  const [j, i] = [Math.floor((x - left) / across), Math.floor((y - top) / down)];
  return i >= 0 && j >= 0 && i < layer.hidden && j < layer.inputs ? { kind: "w", i, j } : null;
}

export function drawMatrix(ctx, look, layer, focus) {
  const place = cells(layer, look.w, look.h);
  const whole = Math.abs(layer.t - layer.stage) < 0.1;
  const digits = layer.stage === 2 ? 1 : String(layer.hidden * (layer.stage ? layer.taps : layer.inputs)).length;
  const text = whole && place.across >= 7 + 7 * digits && place.down >= 15;
  heads(ctx, look, layer, place, focus);
  for (let i = 0; i < layer.hidden; i++) for (let j = 0; j < layer.inputs; j++) cell(ctx, look, layer, place, focus, i, j, text);
  if (focus?.kind === "w") outline(ctx, look, place, focus);
  return place;
}

function cell(ctx, look, layer, { left, top, across, down }, focus, i, j, text) {
  const [x, y] = [left + j * across, top + i * down];
  const inset = across > 12 ? 1 : 0.4;
  const there = layer.presence(i, j);
  const lit = layer.lit(focus, i, j);
  ctx.fillStyle = look.panel;
  ctx.fillRect(x + inset, y + inset, across - 2 * inset, down - 2 * inset);
  if (there === 0) return;
  const colour = lineColour(layer, i, j, look.dark);
  ctx.fillStyle = css(colour, there * (focus && !lit ? 0.16 : 1));
  ctx.fillRect(x + inset, y + inset, across - 2 * inset, down - 2 * inset);
  if (!text || (focus && !lit)) return;
  ctx.font = `600 13px ${look.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = inkOn(colour);
  ctx.fillText(String(layer.id(i, j)), x + across / 2, y + down / 2 + 1);
}

function outline(ctx, look, { left, top, across, down }, { i, j }) {
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 3;
  ctx.strokeRect(left + j * across, top + i * down, across, down);
}

const below = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);

function heads(ctx, look, layer, { left, top, across, down }, focus) {
  ctx.font = `600 13px ${look.font}`;
  ctx.fillStyle = look.soft;
  ctx.textBaseline = "middle";
  ctx.textAlign = "center";
  if (layer.grid) {
    ctx.textAlign = "left";
    ctx.fillText(`${layer.inputs} columns: one for each pixel, row after row`, left, 11);
    return;
  }
  for (let j = 0; j < layer.inputs; j++) {
    ctx.fillStyle = focus?.j === j ? look.accent : look.soft;
    if (across >= 22) ctx.fillText(`x${below(j + 1)}`, left + (j + 0.5) * across, 11);
  }
  for (let i = 0; i < layer.hidden; i++) {
    ctx.fillStyle = focus?.i === i ? look.accent : look.soft;
    ctx.fillText(`y${below(i + 1)}`, 14, top + (i + 0.5) * down + 1);
  }
}
