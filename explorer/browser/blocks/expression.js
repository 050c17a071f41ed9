// Small formulas such as "k*k*c*f": their value, and how they are written. The rules of explorer/buildingblocks/expression.py.

const TOKEN = /\s*(?:(\d+)|([a-z][a-z0-9_]*)|(\/\/|>=|==|[-+*%()<>]))/y;
const LEVELS = [["<", ">", ">=", "=="], ["+", "-"], ["*", "//", "%"]];
const SIGNS = {
  "<": (a, b) => +(a < b), ">": (a, b) => +(a > b), ">=": (a, b) => +(a >= b), "==": (a, b) => +(a === b),
  "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "//": (a, b) => Math.floor(a / b), "%": (a, b) => ((a % b) + b) % b,
};
const WRITTEN = { "*": " × ", "//": " / ", "+": " + ", "-": " − " };
const kept = new Map();

/** The numbers, names and signs of a formula. */
export function tokens(text) {
  if (kept.has(text)) return kept.get(text);
  const found = [];
  for (TOKEN.lastIndex = 0; text.slice(TOKEN.lastIndex).trim(); ) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new RangeError(`no formula: ${text.slice(at)}`);
    found.push(match[1] ?? match[2] ?? match[3]);
  }
  kept.set(text, found);
  return found;
}

/** What a formula comes to. */
export function value(text, numbers) {
  const all = tokens(text);
  let at = 0;
  const atom = () => {
    const token = all[at++];
    if (token === "(") {
      const inside = level(0);
      if (all[at++] !== ")") throw new RangeError(`no closing bracket: ${text}`);
      return inside;
    }
    if (/^\d/.test(token)) return Number(token);
    if (!(token in numbers)) throw new RangeError(`unknown name: ${token}`);
    return numbers[token];
  };
  const level = (index) => {
    if (index === LEVELS.length) return atom();
    let result = level(index + 1);
    while (LEVELS[index].includes(all[at])) { const sign = all[at++]; result = SIGNS[sign](result, level(index + 1)); }
    return result;
  };
  return level(0);
}

/** A formula as it is printed: names by their symbols (letters or numbers), x*x as a square. */
export function written(text, symbols) {
  const parts = tokens(text).map((token) => String(symbols[token] ?? token));
  const out = [];
  for (let at = 0; at < parts.length; ) {
    const [x, sign, y] = parts.slice(at, at + 3);
    const square = sign === "*" && x === y && /^[\p{L}\p{N}]/u.test(x) && out.at(-1) !== "//";
    out.push(square ? `${x}²` : x);
    at += square ? 3 : 1;
  }
  return out.map((part) => WRITTEN[part] ?? part).join("");
}
