// Draw a digit: LeNet-5 answers while the pen moves, and every number of every layer can be taken apart.
import { button, calm, fold, h, line, put } from "../shared/controls.js";
import { createState } from "../shared/state.js";
import { save, takehome } from "../shared/takehome.js";
import { isDark } from "../shared/colour.js";
import { verdict } from "./bars.js";
import { chooser } from "./choose.js";
import { numbersCsv, program } from "./code.js";
import { detail } from "./detail.js";
import { drawPad } from "./drawpad.js";
import { drawing, fields, isLong, switches } from "./fields.js";
import { figure } from "./figure.js";
import { encode, simplified } from "./ink.js";
import { indexOf, textOf, unitOf } from "./layers.js";
import { bytesOf, explain, forward, framed, network } from "./model.js";
import { asked, nonsense, thumbnail } from "./nonsense.js";
import { poster } from "./poster.js";
import { prepare, STAGES } from "./prepare.js";
import { replay } from "./replay.js";
import { BY_NAME, SAMPLES } from "./samples.js";
import { told } from "./sentences.js";
import { scalesFrom } from "./sprites.js";
import { done, missing, stages } from "./stages.js";
import { terms } from "./terms.js";

const KEYS = "On the pad: arrow keys move the cursor (with Shift further), Space puts the pen down and lifts it, Backspace undoes, Delete clears. In the figure: arrow keys choose a number, Page Up and Page Down a layer, comma and full stop a map. Ctrl+Z undoes, Ctrl+Y does it again.";
const ALL = Object.fromEntries(STAGES.map((name) => [name, true]));
const BARE = { border: true };

export function mount(root, data) {
  const page = new Page(root, data);
  return { update: () => page.repaint(), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data) {
    Object.assign(this, { root, data, live: null, hover: null, overTerm: null, playing: null, strokesDone: 0 });
    this.state = createState(fields());
    this.file = bytesOf(data.weights);
    this.net = network(this.file, data);
    this.answers = SAMPLES.map((sample) => ({ sample, found: forward(this.net, prepare(sample.strokes, ALL).levels) }));
    this.scales = scalesFrom(this.answers.filter(({ sample }) => sample.digit !== null).map(({ found }) => found));
    this.compute();
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    this.expose();
    this.figure.follow();
    this.detail.follow();
    this.watch = new ResizeObserver(() => this.pad.draw(this.drawn()));
    this.watch.observe(this.pad.element);
    this.update(new Set(["*"]));
  }

  /** Strokes on the pad, the one under the pen included. */
  strokes() {
    if (this.playing) return this.playing.part;
    const kept = drawing(this.state.values);
    return this.live ? [...kept, this.live] : kept;
  }

  compute() {
    const begin = performance.now();
    this.prepared = prepare(this.strokes(), switches(this.state.values));
    const between = performance.now();
    this.found = forward(this.net, this.prepared.levels);
    this.ms = { prepare: between - begin, forward: performance.now() - between };
    this.explain();
  }

  explain() {
    this.unit = this.hover ?? unitOf(this.state.values.at);
    this.explained = explain(this.net, this.found, this.unit);
    const { groups } = this.explained;
    this.terms = !groups ? [1] : groups.length > 1 ? groups.map((group) => group.sum) : this.explained.kind === "dense" ? groups[0].products : [groups[0].sum];
    const kept = this.overTerm ?? this.state.values.term;
    this.term = kept >= 0 && kept < this.terms.length ? kept : this.terms.reduce((top, v, i) => (Math.abs(v) > Math.abs(this.terms[top]) ? i : top), 0);
  }

  view() {
    const { found, unit, terms, term, explained, scales, net } = this;
    return { found, unit, terms, term, explained, scales, net, levels: this.prepared.levels };
  }

  drawn() {
    return { strokes: this.strokes(), box: this.prepared.box, cut: this.state.values.crop };
  }

  build() {
    const { state } = this;
    const hovering = (unit) => this.point(unit);
    const pick = (unit) => { this.hover = null; state.set({ at: textOf(unit), term: -1 }, "unit"); };
    this.said = line();
    this.refused = line("alert");
    this.pad = drawPad({ onLive: (points) => this.onLive(points), onStroke: (points) => this.onStroke(points), onUndo: () => state.undo(), onClear: () => this.own("", "clear"), say: (text) => this.said.say(text) });
    this.stages = stages({ values: state.values, onChange: (name, on) => state.set({ [name]: on }, name) });
    this.figure = figure({ scales: this.scales, view: () => this.view(), onHover: hovering, onPick: pick });
    this.detail = detail({ view: () => this.view(), onHover: hovering, onPick: pick, onTerm: (term, keep) => this.onTerm(term, keep) });
    this.choose = chooser({ unit: this.unit, onPick: pick, onError: (text) => this.refused.say(text) });
    this.buttons = { undo: button("Undo", () => state.undo()), clear: button("Clear", () => this.own("", "clear")), replay: button("Replay", () => this.play()) };
    this.take = takehome({ code: () => this.program(), link: () => state.link(), png: () => this.png(), extras: [
      button("Save CSV", () => save("digit.csv", new Blob([numbersCsv(this.found)], { type: "text/csv" }))),
      button("Save the weights", () => save(this.data.file, new Blob([this.file]))),
    ] });
    this.table = terms(() => ({ explained: this.explained, name: this.name.textContent }));
    this.nonsense = nonsense(this.answers, { smoothing: this.data.smoothing, onPick: (name) => { this.sample(name); this.pad.element.scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" }); } });
    this.root.append(this.frame());
  }

  frame() {
    this.verdict = h("p", { class: "verdict-line" });
    this.name = h("strong", { id: "digit-name" });
    this.text = h("span", { id: "digit-told" });
    this.bare = h("p", { class: "bare" });
    this.off = h("p", { class: "missing", role: "status", hidden: true });
    const page = h("div", { class: "digit-page" }, this.strip(),
      h("div", { class: "digit-figure" },
        h("div", { class: "digit-pad" }, this.pad.element, h("div", { class: "row pad-buttons" }, Object.values(this.buttons))),
        this.stages.element, this.figure.element),
      this.said.element,
      h("p", { class: "told" }, this.name, ". ", this.text), this.detail.element, this.off,
      this.choose.element, this.refused.element, this.table.element, this.bare,
      h("p", { class: "note" }, `LeNet-5 on MNIST, ${(100 * this.data.accuracy).toFixed(2)} % of the test digits right. Blue below zero, orange above. Each layer has its own scale, the same for all its maps: full colour at the largest number of the sample digits, after tanh at ±1; the grids of numbers each have their own. Indices count from 0, as in PyTorch.`),
      asked(this.answers).element, this.nonsense.element, this.take.element, fold("Keys", h("p", {}, KEYS)));
    page.addEventListener("transitionend", (event) => { if (event.target === page) this.repaint(); }); // light to dark
    return page;
  }

  /** The sample drawings as small pictures. */
  strip() {
    this.thumbs = Object.fromEntries(SAMPLES.map((sample) => [sample.name, h("button", { type: "button", class: "sample", title: sample.title, "aria-label": sample.title, onclick: () => this.sample(sample.name) }, thumbnail(sample.strokes))]));
    const group = (label, digits) => h("div", { class: "sample-group", role: "group", "aria-label": label }, h("span", { "aria-hidden": "true" }, label), SAMPLES.filter((sample) => (sample.digit !== null) === digits).map((sample) => this.thumbs[sample.name]));
    return h("div", { class: "samples" }, group("Digits", true), group("No digits", false), this.verdict);
  }

  sample(name) { this.stop(); this.pad.lift(); this.state.set({ pic: name, ink: "" }, `sample ${name}`); }

  /** Take over a drawing as the reader's own. */
  own(text, step) { this.stop(); this.state.set({ pic: "own", ink: text }, step); }

  onLive(points) {
    if (points && this.playing) this.stop();
    this.live = points;
    this.state.refresh("live");
  }

  onStroke(points) {
    this.live = null;
    this.own(encode([...drawing(this.state.values), simplified(points)]), `stroke ${++this.strokesDone}`);
  }

  point(unit) {
    if (unit === this.hover || (unit && this.hover && textOf(unit) === textOf(this.hover))) return;
    this.hover = unit;
    this.overTerm = null;
    this.state.refresh("hover");
  }

  onTerm(term, keep) {
    if (keep) this.state.set({ term }, "term");
    if (term === this.overTerm) return;
    this.overTerm = term;
    this.state.refresh("hover");
  }

  play() {
    if (this.playing) return this.stop();
    const strokes = drawing(this.state.values);
    if (!strokes.length) return this.said.say("Nothing is drawn yet: there is nothing to replay.");
    this.playing = { part: [] };
    this.playing.stop = replay(strokes, { show: (part) => { this.playing.part = part; this.state.refresh("live"); }, done: () => this.stop() });
    put(this.buttons.replay, "Stop");
  }

  stop() {
    if (!this.playing) return;
    this.playing.stop();
    this.playing = null;
    put(this.buttons.replay, "Replay");
    this.state.refresh("live");
  }

  update(changed) {
    const only = (name) => changed.size === 1 && changed.has(name);
    if (only("hover") || only("at")) this.explain(); else this.compute();
    this.figure.redraw();
    this.detail.redraw();
    this.words();
    if (!only("hover")) this.around();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.afterwards(), 180);
  }

  /** What follows the drawing at leisure: the code, and what the network would say to the bare drawing. */
  afterwards() {
    this.take.update();
    this.table.show();
    const bare = forward(this.net, prepare(this.strokes(), BARE).levels);
    put(this.bare, `${missing(switches(this.state.values)) ? "" : `${done(this.prepared)} `}Without crop, scaling and centring: ${verdict(bare, { strokes: this.strokes() }).toLowerCase()}.`);
  }

  words() {
    const { unit, found, prepared, data } = this;
    const { name, text } = told(unit, this.explained, { level: prepared.levels[unit.layer === "in" ? indexOf(unit) : 0], mean: data.mean, std: data.std, logits: found.out });
    put(this.name, name);
    put(this.text, text);
  }

  /** What follows the drawing, beside the figure. */
  around() {
    const { values } = this.state;
    put(this.verdict, verdict(this.found, { digit: values.pic === "own" || this.playing ? undefined : BY_NAME[values.pic].digit, strokes: this.strokes() }));
    this.pad.draw(this.drawn());
    this.stages.show(this.prepared, switches(values));
    this.choose.show(unitOf(values.at));
    const long = values.pic === "own" && isLong(values.ink) ? "This drawing is too long for a link: the link opens the page without it." : "";
    const off = [missing(switches(values)), long].filter(Boolean).join(" ");
    this.off.hidden = !off;
    put(this.off, off);
    this.buttons.undo.disabled = !this.state.canUndo;
    for (const [name, thumb] of Object.entries(this.thumbs)) thumb.setAttribute("aria-pressed", String(name === values.pic));
  }

  program() {
    const { centred } = this.prepared;
    return program(this.data, { centred, border: this.state.values.border, unit: unitOf(this.state.values.at) });
  }

  png() {
    const lines = [this.verdict.textContent, `${this.name.textContent}. ${this.text.textContent}`];
    return { name: "digit.png", canvas: poster({ pad: this.pad.element, network: this.figure.canvas, detail: this.detail.canvas, lines, dark: isDark(this.root), font: getComputedStyle(this.root).fontFamily }) };
  }

  onKey = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.composedPath()[0].matches?.("input[type=number]")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.state.redo(); else this.state.undo();
  };

  /** What the page computed, for tests and the curious; and the network itself: 784 grey levels 0..255 -> its layers. */
  expose() {
    const lists = (found) => Object.fromEntries(Object.entries(found).map(([key, numbers]) => [key, [...numbers]]));
    const answered = (found) => ({ logits: [...found.out], probabilities: [...found.prob], answer: found.out.indexOf(Math.max(...found.out)) });
    const numbers = () => ({ ...answered(this.found), ms: this.ms, pixels: [...this.prepared.centred], levels: [...this.prepared.levels], mass: this.prepared.mass, unit: { ...this.unit, term: this.term, ...this.explained } });
    this.root.__forward = (pixels) => {
      if (pixels?.length !== 784) throw new Error(`28 × 28 grey levels are needed: 784 numbers, got ${pixels?.length}`);
      const found = forward(this.net, framed(pixels));
      return Object.defineProperty(answered(found), "layers", { get: () => lists(found) }); // 15,000 numbers: only when asked for
    };
    this.root.__layers = () => lists(this.found);
    this.root.__samples = this.answers.map(({ sample, found }) => ({ name: sample.name, digit: sample.digit, ...answered(found) }));
    Object.defineProperty(this.root, "__state", { get: () => this.state.values, configurable: true });
    Object.defineProperty(this.root, "__numbers", { get: numbers, configurable: true });
  }

  /** The theme or the constants may have changed: paint again. */
  repaint() { this.figure.redraw(); this.detail.redraw(); this.pad.draw(this.drawn()); }

  dispose() {
    clearTimeout(this.later);
    this.playing?.stop();
    this.watch.disconnect();
    this.figure.dispose();
    this.detail.dispose();
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
  }
}
