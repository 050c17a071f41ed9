// Learnt filters: all of a layer, one at large with its numbers, and the answer of a copy in which they are edited.
import { isDark, paintPlane, scaleBar, short } from "../shared/colour.js";
import { button, h, line, numberField, put, segmented } from "../shared/controls.js";
import { kernelGrid } from "../shared/kernel-grid.js";
import { question } from "../shared/question.js";
import { montage, takehome } from "../shared/takehome.js";
import { Bank } from "./bank.js";
import { Edits } from "./edits.js";
import { decoded, filterCanvas, largest, responseCanvas } from "./paint.js";

const CHANGES = [["zero", "Zero"], ["negate", "Negate"], ["mirror", "Mirror ↔"], ["flip", "Flip ↕"], ["sobel_x", "Sobel ↔"], ["sobel_y", "Sobel ↕"]];
const ASK = {
  look: "edges in every direction and blobs of colour; networks of very different kinds learn nearly the same first filters.",
  ask: "One of the first filters is set to zero. Does the network still know the picture?",
  choices: [
    { label: "Mostly yes", right: true, why: "Many filters overlap: the answer shifts by a few per cent. Zero several of the strongest and it breaks. Try it." },
    { label: "No, it fails", why: "Zero one and look at the bars: the others carry on. It takes several of the strongest." },
  ],
};

class Filters {
  constructor(root, data, component) {
    Object.assign(this, { root, component, shared: true, input: 0, after: true });
    this.bank = new Bank((filter) => this.choose(filter));
    this.edits = new Edits((text) => component.setStateValue("edits", text));
    this.grid = kernelGrid({ label: "Weights of the filter", onChange: (index, value) => this.typed(index, value), onRefuse: (text) => this.refused.say(text), dark: () => isDark(root) });
    this.refused = line("alert");
    this.facts = h("p", { class: "facts", role: "status" });
    this.bar = scaleBar();
    this.note = h("p", { class: "note" });
    this.answers = h("div", { class: "answers" });
    this.inputs = h("div", {});
    this.views = Object.fromEntries(["filter", "response", "before", "now"].map((name) => [name, h("canvas", { role: "img" })]));
    this.captions = Object.fromEntries(Object.keys(this.views).map((name) => [name, h("figcaption", {})]));
    this.take = takehome({ code: () => this.data.code, link: () => location.href, png: () => this.png() });
    this.lay();
    this.observer = new ResizeObserver(() => this.bank.paint());
    this.observer.observe(this.bank.canvas.parentElement);
    this.show(data);
  }

  lay() {
    const scale = segmented({ label: "Colour scale", options: [{ value: "shared", label: "Shared" }, { value: "own", label: "Each own" }], value: "shared", onChange: (v) => { this.shared = v === "shared"; this.paint(); } });
    const views = Object.entries(this.views).map(([name, canvas]) => h("figure", {}, canvas, this.captions[name]));
    const changes = CHANGES.map(([kind, label]) => button(label, () => this.edits.add(`${this.data.chosen}:${kind}`)));
    this.other = numberField({ label: "Swap with", value: 0, min: 0, step: 1, onChange: (v) => this.edits.add(`${this.data.chosen}:swap:${Math.round(v)}`), onError: (text) => this.refused.say(text) });
    const history = [["Undo", "undo"], ["Redo", "redo"], ["As learnt", "clear"]].map(([label, way]) => button(label, () => this.edits[way]()));
    this.ab = segmented({ label: "Show the answer", options: [{ value: "now", label: "edited (B)" }, { value: "before", label: "as learnt (A)" }], value: "now", onChange: (v) => { this.after = v === "now"; this.showAnswers(); } });
    this.root.append(this.facts,
      h("div", { class: "stage" },
        h("div", {}, this.bank.canvas, h("div", { class: "row middle" }, this.bar.element, scale.element), this.note),
        h("div", {}, h("div", { class: "views" }, views), this.answers, h("div", { class: "row edits" }, changes), this.refused.element, h("div", { class: "row" }, history, this.other.element, this.ab.element))),
      h("h3", {}, "The weights themselves"), this.inputs, h("div", { class: "numbers-grid" }, this.grid.element),
      question(ASK).element, this.take.element);
  }

  choose(filter) {
    this.bank.mark(filter);
    this.input = 0;
    this.component.setStateValue("chosen", filter);
  }

  typed(index, value) {
    const width = this.data.shape[3];
    this.edits.add(`${this.data.chosen}:set:${this.input}:${Math.floor(index / width)}:${index % width}:${value}`);
  }

  show(data) {
    this.data = data;
    this.edits.at(`${data.network}/${data.layer}`);
    this.refused.say(data.problem ? data.problem[0].toUpperCase() + data.problem.slice(1) + "." : "");
    this.values = Object.fromEntries(["grid", "before", "now", "response"].map((name) => [name, decoded(data[name])]));
    this.maps = { before: decoded(data.map.before), now: decoded(data.map.now) };
    if (this.input >= data.shape[1]) this.input = 0;
    this.other.input.max = data.shape[0] - 1;
    this.describe();
    this.paint();
    this.showWeights();
    this.showAnswers();
    this.take.update();
    const top = [...data.bars].sort((a, b) => b.now - a.now)[0];
    this.root.__numbers = { layer: data.layer, chosen: data.chosen, first: this.values.now[0], edits: data.edits, label: top.label, share: top.now, before: data.bars.map((bar) => bar.before), logits: data.bars.map((bar) => bar.logits) };
  }

  describe() {
    const { data } = this;
    const { facts, shape } = data;
    const seen = shape[1] === 3 || shape[1] === 1 ? "each as a picture" : `each as its norm over ${shape[1]} inputs`;
    this.facts.replaceChildren(h("b", {}, `${data.layer}: ${shape[0]} filters of ${shape[1]} × ${shape[2]} × ${shape[3]}`), h("span", {}, seen),
      h("span", {}, `filter ${data.chosen}: norm ${short(facts.norm)}, edges at ${facts.orientation.toFixed(0)}°, ${facts.cycles_per_px.toFixed(2)} cycles/px, ${(100 * facts.colour).toFixed(0)} % ${shape[1] === 3 ? "colour" : "differing between inputs"}`));
  }

  paint() {
    const { data, values } = this;
    const dark = isDark(this.root);
    this.bank.set(data, values.grid, this.shared, dark);
    const grey = data.inputs === 3 ? { text: "mid-grey is zero, in red, green and blue" } : { text: "blue below zero, orange above" };
    this.bar.set({ kind: data.inputs === 3 ? "grey3" : "signed", low: -this.bank.limit, high: this.bank.limit, text: this.shared ? `shared scale; ${grey.text}` : `each filter its own scale (this bar: the strongest); ${grey.text}` }, dark);
    const [, inputs, height, width] = data.shape;
    const area = height * width;
    const one = inputs === 3 || inputs === 1 ? values.now : values.now.subarray(this.input * area, (this.input + 1) * area);
    filterCanvas(one, inputs === 3 ? 3 : 1, height, width, largest(one), dark, this.views.filter);
    const most = responseCanvas(values.response, this.views.response);
    const limit = Math.max(largest(this.maps.before), largest(this.maps.now)) || 1;
    const [mh, mw] = data.map.shape;
    ["before", "now"].forEach((name) => paintPlane(this.views[name], { data: this.maps[name], height: mh, width: mw }, { kind: "signed", low: -limit, high: limit }, dark));
    put(this.captions.filter, `filter ${data.chosen}${inputs > 3 ? `, input ${this.input}` : ""}`);
    put(this.captions.response, `waves let through; white: × ${short(most)}`);
    put(this.captions.before, `its map, as learnt`);
    put(this.captions.now, `edited; ± ${short(limit)}`);
    Object.entries(this.views).forEach(([name, canvas]) => canvas.setAttribute("aria-label", this.captions[name].textContent));
  }

  showWeights() {
    const { shape } = this.data;
    const [, inputs, height, width] = shape;
    const names = inputs === 3 ? ["red", "green", "blue"] : null;
    if (this.shownInputs !== inputs) {
      this.shownInputs = inputs;
      const turn = (v) => { this.input = +v; this.showWeights(); this.paint(); };
      const control = names ? segmented({ label: "Input", options: names.map((label, i) => ({ value: String(i), label })), value: String(this.input), onChange: turn })
        : numberField({ label: `Input (0 to ${inputs - 1})`, value: this.input, min: 0, max: inputs - 1, step: 1, onChange: turn, onError: (text) => this.refused.say(text) });
      this.inputControl = control;
      this.inputs.hidden = inputs === 1;
      this.inputs.replaceChildren(control.element);
    }
    this.inputControl.set(names ? String(this.input) : this.input);
    const area = height * width;
    this.grid.set(height, width, this.values.now.subarray(this.input * area, (this.input + 1) * area));
  }

  showAnswers() {
    const rows = this.data.bars.flatMap((bar) => {
      const share = this.after ? bar.now : bar.before;
      const now = h("i", { class: "now", style: { width: `${100 * share}%` } });
      const before = h("i", { class: "before", style: { width: `${100 * bar.before}%` }, title: "as learnt" });
      const change = this.data.edits ? ` (${bar.now >= bar.before ? "+" : "−"}${Math.abs(100 * (bar.now - bar.before)).toFixed(1)})` : "";
      return [h("span", {}, bar.label), h("div", { class: "bar" }, now, before), h("span", {}, `${(100 * share).toFixed(1)} %${this.after ? change : ""}, logit ${short(bar.logits[this.after ? 1 : 0])}`)];
    });
    this.answers.replaceChildren(...rows);
    const count = this.edits.list.length;
    put(this.note, count ? `${count} edit${count > 1 ? "s" : ""} in a copy of the network; outlined bars: as learnt.` : "Arrow keys move between filters. Edits are made in a copy; outlined bars: as learnt.");
  }

  png() {
    const canvas = montage([{ canvas: this.bank.canvas, caption: `${this.data.network} ${this.data.layer}` }, { canvas: this.views.filter, caption: `filter ${this.data.chosen}` }, { canvas: this.views.now, caption: "its map" }], { dark: isDark(this.root), side: 480 });
    return { canvas, name: `${this.data.layer}-filters.png` };
  }
}

export function mount(root, data, component) {
  const filters = new Filters(root, data, component);
  return { update: (fresh) => filters.show(fresh), dispose: () => { filters.observer.disconnect(); filters.grid.dispose(); } };
}
