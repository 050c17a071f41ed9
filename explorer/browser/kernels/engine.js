// From a picture and the settings to the output planes: all arithmetic of the page, in this browser's processor.
import { accumulate, correlate, flipped, invalid, outputSize, paddedIndex, paddingPair, stackPadded } from "../shared/crosscorrelation.js";
import { slidingCells } from "./kernel-state.js";

export const COMPUTED = ["k", "mode", "s", "d", "p", "pm", "b", "flip", "act"];

// From sums to outputs: the bias, then what follows.
const FINISH = {
  none: (sums, bias, out) => { for (let i = 0; i < sums.length; i++) out[i] = sums[i] + bias; },
  relu: (sums, bias, out) => { for (let i = 0; i < sums.length; i++) { const v = sums[i] + bias; out[i] = v < 0 ? 0 : v; } },
  abs: (sums, bias, out) => { for (let i = 0; i < sums.length; i++) { const v = sums[i] + bias; out[i] = v < 0 ? -v : v; } },
};
const FEW = 1 / 8; // of the weights: with so few new ones, adding what they change is quicker than sliding anew
const ADDITIONS = 64; // then the sums are made anew, so that rounding cannot pile up

/** The settings of `crosscorrelation.js` that the state stands for. */
export function settings(values) {
  const none = values.pm === "none";
  return { stride: values.s, dilation: values.d, bias: values.b, padding: none ? 0 : values.p === "half" ? "same" : Number(values.p), mode: none ? "zeros" : values.pm };
}

/** Why nothing can be computed, or null. */
export function obstacle(values, height, width) {
  const { stride, ...rest } = settings(values);
  return invalid(height, width, values.k.rows, values.k.columns, { ...rest, stride: rest.padding === "same" ? 1 : stride });
}

/** The slices of weights that slide, turned where true convolution is asked for. */
export function slices(values) {
  return slidingCells(values.k, values.mode).map((cells) => {
    const weights = Float64Array.from(cells, (cell) => cell / values.k.divisor);
    return values.flip ? flipped(weights) : weights;
  });
}

/** R + G + B of each pixel: where one slice serves all three, sliding it over this is the same sum. */
function together([red, green, blue]) {
  return { ...red, data: red.data.map((v, i) => v + green.data[i] + blue.data[i]) };
}

const reused = (array, length) => (array && array.length === length ? array : new Float64Array(length));

/** Keeps padded pictures, sums and output arrays between edits, so that an edit costs what it changes. */
export function createEngine() {
  let stacks = null, sums = [], key = "", sumsKey = "", last = null, additions = 0, outputs = [];
  const padded = (picture, values, alike, how) => {
    const { rows, columns } = values.k;
    const wanted = `${values.mode} ${alike} ${rows} ${columns} ${how.dilation} ${how.padding} ${how.mode}`;
    if (key !== wanted || !stacks) {
      const groups = { grey: [[picture.grey]], each: picture.colour.map((plane) => [plane]), full: alike ? [[together(picture.colour)]] : [picture.colour] }[values.mode];
      stacks = groups.map((planes) => stackPadded(planes, rows, columns, how));
      key = wanted;
      sumsKey = "";
    }
    return stacks;
  };
  // Sliding is linear: where a few weights are new, what they add goes onto the old sums.
  const summed = (inputs, kernel, values, how) => {
    const wanted = `${how.stride} ${key}`;
    const difference = sumsKey === wanted ? kernel.map((weight, i) => weight - last[i]) : null;
    const news = difference ? difference.reduce((n, d) => n + (d !== 0), 0) : Infinity;
    if (news === 0) return sums;
    if (news <= Math.max(1, FEW * kernel.length) && additions < ADDITIONS) {
      additions++;
      inputs.forEach((stack, i) => accumulate(sums[i], stack, difference, values.k.rows, values.k.columns, how));
    } else {
      additions = 0;
      sums = inputs.map((stack, i) => correlate(stack, kernel, values.k.rows, values.k.columns, how, sums[i]?.data));
    }
    [last, sumsKey] = [kernel, wanted];
    return sums;
  };
  return {
    /** A new picture or frame: what was kept is stale. */
    forget() { stacks = null; },
    /** Output planes for the state: one (grey, full) or three (each). */
    run(picture, values) {
      const { bias, ...how } = settings(values);
      const alike = values.k.slices.length === 1;
      const sliding = alike ? slices(values).slice(0, 1) : slices(values);
      const kernel = Float64Array.from(sliding.flatMap((slice) => [...slice]));
      const planes = summed(padded(picture, values, alike, how), kernel, values, how);
      if (bias === 0 && values.act === "none") return planes;
      outputs = planes.map((plane, i) => reused(outputs[i], plane.data.length));
      return planes.map((plane, i) => { FINISH[values.act](plane.data, bias, outputs[i]); return { ...plane, data: outputs[i] }; });
    },
  };
}

/** Everything about one output pixel: windows, products, sums. Padding cells carry `outside`. */
export function pixel(picture, values, row, column) {
  const how = settings(values);
  const { rows, columns } = values.k;
  const [top] = paddingPair(how.padding, rows, how.dilation);
  const [left] = paddingPair(how.padding, columns, how.dilation);
  const inputs = values.mode === "grey" ? [picture.grey] : picture.colour;
  const taps = slices(values);
  const parts = inputs.map((plane, c) => {
    const slice = taps[Math.min(c, taps.length - 1)];
    const window = new Float64Array(rows * columns), products = new Float64Array(rows * columns), outside = new Uint8Array(rows * columns);
    let sum = 0;
    for (let i = 0, t = 0; i < rows; i++)
      for (let j = 0; j < columns; j++, t++) {
        const y = row * how.stride + i * how.dilation - top, x = column * how.stride + j * how.dilation - left;
        const sy = paddedIndex(y, plane.height, how.mode), sx = paddedIndex(x, plane.width, how.mode);
        outside[t] = y < 0 || x < 0 || y >= plane.height || x >= plane.width ? 1 : 0;
        window[t] = sy < 0 || sx < 0 ? 0 : plane.data[sy * plane.width + sx];
        products[t] = window[t] * slice[t];
        sum += products[t];
      }
    return { window, weights: slice, products, outside, sum };
  });
  const act = { none: (v) => v, relu: (v) => Math.max(0, v), abs: Math.abs }[values.act];
  const totals = values.mode === "full" ? [parts.reduce((sum, part) => sum + part.sum, 0)] : parts.map((part) => part.sum);
  return { parts, totals, before: totals.map((v) => v + values.b), outputs: totals.map((v) => act(v + values.b)), top: row * how.stride - top, left: column * how.stride - left, span_rows: (rows - 1) * how.dilation + 1, span_columns: (columns - 1) * how.dilation + 1 };
}

/** The output size with its formula filled in, for one axis. */
export function sizeFormula(name, n, k, values) {
  const how = settings(values);
  const [before, after] = paddingPair(how.padding, k, how.dilation);
  const size = outputSize(n, k, { ...how, before, after });
  return { size, text: `${name} = ⌊(${n} + ${before} + ${after} − ${how.dilation}·(${k} − 1) − 1) / ${how.stride}⌋ + 1 = ${size}` };
}
