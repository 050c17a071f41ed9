// "How much of it counts": asks the server to measure, run by run, and shows what has come so far.
import { button, h, line, put, segmented } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { percent } from "./facts.js";
import { decoded, paintHeat, paintProfile } from "./heat.js";
import { sheet, theme } from "./sheet.js";
import { area, box, meet, whole } from "./view.js";

const KINDS = [
  { value: "random", label: "Random", title: "He's first weights, drawn anew for every run" },
  { value: "trained", label: "Trained", title: "Weights that were trained, where they are on this server" },
  { value: "equal", label: "All equal", title: "Every weight the same, no activations: counts the ways from a pixel to the unit" },
];
const KEPT = 24;

const keyOf = ({ network, side_px: side, layer, kind }) => [network, side, layer, kind].join("|");

/** onKind(kind), onAsk(wish or null): what the server should measure. */
export function effectiveSection({ root, onKind, onAsk }) {
  const self = { root, onAsk, results: new Map(), asking: "", began: 0, view: null };
  self.heat = h("canvas", { role: "img" });
  self.profile = h("canvas", { role: "img" });
  self.kind = segmented({ label: "Weights", value: "random", options: KINDS, onChange: onKind });
  self.button = button("Measure", () => (self.asking ? stop(self) : ask(self)), { kind: "primary measure" });
  self.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "Runs done" });
  self.status = line();
  self.alert = line("alert");
  self.list = h("dl", { class: "facts" });
  self.meaning = h("p", { class: "meaning" });
  const boxes = { heat: h("div", { class: "stage heat" }, self.heat), profile: h("div", { class: "stage profile" }, self.profile) };
  self.boxes = boxes;
  const asked = question({
    look: "where the gradient is strong, and how little of the yellow box that is.",
    ask: "a unit sees a box of 196 × 196 pixels. How much does a pixel in the corner of the box matter, beside one in its middle?",
    choices: [
      { label: "As much", why: "Every pixel of the box can matter, but not alike: from the corner only one way leads up to the unit, from the middle a great many." },
      { label: "Far less", right: true, why: "From a corner only one way leads through all the windows, from the middle a great many. What they add up to is a bell: Luo et al. 2016 show that it holds a share of the box that shrinks with depth, like 1/√n." },
      { label: "Not at all", why: "With random weights its gradient is tiny but above zero: the box is exactly what can matter. “All equal” shows that every pixel of it is reached." },
    ],
  });
  self.element = h("section", { class: "effective" }, h("h2", {}, "How much of it counts"),
    h("p", {}, "The box says which pixels can change a unit. How much each one does is its gradient: run the network up to this layer on noise, ask how the centre cell changes with every pixel, and average."),
    h("div", { class: "effective-grid" }, boxes.heat, h("div", {}, boxes.profile, self.meaning),
      h("div", { class: "effective-side" }, self.kind.element, h("div", { class: "row middle" }, self.button, self.bar), self.status.element, self.alert.element, self.list)),
    asked.element);
  return { element: self.element, set: (view) => set(self, view), take: (measured) => take(self, measured), repaint: () => paint(self), ask: () => ask(self), canvases: () => [self.heat, self.profile], marks: (network, side, layers) => marks(self, network, side, layers), result: () => current(self) };
}

function wish(self) {
  const { network, layer, kind } = self.view;
  return { network: network.name, side_px: network.side_px, layer: layer.name, kind };
}

const current = (self) => (self.view ? self.results.get(keyOf(wish(self))) || null : null);

function ask(self) {
  if (!self.view) return;
  self.asking = keyOf(wish(self));
  self.began = performance.now();
  self.alert.say("");
  self.onAsk(wish(self));
  words(self);
}

function stop(self) {
  self.asking = "";
  self.onAsk(null);
  words(self);
}

/** What the server has measured so far. */
function take(self, measured) {
  if (!measured) return;
  const key = keyOf(measured);
  if (measured.why) self.results.set(key, { ...measured, heat: null });
  else if (measured.levels) {
    self.results.delete(key);
    self.results.set(key, { ...measured, heat: decoded(measured) });
  }
  if (self.results.size > KEPT) self.results.delete(self.results.keys().next().value);
  if (self.asking === key && (measured.why || measured.runs >= measured.of)) self.asking = "";
  if (self.view) { words(self); paint(self); }
}

/** Measured sizes for the chart of growth: [{place, px}]. */
function marks(self, network, side, layers) {
  const places = new Map(layers.map((layer, i) => [layer.name, i]));
  const mine = [...self.results.values()].filter((r) => r.network === network && r.side_px === side && r.heat && r.kind !== "equal");
  return mine.map((r) => ({ place: places.get(r.layer), px: r.holds_90_px, kind: r.kind })).filter((r) => r.place !== undefined);
}

function set(self, view) {
  self.view = view;
  self.kind.set(view.kind);
  const { network } = view;
  self.kind.disable(network.has_trained ? {} : { trained: `Trained weights of ${network.name} are not on this server` });
  words(self);
  paint(self);
}

function centreBox(self) {
  const { layer } = self.view;
  return box(layer, Math.floor(layer.map[0] / 2), Math.floor(layer.map[1] / 2));
}

function words(self) {
  const { network, layer, kind } = self.view;
  const result = current(self);
  const busy = Boolean(self.asking);
  put(self.button, busy ? "Stop" : result?.heat ? "Measure again" : "Measure");
  self.bar.hidden = !busy;
  const mine = busy && self.asking === keyOf(wish(self));
  const [done, of] = mine && result && !result.why ? [result.runs % result.of, result.of] : [0, kind === "equal" ? 1 : 8];
  self.bar.max = of;
  self.bar.value = done;
  const left = done ? ((performance.now() - self.began) / 1000 / done) * (of - done) : 0;
  const told = result?.heat ? `Measured at ${layer.name} of ${network.name}, cell ${result.cell.join(", ")}: ${result.runs} of ${result.of} runs.` : `Not measured yet at ${layer.name}.`;
  self.status.say(busy ? `Run ${done + 1} of ${of}${left ? `, about ${Math.max(1, Math.round(left))} s left` : ""}` : told);
  self.alert.say(result?.why ? `${result.why[0].toUpperCase()}${result.why.slice(1)}.` : "");
  const rows = figures(self, result);
  self.list.replaceChildren(...rows.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
  put(self.meaning, meaning(self, result));
  const label = rows.map(([name, value]) => `${name}: ${value}`).join("; ");
  self.heat.setAttribute("aria-label", `The centre unit of ${layer.name}. ${label}`);
  self.profile.setAttribute("aria-label", result?.heat ? `Gradient along the columns: a bell with a standard deviation of ${result.spread_px.toFixed(1)} px` : "Not measured yet");
}

function figures(self, result) {
  const { network } = self.view;
  const b = centreBox(self);
  const inner = meet(b, whole(network.side_px));
  const rows = [["The box (theory)", `${b.bottom - b.top + 1} × ${b.right - b.left + 1} px`], ["of it in the picture", `${inner.bottom - inner.top + 1} × ${inner.right - inner.left + 1} px`]];
  if (!result?.heat) return rows;
  rows.push(["90 % of the gradient", `in the middle ${result.holds_90_px} × ${result.holds_90_px} px`]);
  rows.push(["Pixels above 4.55 % of the largest", `as many as in ${result.luo_px.toFixed(1)} × ${result.luo_px.toFixed(1)} px`]);
  rows.push(["Spread (standard deviation)", `${result.spread_px.toFixed(1)} px`]);
  rows.push(["Gradient inside the box", percent(result.inside)]);
  return rows;
}

function meaning(self, result) {
  if (!result?.heat) return "Press Measure: this server runs the layers up to this one, and no further.";
  const { kind, layer } = self.view;
  const inner = area(meet(centreBox(self), whole(self.view.network.side_px)));
  const share = percent(Math.min(1, (result.holds_90_px * result.holds_90_px) / inner));
  const held = `Nine tenths of the gradient lie in ${share} of the box's pixels.`;
  const leak = result.inside < 0.9995 ? " A little lies outside: something before this layer averages the whole map." : layer.global ? "" : " None lies outside the box.";
  if (kind === "equal") return `${held}${leak} With all weights equal the gradient counts the ways from a pixel to the unit: every pixel of the box has one, the middle has most.`;
  return held + leak;
}

function paint(self) {
  if (!self.view) return;
  const { network, picture } = self.view;
  const [heatPx, w] = [Math.floor(Math.min(self.boxes.heat.clientWidth, 380)), Math.floor(self.boxes.profile.clientWidth)];
  if (!heatPx || !w) return;
  const look = theme(self.root);
  const result = current(self);
  const shown = { picture, side: network.side_px, box: centreBox(self), result: result?.heat ? result : null };
  paintHeat(sheet(self.heat, heatPx, heatPx), look, heatPx, shown);
  paintProfile(sheet(self.profile, w, 270), look, w, 270, shown);
}
