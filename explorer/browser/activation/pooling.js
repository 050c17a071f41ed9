// Pooling a map, and how far a shift of the input shows afterwards: the counterpart of `explorer.pooling`. No DOM here.
// A plane is {data: Float64Array, height, width}. No padding; what does not fill a window at the edge is left out.

/** How many windows fit along a side. */
export const count = (n, window, stride) => Math.floor((n - window) / stride) + 1;

/** Why these settings cannot be, in a sentence; null where they can. */
export function refusal({ height, width }, window) {
  if (height >= window && width >= window) return null;
  return `a ${window} × ${window} window does not fit in a map of ${height} × ${width}`;
}

/** The best (or the sum) over every window of the map, at every place: one pass over rows, one over columns. */
export function everyWindow({ data, height, width }, kind, window) {
  const join = kind === "max" ? Math.max : (a, b) => a + b;
  const [rows, columns] = [height - window + 1, width - window + 1];
  const level = new Float64Array(height * columns);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < columns; x++) {
      let held = data[y * width + x];
      for (let j = 1; j < window; j++) held = join(held, data[y * width + x + j]);
      level[y * columns + x] = held;
    }
  const out = new Float64Array(rows * columns);
  const share = kind === "average" ? 1 / (window * window) : 1;
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) {
      let held = level[y * columns + x];
      for (let i = 1; i < window; i++) held = join(held, level[(y + i) * columns + x]);
      out[y * columns + x] = held * share;
    }
  return { data: out, height: rows, width: columns };
}

/** Every stride-th cell, beginning at column `left`, `columns` of them. */
function pick(plane, stride, left, columns) {
  const rows = Math.floor((plane.height - 1) / stride) + 1;
  const data = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++)
    for (let x = 0; x < columns; x++) data[y * columns + x] = plane.data[y * stride * plane.width + left + x * stride];
  return { data, height: rows, width: columns };
}

/** Max, average or sum over windows, `stride` apart. kind: "max" | "average" | "sum". */
export function pool(plane, kind, window, stride) {
  const why = refusal(plane, window);
  if (why) throw new RangeError(why);
  return pick(everyWindow(plane, kind, window), stride, 0, count(plane.width, window, stride));
}

/** The window behind one pooled cell: {values (window × window, flat), top, left, best (its index), max, average, sum}. */
export function windowAt(plane, row, column, window, stride) {
  const [top, left] = [row * stride, column * stride];
  const values = Array.from({ length: window * window }, (_, i) => plane.data[(top + Math.floor(i / window)) * plane.width + left + (i % window)]);
  const max = Math.max(...values);
  const sum = values.reduce((total, value) => total + value, 0);
  return { values, top, left, best: values.indexOf(max), max, average: sum / values.length, sum };
}

/** Index in the map of the winner of each window (of equals the first, row by row), window after window. */
export function winners({ data, height, width }, window, stride) {
  const [rows, columns] = [count(height, window, stride), count(width, window, stride)];
  const found = new Int32Array(rows * columns);
  for (let o = 0; o < found.length; o++) {
    const corner = Math.floor(o / columns) * stride * width + (o % columns) * stride;
    let best = corner;
    for (let i = 0; i < window; i++)
      for (let at = corner + i * width; at < corner + i * width + window; at++) if (data[at] > data[best]) best = at;
    found[o] = best;
  }
  return found;
}

/** How many windows read each value of the map. */
export function coverage({ height, width }, window, stride) {
  const along = (n) => {
    const times = new Uint8Array(n);
    for (let o = 0; o < count(n, window, stride); o++) for (let i = 0; i < window; i++) times[o * stride + i]++;
    return times;
  };
  const [down, across] = [along(height), along(width)];
  return Float64Array.from({ length: height * width }, (_, i) => down[Math.floor(i / width)] * across[i % width]);
}

/** The pooled values put back: the winner's at its place (max), or spread evenly over the window (average). */
export function putBack(plane, kind, window, stride) {
  const data = new Float64Array(plane.data.length);
  if (kind === "max") winners(plane, window, stride).forEach((at) => { data[at] = plane.data[at]; });
  else spread(plane, data, window, stride);
  return { ...plane, data };
}

function spread(plane, data, window, stride) {
  const { width } = plane, pooled = pool(plane, "average", window, stride), times = coverage(plane, window, stride);
  pooled.data.forEach((value, o) => {
    const corner = Math.floor(o / pooled.width) * stride * width + (o % pooled.width) * stride;
    for (let i = 0; i < window; i++) for (let at = corner + i * width; at < corner + i * width + window; at++) data[at] += value;
  });
  for (let i = 0; i < data.length; i++) if (times[i] > 1) data[i] /= times[i];
}

/** |a − b| / |a|, lengths of the maps as vectors; null where a is zero. b is read `cells` columns further right. */
export function relativeChange(a, b, cells = 0) {
  const { height, width } = a;
  let difference = 0, size = 0;
  for (let y = 0; y < height; y++)
    for (let at = y * width; at < (y + 1) * width - cells; at++) {
      const gap = a.data[at] - b.data[at + cells];
      difference += gap * gap;
      size += a.data[at] * a.data[at];
    }
  return size > 0 ? Math.sqrt(difference / size) : null;
}

/**
 * What a shift of the picture to the right does to the pooled map. The map is a crop that leaves `most` columns on the
 * left, so that what comes in is the scene itself and no border. kind "none" is the map as it is.
 */
export function shifter(map, kind, window, stride, most) {
  const [k, s] = kind === "none" ? [1, 1] : [window, stride];
  const every = kind === "none" ? map : everyWindow(map, kind, k);
  const columns = count(map.width - most, k, s);
  const held = new Map();
  const pooled = (shift) => {
    if (!held.has(shift)) held.set(shift, pick(every, s, most - shift, columns));
    return held.get(shift);
  };
  return {
    pooled,
    /** Relative change, cell by cell at the same place. */
    inPlace: (shift) => relativeChange(pooled(0), pooled(shift)),
    /** The same after moving the pooled map back by whole cells: the better of the two nearest. */
    movedBack(shift) {
      const cells = [...new Set([Math.floor(shift / s), Math.ceil(shift / s)])].filter((n) => n < columns);
      const found = cells.map((n) => relativeChange(pooled(0), pooled(shift), n)).filter((value) => value !== null);
      return found.length ? Math.min(...found) : null;
    },
  };
}
