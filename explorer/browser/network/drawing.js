// The drawing itself: boxes, joins, connections, labels, and each stage's share of the costs.
import { h } from "../shared/controls.js";
import { INPUT, brief, look, percent, shapeText, whole } from "./model.js";

const FOOT = 136; // labels and bars below the boxes
const s = (tag, properties, ...children) => h(`svg:${tag}`, properties, ...children);
const r = (n) => Math.round(n * 10) / 10;
const points = (...pairs) => pairs.map(([x, y]) => `${r(x)},${r(y)}`).join(" ");

/** Draw a placed network. `on`: {stage(index), node(index)} are called when one is chosen. */
export function drawing(model, placed, chosen, on) {
  const { top, bottom, width } = placed;
  const height = bottom - top + FOOT;
  const svg = s("svg", { class: "network", width: r(width), height: r(height), viewBox: `0 ${r(top)} ${r(width)} ${r(height)}`, role: "group", "aria-label": `${model.name}, drawn from its input on the left to its output on the right` });
  svg.append(patterns(), ...shades(model, placed), ...placed.edges.map((edge) => connection(placed.units, edge)));
  placed.units.forEach((unit, i) => svg.append(unitOf(model, unit, chosen, on, i)));
  placed.spans.forEach((span) => svg.append(...foot(model, { ...span, middle: Math.min((span.from + span.to) / 2, span.from + placed.room / 2) }, bottom + 10, on)));
  return svg;
}

function patterns() {
  const lines = (id, step, turn) => s("pattern", { id, width: step, height: step, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})` },
    s("line", { x1: 0, y1: 0, x2: 0, y2: step, class: "hatch" }));
  return s("defs", {}, lines("grouped", 6, 90), lines("depthwise", 3.5, 90),
    s("marker", { id: "tip", viewBox: "0 0 6 6", refX: 5, refY: 3, markerWidth: 6, markerHeight: 6, orient: "auto-start-reverse" }, s("path", { d: "M0,0.5 L6,3 L0,5.5 z", class: "tip" })));
}

/** Open stages and the blocks in them as shades behind the layers. */
function shades(model, { units, spans, top, bottom }) {
  const shade = (kind, name, from, to, y, high) => s("g", { class: kind },
    s("rect", { x: r(from), y: r(y), width: r(to - from), height: r(high), rx: 6 }, s("title", {}, name)));
  const stages = spans.filter((span) => span.open).map((span) => shade("open-stage", model.stages[span.stage].name, span.from + 2, span.to - 2, top + 2, bottom - top + 4));
  const blocks = model.blocks.flatMap(([name, , nodes]) => {
    const inside = units.filter((unit) => unit.type === "node" && nodes.includes(unit.node));
    if (!inside.length) return [];
    const [left, right] = [Math.min(...inside.map((unit) => unit.x)), Math.max(...inside.map((unit) => unit.x + unit.reach))];
    const [high, low] = [Math.min(...inside.map((unit) => unit.y - unit.lean)), Math.max(...inside.map((unit) => unit.y + unit.h))];
    const short = name.split(".").slice(-2).join(".");
    const label = s("text", { x: r((left + right) / 2), y: r(low + 15), class: "block-name" }, right - left > 7 * short.length ? short : "");
    const group = shade("block", name, left - 4, right + 3, high - 5, low - high + 10);
    group.append(label);
    return [group];
  });
  return [...stages, ...blocks];
}

function connection(units, { from, to, how, drawn, peak, count }) {
  const [one, two] = [units[from], units[to]];
  const [x1, x2] = [one.x + one.w + one.lean / 2, two.x - 2];
  const style = { class: `edge ${drawn} ${how}`, "marker-end": "url(#tip)" };
  if (drawn === "line") return s("path", { ...style, d: `M${r(x1)},${r(one.middle)} L${r(x2)},${r(two.middle)}` });
  if (drawn === "bend") return s("path", { ...style, d: bend(x1, one.middle, x2, two.middle) });
  const start = [one.x + one.w * 0.6 + one.lean, one.y - one.lean - 1];
  const end = [two.x + two.w * 0.4 + two.lean, two.y - two.lean - 2];
  const path = s("path", { ...style, d: `M${points(start)} C${points([start[0], peak - 4])} ${points([end[0], peak - 4])} ${points(end)}` });
  path.append(s("title", {}, `${count > 1 ? `${count} connections` : "a connection"} past what lies between${how ? `, to ${how}` : ""}`));
  return path;
}

/** To another lane: down at the start of a branch, up at its end, straight in between. */
function bend(x1, y1, x2, y2) {
  const turn = Math.min(26, (x2 - x1) / 2);
  const curve = (x, from, to) => `C${points([x + turn / 2, from])} ${points([x + turn / 2, to])} ${points([x + turn, to])}`;
  return y2 > y1 ? `M${points([x1, y1])} ${curve(x1, y1, y2)} L${points([x2, y2])}` : `M${points([x1, y1])} L${points([x2 - turn, y1])} ${curve(x2 - turn, y1, y2)}`;
}

function unitOf(model, unit, chosen, on, order) {
  if (unit.type === "input") return inputBox(model, unit);
  const isStage = unit.type === "stage";
  const picked = !isStage && unit.node === chosen;
  const act = () => (isStage ? on.stage(unit.stage) : on.node(unit.node));
  const group = s("g", { class: `unit ${isStage ? "stage" : look(unit.kind)}${picked ? " picked" : ""}`, tabindex: picked || (order === 1 && chosen === undefined) ? "0" : "-1", role: "button", "data-key": unit.key,
    "aria-label": isStage ? stageWords(model, unit.stage) : nodeWords(model, unit), "aria-pressed": isStage ? undefined : String(picked), onclick: act });
  if (unit.sign) group.append(...joinSign(unit));
  else group.append(...box(unit), ...(isStage ? slices(model, unit) : marks(model, unit)));
  group.append(s("title", {}, isStage ? stageWords(model, unit.stage) : nodeWords(model, unit)));
  return group;
}

function stageWords(model, index) {
  const stage = model.stages[index];
  const inside = skipsInside(model, index);
  const skips = inside ? `, ${inside} skip${inside > 1 ? "s" : ""}` : "";
  return `Stage ${stage.name}, ${brief(stage.channels)} channels, ${stage.layers} layers with weights${skips}: open`;
}

function nodeWords(model, { node }) {
  const row = model.rows[model.nodes[node].rows[0]];
  const kernel = row.kernel ? ` ${row.kernel.join("×")}` : "";
  const { sign } = model.nodes[node];
  return `${row.name}: ${row.kind}${sign ? ` ${sign}` : kernel}, output ${shapeText(row.output)}, ${whole(row.params)} parameters`;
}

function inputBox(model, unit) {
  return s("g", { class: "unit input" }, ...box(unit), s("title", {}, `input ${shapeText(model.facts.input)}`));
}

/** A box in oblique projection: its front is channels wide, its height and its depth are the map's sides. */
function box({ x, y, w, h: high, lean }) {
  return [
    s("polygon", { class: "top", points: points([x, y], [x + lean, y - lean], [x + w + lean, y - lean], [x + w, y]) }),
    s("polygon", { class: "side", points: points([x + w, y], [x + w + lean, y - lean], [x + w + lean, y + high - lean], [x + w, y + high]) }),
    s("rect", { class: "front", x: r(x), y: r(y), width: r(w), height: r(high) }),
  ];
}

/** Skips of one stage: straight ones that begin in it (others are drawn between stages), and those through a 1 × 1 convolution. */
const skipsInside = (model, stage) => model.joins.filter(([node, , fork, isSkip, isProjected]) =>
  model.nodes[node].stage === stage && (isProjected || (isSkip && fork !== INPUT && model.nodes[fork].stage === stage))).length;

/** A closed stage shows how many layers it holds by lines across its top, and its skips by one arc. */
function slices(model, { stage, x, y, w, lean }) {
  const { layers } = model.stages[stage];
  const skips = skipsInside(model, stage);
  const lines = Math.min(layers, Math.floor(w / 3)) - 1;
  const cuts = Array.from({ length: Math.max(0, lines) }, (_, i) => {
    const at = x + (w * (i + 1)) / (lines + 1);
    return s("line", { class: "cut", x1: r(at), y1: r(y), x2: r(at + lean), y2: r(y - lean) });
  });
  if (!skips) return cuts;
  const [left, right, top] = [x + lean - 6, x + w + lean + 6, y - lean - 3];
  return [...cuts, s("path", { class: "edge arc add", d: `M${points([left, top])} C${points([left, top - 16])} ${points([right, top - 16])} ${points([right, top])}`, "marker-end": "url(#tip)" }),
    s("text", { class: "count", x: r((left + right) / 2), y: r(top - 16) }, `${skips} skip${skips > 1 ? "s" : ""}`)];
}

function marks(model, { node, x, y, w, h: high, kind }) {
  const parts = [];
  if (kind === "grouped conv" || kind === "depthwise conv") parts.push(s("rect", { class: "pattern", x: r(x), y: r(y), width: r(w), height: r(high), fill: `url(#${kind.split(" ")[0]})` }));
  const row = model.rows[model.nodes[node].rows[0]];
  const label = row.kernel && look(kind) !== "other" ? row.kernel.join("×") : "";
  if (label && w >= 8 * label.length) parts.push(s("text", { class: "kernel", x: r(x + w / 2), y: r(y + high / 2 + 4) }, label));
  return parts;
}

function joinSign({ x, middle, w, sign }) {
  return [s("circle", { class: "front", cx: r(x + w / 2), cy: r(middle), r: w / 2 }), s("text", { class: "sign", x: r(x + w / 2), y: r(middle + 5.5) }, sign)];
}

/** Under each stage its size, and its share of memory, parameters and operations. */
function foot(model, { stage: index, open, from, to, middle }, y, on) {
  const text = (className, dy, words) => s("text", { class: className, x: r(middle), y: r(y + dy) }, words);
  if (index === INPUT) return [text("stage-name", 30, "input"), text("small", 48, shapeText(model.facts.input)), ...["memory", "parameters", "MACs"].map((word, i) => s("text", { class: "bar-name", x: r(to - 4), y: r(y + 75 + i * 18) }, word))];
  const stage = model.stages[index];
  const act = () => on.stage(index);
  const label = s("g", { class: "stage-label", role: "button", tabindex: "-1", "data-stage": index, "aria-expanded": String(open), onclick: act },
    s("rect", { x: r(from + 3), y: r(y + 12), width: r(to - from - 6), height: 42, rx: 6 }),
    text("stage-name", 30, `${open ? "▾" : "▸"} ${stage.name}`), text("small", 48, `${brief(stage.channels)} channels`));
  const room = to - from - 16;
  const bars = [["bytes", "memory"], ["params", "params"], ["macs", "macs"]].map(([key, kind], i) => {
    const share = model.totals[key] ? stage[key] / model.totals[key] : 0;
    const at = y + 63 + i * 18;
    return s("g", { class: `bar ${kind}` }, s("rect", { class: "room", x: r(from + 8), y: r(at), width: r(room), height: 15, rx: 3 }),
      s("rect", { class: "part", x: r(from + 8), y: r(at), width: r(Math.max(share * room, share ? 1 : 0)), height: 15, rx: 3 }),
      s("text", { x: r(from + 13), y: r(at + 12) }, percent(stage[key], model.totals[key])));
  });
  return [label, ...bars];
}
