// The change of seats: maps in a row, as a table of groups, the table turned, and in a row again.
import { button, h, put, segmented } from "../shared/controls.js";

const STEPS = [["0", "In a row"], ["1", "As a table"], ["2", "Turned"], ["3", "In a row again"]];
const SAID = [
  (g, m) => `${g} groups of ${m} maps each: a group has one shade. The grouped convolution before has kept them apart.`,
  (g, m) => `reshape(${g}, ${m}): one line a group.`,
  (g, m) => `transpose: ${m} lines of ${g}, one map from every group in each line.`,
  (g, m, n) => `flatten: what the next layer reads. Each of its ${g} groups takes ${m} seats in a row, with maps of ${Math.min(g, m)} group${Math.min(g, m) > 1 ? "s" : ""} in them${n}.`,
];
const [CELL, GAP] = [30, 4];

/** Seat of each map after the shuffle: map i of g groups of m sits at (i mod m) g + floor(i / m). */
export const seats = (g, m) => Array.from({ length: g * m }, (_, i) => (i % m) * g + Math.floor(i / m));

export function play({ state }) {
  const set = (at) => state.set({ at: Math.max(0, Math.min(3, at)) }, "at");
  const steps = segmented({ label: "Step", hideLabel: true, value: "0", options: STEPS.map(([value, label]) => ({ value, label })), onChange: (v) => set(+v) });
  const back = button("◀ Back", () => set(state.values.at - 1)), next = button("Next ▶", () => set(state.values.at + 1), { kind: "primary" });
  const stage = h("div", { class: "seats", role: "img" });
  const told = h("p", { class: "told", "aria-live": "polite" });
  let shape = "", cells = [], numbers = {};
  return {
    element: h("section", { class: "play" }, h("h2", {}, "The shuffle, step by step"), h("div", { class: "row middle" }, steps.element, back, next), stage, told),
    show({ t, g }, { at }) {
      const m = Math.max(1, Math.min(t / g, Math.floor(24 / g)));
      if (shape !== `${g} ${m}`) { shape = `${g} ${m}`; cells = Array.from({ length: g * m }, (_, i) => cell(i, g, m)); stage.replaceChildren(...cells); }
      const order = seats(g, m);
      const width = stage.clientWidth || 700;
      const places = cells.map((_, i) => place(at, i, order[i], g, m, width));
      cells.forEach((element, i) => { element.style.transform = `translate(${places[i][0]}px, ${places[i][1]}px)`; element.classList.toggle("starts", at === 3 && order[i] % m === 0 && order[i] > 0); });
      stage.style.height = `${Math.max(...places.map(([, y]) => y)) + CELL + 4}px`;
      steps.set(String(at));
      back.disabled = at === 0;
      next.disabled = at === 3;
      const shown = g * m < t ? ` (drawn: ${m} of ${t / g} maps a group)` : "";
      put(told, SAID[at](g, m, shown));
      stage.setAttribute("aria-label", `Maps by seat: ${order.map((seat, i) => [at === 3 ? seat : i, i]).sort((a, b) => a[0] - b[0]).map(([, i]) => i + 1).join(", ")}`);
      numbers = { groups: g, each: m, seats: order };
    },
    numbers: () => numbers,
  };
}

function cell(i, g, m) {
  const group = Math.floor(i / m);
  const element = h("span", { class: "seat", title: `map ${i + 1}, group ${group + 1}` }, String(i + 1));
  element.style.setProperty("--tone", `${g === 1 ? 60 : Math.round(10 + (80 * group) / (g - 1))}%`);
  return element;
}

function place(at, i, seat, g, m, width) {
  const step = CELL + GAP;
  const inRow = (n) => { const each = Math.max(1, Math.floor((width - 4) / step)); return [(n % each) * step, Math.floor(n / each) * (step + 6)]; };
  if (at === 0) return inRow(i);
  if (at === 1) return [(i % m) * step, Math.floor(i / m) * step];
  if (at === 2) return [Math.floor(i / m) * step, (i % m) * step];
  return inRow(seat);
}
