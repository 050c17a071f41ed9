// Reading a zip by its list of contents, piece by piece: nothing but the entry that is wanted is ever in memory. The
// browser itself unpacks (DecompressionStream). What a zip claims is checked before, what it holds while it is unpacked.
import { LIMITS, number, size } from "./limits.js";

const SIGNATURE = { end: 0x06054b50, listed: 0x02014b50, local: 0x04034b50 };
const END_BYTES = 22, LISTED_BYTES = 46, LOCAL_BYTES = 30, COMMENT_BYTES = 65_535, LIST_BYTES = 32e6;
const METHOD = { stored: 0, deflated: 8 };

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? (n >>> 1) ^ 0xedb88320 : n >>> 1;
  return n >>> 0;
});

/** The checksum of a zip (CRC-32); `before` goes on from an earlier piece. */
export function checksum(bytes, before = 0) {
  let crc = ~before;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}

const part = async (file, from, to) => new DataView(await file.slice(from, to).arrayBuffer());

/** Where the list of contents lies: it is announced at the very end of the file. */
async function listOf(file) {
  const from = Math.max(0, file.size - END_BYTES - COMMENT_BYTES);
  const tail = await part(file, from, file.size);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== SIGNATURE.end) continue;
    const [count, bytes, start] = [tail.getUint16(at + 10, true), tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)];
    if (count === 0xffff || start === 0xffffffff) throw new Error("This zip has the form for very large files (zip64): pack fewer pictures into one.");
    if (start + bytes > from + at) break;
    return { count, bytes, start };
  }
  throw new Error("This file is no zip, or its end is missing: it may have been cut off on its way.");
}

function nameOf(bytes, isUnicode) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(isUnicode ? "utf-8" : "windows-1252").decode(bytes);
  }
}

function entriesIn(view, count) {
  const entries = [];
  for (let at = 0; entries.length < count; ) {
    if (at + LISTED_BYTES > view.byteLength || view.getUint32(at, true) !== SIGNATURE.listed) throw new Error("The list of contents of this zip is damaged.");
    const u16 = (offset) => view.getUint16(at + offset, true), u32 = (offset) => view.getUint32(at + offset, true);
    const end = at + LISTED_BYTES + u16(28);
    const name = nameOf(new Uint8Array(view.buffer, at + LISTED_BYTES, Math.min(u16(28), view.byteLength - at - LISTED_BYTES)), Boolean(u16(8) & 0x800));
    entries.push({ name, locked: Boolean(u16(8) & 1), method: u16(10), crc: u32(16), packed: u32(20), size: u32(24), at: u32(42) });
    at = end + u16(30) + u16(32);
  }
  return entries;
}

/** Sizes that no honest set of pictures has, and entries that lie over one another, end the matter before it begins. */
function checkClaims(entries, start) {
  const [packed, unpacked] = ["packed", "size"].map((key) => entries.reduce((sum, entry) => sum + entry[key], 0));
  if (entries.length > LIMITS.zip_entries) throw new Error(`This zip has ${number(entries.length)} entries; at most ${number(LIMITS.zip_entries)} are opened.`);
  if (unpacked > LIMITS.unpacked_bytes) throw new Error(`This zip would unpack to ${size(unpacked)}; at most ${size(LIMITS.unpacked_bytes)} is unpacked. It was not opened.`);
  if (unpacked > LIMITS.ratio_from_bytes && unpacked > packed * LIMITS.ratio) throw new Error(`This zip would unpack ${size(packed)} to ${size(unpacked)}, as zip bombs do: pictures never shrink that much. It was not opened.`);
  const sorted = [...entries].sort((a, b) => a.at - b.at);
  const overlap = sorted.some((entry, i) => entry.at + LOCAL_BYTES + entry.packed > (sorted[i + 1]?.at ?? start));
  if (overlap) throw new Error("The entries of this zip lie over one another, as in zip bombs, or it is damaged. It was not opened.");
}

/** The files in a zip: [{name, size, …}]; an Error with a sentence where it should not be opened. */
export async function listZip(file) {
  const { count, bytes, start } = await listOf(file);
  if (bytes > LIST_BYTES) throw new Error(`The list of contents of this zip alone has ${size(bytes)}. It was not opened.`);
  const entries = entriesIn(await part(file, start, start + bytes), count);
  checkClaims(entries, start);
  return entries.filter((entry) => !entry.name.endsWith("/"));
}

async function packedData(file, { at, packed }) {
  const head = await part(file, at, at + LOCAL_BYTES);
  if (head.byteLength < LOCAL_BYTES || head.getUint32(0, true) !== SIGNATURE.local) throw new Error("Damaged in the zip: it does not begin where the list of contents says.");
  const from = at + LOCAL_BYTES + head.getUint16(26, true) + head.getUint16(28, true);
  return file.slice(from, from + packed);
}

/** One entry's bytes as a Blob. It never grows beyond what the zip announced. */
export async function unpack(file, entry) {
  if (entry.locked) throw new Error("Locked with a password in the zip.");
  if (entry.size > LIMITS.file_bytes) throw new Error(`This file has ${size(entry.size)}; at most ${size(LIMITS.file_bytes)} can be opened.`);
  if (!Object.values(METHOD).includes(entry.method)) throw new Error(`Packed in a way that browsers cannot unpack (method ${entry.method}).`);
  const blob = await packedData(file, entry);
  const stream = entry.method === METHOD.stored ? blob.stream() : blob.stream().pipeThrough(new DecompressionStream("deflate-raw"));
  const pieces = [];
  let total = 0, crc = 0;
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw new Error("Damaged in the zip: it cannot be unpacked."); });
    if (done) break;
    total += value.length;
    if (total > entry.size) {
      reader.cancel().catch(() => undefined);
      throw new Error(`Unpacks to more than the ${size(entry.size)} that the zip announced: stopped there.`);
    }
    crc = checksum(value, crc);
    pieces.push(value);
  }
  if (total !== entry.size || crc !== entry.crc) throw new Error("Damaged in the zip: its checksum is wrong.");
  return new Blob(pieces);
}
