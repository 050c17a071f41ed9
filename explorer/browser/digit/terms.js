// Every term of the chosen number as a table, for those who read rather than look; made when it is opened.
import { fold, h, table } from "../shared/controls.js";
import { KERNEL_PX } from "./layers.js";
import { fixed } from "./sentences.js";

const ROWS = {
  conv: ({ groups }) => [["Map", "Row", "Column", "Input", "Weight", "Product"], ...groups.flatMap(({ inputs, weights, products }, map) => inputs.map((v, i) => [map, Math.floor(i / KERNEL_PX), i % KERNEL_PX, fixed(v, 4), fixed(weights[i], 4), fixed(products[i], 4)]))],
  dense: ({ groups: [{ inputs, weights, products }] }) => [["Number", "Input", "Weight", "Product"], ...inputs.map((v, i) => [i, fixed(v, 4), fixed(weights[i], 4), fixed(products[i], 4)])],
};
const others = ({ inputs, value }) => [["Number", "Input"], ...inputs.map((v, i) => [i, fixed(v, 4)]), ["Result", fixed(value, 4)]];

/** show(explained) brings the table to the present number where it is open. */
export function terms(view) {
  const place = h("div", { class: "terms", tabindex: "0", role: "region", "aria-label": "Every term" });
  const element = fold("Every term as a table", place);
  const show = () => {
    if (!element.open) return;
    const { explained, name } = view();
    const rows = (ROWS[explained.kind] ?? others)(explained).map((row) => row.map(String));
    const bias = explained.groups ? [["Bias", ...Array(rows[0].length - 2).fill(""), fixed(explained.bias, 4)], ["Sum", ...Array(rows[0].length - 2).fill(""), fixed(explained.value, 4)]] : [];
    place.replaceChildren(table(`Terms of ${name}`, [...rows, ...bias]));
  };
  element.addEventListener("toggle", show);
  return { element, show };
}
