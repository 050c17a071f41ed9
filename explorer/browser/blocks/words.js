// How layers, numbers and costs are said. No DOM.

const times = (side) => `${side}×${side}`;
const NAMES = { input: "in", "global pool": "mean", flatten: "flatten", add: "add", multiply: "multiply", concat: "concat", shuffle: "shuffle", linear: "dense", slice: "slice", upsample: "repeat ×2" };

/** "256", "1.09 M", "854 M": three digits that say something. */
export function brief(number) {
  const [scale, unit] = number >= 1e9 ? [1e9, " G"] : number >= 1e6 ? [1e6, " M"] : number >= 1e4 ? [1e3, " k"] : [1, ""];
  const scaled = number / scale;
  return (unit ? String(Number(scaled.toPrecision(3))) : digits(number)) + unit;
}

export const digits = (number) => number.toLocaleString("en", { maximumFractionDigits: 3 });

export function bytes(count) {
  const [scale, unit] = count >= 2 ** 20 ? [2 ** 20, "MiB"] : count >= 2 ** 10 ? [2 ** 10, "KiB"] : [1, "bytes"];
  return `${Number((count / scale).toPrecision(3))} ${unit}`;
}

/** A short name for the drawing: "3×3", "depthwise 3×3". */
export function label(layer) {
  const { kind, kernel, stride, groups, channelsIn } = layer;
  if (layer.label) return layer.label;
  if (kind === "conv") {
    const how = groups === 1 ? "conv" : groups === channelsIn ? "depthwise" : `${groups} groups,`;
    return `${how} ${times(kernel)}${stride > 1 ? ` /${stride}` : ""}`;
  }
  if (kind === "transposed conv") return `up ${times(kernel)}`;
  if (kind === "max pool") return `max ${times(kernel)}`;
  if (kind === "average pool") return `mean ${times(kernel)}`;
  if (kind === "dropout") return `dropout ${layer.percent} %`;
  return NAMES[kind] ?? kind;
}

/** What follows in the same box: "norm, ReLU". */
export const after = (layer) => [layer.norm ? "norm" : "", layer.activation].filter(Boolean).join(", ");

/** The size of the output: "192 × 28²". */
export const shape = ({ channels, size }) => (size > 1 ? `${digits(channels)} × ${size}²` : digits(channels));

/** The multiply-adds of a layer as a product with its numbers, as slides write it. */
export function product(layer) {
  const { kind, place, channels, kernel, channelsIn, groups } = layer;
  if (!layer.weights) return "0";
  if (kind === "linear") return `${channels} × ${channelsIn}`;
  return `${place}×${place}×${channels} × ${kernel}×${kernel}×${channelsIn / groups}`;
}

/** One layer in a sentence. */
export function sentence(layer) {
  const many = layer.channels === 1 ? "" : "s";
  const shapeText = layer.size === 1 ? `${digits(layer.channels)} number${many}` : `${digits(layer.channels)} map${many} of ${layer.size} × ${layer.size}`;
  const follow = after(layer);
  const head = `${label(layer)}${follow ? `, then ${follow}` : ""}: ${shapeText}.`;
  if (layer.kind === "input") return `What comes in: ${shapeText}.`;
  if (!layer.weights) return `${head} No weights, no multiply-adds${layer.norm ? `; the norm has ${digits(layer.normParams)} parameters` : ""}.`;
  const own = [layer.biases ? `${digits(layer.biases)} biases` : "", layer.normParams ? `${digits(layer.normParams)} in the norm` : ""].filter(Boolean).join(", ");
  return `${head} ${digits(layer.weights)} weights${own ? ` (and ${own})` : ""}; ${product(layer)} = ${digits(layer.macs)} MACs.`;
}

/** The class of a layer's colour. */
export function look(layer) {
  const { kind, kernel, groups } = layer;
  if (kind === "conv") return groups > 1 ? "group" : kernel === 1 ? "point" : "conv";
  return { "transposed conv": "up", upsample: "up", "max pool": "pool", "average pool": "pool", "global pool": "pool", linear: "linear", dropout: "drop", add: "node", multiply: "node", input: "input", slice: "input", flatten: "input", concat: "input", shuffle: "group" }[kind];
}

export const LOOKS = { conv: "convolution", point: "1 × 1 convolution", group: "groups, depthwise", pool: "pooling, mean", linear: "dense", up: "upsampling", drop: "dropout", norm: "norm" };
