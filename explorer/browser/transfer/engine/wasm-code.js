// A small assembler: one WebAssembly function of 32-bit whole numbers over an imported memory, with vectors of four floats.

export const FLOAT = 4; // bytes

const I32 = 0x7f, V128 = 0x7b, NOTHING = 0x40, SIMD = 0xfd;

/** A whole number from 0 in LEB128. */
function unsigned(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}

function signed(value) {
  const bytes = [];
  for (;;) {
    const low = value & 127;
    value >>= 7;
    if ((value === 0 && !(low & 64)) || (value === -1 && low & 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

const text = (word) => [word.length, ...[...word].map((letter) => letter.charCodeAt(0))];
const section = (id, body) => [id, ...unsigned(body.length), ...body];

/** A module that exports `kernel`, of `parameters` whole numbers, over `env.memory`. */
function moduleOf(parameters, body) {
  return Uint8Array.from([
    0, 97, 115, 109, 1, 0, 0, 0,
    ...section(1, [1, 0x60, ...unsigned(parameters), ...Array(parameters).fill(I32), 0]),
    ...section(2, [1, ...text("env"), ...text("memory"), 2, 0, 0]),
    ...section(3, [1, 0]),
    ...section(7, [1, ...text("kernel"), 0, 0]),
    ...section(10, [1, ...unsigned(body.length), ...body]),
  ]);
}

export class Code {
  /** `vectors`: how many locals of four floats; they come after the parameters, the whole numbers after them. */
  constructor(parameters, vectors) {
    Object.assign(this, { parameters, vectors, wholes: 0, bytes: [] });
  }

  emit(...bytes) {
    for (const byte of bytes) this.bytes.push(byte);
    return this;
  }

  whole() {
    return this.parameters + this.vectors + this.wholes++;
  }

  vector(i) {
    return this.parameters + i;
  }

  get(local) { return this.emit(0x20, ...unsigned(local)); }
  set(local) { return this.emit(0x21, ...unsigned(local)); }
  constant(value) { return this.emit(0x41, ...signed(value)); }
  add() { return this.emit(0x6a); }

  /** local x factor, added to what lies on the stack. */
  plus(local, factor = 1) {
    if (factor === 0) return this;
    this.get(local);
    if (factor !== 1) this.constant(factor).emit(0x6c);
    return this.add();
  }

  moved(local, by) {
    return by === 0 ? this : this.get(local).constant(by).add().set(local);
  }

  /** For local = 0, step, 2 step ... below `end`, at least once. */
  repeat(local, end, step, body) {
    if (end <= step) {
      this.constant(0).set(local);
      body();
      return this;
    }
    this.constant(0).set(local).emit(0x03, NOTHING);
    body();
    return this.moved(local, step).get(local).constant(end).emit(0x49, 0x0d, 0, 0x0b);
  }

  /** then() where the number on the stack is not 0, else otherwise(). */
  choose(then, otherwise) {
    this.emit(0x04, NOTHING);
    then();
    this.emit(0x05);
    otherwise();
    return this.emit(0x0b);
  }

  load(offset) { return this.emit(SIMD, 0, 2, ...unsigned(offset)); }
  /** The first `count` floats from where `local` and an offset point to, 0 behind them; nothing else is read. */
  loadFrom(local, offset, count) {
    if (count === 4) return this.get(local).load(offset);
    if (count === 1) return this.get(local).emit(SIMD, 92, 2, ...unsigned(offset));
    const two = () => this.get(local).emit(SIMD, 93, 2, ...unsigned(offset));
    if (count === 2) return two();
    this.get(local);
    return two().emit(SIMD, 86, 2, ...unsigned(offset + 8), 2);
  }
  /** One float, four times. */
  spread(offset) { return this.emit(SIMD, 9, 2, ...unsigned(offset)); }
  /** The first `count` floats of what lies on the stack to where `local` and an offset point to; `spare`: a vector's local. */
  storeTo(local, offset, count, spare) {
    this.set(spare).get(local).get(spare);
    if (count === 4) return this.emit(SIMD, 11, 2, ...unsigned(offset));
    if (count === 1) return this.emit(SIMD, 90, 2, ...unsigned(offset), 0);
    this.emit(SIMD, 91, 2, ...unsigned(offset), 0);
    return count === 2 ? this : this.get(local).get(spare).emit(SIMD, 90, 2, ...unsigned(offset + 8), 2);
  }
  zeros() { return this.emit(SIMD, 12, ...Array(16).fill(0)); }
  float(value) {
    return this.emit(0x43, ...new Uint8Array(Float32Array.of(value).buffer)).emit(SIMD, 19);
  }

  floats(word) {
    const code = { Add: 0xe4, Sub: 0xe5, Mul: 0xe6, Min: 0xe8, Max: 0xe9 }[word];
    return this.emit(SIMD, code, 1);
  }

  /** a b c -> a x b + c, rounded once or twice as the processor has it. */
  multiplyAdd() { return this.emit(SIMD, 0x85, 2); }

  /** to, value, count -> bytes filled. */
  fill() { return this.emit(0xfc, 11, 0); }
  /** to, from, count -> bytes copied. */
  copy() { return this.emit(0xfc, 10, 0, 0); }

  finish() {
    const groups = [[this.vectors, V128], [this.wholes, I32]].filter(([count]) => count);
    const locals = [groups.length, ...groups.flatMap(([count, type]) => [...unsigned(count), type])];
    return moduleOf(this.parameters, [...locals, ...this.bytes, 0x0b]);
  }
}

/** Whether the browser multiplies and adds in one instruction. */
export const hasMultiplyAdd = () => {
  const code = new Code(0, 1);
  code.zeros().zeros().zeros().multiplyAdd().set(code.vector(0));
  return WebAssembly.validate(code.finish());
};
