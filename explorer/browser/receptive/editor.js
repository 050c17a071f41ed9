// "Build a stack, follow the cone": layers with sliders, the cone of one unit, the formula with its numbers.
import { button, h, line, put, slider } from "../shared/controls.js";
import { EXAMPLES, effect, effectText, formula, slidesText } from "./claims.js";
import { LIMITS, MOST_LAYERS, format, seen, slides, trace, ways } from "./cone.js";
import { coneLayout, figureHeight, paintCone, unitUnder } from "./cone-figure.js";
import { sheet, theme } from "./sheet.js";

const LABELS = { k: "Window K", s: "Stride S", d: "Dilation D", p: "Padding P" };

/** onChange(patch, name): `stack`, `focus`, `px` or `at`. */
export function editorSection({ root, onChange }) {
  const self = { root, onChange, values: null, hovered: null, rows: [] };
  self.canvas = h("canvas", { "aria-hidden": "true" });
  self.spot = h("div", { class: "spot", tabindex: "0", role: "application", "aria-roledescription": "stack that can be walked over", "aria-label": "The cone of one unit" });
  self.box = h("div", { class: "stage cone" }, self.canvas, self.spot);
  self.chips = EXAMPLES.map((example) => button(example.title, () => onChange({ stack: example.stack, focus: example.focus, at: null }, "example"), { kind: "choice" }));
  self.table = h("div", { class: "stack-rows" });
  self.add = button("Add a convolution", () => grow(self, { k: 3, s: 1, d: 1, p: 1, pool: false }));
  self.pool = button("Add a pool", () => grow(self, { k: 2, s: 2, d: 1, p: 0, pool: true }));
  self.pixels = slider({ label: "Pixels", min: 8, max: 48, value: 24, onInput: (px) => onChange({ px, at: null }, "px") });
  self.formula = h("p", { class: "formula big-formula" });
  self.said = h("p", { class: "claim-said" });
  self.effect = h("p", { class: "claim", role: "status" });
  self.slides = h("p", { class: "slides" });
  self.alert = line("alert");
  self.element = h("section", { class: "editor" }, h("h2", {}, "Build a stack, follow the cone"),
    h("p", {}, "One line of pixels, layer above layer. Point at a unit: its cone runs down to the pixels it sees. Move a slider: which fields change?"),
    h("div", { class: "row examples", role: "group", "aria-label": "Examples" }, self.chips),
    h("div", { class: "editor-grid" }, h("div", { class: "editor-side" }, self.table, h("div", { class: "row" }, self.add, self.pool, self.pixels.element)),
      h("div", {}, self.box, self.alert.element)),
    self.formula, h("p", { class: "note" }, "r = 1 + Σ (K − 1)·D·j, where j, the jump, is the product of all strides before the layer."),
    h("div", { class: "claims" }, h("div", {}, self.said, self.effect), self.slides));
  listen(self);
  return { element: self.element, set: (values) => set(self, values), repaint: () => paint(self), canvases: () => [self.canvas], numbers: () => numbers(self) };
}

const copy = (stack) => stack.map((layer) => ({ ...layer }));

function grow(self, layer) {
  self.onChange({ stack: [...copy(self.values.stack), layer], focus: [self.values.stack.length, layer.pool ? "s" : "k"], at: null }, "stack");
}

function change(self, i, patch) {
  const stack = copy(self.values.stack);
  Object.assign(stack[i], patch);
  if (stack[i].pool) Object.assign(stack[i], { d: 1, p: Math.min(stack[i].p, Math.floor(stack[i].k / 2)) });
  self.onChange({ stack, focus: [i, Object.keys(patch)[0]] }, `stack ${i}`);
}

function remove(self, i) {
  const stack = self.values.stack.filter((_, at) => at !== i);
  self.onChange({ stack, focus: [Math.min(self.values.focus[0], stack.length - 1), self.values.focus[1]], at: null }, "stack");
}

function rowOf(self, i) {
  const sliders = Object.fromEntries(Object.entries(LIMITS).map(([name, [low, high]]) => [name, slider({ label: LABELS[name], min: low, max: high, value: low, onInput: (v) => change(self, i, { [name]: v }) })]));
  for (const [name, one] of Object.entries(sliders)) one.input.setAttribute("aria-label", `${LABELS[name]} of layer ${i + 1}`);
  const title = h("strong", {});
  const result = h("span", { class: "result" });
  const away = button("✕", () => remove(self, i), { ariaLabel: `Remove layer ${i + 1}`, kind: "away" });
  const element = h("div", { class: "stack-row", role: "group", "aria-label": `Layer ${i + 1}` }, h("div", { class: "stack-head" }, title, result, away), h("div", { class: "stack-sliders" }, Object.values(sliders).map((one) => one.element)));
  return { element, sliders, title, result, away };
}

function set(self, values) {
  self.values = values;
  const { stack, px } = values;
  self.levels = trace(stack, px);
  while (self.rows.length < stack.length) { const made = rowOf(self, self.rows.length); self.rows.push(made); self.table.append(made.element); }
  while (self.rows.length > stack.length) self.rows.pop().element.remove();
  stack.forEach((layer, i) => showRow(self, layer, i));
  self.pixels.set(px);
  self.add.disabled = self.pool.disabled = stack.length >= MOST_LAYERS;
  self.chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(format(EXAMPLES[i].stack) === format(stack))));
  self.alert.say(why(self) ? `This stack cannot be: ${why(self)}.` : "");
  put(self.formula, formula(self.levels));
  const [said, effect] = effectText(stack, values.focus, px);
  put(self.said, said);
  put(self.effect, effect);
  put(self.slides, slidesText(stack, self.levels));
  paint(self);
}

const why = (self) => self.levels.find((level) => level.why)?.why || "";

function showRow(self, layer, i) {
  const { sliders, title, result, away, element } = self.rows[i];
  const level = self.levels[i + 1];
  put(title, `${i + 1} ${layer.pool ? "Pool" : "Conv"}`);
  put(result, level.n ? `+ ${level.grew} → sees ${level.size} px, jump ${level.jump}, ${level.n} cells` : "does not fit");
  for (const name of Object.keys(LIMITS)) sliders[name].set(layer[name]);
  sliders.p.limits(0, layer.pool ? Math.floor(layer.k / 2) : LIMITS.p[1]);
  sliders.d.element.hidden = layer.pool;
  away.hidden = self.values.stack.length < 2;
  const [place, name] = self.values.focus;
  Object.entries(sliders).forEach(([key, one]) => one.element.classList.toggle("focused", place === i && key === name));
  element.classList.toggle("broken", !level.n);
}

/** The unit whose cone is shown: pointed at, chosen, or the middle one of the last layer that fits. */
function unit(self) {
  const { levels } = self;
  const fits = (u) => u && u.level < levels.length && u.at < levels[u.level].n;
  if (fits(self.hovered)) return self.hovered;
  if (fits(self.values.at)) return self.values.at;
  let level = levels.length - 1;
  while (level > 0 && !levels[level].n) level--;
  return { level, at: Math.floor(levels[level].n / 2) };
}

function paint(self) {
  const w = Math.floor(self.box.clientWidth);
  if (!w || !self.values) return;
  const height = figureHeight(self.levels);
  const shown = unit(self);
  self.view = coneLayout(self.levels, self.values.px, w, shown);
  paintCone(sheet(self.canvas, w, height), theme(self.root), self.view, shown);
  Object.assign(self.spot.style, { width: `${w}px`, height: `${height}px` });
  const [first, last] = seen(self.levels[shown.level], shown.at);
  const label = `Unit ${shown.at} of ${shown.level ? `layer ${shown.level}` : "the pixels"} sees ${last - first + 1} pixels, ${first} to ${last}. Arrow keys move along and between the layers.`;
  if (self.spot.getAttribute("aria-label") !== label) self.spot.setAttribute("aria-label", label);
}

function numbers(self) {
  const shown = unit(self);
  const { stack, focus, px } = self.values;
  const fed = [...ways(self.levels, shown.level, shown.at)[0]].filter(([at]) => at >= 0 && at < px).sort((a, b) => a[0] - b[0]);
  return { layers: stack, pixels: px, levels: self.levels, unit: shown, seen: seen(self.levels[shown.level], shown.at), ways: fed, effect: effect(stack, focus, px), slides: slides(stack), why: why(self) };
}

function listen(self) {
  const under = (event) => { const area = self.canvas.getBoundingClientRect(); return self.view && unitUnder(self.view, event.clientX - area.left, event.clientY - area.top); };
  const hover = (next) => { if (JSON.stringify(next) === JSON.stringify(self.hovered)) return; self.hovered = next; paint(self); };
  self.canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") hover(under(event)); });
  self.canvas.addEventListener("pointerleave", () => hover(null));
  self.canvas.addEventListener("click", (event) => { const found = under(event); if (found) { self.hovered = null; self.onChange({ at: found }, "at"); } });
  self.spot.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [1, 0], ArrowDown: [-1, 0] }[event.key];
    if (!move) return;
    event.preventDefault();
    self.hovered = null;
    self.onChange({ at: walked(self, unit(self), move) }, "at");
  });
}

/** The next unit along a layer, or the one nearest above or below. */
function walked(self, { level, at }, [up, along]) {
  const next = Math.max(0, Math.min(self.levels.length - 1, level + up));
  const to = self.levels[next];
  if (!to.n) return { level, at };
  const [first, last] = seen(self.levels[level], at);
  const wanted = next === level ? at + along : Math.round(((first + last) / 2 - (to.first + to.last) / 2) / to.jump);
  return { level: next, at: Math.max(0, Math.min(to.n - 1, wanted)) };
}
