// A kernel as a filter: its frequency response, its factors, and two kernels in a row. The page "Kernel as a signal".
import { isDark } from "../shared/colour.js";
import { button, fold, h, line, segmented } from "../shared/controls.js";
import { planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { createState, expose, field, undoKey } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { kernelField } from "../kernels/kernel-state.js";
import { program } from "./code.js";
import { Frequency } from "./frequency.js";
import { flatness, kernelEditor, single } from "./kernel-editor.js";
import { middle } from "./patterns.js";
import { questions } from "./questions.js";
import { Separable } from "./separable.js";
import { CUTS, STEPS } from "./spectrum.js";
import { Two } from "./two.js";

const SIDE = 256;
const VIEWS = [["freq", "Frequency"], ["sep", "Separable"], ["two", "Two in a row"]];

function fields(presets) {
  return {
    view: field.choice(VIEWS.map(([name]) => name)),
    pic: { initial: "chelsea", parse: (t) => (/^[a-z_]{1,40}$/.test(t) ? t : undefined), format: String },
    k: kernelField(presets, "box_blur"),
    k2: kernelField(presets, "box_blur"),
    scale: field.choice(["linear", "log"]),
    cut: field.choice(Object.keys(CUTS)),
    u: field.whole(48, -STEPS / 2, STEPS / 2),
    v: field.whole(0, -STEPS / 2, STEPS / 2),
    terms: field.whole(0, 0, 7),
    relu: field.flag(),
  };
}

export function mount(root, data) {
  const page = new Page(root, data);
  return { update: () => page.state.refresh("theme"), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data) {
    Object.assign(this, { root, data, picture: null, source: null });
    this.state = createState(fields(data.presets));
    const given = { state: this.state, root, dark: () => isDark(root), presets: data.presets };
    this.editor = kernelEditor({ ...given, name: "k", label: "Kernel" });
    this.sections = { freq: new Frequency(given), sep: new Separable(given), two: new Two(given) };
    this.build();
    this.state.subscribe((_, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    this.expose();
  }

  build() {
    const { state, data } = this;
    const each = (part) => Object.values(this.sections).map((section) => section[part]);
    this.tabs = segmented({ label: "View", hideLabel: true, value: state.values.view, options: VIEWS.map(([value, label]) => ({ value, label })), onChange: (view) => state.set({ view }, "view") });
    this.back = button("↶", () => state.undo(), { ariaLabel: "Undo", title: "Undo (Ctrl+Z)" });
    this.again = button("↷", () => state.redo(), { ariaLabel: "Redo", title: "Redo (Ctrl+Shift+Z)" });
    this.alert = line("alert");
    this.questions = questions();
    this.picker = picturePicker({ pictures: data.pictures, initial: state.values.pic, onName: (pic) => state.set({ pic }), onPicture: (given) => this.open(given) });
    this.take = takehome({
      code: () => (this.picture ? program(this.view()) : ""),
      link: () => state.link(),
      png: () => ({ name: "kernel-as-a-signal.png", canvas: montage(this.section().parts(), { dark: isDark(this.root), side: 320 }) }),
      extras: [button("Save the picture", () => this.source?.toBlob((blob) => blob && save("picture.png", blob), "image/png"))],
    });
    this.root.append(h("div", { class: "signal-page" },
      h("div", { class: "row middle head" }, this.tabs.element, h("div", { class: "row history" }, this.back, this.again)),
      h("div", { class: "bench" }, this.editor.element, h("div", { class: "section" }, each("bench"))), this.alert.element,
      h("div", { class: "on-picture" }, each("pictures")), this.picker.element,
      ...Object.values(this.questions).map((item) => item.element), this.take.element, explanation()));
  }

  section() { return this.sections[this.state.values.view]; }

  /** Everything that the section shown is computed from. */
  view() {
    const { values } = this.state;
    return { values, kernel: single(values.k), second: single(values.k2), picture: this.picture, kept: this.sections.sep.kept };
  }

  open({ canvas, alt, name, live }) {
    this.source = canvas;
    this.buffers = planes(canvas, this.buffers);
    this.picture = { ...middle(this.buffers.grey, SIDE), alt, file: this.data.pictures.find((picture) => picture.name === name)?.file || "" };
    if (live && this.shown) return this.update(new Set(["picture", "live"]));
    return this.state.refresh(this.shown ? "picture" : "*");
  }

  update(changed) {
    if (!this.picture) return;
    const { values } = this.state;
    this.shown = true;
    if (changed.has("view") || changed.has("*")) this.turnTo(values.view);
    if (["k", "*", "theme"].some((name) => changed.has(name))) this.editor.show();
    try {
      this.section().update({ ...this.view(), changed });
      this.alert.say("");
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.alert.say(`This cannot be computed: ${error.message}. The last figures stay.`);
    }
    if (changed.has("live")) return;
    [this.back.disabled, this.again.disabled] = [!this.state.canUndo, !this.state.canRedo];
    clearTimeout(this.later);
    this.later = setTimeout(() => this.take.update(), 120);
  }

  turnTo(view) {
    this.tabs.set(view);
    Object.entries(this.sections).forEach(([name, section]) => {
      section.bench.hidden = section.pictures.hidden = name !== view;
      this.questions[name].element.hidden = name !== view;
    });
    this.root.firstChild.dataset.view = view;
  }

  onKey = (event) => undoKey(event, this.state);

  /** What the page computed, for tests and the curious. */
  expose() {
    const numbers = () => ({
      ready: Boolean(this.shown),
      flat: flatness(this.state.values.k),
      picture: this.picture && { size: [this.picture.plane.height, this.picture.plane.width], top: this.picture.top, left: this.picture.left },
      ...Object.fromEntries(Object.entries(this.sections).map(([name, section]) => [name, { ...section.numbers }])),
    });
    expose(this.root, () => this.state.values, numbers);
  }

  dispose() {
    this.picker.dispose();
    this.editor.dispose();
    Object.values(this.sections).forEach((section) => section.dispose());
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
    clearTimeout(this.later);
  }
}

function explanation() {
  return fold("How the numbers are made",
    h("p", {}, "The kernel slides as it is (cross-correlation), its middle cell on the pixel. A wave cos 2π(fx·x + fy·y) comes out as gain · cos(2π(fx·x + fy·y) + phase), with gain and phase of H(f) = Σ w[m]·e^{2πi f·m}. Flipping the kernel turns the sign of the phase and leaves the gain. The fastest wave that pixels can carry has 0.5 cycles per pixel: light, dark, light, dark."),
    h("p", {}, "The measured gain is the root mean square of the wave after the kernel over that before, on 192 × 192 pixels that close into a ring. In the ring pattern, the frequency at a place is its distance from the middle over 256 px: the same map as above, drawn as a picture. The photograph is the middle 256 × 256 pixels in grey; Frequency and Two in a row repeat its edge pixels beyond the edge, Separable adds no border."),
    h("p", {}, "Singular values come from one-sided Jacobi rotations; those above one millionth of the largest count towards the rank. A term is written so that column and row have the same sum where they have one, else with a column of whole numbers."));
}
