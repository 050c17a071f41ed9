// Opening a chosen file safely, and turning pixels into planes of numbers. Everything here stays in the browser.
import { cutOff, identify } from "./picture-format.js";

export const LIMITS = { bytes: 40e6, pixels: 50e6, smallest_px: 3, side_px: 512 };

/** {kind, width, height, notes, whole} from the bytes, or an Error whose message is a sentence. */
export function sniff(bytes) {
  const found = identify(bytes);
  const { width, height } = found;
  const size = `${width.toLocaleString("en")} × ${height.toLocaleString("en")} pixels`;
  if (width * height > LIMITS.pixels) throw new Error(`This picture claims ${size}: too large to open safely (at most ${LIMITS.pixels / 1e6} million).`);
  if (!found.whole) throw cutOff(found.kind);
  if (Math.min(width, height) < LIMITS.smallest_px) throw new Error(`This picture has only ${size}: a kernel needs at least ${LIMITS.smallest_px} × ${LIMITS.smallest_px}.`);
  return found;
}

/** A file -> {canvas (upright, longest side at most LIMITS.side_px), note}; an Error with a sentence otherwise. */
export async function openFile(file) {
  if (file.size > LIMITS.bytes) throw new Error(`This file has ${(file.size / 1e6).toFixed(0)} MB; at most ${LIMITS.bytes / 1e6} MB can be opened.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const found = sniff(bytes);
  let bitmap;
  try {
    bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image", colorSpaceConversion: "default" });
  } catch {
    throw new Error(`This ${found.kind} file is damaged: its pixels cannot be read.`);
  }
  const canvas = drawn(bitmap, bitmap.width, bitmap.height);
  const shrunk = canvas.width !== bitmap.width ? [`scaled from ${bitmap.width} × ${bitmap.height}`] : [];
  bitmap.close();
  return { canvas, note: [...found.notes, ...shrunk].join("; ") };
}

/** Draw a source on a canvas, at most `side` px long, on white where it is transparent. */
export function drawn(source, width, height, side = LIMITS.side_px) {
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  ctx.fillStyle = "#ffffff";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

/**
 * The red, green and blue planes of a canvas, and grey = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601), 0..255. Grey is
 * rounded to whole numbers, exactly as Pillow's convert("L") does: so products can be followed by hand.
 */
export function planes(canvas, into = null) {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, width, height);
  const n = width * height;
  const out = into && into.n === n ? into : { n, arrays: [0, 1, 2, 3].map(() => new Float64Array(n)) };
  const [r, g, b, grey] = out.arrays;
  for (let i = 0, p = 0; i < n; i++, p += 4) {
    r[i] = data[p];
    g[i] = data[p + 1];
    b[i] = data[p + 2];
    grey[i] = (19595 * data[p] + 38470 * data[p + 1] + 7471 * data[p + 2] + 32768) >> 16;
  }
  const plane = (array) => ({ data: array, height, width });
  return { n, arrays: out.arrays, colour: [plane(r), plane(g), plane(b)], grey: plane(grey), height, width };
}
