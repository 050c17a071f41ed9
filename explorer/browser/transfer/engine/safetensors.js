// Reads and writes safetensors: an 8-byte length, a JSON head, then the numbers.
// Source: https://github.com/huggingface/safetensors, "Format".

const ARRAYS = { F32: Float32Array, U8: Uint8Array, I32: Int32Array };

/** The tensors of a file: name -> {shape, data}, copied only where they are not aligned. Throws a sentence for a bad file. */
export function readTensors(buffer) {
  if (buffer.byteLength < 8) throw new Error("This file of weights is empty.");
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  if (length > buffer.byteLength - 8) throw new Error("This file of weights is cut off.");
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length)));
  const found = new Map();
  for (const [name, { dtype, shape, data_offsets: range }] of Object.entries(head)) {
    if (name === "__metadata__") continue;
    if (!ARRAYS[dtype]) throw new Error(`${name} is of type ${dtype}, which is not read here.`);
    const [start, end] = range.map((place) => place + 8 + length);
    const count = shape.reduce((a, b) => a * b, 1), width = ARRAYS[dtype].BYTES_PER_ELEMENT;
    if (end > buffer.byteLength || end - start !== count * width) throw new Error(`${name} is cut off in this file of weights.`);
    const data = start % width ? new ARRAYS[dtype](buffer.slice(start, end)) : new ARRAYS[dtype](buffer, start, count);
    found.set(name, { shape, data });
  }
  return found;
}

/** {head, start}: what a file says of its tensors, and where their numbers begin. */
function opened(buffer) {
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  return { head: JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 8, length))), start: 8 + length };
}

/** How long the file is of which these are the first bytes, its head among them. */
export function lengthOf(bytes) {
  const { head, start } = opened(bytes.buffer);
  return start + Math.max(0, ...Object.entries(head).filter(([name]) => name !== "__metadata__").map(([, { data_offsets: [, end] }]) => end));
}

/** One file of the tensors of several. */
export function joined(buffers) {
  const head = {}, parts = [];
  let place = 0;
  for (const buffer of buffers) {
    const { head: own, start } = opened(buffer);
    for (const [name, { dtype, shape, data_offsets: [from, to] }] of Object.entries(own)) {
      if (name !== "__metadata__") head[name] = { dtype, shape, data_offsets: [place + from, place + to] };
    }
    parts.push([new Uint8Array(buffer, start), place]);
    place += buffer.byteLength - start;
  }
  const { file, start } = begun(head, place);
  for (const [numbers, at] of parts) file.set(numbers, start + at);
  return file.buffer;
}

/** A file with its head, room for the numbers behind it. */
function begun(head, count) {
  let text = JSON.stringify(head);
  text += " ".repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const bytes = new TextEncoder().encode(text);
  const file = new Uint8Array(8 + bytes.length + count);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  return { file, start: 8 + bytes.length };
}

/** What stands in the head of a file beside its tensors. */
export function readMetadata(buffer) {
  return opened(buffer).head.__metadata__ ?? {};
}

/** The file of some float32 tensors: entries [name, {shape, data}]. */
export function writeTensors(entries, metadata = { format: "pt" }) {
  const head = { __metadata__: metadata };
  let place = 0;
  const parts = [...entries];
  for (const [name, { shape, data }] of parts) {
    head[name] = { dtype: "F32", shape, data_offsets: [place, place + data.length * 4] };
    place += data.length * 4;
  }
  const { file, start } = begun(head, place);
  for (const [name, { data }] of parts) new Float32Array(file.buffer, start + head[name].data_offsets[0], data.length).set(data);
  return file.buffer;
}
