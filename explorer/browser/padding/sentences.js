// What the figure says in words: the size formula with its numbers, what is left over, what one cell does.
import { short } from "../shared/colour.js";
import { copiesOf, fed, isInput, sourceOf, unread } from "./arithmetic.js";
import { KIND_LABELS } from "./settings.js";

const plural = (n, one, many = one + "s") => `${n} ${n === 1 ? one : many}`;

/** "⌊(7 + 2·0 − 1·(3 − 1) − 1) / 3⌋ + 1 = ⌊4 / 3⌋ + 1 = ⌊1.33⌋ + 1 = 2" */
export function sizeFormula(side) {
  const { n, k, s, d, before, after, room, count } = side;
  const border = before === after ? `2·${before}` : `${before} + ${after}`;
  const first = `⌊(${n} + ${border} − ${d}·(${k} − 1) − 1) / ${s}⌋ + 1`;
  if (room < 0) return `${first}: the window covers ${side.window}, the padded side only ${side.total}`;
  const share = s > 1 ? [`⌊${room} / ${s}⌋ + 1`] : [];
  const uneven = room % s ? [`⌊${(room / s).toFixed(2)}⌋ + 1`] : [];
  return [first, ...share, ...uneven, String(count)].join(" = ");
}

/** The formula in letters, then filled in for both sides. */
export function formulas(done) {
  if (done.why && !done.tooLarge) return [];
  const [rows, columns] = [sizeFormula(done.rows), sizeFormula(done.columns)];
  return rows === columns ? [`H′ = W′ = ${rows}`] : [`H′ = ${rows}`, `W′ = ${columns}`];
}

/** What the dilated window covers. */
export function coverage({ how, columns }) {
  if (how.d === 1) return "";
  return `The window covers d·(k − 1) + 1 = ${how.d}·(${how.k} − 1) + 1 = ${columns.window} cells along each side, and reads ${how.k}.`;
}

function leftAlong(side, one) {
  if (!side.leftover) return "";
  const ofInput = Math.max(0, side.leftover - side.after);
  const ofPadding = side.leftover - ofInput;
  const parts = [ofInput ? `the last ${ofInput === 1 ? one : plural(ofInput, one)}` : "", ofPadding ? `the last padding ${ofPadding === 1 ? one : plural(ofPadding, one)}` : ""].filter(Boolean);
  const together = parts.join(" and ");
  return `${together} ${parts.length > 1 || side.leftover > 1 ? "are" : "is"} never read`;
}

const capital = (text) => text && text[0].toUpperCase() + text.slice(1);

/** Which cells no window reads: what the stride leaves over at the end, and what the gaps jump over. */
export function leftovers(done) {
  if (!done.output) return "";
  const left = [leftAlong(done.columns, "column"), leftAlong(done.rows, "row")].filter(Boolean);
  const missed = unread(done);
  const all = done.rows.n * done.columns.n;
  const total = missed ? `${missed} of ${all} input cells ${missed === 1 ? "is" : "are"} never read (crossed out).` : left.length ? "" : "Every input cell is read.";
  return [left.length ? capital(left.join(", ")) + "." : "", total].filter(Boolean).join(" ");
}

/** How unevenly the cells of the input are read. */
export function unevenness(done, times) {
  if (!done.output) return "";
  const { rows, columns } = done;
  const at = (y, x) => times.data[(y + rows.before) * columns.total + x + columns.before];
  const corner = at(0, 0), middle = at(Math.floor(rows.n / 2), Math.floor(columns.n / 2));
  return `The corner cell is read by ${plural(corner, "window")}, the middle cell by ${middle}.`;
}

/** Output cell (row, column): every product and the sum. */
export function stepText({ row, column }, products, sum) {
  const shown = products.length <= 9 ? products : products.filter((term) => term.weight !== 0);
  const list = shown.length <= 25 ? shown.map(({ value, weight }) => `${short(value)}·${weight < 0 ? `(${short(weight)})` : short(weight)}`).join(" + ") : plural(products.length, "product");
  const padded = products.filter((term) => term.padding).length;
  return `Row ${row}, column ${column}: ${list || "no weight but zeros"} = ${short(sum, 5)}${padded ? `; ${padded} of ${products.length} values come from the padding` : ""}`;
}

const named = (done, { row, column }) => `row ${row - done.rows.before}, column ${column - done.columns.before}`;

/** What one cell of the padded input is and feeds. */
export function cellText(done, cell) {
  const value = short(done.padded.data[cell.row * done.padded.width + cell.column], 4);
  const direct = fed(done, cell.row, cell.column).length;
  const windows = `read by ${direct} of ${plural(done.output.data.length, "window")}`;
  if (!isInput(done, cell.row, cell.column)) {
    const from = sourceOf(done, cell.row, cell.column);
    const kind = KIND_LABELS[done.how.mode].toLowerCase();
    return from ? `Padding (${kind}): ${value}, a copy of ${named(done, from)}; ${windows}.` : `Padding: a zero that is no part of the input; ${windows}.`;
  }
  const copies = copiesOf(done, cell.row, cell.column);
  const more = copies.reduce((sum, copy) => sum + fed(done, copy.row, copy.column).length, 0);
  const through = copies.length ? `; ${plural(copies.length, "copy", "copies")} of it in the padding, read ${plural(more, "more time")}` : "";
  return `Input cell ${named(done, cell)} = ${value}: ${windows}${direct ? ", ringed on the output" : ": it is lost"}${through}.`;
}
