// What the lecture's slides say, beside the numbers of the drawing or of the moved picture.
import { short } from "../shared/colour.js";
import { h } from "../shared/controls.js";

const said = (quote, source) => h("blockquote", { class: "theirs" }, h("p", {}, `“${quote}”`), h("footer", {}, `Slide “${source}”`));
const pair = (theirs, ...ours) => h("div", { class: "two beside" }, theirs, h("div", { class: "ours" }, ours));

/** Section "Connections": the slides on weight sharing. */
export function wiresSlides() {
  const here = h("p", {});
  const conv = h("p", {});
  return {
    element: h("section", { class: "slides" }, h("h2", {}, "Weight sharing, on the slides and here"),
      pair(said("Weight sharing: use the same network parameters to detect local patterns at many locations in the image", "Topological Structure"), here),
      pair(said("y = w ∗ x + b", "From locally connected to convolutional"), conv),
      pair(said("convolutional kernels are applied independently to each channel but share weights across channels", "Weight Sharing Across Channels"),
        h("p", {}, "Shared over places, not over channels: a 3 × 3 filter over R, G and B has 3 · 3 · 3 = 27 weights of its own, not 9, and adds the three products up. The page “Channels” shows why."))),
    show(layer) {
      const { weights, connections } = layer.count(2);
      here.textContent = `Here ${weights} weights stand on ${connections} lines: each is used ${connections / weights} times. A hidden unit is the same detector at another place. Learning adds up the gradients of all ${connections / weights} places.`;
      const difference = layer.stage === 2 && layer.t === 2 ? ` Matrix times picture against the sliding kernel, both computed: largest difference ${short(layer.slidingDifference())}.` : "";
      conv.textContent = `A convolution is a fully connected layer whose matrix has been given zeros and repeats: nothing else has changed. The sum that runs is a cross-correlation: the kernel is not flipped.${difference}`;
    },
  };
}

/** Section "When things move": invariance on the slides, equivariance in the numbers. */
export function shiftSlides() {
  const layer = h("p", {});
  const pooled = h("p", {});
  return {
    element: h("section", { class: "slides" }, h("h2", {}, "“Translation invariance”, on the slides and here"),
      pair(said("The use of shared weights and local receptive fields enables CNNs to learn features that are invariant to translation.", "Translation Invariance"), layer),
      pair(said("Translation invariance: meaningful patterns can occur anywhere in the image", "Locality and translation invariance"), pooled)),
    show({ conv, spread }) {
      layer.replaceChildren(h("strong", {}, "The right word is equivariant. "), conv === null ? "Shift the picture to see it measured." : `Shifted picture, shifted answer: the difference is ${conv.inside < 1e-9 ? "0" : short(conv.inside)} inside; the answer itself is another one (r = ${Number.isNaN(conv.same) ? "–" : short(conv.same)} with the old answer where it stood).`);
      pooled.replaceChildren("Weight sharing makes the same detector look everywhere; that a pattern counts alike wherever it stands comes from the pooling at the end. ", spread ? `Here the global mean changes by ${short(100 * spread.mean.share, 2)} % over 33 shifts, one unit by ${short(100 * spread.unit.share, 2)} %.` : "");
    },
  };
}
