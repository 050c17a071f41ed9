// Where each layer of a block stands in its drawing: columns by depth, lanes side by side. Flows to the right, or
// downwards on a narrow page. No DOM; all lengths in px of the drawing.
import { after, label, look, shape } from "./words.js";

const LETTER = 7.4; // mean width of a letter at 13 px
const LINE = 17;
const NODE = 24; // the circle of an addition
const between = (low, v, high) => Math.max(low, Math.min(high, v));

/** {nodes, edges, width, height, down}: nodes with x, y (centre), w, h and texts; edges with points. */
export function layout(layers, width) {
  const down = width < 560;
  const placed = lanes(columns(layers));
  const spread = placed.last - placed.first + 1;
  const room = { down, width, spread, tight: spread >= 3, many: placed.deep >= 6 };
  const total = layers.reduce((sum, each) => sum + each.macs, 0);
  const nodes = placed.nodes.map((node) => measured(node, room, scales(layers, room, placed), total));
  const pitch = down ? Math.max(60, (width - 20) / spread) : Math.max(...nodes.map((n) => n.h + n.above + n.below)) + (room.tight ? 8 : 14);
  along(nodes, down, room.many);
  const base = nodes.reduce((low, n) => Math.min(low, n.main - n.before), Infinity);
  const names = new Map(nodes.map((n) => [n.layer.name, n]));
  const edges = links(nodes, names);
  const arcs = edges.filter((edge) => edge.arc).length;
  const margin = arcs && !down ? 26 : 8;
  for (const n of nodes) {
    n.main += 6 - base;
    const cross = (n.lane - placed.first + 0.5) * pitch;
    [n.x, n.y] = down ? [10 + cross, n.main] : [n.main, cross + margin];
  }
  const w = Math.max(...nodes.map((n) => n.x + (down ? n.half : n.after))) + (down && arcs ? 34 : 8);
  const h = Math.max(...nodes.map((n) => n.y + n.h / 2 + n.below)) + 6;
  edges.forEach((edge) => { edge.points = route(edge, nodes, down); });
  return { nodes, edges, width: Math.max(w, down ? width : 0), height: h, down };
}

function columns(layers) {
  const column = new Map();
  for (const layer of layers) {
    const before = layer.inputs.map((name) => column.get(name));
    column.set(layer.name, Math.max(layer.column, before.length ? Math.max(...before) + 1 : 0));
  }
  return layers.map((layer) => ({ layer, column: column.get(layer.name), lane: layer.lane }));
}

/** The input stands where it can reach its readers; lanes are counted from the first one used. */
function lanes(nodes) {
  const readers = nodes.filter((n) => n.layer.inputs.includes("x")).map((n) => n.lane);
  const apart = [...new Set(readers)];
  nodes[0].lane = apart.length < 3 && apart.includes(0) ? 0 : apart.reduce((sum, lane) => sum + lane, 0) / Math.max(1, apart.length);
  const used = nodes.map((n) => n.lane);
  return { nodes, first: Math.min(...used), last: Math.max(...used), deep: Math.max(...nodes.map((n) => n.column)) };
}

/** How many px a channel and a pixel of a map take. */
function scales(layers, { down, width, spread, tight }, { deep }) {
  const widest = Math.max(...layers.map((each) => each.channels));
  const largest = Math.max(...layers.map((each) => each.size));
  const most = down ? between(34, width / spread - 22, 150) : between(40, (width - (deep + 1) * 34) / (deep + 1), 130);
  const tall = largest === 1 ? 16 : down ? 46 : tight ? 46 : spread > 1.2 ? 100 : 168;
  return { channel: most / widest, pixel: tall / largest };
}

function measured(node, { down, tight, many }, scale, total) {
  const { layer } = node;
  const round = look(layer) === "node";
  const w = round ? NODE : Math.max(4, layer.channels * scale.channel);
  const h = round ? NODE : Math.max(6, layer.size * scale.pixel);
  const share = layer.macs && total ? `${Math.round((100 * layer.macs) / total) || "<1"} %` : "";
  const own = round ? [] : tight ? [label(layer)] : [label(layer), after(layer)].filter(Boolean);
  const under = tight || down || many ? [shape(layer), share] : [shape(layer), share && `${share} of MACs`];
  const lower = (round ? [after(layer), ...under] : tight && !down ? [under.filter(Boolean).join(" · ")] : under).filter(Boolean);
  const half = Math.max(w, ...[...own, ...lower].map((text) => LETTER * text.length)) / 2;
  const above = own.length * LINE + 3, below = lower.length * LINE + 3;
  return { ...node, w, h, half, above, below, upper: own, lower, round, before: down ? h / 2 + above : half, after: down ? h / 2 + below : half };
}

/** Positions along the flow: clear of what stands before in the same lane, and past every input. */
function along(nodes, down, many) {
  const order = [...nodes].sort((a, b) => a.column - b.column);
  const names = new Map(nodes.map((n) => [n.layer.name, n]));
  const gap = down || many ? 16 : 24;
  for (let from = 0; from < order.length; ) {
    const together = order.filter((n) => n.column === order[from].column);
    const done = order.slice(0, from);
    const clear = (n) => Math.max(0, ...done.filter((m) => Math.abs(m.lane - n.lane) < 0.8).map((m) => m.main + m.after + n.before + gap));
    const past = (n) => Math.max(0, ...n.layer.inputs.map((name) => names.get(name)).map((m) => m.main + (down ? m.after + n.before : m.w / 2 + n.w / 2) + (down || Math.abs(m.lane - n.lane) < 0.1 ? gap : 34)));
    const at = Math.max(...together.map((n) => Math.max(clear(n), past(n))));
    together.forEach((n) => { n.main = at; });
    from += together.length;
  }
}

function links(nodes, names) {
  const fan = (n) => nodes.filter((m) => m.layer.inputs.includes(n.layer.name)).length;
  return nodes.flatMap((to) => to.layer.inputs.map((name) => {
    const from = names.get(name);
    const inWay = nodes.filter((n) => n.column > from.column && n.column < to.column && Math.abs(n.lane - from.lane) < 0.8 && Math.abs(to.lane - from.lane) < 0.1);
    return { from, to, arc: inWay.length > 0, early: fan(from) > 1 };
  }));
}

/** The path of an edge, in coordinates along and across the flow, then turned where the flow goes down. */
function route({ from, to, arc, early }, nodes, down) {
  const [a1, c1, a2, c2] = down ? [from.y + from.h / 2 + from.below, from.x, to.y - to.h / 2 - to.above, to.x] : [from.x + from.w / 2 + 2, from.y, to.x - to.w / 2 - 3, to.y];
  const p = (along, across) => (down ? `${across.toFixed(1)} ${along.toFixed(1)}` : `${along.toFixed(1)} ${across.toFixed(1)}`);
  if (arc) return over(from, to, nodes, down, p, a1);
  if (Math.abs(c1 - c2) < 1) return `M${p(a1, c1)} L${p(a2, c2)}`;
  const bend = Math.min(a2 - a1, 46);
  if (a2 - a1 <= 50) return `M${p(a1, c1)} C${p(a1 + bend * 0.6, c1)} ${p(a2 - bend * 0.6, c2)} ${p(a2, c2)}`;
  if (early) return `M${p(a1, c1)} C${p(a1 + bend * 0.7, c1)} ${p(a1 + bend * 0.3, c2)} ${p(a1 + bend, c2)} L${p(a2, c2)}`;
  return `M${p(a1, c1)} L${p(a2 - bend, c1)} C${p(a2 - bend * 0.3, c1)} ${p(a2 - bend * 0.7, c2)} ${p(a2, c2)}`;
}

/** Around what stands in the way: above it, or to its right where the flow goes down. */
function over(from, to, nodes, down, p, a1) {
  const inside = nodes.filter((n) => n.column >= from.column && n.column <= to.column && Math.abs(n.lane - from.lane) < 0.8);
  const r = 8;
  if (down) {
    const side = Math.max(...inside.map((n) => n.x + n.half)) + 10;
    const start = from.y, end = to.y;
    return `M${p(start, from.x + from.w / 2 + 2)} L${p(start, side - r)} Q${p(start, side)} ${p(start + r, side)} L${p(end - r, side)} Q${p(end, side)} ${p(end, side - r)} L${p(end, to.x + to.w / 2 + 4)}`;
  }
  const top = Math.min(...inside.map((n) => n.y - n.h / 2 - n.above)) - 8;
  const first = Math.max(a1 + 8, from.x + from.half + 4), last = to.x;
  return `M${p(a1, from.y)} L${p(first - r, from.y)} Q${p(first, from.y)} ${p(first, from.y - r)} L${p(first, top + r)} Q${p(first, top)} ${p(first + r, top)} L${p(last - r, top)} Q${p(last, top)} ${p(last, top + r)} L${p(last, to.y - NODE / 2 - 4)}`;
}
