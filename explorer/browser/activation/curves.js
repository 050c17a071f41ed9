// Two activation functions as curves, with their slopes or their difference.
import { isDark, short } from "../shared/colour.js";
import { h, table } from "../shared/controls.js";
import { flatRuns, largestDifference, steepest } from "./functions.js";
import { palette, plot } from "./plot.js";

const SLOTS = [["a", "f", "A"], ["b", "g", "B"]];
const DASH = { a: [], b: [9, 6] };
const POINTS = 1200;

/** The functions chosen: [{slot: "a" | "b", letter, f}]. */
export function chosen(model) {
  return SLOTS.map(([slot, name, letter]) => ({ slot, letter, f: model.slot(name) })).filter((item) => item.f);
}

export const keys = (items) => items.map(({ slot, letter, f }) => ({ slot, text: `${letter}: ${f.title}`, dash: slot === "b" }));

/** "x < −2.89 and x > 2.89" */
export function rangesText(runs) {
  const parts = runs.map(({ from, to, dead }) => {
    const where = from === -Infinity && to === Infinity ? "everywhere" : from === -Infinity ? `x < ${short(to)}` : to === Infinity ? `x > ${short(from)}` : `${short(from)} < x < ${short(to)}`;
    return dead ? `${where} (exactly 0)` : where;
  });
  return parts.join(" and ") || "nowhere";
}

function sampled(f, low, high) {
  return Array.from({ length: POINTS + 1 }, (_, i) => { const x = low + ((high - low) * i) / POINTS; return [x, f(x)]; });
}

function padded(points, ...also) {
  const values = [...points.map(([, y]) => y), ...also].filter((y) => Number.isFinite(y));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || 1) * 0.08;
  return [low - 1.6 * room, high + 1.4 * room]; // room for the bars below and the names above
}

/** The strip of small curves that chooses function A. */
function sparkStrip(state, data, model) {
  const buttons = data.activations.map(({ name, title }) => {
    const canvas = h("canvas", { width: 104, height: 80, class: "spark", "aria-hidden": "true" });
    const element = h("button", { type: "button", class: "thumb spark-thumb", title, onclick: () => state.set({ f: name }, "f") }, canvas, h("span", {}, title));
    return { name, canvas, element };
  });
  return {
    element: h("div", { class: "strip sparks", role: "group", "aria-label": "Function A" }, buttons.map((item) => item.element)),
    show(dark) {
      buttons.forEach(({ name, canvas, element }) => {
        if (state.values.f === name && element.getAttribute("aria-pressed") !== "true") reveal(element);
        element.setAttribute("aria-pressed", String(state.values.f === name));
        spark(canvas, model.named(name), dark);
      });
    },
  };
}

/** Scroll the strip, and nothing else, until the button is in sight. */
function reveal(element) {
  const strip = element.parentElement, inside = element.offsetLeft - strip.offsetLeft;
  if (inside < strip.scrollLeft || inside + element.offsetWidth > strip.scrollLeft + strip.clientWidth) strip.scrollLeft = inside - strip.clientWidth / 2;
}

function spark(canvas, f, dark) {
  const ctx = canvas.getContext("2d"), colours = palette(dark);
  const at = (x, y) => [52 + x * 13, 50 - y * 13];
  ctx.clearRect(0, 0, 104, 80);
  ctx.lineWidth = 1.5;
  ctx.strokeStyle = colours.soft;
  ctx.beginPath();
  ctx.moveTo(0, 50); ctx.lineTo(104, 50); ctx.moveTo(52, 0); ctx.lineTo(52, 80);
  ctx.stroke();
  ctx.lineWidth = 4;
  ctx.strokeStyle = colours.a;
  ctx.beginPath();
  for (let x = -4; x <= 4; x += 0.05) ctx.lineTo(...at(x, f.value(x)));
  ctx.stroke();
}

export function curvesSection({ state, model, data, root }) {
  const { values } = state;
  const reader = { min: -8, max: 8, step: 0.05, big: 0.5, hover: true, onPoint: (x) => state.set({ x: Math.max(-values.view, Math.min(+values.view, x)) }), text: (x) => `x = ${short(x)}` };
  const left = plot({ label: "Curve: read at x", reader }), right = plot({ label: "Slope: read at x", reader });
  const strip = sparkStrip(state, data, model);
  const facts = h("div", { class: "facts" }), said = h("p", { class: "look" }), gap = h("p", { class: "gap" });
  const gelu = h("button", { type: "button", class: "button", onclick: () => state.set({ f: "gelu", g: "gelu_tanh", right: "difference", view: "4" }, "gelu") }, "GELU against its tanh approximation");
  const element = h("div", {}, strip.element, h("div", { class: "plots" }, left.element, right.element),
    h("div", { class: "grid facts-row" }, facts, h("div", {}, said, gap, gelu, h("p", { class: "note" }, `Bars at the foot: slope nearer to 0 than ${data.saturated_slope} (saturated: the gradient hardly passes); hatched: exactly 0 (the gradient dies). At a kink the slope is the one PyTorch uses.`))));
  let numbers = {};

  const draw = (items, low, high) => {
    const bands = items.flatMap(({ slot, f }, i) => flatRuns(f, data.saturated_slope).map((run) => ({ ...run, slot, row: i })));
    const curves = items.map(({ slot, f }) => ({ slot, dash: DASH[slot], points: sampled(f.value, low, high) }));
    const marks = (g) => items.map(({ slot, f }) => ({ slot, x: values.x, y: g(f), shape: slot === "a" ? "round" : "square" }));
    left.name("Curve", keys(items));
    left.draw({ x: [low, high], y: padded(curves.flatMap((c) => c.points), 0), xLabel: "x, before the function", yLabel: "f(x)", bands, curves, marks: marks((f) => f.value(values.x)), at: values.x });
    const slopes = items.map(({ slot, f }) => ({ slot, dash: DASH[slot], points: steps(f, low, high) }));
    if (values.right === "difference" && items.length === 2) return apart(items, low, high);
    right.name("Slope: the share of the gradient that passes back", keys(items));
    right.draw({ x: [low, high], y: padded(slopes.flatMap((c) => c.points), 0, 1), xLabel: "x", yLabel: "f′(x)", bands, curves: slopes, marks: marks((f) => f.slope(values.x)), at: values.x, guides: [{ y: 1, text: "1: passes unchanged" }] });
  };
  const apart = ([one, two], low, high) => {
    const points = sampled((x) => one.f.value(x) - two.f.value(x), low, high);
    right.name(`Difference: ${one.f.title} − ${two.f.title}`, []);
    right.draw({ x: [low, high], y: padded(points, 0), xLabel: "x", yLabel: "A − B", curves: [{ slot: "c", points }], marks: [{ slot: "c", x: values.x, y: one.f.value(values.x) - two.f.value(values.x) }], at: values.x });
  };
  return {
    element,
    show() {
      const items = chosen(model), span = Number(values.view);
      strip.show(isDark(root));
      draw(items, -span, span);
      const measured = items.map(({ f }) => ({ name: f.name, value: f.value(values.x), slope: f.slope(values.x), steepest: steepest(f), flat: flatRuns(f, data.saturated_slope), formula: f.formula, range: rangeOf(f) }));
      const difference = items.length === 2 ? largestDifference(items[0].f, items[1].f, -span, span) : null;
      numbers = { x: values.x, functions: measured, difference };
      facts.replaceChildren(factTable(items, measured, values.x));
      said.replaceChildren(h("strong", {}, `${items[0].f.title}: `), items[0].f.what, " ", h("span", { class: "credit" }, items[0].f.source));
      gap.textContent = difference ? `Largest |A − B| from −${span} to ${span}: ${short(difference.value)} at x = ${short(difference.at)}.` : "";
    },
    numbers: () => numbers,
    pictures: () => [{ canvas: left.canvas, caption: keys(chosen(model)).map((key) => key.text).join(", ") }, { canvas: right.canvas, caption: values.right === "slope" ? "Slope" : "A − B" }],
    dispose() { left.dispose(); right.dispose(); },
  };
}

/** Slopes with their jumps left open. */
function steps(f, low, high) {
  const points = sampled(f.slope, low, high);
  return points.flatMap((point, i) => (i && Math.abs(point[1] - points[i - 1][1]) > 0.08 ? [[point[0], null], point] : [point]));
}

/** The bounds as the table of the concepts has them; for parameters of the reader's own, looked up on the curve. */
export function rangeOf(f) {
  if (!["elu", "maxout", "leaky_relu"].includes(f.name)) return f.range;
  const [left, right] = [f.value(-1e6), f.value(1e6)];
  let low = Math.min(left, right);
  for (let i = -20_000; i <= 20_000; i++) low = Math.min(low, f.value(i / 1000));
  const high = Math.max(left, right);
  return `${low < -1e3 ? "−∞" : short(low)} to ${high > 1e3 ? "∞" : short(high)}`;
}

function factTable(items, measured, x) {
  const row = (name, cell) => [name, ...measured.map(cell)];
  return table("The chosen functions in numbers", [
    ["", ...items.map(({ letter, f }) => `${letter}: ${f.title}`)],
    row(`f(${short(x)})`, (m) => short(m.value, 4)),
    row(`f′(${short(x)})`, (m) => short(m.slope, 4)),
    row("formula", (m) => m.formula),
    row("range", (m) => m.range),
    row("steepest", (m) => short(m.steepest.value, 4) + (m.steepest.at === null ? "" : ` at x = ${short(m.steepest.at)}`)),
    row("saturated", (m) => rangesText(m.flat)),
  ]);
}
