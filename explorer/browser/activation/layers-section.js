// The chain rule through many layers: one slope for each, multiplied.
import { short } from "../shared/colour.js";
import { h, table } from "../shared/controls.js";
import { chosen } from "./curves.js";
import { asGrey } from "./map-section.js";
import { MOST_LAYERS } from "./model.js";
import { plot, power, powers, raised } from "./plot.js";
import { percent, stage } from "./stage.js";

const GREY = { kind: "grey", low: 0, high: 255, text: "" };
const FLOOR = -20; // powers of ten below this are drawn at the foot

const log = (v) => (v > 0 ? Math.max(FLOOR, Math.log10(v)) : null);

export function layersSection({ state, model }) {
  const { values } = state;
  const reader = { min: 1, max: MOST_LAYERS, step: 1, big: 5, onPoint: (n) => state.set({ n }), text: (n) => `${n} layers` };
  const decay = plot({ label: "Layers", reader });
  const left = { a: stage({ label: "A", legend: false }), b: stage({ label: "B", legend: false }) };
  const facts = h("div", { class: "facts" }), rule = h("p", { class: "formula" });
  const maps = h("div", { class: "fades" }, left.a.element, left.b.element);
  const element = h("div", {}, h("div", { class: "split" }, decay.element, h("div", {}, maps, h("p", { class: "note" }, "White: the whole gradient (1 or more) gets back; black: none. Same scale for both."), rule, facts)));
  let numbers = {};

  const draw = (items, decays) => {
    const lines = items.flatMap(({ slot }, i) => [
      { slot, points: decays[i].means.map((v, x) => [x, log(v)]) },
      { slot, width: 1.5, dash: [3, 4], points: decays[i].best.map((v, x) => [x, log(v)]) },
    ]);
    const all = lines.flatMap((line) => line.points.map(([, y]) => y)).filter((y) => y !== null);
    const y = [Math.min(-2, Math.floor(Math.min(...all))), Math.max(0.3, Math.max(...all) + 0.3)];
    decay.name("Gradient left", [...items.map(({ slot, letter, f }) => ({ slot, text: `${letter}: ${f.title}, mean over the map` })), { slot: "soft", text: "thin: the best any value could do", dash: true }]);
    decay.draw({ x: [0, MOST_LAYERS], y, log: true, yTicks: powers(...y).map((e) => [e, power(e)]), xTicks: [0, 5, 10, 15, 20, 25, 30].map((n) => [n, String(n)]), xLabel: "layers passed, backwards", curves: lines, at: values.n, marks: items.map(({ slot }, i) => ({ slot, x: values.n, y: log(decays[i].means[values.n]), shape: slot === "a" ? "round" : "square" })) });
  };
  return {
    element,
    show() {
      const items = chosen(model), chains = items.map(({ f }) => model.chain(f));
      left.b.element.hidden = items.length < 2;
      draw(items, items.map(({ f }) => model.decay(f)));
      items.forEach(({ slot, letter, f }, i) => left[slot].paint(asGrey(chains[i].plane), GREY, `${letter}: ${f.title} · after ${values.n} ${values.n === 1 ? "layer" : "layers"}`));
      rule.textContent = items.map(({ f }, i) => `${f.title}: at best ${short(chains[i].steepest.value)}${raised(values.n)} = ${short(chains[i].best)}`).join(" · ");
      facts.replaceChildren(measured(items, chains, values.n));
      numbers = { n: values.n, functions: items.map(({ f }, i) => ({ name: f.name, mean: chains[i].mean, best: chains[i].best, median: chains[i].median, dead: chains[i].dead, whole: chains[i].whole, passing: chains[i].passing })) };
    },
    numbers: () => numbers,
    pictures: () => [{ canvas: decay.canvas, caption: "Gradient left against layers" }, ...chosen(model).map(({ slot }) => ({ canvas: left[slot].canvas, caption: left[slot].caption.textContent }))],
    dispose() { decay.dispose(); },
  };
}

function measured(items, chains, n) {
  const row = (name, cell) => [name, ...chains.map(cell)];
  return table(`Gradient left after ${n} layers, over the map's values`, [
    [`after ${n} ${n === 1 ? "layer" : "layers"}`, ...items.map(({ letter, f }) => `${letter}: ${f.title}`)],
    row("mean over the map", (c) => short(c.mean)),
    row("median", (c) => short(c.median)),
    row("more than 1 % left", (c) => percent(c.passing)),
    row("all of it left (exactly 1)", (c) => percent(c.whole)),
    row("none left (exactly 0)", (c) => percent(c.dead)),
  ]);
}
