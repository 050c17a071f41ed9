// Section "When things move": the picture is moved by the reader; three layers answer before and after.
import { isDark, short } from "../shared/colour.js";
import { button, h, line, segmented, select, slider, table } from "../shared/controls.js";
import { planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { gallery, told } from "./gallery.js";
import { sheet } from "./sheet.js";
import { LAYERS, ShiftModel } from "./shift-model.js";
import { drawSweep } from "./sweep-plot.js";

const CHOICES = [
  ["move", "Move", [["shift", "Shift"], ["turn", "Quarter turn"], ["mirror", "Mirror"]]],
  ["fill", "What comes in", [["wrap", "Other side"], ["black", "Black"]]],
  ["border", "Padding", [["none", "None"], ["zeros", "Zero"], ["circular", "Circular"]]],
  ["st", "Stride", [["1", "1"], ["2", "2"], ["4", "4"]]],
  ["px", "Picture side", [["32", "32 px"], ["128", "128 px"]]],
];
const WAYS = [["←", "left", -1, 0], ["↑", "up", 0, -1], ["↓", "down", 0, 1], ["→", "right", 1, 0]];

export function shifting(context) {
  return new Shifting(context);
}

class Shifting {
  constructor({ root, state, data, onPicture }) {
    Object.assign(this, { root, state, data, onPicture });
    this.model = new ShiftModel(data);
    this.picture = null;
    this.build();
  }

  build() {
    const { values } = this.state;
    this.choices = Object.fromEntries(CHOICES.map(([name, label, options]) => [name, segmented({ label, value: values[name], options: options.map(([value, text]) => ({ value, label: text })), onChange: (v) => this.choose(name, v) })]));
    const groups = [...new Set(this.data.kernels.map((kernel) => kernel.group))].map((label) => ({ label, options: this.data.kernels.filter((kernel) => kernel.group === label).map(({ name, title }) => ({ value: name, label: title })) }));
    this.kern = select({ label: "Kernel", groups, value: values.kern, onChange: (kern) => this.state.set({ kern }, "kern") });
    this.own = slider({ label: "Locally connected: weights of their own", min: 0, max: 100, value: values.own, format: (v) => `${v} %`, onInput: (own) => this.state.set({ own }, "own") });
    this.arrows = WAYS.map(([sign, word, dx, dy]) => button(sign, () => this.nudge(dx, dy), { ariaLabel: `Shift ${word} by one pixel` }));
    this.offset = h("output", { class: "offset" });
    this.pad = h("div", { class: "row middle pad" }, this.arrows, button("Put back", () => this.state.set({ dx: 0, dy: 0 }, "dx")), this.offset);
    this.gallery = gallery({ onDrag: () => this.grab(), onUnit: (row, column, relative) => this.mark(row, column, relative), onKey: (event) => this.onKey(event) });
    this.failed = line("alert");
    this.verdict = h("p", { class: "verdict-line", role: "status" });
    this.picker = picturePicker({ pictures: this.data.pictures, initial: values.pic, onName: (pic) => this.state.set({ pic }), onPicture: (given) => this.open(given) });
    this.element = h("section", { class: "shift", "aria-label": "When things move" },
      this.verdict, h("div", { class: "moving" }, h("div", {}, this.gallery.element, this.failed.element),
        h("div", { class: "panel knobs" }, this.choices.move.element, this.pad, this.kern.element, this.choices.fill.element, this.choices.border.element, this.choices.st.element, this.choices.px.element, this.own.element)),
      this.picker.element, this.invariance());
  }

  invariance() {
    this.plot = sheet({ height: (w) => Math.min(280, Math.max(230, w * 0.42)), draw: (ctx, look) => { if (this.sweep) drawSweep(ctx, look, { shifts: this.sweep.shifts, points: this.sweep.series.conv, now: this.state.values.move === "shift" ? this.state.values.dx : NaN }); }, attributes: { role: "img" } });
    this.spreads = h("div", { class: "scroll" });
    this.pooled = h("p", { class: "formula" });
    return h("section", { class: "invariance" }, h("h2", {}, "Equivariance is not invariance"),
      h("p", {}, "A convolution's answer moves along: that is ", h("strong", {}, "equivariance"), ", f(shift x) = shift f(x). ", h("strong", {}, "Invariance"), " would be f(shift x) = f(x): no layer here does that. Only pooling over the whole map does."),
      h("div", { class: "two" }, h("figure", { class: "figure" }, h("figcaption", {}, "Rectified map of the convolution (ReLU) while the picture is shifted sideways"), this.plot.canvas), h("div", {}, this.pooled, this.spreads)));
  }

  choose(name, value) {
    this.state.set({ [name]: value, ...(name === "px" ? { dx: 0, dy: 0, uy: -1, ux: -1 } : {}), ...(["border", "st"].includes(name) ? { uy: -1, ux: -1 } : {}) }, name);
  }

  get limit() { return Number(this.state.values.px) / 2; }

  to(dx, dy) {
    const inside = (v) => Math.max(-this.limit, Math.min(this.limit, v));
    const next = { dx: inside(dx), dy: inside(dy), move: "shift" };
    const { values } = this.state;
    if (next.dx !== values.dx || next.dy !== values.dy || values.move !== "shift") this.state.set(next, "dx");
  }

  nudge(dx, dy) { this.to(this.state.values.dx + dx, this.state.values.dy + dy); }

  grab() {
    const { dx, dy } = this.state.values;
    return (x, y) => { if (x || y || this.state.values.move === "shift") this.to(dx + x, dy + y); };
  }

  onKey(event) {
    const way = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || (!way && event.key !== "Home")) return;
    event.preventDefault();
    if (way) this.nudge(way[0] * (event.shiftKey ? 4 : 1), way[1] * (event.shiftKey ? 4 : 1));
    else this.state.set({ dx: 0, dy: 0 }, "dx");
  }

  mark(row, column, relative) {
    if (!this.run) return;
    const inside = (v) => Math.max(0, Math.min(this.run.m - 1, v));
    const [y, x] = relative ? this.unit().before : [0, 0];
    const next = { uy: inside(y + row), ux: inside(x + column) };
    if (next.uy !== this.state.values.uy || next.ux !== this.state.values.ux) this.state.set(next);
  }

  /** The marked unit before the move, and where it should be after it (null: out of the map). */
  unit() {
    const { m, move, how } = this.run;
    const inside = (v) => (v < 0 ? Math.floor(m / 2) : Math.min(v, m - 1));
    const before = [inside(this.state.values.uy), inside(this.state.values.ux)];
    const share = (d) => Math.floor(d / how.stride + 0.5);
    const target = { shift: [before[0] + share(move.dy), before[1] + share(move.dx)], turn: [m - 1 - before[1], before[0]], mirror: [before[0], m - 1 - before[1]] }[move.kind];
    const seen = target.every((v) => v >= 0 && v < m);
    return { before, after: seen ? target : null };
  }

  open({ canvas, title, alt, name, live }) {
    this.picture = { canvas, title, alt, file: this.data.pictures.find((picture) => picture.name === name)?.file || "" };
    this.buffers = planes(canvas, this.buffers);
    this.model.setPicture(this.buffers.grey);
    this.onPicture(live);
  }

  /** The state with a shift that this picture size allows (a link may ask for more). */
  settled(values) {
    const inside = (v) => Math.max(-this.limit, Math.min(this.limit, v));
    return { ...values, dx: inside(values.dx), dy: inside(values.dy) };
  }

  show(given) {
    const values = this.settled(given);
    Object.entries(this.choices).forEach(([name, control]) => control.set(values[name]));
    this.kern.set(values.kern);
    this.own.set(values.own);
    this.offset.textContent = `${Math.abs(values.dx)} px ${values.dx < 0 ? "left" : "right"}, ${Math.abs(values.dy)} px ${values.dy < 0 ? "up" : "down"}`;
    this.pad.hidden = values.move !== "shift";
    this.choices.fill.element.hidden = values.move !== "shift";
    if (!this.picture) return;
    const run = this.model.run(values);
    this.failed.say(run.why ? `These settings cannot be: ${run.why}. The last answers stay.` : "");
    if (run.why) return;
    this.run = run;
    this.paint();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.pool(values), 140);
  }

  /** Only the marked unit has changed. */
  paint() {
    if (!this.run) return;
    this.gallery.paint(this.run, isDark(this.root), this.unit());
    this.gallery.source.before.canvas.setAttribute("aria-label", this.picture.alt);
    this.verdict.textContent = this.sentence();
  }

  sentence() {
    const { layers, move, how } = this.run;
    const { inside, along } = layers.conv;
    const verb = { shift: "shifted", turn: "turned", mirror: "mirrored" }[move.kind];
    const exact = inside < 1e-9;
    if (move.kind === "shift" && !move.dx && !move.dy) return "Drag the picture, or move it with the arrow keys.";
    if (move.kind === "shift" && exact) return `The convolution's answer moves along exactly: max |conv(shift x) − shift(conv x)| inside = ${told(inside)}. It is equivariant to shifts.`;
    if (move.kind === "shift") return `A stride of ${how.stride} moves in steps of ${how.stride}: a shift by (${move.dx}, ${move.dy}) px falls between its steps, and the answer is another one (r = ${short(along)}).`;
    if (exact) return `This kernel looks the same when ${verb}, so here the answer is ${verb} along: largest difference ${told(inside)}. Most kernels do not.`;
    return `Not equivariant: the answer to the ${verb} picture is not the ${verb} answer: largest difference ${short(inside)}, r = ${Number.isNaN(along) ? "–" : short(along)}. Only shifts are built in.`;
  }

  /** After the reader has stopped moving: the answers over all shifts. */
  pool(values) {
    if (!this.run) return;
    this.sweep = this.model.sweep(values, this.run);
    const { spreads } = this.sweep;
    const share = (name, key) => (spreads[name] ? `${short(spreads[name][key].low)} to ${short(spreads[name][key].high)} (${short(100 * spreads[name][key].share, 2)} %)` : "–");
    const rows = [["unit", "One unit"], ["max", "Global maximum"], ["mean", "Global mean"]];
    this.spreads.replaceChildren(table("Lowest to highest over 33 shifts", [["Over 33 shifts", "Convolution", "Locally connected", "Fully connected"], ...rows.map(([key, label]) => [label, ...LAYERS.map((name) => share(name, key))])]), h("p", { class: "note" }, "Lowest to highest; in brackets the difference as a share of the highest. With the other side coming in, circular padding and stride 1 the map's mean and maximum stay; black coming in, other padding or a stride lets them drift."));
    const { mean, max } = spreads.conv;
    this.pooled.textContent = `Mean: ${short(mean.low, 4)} to ${short(mean.high, 4)}. Maximum: ${short(max.low, 4)} to ${short(max.high, 4)}.`;
    this.plot.canvas.setAttribute("aria-label", `Over 33 shifts one unit goes from ${short(spreads.conv.unit.low)} to ${short(spreads.conv.unit.high)}, the maximum from ${short(max.low)} to ${short(max.high)}, the mean from ${short(mean.low)} to ${short(mean.high)}`);
    this.plot.redraw();
  }

  follow() { this.plot.follow(); }
  redraw() { this.paint(); this.plot.redraw(); }

  numbers() {
    if (!this.run) return {};
    const { layers, m, n, mask, stats } = this.run;
    const measures = (layer) => layer && { inside: layer.inside, border: layer.border, along: layer.along, same: layer.same, low: Math.min(...layer.now.data), high: Math.max(...layer.now.data), now: Array.from(layer.now.data), old: Array.from(layer.old.data) };
    return { n, m, mean: stats.mean, spread: stats.spread, mask: Array.from(mask), before: Array.from(this.run.before.data), after: Array.from(this.run.after.data), layers: Object.fromEntries(LAYERS.map((name) => [name, measures(layers[name])])), unit: this.unit(), spreads: this.sweep?.spreads, verdict: this.verdict.textContent };
  }

  png() {
    const { source, maps } = this.gallery;
    return { name: "shifted.png", side: 300, parts: [{ canvas: source.after.canvas, caption: "Moved picture" }, ...LAYERS.map((name) => ({ canvas: maps[name].after.canvas, caption: { conv: "Convolution", local: "Locally connected", dense: "Fully connected" }[name] }))] };
  }

  dispose() { clearTimeout(this.later); this.picker.dispose(); this.plot.dispose(); }
}
