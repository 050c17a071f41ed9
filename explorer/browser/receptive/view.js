// What one unit of a layer sees, in pixels of the picture. Pixel 0 is the first; padding lies below 0 or beyond the last.
// A span is {firsts, lasts, round}: unit i + n (n units a round) sees what unit i sees, moved by `round` pixels.

/** First and last pixel that a unit sees along one axis. */
export function at(span, unit) {
  const n = span.firsts.length;
  const rounds = Math.floor(unit / n), place = unit - rounds * n;
  return [span.firsts[place] + rounds * span.round, span.lasts[place] + rounds * span.round];
}

export const jump = (span) => span.round / span.firsts.length;
export const columnsOf = (layer) => layer.columns || layer.rows;
const length = ([first, last]) => last - first + 1;

/** Height and width of what unit 0 sees. */
export const size = (layer) => [length(at(layer.rows, 0)), length(at(columnsOf(layer), 0))];
export const largest = (layer) => Math.max(...size(layer));

/** The box of one unit: {top, bottom, left, right}, ends included. */
export function box(layer, row, column) {
  const [top, bottom] = at(layer.rows, row);
  const [left, right] = at(columnsOf(layer), column);
  return { top, bottom, left, right };
}

export const height = (b) => Math.max(0, b.bottom - b.top + 1);
export const width = (b) => Math.max(0, b.right - b.left + 1);
export const area = (b) => height(b) * width(b);
export const centre = (b) => [(b.top + b.bottom) / 2, (b.left + b.right) / 2];

export function meet(a, b) {
  return { top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom), left: Math.max(a.left, b.left), right: Math.min(a.right, b.right) };
}

export const whole = (side) => ({ top: 0, left: 0, bottom: side - 1, right: side - 1 });

/** How many pixels of a box lie beyond each edge of the picture. */
export function beyond(b, side) {
  return { top: Math.max(0, -b.top), left: Math.max(0, -b.left), bottom: Math.max(0, b.bottom - side + 1), right: Math.max(0, b.right - side + 1) };
}

/** The share of box a that box b sees too. */
export const overlap = (a, b) => area(meet(a, b)) / area(a);

/** The unit whose field is centred nearest to a pixel. */
export function nearest(span, units, px) {
  const [first, last] = at(span, 0);
  const guess = Math.round((px - (first + last) / 2) / jump(span));
  return Math.max(0, Math.min(units - 1, guess));
}

/** The neighbour to the right, below where there is none, or null in a map of one cell. */
export function neighbour(layer, [row, column]) {
  const [rows, columns] = layer.map;
  if (columns > 1) return [row, column + 1 < columns ? column + 1 : column - 1];
  return rows > 1 ? [row + 1 < rows ? row + 1 : row - 1, column] : null;
}

const PICTURE = { firsts: [0], lasts: [0], round: 1 };

/** The windows [kernel, stride, padding] that make a field along one axis (0 rows, 1 columns), or null. */
export function path(layers, place, axis) {
  const steps = [];
  const span = (i) => (i < 0 ? PICTURE : axis ? columnsOf(layers[i]) : layers[i].rows);
  while (place >= 0) {
    const parent = layers[place].parents[axis];
    if (parent === null) return null;
    const [after, before] = [span(place), span(parent)];
    if (after.firsts.length > 1 || before.firsts.length > 1 || after.round % before.round) return null;
    const j = before.round;
    const [[first, last], [a, b]] = [at(after, 0), at(before, 0)];
    steps.unshift([1 + (last - first - b + a) / j, after.round / j, (a - first) / j]);
    place = parent;
  }
  return steps;
}
