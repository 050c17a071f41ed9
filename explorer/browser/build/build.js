// Build your own: rows of layers, edited in place, measured with every key.
import { button, h, line, put, segmented, select } from "../shared/controls.js";
import { isDark } from "../shared/colour.js";
import { createState, expose, field } from "../shared/state.js";
import { save, takehome } from "../shared/takehome.js";
import * as codec from "./codec.js";
import { doublingQuestion } from "./doubling.js";
import { drawing } from "./drawing.js";
import { insert, OFFERS } from "./edits.js";
import { csv, picture } from "./exports.js";
import { fitting, importPanel } from "./import-panel.js";
import { shown } from "./kinds.js";
import { RowList } from "./list.js";
import { fieldOf, measurer, MOST_ROWS } from "./measure.js";
import { both, brief, bytes, count } from "./numbers.js";
import { program } from "./program.js";

const OWN = "";
const KEYS = "In a number: up and down arrow change it by one, Alt with up and down moves the row. On a row's number: up and down move it, D duplicates, Delete removes. Ctrl Z takes back, Ctrl Shift Z brings again.";

export function mount(root, data, component) {
  const page = new Page(root, data, component);
  return { update: (fresh) => page.refresh(fresh), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data, component) {
    Object.assign(this, { root, component, measure: measurer(), pointed: 0, chosen: 0 });
    this.starts = data.starts.map((start) => ({ ...start, net: codec.fromServer(start.rows), in: start.input.map(String) }));
    const first = this.starts[0];
    this.state = createState({
      net: { initial: first.net, parse: (text) => { const rows = codec.read(text); this.unread = !rows; return rows; }, format: codec.write },
      in: { initial: first.in, parse: codec.readInputText, format: codec.writeInput },
      u: field.choice(["mac", "flop"]),
    });
    this.build();
    this.state.subscribe(() => this.update());
    root.addEventListener("keydown", this.onKey);
    this.expose();
    this.update();
    if (this.unread) this.said.say("The network in this link could not be read; this is LeNet-5 instead.");
  }

  build() {
    const { state } = this;
    this.figure = drawing(this.root, { onPoint: (number) => this.mark({ pointed: this.idOf(number) }), onPick: (number) => this.list.focus(this.idOf(number)) });
    this.list = new RowList({ rows: () => state.values.net, change: (net, record) => state.set({ net }, record), mark: (marks) => this.mark(marks) });
    this.said = line("status");
    this.question = doublingQuestion();
    this.importing = importPanel({ send: (asked) => this.component.setTriggerValue("ask", asked), onRows: (rows) => this.imported(rows) });
    this.take = takehome({ code: () => program(this.measured, state.values.u), link: () => this.link(), png: () => ({ name: "network.png", canvas: picture(this.measured, state.values.u, this.markedNumber(), this.root) }), extras: [button("Save CSV", () => save("network.csv", new Blob([csv(this.measured, state.values.u)], { type: "text/csv" })))] });
    this.page = h("div", { class: "build-page" }, this.toolbar(), this.figure.element, this.totals(), this.palette(), this.said.element, this.list.element, this.question.element, this.importing.element, this.take.element,
      h("details", { class: "fold" }, h("summary", {}, "Keys, and what is counted"), h("div", { class: "fold-body" }, h("p", {}, KEYS), conventions())));
    this.page.addEventListener("transitionend", (event) => { if (event.target === this.page) this.figure.again(); }); // light to dark
    this.root.append(this.page);
  }

  toolbar() {
    const { state } = this;
    const options = [{ value: OWN, label: "your own" }, ...this.starts.map(({ name }) => ({ value: name, label: name }))];
    this.start = select({ label: "Start from", groups: options, value: OWN, onChange: (name) => this.begin(name) });
    this.start.input.options[0].disabled = true;
    this.inputs = ["channels", "height", "width"].map((name, i) => h("input", { type: "text", inputmode: "numeric", autocomplete: "off", maxlength: codec.LONGEST_TEXT, "aria-label": `Input ${name}`, title: name, oninput: (event) => state.set({ in: state.values.in.with(i, event.target.value) }, `input ${i}`), onkeydown: (event) => this.stepInput(event, i) }));
    this.inputProblem = h("p", { class: "row-problem", role: "alert", hidden: true });
    this.unit = segmented({ label: "Operations in", value: "mac", options: [{ value: "mac", label: "MACs" }, { value: "flop", label: "FLOPs", title: "one multiply-add is two operations" }], onChange: (u) => state.set({ u }, "unit") });
    this.undo = button("↶", () => state.undo(), { title: "Undo (Ctrl Z)", ariaLabel: "Undo" });
    this.redo = button("↷", () => state.redo(), { title: "Redo (Ctrl Shift Z)", ariaLabel: "Redo" });
    const input = h("fieldset", { class: "control input-size" }, h("legend", {}, "Input: channels × height × width"), h("div", { class: "sizes" }, this.inputs[0], "×", this.inputs[1], "×", this.inputs[2]));
    return h("div", {}, h("div", { class: "row toolbar" }, this.start.element, input, this.unit.element, h("div", { class: "row history" }, this.undo, this.redo)), this.inputProblem);
  }

  totals() {
    const item = (label) => { const value = h("span", { class: "big" }), more = h("small", {}); return { element: h("div", { class: "total" }, h("b", {}, label), value, more), value, more }; };
    this.sums = { params: item("Parameters"), macs: item("Operations"), bytes: item("Memory of the outputs"), out: item("Comes out"), field: item("One unit sees") };
    this.go = h("button", { type: "button", class: "go", onclick: () => this.list.focus(this.idOf(this.measured.broken)) });
    this.sums.out.element.append(h("small", {}, this.go));
    return h("div", { class: "totals", "aria-live": "off" }, Object.values(this.sums).map(({ element }) => element));
  }

  palette() {
    this.where = h("span", { class: "where" });
    const offers = OFFERS.map(([label, make]) => button(label, () => this.add(make), { kind: "offer", ariaLabel: `Add ${label}` }));
    return h("div", { class: "offers", role: "group", "aria-label": "Add a row" }, this.where, offers);
  }

  idOf(number) { return this.state.values.net[number - 1]?.id ?? 0; }

  markedNumber() { return this.state.values.net.findIndex((row) => row.id === (this.pointed || this.chosen)) + 1; }

  /** A row is meant: pointed at for the moment, or chosen to work on. */
  mark({ pointed, chosen }) {
    const before = `${this.pointed} ${this.chosen}`;
    if (pointed !== undefined) this.pointed = pointed;
    if (chosen !== undefined) this.chosen = chosen;
    if (before === `${this.pointed} ${this.chosen}` || this.asked) return;
    this.asked = requestAnimationFrame(() => { this.asked = 0; this.draw(); this.tellWhere(); });
  }

  draw() {
    this.figure.draw(this.measured, this.markedNumber());
    this.list.markRow(this.pointed || this.chosen);
  }

  /** After which row the next one goes: after the chosen one, or at the end. */
  place() {
    const at = this.state.values.net.findIndex((row) => row.id === this.chosen);
    return at < 0 ? this.state.values.net.length : at + 1;
  }

  tellWhere() { put(this.where, this.state.values.net.length ? `After row ${this.place()}, add` : "Add a row"); }

  add(make) {
    const rows = this.state.values.net, at = this.place();
    if (rows.length >= MOST_ROWS) return this.said.say(`A network here has at most ${MOST_ROWS} rows.`);
    const row = make((at ? this.measured.rows[at - 1].out : null)?.shape ?? this.measured.input.shape);
    this.chosen = row.id;
    this.state.set({ net: insert(rows, at, row) }, `add ${row.id}`);
    return queueMicrotask(() => this.list.focus(row.id));
  }

  begin(name) {
    const start = this.starts.find((one) => one.name === name);
    this.chosen = 0;
    this.said.say("");
    this.state.set({ net: start.net, in: start.in }, `start ${name} ${performance.now()}`);
  }

  imported(rows) {
    const input = fitting(rows, this.state.values.in);
    this.chosen = 0;
    this.state.set({ net: rows, in: input ?? this.state.values.in }, `import ${performance.now()}`);
    const size = (input ?? this.state.values.in).join(" × ");
    return `${rows.length} ${rows.length === 1 ? "row" : "rows"} read. ${input ? `They fit on an input of ${size}.` : `On an input of ${size} a row does not fit: change the input or the row.`} Undo brings the former network back.`;
  }

  stepInput(event, i) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key], { in: texts } = this.state.values;
    if (!by || !/^\d{1,9}$/.test(texts[i])) return;
    event.preventDefault();
    this.state.set({ in: texts.with(i, String(Math.max(1, +texts[i] + by))) }, `input ${i}`);
  }

  update() {
    const { values } = this.state, started = performance.now();
    const factor = values.u === "flop" ? 2 : 1;
    this.measured = this.measure(values.net, values.in);
    this.list.show(this.measured, factor);
    this.inputs.forEach((input, i) => { if (input.value !== values.in[i]) input.value = values.in[i]; input.toggleAttribute("aria-invalid", this.measured.input.field === i); });
    const { problem } = this.measured.input;
    this.inputProblem.hidden = !problem;
    put(this.inputProblem, problem ? `Input: ${problem}.` : "");
    this.unit.set(values.u);
    this.undo.disabled = !this.state.canUndo;
    this.redo.disabled = !this.state.canRedo;
    this.tellTotals(factor);
    this.tellWhere();
    this.draw();
    this.ms = performance.now() - started;
    clearTimeout(this.later);
    this.later = setTimeout(() => this.afterwards(), 200);
  }

  tellTotals(factor) {
    const { total, broken, last, input } = this.measured, { sums } = this;
    const tell = (name, value, more) => { put(sums[name].value, value); put(sums[name].more, more); };
    const upTo = broken || !input.shape ? (broken > 1 ? `up to row ${broken - 1}` : "nothing yet") : "";
    tell("params", count(total.params), upTo || `${bytes(4 * total.params)} as float32`);
    tell("macs", total.macs * factor < 1e9 ? count(total.macs * factor) : brief(total.macs * factor), upTo || `${factor === 2 ? "FLOPs, 2 for a multiply-add" : "MACs (multiply-adds)"}`);
    tell("bytes", bytes(total.bytes), upTo || "float32, one picture");
    this.go.hidden = !broken;
    put(this.go, `row ${broken} breaks: go there`);
    tell("out", input.shape && last ? shown(last.shape).replace("a vector of ", "") : "—", broken ? "" : last?.shape.length === 1 ? "a vector" : "channels × height × width");
    const seen = input.shape && last ? fieldOf(last) : null;
    const local = seen && !seen.isGlobal && !seen.why;
    tell("field", !seen ? "—" : seen.isGlobal ? "all" : seen.why ? "?" : `${both(seen.sizes)} px`, !seen ? "" : local ? `the next one ${both(seen.jumps)} px further` : seen.isGlobal ? "of the picture" : "not one window");
  }

  /** What follows the typing at leisure: the start's name, the question, the code, the link. */
  afterwards() {
    const { values } = this.state;
    const same = this.starts.find((start) => codec.write(start.net) === codec.write(values.net) && (String(start.in) === String(values.in) || !values.net.length));
    this.start.set(same?.name ?? OWN);
    this.question.update(values.net, values.in, this.measured);
    this.take.update();
  }

  link() {
    const address = this.state.link();
    const long = address.length > codec.LONGEST_LINK;
    this.said.say(long ? `This link has ${count(address.length)} characters; more than ${count(codec.LONGEST_LINK)} are cut by some programs. Taking the code along is safer.` : "");
    return address;
  }

  onKey = (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.composedPath()[0].matches?.("textarea")) return;
    const key = event.key.toLowerCase();
    if (key !== "z" && key !== "y") return;
    event.preventDefault();
    if (key === "y" || event.shiftKey) this.state.redo(); else this.state.undo();
  };

  /** The server has answered, or the theme has changed. */
  refresh(data) {
    this.importing.answered(data.answer);
    this.figure.again();
  }

  /** What the page computed, for tests and the curious. */
  expose() {
    const rows = () => this.measured.rows.map((row) => ({ number: row.number, kind: row.row.kind, shape: row.out?.shape ?? null, weights: row.weights, biases: row.biases, params: row.params, macs: row.macs, bytes: row.bytes, field: row.out ? fieldOf(row.out) : null, problem: row.problem, waits: row.waits }));
    const page = this, { state } = this;
    const numbers = {
      get rows() { return rows(); }, get total() { return page.measured.total; }, get broken() { return page.measured.broken; }, get input() { return page.measured.input; },
      get marked() { return page.markedNumber(); }, get ms() { return page.ms; }, get dark() { return isDark(page.root); },
      get code() { return program(page.measured, state.values.u); }, get csv() { return csv(page.measured, state.values.u); },
    };
    expose(this.root, () => ({ net: codec.write(state.values.net), in: state.values.in, u: state.values.u }), () => numbers);
  }

  dispose() {
    clearTimeout(this.later);
    cancelAnimationFrame(this.asked);
    this.figure.dispose();
    this.list.dispose();
    this.importing.dispose();
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
  }
}

function conventions() {
  return h("p", { class: "note" }, "Parameters: weights and biases that are learnt (a batch norm's running means are not). MACs: multiply-adds of convolutions and linear layers for one picture; norm, activation and pooling are not counted. Memory: every row's output, 4 bytes a number, KiB = 1024 bytes. A residual row adds what entered so many rows above it, a dense row lays it beside the map.");
}
