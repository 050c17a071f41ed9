// Kernels of jax-js that copy an array with zeros around it: in WebAssembly jax-js writes them number by number, with a test
// for each. Here the zeros are filled in first, and what lies in a row is copied at once.

import { LOWEST } from "./quirks.js";
import { Code, FLOAT } from "./wasm-code.js";
import { digitOf, stepsOf } from "./wasm-views.js";

const SHORTEST = 8; // floats in a row below which a copy at once does not pay

/** {gid, run: floats in a row, from, to: where the first lies, loops: [{count, from, to}: steps], size}, or null: no such copy. */
export function padPlan({ exp, reduction, size }) {
  const view = copied(exp);
  if (reduction || view?.op !== "GlobalView" || view.dtype !== "float32") return null;
  const [gid, { views }] = view.arg;
  const own = views.findLastIndex((one) => !one.contiguous); // those behind it only count in another way
  const { shape, strides, mask, offset } = views[Math.max(0, own)];
  if (own > 0 || mask?.some(([first, end]) => first >= end)) return null;
  const places = stepsOf(shape);
  if (!inOrder(view.src, views.at(-1).shape, size) || strides.some((stride) => stride < 0)) return null;
  const axes = (mask ?? shape.map((count) => [0, count])).map(([first, end], i) => ({ first, count: end - first, from: strides[i], to: places[i] }));
  const start = (side) => axes.reduce((sum, axis) => sum + axis.first * axis[side], 0);
  const [from, to] = [offset + start("from"), start("to")];
  const loops = axes.filter(({ count }) => count > 1);
  let run = 1;
  while (loops.length && loops.at(-1).from === run && loops.at(-1).to === run) run *= loops.pop().count;
  return run >= SHORTEST ? { gid, run, from, to, loops, size: mask ? size : 0 } : null;
}

/** What an expression copies: a view, also as `stored` has it. */
function copied(exp) {
  return exp.op === "Max" && exp.src[1].op === "Const" && exp.src[1].arg <= Math.fround(LOWEST) ? exp.src[0] : exp;
}

/** Whether the indices are those of an array of this shape, one number after the other. */
function inOrder(indices, shape, size) {
  const places = stepsOf(shape);
  return indices.every((index, i) => {
    const digit = digitOf(index, { gidx: size });
    return shape[i] === 1 || (digit?.number === "gidx" && digit.div === places[i] && digit.mod === shape[i]);
  });
}

/** The module; arguments: where the array and its copy lie, then two numbers that are not read. */
export function padCode({ gid, run, from, to, loops, size }, arrays) {
  const code = new Code(arrays + 3, 0);
  if (size) code.get(arrays).constant(0).constant(FLOAT * size).fill();
  const counters = loops.map(() => code.whole());
  const walk = (i) => {
    if (i < loops.length) return void code.repeat(counters[i], loops[i].count, 1, () => walk(i + 1));
    for (const [array, side, start] of [[arrays, "to", to], [gid, "from", from]]) {
      code.get(array).constant(FLOAT * start).add();
      loops.forEach((loop, k) => code.plus(counters[k], FLOAT * loop[side]));
    }
    code.constant(FLOAT * run).copy();
  };
  walk(0);
  return code.finish();
}
