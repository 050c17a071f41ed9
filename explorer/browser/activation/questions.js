// One thing to look for and one question for each section.
import { question } from "../shared/question.js";

const TABLE = {
  curves: {
    look: "where the slope comes near to zero. There a unit may be wrong and yet hardly learn.",
    ask: "how steep is the sigmoid at its steepest?",
    choices: [
      { label: "1", why: "That is tanh at 0, or ReLU for x > 0. The sigmoid's slope is σ(1 − σ), at most 0.5 · 0.5 = 0.25." },
      { label: "0.5", why: "That is its value at 0. Its slope there is σ(1 − σ) = 0.5 · 0.5 = 0.25." },
      { label: "0.25", right: true, why: "The slope is σ(1 − σ), greatest at x = 0: 0.5 · 0.5. So every sigmoid layer keeps at most a quarter of the gradient." },
    ],
  },
  map: {
    look: "the blue parts: ReLU sets them to zero, leaky ReLU keeps them pale, the sigmoid lifts everything above zero.",
    ask: "the gain is doubled (bias 0). How does the share of zeros after ReLU change?",
    choices: [
      { label: "It doubles", why: "Doubling moves no value across zero, so the same places stay zero. Try it." },
      { label: "Not at all", right: true, why: "Doubling moves no value across zero: ReLU(2z) = 2 ReLU(z). The sigmoid, though, saturates more and more." },
      { label: "It halves", why: "Doubling moves no value across zero, so the same places stay zero. Try it." },
    ],
  },
  layers: {
    look: "how soon the sigmoid's picture is black, while ReLU's stays as it was after one layer.",
    ask: "ten sigmoid layers, weights of 1: how much of the gradient can reach the first, at best?",
    choices: [
      { label: "About 1 in 40", why: "That would be 0.25 · 1/10. The slopes are multiplied: 0.25¹⁰ ≈ 0.00000095." },
      { label: "About 1 in 1,000", why: "That would be 0.5¹⁰. The sigmoid's greatest slope is 0.25: 0.25¹⁰ ≈ 0.00000095." },
      { label: "About 1 in 1,000,000", right: true, why: "0.25¹⁰ ≈ 0.00000095, and only where every value is exactly 0. ReLU passes the whole of it wherever the value is positive, and nothing elsewhere." },
    ],
  },
  pool: {
    look: "how max pooling thickens bright lines, while average pooling pales them.",
    ask: "window 3 × 3 with stride 3: what share of the activations is discarded?",
    choices: [
      { label: "67 %", why: "One of nine is kept, not one of three: 1 − 1/9." },
      { label: "75 %", why: "That is 2 × 2 with stride 2. Here one of nine is kept: 1 − 1/9." },
      { label: "89 %", right: true, why: "One number for every nine: 1 − 1/9. Set window 3 and read it off." },
    ],
  },
  shift: {
    look: "the first step of the curves: a larger window makes it smaller, but never nothing.",
    ask: "max pooling 2 × 2, stride 2. Moved back by whole cells, after which shift is the pooled map exactly the same?",
    choices: [
      { label: "1 px", why: "Half a cell: every window now holds other pixels, and the maxima are others. Only multiples of the stride match." },
      { label: "2 px", right: true, why: "One whole cell: every window holds the pixels that its neighbour held. Odd shifts cut the picture elsewhere: that is aliasing." },
      { label: "Any of them", why: "That holds at stride 1. With stride 2, odd shifts cut the picture into other windows." },
    ],
  },
};

/** The question of each section: name -> element. */
export function questions() {
  return Object.fromEntries(Object.entries(TABLE).map(([name, entry]) => [name, question(entry).element]));
}
