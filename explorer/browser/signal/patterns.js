// Test patterns: one wave, all waves at once, a flat wall. Planes {data, height, width}; no DOM here.
import { STEPS } from "./spectrum.js";

function plane(height, width, value) {
  const data = new Float64Array(height * width);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = value(x, y);
  return { data, height, width };
}

/** The wave of (u, v) steps: cos 2π(u x + v y) / STEPS. It fits STEPS pixels a whole number of times. */
export function wave(u, v) {
  const cosine = Float64Array.from({ length: STEPS }, (_, i) => Math.cos((2 * Math.PI * i) / STEPS));
  return plane(STEPS, STEPS, (x, y) => cosine[(((u * x + v * y) % STEPS) + STEPS) % STEPS]);
}

/** All waves at once: around (x, y) from the middle, the local frequency is (x / size, y / size). Levels 0..255. */
export function zonePlate(size) {
  return plane(size, size, (x, y) => 127.5 + 127.5 * Math.cos((Math.PI * ((x - size / 2) ** 2 + (y - size / 2) ** 2)) / size));
}

/** An evenly bright wall. */
export const wall = (level, size = 16) => plane(size, size, () => level);

/** Root of the mean square. */
export function rms({ data }) {
  let sum = 0;
  for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
  return Math.sqrt(sum / data.length);
}

/** The middle of a plane, at most size × size: {plane, top, left}. */
export function middle({ data, height, width }, size) {
  const [rows, columns] = [Math.min(height, size), Math.min(width, size)];
  const [top, left] = [Math.floor((height - rows) / 2), Math.floor((width - columns) / 2)];
  const out = new Float64Array(rows * columns);
  for (let y = 0; y < rows; y++) out.set(data.subarray((y + top) * width + left, (y + top) * width + left + columns), y * columns);
  return { plane: { data: out, height: rows, width: columns }, top, left };
}
