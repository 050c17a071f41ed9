// Strokes of a pen: their short text for a link, and from strokes to grey levels. No DOM here.
// A stroke is [[x, y], …] on a grid of 256 × 256; the pen is round, PEN wide.

export const GRID = 256;
export const PEN = 22;
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const RAMP_PX = 1.2; // how soft the edge of a stroke is, in px of the small picture
const clamp = (v) => Math.max(0, Math.min(GRID - 1, Math.round(v)));

/** "AB3f…": each stroke begins with four letters for its first point and goes on with two for each step. */
export function encode(strokes) {
  return strokes.map((points) => {
    const [x, y] = points[0];
    let text = LETTERS[x >> 6] + LETTERS[x & 63] + LETTERS[y >> 6] + LETTERS[y & 63];
    for (let i = 1; i < points.length; i++) text += steps(points[i - 1], points[i]);
    return text;
  }).join(".");
}

/** One step of at most 31 a letter; longer ones are cut. */
function steps([x0, y0], [x1, y1]) {
  const n = Math.max(1, Math.ceil(Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0)) / 31));
  let text = "", [x, y] = [x0, y0];
  for (let i = 1; i <= n; i++) {
    const [u, v] = [Math.round(x0 + ((x1 - x0) * i) / n), Math.round(y0 + ((y1 - y0) * i) / n)];
    text += LETTERS[u - x + 32] + LETTERS[v - y + 32];
    [x, y] = [u, v];
  }
  return text;
}

/** The strokes of such a text; undefined where it is none. */
export function decode(text) {
  if (text === "") return [];
  if (!/^[\w-]{4,}(\.[\w-]{4,})*$/.test(text)) return undefined;
  const strokes = [];
  for (const part of text.split(".")) {
    const n = Array.from(part, (letter) => LETTERS.indexOf(letter));
    if (n.length % 2 || n[0] > 3 || n[2] > 3) return undefined;
    let [x, y] = [n[0] * 64 + n[1], n[2] * 64 + n[3]];
    const points = [[x, y]];
    for (let i = 4; i < n.length; i += 2) {
      [x, y] = [x + n[i] - 32, y + n[i + 1] - 32];
      if (x < 0 || y < 0 || x >= GRID || y >= GRID) return undefined;
      points.push([x, y]);
    }
    strokes.push(points);
  }
  return strokes;
}

/** Fewer points, none further than `most` from the line (Ramer, Douglas, Peucker); on whole places of the grid. */
export function simplified(points, most = 1) {
  const whole = points.map(([x, y]) => [clamp(x), clamp(y)]);
  const keep = new Set([0, whole.length - 1]);
  const spans = [[0, whole.length - 1]];
  while (spans.length) {
    const [a, b] = spans.pop();
    let [far, at] = [most, -1];
    for (let i = a + 1; i < b; i++) { const d = distance(whole[i][0], whole[i][1], whole[a], whole[b]); if (d > far) [far, at] = [d, i]; }
    if (at > 0) { keep.add(at); spans.push([a, at], [at, b]); }
  }
  return whole.filter((_, i) => keep.has(i));
}

function distance(x, y, [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}

/** The box around the ink, the pen's width included: {left, top, right, bottom}; null without ink. */
export function boxOf(strokes) {
  const points = strokes.flat();
  if (!points.length) return null;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const [x, y] of points) {
    box.left = Math.min(box.left, x - PEN / 2); box.right = Math.max(box.right, x + PEN / 2);
    box.top = Math.min(box.top, y - PEN / 2); box.bottom = Math.max(box.bottom, y + PEN / 2);
  }
  return box;
}

/** Grey levels 0..255 of `side` × `side` px; a point p of the grid falls on p · scale + (dx, dy). */
export function rasterised(strokes, { scale, dx, dy }, side = 28) {
  const levels = new Uint8Array(side * side);
  const radius = (PEN * scale) / 2, reach = radius + RAMP_PX / 2;
  const place = ([x, y]) => [x * scale + dx, y * scale + dy];
  for (const points of strokes)
    for (let i = 0; i < Math.max(1, points.length - 1); i++) {
      const a = place(points[i]), b = place(points[Math.min(i + 1, points.length - 1)]);
      const [x0, x1] = span(a[0], b[0], reach, side), [y0, y1] = span(a[1], b[1], reach, side);
      for (let y = y0; y < y1; y++)
        for (let x = x0; x < x1; x++) {
          const cover = (reach - distance(x + 0.5, y + 0.5, a, b)) / RAMP_PX;
          const level = Math.round(255 * Math.min(1, cover));
          if (level > levels[y * side + x]) levels[y * side + x] = level;
        }
    }
  return levels;
}

const span = (a, b, reach, side) => [Math.max(0, Math.floor(Math.min(a, b) - reach)), Math.min(side, Math.ceil(Math.max(a, b) + reach))];
