// Counts and bytes as text.

const exact = new Intl.NumberFormat("en");
const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** "61,100,840"; beyond what can be counted exactly, "≈ 1.8 × 10²⁵". */
export function count(n) {
  if (Number.isSafeInteger(n)) return exact.format(n);
  if (!Number.isFinite(n)) return "more than 10³⁰⁸";
  const [digits, power] = n.toExponential(2).split("e+");
  return `≈ ${digits} × 10${[...power].map((d) => SUPERSCRIPT[+d]).join("")}`;
}

/** At most about seven characters: "9,216", "3.98 M", "102.8 M". */
export function brief(n) {
  if (n < 1e6) return exact.format(n);
  const step = [[1e15, ""], [1e12, " T"], [1e9, " G"], [1e6, " M"]].find(([size]) => n >= size);
  if (step[0] === 1e15) return count(n);
  return (n / step[0]).toPrecision(n / step[0] >= 1000 ? 4 : n / step[0] >= 100 ? 4 : 3) + step[1];
}

/** Bytes in units of 1024: "22.5 KiB". */
export function bytes(n) {
  if (n < 1024) return `${n} B`;
  const power = Math.min(5, Math.floor(Math.log2(n) / 10));
  const value = n / 1024 ** power;
  return `${value >= 1e6 ? value.toExponential(1) : value >= 100 ? value.toFixed(0) : value.toPrecision(3)} ${["B", "KiB", "MiB", "GiB", "TiB", "PiB"][power]}`;
}

/** A jump of 2 or 2.1667 pixels in few characters. */
export const pixels = (n) => (Number.isInteger(n) ? exact.format(n) : n.toFixed(2));

/** Two sizes as one number where they are equal: "11", "11 × 7". */
export const both = ([a, b], text = pixels) => (a === b ? text(a) : `${text(a)} × ${text(b)}`);
