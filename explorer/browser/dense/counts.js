// Section "Counts": sizes by slider or typing, the three layers counted, and the lecture's numbers beside them.
import { button, h, line, segmented, table } from "../shared/controls.js";
import { barsHeight, barsText, drawBars } from "./bars.js";
import { sheet } from "./sheet.js";
import { sized } from "./sized.js";
import { ADAM, digits, formulas, LIMITS, mapSize, memory, obstacle, tally, words } from "./tally.js";

const NAMES = { dense: "Fully connected", local: "Locally connected", conv: "Convolutional" };
const SIZES = [["h", "Picture height", " px"], ["w", "Picture width", " px"], ["c", "Channels", ""], ["u", "Fully connected units", ""], ["k", "Window k × k", " px"], ["f", "Filters", ""]];
const PARTS = ["outputs", "weights", "biases", "params", "macs"];
export const COUNTED = [...SIZES.map(([name]) => name), "pad"];

export function counts(context) {
  return new Counts(context);
}

class Counts {
  constructor({ state, data }) {
    this.state = state;
    this.presets = data.presets;
    this.failed = line("alert");
    this.build();
  }

  build() {
    const { values } = this.state;
    this.sizes = Object.fromEntries(SIZES.map(([name, label, unit]) => [name, sized({ label, unit, low: LIMITS[name][0], high: LIMITS[name][1], value: values[name], onChange: (v) => this.state.set({ [name]: v }, name), onError: (text) => this.refuse(text) })]));
    this.pad = segmented({ label: "Border", value: values.pad, options: [{ value: "same", label: "Same size", title: "Zero padding keeps height and width" }, { value: "valid", label: "No padding" }], onChange: (pad) => this.state.set({ pad }, "pad") });
    this.match = button("As many units as the convolution gives numbers", () => this.matchUnits());
    this.bars = sheet({ height: barsHeight, draw: (ctx, look) => { if (this.counts) drawBars(ctx, look, this.counts); }, attributes: { role: "img" } });
    this.chips = this.presets.map((preset) => button(preset.title, () => this.state.set({ ...preset.sizes }, "preset"), { kind: "choice" }));
    this.formulas = h("div", { class: "formulas" });
    this.rows = h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Counts" });
    this.slide = h("div", { class: "slide-beside" });
    this.element = h("section", { class: "counts", "aria-label": "Counts" },
      h("div", { class: "row chips", role: "group", "aria-label": "Sizes from the lectures" }, this.chips),
      h("div", { class: "counting" },
        h("div", { class: "panel sizes-panel" }, SIZES.map(([name]) => this.sizes[name].element), this.pad.element, this.match, this.failed.element),
        h("div", { class: "counted" }, h("div", { class: "figure" }, this.bars.canvas), this.slide, this.formulas)),
      this.rows);
  }

  refuse(text) {
    this.typed = text;
    this.failed.say(text ? `${text}. The last number stays.` : "");
  }

  matchUnits() {
    const outputs = Number(this.counts.conv.outputs);
    if (outputs > LIMITS.u[1]) return this.refuse(`The convolution gives ${digits(this.counts.conv.outputs)} numbers, more than the ${LIMITS.u[1].toLocaleString("en")} units counted here`);
    return this.state.set({ u: outputs }, "u");
  }

  preset(values) {
    return this.presets.find((preset) => Object.entries(preset.sizes).every(([name, value]) => values[name] === value));
  }

  show(values) {
    SIZES.forEach(([name]) => this.sizes[name].set(values[name]));
    this.pad.set(values.pad);
    const chosen = this.preset(values);
    this.chips.forEach((chip, at) => chip.setAttribute("aria-pressed", String(this.presets[at] === chosen)));
    const why = obstacle(values);
    if (why || !this.typed) this.failed.say(why ? `These sizes cannot be: ${why}. The last counts stay.` : "");
    if (why) return;
    this.counts = tally(values);
    this.bars.canvas.setAttribute("aria-label", barsText(this.counts));
    this.bars.redraw();
    this.write(values, chosen);
  }

  write(values, chosen) {
    const filled = formulas(values);
    this.formulas.replaceChildren(...Object.keys(NAMES).map((name) => h("p", { class: "formula" }, h("strong", {}, `${NAMES[name]}: `), filled[name])));
    const [rows, columns] = mapSize(values);
    const row = (label, pick) => [label, ...Object.keys(NAMES).map((name) => pick(this.counts[name]))];
    this.rows.replaceChildren(table("The three layers counted", [
      ["One layer", ...Object.values(NAMES)],
      ["Numbers that come out", digits(this.counts.dense.outputs), ...["local", "conv"].map((name) => `${digits(this.counts[name].outputs)} (${rows} × ${columns} × ${values.f})`)],
      row("Weights", (count) => digits(count.weights)),
      row("Biases", (count) => digits(count.biases)),
      row("Parameters", (count) => digits(count.params)),
      row("Connections = multiply-adds", (count) => digits(count.macs)),
      row("Each weight is used", (count) => `${digits(count.macs / count.weights)} ×`),
      row("Memory, float32", (count) => memory(count.bytes)),
      row("To train with Adam, float32", (count) => memory(count.bytes * ADAM)),
    ]), h("p", { class: "note" }, "One picture, one layer. A multiply-add is one multiplication and one addition; windows at the border count in full. 1 GB = 10⁹ bytes. Adam keeps four numbers for each parameter: its value, its gradient and two moments; activations come on top. The locally connected layer has a bias for every output, the convolution one for each filter."));
    this.beside(chosen);
  }

  /** The slide's numbers beside the computed ones. */
  beside(chosen) {
    this.slide.hidden = !chosen;
    if (!chosen) return;
    const rows = chosen.claims.map((claim) => {
      const value = this.counts[claim.layer][claim.count];
      const right = BigInt(claim.value) === value;
      return h("p", {}, h("span", { class: `claim ${right ? "holds" : "fails"}` }, `${claim.who}: ${claim.words}`), " ", h("strong", {}, right ? "✓ " : "→ "), `${NAMES[claim.layer].toLowerCase()}: ${digits(value)}${right ? "" : ` (${words(value)})`}. `, right ? "" : claim.reason);
    });
    this.slide.replaceChildren(h("p", {}, h("strong", {}, chosen.source), ". ", chosen.what), ...rows);
  }

  follow() { this.bars.follow(); }
  redraw() { this.bars.redraw(); }

  numbers() {
    const plain = (count) => Object.fromEntries([...PARTS, "bytes"].map((part) => [part, count[part].toString()]));
    return this.counts ? { counts: Object.fromEntries(Object.entries(this.counts).map(([name, count]) => [name, plain(count)])), formulas: formulas(this.state.values), table: this.rows.innerText, slide: this.slide.hidden ? "" : this.slide.innerText } : {};
  }

  png() { return { name: "dense-and-convolution-counts.png", side: 1000, parts: [{ canvas: this.bars.canvas, caption: `${this.state.values.h} × ${this.state.values.w} × ${this.state.values.c} picture, ${this.state.values.u} units, ${this.state.values.f} filters of ${this.state.values.k} × ${this.state.values.k}` }] }; }

  dispose() { this.bars.dispose(); }
}
