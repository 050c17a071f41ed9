// The layers of LeNet-5 as the page shows them, and how one number of one layer is named.

/** kind: how a number comes about; side: of a map in px; a layer of single numbers has maps of 1 × 1. */
export const LAYERS = [
  { key: "in", title: "Input", long: "Input", kind: "pixel", maps: 1, side: 32 },
  { key: "c1", title: "C1", long: "C1, convolution 5 × 5", kind: "conv", maps: 6, side: 28, from: "in" },
  { key: "t1", title: "tanh", long: "tanh of C1", kind: "tanh", maps: 6, side: 28, from: "c1" },
  { key: "s2", title: "S2", long: "S2, average pooling 2 × 2", kind: "pool", maps: 6, side: 14, from: "t1" },
  { key: "c3", title: "C3", long: "C3, convolution 5 × 5", kind: "conv", maps: 16, side: 10, from: "s2" },
  { key: "t3", title: "tanh", long: "tanh of C3", kind: "tanh", maps: 16, side: 10, from: "c3" },
  { key: "s4", title: "S4", long: "S4, average pooling 2 × 2", kind: "pool", maps: 16, side: 5, from: "t3" },
  { key: "c5", title: "C5", long: "C5, convolution 5 × 5", kind: "conv", maps: 120, side: 1, from: "s4" },
  { key: "t5", title: "tanh", long: "tanh of C5", kind: "tanh", maps: 120, side: 1, from: "c5" },
  { key: "f6", title: "F6", long: "F6, fully connected", kind: "dense", maps: 84, side: 1, from: "t5" },
  { key: "t6", title: "tanh", long: "tanh of F6", kind: "tanh", maps: 84, side: 1, from: "f6" },
  { key: "out", title: "logits", long: "Output, fully connected: logits", kind: "dense", maps: 10, side: 1, from: "t6" },
  { key: "prob", title: "softmax", long: "Softmax: probabilities", kind: "softmax", maps: 10, side: 1, from: "out" },
];
export const BY_KEY = Object.fromEntries(LAYERS.map((layer) => [layer.key, layer]));
export const KERNEL_PX = 5;

/** Where a unit's number stands in the layer's array: maps, then rows, then columns. */
export const indexOf = ({ layer, map, row, col }) => (map * BY_KEY[layer].side + row) * BY_KEY[layer].side + col;

/** The unit at a place of the layer's array. */
export function unitAt(key, index) {
  const { side } = BY_KEY[key];
  return { layer: key, map: Math.floor(index / (side * side)), row: Math.floor(index / side) % side, col: index % side };
}

export const sizeOf = (key) => BY_KEY[key].maps * BY_KEY[key].side ** 2;

/** "c3.4.2.7" for map 4, row 2, column 7, "f6.17" where a map is one number; undefined where there is no such unit. */
export function parseUnit(text) {
  const [key, ...numbers] = text.split(".");
  const layer = Object.hasOwn(BY_KEY, key) ? BY_KEY[key] : null;
  if (!layer || !numbers.every((n) => /^\d{1,3}$/.test(n)) || numbers.length !== (layer.side > 1 ? 3 : 1)) return undefined;
  const [map, row = 0, col = 0] = numbers.map(Number);
  return map < layer.maps && row < layer.side && col < layer.side ? text : undefined;
}

export function unitOf(text) {
  const [layer, map, row = 0, col = 0] = text.split(".");
  return { layer, map: +map, row: +row, col: +col };
}

export const textOf = ({ layer, map, row, col }) => (BY_KEY[layer].side > 1 ? `${layer}.${map}.${row}.${col}` : `${layer}.${map}`);

const NAMES = { in: "input", t1: "tanh(C1)", t3: "tanh(C3)", t5: "tanh(C5)", t6: "tanh(F6)", out: "logit", prob: "p" };

/** As PyTorch indexes it, counted from 0: "C3[4, 2, 7]". */
export function nameOf(unit) {
  const layer = BY_KEY[unit.layer];
  return `${NAMES[unit.layer] ?? layer.title}[${layer.side > 1 ? `${unit.map}, ${unit.row}, ${unit.col}` : unit.map}]`;
}

/**
 * What a unit reads: the maps of the layer below and the window in each, {maps: [first, last], row, col, size}.
 * null for a pixel of the input.
 */
export function readBy({ layer, map, row, col }) {
  const { kind, from } = BY_KEY[layer];
  if (kind === "pixel") return null;
  const last = BY_KEY[from].maps - 1;
  if (kind === "conv") return { maps: [0, last], row, col, size: KERNEL_PX };
  if (kind === "pool") return { maps: [map, map], row: 2 * row, col: 2 * col, size: 2 };
  if (kind === "tanh") return { maps: [map, map], row, col, size: 1 };
  return { maps: [0, last], row: 0, col: 0, size: 1 };
}
