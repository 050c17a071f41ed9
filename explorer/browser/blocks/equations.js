// The cost equations of a block, with letters and with the present numbers, and its layers one by one.
import { fold, h, table } from "../shared/controls.js";
import { value, written } from "./expression.js";
import { bytes, digits, label, after, product, shape } from "./words.js";
import { VALUE_BYTES } from "./cost.js";

const FIGURES = [["weights", "Weights"], ["biases", "Biases"], ["norms", "Norms"], ["macs", "Multiply-adds (MACs)"]];

/** The equations of a block that say something here: [{title, letters, filled, total}]. */
export function equations(block, numbers) {
  const symbols = symbolsOf(block);
  return FIGURES.filter(([name]) => block[name] && (name === "macs" || value(block[name], numbers))).map(([name, title]) => ({
    name, title, letters: written(block[name], symbols), filled: written(block[name], numbers), total: value(block[name], numbers),
  }));
}

export const symbolsOf = (block) => Object.fromEntries([...block.parameters.map(({ name, symbol }) => [name, symbol]), ...(block.derived ?? []).map(([name, symbol]) => [name, symbol])]);

/** {element, show(block, numbers, layers)} */
export function equationPanel() {
  const written_ = h("div", { class: "equations" });
  const derived = h("p", { class: "note" });
  const rows = h("div", { class: "scroll" });
  return {
    element: h("section", {}, h("h2", {}, "The cost, written out"), written_, derived, fold("Layer by layer", rows)),
    show(block, numbers, layers) {
      written_.replaceChildren(...equations(block, numbers).map(({ title, letters, filled, total, name }) => h("div", { class: "equation", "data-figure": name }, h("h3", {}, title), h("p", { class: "formula" }, letters), h("p", { class: "formula" }, "= ", filled), h("p", { class: "formula" }, "= ", h("strong", {}, digits(total))))));
      const letters = symbolsOf(block);
      derived.textContent = (block.derived ?? []).map(([name, symbol, formula]) => `${symbol} = ${written(formula, letters)} = ${digits(numbers[name])}`).join(" · ");
      rows.replaceChildren(layerTable(block, layers));
    },
  };
}

function layerTable(block, layers) {
  const body = layers.slice(1).map((each) => [[label(each), after(each)].filter(Boolean).join(", "), shape(each), digits(each.params), product(each), digits(each.macs), bytes(VALUE_BYTES * each.values)]);
  return table(`${block.title}, layer by layer`, [["layer", "out", "parameters", "MACs as a product", "MACs", "outputs"], ...body]);
}
