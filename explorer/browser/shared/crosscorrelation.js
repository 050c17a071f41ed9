// Sliding a kernel over a picture: cross-correlation, as deep-learning libraries compute it. No DOM here.
// A plane is {data: Float64Array, height, width}; sums are kept in float64.

/** Output size along one side: floor((n + before + after - d (k - 1) - 1) / s) + 1; 0 or less where nothing fits. */
export function outputSize(n, k, { stride = 1, dilation = 1, before = 0, after = 0 } = {}) {
  return Math.floor((n + before + after - dilation * (k - 1) - 1) / stride) + 1;
}

/** Padding on both sides of one axis: a number on each side, or "same" (the odd remainder goes at the end). */
export function paddingPair(padding, k, dilation) {
  if (padding !== "same") return [padding, padding];
  const total = dilation * (k - 1);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Why these settings cannot be, in a sentence; null where they can. */
export function invalid(height, width, kh, kw, { stride = 1, dilation = 1, padding = 0, mode = "zeros" } = {}) {
  if (!(stride >= 1)) return `stride must be at least 1, got ${stride}`;
  if (!(dilation >= 1)) return `dilation must be at least 1, got ${dilation}`;
  if (padding === "same" && stride > 1) return `padding "same" needs stride 1: a stride of ${stride} cannot keep the size`;
  const [top, bottom] = paddingPair(padding, kh, dilation);
  const [left, right] = paddingPair(padding, kw, dilation);
  for (const [most, side] of [[Math.max(top, bottom), height], [Math.max(left, right), width]]) {
    if (mode === "reflect" && most >= side) return `reflect padding can be at most ${side - 1} px on a side of ${side} px, got ${most}`;
    if (mode === "circular" && most > side) return `circular padding can be at most ${side} px on a side of ${side} px, got ${most}`;
  }
  const [windowH, windowW] = [dilation * (kh - 1) + 1, dilation * (kw - 1) + 1];
  if (windowH > height + top + bottom || windowW > width + left + right)
    return `a ${windowH}×${windowW} window does not fit in a padded picture of ${height + top + bottom}×${width + left + right}`;
  return null;
}

/** Source index for padded index `i` of an axis of length n, or -1 where a zero stands. */
export function paddedIndex(i, n, mode) {
  if (i >= 0 && i < n) return i;
  if (mode === "replicate") return i < 0 ? 0 : n - 1;
  if (mode === "reflect") return i < 0 ? -i : 2 * (n - 1) - i;
  if (mode === "circular") return ((i % n) + n) % n;
  return -1;
}

/** The plane with a border: {data, height, width}. The same plane where no border is asked for. */
export function pad(plane, [top, bottom], [left, right], mode) {
  if (!top && !bottom && !left && !right) return plane;
  const { data, height, width } = plane;
  const [h, w] = [height + top + bottom, width + left + right];
  const out = new Float64Array(h * w);
  const columns = Int32Array.from({ length: w }, (_, x) => paddedIndex(x - left, width, mode));
  for (let y = 0; y < h; y++) {
    const row = paddedIndex(y - top, height, mode);
    if (row < 0) continue;
    out.set(data.subarray(row * width, (row + 1) * width), y * w + left);
    for (let x = 0; x < left; x++) if (columns[x] >= 0) out[y * w + x] = data[row * width + columns[x]];
    for (let x = left + width; x < w; x++) if (columns[x] >= 0) out[y * w + x] = data[row * width + columns[x]];
  }
  return { data: out, height: h, width: w };
}

/** Planes behind one another in one array, all padded alike: what `correlate` reads. */
export function stackPadded(planes, kh, kw, { dilation = 1, padding = 0, mode = "zeros" } = {}) {
  const rows = paddingPair(padding, kh, dilation);
  const columns = paddingPair(padding, kw, dilation);
  const padded = planes.map((plane) => pad(plane, rows, columns, mode));
  const { height, width } = padded[0];
  if (padded.length === 1) return { data: padded[0].data, height, width, depth: 1 };
  const data = new Float64Array(padded.length * height * width);
  padded.forEach((plane, c) => data.set(plane.data, c * height * width));
  return { data, height, width, depth: padded.length };
}

/** Slide over a padded stack: `weights` is (depth, kh, kw) flat; gives one plane. `into` may be reused. */
export function correlate(stack, weights, kh, kw, { stride = 1, dilation = 1, bias = 0 } = {}, into = null) {
  const { data, height, width, depth } = stack;
  const oh = Math.floor((height - dilation * (kh - 1) - 1) / stride) + 1;
  const ow = Math.floor((width - dilation * (kw - 1) - 1) / stride) + 1;
  const out = into && into.length === oh * ow ? into : new Float64Array(oh * ow);
  const offsets = [];
  const taps = [];
  for (let c = 0, t = 0; c < depth; c++)
    for (let i = 0; i < kh; i++)
      for (let j = 0; j < kw; j++, t++)
        if (weights[t] !== 0) {
          offsets.push(c * height * width + i * dilation * width + j * dilation);
          taps.push(weights[t]);
        }
  sweep(data, width, out, oh, ow, Int32Array.from(offsets), Float64Array.from(taps), stride, bias);
  return { data: out, height: oh, width: ow };
}

/** Add what `weights` give onto a plane that `correlate` made with the same sizes: one pass for every weight but 0. */
export function accumulate(plane, stack, weights, kh, kw, { stride = 1, dilation = 1 } = {}) {
  weights.forEach((weight, t) => {
    if (weight === 0) return;
    const [channel, i, j] = [Math.floor(t / (kh * kw)), Math.floor(t / kw) % kh, t % kw];
    add(plane, stack, weight, (channel * stack.height + i * dilation) * stack.width + j * dilation, stride);
  });
}

function add({ data: out, height, width }, { data: src, width: wide }, weight, offset, stride) {
  for (let y = 0; y < height; y++) {
    let p = offset + y * stride * wide;
    for (let o = y * width, end = o + width; o < end; o++, p += stride) out[o] += weight * src[p];
  }
}

// Eight neighbouring outputs at once: each weight is read once for eight multiply-adds.
function sweep(src, width, out, oh, ow, offsets, taps, s, bias) {
  const n = taps.length;
  const s2 = 2 * s, s3 = 3 * s, s4 = 4 * s, s5 = 5 * s, s6 = 6 * s, s7 = 7 * s;
  for (let y = 0; y < oh; y++) {
    const row = y * s * width;
    const end = y * ow + ow;
    let o = y * ow;
    let p = row;
    for (; o + 7 < end; o += 8, p += 8 * s) {
      let a = bias, b = bias, c = bias, d = bias, e = bias, f = bias, g = bias, h = bias;
      for (let t = 0; t < n; t++) {
        const w = taps[t];
        const q = p + offsets[t];
        a += w * src[q];
        b += w * src[q + s];
        c += w * src[q + s2];
        d += w * src[q + s3];
        e += w * src[q + s4];
        f += w * src[q + s5];
        g += w * src[q + s6];
        h += w * src[q + s7];
      }
      out[o] = a; out[o + 1] = b; out[o + 2] = c; out[o + 3] = d;
      out[o + 4] = e; out[o + 5] = f; out[o + 6] = g; out[o + 7] = h;
    }
    for (; o < end; o++, p += s) {
      let a = bias;
      for (let t = 0; t < n; t++) a += taps[t] * src[p + offsets[t]];
      out[o] = a;
    }
  }
}

/** One plane, one kernel: the counterpart of `explorer.kernels.slide`. Throws a RangeError with a sentence. */
export function slide(plane, weights, kh, kw, settings = {}) {
  const why = invalid(plane.height, plane.width, kh, kw, settings);
  if (why) throw new RangeError(why);
  return correlate(stackPadded([plane], kh, kw, settings), weights, kh, kw, settings);
}

/** The kernel turned by half a turn: cross-correlation with it is true convolution with the kernel. */
export function flipped(weights) {
  return Float64Array.from(weights).reverse();
}
