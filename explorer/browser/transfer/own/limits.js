// What is accepted of a learner's own pictures, and how it is said.
import { LIMITS as FILE } from "../../shared/picture-file.js";

export const LIMITS = Object.freeze({
  pictures: 5000, // together, in all classes
  classes: 200,
  name: 40, // characters of a class's name
  kept_px: 96, // the longest side that is kept of a picture
  file_bytes: FILE.bytes,
  zip_entries: 20_000,
  unpacked_bytes: 1e9, // of a whole zip
  ratio: 120, // unpacked to packed, from `ratio_from_bytes` on
  ratio_from_bytes: 50e6,
});

export const number = (n) => n.toLocaleString("en");
export const pictures = (n) => (n === 1 ? "1 picture" : `${number(n)} pictures`);
export const size = (bytes) => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${number(Math.ceil(bytes / 1e3))} kB`);
export const quoted = (name) => `“${name}”`;

/** A class's name as it is kept: one line, composed letters, not too long, no sign cut in two. */
export const tidied = (name) => String(name).normalize("NFC").replace(/[\p{Cc}\p{Cf}]/gu, " ").replace(/\s+/g, " ").trim().slice(0, LIMITS.name).replace(/[\ud800-\udbff]$/, "").trim();

/** Names that differ in capitals alone are one name. */
export const keyOf = (name) => tidied(name).toLowerCase();
