// The arithmetic of a moving window, cell by cell: sizes, where padding comes from, who reads what. No DOM here.
// A plane is {data, height, width}. Positions in the padded grid are counted from its first padding cell.
import { correlate, invalid, pad, paddedIndex, paddingPair } from "../shared/crosscorrelation.js";

/** One side of the work: sizes, the source of every padded position, how often each is read along this side. */
export function axis(n, { k, s, d, padding, mode }) {
  const [before, after] = paddingPair(padding, k, d);
  const total = n + before + after;
  const window = d * (k - 1) + 1;
  const room = total - window;
  const count = room < 0 ? 0 : Math.floor(room / s) + 1;
  const source = Int32Array.from({ length: total }, (_, i) => paddedIndex(i - before, n, mode));
  const times = new Int32Array(total);
  for (let o = 0; o < count; o++) for (let i = 0; i < k; i++) times[o * s + i * d]++;
  return { n, k, s, d, before, after, total, window, room, count, source, times, leftover: count ? room - (count - 1) * s : 0 };
}

/** Everything about one input, one kernel and one setting. `why` is a sentence where the settings cannot be. */
export function work(input, weights, how) {
  const settings = { stride: how.s, dilation: how.d, padding: how.padding, mode: how.mode };
  const why = invalid(input.height, input.width, how.k, how.k, settings);
  const pairs = paddingPair(how.padding, how.k, how.d);
  // A border alone that cannot be (reflect or circular, wider than the input) is not drawn at all.
  const drawn = invalid(input.height, input.width, 1, 1, { padding: Math.max(...pairs), mode: how.mode }) ? { ...how, padding: 0 } : how;
  const [rows, columns] = [axis(input.height, drawn), axis(input.width, drawn)];
  const padded = pad(input, [rows.before, rows.after], [columns.before, columns.after], how.mode);
  const tooLarge = rows.room < 0 || columns.room < 0;
  if (why) return { why, how, input, weights, rows, columns, padded, tooLarge, output: null };
  const output = correlate({ ...padded, depth: 1 }, weights, how.k, how.k, settings);
  return { why: "", how, input, weights, rows, columns, padded, tooLarge, output };
}

export const steps = (done) => (done.output ? done.output.data.length : 0);

/** Output cell number t as {row, column}. */
export const place = (done, t) => ({ row: Math.floor(t / done.columns.count), column: t % done.columns.count });

/** The products behind output cell t: [{row, column (padded), value, weight, product, padding}], in the kernel's order. */
export function terms(done, t) {
  const { how, rows, columns, padded, weights } = done;
  const { row, column } = place(done, t);
  return Array.from(weights, (weight, index) => {
    const y = row * how.s + Math.floor(index / how.k) * how.d;
    const x = column * how.s + (index % how.k) * how.d;
    const value = padded.data[y * padded.width + x];
    const padding = !inside(rows, y) || !inside(columns, x);
    return { row: y, column: x, value, weight, product: value * weight, padding };
  });
}

const inside = (side, i) => i >= side.before && i < side.before + side.n;

/** Whether a padded position is a cell of the input. */
export const isInput = (done, row, column) => inside(done.rows, row) && inside(done.columns, column);

/** Where a padded position takes its value from: {row, column} (padded positions of input cells), or null for a zero. */
export function sourceOf(done, row, column) {
  const [y, x] = [done.rows.source[row], done.columns.source[column]];
  return y < 0 || x < 0 ? null : { row: y + done.rows.before, column: x + done.columns.before };
}

/** The padding positions that copy one input cell. */
export function copiesOf(done, row, column) {
  const same = (side, at) => Array.from(side.source, (v, i) => (v === at - side.before ? i : -1)).filter((i) => i >= 0);
  const found = [];
  for (const y of same(done.rows, row)) for (const x of same(done.columns, column)) if (y !== row || x !== column) found.push({ row: y, column: x });
  return found;
}

function readers(side, at) {
  const found = [];
  for (let i = 0; i < side.k; i++) {
    const begin = at - i * side.d;
    if (begin >= 0 && begin % side.s === 0 && begin / side.s < side.count) found.push(begin / side.s);
  }
  return found.sort((a, b) => a - b);
}

/** The numbers of the output cells that read this padded position. */
export function fed(done, row, column) {
  const across = readers(done.columns, column);
  return readers(done.rows, row).flatMap((y) => across.map((x) => y * done.columns.count + x));
}

/** How many windows read each padded position: a plane. */
export function timesRead(done) {
  const { rows, columns } = done;
  const data = new Float64Array(rows.total * columns.total);
  for (let y = 0; y < rows.total; y++) for (let x = 0; x < columns.total; x++) data[y * columns.total + x] = rows.times[y] * columns.times[x];
  return { data, height: rows.total, width: columns.total };
}

/** In how many products each input cell stands, copies in the padding included: a plane of the input's size. */
export function usedTimes(done) {
  const along = (side) => {
    const used = new Float64Array(side.n);
    side.source.forEach((from, i) => { if (from >= 0) used[from] += side.times[i]; });
    return used;
  };
  const { rows, columns } = done;
  const [down, across] = [along(rows), along(columns)];
  const corner = new Float64Array(rows.n * columns.n);
  for (let y = 0; y < rows.n; y++) for (let x = 0; x < columns.n; x++) corner[y * columns.n + x] = down[y] * across[x];
  return { data: corner, height: rows.n, width: columns.n };
}

/** How many input cells no window reads directly. */
export function unread(done) {
  const never = (side) => { let n = 0; for (let i = 0; i < side.n; i++) if (!side.times[side.before + i]) n++; return n; };
  const { rows, columns } = done;
  return rows.n * columns.n - (rows.n - never(rows)) * (columns.n - never(columns));
}

/** Sizes after 0, 1, 2 … layers of the same filter, as long as it fits; and what no padding has touched. */
export function shrinkage(size, k, padding, layers) {
  const found = [{ size, untouched: size, begin: 0 }];
  for (let layer = 1; layer <= layers; layer++) {
    const last = found.at(-1);
    const next = last.size + 2 * padding - k + 1;
    if (last.size + 2 * padding < k) return { found, stopped: `after ${layer - 1} layers ${last.size}×${last.size} are left: another ${k}×${k} filter does not fit` };
    // An output is untouched when its whole window lies in the untouched part of its input.
    const untouched = Math.max(0, last.untouched - k + 1);
    found.push({ size: next, untouched });
  }
  return { found, stopped: "" };
}
