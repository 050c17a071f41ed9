// Settings of a row: what was typed, as text, and what it means. Anything can be typed; what cannot be is said.

export const MOST_CHANNELS = 65_536, MOST_FEATURES = 4_194_304, LARGEST_WINDOW = 1024, LARGEST_SIDE = 65_536;

export class Problem extends Error {}

const quoted = (text) => `"${text.length > 24 ? text.slice(0, 23) + "…" : text}"`;
const range = (low, high) => `a whole number from ${low} to ${high} is needed`;

/** A whole number in a range. */
export function whole(name, text, low, high) {
  const typed = text.trim();
  if (typed === "") throw new Problem(`${name} is empty: ${range(low, high)}`);
  if (!/^[+-]?\d+$/.test(typed)) throw new Problem(`${name} must be a whole number, got ${quoted(typed)}: ${range(low, high)}`);
  const number = Number(typed);
  if (number < low || number > high) throw new Problem(`${name} must be ${low} to ${high}, got ${typed.length > 24 ? typed.slice(0, 23) + "…" : typed}`);
  return number;
}

/** [rows, columns] from one number ("3") or two ("3x5", "3, 5"). */
function pair(name, text, low, high) {
  const parts = text.trim().split(/\s*[x×,; ]\s*/);
  if (parts.length > 2) throw new Problem(`${name} must be one number or two ("3" or "3x5"), got ${quoted(text)}`);
  const numbers = parts.map((part) => whole(name, part, low, high));
  return numbers.length === 2 ? numbers : [numbers[0], numbers[0]];
}

function share(name, text) {
  const typed = text.trim().replace(",", ".");
  const number = typed === "" ? NaN : Number(typed);
  if (!(number >= 0 && number <= 1)) throw new Problem(`${name} must be a number from 0 to 1, ${typed === "" ? "and is empty" : `got ${quoted(typed)}`}`);
  return number;
}

const READERS = {
  whole: (s, text) => whole(s.name, text, s.low, s.high),
  pair: (s, text) => pair(s.name, text, s.low, s.high),
  share: (s, text) => share(s.name, text),
  flag: (s, text) => text === "1",
  choice: (s, text) => {
    if (!s.options.includes(text)) throw new Problem(`${s.name} must be one of ${s.options.join(", ")}, got ${quoted(text)}`);
    return text;
  },
};

/** The text of one setting of a row. */
export const textOf = (row, setting) => row.text[setting.name] ?? setting.usual;

/** All settings of a row as values. Throws a Problem with `.setting`, the name of the one that cannot be. */
export function valuesOf(row, settings) {
  const values = {};
  for (const setting of settings) {
    const text = setting.only && !setting.only(row) ? setting.usual : textOf(row, setting);
    if (setting.optional && text.trim() === "") { values[setting.name] = null; continue; }
    try {
      values[setting.name] = READERS[setting.type](setting, text);
    } catch (problem) {
      problem.setting = setting.name;
      throw problem;
    }
  }
  return values;
}

const numbers = (type, low, high) => (name, usual, letter, more = {}) => ({ name, usual, letter, type, low, high, ...more });
export const channelCount = numbers("whole", 1, MOST_CHANNELS);
export const featureCount = numbers("whole", 1, MOST_FEATURES);
export const rowCount = numbers("whole", 1, 1000);
export const size = numbers("pair", 1, LARGEST_WINDOW);
export const padding = numbers("pair", 0, LARGEST_WINDOW);
export const flag = (name, usual, letter, more = {}) => ({ name, usual, letter, type: "flag", ...more });
export const choice = (name, options, letter, more = {}) => ({ name, usual: options[0], letter, type: "choice", options, ...more });
