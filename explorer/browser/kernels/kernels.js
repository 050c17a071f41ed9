// One kernel sliding over one picture, live: the page "Kernels".
import { isDark, short } from "../shared/colour.js";
import { button, fold, h, line } from "../shared/controls.js";
import { drawn, planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { question } from "../shared/question.js";
import { createState, expose, undoKey } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { program } from "./code.js";
import { COMPUTED, createEngine, obstacle, pixel, sizeFormula } from "./engine.js";
import { histogram } from "./histogram.js";
import { kernelPanel } from "./kernel-panel.js";
import { kernelField } from "./kernel-state.js";
import { pixelPanel } from "./pixel-panel.js";
import { fields, settingsRow } from "./settings.js";
import { stepper } from "./stepper.js";
import { inputView, outputView } from "./views.js";

const SCHEME = matchMedia("(prefers-color-scheme: dark)");

/** A sentence where the browser computes on the processor alone; "" elsewhere. */
async function machine() {
  const gl = document.createElement("canvas").getContext("webgl2");
  gl?.getExtension("WEBGL_lose_context")?.loseContext();
  if (gl || (await navigator.gpu?.requestAdapter().catch(() => null))) return "";
  return " This browser offers neither WebGL nor WebGPU: the page works without them, on the processor alone, and painting may be slower.";
}

function flatWall() {
  return question({
    ask: "a kernel whose weights add up to 0 slides over an evenly bright wall. What is the output?",
    choices: [
      { label: "White", why: "Every window holds one value v, so the sum is v · (sum of the weights) = v · 0. Try it on a flat part of a picture: hover over the sky." },
      { label: "Zero (plus the bias)", right: true, why: "Every window holds one value v, so the sum is v · (sum of the weights) = 0. That is why edge detectors show edges alone." },
      { label: "The wall, unchanged", why: "That takes weights that add up to 1, such as a blur. Here v · 0 = 0." },
    ],
  });
}

/** What the page computed, read when asked for. */
function numbers(page) {
  const size = (plane) => (plane ? [plane.height, plane.width] : null);
  return {
    get size() { return size(page.planes?.[0]); },
    get output() { return page.planes?.map((plane) => Array.from(plane.data)); },
    get input() { return page.picture && { grey: Array.from(page.picture.grey.data), colour: page.picture.colour.map((plane) => Array.from(plane.data)), size: size(page.picture) }; },
    get low() { return page.shownScale?.low; },
    get high() { return page.shownScale?.high; },
    get mean() { return page.shownScale?.mean; },
    get pixel() { return page.detail && { ...page.at(), ...page.detail, sums: page.detail.parts.map((part) => part.sum) }; },
    get ms() { return page.ms; },
    get picture() { return page.source?.alt; },
    frames: 0,
  };
}

function notes() {
  return [
    fold("Keys", h("p", {}, "In the kernel: type a number or a fraction, arrow up and down change the cell (with Shift finely), the wheel and dragging too; Ctrl with an arrow goes to the next cell, Escape forgets what was typed, Ctrl+Z undoes, Ctrl+Shift+Z redoes."),
      h("p", {}, "With the output in focus: arrow keys move the window (with Shift by ten), space walks, Page up and Page down (what a clicker sends) step, Home begins again, Escape shows the whole picture. A longest side of 16 or 32 px lets every pixel be seen.")),
    fold("How values become colours", h("p", {}, "Output values from 0 to 255 are painted as grey levels (or as colours, for three maps). As soon as one value lies outside, the whole map is painted on a signed scale, symmetric about zero, and the scale is written below it: nothing is clamped. Three signed maps are painted as one colour picture in which mid-grey is zero.")),
  ];
}

export function mount(root, data) {
  const page = new Page(root, data);
  return { dispose: () => page.dispose(), update: () => page.state.refresh("*") };
}

class Page {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.state = createState(fields(data.presets));
    this.engine = createEngine();
    this.source = null;
    this.picture = null;
    this.planes = null;
    this.walking = false;
    this.gpu = "";
    machine().then((sentence) => { this.gpu = sentence; this.later(); });
    this.ms = { compute: 0, paint: 0 };
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    root.addEventListener("keydown", this.onKey);
    root.addEventListener("dragover", (event) => event.preventDefault());
    root.addEventListener("drop", (event) => { event.preventDefault(); if (event.dataTransfer.files.length) this.picker.openFile(event.dataTransfer.files[0]); });
    SCHEME.addEventListener("change", this.onScheme);
    this.expose();
  }

  build() {
    const { state, data, root } = this;
    const dark = () => this.dark;
    this.settings = settingsRow(state);
    this.input = inputView({ control: this.settings.mode });
    this.output = outputView({ control: this.settings.view, onPoint: (y, x, chosen) => this.look(y, x, chosen) });
    this.values = histogram({ control: this.settings.act });
    this.kernel = kernelPanel({ state, presets: data.presets, dark });
    this.panel = pixelPanel();
    this.walk = stepper({ position: () => this.at(), go: (y, x) => this.move(y, x), onMode: (on) => { this.walking = on; state.refresh("walk"); } });
    this.picker = picturePicker({ pictures: data.pictures, initial: state.values.pic, onName: (pic) => state.set({ pic }), onPicture: (given) => this.open(given) });
    this.said = line();
    this.what = h("p", { class: "look" });
    this.size = h("p", { class: "formula size" });
    this.take = takehome({ code: () => (this.picture ? program(this.picture, state.values, this.at()) : ""), link: () => state.link(), png: () => this.png(), extras: [button("Save the picture", () => this.savePicture())] });
    this.sourceNote = h("p", { class: "credit kernel-source" });
    this.work = h("div", { class: "work" }, this.panel.element, this.values.element);
    root.append(h("div", { class: "kernels-page" }, this.picker.element,
      h("div", { class: "triple" }, h("div", {}, this.input.element, this.walk.element), h("div", {}, this.kernel.element, this.what), this.output.element),
      this.work, this.kernel.tools, this.settings.element, this.size, this.said.element,
      flatWall().element, this.take.element, ...notes(), this.picker.credit, this.sourceNote));
  }

  png() {
    const { low, high } = this.shownScale || {};
    const parts = [[this.input, ""], [this.output, ` · ${short(low)} to ${short(high)}`]];
    return { name: "kernel.png", canvas: montage(parts.map(([view, more]) => ({ canvas: view.canvas, caption: view.caption.textContent + more })), { dark: this.dark }) };
  }

  /** Hover looks at a pixel unless the window walks; a tap, a click or a key ends the walk's pace, not its place. */
  look(y, x, chosen) {
    if (this.walking && !chosen) return;
    if (this.walking) this.walk.pause();
    this.move(y, x);
  }

  move(y, x) {
    if (y !== this.state.values.y || x !== this.state.values.x) this.state.set({ y, x });
  }

  /** The output pixel looked at, inside the output. */
  at() {
    const { height = 1, width = 1 } = this.planes?.[0] || {};
    const inside = (v, n) => (v < 0 ? Math.floor(n / 2) : Math.min(v, n - 1));
    return { row: inside(this.state.values.y, height), column: inside(this.state.values.x, width), height, width };
  }

  open({ canvas, title, alt, name, live }) {
    const before = this.picture;
    this.source = { canvas, title, alt, file: this.data.pictures.find((picture) => picture.name === name)?.file || "" };
    this.rescale();
    const alike = before && before.height === this.picture.height && before.width === this.picture.width;
    this.root.__numbers.frames++;
    if (live && alike) return this.update(new Set(["frame"]));
    return this.state.refresh("picture");
  }

  rescale() {
    const { canvas } = this.source;
    const side = Number(this.state.values.px);
    const scaled = Math.max(canvas.width, canvas.height) > side;
    const shown = scaled ? drawn(canvas, canvas.width, canvas.height, side) : canvas;
    this.buffers = planes(shown, this.buffers);
    this.picture = { ...this.buffers, file: scaled ? "" : this.source.file, title: this.source.alt };
    this.shown = shown;
    this.engine.forget();
  }

  /** Another picture size: the window stays over the same spot. */
  resize(changed) {
    const before = this.picture.width;
    this.rescale();
    changed.add("picture");
    const { values } = this.state;
    const ratio = this.picture.width / before;
    ["y", "x"].forEach((axis) => { if (values[axis] >= 0) values[axis] = Math.floor(values[axis] * ratio); });
  }

  /** `changed` names what changed: fields of the state, "picture" (another one), "frame" (of the same film), "*". */
  update(changed) {
    if (!this.source) return;
    this.dark = isDark(this.root); // read once, before anything is written
    if (changed.has("px")) this.resize(changed);
    const has = (...names) => names.some((name) => changed.has(name));
    const { values } = this.state;
    // First, while nothing else is dirty: a text field in use makes the browser lay out at once.
    if ([...changed].some((name) => !["x", "y", "walk", "frame"].includes(name))) this.controls(values);
    const fresh = has("picture", "frame", "*");
    if (fresh || has("mode")) this.input.paint(this.picture, values.mode, this.picture.title);
    if (fresh || has(...COMPUTED)) this.compute(values);
    if (this.planes && (fresh || has("view", "scale", ...COMPUTED))) this.paint(values);
    this.point(values);
    this.later();
  }

  compute(values) {
    const why = obstacle(values, this.picture.height, this.picture.width);
    [this.input.stage, this.output.stage, this.work].forEach((part) => part.classList.toggle("stale", Boolean(why)));
    this.planes = null;
    if (why) this.panel.refuse();
    if (why) return this.output.refuse(`These settings cannot be: ${why}.${this.shownScale ? " The last output stays." : ""}`);
    const start = performance.now();
    this.planes = this.engine.run(this.picture, values);
    this.ms.compute = performance.now() - start;
    return undefined;
  }

  paint(values) {
    const start = performance.now();
    this.shownScale = this.output.paint(this.planes, this.picture, values, this.dark);
    const { shown } = this.shownScale;
    this.values.set(shown, this.shownScale, this.dark, shown === this.planes ? "Output values" : "Output − input");
    this.ms.paint = performance.now() - start;
  }

  controls(values) {
    this.kernel.show();
    this.settings.show();
    this.work.classList.toggle("wide", values.k.columns > 5);
    const preset = this.data.presets.find((item) => item.name === this.kernelName());
    this.what.replaceChildren(h("strong", {}, "Look for: "), preset ? preset.what : "what a change of one cell does to edges, flat areas and noise.");
    this.sourceNote.textContent = preset ? `Kernel: ${preset.source}` : "";
    const rows = sizeFormula("H′", this.picture.height, values.k.rows, values), columns = sizeFormula("W′", this.picture.width, values.k.columns, values);
    this.size.replaceChildren(h("span", {}, rows.text), h("span", {}, columns.text));
  }

  /** What can wait until the hand rests: the code, and the sentence on the time it took. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.take.update();
      if (this.planes) this.said.say(`Computed in this browser in ${short(this.ms.compute, 2)} ms, painted in ${short(this.ms.paint, 2)} ms; nothing is sent.${this.gpu}`);
    }, 150);
  }

  kernelName() {
    return kernelField(this.data.presets, "identity").format(this.state.values.k);
  }

  point(values) {
    if (!this.planes) return;
    const { row, column } = this.at();
    this.detail = pixel(this.picture, values, row, column);
    this.input.point(this.detail, this.picture, values.d);
    this.output.point(row, column);
    this.output.veilAfter(row, column, this.walking);
    this.panel.set(this.detail, values, row, column, this.dark);
  }

  savePicture() {
    this.shown?.toBlob((blob) => blob && save("picture.png", blob), "image/png");
  }

  /** Another theme: the colours of signed numbers change with it. */
  onScheme = () => setTimeout(() => this.state.refresh("*"), 300);

  onKey = (event) => {
    if (undoKey(event, this.state)) return;
    if ([this.output.stage, this.walk.element].some((part) => part.contains(event.composedPath()[0]))) this.walk.onKey(event);
  };

  /** What the page computed, for tests and the curious. */
  expose() {
    const held = numbers(this);
    expose(this.root, () => this.state.values, () => held);
  }

  dispose() {
    this.picker.dispose();
    this.walk.dispose();
    this.kernel.dispose();
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
    clearTimeout(this.timer);
    SCHEME.removeEventListener("change", this.onScheme);
  }
}
