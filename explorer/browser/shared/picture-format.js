// What a file really is, read from its bytes before anything is decoded: format, size in pixels, whether it is
// whole. Each reader gives {kind, width, height, whole, notes}, or null for what it does not know.

const ANIMATION = "an animation, its first frame is used";
const ascii = (bytes, at, n) => String.fromCharCode(...bytes.subarray(at, at + n));

/** Chunks follow one another up to IEND; acTL announces an animation. */
function png(view, bytes) {
  if (bytes[0] !== 0x89 || ascii(bytes, 1, 3) !== "PNG" || ascii(bytes, 12, 4) !== "IHDR") return null;
  const notes = bytes[24] === 16 ? ["16 bits a channel, reduced to 8"] : [];
  let whole = false;
  for (let at = 8; at + 12 <= bytes.length && !whole; at += 12 + view.getUint32(at)) {
    const kind = ascii(bytes, at + 4, 4);
    if (kind === "acTL") notes.push(ANIMATION);
    whole = kind === "IEND";
  }
  return { kind: "PNG", width: view.getUint32(16), height: view.getUint32(20), notes, whole };
}

/** Blocks: extensions (0x21), frames (0x2c), the end (0x3b); data in sub-blocks that end with an empty one. */
function gif(view, bytes) {
  if (ascii(bytes, 0, 4) !== "GIF8") return null;
  const colours = (packed) => (packed & 0x80 ? 3 << ((packed & 7) + 1) : 0);
  let at = 13 + colours(bytes[10]), frames = 0;
  while (at < bytes.length && bytes[at] !== 0x3b) {
    if (bytes[at] === 0x2c) { frames++; at += 11 + colours(bytes[at + 9]); }
    else if (bytes[at] === 0x21) at += 2;
    else break;
    while (at < bytes.length && bytes[at]) at += bytes[at] + 1;
    at++;
  }
  return { kind: "GIF", width: view.getUint16(6, true), height: view.getUint16(8, true), whole: bytes[at] === 0x3b, notes: frames > 1 ? [ANIMATION] : [] };
}

function webp(view, bytes) {
  if (ascii(bytes, 0, 4) !== "RIFF" || ascii(bytes, 8, 4) !== "WEBP") return null;
  const whole = view.getUint32(4, true) + 8 <= bytes.length;
  const u24 = (at) => bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16);
  const form = ascii(bytes, 12, 4);
  if (form === "VP8X") return { kind: "WebP", width: u24(24) + 1, height: u24(27) + 1, whole, notes: bytes[20] & 2 ? [ANIMATION] : [] };
  if (form === "VP8L") {
    const bits = view.getUint32(21, true);
    return { kind: "WebP", width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1, whole, notes: [] };
  }
  return { kind: "WebP", width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, whole, notes: [] };
}

/** Segments up to the frame header, which has the size; then on to the end marker. */
function jpeg(view, bytes) {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[2] !== 0xff) return null;
  let frame = null;
  for (let at = 2; at + 1 < bytes.length; ) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === 0 || marker === 0xff || (marker >= 0xd0 && marker <= 0xd7)) at += 1; // coded data, fill
    else if (marker === 0xd9) return frame && { ...frame, whole: true };
    else if (at + 9 >= bytes.length) break;
    else {
      if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
        frame = { kind: "JPEG", height: view.getUint16(at + 5), width: view.getUint16(at + 7), notes: bytes[at + 9] === 4 ? ["CMYK inks, turned into red, green and blue"] : [] };
      at += 2 + view.getUint16(at + 2);
    }
  }
  return { kind: "JPEG", height: 0, width: 0, notes: [], ...frame, whole: false };
}

function bmp(view, bytes) {
  if (ascii(bytes, 0, 2) !== "BM" || bytes.length < 54) return null;
  return { kind: "BMP", width: Math.abs(view.getInt32(18, true)), height: Math.abs(view.getInt32(22, true)), whole: view.getUint32(2, true) <= bytes.length, notes: [] };
}

/** Formats that are known but cannot be opened, and what to do. */
function known(bytes) {
  const brand = ascii(bytes, 4, 4) === "ftyp" ? ascii(bytes, 8, 4) : "";
  if (/^(hei|hev|mif|msf)/.test(brand)) return "This is a HEIC photograph, as some telephones keep them: save it as JPEG first.";
  if (brand === "avif" || brand === "avis") return "This is an AVIF picture: save it as PNG or JPEG first.";
  if (brand) return "This is a film: a single picture is needed, as PNG, JPEG, WebP, GIF or BMP.";
  if (/^(II\*\0|MM\0\*)/.test(ascii(bytes, 0, 4))) return "This is a TIFF file: save it as PNG or JPEG first.";
  if (ascii(bytes, 0, 4) === "%PDF") return "This is a PDF document: save the picture as PNG or JPEG first.";
  if (/<svg[\s>]/i.test(ascii(bytes, 0, Math.min(bytes.length, 2000)))) return "This is an SVG drawing, made of shapes and not of pixels: save it as PNG first.";
  return "This file is no picture that can be read here: PNG, JPEG, WebP, GIF or BMP is needed, whatever its name says.";
}

/** {kind, width, height, whole, notes} of a picture file; an Error whose message is a sentence for anything else. */
export function identify(bytes) {
  if (bytes.length === 0) throw new Error("This file is empty (0 bytes).");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const [name, read] of Object.entries({ PNG: png, JPEG: jpeg, GIF: gif, WebP: webp, BMP: bmp })) {
    let found = null;
    try {
      found = read(view, bytes);
    } catch (error) {
      if (error instanceof RangeError) throw cutOff(name); // read beyond the end
      throw error;
    }
    if (found) return found;
  }
  throw new Error(known(bytes));
}

export const cutOff = (kind) => new Error(`This ${kind} file ends too early: it was cut off on its way.`);
