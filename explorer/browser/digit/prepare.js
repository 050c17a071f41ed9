// From the drawing to what the network is shown, as MNIST was made: crop, 20 px, centre of mass, border. No DOM here.
// Source of the steps: LeCun, Bottou, Bengio, Haffner 1998, section III.A.
import { boxOf, GRID, rasterised } from "./ink.js";
import { framed } from "./model.js";

export const STAGES = ["crop", "scale", "centre", "border"];
const WHOLE = { left: 0, top: 0, right: GRID, bottom: GRID };
const DRAWN = { scale: 28 / GRID, dx: 0, dy: 0 };

/** `on`: which of the stages run. Every stage's picture: 28 × 28 levels 0..255, the last one 32 × 32. */
export function prepare(strokes, on) {
  const box = boxOf(strokes);
  const cut = on.crop && box ? box : WHOLE;
  const middle = [(cut.left + cut.right) / 2, (cut.top + cut.bottom) / 2];
  const scale = on.scale ? 20 / Math.max(cut.right - cut.left, cut.bottom - cut.top) : DRAWN.scale;
  const laid = (x, y) => rasterised(strokes, { scale, dx: x - middle[0] * scale, dy: y - middle[1] * scale });
  const scaled = laid(middle[0] * DRAWN.scale, middle[1] * DRAWN.scale); // where it was drawn
  const about = on.centre ? laid(14, 14) : scaled;
  const mass = massOf(about);
  const shift = on.centre && mass ? mass.map((m) => Math.round(14 - m)) : [0, 0];
  const centred = shifted(about, shift);
  return { box, cut, scale, drawn: rasterised(strokes, DRAWN), scaled, centred, mass: massOf(centred), levels: on.border ? framed(centred) : stretched(centred) };
}

/** The centre of mass in px from the left and the top edge; null for a black picture. */
export function massOf(levels, side = 28) {
  let [sum, x, y] = [0, 0, 0];
  levels.forEach((level, i) => { sum += level; x += level * ((i % side) + 0.5); y += level * (Math.floor(i / side) + 0.5); });
  return sum ? [x / sum, y / sum] : null;
}

/** Moved by whole px; what leaves the picture is lost. */
function shifted(levels, [dx, dy], side = 28) {
  const moved = new Uint8Array(levels.length);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++) {
      const [u, v] = [x - dx, y - dy];
      if (u >= 0 && v >= 0 && u < side && v < side) moved[y * side + x] = levels[v * side + u];
    }
  return moved;
}

/** 28 px stretched to 32 px, bilinearly: what happens without the border. */
function stretched(levels) {
  const at = (x, y) => levels[Math.min(27, y) * 28 + Math.min(27, x)];
  return Float32Array.from({ length: 1024 }, (_, i) => {
    const [x, y] = [i % 32, Math.floor(i / 32)].map((v) => Math.max(0, ((v + 0.5) * 28) / 32 - 0.5));
    const [u, v] = [Math.floor(x), Math.floor(y)], [s, t] = [x - u, y - v];
    return (at(u, v) * (1 - s) + at(u + 1, v) * s) * (1 - t) + (at(u, v + 1) * (1 - s) + at(u + 1, v + 1) * s) * t;
  });
}
