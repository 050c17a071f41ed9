// Writing a zip of files that are packed already (PNG): stored as they are, names in UTF-8.
import { checksum } from "./zip-read.js";

const UNICODE = 0x800, VERSION = 20;
const DAY = ((2000 - 1980) << 9) | (1 << 5) | 1; // one date for all: the same pictures give the same zip

function record(signature, length, fields) {
  const view = new DataView(new ArrayBuffer(length));
  view.setUint32(0, signature, true);
  for (const [at, bytes, value] of fields) view[bytes === 2 ? "setUint16" : "setUint32"](at, value, true);
  return new Uint8Array(view.buffer);
}

/** A Blob from [{name, bytes: Uint8Array}]. */
export function zipOf(files) {
  const body = [], list = [];
  let at = 0;
  for (const { name, bytes } of files) {
    const path = new TextEncoder().encode(name);
    const crc = checksum(bytes);
    const facts = (from) => [[from, 2, VERSION], [from + 2, 2, UNICODE], [from + 8, 2, DAY], [from + 10, 4, crc], [from + 14, 4, bytes.length], [from + 18, 4, bytes.length], [from + 22, 2, path.length]];
    body.push(record(0x04034b50, 30, facts(4)), path, bytes);
    list.push(record(0x02014b50, 46, [[4, 2, VERSION], ...facts(6), [42, 4, at]]), path);
    at += 30 + path.length + bytes.length;
  }
  const length = list.reduce((sum, piece) => sum + piece.length, 0);
  const end = record(0x06054b50, 22, [[8, 2, files.length], [10, 2, files.length], [12, 4, length], [16, 4, at]]);
  return new Blob([...body, ...list, end], { type: "application/zip" });
}
