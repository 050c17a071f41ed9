// What training did to the weights: compares two checkpoints tensor by tensor. No DOM here.
import { readTensors } from "./engine/safetensors.js";

const parsed = new WeakMap();

/** The tensors of a checkpoint: {name: {shape, data}}; read once a buffer. */
export function tensorsOf(buffer) {
  if (!parsed.has(buffer)) parsed.set(buffer, Object.fromEntries(readTensors(buffer)));
  return parsed.get(buffer);
}

/** The rows to compare: layers in order; a batch norm gives two, what it learns and what it counts. */
export function layerRows(tensors) {
  const groups = new Map();
  for (const name of Object.keys(tensors)) {
    const dot = name.lastIndexOf(".");
    const [layer, part] = [name.slice(0, dot), name.slice(dot + 1)];
    if (part === "num_batches_tracked") continue;
    if (!groups.has(layer)) groups.set(layer, []);
    groups.get(layer).push(part);
  }
  return [...groups].flatMap(([layer, parts]) => {
    const names = (wanted) => parts.filter((part) => wanted.includes(part)).map((part) => `${layer}.${part}`);
    if (parts.includes("running_mean")) return [
      { layer, kind: "batch norm", tensors: names(["weight", "bias"]) },
      { layer, kind: "its statistics", tensors: names(["running_mean", "running_var"]) },
    ];
    const rank = tensors[`${layer}.weight`]?.shape.length;
    return [{ layer, kind: rank === 4 ? "convolution" : rank === 2 ? "linear" : "weights", tensors: parts.map((part) => `${layer}.${part}`) }];
  });
}

/** ||now - before|| / ||before|| over the tensors of a row; exactly 0 only where not one bit differs. */
export function relativeChange(row, before, now) {
  let moved = 0, size = 0;
  for (const name of row.tensors) {
    const [a, b] = [before[name], now[name]];
    if (!a || !b || a.data.length !== b.data.length) return NaN;
    for (let i = 0; i < a.data.length; i++) {
      const d = b.data[i] - a.data[i];
      moved += d * d;
      size += a.data[i] * a.data[i];
    }
  }
  return moved === 0 ? 0 : Math.sqrt(moved / (size || 1));
}

/** The first convolution's filters as planes: [{data, height, width}] (all channels of a filter summed into one). */
export function firstFilters(tensors) {
  const found = Object.entries(tensors).find(([, tensor]) => tensor.shape.length === 4);
  if (!found) return { name: "", filters: [] };
  const [name, { shape: [count, channels, height, width], data }] = found;
  const area = height * width;
  const filters = Array.from({ length: count }, (_, f) => {
    const plane = new Float64Array(area);
    for (let c = 0; c < channels; c++) for (let i = 0; i < area; i++) plane[i] += data[(f * channels + c) * area + i] / channels;
    return { data: plane, height, width };
  });
  return { name: name.replace(/\.weight$/, ""), filters };
}
