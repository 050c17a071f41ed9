// Moving a picture, three layers that read it, and how their answers compare. Square planes throughout. No DOM here.
import { pad, slide } from "../shared/crosscorrelation.js";
import { uniform, uniforms } from "./chance.js";

export const SEED = { local: 3, dense: 5 };
export const DENSE_MOST = 1_200_000; // weights of the dense layer that are worth computing here

/** The largest middle square, averaged down (or repeated up) to n × n, as torch's adaptive_avg_pool2d does it. */
export function square({ data, height, width }, n) {
  const side = Math.min(height, width);
  const [top, left] = [Math.floor((height - side) / 2), Math.floor((width - side) / 2)];
  const out = new Float64Array(n * n);
  const ends = (i) => [Math.floor((i * side) / n), Math.ceil(((i + 1) * side) / n)];
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      const [[y0, y1], [x0, x1]] = [ends(y), ends(x)];
      let sum = 0;
      for (let i = y0; i < y1; i++) for (let j = x0; j < x1; j++) sum += data[(top + i) * width + left + j];
      out[y * n + x] = sum / ((y1 - y0) * (x1 - x0));
    }
  return { data: out, height: n, width: n };
}

/** {mean, spread} of a plane; a flat plane has spread 1, so that nothing is divided by zero. */
export function statistics({ data }) {
  const mean = data.reduce((sum, v) => sum + v, 0) / data.length;
  const variance = data.reduce((sum, v) => sum + (v - mean) ** 2, 0) / data.length;
  return { mean, spread: Math.sqrt(variance) || 1 };
}

const wrap = (i, n) => ((i % n) + n) % n;

/** The plane after the move: {kind: "shift" | "turn" | "mirror", dx, dy, wraps}; what comes in is `fill`. */
export function moved({ data, height: n }, { kind, dx, dy, wraps }, fill = 0) {
  const out = new Float64Array(n * n);
  for (let y = 0; y < n; y++)
    for (let x = 0; x < n; x++) {
      let [i, j] = [y - dy, x - dx];
      if (kind === "turn") [i, j] = [x, n - 1 - y];
      if (kind === "mirror") [i, j] = [y, n - 1 - x];
      const inside = i >= 0 && j >= 0 && i < n && j < n;
      out[y * n + x] = inside || wraps ? data[wrap(i, n) * n + wrap(j, n)] : fill;
    }
  return { data: out, height: n, width: n };
}

/** The convolution: one kernel everywhere. */
export const convolve = (plane, kernel, how) => slide(plane, kernel.weights, kernel.size, kernel.size, how);

/** One kernel for each place: the shared one, and with `own` above 0 more and more its own random one. */
export function locally(plane, kernel, how, own) {
  const { size, weights } = kernel;
  const padded = pad(plane, [how.padding, how.padding], [how.padding, how.padding], how.mode);
  const m = Math.floor((padded.height - size) / how.stride) + 1;
  const out = new Float64Array(m * m);
  const taps = size * size;
  const scale = own * Math.sqrt(3 / taps);
  for (let i = 0; i < m * m; i++) {
    const at = Math.floor(i / m) * how.stride * padded.width + (i % m) * how.stride;
    let sum = 0;
    for (let t = 0; t < taps; t++) {
      const w = weights[t] * (1 - own) + uniform(i * taps + t, SEED.local) * scale;
      sum += w * padded.data[at + Math.floor(t / size) * padded.width + (t % size)];
    }
    out[i] = sum;
  }
  return { data: out, height: m, width: m };
}

/** The seeded weights of a fully connected layer from n × n pixels to m × m units; null where they are too many. */
export function denseWeights(n, m) {
  const count = n * n * m * m;
  return count > DENSE_MOST ? null : uniforms(count, SEED.dense, Math.sqrt(3 / (n * n)));
}

export function densely({ data }, weights, m) {
  const out = new Float64Array(m * m);
  const n = data.length;
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0, at = i * n; j < n; j++) sum += weights[at + j] * data[j];
    out[i] = sum;
  }
  return { data: out, height: m, width: m };
}

/** What an equivariant layer would answer: its old answer, moved along. A shift moves a map by shift / stride. */
export function movedAnswer(map, move, stride) {
  const share = (d) => Math.floor(d / stride + 0.5);
  return moved(map, { ...move, dx: share(move.dx), dy: share(move.dy), wraps: true });
}

/** Which units see, before and after the move, only pixels of the picture itself: 1 inside, 0 at the border. */
export function interior(m, n, size, { padding, stride }, { kind, dx, dy }) {
  const inside = new Uint8Array(m * m);
  if (kind !== "shift") return inside.fill(1);
  const fits = (i, d) => {
    const first = i * stride - padding, last = first + size - 1, old = i - Math.floor(d / stride + 0.5);
    return first >= Math.max(0, d) && last <= n - 1 + Math.min(0, d) && old >= 0 && old < m && old * stride - padding >= 0 && old * stride - padding + size <= n;
  };
  for (let y = 0; y < m; y++) for (let x = 0; x < m; x++) inside[y * m + x] = fits(y, dy) && fits(x, dx) ? 1 : 0;
  return inside;
}

/** Pearson correlation over the units where `mask` is 1; NaN where one side does not vary. */
export function correlation(a, b, mask = null) {
  let n = 0, sa = 0, sb = 0;
  for (let i = 0; i < a.length; i++) if (!mask || mask[i]) { n++; sa += a[i]; sb += b[i]; }
  let ab = 0, aa = 0, bb = 0;
  for (let i = 0; i < a.length; i++) if (!mask || mask[i]) {
    const [p, q] = [a[i] - sa / n, b[i] - sb / n];
    ab += p * q; aa += p * p; bb += q * q;
  }
  return aa > 1e-18 * n && bb > 1e-18 * n ? ab / Math.sqrt(aa * bb) : NaN;
}

/** Largest |a − b| where mask equals `want`; NaN where no unit is there. */
export function largest(a, b, mask, want = 1) {
  let most = -1;
  for (let i = 0; i < a.length; i++) if (mask[i] === want) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most < 0 ? NaN : most;
}

/** One unit, the mean and the maximum of a rectified map. */
export function summary({ data }, unit) {
  let sum = 0, most = 0;
  for (let i = 0; i < data.length; i++) if (data[i] > 0) { sum += data[i]; most = Math.max(most, data[i]); }
  return { unit: Math.max(0, data[unit]), mean: sum / data.length, max: most };
}
