// Dropout on 48 units: which are kept in this draw, what they then say, and what remains on average.
import { button, h, put } from "../shared/controls.js";
import { chance } from "./chance.js";

export const UNITS = 48;
const DRAWS = 1000;

/** Values of the units, 0 … 4, a third of them 0 as after a ReLU. */
export const unitValues = () => { const next = chance(5); return Array.from({ length: UNITS }, () => Math.max(0, Math.round(60 * next() - 20) / 10)); };

/** One draw: which units are kept with probability 1 − p. */
export function kept(seed, p) {
  const next = chance(seed);
  return Array.from({ length: UNITS }, () => next() >= p / 100);
}

const total = (values, mask, scale) => values.reduce((sum, v, i) => sum + (mask[i] ? v * scale : 0), 0);

export function play({ state }) {
  const values = unitValues();
  const cells = values.map(() => h("span", { class: "unit" }));
  const grid = h("div", { class: "units", role: "img" }, cells);
  const told = h("p", { class: "told", "aria-live": "polite" });
  const again = button("Draw again", () => state.set({ seed: (state.values.seed % 9999) + 1 }, "seed"), { kind: "primary" });
  let numbers = {};
  return {
    element: h("section", { class: "play" }, h("h2", {}, "One draw of dropout"), h("div", { class: "row middle" }, again, h("span", { class: "note" }, "Each square is a unit; crossed out is dropped. The link keeps the draw.")), grid, told),
    show({ p }, { seed }) {
      const scale = 1 / (1 - p / 100);
      const mask = kept(seed, p);
      cells.forEach((element, i) => { put(element, mask[i] ? (values[i] * scale).toFixed(1) : "0"); element.classList.toggle("dropped", !mask[i]); element.title = mask[i] ? `${values[i]} × ${scale.toFixed(2)}` : `${values[i]}, dropped`; });
      const sums = Array.from({ length: DRAWS }, (_, i) => total(values, kept(seed + 1 + i, p), scale));
      numbers = { kept: mask.filter(Boolean).length, scale, mask: mask.map(Number), sum: total(values, mask, scale), full: values.reduce((a, b) => a + b, 0), mean: sums.reduce((a, b) => a + b, 0) / DRAWS };
      put(told, `${numbers.kept} of ${UNITS} kept, each times 1/(1 − ${p / 100}) = ${scale.toFixed(2)}. Their sum is ${numbers.sum.toFixed(1)}; in use, with all units and no scaling, ${numbers.full.toFixed(1)}; the mean of ${DRAWS} other draws is ${numbers.mean.toFixed(1)}.`);
      grid.setAttribute("aria-label", told.textContent);
    },
    numbers: () => numbers,
  };
}
