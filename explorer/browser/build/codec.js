// A network as a short text for the link, and back: rows joined by "_", each a letter, its main setting, and what is
// not usual ("c64K5P2": conv, 64 filters, kernel 5, padding 2). Whatever was typed survives, nonsense included.
import { KINDS } from "./kinds.js";
import { MOST_ROWS } from "./measure.js";

export const LONGEST_LINK = 8000; // characters; longer addresses are cut by some servers and chat programs
const PLAIN = /^(\d+(x\d+)?|\d*\.\d+)$/;
const BY_LETTER = Object.fromEntries(Object.values(KINDS).map((kind) => [kind.letter, kind]));
export const LONGEST_TEXT = 40;

let counter = 0;
/** A row for the editor. `text` holds what was typed, by the name of the setting; what is missing is usual. */
export const newRow = (kind, text = {}) => Object.freeze({ id: ++counter, kind, text: Object.freeze(text) });

/** "abc" as "*2p-2q-2r*": letters that an address keeps as they are. */
const armoured = (text) => `*${[...text].map((letter) => letter.codePointAt(0).toString(36)).join("-")}*`;
const bare = (text) => String.fromCodePoint(...text.slice(1, -1).split("-").filter(Boolean).map((code) => parseInt(code, 36)));

function put(setting, text) {
  if (setting.type === "choice" && setting.options.includes(text)) return setting.letter + setting.options.indexOf(text);
  return setting.letter + (PLAIN.test(text) ? text : armoured(text));
}

function get(setting, text) {
  if (text.startsWith("*")) return bare(text);
  return setting.type === "choice" ? setting.options[+text] ?? text : text;
}

export function writeRow(row) {
  const kind = KINDS[row.kind];
  const parts = kind.settings.filter((s) => s.name in row.text && (s.main || row.text[s.name] !== s.usual)).map((s) => put(s, row.text[s.name]));
  return kind.letter + parts.join("");
}

/** The text of a network; "0" is the empty one. */
export const write = (rows) => rows.map(writeRow).join("_") || "0";

const VALUE = String.raw`(\d*\.\d+|\d+(?:x\d+)?|\*[0-9a-z-]*\*)`;
const ROW = new RegExp(`^([a-z])${VALUE}?((?:[A-Z]${VALUE})*)$`);
const PART = new RegExp(`([A-Z])${VALUE}`, "g");

function readRow(text) {
  const found = ROW.exec(text), kind = found && BY_LETTER[found[1]];
  if (!kind) return undefined;
  const parts = [...(found[2] === undefined ? [] : [["", found[2]]]), ...[...found[3].matchAll(PART)].map(([, letter, value]) => [letter, value])];
  const typed = {};
  for (const [letter, value] of parts) {
    const setting = kind.settings.find((s) => s.letter === letter);
    if (!setting) return undefined;
    typed[setting.name] = get(setting, value).slice(0, LONGEST_TEXT);
  }
  return newRow(kind.name, typed);
}

/** Rows from the text of a link; undefined when it is none. */
export function read(text) {
  if (text === "0") return [];
  const parts = text.split("_");
  if (parts.length > MOST_ROWS || text.length > 200_000) return undefined;
  try {
    const rows = parts.map(readRow);
    return rows.every(Boolean) ? rows : undefined;
  } catch {
    return undefined; // a code point that does not exist
  }
}

export const writeInput = (texts) => texts.map((text) => (/^\d+$/.test(text) ? text : armoured(text))).join("_");

export function readInputText(text) {
  const parts = text.split("_");
  if (parts.length !== 3 || !parts.every((part) => /^(\d{1,40}|\*[0-9a-z-]{0,400}\*)$/.test(part))) return undefined;
  try {
    return parts.map((part) => (part.startsWith("*") ? bare(part) : part).slice(0, LONGEST_TEXT));
  } catch {
    return undefined;
  }
}

/** Rows from [kind, settings] as the server writes them. */
export function fromServer(rows) {
  const text = (value) => (value === true ? "1" : value === false ? "0" : value === null ? "" : Array.isArray(value) ? value.join("x") : String(value));
  return rows.map(([kind, settings = {}]) => {
    const known = KINDS[kind].settings.filter((s) => s.name in settings);
    const typed = Object.fromEntries(known.map((s) => [s.name, text(settings[s.name])]));
    if (typed.stride === (typed.kernel ?? "2") && kind.endsWith(" pool")) delete typed.stride; // it follows the kernel
    return newRow(kind, typed);
  });
}
