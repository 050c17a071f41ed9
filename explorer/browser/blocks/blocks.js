// Building blocks: choose one, change its sizes, and see what it costs against a plain alternative.
import { button, fold, h, line, put, segmented } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { createState, expose, field, inNumberField, undoKey } from "../shared/state.js";
import { takehome } from "../shared/takehome.js";
import { bars } from "./bars.js";
import { program } from "./code.js";
import { costOf, layersOf, numbersOf } from "./cost.js";
import { drawing } from "./drawing.js";
import { equationPanel, equations } from "./equations.js";
import { gallery } from "./gallery.js";
import { play as dropout } from "./play-dropout.js";
import { play as gates } from "./play-gates.js";
import { play as gradient } from "./play-gradient.js";
import { play as octave } from "./play-octave.js";
import { play as shuffle } from "./play-shuffle.js";
import { setting } from "./setting.js";
import { slidePanel, verdicts } from "./slides.js";
import { savePng, saveSvg } from "./svg-file.js";
import { sentence } from "./words.js";

const PLAYS = { dropout, gates, gradient, octave, shuffle };
const FIRST = "inception_reduced";
const ANSWER_LIMIT_MS = 45_000;

function fields(blocks) {
  const number = { initial: "", parse: (t) => (/^\d{1,6}$/.test(t) ? t : undefined), format: String };
  const settings = Object.fromEntries(blocks.flatMap((block) => block.parameters.map(({ name }) => [name, number])));
  return {
    block: field.choice(blocks.map((block) => block.name), FIRST), side: field.choice(["block", "plain"]), ...settings,
    seed: field.whole(1, 1, 9999), slope: field.number(0.1, -1.5, 1.5), spread: field.number(0.2, 0, 1), depth: field.whole(20, 1, 60), at: field.whole(0, 0, 3), red: field.choice(["1", "2", "4", "8"], "2"),
  };
}

export function mount(root, data, component) {
  const page = new Page(root, data, component);
  return { update: (next) => page.answered(next.measured), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data, component) {
    Object.assign(this, { root, data, component, blocks: new Map(data.blocks.map((block) => [block.name, block])), times: new Map(), tickets: 0 });
    this.state = createState(fields(data.blocks));
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    this.expose();
    this.update(new Set(["*"]));
  }

  build() {
    const { state } = this;
    this.gallery = gallery(this.data.blocks, (name) => this.open(name));
    this.title = h("h2", { class: "block-title" });
    this.about = h("p", { class: "about" });
    this.paper = h("a", { target: "_blank", rel: "noopener" });
    this.sides = segmented({ label: "Drawn", hideLabel: true, value: "block", options: [{ value: "block", label: "The block" }, { value: "plain", label: "Its alternative" }], onChange: (side) => state.set({ side }, "side") });
    this.told = h("p", { class: "told" });
    this.alert = line("alert");
    this.drawing = drawing({ onSelect: (layer) => put(this.told, sentence(layer)) });
    this.controls = h("div", { class: "settings" });
    this.presets = h("div", { class: "row presets" });
    this.bars = bars({ onMeasure: () => this.measure() });
    this.equations = equationPanel();
    this.slides = slidePanel({ onSettings: (settings) => this.put(settings, true) });
    this.played = h("div", {});
    this.asked = h("div", {});
    const file = () => `${state.values.block}${state.values.side === "plain" ? "_alternative" : ""}`;
    this.take = takehome({ code: () => program(this.block, this.layers, this.plain), link: () => state.link(), extras: [button("Save PNG", () => savePng(this.drawing.svg, file()).catch((error) => this.alert.say(error.message))), button("Save SVG", () => saveSvg(this.drawing.svg, file()))] });
    const head = h("div", { class: "block-head" }, h("div", {}, this.title, this.about), this.sides.element);
    const figure = h("section", { class: "figure" }, head, h("div", { class: "stage" }, h("div", { class: "seen" }, this.drawing.element, this.told, this.alert.element), h("div", { class: "aside" }, this.controls, this.presets, this.bars.element)));
    const rest = [this.asked, this.equations.element, this.slides.element, this.played, this.take.element, h("p", { class: "credit" }, "Paper: ", this.paper)];
    const page = h("div", { class: "blocks-page" }, this.gallery.element, h("div", { class: "main" }, figure, ...rest, fold("Keys", h("p", {}, "In the gallery: arrow keys go from block to block. In the drawing: arrow keys go from box to box and read its cost. On a slider: arrow keys go through its steps; the box beside takes any whole number. Ctrl+Z takes a step back."))));
    page.addEventListener("transitionend", (event) => { if (event.target === page) this.showPlay(); }); // light to dark
    this.root.append(page);
  }

  get block() { return this.blocks.get(this.state.values.block); }

  /** The settings that the link or the controls have set. */
  get given() {
    const { values } = this.state;
    return Object.fromEntries(this.block.parameters.filter(({ name }) => values[name] !== "").map(({ name }) => [name, Number(values[name])]));
  }

  open(name) {
    const cleared = Object.fromEntries(this.data.blocks.flatMap((block) => block.parameters.map((parameter) => [parameter.name, ""])));
    this.state.set({ ...cleared, block: name, side: "block", at: 0 }, "block");
  }

  /** Set some settings; with `whole` all others go back to the lecture's. */
  put(settings, whole = false) {
    const patch = {};
    for (const { name, default: initial } of this.block.parameters) {
      if (name in settings) patch[name] = settings[name] === initial ? "" : String(settings[name]);
      else if (whole) patch[name] = "";
    }
    this.state.set(patch, whole ? "preset" : Object.keys(settings)[0]);
  }

  update(changed) {
    if (changed.has("*") || changed.has("block")) this.change();
    this.count();
    const { block, numbers, layers, plain } = this;
    const drawnPlain = this.state.values.side === "plain";
    this.sides.set(this.state.values.side);
    put(this.about, drawnPlain ? `Compared with: ${block.plain.title}; ${block.plain.why}.` : block.about);
    this.inputs.forEach((control, name) => control.set(this.given[name] ?? block.parameters.find((each) => each.name === name).default));
    this.drawing.show(drawnPlain ? plain : layers, drawnPlain ? block.plain.title : block.title);
    this.bars.show(this.cost, this.plainCost, block.title, block.plain.title);
    this.showTime();
    this.equations.show(block, numbers, layers);
    this.showPlay();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.take.update(), 150);
  }

  /** Layers and costs of the present settings; where they do not fit, a sentence, and the last that did. */
  count() {
    try {
      this.settle(this.given);
      this.alert.say("");
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.alert.say(`${error.message.charAt(0).toUpperCase()}${error.message.slice(1).replace(/\.$/, "")}. The drawing shows the last settings that fit.`);
      if (this.settled?.block !== this.block) this.settle({});
    }
  }

  settle(given) {
    const { block } = this;
    const numbers = numbersOf(block, given);
    const [layers, plain] = [block.parts, block.plain.parts].map((parts) => layersOf(parts, numbers));
    Object.assign(this, { numbers, layers, plain, cost: costOf(layers), plainCost: costOf(plain), settled: { block, given: Object.fromEntries(block.parameters.map(({ name }) => [name, numbers[name]])) } });
  }

  /** Another block: its own controls, question, slides and play. */
  change() {
    const { block, state } = this;
    this.gallery.set(block.name);
    put(this.title, block.title);
    put(this.paper, block.paper);
    this.paper.href = block.url;
    this.inputs = new Map(block.parameters.map((parameter) => [parameter.name, setting(parameter, { onChange: (number) => this.put({ [parameter.name]: number }), onError: (text) => this.alert.say(text) })]));
    this.controls.replaceChildren(...[...this.inputs.values()].map((control) => control.element));
    const chips = [[block.claims || block.notes ? "Lecture's numbers" : "Paper's numbers", []], ...(block.presets ?? [])].map(([label, settings]) => button(label, () => this.put(Object.fromEntries(settings), true)));
    this.presets.replaceChildren(...chips);
    this.asked.replaceChildren(question({ ask: block.ask, choices: block.choices, look: block.look }).element);
    this.slides.show(block);
    this.play = block.played ? PLAYS[block.played]({ state, root: this.root, data: this.data }) : null;
    this.played.replaceChildren(...(this.play ? [this.play.element] : []));
  }

  showPlay() { this.play?.show(this.numbers, this.state.values); }

  key() { return JSON.stringify([this.block.name, this.settled.given]); }

  /** Ask the server for milliseconds: the one thing on this page that it does. */
  measure() {
    const ticket = `${Date.now()}-${++this.tickets}`;
    this.asking = { ticket, key: this.key() };
    this.bars.busy(true);
    this.component.setTriggerValue("measure", { block: this.block.name, settings: this.settled.given, ticket });
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.answered({ ticket, error: "The server gave no answer. It may be busy; try again." }), ANSWER_LIMIT_MS);
  }

  answered(found) {
    if (!found || found.ticket !== this.asking?.ticket) return;
    clearTimeout(this.waiting);
    this.times.set(this.asking.key, found);
    this.asking = null;
    this.showTime();
  }

  showTime() {
    const found = this.times.get(this.key());
    this.bars.busy(Boolean(this.asking));
    this.bars.timed(found && !found.error ? found : null);
    if (this.asking) return;
    if (!found) return this.bars.say("");
    this.bars.say(found.error ?? this.timed(found));
  }

  timed({ runs, block_ms: mine, plain_ms: other }) {
    const [macs, faster] = [this.plainCost.macs / this.cost.macs, other / mine];
    const ratio = (v) => Number(v.toPrecision(2));
    const lesson = macs > 1.05 && faster < 0.9 * macs ? ` ${ratio(macs)} times fewer MACs, but ${faster >= 1 ? `only ${ratio(faster)} times faster` : `${ratio(1 / faster)} times slower`}.` : "";
    return `Processor time: medians of ${runs} passes each, in turn on one thread, one picture.${lesson}`;
  }

  onKey = (event) => !inNumberField(event) && undoKey(event, this.state);

  /** What the page computed, for tests and the curious. */
  expose() {
    const numbers = () => ({
      block: this.block.name, settings: this.settled.given, cost: this.cost, plain: this.plainCost, equations: equations(this.block, this.numbers),
      claims: verdicts(this.block).map(({ verdict, right }) => ({ verdict, right: right ?? null })), played: this.play?.numbers() ?? null, time: this.times.get(this.key()) ?? null,
    });
    expose(this.root, () => this.state.values, numbers);
  }

  dispose() {
    clearTimeout(this.later);
    clearTimeout(this.waiting);
    this.drawing.dispose();
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
  }
}
