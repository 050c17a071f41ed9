// A block as a drawing: boxes as wide as their channels and as high as their maps, arrows, and the nodes where paths meet.
import { h } from "../shared/controls.js";
import { layout } from "./layout.js";
import { LOOKS, look, sentence } from "./words.js";

const ARROWS = ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp"];

/** {element, show(layers, title), selected}: `onSelect(layer)` tells which box is looked at. */
export function drawing({ onSelect }) {
  const svg = h("svg:svg", { class: "drawing", role: "group" });
  const frame = h("div", { class: "drawing-frame" }, svg);
  const legend = h("div", { class: "legend" });
  let layers = [], title = "", width = 0, boxes = new Map(), chosen = "";

  const choose = (name, focus = false) => {
    chosen = name;
    boxes.forEach((box, each) => { box.classList.toggle("chosen", each === name); box.setAttribute("tabindex", each === name ? "0" : "-1"); });
    if (focus) boxes.get(name)?.focus();
    svg.querySelectorAll(".edge").forEach((edge) => edge.classList.toggle("lit", edge.dataset.from === name || edge.dataset.to === name));
    onSelect(layers.find((layer) => layer.name === name));
  };
  const onKey = (event) => {
    const way = ARROWS.indexOf(event.key);
    if (way < 0 || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const names = [...boxes.keys()];
    choose(names[(names.indexOf(chosen) + (way < 2 ? 1 : names.length - 1)) % names.length], true);
  };
  svg.addEventListener("keydown", onKey);

  const paint = () => {
    if (!layers.length || !width) return;
    const plan = layout(layers, width);
    const scale = plan.width > width ? Math.max(0.93, width / plan.width) : Math.min(1.15, width / plan.width);
    svg.setAttribute("viewBox", `0 0 ${plan.width.toFixed(0)} ${plan.height.toFixed(0)}`);
    svg.setAttribute("width", (plan.width * scale).toFixed(0));
    svg.setAttribute("height", (plan.height * scale).toFixed(0));
    svg.setAttribute("aria-label", `Drawing of ${title}, ${layers.length} boxes; arrow keys go from box to box`);
    boxes = new Map(plan.nodes.map((node) => [node.layer.name, box(node, layers, choose)]));
    svg.replaceChildren(marker(), ...plan.edges.map(arrow), ...boxes.values());
    choose(boxes.has(chosen) ? chosen : heaviest(layers));
    showLegend(legend, layers);
  };
  const observer = new ResizeObserver(([entry]) => { const next = Math.floor(entry.contentRect.width); if (next !== width) { width = next; paint(); } });
  observer.observe(frame);
  return {
    element: h("div", { class: "drawn" }, frame, legend),
    svg,
    show(nextLayers, nextTitle) { [layers, title] = [nextLayers, nextTitle]; width ||= Math.floor(frame.clientWidth); paint(); },
    dispose() { observer.disconnect(); },
  };
}

/** The layer that costs most: what is explained first. */
const heaviest = (layers) => layers.reduce((most, each) => (each.macs > most.macs ? each : most), layers[0]).name;

function marker() {
  return h("svg:defs", {},
    h("svg:marker", { id: "tip", viewBox: "0 0 8 8", refX: 6, refY: 4, markerWidth: 10, markerHeight: 10, markerUnits: "userSpaceOnUse", orient: "auto-start-reverse" }, h("svg:path", { class: "tip", d: "M0 0 L8 4 L0 8 Z" })),
    h("svg:pattern", { id: "hatch", width: 7, height: 7, patternTransform: "rotate(45)", patternUnits: "userSpaceOnUse" }, h("svg:rect", { class: "k-drop", width: 7, height: 7 }), h("svg:rect", { class: "gap", width: 3, height: 7 })));
}

function arrow({ from, to, points, arc }) {
  return h("svg:path", { class: `edge${arc ? " skip" : ""}`, d: points, "marker-end": "url(#tip)", "data-from": from.layer.name, "data-to": to.layer.name });
}

function box(node, layers, choose) {
  const { layer, x, y, w, h: tall } = node;
  const left = x - w / 2, top = y - tall / 2;
  const hit = h("svg:rect", { class: "hit", x: x - node.half, y: top - node.above, width: 2 * node.half, height: tall + node.above + node.below });
  const body = node.round ? circle(node) : [...slab(layer, layers, left, top, w, tall), h("svg:rect", { class: "outline", x: left, y: top, width: w, height: tall, rx: Math.min(2, w / 4) })];
  const element = h("svg:g", { class: "box", tabindex: "-1", role: "img", "aria-label": sentence(layer), "data-name": layer.name }, hit, body, texts(node));
  element.addEventListener("pointerenter", () => choose(layer.name));
  element.addEventListener("focus", () => choose(layer.name));
  return element;
}

function circle({ layer, x, y, w }) {
  const r = w / 2, arm = r - 6;
  const cross = layer.kind === "add" ? `M${x - arm} ${y} H${x + arm} M${x} ${y - arm} V${y + arm}` : `M${x - arm * 0.7} ${y - arm * 0.7} l${arm * 1.4} ${arm * 1.4} M${x + arm * 0.7} ${y - arm * 0.7} l${-arm * 1.4} ${arm * 1.4}`;
  return [h("svg:circle", { class: "node-disc", cx: x, cy: y, r }), h("svg:path", { class: "node-sign", d: cross })];
}

/** The filled box: one colour, one stripe for each group, or one part for each map that is put side by side. */
function slab(layer, layers, left, top, w, tall) {
  const rect = (x, wide, kind, extra = {}) => h("svg:rect", { class: `k-${kind}`, x, y: top, width: Math.max(0.5, wide), height: tall, ...extra });
  const parts = stripes(layer, layers, w);
  let x = left;
  const filled = parts.map(([part, kind, shade]) => { const made = rect(x, w * part, kind, shade < 1 ? { "fill-opacity": shade.toFixed(2) } : {}); x += w * part; return made; });
  if (layer.kind === "dropout") filled.push(rect(left, w, "hatch", { fill: "url(#hatch)" }));
  if (layer.norm) filled.push(h("svg:rect", { class: "k-norm", x: left + w - Math.min(6, w / 3), y: top, width: Math.min(6, w / 3), height: tall }));
  return [h("svg:rect", { class: "ground", x: left, y: top, width: w, height: tall }), ...filled];
}

/** [share of the width, colour, opacity] of each stripe. */
function stripes(layer, layers, w) {
  const kind = look(layer);
  if (layer.kind === "concat") {
    const sources = layer.inputs.map((name) => layers.find((each) => each.name === name));
    return sources.flatMap((source) => (source.kind === "concat" ? stripes(source, layers, w).map(([part, ...rest]) => [(part * source.channels) / layer.channels, ...rest]) : [[source.channels / layer.channels, look(source), shades(source)]]));
  }
  const most = Math.max(1, Math.floor(w / 4));
  if (layer.kind === "shuffle") { const n = Math.min(layer.channels, most); return Array.from({ length: n }, (_, i) => [1 / n, kind, tone(i % layer.groups, layer.groups)]); }
  if (layer.groups > 1) { const n = Math.min(layer.groups, most); return Array.from({ length: n }, (_, i) => [1 / n, kind, layer.groups <= 16 ? tone(i, n) : i % 2 ? 0.62 : 1]); }
  return [[1, kind, 1]];
}

const tone = (i, n) => (n === 1 ? 1 : 0.3 + (0.7 * i) / (n - 1));
const shades = (source) => (source.name.startsWith("layer") ? 0.45 + 0.5 * ((Number(source.name.slice(5)) % 2) || 0) : 1);

function texts({ x, y, h: tall, above, upper, lower }) {
  const line = (text, at, kind) => h("svg:text", { class: kind, x, y: at, "text-anchor": "middle" }, text);
  const top = y - tall / 2 - above, bottom = y + tall / 2;
  return [...upper.map((text, i) => line(text, top + 13 + 17 * i, i ? "quiet" : "name")), ...lower.map((text, i) => line(text, bottom + 16 + 17 * i, text.includes("%") && !text.includes("×") ? "quiet" : "shape"))];
}

function showLegend(legend, layers) {
  const kinds = new Set(layers.map(look));
  if (layers.some((each) => each.norm)) kinds.add("norm");
  const swatch = (kind) => h("span", { class: "swatch" }, h("svg:svg", { width: 14, height: 14, "aria-hidden": "true" }, h("svg:rect", { class: `k-${kind}`, width: 14, height: 14, rx: 2 })), LOOKS[kind]);
  legend.replaceChildren(...Object.keys(LOOKS).filter((kind) => kinds.has(kind)).map(swatch), h("span", {}, "width: channels · height: size of the map"));
}

/** A drawing without words, for the gallery. */
export function thumb(layers, { w = 66, h: tall = 34 } = {}) {
  const plan = layout(layers, 900);
  const bare = { left: Math.min(...plan.nodes.map((n) => n.x - n.w / 2)), right: Math.max(...plan.nodes.map((n) => n.x + n.w / 2)), top: Math.min(...plan.nodes.map((n) => n.y - n.h / 2)), bottom: Math.max(...plan.nodes.map((n) => n.y + n.h / 2)) };
  const over = plan.edges.some((edge) => edge.arc) ? 6 : 0; // room for a skip
  const sx = (w - 4) / (bare.right - bare.left);
  const sy = Math.min(3 * sx, (tall - 4 - over) / (bare.bottom - bare.top));
  const at = (n) => [2 + (n.x - bare.left) * sx, (tall + over) / 2 + (n.y - (bare.top + bare.bottom) / 2) * sy];
  const svg = h("svg:svg", { class: "thumb-drawing", width: w, height: tall, viewBox: `0 0 ${w} ${tall}`, "aria-hidden": "true" });
  for (const { from, to, arc } of plan.edges) {
    const [[x1, y1], [x2, y2]] = [at(from), at(to)];
    svg.append(h("svg:path", { class: "edge", d: arc ? `M${x1} ${y1} C${x1} -3 ${x2} -3 ${x2} ${y2}` : `M${x1} ${y1} L${x2} ${y2}` }));
  }
  for (const node of plan.nodes) {
    const [x, y] = at(node);
    const [bw, bh] = [Math.max(2.5, node.w * sx * 0.86), Math.max(3, node.h * sy)];
    svg.append(node.round ? h("svg:circle", { class: "node-disc", cx: x, cy: y, r: 3.5 }) : h("svg:rect", { class: `k-${look(node.layer)}`, x: x - bw / 2, y: y - bh / 2, width: bw, height: bh, rx: 0.8 }));
  }
  return svg;
}
