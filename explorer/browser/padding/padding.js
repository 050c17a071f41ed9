// The arithmetic of a moving window in one moving picture: the page "Padding, stride, dilation".
import { isDark } from "../shared/colour.js";
import { button, calm, fold, h, line, segmented } from "../shared/controls.js";
import { planes } from "../shared/picture-file.js";
import { picturePicker } from "../shared/picture-picker.js";
import { question } from "../shared/question.js";
import { createState, expose } from "../shared/state.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { fed, place, steps, terms, timesRead, unread, usedTimes, work } from "./arithmetic.js";
import { borderSection } from "./border.js";
import { borderProgram, windowProgram } from "./code.js";
import { figure } from "./figure.js";
import { panel } from "./panel.js";
import { cellText, coverage, formulas, leftovers, stepText, unevenness } from "./sentences.js";
import { fields, ofPreset, presetOf, windowOf } from "./settings.js";
import { shrinkageSection } from "./shrinkage.js";
import { transport } from "./transport.js";
import { inputPlane, kernelWeights, withCell } from "./values.js";

const WORKING = ["h", "w", "k", "s", "d", "p", "pm", "x", "seed", "kw", "picture", "*"];
const NO_CELL = { cy: -99, cx: -99 };

export function mount(root, data) {
  const page = new Page(root, data);
  return { update: () => page.repaint(), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.state = createState(fields(data.operations));
    this.picture = null;
    this.hovered = null;
    this.compute();
    this.build();
    this.state.subscribe((values, changed) => this.update(changed));
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.repaint);
    this.expose();
    this.update(new Set(["*"]));
    if (!calm() && !new URLSearchParams(location.search).has("t")) this.film.start();
  }

  build() {
    const { state, data, root } = this;
    this.film = transport({ position: () => ({ t: this.at(), count: steps(this.done) }), go: (t) => state.set({ t }), onChange: () => this.listen() });
    this.figure = figure({
      root, onOutput: (row, column) => this.film.to(row * this.done.columns.count + column), onInput: (cell, pin) => this.lookAt(cell, pin),
      onWalk: (dy, dx, grid) => this.walk(dy, dx, grid), onType: (digit) => this.type(digit), onKey: (event) => this.onFigureKey(event),
    });
    this.panel = panel({ root, values: state.values, change: (patch, name) => this.change(patch, name) });
    this.size = h("div", { class: "sizes" });
    this.note = h("p", { class: "leftover" });
    this.stepLine = h("p", { class: "step formula", role: "status" });
    this.cellLine = h("p", { class: "cell-line note", role: "status" });
    this.said = line("alert");
    this.chips = data.presets.map((preset) => button(preset.title, () => this.take(preset), { title: preset.what, kind: "choice" }));
    this.what = h("p", { class: "look" });
    this.look = segmented({ label: "View", hideLabel: true, value: state.values.look, options: [{ value: "flat", label: "Flat" }, { value: "stacked", label: "Stacked" }], onChange: (look) => state.set({ look }) });
    this.shown = segmented({ label: "Numbers in the input", hideLabel: true, value: state.values.show, options: [{ value: "values", label: "Values" }, { value: "times", label: "Times read", title: "How many windows read each cell" }], onChange: (show) => state.set({ show }) });
    this.shrink = shrinkageSection(state);
    this.buildBorders();
    root.append(h("div", { class: "padding-page" },
      h("div", { class: "row presets", role: "group", "aria-label": "Examples" }, this.chips),
      h("div", { class: "desk" }, h("div", { class: "main" }, this.figure.element, this.film.element, this.said.element, this.size, this.note, this.stepLine, this.cellLine, this.what), h("div", { class: "side" }, h("div", { class: "row views" }, this.look.element, this.shown.element), this.panel.element)),
      this.ask().element, this.windowTake().element,
      fold("Keys and clicks", h("p", {}, "Click an output cell to go there. Point at an input or padding cell to see which outputs it feeds and where padding takes its value from; a click keeps it. With the figure in focus: arrow keys step (up and down by a row), space plays, page up and page down (what a clicker sends) step too, Home and End jump. In the input grid the arrow keys move from cell to cell, a digit from 0 to 9 is typed into the cell, Escape lets it go."), h("p", {}, "Rows and columns are counted from 0, as in PyTorch; padding cells have negative numbers or lie beyond the end.")),
      this.shrink.element, this.borders.element, this.borderTake.element));
  }

  buildBorders() {
    const { state, data, root } = this;
    this.picker = picturePicker({
      pictures: data.pictures, initial: state.values.pic, sources: ["file", "snapshot"], onName: (pic) => state.set({ pic }),
      onPicture: ({ canvas, name }) => {
        this.picture = { canvas, grey: planes(canvas).grey, file: data.pictures.find((one) => one.name === name)?.file || "" };
        state.refresh("picture");
      },
    });
    this.borders = borderSection({ root, state, operations: data.operations, picker: this.picker.element, picture: () => this.picture });
    this.borderTake = takehome({
      code: () => (this.picture ? borderProgram(this.picture, this.operation()) : ""), link: () => state.link(),
      png: () => ({ name: "borders.png", canvas: montage(this.borders.canvases(), { dark: isDark(root), side: 360 }) }),
      extras: [button("Save the picture", () => this.picture?.canvas.toBlob((blob) => blob && save("picture.png", blob), "image/png"))],
    });
  }

  ask() {
    return question({
      ask: "a 3×3 window goes over a 7×7 input with stride 3 and no padding. How large is the output?",
      choices: [
        { label: "2×2", right: true, why: "⌊(7 − 3) / 3⌋ + 1 = ⌊1.33⌋ + 1 = 2. The window stands at 0 and 3; at 6 it would stick out, so the last row and column are never read." },
        { label: "3×3", why: "A third place would begin at cell 6 and end at cell 8, outside the input. Libraries round down: 2×2." },
        { label: "It is an error", why: "Some lectures say “does not fit”, because (7 − 3) / 3 is not whole. PyTorch and TensorFlow round down, drop the rest, and give 2×2." },
      ],
    });
  }

  windowTake() {
    this.takeaway = takehome({
      code: () => (this.done.output ? windowProgram(this.done, place(this.done, this.at())) : `# ${this.done.why}`),
      link: () => this.state.link(),
      png: () => ({ name: "window.png", canvas: this.figure.copy() }),
    });
    return this.takeaway;
  }

  /** A setting by hand: the film stops, the cell looked at is let go. */
  change(patch, name) {
    this.film.stop();
    if (patch.typed) return this.said.say("Click an input cell and type a digit from 0 to 9.");
    return this.state.set({ ...patch, ...NO_CELL }, name);
  }

  take(preset) {
    this.film.stop();
    this.state.set(ofPreset(preset), "preset");
    this.begin = true;
  }

  compute() {
    const { values } = this.state;
    const input = inputPlane(values, this.picture?.canvas || null);
    this.done = work(input, kernelWeights(values.kw, values.k), windowOf(values));
    this.times = timesRead(this.done);
  }

  at() {
    return Math.max(0, Math.min(this.state.values.t, steps(this.done) - 1));
  }

  update(changed) {
    const { values } = this.state;
    const worked = WORKING.some((name) => changed.has(name));
    if (worked && !(changed.has("picture") && changed.size === 1 && values.x !== "photo")) this.compute();
    if (worked || changed.has("t")) this.film.set(this.at(), steps(this.done));
    this.paint(changed.has("t") && !worked);
    if (worked || changed.has("look") || changed.has("show")) this.words();
    this.steps();
    if (["n", "f", "layers", "*"].some((name) => changed.has(name))) this.shrink.show();
    if (["op", "corner", "picture", "*"].some((name) => changed.has(name))) this.borders.show();
    this.takeaway.update();
    this.borderTake.update();
    if (this.begin) { this.begin = false; if (!calm()) this.film.start(); }
  }

  /** The cell looked at, in padded positions, or null: the one pointed at before the one kept. */
  cell() {
    const { cy, cx } = this.state.values;
    const { rows, columns, output } = this.done;
    const found = this.hovered || (cy > -99 ? { row: cy + rows.before, column: cx + columns.before } : null);
    return output && found && found.row >= 0 && found.column >= 0 && found.row < rows.total && found.column < columns.total ? found : null;
  }

  paint(moving = false) {
    const { values } = this.state;
    const { done } = this;
    const t = this.at();
    const { row, column } = place(done, t);
    const cell = this.cell();
    this.products = done.output ? terms(done, t) : [];
    this.sum = this.products.reduce((sum, term) => sum + term.product, 0);
    const { rows, columns } = done;
    const border = rows.before || rows.after ? `, padding ${rows.before === rows.after ? rows.before : `${rows.before} + ${rows.after}`}` : "";
    this.figure.set({
      done, t, times: this.times, products: this.products, sum: this.sum, show: values.show, look: values.look, grey: values.x === "photo", photo: values.x === "photo",
      window: done.output ? { row: row * done.how.s, column: column * done.how.s } : null, cell, feeds: cell ? fed(done, cell.row, cell.column) : [],
      heads: { input: `Input ${rows.n}×${columns.n}${border}`, products: done.output && done.how.k > 2 ? "Value · weight" : "", output: done.output ? `Output ${rows.count}×${columns.count}` : "" },
    }, moving ? Math.min(320, 650 / this.film.speed) : 0);
  }

  words() {
    const { done, data, state } = this;
    const preset = presetOf(data.presets, state.values);
    this.panel.show(state.values, done);
    this.look.set(state.values.look);
    this.shown.set(state.values.show);
    this.chips.forEach((chip, i) => chip.setAttribute("aria-pressed", String(data.presets[i] === preset)));
    this.said.say(done.why ? `These settings cannot be: ${done.why}.` : "");
    const letters = "⌊(H + 2P − D·(K − 1) − 1) / S⌋ + 1";
    this.size.replaceChildren(h("p", { class: "formula letters" }, `H′ = ${letters}; with D = 1: (H − K + 2P) / S + 1, rounded down`), ...formulas(done).map((text) => h("p", { class: "formula big-formula" }, text)));
    this.note.textContent = [coverage(done), leftovers(done), unevenness(done, this.times)].filter(Boolean).join(" ");
    const general = "how often the corner is read, and how often the middle; and what a larger stride leaves out.";
    this.what.replaceChildren(h("strong", {}, "Look for: "), preset ? preset.what : general);
    const { rows, columns, output } = done;
    this.figure.spots.input.setAttribute("aria-label", `Input ${rows.n} by ${columns.n}. Arrow keys move from cell to cell, digits are typed in.`);
    this.figure.spots.output.setAttribute("aria-label", output ? `Output ${rows.count} by ${columns.count}. Arrow keys step the window, space plays.` : "No output: these settings cannot be.");
  }

  steps() {
    const { done } = this;
    this.stepLine.textContent = done.output ? stepText(place(done, this.at()), this.products, this.sum) : "";
    const cell = this.cell();
    this.cellLine.textContent = cell ? cellText(done, cell) : "";
  }

  /** While the film runs, screen readers are not told every step. */
  listen() {
    this.stepLine.setAttribute("aria-live", this.film.playing() ? "off" : "polite");
  }

  lookAt(cell, pin) {
    const same = cell?.row === this.hovered?.row && cell?.column === this.hovered?.column;
    if (!pin && same) return;
    this.hovered = cell;
    if (!pin) { this.paint(); this.steps(); return; }
    this.film.stop();
    const { rows, columns } = this.done;
    const kept = { cy: cell.row - rows.before, cx: cell.column - columns.before };
    const { cy, cx } = this.state.values;
    const again = cy === kept.cy && cx === kept.cx;
    this.state.set(again ? NO_CELL : kept);
  }

  walk(dy, dx, grid = "output") {
    if (!this.done.output) return;
    const { rows, columns } = this.done;
    if (grid === "output") { this.film.step(dy * columns.count + dx); return; }
    const from = this.cell() || { row: rows.before, column: columns.before };
    const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    const moved = this.cell() ? { row: clamp(from.row + dy, rows.total), column: clamp(from.column + dx, columns.total) } : from;
    this.hovered = null;
    this.film.stop();
    this.state.set({ cy: moved.row - rows.before, cx: moved.column - columns.before });
  }

  /** A digit typed into the input cell looked at. */
  type(digit) {
    const { values } = this.state;
    const { rows, columns, input } = this.done;
    const cell = this.cell();
    const [row, column] = cell ? [cell.row - rows.before, cell.column - columns.before] : [-1, -1];
    const why = values.x === "photo" ? "The grey levels of a photo are not typed: choose digits first." : row < 0 || column < 0 || row >= rows.n || column >= columns.n ? "Choose a cell of the input first, not of the padding: point at it or use the arrow keys." : "";
    this.said.say(why);
    if (why) return;
    this.film.stop();
    this.state.set({ x: withCell(input, row, column, digit) }, "x");
  }

  onFigureKey(event) {
    if (event.key !== "Escape") return this.film.onKey(event);
    this.hovered = null;
    this.state.set(NO_CELL);
    return true;
  }

  operation() {
    return this.data.operations.find((one) => one.name === this.state.values.op);
  }

  repaint = () => { this.panel.show(this.state.values, this.done); this.figure.repaint(); this.borders.show(); };

  update_() { this.repaint(); }

  /** What the page computed, for tests and the curious. */
  expose() {
    const list = (plane) => plane && { data: Array.from(plane.data), height: plane.height, width: plane.width };
    expose(this.root, () => this.state.values, () => {
      const { done } = this;
      return {
        why: done.why, how: done.how, input: list(done.input), padded: list(done.padded), weights: Array.from(done.weights), output: list(done.output),
        size: [done.rows.count, done.columns.count], window: done.columns.window, leftover: [done.rows.leftover, done.columns.leftover], unread: done.output ? unread(done) : null,
        times: list(this.times), used: done.output ? list(usedTimes(done)) : null, formulas: formulas(done),
        step: done.output ? { t: this.at(), ...place(done, this.at()), sum: this.sum, products: this.products } : null, cell: this.cell(), feeds: this.cell() ? fed(done, this.cell().row, this.cell().column) : [],
        playing: this.film.playing(), sheet: this.figure.target, shrinkage: this.shrink.numbers, borders: this.borders.numbers,
      };
    });
  }

  dispose() {
    this.film.dispose();
    this.figure.dispose();
    this.panel.dispose();
    this.picker.dispose();
    this.state.dispose();
    this.scheme.removeEventListener("change", this.repaint);
  }
}
