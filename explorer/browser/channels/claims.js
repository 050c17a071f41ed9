// The slide's sentence on channels beside what a convolution does, with the numbers of the picture at hand.
import { short } from "../shared/colour.js";
import { h, table } from "../shared/controls.js";
import { SIDE } from "./filters.js";

const CELLS = SIDE * SIDE;

export function claims(context, current) {
  const { model } = context;
  const body = h("div", { class: "scroll" });
  const verdict = h("p", {});
  let timer = 0, found = null;
  const element = h("section", { class: "claims", "aria-labelledby": "claims-title" },
    h("h2", { id: "claims-title" }, "A slide's sentence, and what happens"),
    h("div", { class: "two" },
      h("blockquote", { class: "theirs" }, h("b", {}, "Lecture slide, “Weight Sharing Across Channels”"), h("p", {}, "“… convolutional kernels are applied independently to each channel but share weights across channels.”")),
      h("div", { class: "ours" }, h("b", {}, "What a convolution does"), h("p", {}, "It has its own weights for each input channel, and adds the channels up. What is shared is the filter over all ", h("em", {}, "places"), ". Only so can it set one channel against another."))),
    body, verdict);

  const compute = () => {
    const filter = current();
    const shared = { slices: [filter.slices[0], filter.slices[0], filter.slices[0]], bias: filter.bias };
    found = { own: model.swapChange(filter), shared: model.swapChange(shared) };
    const moved = (value) => (value < 1e-9 ? "0: red and green look alike" : short(value, 4));
    body.replaceChildren(table("Ways to treat the channels", [
      ["One filter, 3×3, over R, G, B", "Weights", "Biases", "Maps", "Swapping R and G moves it by at most"],
      ["Standard convolution: own slices, added up", String(3 * CELLS), "1", "1", moved(found.own)],
      ["Shared slice (here that of R), added up", String(CELLS), "1", "1", moved(found.shared)],
      ["As the slide says: shared slice, each channel alone", String(CELLS), "1", "3", "the channels never meet"],
      ["Depthwise (groups = 3): own slices, each alone", String(3 * CELLS), "3", "3", "the channels never meet"],
    ]));
    verdict.textContent = `In PyTorch the weight of this filter has the shape (1, 3, ${SIDE}, ${SIDE}): ${3 * CELLS} numbers, not ${CELLS}.`;
  };
  return {
    element,
    /** After the reader has stopped editing. */
    later() { clearTimeout(timer); timer = setTimeout(compute, found ? 250 : 0); },
    numbers: () => found,
    dispose() { clearTimeout(timer); },
  };
}
