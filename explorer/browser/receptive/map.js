// The map of a layer: one cell for each unit, coloured with the photograph around the middle of its field.
import { at, columnsOf, jump } from "./view.js";
import { frame } from "./sheet.js";

/** `shown` is {layer, side, picture, cell, other}; the map fills a square of `px`. */
export function paintMap(ctx, look, px, { layer, picture, cell, other }) {
  const [rows, columns] = layer.map;
  const [w, h] = [px / columns, px / rows];
  ctx.fillStyle = look.panel;
  ctx.fillRect(0, 0, px, px);
  if (picture) cells(ctx, px, layer, picture);
  if (Math.min(w, h) >= 5) lines(ctx, look, px, rows, columns);
  if (other) frame(ctx, look, [other[1] * w, other[0] * h, w, h], { dash: [4, 3], line: 1.6, colour: "#ffffff" });
  const [cw, ch] = [Math.max(w, 5), Math.max(h, 5)];
  frame(ctx, look, [(cell[1] + 0.5) * w - cw / 2, (cell[0] + 0.5) * h - ch / 2, cw, ch], { line: 2.2 });
}

function cells(ctx, px, layer, picture) {
  const [rows, columns] = layer.map;
  const small = document.createElement("canvas");
  [small.width, small.height] = [columns, rows];
  const begin = (span) => { const [a, b] = at(span, 0); return (a + b + 1) / 2 - jump(span) / 2; };
  const across = columnsOf(layer);
  const brush = small.getContext("2d");
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, begin(across), begin(layer.rows), jump(across) * columns, jump(layer.rows) * rows, 0, 0, columns, rows);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, 0, px, px);
}

function lines(ctx, look, px, rows, columns) {
  ctx.fillStyle = look.paper;
  ctx.globalAlpha = 0.65;
  for (let i = 1; i < columns; i++) ctx.fillRect((i * px) / columns - 0.5, 0, 1, px);
  for (let i = 1; i < rows; i++) ctx.fillRect(0, (i * px) / rows - 0.5, px, 1);
  ctx.globalAlpha = 1;
}
