// Section "Two in a row": two kernels one after the other, and the one kernel that they are together.
import { extent, mapping, short } from "../shared/colour.js";
import { button, h, toggle } from "../shared/controls.js";
import { slide } from "../shared/crosscorrelation.js";
import { total } from "../kernels/kernel-state.js";
import { compose, differences, pairs, subtract } from "./composition.js";
import { gainScale, paintGain } from "./heat-map.js";
import { clean, kernelEditor } from "./kernel-editor.js";
import { pane, sign } from "./panes.js";
import { response } from "./spectrum.js";
import { fraction, weightTable } from "./weight-table.js";

const beyond = { padding: "same", mode: "replicate" };
const COARSE = 96;
const grid = (rows, columns, cells, divisor = 1) => ({ rows, columns, divisor, slices: [cells] });
const box = grid(3, 3, Array(9).fill(1), 9);

/** Pairs worth trying. */
export const PAIRS = [
  { label: "Box twice: a pyramid", title: "Box blur twice: weights 1 2 3 2 1 along each side", k: box, k2: box },
  { label: "Blur, then Laplacian", title: "Gaussian 3×3, then the Laplacian: much like a Laplacian of Gaussian", k: grid(3, 3, [1, 2, 1, 2, 4, 2, 1, 2, 1], 16), k2: grid(3, 3, [0, 1, 0, 1, -4, 1, 0, 1, 0]) },
  { label: "Column, then row: Sobel", title: "Smooth downwards, then a difference to the right", k: grid(3, 1, [1, 2, 1]), k2: grid(1, 3, [-1, 0, 1]) },
  { label: "There and back", title: "A shift to the right and one to the left: the identity", k: grid(3, 3, [0, 0, 0, 1, 0, 0, 0, 0, 0]), k2: grid(3, 3, [0, 0, 0, 0, 0, 1, 0, 0, 0]) },
];

const relu = (plane) => ({ ...plane, data: plane.data.map((value) => (value > 0 ? value : 0)) });
const run = (plane, { weights, rows, columns }) => slide(plane, weights, rows, columns, beyond);

/** The composed kernel as textbooks print it: whole cells over both divisors. */
export function composed(a, b) {
  const { rows, columns, cells } = compose(a, b);
  const divisor = a.divisor * b.divisor;
  return { rows, columns, cells, divisor, weights: cells.map((cell) => cell / divisor) };
}

function miniature(title) {
  const canvas = h("canvas", { role: "img", "aria-label": title });
  return { canvas, element: h("figure", { class: "mini" }, canvas, h("figcaption", {}, title)) };
}

export class Two {
  constructor({ state, root, dark, presets }) {
    Object.assign(this, { state, root, dark, numbers: {} });
    this.second = kernelEditor({ state, name: "k2", label: "Second kernel", presets, dark });
    this.table = weightTable({ label: "Composed kernel. Arrow keys walk over its cells.", root, format: (v) => (Math.abs(v) > 1e-12 ? fraction(v) : "0"), onCell: (row, column) => this.cell(row, column) });
    this.said = h("p", { class: "cell-said", role: "status" });
    this.heading = h("p", { class: "composed-size" });
    this.counts = h("p", { class: "note counts" });
    this.minis = ["gain of the first", "gain of the second", "gain of both in a row"].map(miniature);
    this.relu = toggle({ label: "ReLU between the two", value: state.values.relu, onChange: (on) => state.set({ relu: on }, "relu"), title: "max(0, x) after the first kernel: no single kernel does that any more" });
    this.use = button("Use it as the first kernel", () => state.set({ k: grid(this.kernel.rows, this.kernel.columns, Array.from(this.kernel.cells), this.kernel.divisor) }, "use"));
    this.build();
  }

  build() {
    const { state } = this;
    const tries = PAIRS.map(({ label, title, k, k2 }) => button(label, () => state.set({ k, k2 }, label), { title }));
    const swap = button("⇄ Swap", () => state.set({ k: state.values.k2, k2: state.values.k }, "swap"), { title: "The other one first" });
    this.bench = h("div", { class: "two" }, sign("then", "then"), this.second.element, sign("=", "is the same as"),
      h("div", { class: "composed" }, this.heading, this.table.element, this.said, this.counts, h("div", { class: "row" }, this.use, swap)));
    [this.turn, this.once, this.rest] = ["First, then second", "The composed kernel, once", "Difference"].map((title) => pane(title));
    this.proof = h("p", { class: "proof", role: "status" });
    this.pictures = h("div", {}, h("div", { class: "row tries" }, h("span", { class: "note" }, "Try:"), tries, this.relu.element),
      h("div", { class: "pictures three" }, this.turn.element, this.once.element, this.rest.element), this.proof,
      h("div", { class: "minis" }, this.minis[0].element, sign("×", "times"), this.minis[1].element, sign("=", "equals"), this.minis[2].element, this.product = h("p", { class: "product" })));
  }

  update({ kernel, second, picture, changed }) {
    const fresh = ["k", "k2", "view", "*", "theme"].some((name) => changed.has(name));
    if (fresh) this.draw(kernel, second);
    if (fresh || changed.has("picture") || changed.has("relu")) this.prove(kernel, second, picture);
    this.relu.set(this.state.values.relu);
  }

  draw(a, b) {
    const kernel = (this.kernel = composed(a, b));
    this.pair = [a, b];
    this.second.show();
    this.heading.replaceChildren(h("strong", {}, `One kernel, ${kernel.rows} × ${kernel.columns}`), kernel.divisor === 1 ? "" : `, cells ÷ ${short(kernel.divisor, 4)}`);
    this.table.set(kernel.rows, kernel.columns, kernel.cells);
    const [two, one] = [a.rows * a.columns + b.rows * b.columns, kernel.rows * kernel.columns];
    this.counts.textContent = `${a.rows} + ${b.rows} − 1 = ${kernel.rows} rows, ${a.columns} + ${b.columns} − 1 = ${kernel.columns} columns. Weights, and multiplies per pixel: ${two} in two steps, ${one} in one${two < one ? `: two steps are ${short(one / two, 2)} times cheaper and see as far` : ""}.`;
    this.use.disabled = kernel.rows > 7 || kernel.columns > 7;
    this.use.title = this.use.disabled ? `Kernels here have at most 7 × 7 cells; this one has ${kernel.rows} × ${kernel.columns}` : "";
    this.multiply(a, b, kernel);
    Object.assign(this.numbers, { rows: kernel.rows, columns: kernel.columns, weights: Array.from(kernel.weights), counts: { two, one } });
  }

  /** Gains multiply: frequency by frequency. */
  multiply(a, b, c) {
    const [ra, rb, rc] = [a, b, c].map((k) => response(k.weights, k.rows, k.columns, COARSE));
    let worst = 0;
    const most = [ra, rb, rc].map(({ gain }) => gain.reduce((high, value) => Math.max(high, value), 0));
    for (let i = 0; i < rc.gain.length; i++) {
      const re = ra.re[i] * rb.re[i] - ra.im[i] * rb.im[i], im = ra.re[i] * rb.im[i] + ra.im[i] * rb.re[i];
      worst = Math.max(worst, Math.hypot(re - rc.re[i], im - rc.im[i]));
    }
    [ra, rb, rc].forEach((r, i) => paintGain(this.minis[i].canvas, r, gainScale(most[i], "linear"), this.dark()));
    this.product.replaceChildren("One after the other, gains multiply, frequency by frequency. Largest difference between the product and the gain of the composed kernel: ", h("strong", {}, short(worst, 2)), `. Sums multiply too: ${[a, b, c].map((k) => short(clean(total(k.weights), k.weights), 3)).join(" · ").replace(/ · ([^·]*)$/, " = $1")}.`);
    this.numbers.product = worst;
  }

  prove(a, b, { plane }) {
    const dark = this.dark();
    const between = this.state.values.relu ? relu : (x) => x;
    const turn = run(between(run(plane, a)), b);
    const once = run(plane, this.kernel);
    const other = run(between(run(plane, b)), a);
    const [top, left] = [(this.kernel.rows - 1) / 2, (this.kernel.columns - 1) / 2];
    const found = differences(turn, once, top, left);
    const order = differences(turn, other, top, left);
    const rest = subtract(turn, once);
    const worst = Math.max(found.inside, found.border, 1);
    const ends = [turn, once].map((p) => extent(p.data));
    const how = mapping(Math.min(...ends.map((e) => e.low)), Math.max(...ends.map((e) => e.high)));
    this.turn.set(turn, { dark, how, text: this.state.values.relu ? "First, ReLU, then second" : "First, then second" });
    this.once.set(once, { dark, how });
    this.rest.set(rest, { dark, how: mapping(-worst, worst, { forceSigned: true }), text: "Difference" });
    this.tell(found, order, top, left);
    Object.assign(this.numbers, { interior: found.inside, border: found.border, order: order.inside, edge: [top, left] });
  }

  tell(found, order, top, left) {
    const strong = (value) => h("strong", {}, short(value, 2));
    const { height, width } = this.turn.canvas;
    if (height <= 2 * top || width <= 2 * left) {
      this.proof.textContent = `This picture has ${height} × ${width} pixels: too small to have an inside away from its edge, for a ${this.kernel.rows} × ${this.kernel.columns} kernel.`;
      return;
    }
    if (this.state.values.relu) {
      const broken = found.inside > 1e-6;
      this.proof.replaceChildren("With a ReLU between, the largest difference inside is ", strong(found.inside), broken ? " grey levels: no single kernel does the same any more. That is why layers have a non-linearity between them." : " grey levels: the first output is nowhere negative here, so the ReLU has nothing to cut.");
      return;
    }
    const frame = top || left ? [`. In the outer ${top} rows and ${left} columns up to `, strong(found.border), ", because beyond the edge the first output is repeated, where the composed kernel sees the picture repeated"] : [];
    this.proof.replaceChildren("Largest difference inside: ", strong(found.inside), " grey levels, rounding alone", ...frame, ". In the other order, inside: ", strong(order.inside), ".");
  }

  cell(row, column) {
    if (!this.pair) return;
    const [a, b] = this.pair;
    const met = pairs(a, b, row, column);
    const value = this.kernel.cells[row * this.kernel.columns + column];
    const number = (x) => (x < 0 ? `(${fraction(x)})` : fraction(x));
    const products = met.length <= 4 ? met.map(([x, y]) => `${number(x)}·${number(y)}`).join(" + ") : `${met.length} products`;
    this.said.textContent = `Row ${row + 1}, column ${column + 1}: ${products} = ${fraction(value)}`;
  }

  parts() {
    const difference = `Difference, inside at most ${short(this.numbers.interior, 2)}`;
    return [this.turn, this.once, this.rest].map((item, i) => ({ canvas: item.canvas, caption: i < 2 ? item.caption : difference }));
  }

  dispose() { this.second.dispose(); }
}
