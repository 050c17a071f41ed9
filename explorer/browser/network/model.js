// The network as it came from the server, with names that say what things are.

const JOIN_SIGNS = { add: "+", concat: "∪", multiply: "×" };
const FAMILIES = [
  ["conv", ["conv", "depthwise conv", "grouped conv"]],
  ["up", ["transposed conv", "upsample"]],
  ["pool", ["max pool", "average pool", "adaptive average pool", "adaptive max pool", "mean"]],
  ["dense", ["linear"]],
  ["attention", ["attention", "matmul"]],
];

export const INPUT = -1;

/** What a kind is drawn as: "conv", "pool", … or "other". */
export const look = (kind) => FAMILIES.find(([, kinds]) => kinds.includes(kind))?.[0] || "other";

export function modelOf(data) {
  const rows = data.rows.map((row) => ({
    name: row.n, kind: row.k, moduleClass: row.c || "", input: row.i, output: row.o,
    weights: row.p[0], biases: row.p[1], params: row.p[0] + row.p[1], macs: row.m, bytes: row.b,
    kernel: row.w?.[0], stride: row.w?.[1], padding: row.w?.[2], dilation: row.w?.[3], groups: row.g || 1,
    path: row.path ?? row.n, field: row.f,
  }));
  const nodes = data.nodes.map(([members, kind, sources, side, channels, stage, column, lane], index) => ({
    index, rows: members, kind, sources, side, channels, stage, column, lane,
    sign: sources.length > 1 ? JOIN_SIGNS[kind] : undefined, name: rows[members[0]].name,
  }));
  const nodeOf = new Map(nodes.flatMap((node) => node.rows.map((row) => [rows[row].name, node.index])));
  return { ...data, rows, nodes, nodeOf, name: data.facts.name, rowOf: new Map(rows.map((row) => [row.name, row])) };
}

/** "64 × 56 × 56" */
export const shapeText = (shape) => shape.join(" × ");

/** A count with thin spaces: "25 557 032". */
export const whole = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A count in few characters: "25.6 M". */
export function brief(n) {
  const [divisor, unit] = n >= 1e9 ? [1e9, "G"] : n >= 1e6 ? [1e6, "M"] : n >= 1e4 ? [1e3, "k"] : [1, ""];
  const value = n / divisor;
  if (!unit) return whole(n);
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)}\u202f${unit}`;
}

/** Bytes as KiB, MiB or GiB. */
export function memory(bytes) {
  const [divisor, unit] = bytes >= 2 ** 30 ? [2 ** 30, "GiB"] : bytes >= 2 ** 20 ? [2 ** 20, "MiB"] : [1024, "KiB"];
  return `${(bytes / divisor).toPrecision(3)} ${unit}`;
}

/** A share as "12 %"; small ones as "0.3 %". */
export function percent(part, total) {
  if (!total) return "0 %";
  const share = (100 * part) / total;
  if (part && share < 0.05) return "< 0.1 %";
  return `${share >= 9.95 ? share.toFixed(0) : share.toFixed(1)} %`;
}

/** "3 × 3" or "7 × 1". */
export const windowText = (size) => (size ? size.join(" × ") : "");
