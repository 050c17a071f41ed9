// The page "Receptive field": one unit and its box, what it listens to, small windows against large ones, the cone.
import { button, fold, h, put } from "../shared/controls.js";
import { picturePicker } from "../shared/picture-picker.js";
import { question } from "../shared/question.js";
import { createState, field } from "../shared/state.js";
import { save, takehome } from "../shared/takehome.js";
import { EXAMPLES } from "./claims.js";
import { boxProgram, effectiveProgram, stackProgram, stackedProgram } from "./code.js";
import { LIMITS, format, parse } from "./cone.js";
import { editorSection } from "./editor.js";
import { effectiveSection } from "./effective.js";
import { publishedText, unitNumbers } from "./facts.js";
import { hero } from "./hero.js";
import { beside, cropped, theme } from "./sheet.js";
import { stackedSection } from "./stacked.js";
import { box } from "./view.js";

const name = { initial: "", parse: (text) => (text.length <= 160 ? text : undefined), format: String };
const FIELDS = {
  pic: { initial: "chelsea", parse: (text) => text, format: String },
  layer: name,
  r: field.whole(-1, -1, 4096), c: field.whole(-1, -1, 4096),
  scale: field.choice(["log", "lin"]), nb: field.flag(true),
  kind: field.choice(["random", "trained", "equal"]), m: field.flag(false),
  n: field.whole(2, 2, 5), ch: field.whole(64, 1, 512),
  stack: { initial: EXAMPLES[0].stack, parse, format },
  px: field.whole(24, 8, 48),
  focus: { initial: EXAMPLES[0].focus, parse: parseFocus, format: ([i, key]) => `${i}${key}` },
  at: { initial: null, parse: parseUnit, format: (u) => (u ? `${u.level},${u.at}` : "") },
};

function parseFocus(text) {
  const [, place, key] = text.match(/^([0-6])([ksdp])$/) || [];
  return key in LIMITS ? [+place, key] : undefined;
}

function parseUnit(text) {
  const [, level, at] = text.match(/^(\d),(\d{1,2})$/) || [];
  return at === undefined ? undefined : { level: +level, at: +at };
}

export function mount(root, data, component) {
  const page = new Page(root, data, component);
  return { update: (next) => page.given(next), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data, component) {
    Object.assign(this, { root, data, component, picture: null, hovered: null, cache: null });
    this.state = createState(FIELDS);
    this.build();
    this.effective.take(data.measured);
    this.state.subscribe((values, changed) => this.update(changed));
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(root);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.repaint);
    this.update(new Set(["*"]));
    if (this.state.values.m && !data.measured) this.effective.ask();
  }

  build() {
    const { state, data, root } = this;
    this.hero = hero({ root, values: state.values, on: {
      hover: (cell) => this.hover(cell), cell: (cell) => this.choose(cell), move: (dy, dx) => this.move(dy, dx), layer: (place) => this.goto(place),
      step: (by) => this.goto(this.place() + by), setting: (patch) => state.set(patch),
    } });
    this.picker = picturePicker({
      pictures: data.pictures, initial: state.values.pic, sources: ["file", "snapshot", "drawing"], onName: (pic) => state.set({ pic }),
      onPicture: ({ canvas, name: chosen }) => { this.source = { canvas, file: data.pictures.find((one) => one.name === chosen)?.file || "" }; this.cut(); state.refresh("picture"); },
    });
    this.effective = effectiveSection({ root, onKind: (kind) => state.set({ kind, m: false }), onAsk: (wish) => { state.set({ m: Boolean(wish) }); this.component.setStateValue("measure", wish); } });
    this.stacked = stackedSection({ root, onChange: (patch) => state.set(patch) });
    this.editor = editorSection({ root, onChange: (patch, why) => state.set(patch, why) });
    this.published = h("p", { class: "published" });
    this.paper = h("a", { class: "paper", rel: "noreferrer" });
    root.append(h("div", { class: "receptive-page" }, this.hero.element, this.picker.element, h("p", { class: "note" }, this.paper), this.published, this.ask().element, this.takes(),
      fold("Keys and clicks", h("p", {}, "Point at the map or the photograph: the unit whose field is centred nearest is shown; a click keeps it. With either in focus: arrow keys move to the next unit, page up and page down (what a clicker sends) to the next layer, Home to the middle. A click on the chart goes to a layer.")),
      this.effective.element, this.effectiveTake.element, this.stacked.element, this.stackedTake.element, this.editor.element, this.stackTake.element));
  }

  ask() {
    return question({
      look: "how the box grows by the window times the jump, so that most of the size comes from the late layers; and where it runs over the edge.",
      ask: "you double the stride of a network's first layer. What happens to the field of that layer itself?",
      choices: [
        { label: "It doubles", why: "Its window still covers the same K pixels. The stride only says how far apart neighbouring units stand; try it in the stack below." },
        { label: "It stays", right: true, why: "A window of K pixels sees K pixels, wherever the next one stands. Only the layers after it see more: their windows now step over twice as many pixels." },
        { label: "It halves", why: "The map has half as many units along each side, but each still sees K pixels." },
      ],
    });
  }

  takes() {
    const { state, root } = this;
    const link = () => state.link();
    const png = (file, parts) => () => ({ name: file, canvas: beside(parts(), theme(root)) });
    this.boxTake = takehome({
      code: () => boxProgram({ network: this.data.network, layers: this.data.layers, numbers: this.numbers(), picture: this.source }), link,
      png: png("receptive-field.png", () => { const [photo, , chart] = this.hero.canvases(); const n = this.numbers(); return [{ canvas: photo, caption: `${this.data.network.name}, ${n.layer.name}: ${n.isGlobal ? "the whole picture" : `${n.size[0]} × ${n.size[1]} px`}` }, { canvas: chart, caption: "size of the field against depth" }]; }),
      extras: [button("Save the picture", () => this.source?.canvas.toBlob((blob) => blob && save("picture.png", blob), "image/png"))],
    });
    this.effectiveTake = takehome({
      code: () => effectiveProgram({ network: this.data.network, layer: this.layer(), kind: state.values.kind, box: this.middleBox(), cell: this.middleCell() }), link,
      png: png("effective-field.png", () => { const [heat, profile] = this.effective.canvases(); return [{ canvas: heat, caption: `${this.data.network.name}, ${this.layer().name}: measured, ${state.values.kind} weights` }, { canvas: profile, caption: "gradient along the columns" }]; }),
    });
    this.stackedTake = takehome({ code: () => stackedProgram(this.stacked.numbers()), link, png: png("small-windows.png", () => [{ canvas: this.stacked.canvases()[0], caption: "in how many ways a pixel reaches the unit" }]) });
    this.stackTake = takehome({ code: () => stackProgram(this.editor.numbers()), link, png: png("cone.png", () => [{ canvas: this.editor.canvases()[0], caption: format(state.values.stack) }]) });
    return this.boxTake.element;
  }

  /** New data from the server: another network, or more of a measurement. */
  given(data) {
    const other = data.network.name !== this.data.network.name || data.network.side_px !== this.data.network.side_px;
    this.data = data;
    this.effective.take(data.measured);
    if (other) {
      this.hovered = null;
      this.state.set({ r: -1, c: -1, m: false, layer: data.layers.some((layer) => layer.name === this.state.values.layer) ? this.state.values.layer : "" });
      this.cut();
    }
    this.update(new Set(["*"]));
  }

  cut() {
    if (this.source) this.picture = cropped(this.source.canvas, this.data.network.side_px, this.data.network.channels === 1);
  }

  /** The place of the layer shown: the one in the link, or the last one that still has a map. */
  place() {
    const { layers } = this.data;
    const found = layers.findIndex((layer) => layer.name === this.state.values.layer);
    if (found >= 0) return found;
    const maps = layers.map((layer, i) => (Math.min(...layer.map) > 1 ? i : -1)).filter((i) => i >= 0);
    return maps.length ? maps.at(-1) : layers.length - 1;
  }

  layer() { return this.data.layers[this.place()]; }
  middleCell() { return this.layer().map.map((n) => Math.floor(n / 2)); }
  middleBox() { return box(this.layer(), ...this.middleCell()); }

  cell() {
    const { map } = this.layer();
    const { r, c } = this.state.values;
    const chosen = this.hovered || (r < 0 || c < 0 ? this.middleCell() : [r, c]);
    return chosen.map((v, axis) => Math.min(v, map[axis] - 1));
  }

  numbers() { return unitNumbers(this.data.layers, this.place(), this.cell(), this.data.network.side_px); }

  hover(cell) {
    if (JSON.stringify(cell) === JSON.stringify(this.hovered)) return;
    this.hovered = cell;
    this.showHero();
  }

  choose(cell) {
    this.hovered = null;
    this.state.set(cell ? { r: cell[0], c: cell[1] } : { r: -1, c: -1 });
  }

  move(dy, dx) {
    const { map } = this.layer();
    const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    const [row, column] = this.cell();
    this.choose([clamp(row + dy, map[0]), clamp(column + dx, map[1])]);
  }

  /** Another layer; the unit chosen stays near the pixel it was centred on. */
  goto(place) {
    const { layers } = this.data;
    const next = layers[Math.max(0, Math.min(layers.length - 1, place))];
    const { r, c } = this.state.values;
    const moved = r < 0 ? {} : { r: Math.round((r / Math.max(1, this.layer().map[0] - 1)) * (next.map[0] - 1)), c: Math.round((c / Math.max(1, this.layer().map[1] - 1)) * (next.map[1] - 1)) };
    this.hovered = null;
    this.state.set({ layer: next.name, m: false, ...moved });
  }

  update(changed) {
    const has = (...names) => changed.has("*") || names.some((one) => changed.has(one));
    if (has("layer", "r", "c", "scale", "nb", "picture")) this.showHero();
    if (has("layer", "kind", "picture")) this.showEffective();
    const { values } = this.state;
    if (has("n", "ch")) this.stacked.set(values);
    if (has("stack", "px", "focus", "at")) this.editor.set(values);
    if (changed.has("*")) this.showPaper();
    [this.boxTake, this.effectiveTake, this.stackedTake, this.stackTake].forEach((take) => take.update());
    this.expose();
  }

  showPaper() {
    const { network, layers } = this.data;
    put(this.published, publishedText(network, layers));
    put(this.paper, `${network.name}: ${network.paper}`);
    this.paper.href = network.url;
  }

  showHero() {
    const { values } = this.state;
    const { network, layers } = this.data;
    this.hero.set({ layers, numbers: this.numbers(), picture: this.picture, scale: values.scale, nb: values.nb, measured: this.effective.marks(network.name, network.side_px, layers) });
  }

  showEffective() {
    this.effective.set({ network: this.data.network, layer: this.layer(), kind: this.state.values.kind, picture: this.picture });
  }

  repaint = () => { [this.hero, this.effective, this.stacked, this.editor].forEach((part) => part.repaint()); };

  /** What is shown, as plain values, for tests and tools. */
  expose() {
    const page = this;
    this.root.__state = this.state.values;
    Object.defineProperty(this.root, "__numbers", { configurable: true, get: () => page.plain() });
  }

  plain() {
    const { layer, ...unit } = this.numbers();
    const result = this.effective.result();
    const { heat, ...measured } = result || {};
    return { network: this.data.network, layer: layer.name, kind: layer.kind, unit, layers: this.data.layers.map((one) => one.name), measured: result && { ...measured, bytes: heat ? Array.from(heat.bytes) : null }, stacked: this.stacked.numbers(), stack: this.editor.numbers(), places: this.hero.places() };
  }

  dispose() {
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.repaint);
    this.picker.dispose();
    this.state.dispose();
  }
}
