// One network as a drawing. The server sends all rows once; opening stages and choosing layers happens here.
import { button, fold, h, line } from "../shared/controls.js";
import { picturePicker } from "../shared/picture-picker.js";
import { question } from "../shared/question.js";
import { createState } from "../shared/state.js";
import { save, takehome } from "../shared/takehome.js";
import { codeOf } from "./code.js";
import { drawing } from "./drawing.js";
import { layerFacts, layerTable, networkFacts } from "./facts.js";
import { receptiveField } from "./field.js";
import { layout } from "./layout.js";
import { modelOf, percent } from "./model.js";
import { pngOf, svgText } from "./picture-of.js";

const list = { initial: "", parse: (text) => (/^[\d.]{0,60}$/.test(text) ? text : undefined), format: String };
const words = { initial: "", parse: (text) => (text.length < 200 ? text : undefined), format: String };
const picture = { initial: "chelsea", parse: (text) => (/^\w{1,40}$/.test(text) ? text : undefined), format: String };

export function mount(root, data) {
  const state = createState({ stages: list, layer: words, picture });
  const view = new View(root, data, state);
  const unsubscribe = state.subscribe(() => view.draw());
  const watch = new ResizeObserver(() => view.resized());
  watch.observe(root);
  view.draw();
  return {
    update(next) { view.take(next); },
    dispose() { watch.disconnect(); unsubscribe(); state.dispose(); view.picker.dispose?.(); },
  };
}

class View {
  constructor(root, data, state) {
    Object.assign(this, { root, state, model: modelOf(data), width: 0, numbers: {} });
    root.__state = state.values;
    root.__numbers = this.numbers;
    this.stage = h("div", { class: "stage-scroll" });
    this.said = line();
    this.legend = h("div", { class: "legend" });
    this.words = h("div", { class: "words" });
    this.field = receptiveField({ onUnit: (numbers) => { this.numbers.field = numbers; } });
    this.table = fold("All layers as a table");
    this.table.addEventListener("toggle", () => this.drawTable());
    this.picker = picturePicker({ pictures: data.pictures, initial: state.values.picture, sources: ["file"],
      onPicture: ({ canvas }) => this.field.setPicture(canvas), onName: (name) => state.set({ picture: name }) });
    this.take_ = takehome({ code: () => codeOf(this.model, this.row()), link: () => state.link(), extras: this.files() });
    this.asked = h("div", {});
    root.append(this.stage, this.tools(), this.said.element, h("div", { class: "facts" }, this.words, h("div", {}, this.field.element, this.pictures = fold("Another picture", this.picker.element))), this.asked, this.take_.element, this.table);
    this.stage.addEventListener("keydown", (event) => this.key(event));
    this.greet();
  }

  tools() {
    const all = () => this.model.stages.map((_, i) => i);
    return h("div", { class: "row middle tools" },
      button("Open all stages", () => this.setOpen(all())), button("Close all", () => this.setOpen([])),
      this.back = button("The whole network", () => this.state.set({ layer: "" }, "layer"), { title: "Leave the layer" }), this.legend);
  }

  files() {
    const name = () => `${this.model.name}.`;
    const svg = () => this.stage.querySelector("svg");
    return [button("Save PNG", async () => save(`${name()}png`, await pngOf(svg()))),
      button("Save SVG", () => save(`${name()}svg`, new Blob([svgText(svg())], { type: "image/svg+xml" })))];
  }

  /** Another network, or the same after a rerun: what was open and chosen stays where it still exists. */
  take(next) {
    const changed = next.facts.name !== this.model.name;
    if (!changed) return;
    this.model = modelOf(next);
    this.greet();
    this.state.set({ stages: "", layer: "" });
    this.state.refresh();
  }

  open() {
    const many = this.model.stages.length;
    return new Set(this.state.values.stages.split(".").filter(Boolean).map(Number).filter((i) => i < many));
  }

  setOpen(indices) { this.state.set({ stages: [...indices].sort((a, b) => a - b).join(".") }, "open"); }

  toggle(index) {
    const open = this.open();
    if (!open.delete(index)) open.add(index);
    this.focus = open.has(index) ? `node-${this.model.stages[index].nodes[0]}` : `stage-${index}`;
    this.setOpen(open);
  }

  row() { return this.model.rowOf.get(this.state.values.layer); }

  choose(name) {
    const node = this.model.nodes[this.model.nodeOf.get(name)];
    const open = this.open();
    if (node) open.add(node.stage);
    this.focus = node && `node-${node.index}`;
    this.state.set({ layer: name, stages: [...open].sort((a, b) => a - b).join(".") }, "layer");
  }

  resized() {
    const width = this.root.clientWidth - 12;
    if (Math.abs(width - this.width) > 2) this.draw();
  }

  draw() {
    this.width = this.root.clientWidth - 12;
    if (this.width < 50) return;
    const { model } = this;
    const row = this.row();
    const chosen = row && model.nodeOf.get(row.name);
    const held = this.stage.contains(this.root.getRootNode().activeElement);
    const placed = layout(model, this.open(), this.width);
    const svg = drawing(model, placed, chosen, { stage: (i) => this.toggle(i), node: (i) => this.choose(model.nodes[i].name) });
    this.stage.replaceChildren(svg);
    this.show(placed, held);
    this.words.replaceChildren(row ? layerFacts(model, row, (name) => this.choose(name)) : networkFacts(model));
    this.field.set(model, row);
    this.pictures.hidden = !row?.field;
    this.back.disabled = !row;
    this.said.say(this.state.values.layer && !row ? `${model.name} has no layer "${this.state.values.layer}": click one in the drawing.` : "");
    this.take_.update();
    this.drawTable();
    this.note(placed, row);
  }

  /** Keep the reader's place: the chosen unit in sight, and the keyboard on it. */
  show(placed, held) {
    const key = this.focus;
    const unit = placed.units.find((each) => each.key === key);
    this.focus = undefined;
    if (!unit) return;
    this.stage.scrollLeft = Math.max(0, unit.x - this.width / 2);
    if (held) this.stage.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  note(placed, row) {
    Object.assign(this.numbers, {
      network: this.model.name, open: [...this.open()], scale: placed.k, width: placed.width,
      units: placed.units.map(({ key, x, y, w, h: high, side, channels }) => ({ key, x, y, w, h: high, side, channels })),
      edges: placed.edges.map((edge) => ({ from: placed.units[edge.from].key, to: placed.units[edge.to].key, how: edge.how, drawn: edge.drawn })),
      row: row ? { name: row.name, params: row.params, macs: row.macs, bytes: row.bytes, output: row.output } : null,
    });
    if (!row?.field) this.numbers.field = null;
    this.legend.replaceChildren(...legend(placed, this.model));
  }

  drawTable() {
    if (!this.table.open) return;
    const at = this.table.querySelector(".layers")?.scrollTop || 0;
    this.table.lastChild.replaceChildren(layerTable(this.model, this.state.values.layer, (name) => this.choose(name)));
    this.table.querySelector(".layers").scrollTop = at;
  }

  key(event) {
    const item = event.target.closest?.("[data-key]");
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); event.target.dispatchEvent(new MouseEvent("click", { bubbles: true })); return; }
    const items = [...this.stage.querySelectorAll("[data-key]")];
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -items.length, End: items.length }[event.key];
    if (step && item) {
      event.preventDefault();
      const next = items[Math.max(0, Math.min(items.length - 1, items.indexOf(item) + step))];
      next.focus();
      if (next.dataset.key.startsWith("node")) this.choose(this.model.nodes[+next.dataset.key.slice(5)].name);
    }
    if (event.key === "Escape" && item?.dataset.key.startsWith("node")) this.toggle(this.model.nodes[+item.dataset.key.slice(5)].stage);
  }

  /** What to look for in this network, and a question whose answer is read off its own numbers. */
  greet() {
    const { stages, totals } = this.model;
    const heaviest = (key) => stages.reduce((best, stage) => (stage[key] > best[key] ? stage : best));
    const [first, most] = [stages[0], heaviest("params")];
    const shrinks = stages.length > 3;
    const spread = [...new Set([first, most, heaviest("bytes"), stages.at(-1)])];
    this.asked.replaceChildren(spread.length < 2 ? "" : question({
      look: shrinks ? "the boxes get lower and wider: places are given up for channels. Where does the memory go, where the parameters?" : "one stage holds nearly everything: its blocks keep one shape from the first to the last.",
      ask: `Which stage of ${this.model.name} holds the most parameters?`,
      choices: spread.map((stage) => ({ label: stage.name, right: stage === most, why: `${stage.name} holds ${percent(stage.params, totals.params)} of the parameters and ${percent(stage.bytes, totals.bytes)} of the memory of all outputs.` })),
    }).element);
  }
}

function legend({ k, perRoot }, model) {
  const kinds = new Set(model.nodes.map((node) => node.kind));
  const has = (...names) => names.some((name) => kinds.has(name));
  const item = (className, ...content) => h("span", { class: className }, ...content);
  const signs = new Set(model.nodes.map((node) => node.sign).filter(Boolean));
  return [
    item("", `Width: √channels (64 are ${Math.round(8 * k)} px here). Height and depth: √side (56 px are ${Math.round(perRoot * Math.sqrt(56))} px).`),
    item("conv", h("i"), "convolution"), has("depthwise conv", "grouped conv") ? item("conv", h("b", {}, "≡"), "depthwise or grouped: lined") : null,
    has("max pool", "average pool", "adaptive average pool", "mean") ? item("pool", h("i"), "pooling: dashed") : null,
    has("linear") ? item("dense", h("i"), "dense layer") : null, has("attention", "matmul") ? item("attention", h("i"), "attention") : null,
    has("transposed conv", "upsample") ? item("up", h("i"), "enlarging") : null,
    signs.has("+") ? item("", h("b", {}, "+"), "added") : null, signs.has("∪") ? item("", h("b", {}, "∪"), "concatenated") : null, signs.has("×") ? item("", h("b", {}, "×"), "multiplied") : null,
  ].filter(Boolean);
}
