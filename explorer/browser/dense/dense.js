// From dense to convolution: the same layer with fewer and fewer weights, counted, and what follows when things move.
import { button, fold, h, segmented } from "../shared/controls.js";
import { isDark } from "../shared/colour.js";
import { question } from "../shared/question.js";
import { createState, expose, field, inNumberField, undoKey } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { countsProgram, shiftProgram, wiresProgram } from "./code.js";
import { COUNTED, counts } from "./counts.js";
import { morph } from "./morph.js";
import { QUESTIONS } from "./questions.js";
import { SHIFT_FIELDS } from "./shift-model.js";
import { shifting } from "./shift.js";
import { shiftSlides, wiresSlides } from "./slides.js";
import { LIMITS } from "./tally.js";

const SECTIONS = [["wires", "Connections"], ["counts", "Counts"], ["shift", "When things move"]];
const DRAWN = ["lay", "n", "rk", "g", "gk", "t", "x", "at"];
const KEYS = { wires: "In the drawing: left and right arrow go from unit to unit, up and down between hidden units and inputs (in the grid with Shift), Space turns a pixel, Escape shows all. In the matrix: arrow keys choose a weight; every line that uses it stays lit.", counts: "On a slider the arrow keys change the number by one; a number may also be typed.", shift: "On the moved picture: arrow keys shift by one pixel, with Shift by four, Home puts it back. On a map of the first row: arrow keys choose the marked unit." };

function fields(data) {
  const whole = (name, initial) => field.whole(initial, ...LIMITS[name].slice(0, 2));
  const text = (initial, pattern) => ({ initial, parse: (t) => (pattern.test(t) ? t : undefined), format: String });
  const sizes = data.presets[0].sizes;
  return {
    v: field.choice(SECTIONS.map(([name]) => name)),
    lay: field.choice(["row", "grid"]), n: field.whole(10, 6, 14), rk: field.whole(3, 2, 5), g: field.whole(5, 4, 6), gk: field.whole(3, 2, 3),
    t: field.number(0, 0, 2), x: text("", /^[01]{6,36}$/), at: text("", /^([hx]\d{1,3}|w\d{1,3}\.\d{1,3})?$/),
    h: whole("h", sizes.h), w: whole("w", sizes.w), c: whole("c", sizes.c), k: whole("k", sizes.k), u: whole("u", sizes.u), f: whole("f", sizes.f), pad: field.choice(["same", "valid"], sizes.pad),
    pic: text("chelsea", /^[a-z_]{1,40}$/), px: field.choice(["32", "128"]), kern: field.choice(data.kernels.map((kernel) => kernel.name), "sobel_x"),
    move: field.choice(["shift", "turn", "mirror"]), dx: field.whole(6, -64, 64), dy: field.whole(3, -64, 64), fill: field.choice(["wrap", "black"]),
    border: field.choice(["none", "zeros", "circular"], "circular"), st: field.choice(["1", "2", "4"]), own: field.whole(100, 0, 100), uy: field.whole(-1, -1, 999), ux: field.whole(-1, -1, 999),
  };
}

export function mount(root, data) {
  const page = new Page(root, data);
  return { update: () => page.repaint(), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data) {
    Object.assign(this, { root, data });
    this.state = createState(fields(data));
    const context = { root, data, state: this.state, onPicture: (live) => (live ? this.update(new Set(["live"])) : this.state.refresh("picture")) };
    this.sections = { wires: morph(context), counts: counts(context), shift: shifting(context) };
    this.shown = new Set();
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    this.expose();
    this.update(new Set(["*"]));
  }

  build() {
    const { state } = this;
    this.tabs = segmented({ label: "Section", hideLabel: true, value: state.values.v, options: SECTIONS.map(([value, label]) => ({ value, label })), onChange: (v) => state.set({ v }, "v") });
    this.slides = { wires: wiresSlides(), shift: shiftSlides() };
    this.questions = Object.fromEntries(Object.entries(QUESTIONS).map(([name, asked]) => [name, question(asked)]));
    this.savePicture = button("Save the picture", () => this.save());
    this.take = takehome({ code: () => this.program(), link: () => state.link(), png: () => this.png(), extras: [this.savePicture] });
    this.keys = h("p", {});
    const parts = Object.keys(this.sections).map((name) => h("div", { class: "part", "data-part": name }, this.sections[name].element, this.questions[name].element, this.slides[name]?.element));
    this.parts = parts;
    const page = h("div", { class: "dense-page" }, this.tabs.element, parts, this.take.element, fold("Keys", this.keys));
    page.addEventListener("transitionend", (event) => { if (event.target === page) this.repaint(); }); // light to dark
    this.root.append(page);
  }

  /** Bring what is in sight to the state; the other sections wait until they are opened. */
  update(changed) {
    const { values } = this.state;
    const all = changed.has("*");
    const touches = (names) => all || names.some((name) => changed.has(name));
    if (touches(["v"])) this.open(values.v);
    if (values.v === "wires" && touches(["v", ...DRAWN])) { this.sections.wires.show(values); this.slides.wires.show(this.sections.wires.layer); }
    if (values.v === "counts" && touches(["v", ...COUNTED])) this.sections.counts.show(values);
    if (values.v === "shift") this.updateShift(values, touches);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.afterwards(), 180);
  }

  updateShift(values, touches) {
    const { shift } = this.sections;
    if (touches(["v", "picture", "live", ...SHIFT_FIELDS])) shift.show(values);
    else if (touches(["uy", "ux"])) shift.paint();
  }

  /** What follows the view at leisure: the code, and the sentences beside the slides. */
  afterwards() {
    const { run, sweep } = this.sections.shift;
    if (run) this.slides.shift.show({ conv: run.move.dx || run.move.dy || run.move.kind !== "shift" ? run.layers.conv : null, spread: sweep?.spreads.conv });
    this.take.update();
  }

  open(name) {
    this.tabs.set(name);
    this.parts.forEach((part) => { part.hidden = part.dataset.part !== name; });
    if (name !== "wires") this.sections.wires.pause();
    this.keys.textContent = KEYS[name];
    this.savePicture.hidden = name !== "shift";
    if (!this.shown.has(name)) { this.shown.add(name); this.sections[name].follow(); }
  }

  program() {
    const { values } = this.state;
    if (values.v === "wires") return wiresProgram(values, this.sections.wires.layer);
    if (values.v === "counts") return countsProgram(values);
    const { run, picture } = this.sections.shift;
    return run ? shiftProgram(picture, this.sections.shift.settled(values), run) : "";
  }

  png() {
    const { name, side, parts } = this.sections[this.state.values.v].png();
    return { name, canvas: montage(parts, { dark: isDark(this.root), side }) };
  }

  save() {
    this.sections.shift.picture?.canvas.toBlob((blob) => blob && save("picture.png", blob), "image/png");
  }

  onKey = (event) => !inNumberField(event) && undoKey(event, this.state);

  /** What the page computed, for tests and the curious. */
  expose() {
    expose(this.root, () => this.state.values, () => ({ [this.state.values.v]: this.sections[this.state.values.v].numbers() }));
  }

  /** The theme or the constants may have changed: paint again. */
  repaint() { Object.values(this.sections).forEach((section) => section.redraw()); }

  dispose() {
    clearTimeout(this.later);
    Object.values(this.sections).forEach((section) => section.dispose());
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
  }
}
