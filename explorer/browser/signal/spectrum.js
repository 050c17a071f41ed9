// The frequency response of a kernel: by how much it multiplies a wave, and where it moves it. No DOM here.
// A wave cos(2π(fx x + fy y)) goes in; gain · cos(2π(fx x + fy y) + phase) comes out. The kernel slides as
// it is (cross-correlation), its middle cell on the pixel: H(f) = Σ w[m] e^{+2πi f·m}.

/** Frequencies are whole numbers of these steps: f = step / STEPS cycles per pixel, −STEPS/2 … STEPS/2. */
export const STEPS = 192;

/** cos and sin of 2π f m for all n frequencies and all offsets m of one side, as (n, size). */
function turns(size, n) {
  const half = (n - 1) / 2, middle = (size - 1) / 2;
  const [cos, sin] = [new Float64Array(n * size), new Float64Array(n * size)];
  for (let u = 0; u < n; u++)
    for (let m = 0; m < size; m++) {
      const angle = (2 * Math.PI * (u - half) * (m - middle)) / (n - 1);
      cos[u * size + m] = Math.cos(angle);
      sin[u * size + m] = Math.sin(angle);
    }
  return { cos, sin };
}

/** Along each row of the kernel first: (rows, n) complex. */
function alongRows(weights, rows, columns, n) {
  const { cos, sin } = turns(columns, n);
  const [re, im] = [new Float64Array(rows * n), new Float64Array(rows * n)];
  for (let i = 0; i < rows; i++)
    for (let u = 0; u < n; u++)
      for (let j = 0; j < columns; j++) {
        const w = weights[i * columns + j];
        re[i * n + u] += w * cos[u * columns + j];
        im[i * n + u] += w * sin[u * columns + j];
      }
  return { re, im };
}

/**
 * The response at n × n frequencies, n = steps + 1, zero in the middle, fx to the right, fy downwards:
 * {re, im, gain} flat (n, n), and n.
 */
export function response(weights, rows, columns, steps = STEPS) {
  const n = steps + 1;
  const across = alongRows(weights, rows, columns, n);
  const { cos, sin } = turns(rows, n);
  const [re, im, gain] = [0, 1, 2].map(() => new Float64Array(n * n));
  for (let v = 0; v < n; v++) {
    for (let i = 0; i < rows; i++) {
      const c = cos[v * rows + i], s = sin[v * rows + i], from = i * n, to = v * n;
      for (let u = 0; u < n; u++) {
        const a = across.re[from + u], b = across.im[from + u];
        re[to + u] += a * c - b * s;
        im[to + u] += a * s + b * c;
      }
    }
  }
  for (let i = 0; i < gain.length; i++) gain[i] = Math.sqrt(re[i] * re[i] + im[i] * im[i]);
  return { re, im, gain, n };
}

/** The response at one frequency (cycles per pixel): {re, im, gain, phase in degrees}. */
export function at(weights, rows, columns, fx, fy) {
  let re = 0, im = 0;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const angle = 2 * Math.PI * (fx * (j - (columns - 1) / 2) + fy * (i - (rows - 1) / 2));
      re += weights[i * columns + j] * Math.cos(angle);
      im += weights[i * columns + j] * Math.sin(angle);
    }
  const gain = Math.hypot(re, im);
  const size = weights.reduce((sum, w) => sum + Math.abs(w), 0);
  return { re, im, gain, phase: gain > 1e-12 * size ? (Math.atan2(im, re) * 180) / Math.PI : 0, gone: gain <= 1e-9 * size };
}

/** 20 log10(gain), in decibels. */
export const decibels = (gain) => 20 * Math.log10(gain);

/** Ways to cut through zero: step t -> [u, v]. */
export const CUTS = {
  h: { label: "→", title: "Horizontal: waves that change to the right", axis: "fx (fy = 0)", point: (t) => [t, 0] },
  v: { label: "↓", title: "Vertical: waves that change downwards", axis: "fy (fx = 0)", point: (t) => [0, t] },
  d: { label: "↘", title: "Diagonal: waves that change down to the right", axis: "fx = fy", point: (t) => [t, t] },
  a: { label: "↗", title: "Other diagonal: waves that change up to the right", axis: "fx = −fy", point: (t) => [t, -t] },
};

/** The response along one cut: {gain, re, im}, n long. */
export function cut({ re, im, gain, n }, kind) {
  const half = (n - 1) / 2;
  const take = (array) => Float64Array.from({ length: n }, (_, i) => { const [u, v] = CUTS[kind].point(i - half); return array[(v + half) * n + u + half]; });
  return { gain: take(gain), re: take(re), im: take(im) };
}

/** Whether every wave stays where it is or is turned over: the kernel is the same after half a turn. */
export function isReal({ im, gain }) {
  let most = 0, off = 0;
  for (let i = 0; i < gain.length; i++) {
    if (gain[i] > most) most = gain[i];
    const b = Math.abs(im[i]);
    if (b > off) off = b;
  }
  return off <= 1e-9 * most;
}

/** What a kernel whose weights add up to `sum` does to an evenly bright area. `size`: Σ |w|. */
export function flatAnswer(sum, size) {
  const near = (value) => Math.abs(sum - value) <= 1e-6 * Math.max(size, 1e-12);
  if (near(0)) return { verb: "removed", text: "flat areas are removed" };
  if (near(1)) return { verb: "kept", text: "flat areas keep their brightness" };
  if (sum < 0) return { verb: "negated", text: "flat areas come out below zero" };
  return sum > 1 ? { verb: "brightened", text: "flat areas are brightened" } : { verb: "darkened", text: "flat areas are darkened" };
}
