// Section "Connections": the drawing and the matrix, a slider from dense by local to convolutional, and the counts.
import { button, calm, h, segmented, slider } from "../shared/controls.js";
import { matrixTitle, told, uses } from "./formula.js";
import { cellAt, drawMatrix, matrixHeight } from "./matrix.js";
import { focusText, Layer, nearest, pattern, plan, STAGES } from "./layer.js";
import { sheet } from "./sheet.js";
import { drawWires, unitAt } from "./wires.js";

export const NAMES = { dense: "Fully connected", local: "Locally connected", conv: "Convolutional" };
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const SECONDS = 2.2; // for one of the two changes

export function morph(context) {
  return new Morph(context);
}

class Morph {
  constructor({ root, state }) {
    this.state = state;
    this.root = root;
    this.hover = null;
    this.frame = 0;
    this.places = {};
    this.build();
  }

  build() {
    const { values } = this.state;
    const set = (name) => (value) => { this.hover = null; this.state.set({ [name]: value, at: "", ...(["rk", "gk"].includes(name) ? {} : { x: "" }) }, name); };
    this.stop = segmented({ label: "Layer", value: "conv", options: STAGES.map((value) => ({ value, label: NAMES[value] })), onChange: (stage) => { this.pause(); this.glide(STAGES.indexOf(stage)); } });
    this.slide = slider({ label: "From dense to convolution", min: 0, max: 2, step: 0.01, value: values.t, format: (t) => this.mixture(t), onInput: (t) => { this.pause(); this.state.set({ t }, "t"); } });
    this.playing = button("▶ Play", () => (this.frame ? this.pause() : this.play()), { kind: "primary" });
    this.lay = segmented({ label: "Picture", value: values.lay, options: [{ value: "row", label: "Row of pixels" }, { value: "grid", label: "Grid of pixels" }], onChange: set("lay") });
    this.n = slider({ label: "Pixels", min: 6, max: 14, value: values.n, onInput: set("n") });
    this.k = slider({ label: "Window", min: 2, max: 5, value: values.rk, onInput: set("rk") });
    this.g = slider({ label: "Side", min: 4, max: 6, value: values.g, format: (v) => `${v} × ${v}`, onInput: set("g") });
    this.gk = slider({ label: "Window", min: 2, max: 3, value: values.gk, format: (v) => `${v} × ${v}`, onInput: set("gk") });
    this.said = h("p", { class: "formula told", role: "status" });
    [this.title, this.caption] = [h("figcaption", {}), h("figcaption", {})];
    this.tally = h("div", { class: "tally" });
    this.figures();
    this.element = h("section", { class: "morph", "aria-label": "Connections" },
      h("div", { class: "row morph-controls" }, this.stop.element, this.slide.element, this.playing),
      h("div", { class: "hero" }, h("figure", { class: "figure" }, this.caption, this.wires.canvas, this.said), h("figure", { class: "figure" }, this.title, this.matrix.canvas, this.tally)),
      h("div", { class: "row sizes" }, this.lay.element, this.n.element, this.k.element, this.g.element, this.gk.element));
  }

  figures() {
    const keys = { tabindex: "0", role: "application" };
    this.wires = sheet({ height: (w) => Math.min(330, Math.max(280, w * 0.5)), draw: (ctx, look) => { if (this.layer) this.places.wires = drawWires(ctx, look, this.layer, this.focus()); }, attributes: { ...keys, "aria-label": "Drawing of the layer. Left and right arrow go from unit to unit, up and down between hidden units and inputs, Space turns a pixel, Escape shows all.", class: "sheet wires" } });
    this.matrix = sheet({ height: (w) => (this.layer ? matrixHeight(this.layer, w, 300) : 200), draw: (ctx, look) => { if (this.layer) this.places.matrix = drawMatrix(ctx, look, this.layer, this.focus()); }, attributes: { ...keys, "aria-label": "Weight matrix. Arrow keys go from cell to cell, Escape shows all.", class: "sheet matrix-sheet" } });
    const [wires, matrix] = [this.wires.canvas, this.matrix.canvas];
    wires.addEventListener("pointermove", (event) => this.point(this.under(event)));
    wires.addEventListener("click", (event) => this.press(this.under(event)));
    wires.addEventListener("keydown", (event) => this.onWireKey(event));
    matrix.addEventListener("pointermove", (event) => this.point(this.cell(event)));
    matrix.addEventListener("click", (event) => this.pin(this.cell(event)));
    matrix.addEventListener("keydown", (event) => this.onMatrixKey(event));
    [wires, matrix].forEach((canvas) => canvas.addEventListener("pointerleave", () => this.point(null)));
  }

  under(event) { return this.places.wires && unitAt(this.places.wires, ...this.wires.at(event)); }
  cell(event) { return this.places.matrix && cellAt(this.layer, this.places.matrix, ...this.matrix.at(event)); }
  pinned() { return this.layer.focus(this.state.values.at); }
  focus() { return this.hover || this.pinned(); }

  /** Show what the pointer is over; what was pinned comes back when it leaves. */
  point(target) {
    if (focusText(target) === focusText(this.hover)) return;
    this.hover = target;
    this.wires.canvas.style.cursor = target?.kind === "x" || target?.kind === "h" ? "pointer" : "default";
    this.repaint();
  }

  pin(target) {
    const text = focusText(target);
    this.state.set({ at: text === this.state.values.at ? "" : text }, "at");
  }

  press(target) {
    if (target?.kind === "x") this.turn(target.j);
    else this.pin(target);
  }

  /** A pixel from black to white or back. */
  turn(j) {
    const bits = [...this.layer.x];
    bits[j] = 1 - bits[j];
    const text = bits.join("");
    this.state.set({ x: text === pattern(this.layer.rows, this.layer.columns) ? "" : text }, "x");
  }

  onWireKey(event) {
    const way = ARROWS[event.key];
    const now = this.pinned();
    if (event.key === "Escape") return this.state.set({ at: "" }, "at");
    if (event.key === " " && now?.kind === "x") { event.preventDefault(); return this.turn(now.j); }
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return null;
    event.preventDefault();
    this.hover = null;
    return this.state.set({ at: this.neighbour(now, way, event.shiftKey) }, "at");
  }

  /** The unit next to the present one: within its plane; up and down (Shift in the grid) change the plane. */
  neighbour(now, [dy, dx], shift) {
    if (!now || now.kind === "w") return "h0";
    const upper = now.kind === "h";
    if (dy && (!this.layer.grid || shift)) return dy < 0 ? `h${upper ? now.i : Math.min(now.j, this.layer.hidden - 1)}` : `x${upper ? now.i : now.j}`;
    const [rows, columns] = upper ? [this.layer.outRows, this.layer.outColumns] : [this.layer.rows, this.layer.columns];
    const at = upper ? now.i : now.j;
    const y = Math.max(0, Math.min(rows - 1, Math.floor(at / columns) + dy)), x = Math.max(0, Math.min(columns - 1, (at % columns) + dx));
    return `${now.kind}${y * columns + x}`;
  }

  onMatrixKey(event) {
    const way = ARROWS[event.key];
    if (event.key === "Escape") return this.state.set({ at: "" }, "at");
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return null;
    event.preventDefault();
    this.hover = null;
    const now = this.pinned();
    const [i, j] = now?.kind === "w" ? [now.i + way[0], now.j + way[1]] : [0, 0];
    const inside = (v, n) => Math.max(0, Math.min(n - 1, v));
    return this.state.set({ at: focusText({ kind: "w", i: inside(i, this.layer.hidden), j: inside(j, this.layer.inputs) }) }, "at");
  }

  mixture(t) {
    if (Math.abs(t - Math.round(t)) < 0.005) return NAMES[STAGES[Math.round(t)]];
    return t < 1 ? `far lines at ${Math.round(100 * (1 - t))} %` : `weights ${Math.round(100 * (t - 1))} % shared`;
  }

  /** Move smoothly to a stage (at once where less motion is asked for). */
  glide(target, then = () => {}) {
    if (calm()) { this.state.set({ t: target }, "t"); return then(); }
    let last = performance.now();
    const step = (now) => {
      const { t } = this.state.values;
      const way = Math.sign(target - t) * Math.min((Math.min(now - last, 60) / 1000) / SECONDS, Math.abs(target - t));
      last = now;
      const next = +(t + way).toFixed(4);
      this.state.set({ t: next });
      if (next === target || document.hidden || !this.root.isConnected) { this.frame = 0; if (next === target) then(); this.button(); return; }
      this.frame = requestAnimationFrame(step);
    };
    this.frame = requestAnimationFrame(step);
    this.button();
    return null;
  }

  /** From the beginning by way of the middle to the end, with a rest at each. */
  play() {
    if (calm()) { this.state.set({ t: (Math.round(this.state.values.t) + 1) % 3 }, "t"); return; }
    if (this.state.values.t === 2) this.state.set({ t: 0 });
    const next = Math.floor(this.state.values.t) + 1;
    this.rest = setTimeout(() => this.glide(next, () => { if (next < 2) this.play(); }), 700);
    this.frame = -1;
    this.button();
  }

  pause() {
    clearTimeout(this.rest);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.button();
  }

  button() { this.playing.textContent = this.frame ? "❚❚ Pause" : calm() ? "Next" : "▶ Play"; }

  /** Bring the section to the state. */
  show(values) {
    const size = plan(values);
    const own = values.x.length === size.inputs ? values.x : pattern(size.rows, size.columns);
    this.layer = new Layer(size, own, values.t);
    const controls = { lay: this.lay, n: this.n, rk: this.k, g: this.g, gk: this.gk };
    Object.entries(controls).forEach(([name, control]) => control.set(values[name]));
    [this.n, this.k].forEach((control) => { control.element.hidden = size.grid; });
    [this.g, this.gk].forEach((control) => { control.element.hidden = !size.grid; });
    this.slide.set(values.t);
    this.stop.set(STAGES[nearest(values.t)]);
    this.button();
    this.repaint();
    this.count();
  }

  repaint() {
    this.said.textContent = told(this.layer, this.focus());
    this.title.textContent = matrixTitle(this.layer);
    this.caption.textContent = `${this.layer.hidden} hidden units above, ${this.layer.inputs} pixels below (0 black, 1 white). One colour, one weight.`;
    this.redraw();
  }

  redraw() { if (this.layer) { this.wires.redraw(); this.matrix.redraw(); } }

  count() {
    this.tally.replaceChildren(...STAGES.map((stage, at) => {
      const { weights, biases, connections } = this.layer.count(at);
      const mark = at === this.layer.stage ? { "aria-current": "true" } : {};
      return h("div", { class: "tally-item", ...mark }, h("b", {}, NAMES[stage]), h("span", { class: "big" }, String(weights)), h("span", {}, "weights"), h("small", {}, `${connections} lines, ${biases === 1 ? "1 bias" : `${biases} biases`}`));
    }));
  }

  follow() { this.wires.follow(); this.matrix.follow(); }

  numbers() {
    const { layer } = this;
    const focus = this.focus();
    return {
      stage: STAGES[layer.stage], inputs: layer.x, outputs: layer.y,
      matrix: Array.from({ length: layer.hidden }, (_, i) => Array.from({ length: layer.inputs }, (_, j) => layer.weight(i, j))),
      ids: Array.from({ length: layer.hidden }, (_, i) => Array.from({ length: layer.inputs }, (_, j) => layer.id(i, j))),
      counts: Object.fromEntries(STAGES.map((stage, at) => [stage, layer.count(at)])),
      kernel: layer.shared, sliding_difference: layer.slidingDifference(),
      focus: focusText(focus), uses: focus?.kind === "w" ? uses(layer, focus) : null, told: this.said.textContent,
    };
  }

  png() {
    return { name: "dense-to-convolution.png", side: 760, parts: [{ canvas: this.wires.canvas, caption: NAMES[STAGES[this.layer.stage]] }, { canvas: this.matrix.canvas, caption: this.title.textContent }] };
  }

  dispose() { this.pause(); this.wires.dispose(); this.matrix.dispose(); }
}
