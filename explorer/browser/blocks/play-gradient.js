// The slope through N layers: the product of their slopes, without and with skips.
import { button, h, put, slider } from "../shared/controls.js";
import { short } from "../shared/colour.js";
import { chance, normal } from "./chance.js";

const [W, H, LEFT, MID] = [560, 190, 46, 92];

/** The products after 1 … n layers, for slopes F′ around a mean. */
export function products({ slope, spread, depth, seed }) {
  const draw = normal(chance(seed));
  const slopes = Array.from({ length: depth }, () => slope + spread * draw());
  const running = (f) => { let product = 1; return slopes.map((each) => (product *= f(each))); };
  return { slopes, plain: running((each) => each), skip: running((each) => 1 + each) };
}

export function play({ state }) {
  const set = (patch) => state.set(patch, Object.keys(patch)[0]);
  const controls = {
    slope: slider({ label: "Mean slope F′ of a layer", min: -1.5, max: 1.5, step: 0.05, value: 0, format: (v) => short(+v), onInput: (v) => set({ slope: v }) }),
    spread: slider({ label: "Spread of the slopes", min: 0, max: 1, step: 0.05, value: 0, format: (v) => short(+v), onInput: (v) => set({ spread: v }) }),
    depth: slider({ label: "Layers N", min: 1, max: 60, value: 1, onInput: (v) => set({ depth: v }) }),
  };
  const svg = h("svg:svg", { viewBox: `0 0 ${W} ${H}`, class: "plot", role: "img" });
  const told = h("p", { class: "told" });
  const again = button("Draw other slopes", () => set({ seed: (state.values.seed % 9999) + 1 }));
  let numbers = {};
  return {
    element: h("section", { class: "play" }, h("h2", {}, "Why the gradient comes through"),
      h("p", {}, "Plain: f′ = F′₁ · F′₂ · … · F′ₙ. With skips each layer is x + F(x), and f′ = (1 + F′₁)(1 + F′₂) … (1 + F′ₙ) = 1 + F′₁ + F′₂ + … + F′₁F′₂ + …: 2ᴺ paths, one of them the straight one, 1."),
      h("div", { class: "play-two" }, h("div", { class: "play-figure" }, svg, told), h("div", { class: "play-controls" }, Object.values(controls).map((each) => each.element), again))),
    show(_, values) {
      Object.entries(controls).forEach(([name, control]) => control.set(values[name]));
      const found = products(values);
      numbers = { plain: found.plain.at(-1), skip: found.skip.at(-1), slopes: found.slopes };
      plot(svg, found);
      put(told, `After ${values.depth} layer${values.depth > 1 ? "s" : ""}: without skips ${short(numbers.plain)}, with skips ${short(numbers.skip)}.${advice(numbers.skip)}`);
      svg.setAttribute("aria-label", told.textContent);
    },
    numbers: () => numbers,
  };
}

function advice(skip) {
  if (Math.abs(skip) > 100) return " Skips do not stop an explosion: norms and small first weights do.";
  return Math.abs(skip) < 0.01 ? " Slopes near −1 cancel the skip: it is a help, not a promise." : "";
}

function plot(svg, { plain, skip }) {
  const logs = (list) => list.map((v) => Math.log10(Math.max(1e-300, Math.abs(v))));
  const curves = { plain: logs(plain), skip: logs(skip) };
  const most = Math.max(2, ...curves.plain.map(Math.abs), ...curves.skip.map(Math.abs));
  const y = (v) => MID - (v / most) * (MID - 14);
  const x = (i) => LEFT + ((W - LEFT - 90) * i) / Math.max(1, plain.length);
  const path = (list) => [0, ...list].map((v, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join(" ");
  const label = (v, text) => h("svg:text", { x: LEFT - 6, y: y(v) + 4, "text-anchor": "end" }, text);
  const power = (v) => `10${String(Math.round(v)).replace(/[-\d]/g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)])}`;
  const apart = Math.abs(y(curves.plain.at(-1)) - y(curves.skip.at(-1))) < 16 ? 9 : 0;
  const lower = curves.plain.at(-1) < curves.skip.at(-1) ? 1 : -1;
  svg.replaceChildren(
    h("svg:path", { class: "axis", d: `M${LEFT} ${MID} H${W - 84} M${LEFT} 10 V${H - 18}` }), label(0, "1"), label(most, power(most)), label(-most, power(-most)),
    h("svg:path", { class: "curve plain", d: path(curves.plain) }), h("svg:path", { class: "curve skip", d: path(curves.skip) }),
    h("svg:text", { x: x(plain.length) + 6, y: y(curves.plain.at(-1)) + 4 + apart * lower }, "without"), h("svg:text", { x: x(plain.length) + 6, y: y(curves.skip.at(-1)) + 4 - apart * lower }, "with skips"),
    h("svg:text", { x: LEFT, y: H - 3 }, `size of the slope after 0 … ${plain.length} layers`));
}
