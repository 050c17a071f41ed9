// Where everything lies: grids as flat sheets or as sheets stacked in space, each an affine map. No DOM here.
// A sheet is {a, b, c, d, e, f, u, rows, columns}: cell (row, column) begins at (e + column·a + row·c, f + column·b + row·d).

const GAP = 34, HEAD = 26, FOOT = 8, NARROW = 640, MOST = 56;
const SHEAR = -0.44, SQUASH = 0.52;

const flat = (u, e, f, rows, columns) => ({ a: u, b: 0, c: 0, d: u, e, f, u, rows, columns });
const tilted = (u, e, f, rows, columns) => ({ a: u, b: 0, c: SHEAR * u, d: SQUASH * u, e, f, u, rows, columns });

/** A point of a sheet, in cells, on the canvas. */
export function point(sheet, row, column) {
  return [sheet.e + column * sheet.a + row * sheet.c, sheet.f + column * sheet.b + row * sheet.d];
}

/** The cell under a point of the canvas, or null. */
export function cellAt(sheet, x, y) {
  const [dx, dy] = [x - sheet.e, y - sheet.f];
  const det = sheet.a * sheet.d - sheet.b * sheet.c;
  const column = Math.floor((dx * sheet.d - dy * sheet.c) / det);
  const row = Math.floor((dy * sheet.a - dx * sheet.b) / det);
  return row >= 0 && column >= 0 && row < sheet.rows && column < sheet.columns ? { row, column } : null;
}

/** The box around a sheet: {left, top, width, height}. */
export function bounds(sheet) {
  const corners = [[0, 0], [0, sheet.columns], [sheet.rows, 0], [sheet.rows, sheet.columns]].map(([row, column]) => point(sheet, row, column));
  const [xs, ys] = [corners.map((p) => p[0]), corners.map((p) => p[1])];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}

const sizeOf = ({ rows, columns, how }) => ({ hp: rows.total, wp: columns.total, ho: Math.max(1, rows.count), wo: Math.max(1, columns.count), k: how.k });

/** Nothing comes out: the input alone, with room for a window that sticks out of it. */
function alone({ rows, columns }, width, most) {
  const [tall, broad] = [Math.max(rows.total, rows.window), Math.max(columns.total, columns.window)];
  const u = Math.min(MOST, (width - 8) / broad, (most - HEAD - FOOT) / tall);
  const input = flat(u, (width - broad * u) / 2, HEAD, rows.total, columns.total);
  const none = flat(u, width, HEAD, 0, 0);
  return { input, products: none, output: none, height: HEAD + tall * u + FOOT, narrow: false, stacked: false };
}

/** The three sheets and the height they take: {input, products, output, height, narrow, stacked}. */
export function layout(done, { width, most, look }) {
  if (!done.output) return alone(done, width, most);
  const size = sizeOf(done);
  const narrow = width < NARROW;
  if (look === "stacked") return narrow ? stackedNarrow(size, width) : stackedWide(size, width, most);
  return narrow ? flatNarrow(size, width) : flatWide(size, width, most);
}

const middle = (k, room) => Math.min(52, room / k);

function flatWide({ hp, wp, ho, wo, k }, width, most) {
  const mid = middle(k, 168);
  const u = Math.min(MOST, (width - k * mid - 2 * GAP - 4) / (wp + wo), (most - HEAD - FOOT) / Math.max(hp, ho));
  const tall = Math.max(hp * u, ho * u, k * mid + 40);
  const used = (wp + wo) * u + k * mid + 2 * GAP;
  const left = (width - used) / 2;
  const top = (rows, cell, below = 0) => HEAD + (tall - rows * cell - below) / 2;
  return {
    input: flat(u, left, top(hp, u), hp, wp),
    products: flat(mid, left + wp * u + GAP, top(k, mid, 40), k, k),
    output: flat(u, left + wp * u + 2 * GAP + k * mid, top(ho, u), ho, wo),
    height: HEAD + tall + FOOT, narrow: false, stacked: false,
  };
}

function flatNarrow({ hp, wp, ho, wo, k }, width) {
  const u = Math.min(44, (width - 4) / wp);
  const mid = middle(k, width * 0.36);
  const v = Math.min(u, (width - k * mid - 30) / wo);
  const second = HEAD + hp * u + 56;
  const tall = Math.max(k * mid + 40, ho * v);
  return {
    input: flat(u, (width - wp * u) / 2, HEAD, hp, wp),
    products: flat(mid, 2, second + (tall - k * mid - 40) / 2, k, k),
    output: flat(v, width - 2 - wo * v, second + (tall - ho * v) / 2, ho, wo),
    height: second + tall + FOOT, narrow: true, stacked: false,
  };
}

/** Input below, output above it, centre over centre; gives both sheets and the box they take. */
function tower({ hp, wp, ho, wo }, u, left, top) {
  const above = SQUASH * u * ho + 1.5 * u;
  const broad = Math.max(wp - SHEAR * hp, wo - SHEAR * ho) * u;
  const centre = left + broad / 2;
  const sheet = (rows, columns, y) => tilted(u, centre - (columns * u + SHEAR * u * rows) / 2, y, rows, columns);
  return { input: sheet(hp, wp, top + above), output: sheet(ho, wo, top), broad, tall: above + SQUASH * u * hp };
}

function stackedWide(size, width, most) {
  const { hp, wp, ho, wo, k } = size;
  const mid = middle(k, 168);
  const free = width - k * mid - 2 * GAP;
  const u = Math.min(MOST + 12, free / Math.max(wp - SHEAR * hp, wo - SHEAR * ho), (most - HEAD - FOOT) / (SQUASH * (hp + ho) + 1.5));
  const built = tower(size, u, 0, HEAD);
  const used = built.broad + GAP + k * mid;
  const left = (width - used) / 2;
  const { input, output, tall } = tower(size, u, left, HEAD);
  const products = flat(mid, left + built.broad + GAP, HEAD + Math.max(0, (tall - k * mid - 40) / 2), k, k);
  return { input, output, products, height: HEAD + Math.max(tall, k * mid + 40) + FOOT, narrow: false, stacked: true };
}

function stackedNarrow(size, width) {
  const { hp, wp, ho, wo, k } = size;
  const mid = middle(k, width * 0.4);
  const u = Math.min(MOST, (width - 4) / Math.max(wp - SHEAR * hp, wo - SHEAR * ho));
  const { input, output, tall } = tower(size, u, 2, HEAD);
  const products = flat(mid, 2, HEAD + tall + 44, k, k);
  return { input, output, products, height: HEAD + tall + 44 + k * mid + 40 + FOOT, narrow: true, stacked: true };
}

/** A layout between two others: what is seen while the sheets turn. */
export function between(from, to, share) {
  const mix = (p, q) => p + (q - p) * share;
  const sheet = (p, q) => Object.fromEntries(Object.entries(q).map(([name, value]) => [name, name === "rows" || name === "columns" ? value : mix(p[name], value)]));
  return { ...to, input: sheet(from.input, to.input), products: sheet(from.products, to.products), output: sheet(from.output, to.output), height: mix(from.height, to.height) };
}
