// Where everything stands: closed stages as one unit each, open stages as their layers, and the connections between.
// Width grows with the root of the channels, height with the root of the map's side.
import { INPUT } from "./model.js";

export const LEAN = 0.2; // how far the third dimension leans up and to the right, as a share of the height
const JOIN_PX = 20;
const [WIDEST, NARROWEST] = [3.4, 0.55];

/** Sizes of one unit at `k` px a root of a channel. */
function boxOf(unit, k, perRoot) {
  const high = Math.max(7, perRoot * Math.sqrt(unit.side));
  if (unit.sign) return { w: JOIN_PX, h: JOIN_PX, lean: 0, reach: JOIN_PX };
  const w = Math.max(5, k * Math.sqrt(unit.channels));
  return { w, h: high, lean: LEAN * high, reach: w + LEAN * high };
}

/** The pieces from left to right: the input, and each stage with the columns of its units. */
function pieces(model, open) {
  const [channels, height, width] = model.facts.input;
  const input = { type: "input", key: "input", side: Math.sqrt(height * width), channels, lane: 0 };
  const stages = model.stages.map((stage, index) => {
    const closed = [[{ type: "stage", key: `stage-${index}`, stage: index, side: stage.side, channels: stage.channels, lane: 0 }]];
    return { stage: index, open: open.has(index), columns: open.has(index) ? columnsOf(model, stage) : closed };
  });
  return [{ stage: INPUT, open: false, columns: [[input]] }, ...stages];
}

function columnsOf(model, stage) {
  const columns = [];
  for (const index of stage.nodes) {
    const node = model.nodes[index];
    (columns[node.column] ||= []).push({ ...node, type: "node", key: `node-${index}`, node: index });
  }
  return columns;
}

const wide = (piece, k, perRoot, gap) =>
  piece.columns.reduce((sum, column) => sum + gap + Math.max(...column.map((unit) => boxOf(unit, k, perRoot).reach)), 0);

/** The largest scale at which everything fits, and the smallest allowed where it does not. */
function fitted(all, width, perRoot, gaps, slot) {
  const total = (k) => all.reduce((sum, piece) => sum + Math.max(slot(piece), wide(piece, k, perRoot, gaps(piece))), 0);
  let [low, high] = [NARROWEST, WIDEST];
  if (total(high) <= width) return high;
  for (let i = 0; i < 18; i++) {
    const middle = (low + high) / 2;
    if (total(middle) <= width) low = middle;
    else high = middle;
  }
  return low;
}

/** Place everything. `width` is the room there is; what is wider is scrolled. */
export function layout(model, open, width) {
  const roomy = width > 640;
  const all = pieces(model, open);
  const sides = [...model.nodes.map((node) => node.side), ...all[0].columns[0].map((unit) => unit.side)];
  const perRoot = (roomy ? 138 : 96) / Math.sqrt(Math.max(...sides));
  const gaps = (piece) => (piece.open ? 13 : 22);
  const slot = (piece) => (piece.stage === INPUT ? 70 : roomy ? 112 : 84);
  const k = fitted(all, width, perRoot, gaps, slot);
  const units = [];
  let x = 0;
  const needed = (piece) => Math.max(slot(piece), wide(piece, k, perRoot, gaps(piece)));
  const spare = Math.max(0, width - all.reduce((sum, piece) => sum + needed(piece), 0)) / all.length;
  const spans = all.map((piece) => {
    const own = wide(piece, k, perRoot, gaps(piece));
    const room = needed(piece) + Math.min(spare, 60);
    const from = x;
    placeColumns(piece, from + (room - own) / 2, k, perRoot, gaps(piece), units);
    x += room;
    return { stage: piece.stage, open: piece.open, from, to: x };
  });
  const edges = connections(model, open, units);
  const { top, bottom } = vertical(units, edges);
  return { units, edges, spans, k, perRoot, room: width, width: Math.max(x, width * 0.5), top, bottom };
}

function placeColumns(piece, from, k, perRoot, gap, units) {
  let x = from + gap / 2;
  const tall = Math.max(...piece.columns.flat().map((unit) => { const box = boxOf(unit, k, perRoot); return box.h + box.lean; }));
  const pitch = tall + 12;
  for (const column of piece.columns) {
    const boxes = column.map((unit) => boxOf(unit, k, perRoot));
    const room = Math.max(...boxes.map((box) => box.reach));
    column.forEach((unit, i) => {
      const box = boxes[i];
      units.push({ ...unit, ...box, x: x + (room - box.reach) / 2, y: unit.lane * pitch - box.h / 2, middle: unit.lane * pitch, stage: piece.stage });
    });
    x += room + gap;
  }
}

/** The connections between what is shown, each once, and how each is drawn: "line", "bend" or "arc". */
function connections(model, open, units) {
  const at = new Map(units.map((unit, i) => [unit.key, i]));
  const shown = (node) => (node === INPUT ? 0 : at.get(open.has(model.nodes[node].stage) ? `node-${node}` : `stage-${model.nodes[node].stage}`));
  const edges = new Map();
  for (const node of model.nodes) {
    for (const source of node.sources) {
      const [from, to] = [shown(source), shown(node.index)];
      if (from !== to) edges.set(`${from} ${to}`, { from, to, how: node.sources.length > 1 ? node.kind : "", count: (edges.get(`${from} ${to}`)?.count || 0) + 1 });
    }
  }
  return [...edges.values()].map((edge) => ({ ...edge, drawn: manner(units, edge) }));
}

function manner(units, { from, to }) {
  const [one, two] = [units[from], units[to]];
  if (one.lane !== two.lane) return "bend";
  const over = units.some((unit, i) => i !== from && i !== to && unit.lane === one.lane && unit.x >= one.x + one.w - 1 && unit.x + unit.w <= two.x + 1);
  return over ? "arc" : "line";
}

/** Arcs rise over what they pass; the whole height follows from them. */
function vertical(units, edges) {
  const topOf = (unit) => unit.y - unit.lean;
  let top = Math.min(...units.map(topOf));
  for (const edge of edges.filter(({ drawn }) => drawn === "arc")) {
    const [one, two] = [units[edge.from], units[edge.to]];
    const passed = units.filter((unit) => unit.lane === one.lane && unit.x >= one.x && unit.x <= two.x + two.w);
    const span = two.x - one.x;
    edge.peak = Math.min(...passed.map(topOf)) - 8 - Math.min(70, 1.6 * Math.sqrt(span));
    top = Math.min(top, edge.peak);
  }
  return { top: top - 18, bottom: Math.max(...units.map((unit) => unit.y + unit.h)) };
}
