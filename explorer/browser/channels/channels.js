// The page "Channels": one filter over three planes, many filters, sizes and parameters, 1x1 convolution.
import { isDark } from "../shared/colour.js";
import { button, h, segmented, select } from "../shared/controls.js";
import { drawn, planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { createState, expose, field, undoKey } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { layerCode, manyCode, mixCode, oneCode } from "./code.js";
import { filtersField, mixingField, SIDE } from "./filters.js";
import { manyPart } from "./many.js";
import { mixPart } from "./mix.js";
import { createModel } from "./model.js";
import { onePart } from "./one.js";
import { layerOf, volumePart } from "./volume.js";

const SIDES = ["16", "32", "64", "128", "256", "512"];
const PARTS = {
  one: { label: "One filter", make: onePart, picture: true },
  many: { label: "Many filters", make: manyPart, picture: true },
  size: { label: "Sizes", more: " and parameters", make: volumePart, picture: false },
  mix: { label: "1×1", more: " convolution", make: mixPart, picture: true },
};
const FIRST = ["red_green_edge", "luminance", "same_sobel", "same_sobel_y", "blue_yellow", "spots"];

function fields(data) {
  return {
    part: field.choice(Object.keys(PARTS)),
    pic: { initial: "flower", parse: (t) => (/^[a-z_]{1,40}$/.test(t) ? t : undefined), format: String },
    px: field.choice(SIDES, "512"),
    f: filtersField(data.filters, FIRST),
    i: field.whole(0, 0, 7),
    y: field.whole(170, 0, 9999),
    x: field.whole(138, 0, 9999),
    n: field.whole(32, 1, 256),
    c: field.whole(3, 1, 512),
    q: field.whole(5, 1, 11),
    k: field.whole(6, 1, 512),
    s: field.whole(1, 1, 5),
    p: field.whole(0, 0, 5),
    vy: field.whole(4, 0, 255),
    vx: field.whole(6, 0, 255),
    m: mixingField(data.mixings, "sepia"),
    sh: field.flag(),
    ci: field.whole(256, 1, 512),
    co: field.whole(64, 1, 512),
  };
}

export function mount(root, data) {
  return new Page(root, data);
}

class Page {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.state = createState(fields(data));
    this.model = createModel();
    this.picture = null;
    this.parts = {};
    this.build();
    this.state.subscribe((values, changed) => this.changed(changed));
    root.addEventListener("keydown", this.onKey);
    this.watch = new ResizeObserver(() => this.part?.resize?.());
    this.watch.observe(root);
    this.expose();
    this.state.refresh("part");
  }

  build() {
    const { state, data, root } = this;
    this.context = { root, data, state, model: this.model, dark: () => isDark(root), at: (edge) => this.at(edge), point: (row, column, edge) => this.point(row, column, edge) };
    this.tabs = segmented({ label: "Part of the page", hideLabel: true, options: Object.entries(PARTS).map(([value, { label, more = "" }]) => ({ value, label: [label, h("i", { class: "hide-narrow" }, more)] })), value: state.values.part, onChange: (part) => state.set({ part }, "part") });
    this.side = select({ label: "Longest side", groups: SIDES.map((value) => ({ value, label: `${value} px` })), value: state.values.px, onChange: (px) => state.set({ px }, "px") });
    this.picker = picturePicker({ pictures: data.pictures, initial: state.values.pic, onName: (pic) => state.set({ pic }), onPicture: (given) => this.open(given) });
    this.stage = h("div", { class: "parts" });
    this.savePicture = button("Save the picture", () => this.shown?.toBlob((blob) => blob && save("picture.png", blob), "image/png"));
    this.take = takehome({
      code: () => this.code(),
      link: () => state.link(),
      png: () => ({ name: `channels-${state.values.part}.png`, canvas: this.png() }),
      extras: [this.savePicture],
    });
    root.append(h("div", { class: "channels-page" }, h("div", { class: "row top" }, this.tabs.element, this.side.element), this.picker.element, this.stage, this.take.element));
  }

  /** The pixel looked at; `edge` is what the output loses on all sides together. */
  at(edge = SIDE - 1) {
    const { height = 1, width = 1 } = this.picture || {};
    const within = (value, n) => Math.max(0, Math.min(n - 1 - edge, value));
    return { row: within(this.state.values.y, height), column: within(this.state.values.x, width) };
  }

  point(row, column, edge = SIDE - 1) {
    const within = (value, n) => Math.max(0, Math.min(n - 1 - edge, value));
    const [y, x] = [within(row, this.picture.height), within(column, this.picture.width)];
    if (y !== this.state.values.y || x !== this.state.values.x) this.state.set({ y, x });
  }

  open({ canvas, name, alt, live }) {
    this.source = { canvas, alt, file: this.data.pictures.find((picture) => picture.name === name)?.file || "" };
    this.rescale();
    if (live) this.changed(new Set(["picture"]));
    else this.state.refresh("picture");
  }

  rescale() {
    const { canvas, file, alt } = this.source;
    const side = Number(this.state.values.px);
    const scaled = Math.max(canvas.width, canvas.height) > side;
    this.shown = scaled ? drawn(canvas, canvas.width, canvas.height, side) : canvas;
    const { colour, height, width } = planes(this.shown);
    this.picture = { height, width, alt, file: scaled ? "" : file };
    this.model.set(colour);
  }

  changed(changed) {
    const { part } = this.state.values;
    const { make, picture } = PARTS[part];
    if (changed.has("px") && this.source) { this.rescale(); changed.add("picture"); }
    this.tabs.set(part);
    this.side.set(this.state.values.px);
    this.picker.element.hidden = this.side.element.hidden = this.savePicture.hidden = !picture;
    if (picture && !this.picture) return;
    this.parts[part] ??= make(this.context);
    const entered = this.part !== this.parts[part];
    if (entered) {
      this.part = this.parts[part];
      this.stage.replaceChildren(this.part.element);
    }
    this.part.show(entered ? new Set(["*"]) : changed);
    clearTimeout(this.later);
    this.later = setTimeout(() => this.take.update(), 120);
  }

  code() {
    const { values } = this.state;
    if (values.part === "size") return layerCode(layerOf(values));
    if (!this.picture) return "";
    if (values.part === "many") return manyCode(this.picture, values.f, this.at());
    if (values.part === "mix") return mixCode(this.picture, values.m, this.at(0), values.sh);
    return oneCode(this.picture, values.f[Math.min(values.i, values.f.length - 1)], this.at());
  }

  png() {
    const parts = this.part?.png() || [];
    return montage(parts, { dark: isDark(this.root), side: parts.length === 1 ? 1100 : 360 });
  }

  onKey = (event) => undoKey(event, this.state);

  /** What the page computed, for tests and the curious. */
  expose() {
    expose(this.root, () => this.state.values, () => ({
      part: this.state.values.part,
      input: this.model.planes?.map((plane) => Array.from(plane.data)) || null,
      inputSize: this.picture && [this.picture.height, this.picture.width],
      [this.state.values.part]: this.part?.numbers() || null,
      code: this.code(),
    }));
  }

  /** The theme may have changed: paint again. */
  update() {
    this.state.refresh("*");
  }

  dispose() {
    this.watch.disconnect();
    this.picker.dispose();
    Object.values(this.parts).forEach((part) => part.dispose());
    this.state.dispose();
    this.root.removeEventListener("keydown", this.onKey);
    clearTimeout(this.later);
  }
}
