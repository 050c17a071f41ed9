// Non-linearity and pooling: the page's parts put together.
import { isDark } from "../shared/colour.js";
import { button, h, line, segmented } from "../shared/controls.js";
import { planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { createState, expose } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { program } from "./code.js";
import { chosen, curvesSection } from "./curves.js";
import { controlBar, fields, SECTIONS } from "./fields.js";
import { layersSection } from "./layers-section.js";
import { mapSection } from "./map-section.js";
import { Model } from "./model.js";
import { poolSection } from "./pool-section.js";
import { questions } from "./questions.js";
import { shiftSection } from "./shift-section.js";

const MAKERS = { curves: curvesSection, map: mapSection, layers: layersSection, pool: poolSection, shift: shiftSection };
const POINTING = new Set(["row", "col", "cy", "cx", "x"]); // moves that need no other control brought up to date

export function mount(root, data) {
  const page = new Page(root, data);
  // The loader calls update when the theme has changed: everything is painted again.
  return { update: () => page.state.refresh(), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.state = createState(fields(data));
    this.model = new Model(data, this.state.values);
    this.source = null;
    this.buffers = null;
    this.stale = new Set(SECTIONS.map(([name]) => name));
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    this.expose();
    this.update(new Set(["*"]));
  }

  build() {
    const { state, data, root, model } = this;
    const { values } = state;
    this.tabs = segmented({ label: "Part of the page", hideLabel: true, value: values.v, options: SECTIONS.map(([value, label]) => ({ value, label })), onChange: (v) => state.set({ v }, "v") });
    this.bar = controlBar(state, data);
    this.sections = Object.fromEntries(SECTIONS.map(([name]) => [name, MAKERS[name]({ state, model, data, root })]));
    this.questions = questions();
    this.picker = picturePicker({ pictures: data.pictures, initial: values.pic, onName: (pic) => state.set({ pic }), onPicture: (given) => this.open(given) });
    this.problem = line("alert");
    this.savePicture = button("Save the picture", () => this.source?.canvas.toBlob((blob) => blob && save("picture.png", blob), "image/png"));
    this.take = takehome({ code: () => (this.ready() ? program(this.source, model, chosen(model)) : ""), link: () => state.link(), png: () => this.png(), extras: [this.savePicture] });
    this.page = h("div", { class: "activation-page" }, h("div", { class: "row tabs" }, this.tabs.element, this.bar.aside), this.picker.element, this.bar.element, this.problem.element,
      SECTIONS.map(([name]) => this.sections[name].element), SECTIONS.map(([name]) => this.questions[name]), this.take.element);
    root.append(this.page);
  }

  /** Whether the section shown has what it needs. */
  ready() {
    return this.state.values.v === "curves" || (this.source !== null && !this.model.problem());
  }

  open({ canvas, title, name }) {
    this.source = { canvas, title, file: this.data.pictures.find((picture) => picture.name === name)?.file || "" };
    this.buffers = planes(canvas, this.buffers);
    this.model.setPicture(this.buffers.grey);
    this.state.refresh("picture");
  }

  update(changed) {
    const { v } = this.state.values;
    SECTIONS.forEach(([name]) => {
      this.sections[name].element.hidden = this.questions[name].hidden = name !== v;
      if (name !== v) this.stale.add(name);
    });
    if ([...changed].some((name) => !POINTING.has(name))) this.controls(v);
    if (v !== "curves" && !this.source) return;
    const why = v === "curves" ? "" : this.model.problem();
    this.problem.say(why);
    this.sections[v].element.classList.toggle("stale", Boolean(why));
    if (why) return;
    this.sections[v].show(this.stale.has(v) ? new Set(["*"]) : changed);
    this.stale.delete(v);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.take.update(), 120);
  }

  controls(v) {
    this.tabs.set(v);
    this.bar.show();
    this.page.classList.toggle("is-dark", isDark(this.root));
    this.picker.element.hidden = this.savePicture.hidden = v === "curves";
  }

  png() {
    const { v } = this.state.values;
    const parts = this.ready() ? this.sections[v].pictures() : [];
    return { name: `${v}.png`, canvas: montage(parts, { dark: isDark(this.root) }) };
  }

  onKey = (event) => {
    const letter = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(letter)) return;
    event.preventDefault();
    if (letter === "y" || event.shiftKey) this.state.redo(); else this.state.undo();
  };

  /** What the page computed, for tests and the curious. */
  expose() {
    expose(this.root, () => this.state.values, () => (this.ready() && !this.stale.has(this.state.values.v) ? this.sections[this.state.values.v].numbers() : null));
  }

  dispose() {
    this.picker.dispose();
    Object.values(this.sections).forEach((section) => section.dispose());
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
    clearTimeout(this.later);
  }
}
