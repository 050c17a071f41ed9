// Section "Separable": the kernel as a sum of columns times rows, and the proof on the picture.
import { mapping, short } from "../shared/colour.js";
import { h, slider } from "../shared/controls.js";
import { slide } from "../shared/crosscorrelation.js";
import { differences, subtract } from "./composition.js";
import { multiplies, outer, rank, svd, written } from "./factors.js";
import { pane, sign } from "./panes.js";
import { weightTable } from "./weight-table.js";

/** The picture slid over by the terms in turn: each a column, then a row, added up. No border is added. */
export function inTurn(plane, terms) {
  const outputs = terms.map(({ column, row }) => slide(slide(plane, column, column.length, 1), row, 1, row.length));
  const data = new Float64Array(outputs[0].data.length);
  outputs.forEach((output) => output.data.forEach((value, i) => { data[i] += value; }));
  return { ...outputs[0], data };
}

const plural = (n, word) => `${n} ${word}${n === 1 ? "" : "s"}`;
const power = (array) => array.reduce((sum, value) => sum + value * value, 0);

/** Bars of the singular values: what counts towards the rank, and what is kept. */
function bars() {
  const element = h("ol", { class: "bars", "aria-label": "Singular values, largest first" });
  return {
    element,
    set(triples, count, kept) {
      const most = triples[0].singular || 1;
      const all = power(triples.map((t) => t.singular)) || 1;
      element.replaceChildren(...triples.map(({ singular }, i) => {
        const share = (100 * singular * singular) / all;
        const fill = h("span", { class: `bar ${i < kept ? "kept" : i < count ? "" : "none"}`, style: { width: `${(100 * singular) / most}%` } });
        return h("li", {}, h("span", { class: "bar-name" }, `σ${"₁₂₃₄₅₆₇"[i]}`), h("span", { class: "bar-room" }, fill), h("span", { class: "bar-value" }, i < count ? `${short(singular, 3)} · ${share > 99.95 || share < 0.05 ? short(share, 3) : share.toFixed(1)} %` : "0"));
      }));
    },
  };
}

export class Separable {
  constructor({ state, root, dark }) {
    Object.assign(this, { state, root, dark, numbers: {} });
    this.bars = bars();
    this.verdict = h("p", { class: "verdict-line", role: "status" });
    this.cost = h("p", { class: "cost" });
    this.terms = h("div", { class: "terms" });
    this.keep = slider({ label: "Terms kept", min: 1, max: 7, value: 1, onInput: (n) => this.choose(n) });
    this.proof = h("p", { class: "proof", role: "status" });
    [this.full, this.turn, this.rest] = ["The whole kernel", "Column, then row", "Difference"].map((title) => pane(title));
    this.bench = h("div", { class: "separable" }, h("div", { class: "separable-left" }, this.verdict, this.terms), h("div", { class: "separable-right" }, h("h2", {}, "Singular values"), this.bars.element, this.keep.element, this.cost));
    this.pictures = h("div", {}, h("div", { class: "pictures three" }, this.full.element, this.turn.element, this.rest.element), this.proof);
  }

  choose(n) {
    this.state.set({ terms: n >= this.count ? 0 : n }, "terms");
  }

  update({ kernel, picture, changed }) {
    const fresh = changed.has("k") || changed.has("view") || changed.has("*") || changed.has("theme");
    if (fresh) {
      this.triples = svd(kernel.weights, kernel.rows, kernel.columns);
      this.count = rank(this.triples);
      this.all = this.triples.slice(0, Math.max(1, this.count)).map((t) => (t.singular > 0 ? written(t) : { column: Array.from(t.u), row: Array.from(t.v, () => 0) }));
    }
    const { terms } = this.state.values;
    this.kept = terms >= 1 && terms < this.count ? terms : Math.max(1, this.count);
    if (fresh || changed.has("terms")) this.draw(kernel);
    if (fresh || changed.has("terms") || changed.has("picture")) this.prove(kernel, picture);
  }

  draw(kernel) {
    const { count, kept } = this;
    this.keep.element.hidden = count < 2;
    this.keep.limits(1, Math.max(count, 1));
    this.keep.set(kept);
    this.bars.set(this.triples, count, kept);
    const lead = count === 0 ? "An empty kernel." : count === 1 ? "Separable: rank 1." : `Not separable: rank ${count}.`;
    const rest = count === 0 ? " All weights are 0, the rank is 0." : count === 1 ? " This kernel is one column times one row." : ` This kernel is the sum of ${count} separable ones.`;
    this.verdict.replaceChildren(h("strong", { class: "big" }, lead), rest);
    this.drawTerms(kernel);
    this.drawCost(kernel);
  }

  drawTerms(kernel) {
    const most = Math.max(...kernel.weights.map(Math.abs), 1e-12);
    this.terms.style.setProperty("--size", kernel.columns + 1);
    this.terms.classList.toggle("many", this.all.length > 1);
    this.terms.classList.toggle("small", this.all.length > 1 && kernel.columns > 5);
    const cards = this.all.map(({ column, row }, i) => this.card(column, row, i, most));
    this.terms.replaceChildren(...cards.flatMap((card, i) => (i ? [sign("+", "plus"), card] : [card])));
  }

  card(column, row, i, most) {
    const table = (label, rows, columns, values, top) => { const made = weightTable({ label, root: this.root, wordless: this.terms.classList.contains("small") ? 0 : 9 }); made.set(rows, columns, values, top); return made.element; };
    const title = this.count > 1 ? h("figcaption", {}, `Term ${i + 1}${i < this.kept ? "" : " (left out)"}`) : h("figcaption", {}, "Each cell = its column cell × its row cell");
    return h("figure", { class: `term ${i < this.kept ? "" : "dropped"}` }, title, h("div", { class: "outer", style: { "--rows": column.length, "--columns": row.length } },
      h("span", { class: "corner", "aria-hidden": "true" }, "×"), table(`Row of term ${i + 1}`, 1, row.length, row), table(`Column of term ${i + 1}`, column.length, 1, column),
      table(`Column times row of term ${i + 1}`, column.length, row.length, outer(column, row), most)));
  }

  drawCost({ rows, columns }) {
    const { full, separable } = multiplies(rows, columns, this.kept);
    const each = this.kept === 1 ? `${rows} + ${columns}` : `${this.kept} × (${rows} + ${columns})`;
    const gain = separable < full ? `${short(full / separable, 2)} times fewer` : separable === full ? "no gain" : "more, not fewer: not worth it";
    const left = this.kept < this.count ? ` (an approximation: ${plural(this.count - this.kept, "term")} left out)` : "";
    this.cost.replaceChildren(h("span", { class: "big" }, `${full} → ${separable}`), h("span", {}, ` multiplies per pixel: ${rows} × ${columns} = ${full} at once; column then row ${each} = ${separable}, ${gain}${left}.`));
    Object.assign(this.numbers, { rank: this.count, singular: this.triples.map((t) => t.singular), column: Array.from(this.all[0].column), row: Array.from(this.all[0].row), multiplies: { full, separable }, kept: this.kept });
  }

  prove(kernel, picture) {
    const dark = this.dark();
    const whole = slide(picture.plane, kernel.weights, kernel.rows, kernel.columns);
    const turned = inTurn(picture.plane, this.all.slice(0, this.kept));
    const rest = subtract(turned, whole);
    const { inside } = differences(turned, whole);
    const how = this.full.set(whole, { dark, text: "The whole kernel at once" });
    this.turn.set(turned, { dark, how: this.sameScale(how, turned), text: this.kept === 1 ? "The column, then the row" : `${this.kept} times column, then row, added up` });
    this.rest.set(rest, { dark, how: mapping(-Math.max(inside, 1), Math.max(inside, 1), { forceSigned: true }), text: "Difference" });
    const exact = this.kept >= this.count;
    this.proof.replaceChildren("Largest difference at any pixel: ", h("strong", {}, short(inside, 2)), exact ? " grey levels: equal but for the rounding of 64-bit numbers. No border is added here." : ` grey levels, since ${plural(this.count - this.kept, "term")} ${this.count - this.kept === 1 ? "is" : "are"} left out. No border is added here.`);
    this.numbers.difference = inside;
    this.numbers.size = [whole.height, whole.width];
  }

  /** The scale of the first picture, where the second fits into it. */
  sameScale(how, { data }) {
    let low = 0, high = 0;
    data.forEach((v) => { if (v < low) low = v; if (v > high) high = v; });
    return how.kind === "signed" ? mapping(-Math.max(how.high, -low, high), Math.max(how.high, -low, high), { forceSigned: true }) : mapping(low, high);
  }

  parts() {
    const difference = `Difference, at most ${short(this.numbers.difference, 2)}`;
    return [this.full, this.turn, this.rest].map((item, i) => ({ canvas: item.canvas, caption: i < 2 ? item.caption : difference }));
  }

  dispose() {}
}
