// Kernels of jax-js that are matrix products or sums of them, as WebAssembly of our own. jax-js's keeps 16 sums in the 16
// registers of a processor, with a pointer for each row, and takes twice as long: here 8 sums, and one pointer for each side.
//
// result[rows, columns] = sum over terms and k of a[rows, k] b[k, columns]: `columns` is the axis along which b and the result
// lie in a row, `rows` the next one, of a alone; more axes of either kind are loops around them.

import { Code, FLOAT, hasMultiplyAdd } from "./wasm-code.js";
import { axesOf, readingOf } from "./wasm-views.js";

const BLOCK_ROWS = 64; // between two columns, so that the rows stay near
const NEAR = 32 * 1024, WIDEST = 64; // bytes of the cache next to the processor; columns and rows that one pass reads

/** What is to be multiplied, or null where this kernel is something else: {rows, columns, outer, sums, terms, ending}. */
export function productPlan({ exp, reduction, size }) {
  if (reduction?.op !== "Add" || exp.dtype !== "float32" || reduction.dtype !== "float32") return null;
  const sizes = { gidx: size, ridx: reduction.size };
  const pairs = termsOf(exp)?.map((pair) => pair.map((one) => readingOf(one, sizes)));
  const ending = endingOf(reduction.epilogue, sizes);
  if (!ending || !pairs?.every(([a, b]) => a && b)) return null;
  const readings = [...pairs.flat(), ...ending.readings];
  const results = axesOf("gidx", size, readings, true), sums = axesOf("ridx", reduction.size, readings, false);
  if (!results || !sums) return null;
  const [columns, rows = { size: 1, strides: results[0].strides.map(() => 0) }, ...outer] = results;
  const sideOf = (i) => ({
    gid: readings[i].gid,
    offset: readings[i].offset,
    column: columns.strides[i],
    row: rows.strides[i],
    outer: outer.map(({ strides }) => strides[i]),
    sums: sums.map(({ strides }) => strides[i]),
  });
  const terms = pairs.map((_, t) => [sideOf(2 * t), sideOf(2 * t + 1)].sort((one, other) => one.column - other.column));
  const fits = ([a, b]) => a.column === 0 && b.column === 1 && b.row === 0 && [a, b].every(isForward);
  const others = ending.readings.map((_, i) => sideOf(2 * pairs.length + i));
  if (!terms.every(fits) || !others.every((side) => side.column <= 1 && isForward(side))) return null;
  const [lengths, steps] = [outer.map((axis) => axis.size), outer.map((axis) => axis.div)];
  return { rows: rows.size, columns: columns.size, outer: lengths, steps, sums: sums.map((axis) => axis.size), terms, others, ending: ending.exp };
}

const isForward = ({ offset, row, outer, sums }) => offset >= 0 && [row, ...outer, ...sums].every((stride) => stride >= 0);

/** a b + c d + ... as [[a, b], [c, d], ...], or null. */
function termsOf(exp) {
  if (exp.op === "Mul") return [exp.src];
  if (exp.op !== "Add") return null;
  const both = exp.src.map(termsOf);
  return both.every(Boolean) ? both.flat() : null;
}

/** What is done with a sum before it is put down: {exp: nested [operation, ...], readings}, or null. */
function endingOf(exp, sizes) {
  const readings = [];
  const walk = (one) => {
    if (one.op === "Variable" && one.arg === "acc") return ["sum"];
    if (one.op === "Const" && one.dtype === "float32") return ["constant", one.arg];
    if (one.op === "GlobalView") {
      const reading = readingOf(one, sizes);
      return reading && ["other", readings.push(reading) - 1];
    }
    if (!["Add", "Sub", "Mul", "Min", "Max"].includes(one.op) || one.dtype !== "float32") return null;
    const parts = one.src.map(walk);
    return parts.every(Boolean) ? [one.op, ...parts] : null;
  };
  const found = walk(exp);
  return found && { exp: found, readings };
}

/** The module; arguments: where each array lies, the result last, then two numbers that are not read. */
export function productCode(plan, arrays) {
  return new Product(plan, arrays).code.finish();
}

class Product {
  constructor(plan, arrays) {
    Object.assign(this, plan, { result: arrays, fused: hasMultiplyAdd() });
    const vectors = Math.ceil(this.columns / 4);
    this.wide = vectors % 4 === 0 ? 4 : Math.min(vectors, vectors % 2 === 0 || vectors < 4 ? 2 : 4);
    this.high = this.wide === 4 ? 2 : 4;
    const code = (this.code = new Code(arrays + 3, this.high * this.wide + this.wide + 1));
    this.at = { row: code.whole(), column: code.whole(), block: code.whole(), outer: plan.outer.map(() => code.whole()) };
    this.pointers = new Map();
    [this.left, this.right, this.begun] = [code.whole(), code.whole(), code.whole()];
    this.divided();
    this.around(plan.outer.length - 1);
  }

  /** Which of the axes that are added up are walked inside a tile, and which around all tiles, so that both sides stay near. */
  divided() {
    const near = Math.floor(NEAR / (FLOAT * (Math.min(this.rows, WIDEST) + Math.min(this.columns, WIDEST))));
    let inside = this.sums.length;
    if (this.ending[0] === "sum") {
      let count = 1;
      for (inside = 0; inside < this.sums.length && count * this.sums[inside] <= near;) count *= this.sums[inside++];
      if (inside < this.sums.length) inside += this.split(inside, Math.floor(near / count));
    }
    this.inside = Math.max(1, inside);
    this.at.sums = this.sums.map(() => this.code.whole());
  }

  /** One axis as two, the first of them as long as `most` allows; 1, or 0 where it does not divide so. */
  split(axis, most) {
    let part = most;
    while (part > 1 && this.sums[axis] % part) part--;
    if (part < 2) return 0;
    this.sums = this.sums.toSpliced(axis, 1, part, this.sums[axis] / part);
    const cut = ({ sums, ...side }) => ({ ...side, sums: sums.toSpliced(axis, 1, sums[axis], sums[axis] * part) });
    this.terms = this.terms.map((sides) => sides.map(cut));
    return 1;
  }

  around(axis) {
    const { code } = this;
    if (axis >= 0) return void code.repeat(this.at.outer[axis], this.outer[axis], 1, () => this.around(axis - 1));
    if (this.inside < this.sums.length) code.constant(0).set(this.begun);
    this.parts(this.sums.length - 1);
  }

  parts(axis) {
    const { code } = this;
    if (axis >= this.inside) return void code.repeat(this.at.sums[axis], this.sums[axis], 1, () => this.parts(axis - 1));
    this.blocks();
    if (this.inside < this.sums.length) code.constant(1).set(this.begun);
  }

  blocks() {
    const { code, rows, columns, wide } = this;
    const whole = Math.floor(rows / BLOCK_ROWS) * BLOCK_ROWS;
    const across = (from, count) => {
      const full = Math.floor(columns / (4 * wide)) * 4 * wide;
      if (full) code.repeat(this.at.column, full, 4 * wide, () => this.down(from, count, Array(wide).fill(4)));
      if (full < columns) {
        code.constant(full).set(this.at.column);
        const rest = columns - full;
        this.down(from, count, Array.from({ length: Math.ceil(rest / 4) }, (_, j) => Math.min(4, rest - 4 * j)));
      }
    };
    if (whole) {
      code.repeat(this.at.block, whole, BLOCK_ROWS, () => across(this.at.block, BLOCK_ROWS));
    }
    if (whole < rows) {
      code.constant(whole).set(this.at.block);
      across(this.at.block, rows - whole);
    }
  }

  /** `count` rows from the number in `from`; `widths`: how many columns each vector holds. */
  down(from, count, widths) {
    const { code, high } = this;
    const { row } = this.at;
    const full = Math.floor(count / high) * high;
    const counter = (this.counter ??= code.whole());
    const tile = (rows) => {
      code.get(from).plus(counter).set(row);
      this.tile(rows, widths);
    };
    if (full) code.repeat(counter, full, high, () => tile(high));
    if (full < count) {
      code.constant(full).set(counter);
      tile(count - full);
    }
  }

  /** Where a side of the tile begins, but for its offset. Sides that differ in the offset alone share it. */
  pointer(side) {
    const { code, at } = this;
    const key = JSON.stringify({ ...side, offset: 0 });
    if (!this.pointers.has(key)) this.pointers.set(key, code.whole());
    const local = this.pointers.get(key);
    if (this.ready.has(key)) return local;
    this.ready.add(key);
    code.get(side.gid).plus(at.row, FLOAT * side.row).plus(at.column, FLOAT * side.column);
    side.outer.forEach((stride, i) => code.plus(at.outer[i], FLOAT * stride));
    side.sums.forEach((stride, i) => (i >= this.inside ? code.plus(at.sums[i], FLOAT * stride) : null));
    code.set(local);
    return local;
  }

  tile(rows, widths) {
    const { code, at } = this, vectors = widths.length, spare = code.vector(rows * vectors);
    this.ready = new Set();
    const places = [];
    for (let i = 0; i < rows; i++) for (let j = 0; j < vectors; j++) {
      places.push({ i, j, width: widths[j], sum: code.vector(i * vectors + j), offset: FLOAT * (i * this.columns + 4 * j) });
    }
    const target = (this.target ??= code.whole());
    code.get(this.result).plus(at.row, FLOAT * this.columns).plus(at.column, FLOAT);
    this.steps.forEach((step, i) => code.plus(at.outer[i], FLOAT * step));
    code.set(target);
    const fresh = () => places.forEach(({ sum }) => code.zeros().set(sum));
    const resumed = () => places.forEach(({ sum, offset, width }) => code.loadFrom(target, offset, width).set(sum));
    if (this.inside < this.sums.length) code.get(this.begun).choose(resumed, fresh);
    else fresh();
    for (const [a, b] of this.terms) this.term(a, b, rows, widths);
    for (const place of places) {
      this.ended(this.ending, place);
      code.storeTo(target, place.offset, place.width, spare);
    }
  }

  /** Adds the products of one term to the sums of the tile. */
  term(a, b, rows, widths) {
    const { code, left, right } = this;
    code.get(this.pointer(a)).set(left).get(this.pointer(b)).set(right);
    const walk = (axis) => {
      if (axis < 0) return this.multiplied(a, b, rows, widths);
      code.repeat(this.at.sums[axis], this.sums[axis], 1, () => {
        walk(axis - 1);
        const walked = (side) => (axis ? this.sums[axis - 1] * side.sums[axis - 1] : 0);
        code.moved(left, FLOAT * (a.sums[axis] - walked(a))).moved(right, FLOAT * (b.sums[axis] - walked(b)));
      });
    };
    walk(this.inside - 1);
  }

  /** One step: V8 moves all loads of a loop's body to its start, so more of them would not fit into the registers. */
  multiplied(a, b, rows, widths) {
    const { code, left, right } = this, vectors = widths.length;
    const seconds = widths.map((_, j) => code.vector(rows * vectors + j));
    const first = code.vector(rows * vectors + vectors);
    seconds.forEach((local, j) => code.loadFrom(right, FLOAT * (b.offset + 4 * j), widths[j]).set(local));
    for (let i = 0; i < rows; i++) {
      code.get(left).spread(FLOAT * (a.offset + i * a.row)).set(first);
      seconds.forEach((second, j) => {
        const sum = code.vector(i * vectors + j);
        if (this.fused) code.get(first).get(second).get(sum).multiplyAdd();
        else code.get(sum).get(first).get(second).floats("Mul").floats("Add");
        code.set(sum);
      });
    }
  }

  ended([word, ...parts], place) {
    const { code } = this;
    if (word === "sum") return void code.get(place.sum);
    if (word === "constant") return void code.float(parts[0]);
    if (word === "other") {
      const side = this.others[parts[0]];
      const offset = FLOAT * (side.offset + place.i * side.row + (side.column ? 4 * place.j : 0));
      const local = this.pointer(side);
      return void (side.column ? code.loadFrom(local, offset, place.width) : code.get(local).spread(offset));
    }
    parts.forEach((part) => this.ended(part, place));
    code.floats(word);
  }
}
