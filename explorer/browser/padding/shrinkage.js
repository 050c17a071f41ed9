// Layer after layer: the same filter again and again, drawn as nested squares, without and with padding.
import { h, line, segmented, slider } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { shrinkage } from "./arithmetic.js";
import { LIMITS } from "./settings.js";

const SIDE = 300;

const rect = (side, name) => h("svg:rect", { x: (SIDE - side) / 2 + 2, y: (SIDE - side) / 2 + 2, width: side, height: side, class: name });

function svg(label, children) {
  const grain = h("svg:pattern", { id: "touched", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" }, h("svg:line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "grain" }));
  return h("svg:svg", { viewBox: `0 0 ${SIDE + 4} ${SIDE + 4}`, role: "img", "aria-label": label }, h("svg:defs", {}, grain), children);
}

/** Sizes at the corners of the squares, as many as can be read. */
function labels(sizes, scale) {
  let last = -Infinity;
  return sizes.map((size, i) => {
    const inset = (SIDE - size * scale) / 2;
    if (inset - last < 16 || size * scale < 24) return null;
    last = inset;
    return h("svg:text", { x: inset + 8, y: inset + 17, class: i === sizes.length - 1 ? "size last" : "size" }, String(size));
  });
}

function shrinking({ found }) {
  const scale = SIDE / found[0].size;
  const sizes = found.map((layer) => layer.size);
  const squares = sizes.map((size, i) => { const r = rect(size * scale, "square"); r.style.setProperty("--depth", String(i / Math.max(1, LIMITS.layers[1]))); return r; });
  return svg(`Nested squares: ${sizes.join(", ")} cells a side`, [...squares, ...labels(sizes, scale)]);
}

function kept({ found }) {
  const scale = SIDE / found[0].size;
  const inner = found.map((layer) => layer.untouched);
  const whole = [rect(SIDE, "square"), rect(SIDE, "touched")];
  const nested = inner.slice(1).filter((size) => size > 0).map((size, i, all) => rect(size * scale, i === all.length - 1 ? "clean last" : "ring"));
  return svg(`A square of ${found[0].size} cells a side; ${inner.at(-1)} cells a side have seen no padding`, [...whole, ...nested, ...labels(inner.filter((size) => size > 0), scale)]);
}

const arrows = (sizes) => sizes.join(" → ");

/** The section. `state` holds n (input), f (filter), layers. */
export function shrinkageSection(state) {
  const { values } = state;
  const [left, right] = [h("div", {}), h("div", {})];
  const [before, after] = [h("p", { class: "formula" }), h("p", { class: "formula" })];
  const [heading, padHeading] = [h("h3", {}, ""), h("h3", {}, "")];
  const said = line("alert");
  const controls = {
    layers: slider({ label: "Layers", min: LIMITS.layers[0], max: LIMITS.layers[1], value: values.layers, onInput: (layers) => state.set({ layers }, "layers") }),
    n: slider({ label: "Input", min: LIMITS.n[0], max: LIMITS.n[1], value: values.n, format: (n) => `${n}×${n}`, onInput: (n) => state.set({ n }, "n") }),
    f: segmented({ label: "Filter", value: values.f, options: ["3", "5", "7"].map((value) => ({ value, label: `${value}×${value}` })), onChange: (f) => state.set({ f }, "f") }),
  };
  const ask = question({
    look: "how fast the squares shrink, and on the right how far the padding has crept in.",
    ask: "pad 2 keeps 32×32 through four layers of 5×5. How much of that output has never felt the padding?",
    choices: [
      { label: "All of it", why: "Each layer lets the padding reach 2 cells further in from every side: after four layers 8 cells. Only 16×16 of 32×32, a quarter, is free of it." },
      { label: "Half", why: "Half along each side is a quarter of the area: (32 − 4·4)² = 16×16 of 32×32." },
      { label: "A quarter", right: true, why: "Each layer lets the padding reach 2 cells further in: (32 − 4·4)² = 16×16 of 32×32. They are the very cells that are left without padding." },
    ],
  });
  const element = h("section", { class: "shrinkage" }, h("h2", {}, "Layer after layer"),
    h("div", { class: "row" }, controls.layers.element, controls.n.element, controls.f.element), said.element,
    h("div", { class: "pair" }, h("figure", {}, heading, left, before), h("figure", {}, padHeading, right, after), ask.element));
  const self = { element, numbers: null };
  self.show = () => {
    const k = Number(values.f), padding = (k - 1) / 2;
    const [bare, same] = [shrinkage(values.n, k, 0, values.layers), shrinkage(values.n, k, padding, values.layers)];
    controls.layers.set(values.layers);
    controls.n.set(values.n);
    controls.f.set(values.f);
    heading.textContent = `No padding: ${k - 1} cells fewer each time`;
    padHeading.textContent = `Pad ${padding}: the size is kept, the clean part is not`;
    left.replaceChildren(shrinking(bare));
    right.replaceChildren(kept(same));
    before.textContent = arrows(bare.found.map((layer) => layer.size));
    const { size, untouched } = same.found.at(-1);
    after.textContent = `${arrows(same.found.map((layer) => layer.size))}; ${untouched ? `${untouched}×${untouched}, ${((100 * untouched ** 2) / size ** 2).toFixed(0)} %,` : "none of it"} untouched by padding`;
    said.say(bare.stopped ? `Without padding it ends early: ${bare.stopped}.` : "");
    self.numbers = { sizes: bare.found.map((layer) => layer.size), padded: same.found.map((layer) => layer.size), untouched: same.found.map((layer) => layer.untouched), stopped: bare.stopped };
  };
  return self;
}
