// Where every map, strip and bar of the figure lies: from left to right where it is wide, from top to bottom where not.
import { BY_KEY, LAYERS } from "./layers.js";

const HIGH = 272, HEAD = 36;
const WIDE = [ // key, gap before, tile, pitch across, pitch down, columns
  ["in", 0, 64, 64, 64, 1], ["c1", 11, 42, 46, 46, 1], ["t1", 5, 42, 46, 46, 1], ["s2", 11, 28, 32, 46, 1],
  ["c3", 12, 30, 34, 34, 2], ["t3", 7, 30, 34, 34, 2], ["s4", 12, 20, 24, 34, 2], ["c5", 14, 9, 9, 9, 4], ["t5", 9, 9, 9, 9, 4],
  ["f6", 14, 9.6, 9.6, 9.6, 3], ["t6", 9, 9.6, 9.6, 9.6, 3],
];
const BARS = [["out", 12, 92], ["prob", 8, 114]];
const NARROW = [["in", 64, 1], ["c1", 0.92, 6], ["t1", 0.92, 6], ["s2", 0.46, 6], ["c3", 0.88, 8], ["t3", 0.88, 8], ["s4", 0.5, 8], ["c5", 1, 30], ["t5", 1, 30], ["f6", 1, 28], ["t6", 1, 28]];

/** {places: {key: {x, y, tw, th, px, py, cols}}, height, unit, narrow}: lengths in CSS px. */
export function layout(width) {
  return width < 560 ? narrow(width) : wide(width);
}

function wide(width) {
  const natural = WIDE.reduce((sum, [, gap, tile, across, , cols]) => sum + gap + tile + (cols - 1) * across, 0) + BARS.reduce((sum, [, gap, w]) => sum + gap + w, 0);
  const unit = width / (natural + 2);
  const head = HEAD * Math.max(1, unit * 0.9);
  const places = {};
  let x = 1;
  for (const [key, gap, tile, px, py, cols] of WIDE) {
    x += gap;
    const rows = Math.ceil(BY_KEY[key].maps / cols);
    const top = (HIGH - (rows - 1) * py - tile) / 2;
    places[key] = { x: x * unit, y: head + top * unit, tw: tile * unit, th: tile * unit, px: px * unit, py: py * unit, cols };
    x += tile + (cols - 1) * px;
  }
  for (const [key, gap, w] of BARS) {
    x += gap;
    places[key] = { x: x * unit, y: head, tw: w * unit, th: 24 * unit, px: w * unit, py: 27.4 * unit, cols: 1 };
    x += w;
  }
  return { places, height: head + HIGH * unit + 3, unit, head, narrow: false };
}

function narrow(width) {
  const places = {};
  const half = (width - 10) / 2;
  places.out = { x: 0, y: 22, tw: half * 0.86, th: 22, px: half, py: 25, cols: 1 };
  places.prob = { x: half * 0.86 + 10, y: 22, tw: half * 1.14, th: 22, px: half, py: 25, cols: 1 };
  let y = 22 + 25 * 10 + 14;
  for (const [key, share, cols] of NARROW) {
    const pitch = cols === 1 ? share : width / cols;
    const tile = cols === 1 ? share : pitch * share;
    places[key] = { x: 0, y: y + 22, tw: tile, th: tile, px: pitch, py: cols >= 28 ? tile : tile + 4, cols };
    y += 22 + Math.ceil(BY_KEY[key].maps / cols) * places[key].py + 8;
  }
  return { places, height: y, unit: 1, head: 20, narrow: true };
}

/** The rectangle of one map. */
export const tileOf = (place, map) => ({ x: place.x + (map % place.cols) * place.px, y: place.y + Math.floor(map / place.cols) * place.py, w: place.tw, h: place.th });

/** The rectangle of a window of a map: rows and columns from (row, col), `size` on each side. */
export function cellOf(place, { layer, map, row, col }, size = 1) {
  const tile = tileOf(place, map);
  const { side } = BY_KEY[layer];
  return { x: tile.x + (col * tile.w) / side, y: tile.y + (row * tile.h) / side, w: (size * tile.w) / side, h: (size * tile.h) / side };
}

/** The unit under a point, or null. */
export function unitUnder({ places }, x, y) {
  for (const { key, maps, side } of LAYERS) {
    const place = places[key];
    const [col, row] = [Math.floor((x - place.x) / place.px), Math.floor((y - place.y) / place.py)];
    const map = row * place.cols + col;
    if (col < 0 || row < 0 || col >= place.cols || map >= maps) continue;
    const tile = tileOf(place, map);
    const [u, v] = [(x - tile.x) / tile.w, (y - tile.y) / tile.h];
    if (u < 0 || v < 0 || u >= 1 || v >= 1) continue;
    return { layer: key, map, row: Math.floor(v * side), col: Math.floor(u * side) };
  }
  return null;
}
