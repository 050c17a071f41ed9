// The map that the chosen number stands in, large enough to point at each number.
import { signedColour } from "../shared/colour.js";
import { BY_KEY, indexOf, nameOf } from "./layers.js";
import { fixed } from "./sentences.js";

/** Text on a canvas. */
export function write(ctx, look, text, x, y, { size = 13, weight = 400, align = "left", colour = look.ink, room } = {}) {
  ctx.font = `${weight} ${size}px ${look.font}`;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour;
  ctx.fillText(text, x, y, room);
}

/** Draws the map and gives the spot that answers to the pointer. */
export function enlarged(ctx, look, { unit, found, levels, scales }, { x, y, side }) {
  const { side: n } = BY_KEY[unit.layer];
  const cell = side / n;
  const first = unit.map * n * n;
  for (let i = 0; i < n * n; i++) {
    const level = unit.layer === "in" ? Math.round(levels[i]) : 0;
    ctx.fillStyle = unit.layer === "in" ? `rgb(${level} ${level} ${level})` : signedColour(found[unit.layer][first + i], scales[unit.layer], look.dark);
    ctx.fillRect(x + (i % n) * cell, y + Math.floor(i / n) * cell, cell + 0.5, cell + 0.5);
  }
  write(ctx, look, nameOf(unit).replace(/\[(\d+).*/, unit.layer === "in" ? "" : ", map $1"), x, y - 10, { weight: 650 });
  for (const [colour, width] of [["#000000", 4], ["#ffd400", 2]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.strokeRect(x + unit.col * cell, y + unit.row * cell, cell, cell);
  }
  const at = (v) => Math.max(0, Math.min(n - 1, Math.floor(v / cell)));
  return [{ x, y, w: side, h: side, unit: (px, py) => ({ layer: unit.layer, map: unit.map, row: at(py - y), col: at(px - x) }) }];
}

/** A grid of numbers with their colours; `names` above it. Cells are w × h. */
export function grid(ctx, look, numbers, { x, y, columns, w, h, most, title, digits = 2, size = 12.5 }, ink) {
  if (title) write(ctx, look, title, x, y - 10, { weight: 650 });
  numbers.forEach((value, i) => {
    const [left, top] = [x + (i % columns) * w, y + Math.floor(i / columns) * h];
    ctx.fillStyle = signedColour(value, most, look.dark);
    ctx.fillRect(left, top, w - 1, h - 1);
    if (w >= 30) write(ctx, look, fixed(value, digits), left + w / 2 - 0.5, top + h / 2, { size, align: "center", colour: ink(value, most, look.dark) });
  });
}
