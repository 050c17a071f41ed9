// How a kernel of jax-js reads its arrays, as strides: from the views and the arithmetic on its index to "one step along
// this axis is so many numbers further on".
//
// A digit is a part of a running number: floor(number / div) % mod. A kernel's result has the number `gidx`, what it adds up
// the number `ridx`.

const NUMBERS = ["gidx", "ridx"];

/** {number, div, mod} of an expression, or null: not a digit; a constant 0 is a digit of one value. */
export function digitOf(exp, sizes) {
  const name = exp.op === "Special" ? exp.arg[0] : exp.arg;
  if ((exp.op === "Variable" || exp.op === "Special") && NUMBERS.includes(name)) return { number: name, div: 1, mod: sizes[name] };
  if (exp.op === "Const") return exp.arg === 0 ? { number: "gidx", div: 1, mod: 1 } : null;
  if (exp.op !== "Idiv" && exp.op !== "Mod") return null;
  const [inner, by] = exp.src;
  const digit = by.op === "Const" ? digitOf(inner, sizes) : null;
  if (!digit) return null;
  const { number, div, mod } = digit;
  if (exp.op === "Idiv") return mod % by.arg === 0 ? { number, div: div * by.arg, mod: mod / by.arg } : null;
  return mod <= by.arg || mod % by.arg === 0 ? { number, div, mod: Math.min(mod, by.arg) } : null;
}

/** How far one step along each axis of an array of `shape` leads. */
export const stepsOf = (shape) => shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));

/** Parts {number, div, mod, stride} and an offset, told as places of an array of `shape` -> {origin, parts by axis}, or null. */
function unravelled(parts, offset, shape) {
  const found = shape.map(() => []);
  const steps = stepsOf(shape);
  for (let { number, div, mod, stride } of parts) {
    while (mod > 1) {
      const axis = steps.findIndex((step, i) => step <= stride && shape[i] > 1);
      const times = stride / steps[axis], room = shape[axis] / times;
      if (axis < 0 || !Number.isInteger(times) || !(room > 1)) return null;
      const here = Math.min(mod, room);
      if (mod > here && (!Number.isInteger(room) || mod % room)) return null;
      found[axis].push({ number, div, mod: here, times });
      [div, mod, stride] = [div * here, mod / here, stride * here];
    }
  }
  const origin = steps.map((step, i) => Math.floor(offset / step) % shape[i]);
  const most = found.map((list, i) => list.reduce((sum, { mod, times }) => sum + (mod - 1) * times, origin[i]));
  return most.every((value, i) => value < shape[i]) ? { origin, most, found } : null;
}

/** A GlobalView of float32 as {gid, offset, parts: [{number, div, mod, stride}]}, or null; sizes: {gidx, ridx}. */
export function readingOf(exp, sizes) {
  if (exp.op !== "GlobalView" || exp.dtype !== "float32") return null;
  const [gid, { views }] = exp.arg;
  const digits = exp.src.map((one) => digitOf(one, sizes));
  const last = views.at(-1);
  if (digits.some((digit) => !digit) || last.mask) return null;
  let parts = digits.map((digit, i) => ({ ...digit, stride: last.strides[i] })), { offset } = last;
  for (const view of views.slice(0, -1).reverse()) {
    parts = parts.filter(({ stride, mod }) => stride !== 0 && mod > 1);
    const places = parts.every(({ stride }) => stride > 0) && unravelled(parts, offset, view.shape);
    if (!places) return null;
    const { origin, most, found } = places;
    if (view.mask?.some(([from, to], i) => origin[i] < from || most[i] >= to)) return null;
    offset = view.strides.reduce((sum, stride, i) => sum + stride * origin[i], view.offset);
    parts = found.flatMap((list, i) => list.map(({ times, ...digit }) => ({ ...digit, stride: times * view.strides[i] })));
  }
  return { gid, offset, parts: parts.filter(({ stride, mod }) => stride !== 0 && mod > 1) };
}

/**
 * The axes of a number that all readings share, fastest first: [{div, size, strides: [of each reading]}], or null. Neighbours
 * that every reading walks through in one go are one axis; `result`: the number's own order counts too.
 */
export function axesOf(number, size, readings, result) {
  const own = readings.map(({ parts }) => parts.filter((part) => part.number === number));
  const bounds = [...new Set([1, size, ...own.flat().flatMap(({ div, mod }) => [div, div * mod])])].sort((a, b) => a - b);
  const axes = [];
  for (let i = 0; i + 1 < bounds.length; i++) {
    const [div, end] = [bounds[i], bounds[i + 1]];
    if (end % div) return null;
    const strides = own.map((list) => list.reduce((sum, part) =>
      (part.div <= div && div < part.div * part.mod ? sum + part.stride * (div / part.div) : sum), 0));
    const axis = { div, size: end / div, strides: result ? [...strides, div] : strides };
    const before = axes.at(-1);
    if (before?.strides.every((stride, k) => stride * before.size === axis.strides[k])) before.size *= axis.size;
    else axes.push(axis);
  }
  if (axes.length === 0) axes.push({ div: 1, size: 1, strides: [...own.map(() => 0), ...(result ? [1] : [])] });
  return axes;
}
