// The numbers of one unit, and the sentences that say them.
import { area, beyond, box, centre, columnsOf, height, jump, meet, neighbour, overlap, size, whole, width, path } from "./view.js";

export const percent = (share) => (share > 0.9995 || share === 0 ? `${Math.round(share * 100)} %` : share < 0.1 ? `${(share * 100).toFixed(1)} %` : `${Math.round(share * 100)} %`);
const signed = (v) => String(v).replace("-", "−");

/** Everything that is shown about one unit. */
export function unitNumbers(layers, place, cell, side) {
  const layer = layers[place];
  const b = box(layer, ...cell);
  const inner = meet(b, whole(side));
  const beside = neighbour(layer, cell);
  const other = beside && box(layer, ...beside);
  return {
    place, layer, cell, side, box: b, size: size(layer), jump: [jump(layer.rows), jump(columnsOf(layer))], centre: centre(b), beyond: beyond(b, side),
    inside: area(inner) / area(b), covers: area(inner) / (side * side), neighbour: beside, other, overlap: other ? overlap(b, other) : null,
    isGlobal: layer.global, seesAll: layer.global || area(inner) === side * side, grew: grew(layers, place),
  };
}

/** What this layer added: {before, plus, kernel, jump, sources}; null where no single path leads here. */
function grew(layers, place) {
  const layer = layers[place];
  const parent = layer.parents[0];
  const steps = path(layers, place, 0);
  if (parent === null || !steps) return null;
  const before = parent < 0 ? 1 : size(layers[parent])[0];
  const [kernel] = steps.length ? steps.at(-1) : [1];
  return { before, plus: size(layer)[0] - before, kernel, jump: parent < 0 ? 1 : jump(layers[parent].rows) };
}

const by = ([a, b]) => (a === b ? `${a}` : `${a} × ${b}`);

export function windowText({ kind, window }) {
  if (!window) return kind;
  const [kernel, stride, , dilation] = window;
  const more = [stride[0] > 1 || stride[1] > 1 ? `stride ${by(stride)}` : "", dilation[0] > 1 ? `dilation ${dilation[0]}` : ""].filter(Boolean);
  return [`${kind} ${kernel[0]}×${kernel[1]}`, ...more].join(", ");
}

export const headline = (n) => `${n.layer.name} · ${windowText(n.layer)} · map ${n.layer.map[0]} × ${n.layer.map[1]}`;

export function factRows(n) {
  const [cy, cx] = n.centre;
  const out = [];
  out.push(["Sees", n.isGlobal ? `everything (its windows alone: ${n.size[0]} × ${n.size[1]} px)` : `${n.size[0]} × ${n.size[1]} px`, "size"]);
  out.push(["Jump to the next cell", `${by(n.jump)} px`, "jump"]);
  out.push(["Rows", `${signed(n.box.top)} to ${signed(n.box.bottom)}`, "rows"], ["Columns", `${signed(n.box.left)} to ${signed(n.box.right)}`, "columns"]);
  out.push(["Centre", `row ${signed(cy)}, column ${signed(cx)}`, "centre"]);
  if (n.inside < 1) out.push(["Of its box in the picture", percent(n.inside), "inside"]);
  out.push(["Of the picture in its box", percent(n.covers), "covers"]);
  if (n.overlap !== null) out.push(["Shared with the neighbour", percent(n.overlap), "overlap"]);
  return out;
}

export function growthText(n) {
  const { grew: g, layer } = n;
  if (!g) return layer.parents[0] === null ? "Several paths meet here; together they see more than any one of them." : "";
  if (layer.kind === "concat" || layer.kind === "add") return `Paths meet: the widest of them, ${n.size[0]} px, is the field.`;
  if (g.plus === 0) return `${n.size[0]} px, as before: a window of 1 adds nothing.`;
  return `${g.before} + (${g.kernel} − 1) · ${g.jump} = ${n.size[0]} px: the window, times the jump of the layer before.`;
}

export function verdict(n) {
  if (n.isGlobal) return n.layer.map[0] * n.layer.map[1] === 1 ? "This unit sees the whole picture: everything before it was pooled or read as one." : "This unit sees the whole picture: somewhere before it, the whole map was averaged or attended to and mixed back in. Its windows alone would see the box.";
  if (n.seesAll) return "The box covers the whole picture. What lies beyond the edge is padding: zeros, no picture.";
  const out = Object.values(n.beyond).reduce((a, b) => a + b, 0);
  if (out) return `The box runs over the edge: ${percent(1 - n.inside)} of it is padding, where there is no picture.`;
  return `${percent(1 - n.covers)} of the picture cannot change this unit at all.`;
}

/** What others print about this network, and why it may differ from what is counted here. */
export function publishedText(network, layers) {
  const last = layers.filter((layer) => !layer.global).map((layer) => size(layer)[0]);
  const ours = Math.max(0, ...last);
  const { published_px: theirs, early_striding_px: early } = network;
  if (!theirs || !ours) return "";
  if (theirs === ours) return `Araujo et al. print ${theirs} px for the last map of this network: the same.`;
  const why = early === theirs ? `There the first 1×1 of a block strides, as in the paper; torchvision strides in the 3×3 after it, which so looks at the finer map. With the stride moved back, the recurrence here gives ${early} too.` : "";
  return `Araujo et al. print ${theirs} px for this network; the torchvision version has ${ours}. ${why}`;
}
