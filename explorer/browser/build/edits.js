// What can be done to a list of rows: each gives a new list. No DOM here.
import { KINDS } from "./kinds.js";
import { newRow } from "./codec.js";
import { MOST_ROWS } from "./measure.js";

/** What the menu offers: a label, and the row it makes below a state ({shape} or null). */
export const OFFERS = [
  ["conv", (shape) => newRow("conv", { filters: String(shape?.length === 3 ? Math.min(512, Math.max(16, shape[0])) : 64), padding: "1" })],
  ["depthwise", () => newRow("depthwise conv", { padding: "1" })],
  ["grouped", (shape) => grouped(shape?.length === 3 ? shape[0] : 64)],
  ["max pool", () => newRow("max pool")],
  ["avg pool", () => newRow("average pool")],
  ["adaptive", () => newRow("adaptive pool")],
  ["norm", () => newRow("norm")],
  ["activation", () => newRow("activation")],
  ["residual", () => newRow("residual")],
  ["dense", () => newRow("dense")],
  ["flatten", () => newRow("flatten")],
  ["linear", () => newRow("linear", { features: "10" })],
  ["dropout", () => newRow("dropout")],
];

/** A convolution in as few groups as divide the channels. */
function grouped(channels) {
  const groups = [2, 3, 5, 7].find((n) => channels % n === 0) ?? channels;
  return newRow("conv", { filters: String(Math.max(channels, groups)), padding: "1", groups: String(groups) });
}

export const insert = (rows, index, row) => (rows.length >= MOST_ROWS ? rows : rows.toSpliced(index, 0, row));
export const remove = (rows, index) => rows.toSpliced(index, 1);
export const duplicate = (rows, index) => insert(rows, index + 1, newRow(rows[index].kind, rows[index].text));

export function move(rows, from, to) {
  const target = Math.max(0, Math.min(rows.length - 1, to));
  return target === from ? rows : rows.toSpliced(from, 1).toSpliced(target, 0, rows[from]);
}

/** One setting typed anew. */
export function typed(rows, index, name, text) {
  const row = rows[index];
  return rows.with(index, Object.freeze({ ...row, text: Object.freeze({ ...row.text, [name]: text }) }));
}

/** Another layer type in the same place; settings that it also has stay as they are. */
export function retyped(rows, index, kind) {
  const row = rows[index];
  const both = KINDS[kind].settings.filter((s) => s.name in row.text && KINDS[row.kind].settings.some((old) => old.name === s.name && old.type === s.type));
  return rows.with(index, Object.freeze({ id: row.id, kind, text: Object.freeze(Object.fromEntries(both.map((s) => [s.name, row.text[s.name]]))) }));
}
