// All arithmetic of the page: product maps, their sum, volumes, mixings. No DOM here.
import { correlate, outputSize, stackPadded } from "../shared/crosscorrelation.js";
import { flat, SIDE } from "./filters.js";

/** Everything computed from one picture: kept until the next picture. */
export function createModel() {
  let planes = null, kept = null;
  return {
    get planes() { return planes; },
    set(colour) {
      planes = colour;
      kept = { maps: colour.map(() => new WeakMap()), outputs: new WeakMap() };
    },
    /** One slice over its own plane: three maps, which add up to the output less the bias. */
    maps(filter) {
      return filter.slices.map((slice, c) => remember(kept.maps[c], slice, () => correlate(stackPadded([planes[c]], SIDE, SIDE), slice, SIDE, SIDE)));
    },
    /** The filter's output map: the three maps added up, plus the bias. An edit costs one slice. */
    output(filter) {
      return remember(kept.outputs, filter, () => total(this.maps(filter), filter.bias));
    },
    /** How far the output moves at most when the red and the green plane change places. */
    swapChange(filter) {
      const [red, green, blue] = planes;
      const swapped = correlate(stackPadded([green, red, blue], SIDE, SIDE), flat(filter), SIDE, SIDE, { bias: filter.bias });
      return furthest(this.output(filter).data, swapped.data);
    },
  };
}

function total([red, green, blue], bias) {
  const data = red.data.map((value, i) => value + green.data[i] + blue.data[i] + bias);
  return { ...red, data };
}

function remember(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

export function furthest(a, b) {
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/** One output pixel: for each channel its window, the products and their sum; then bias and total. */
export function pixel(planes, filter, row, column) {
  const parts = planes.map(({ data, width }, c) => {
    const weights = filter.slices[c];
    const window = weights.map((_, t) => data[(row + Math.floor(t / SIDE)) * width + column + (t % SIDE)]);
    const products = window.map((value, t) => value * weights[t]);
    return { window, weights, products, sum: products.reduce((sum, value) => sum + value, 0) };
  });
  return { parts, bias: filter.bias, total: parts.reduce((sum, part) => sum + part.sum, 0) + filter.bias };
}

/** 1x1 convolution: each output channel is a weighted sum of the input channels at the same pixel. */
export function mix(planes, { rows, bias }) {
  const { height, width } = planes[0];
  return rows.map((row, k) => {
    const out = new Float64Array(height * width).fill(bias[k]);
    planes.forEach(({ data }, c) => { const w = row[c]; if (w) for (let i = 0; i < out.length; i++) out[i] += w * data[i]; });
    return { data: out, height, width };
  });
}

/** A fixed order of n places, thrown into disorder (Fisher and Yates, with a fixed seed). */
export function disorder(n, seed = 1) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  let state = seed >>> 0;
  for (let i = n - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const j = Math.floor((state / 4294967296) * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function rearranged(planes, order) {
  return planes.map((plane) => ({ ...plane, data: plane.data.map((_, i) => plane.data[order[i]]) }));
}

/** Sizes and counts of one convolutional layer on a square input, or {problem} in a sentence. */
export function layer({ size, channels, kernel, filters, stride, padding }) {
  const room = size + 2 * padding;
  if (kernel > room) return { problem: `A ${kernel}×${kernel} filter does not fit in a padded input of ${room}×${room}: make the filter smaller, or the input or the padding larger.` };
  const out = outputSize(size, kernel, { stride, before: padding, after: padding });
  const perFilter = kernel * kernel * channels + 1;
  const outputs = out * out * filters;
  return {
    problem: "", out, outputs, perFilter, room,
    params: perFilter * filters,
    macs: outputs * kernel * kernel * channels,
    unseen: (room - kernel) % stride,
    denseParams: (size * size * channels + 1) * outputs,
  };
}
