// One question a section, to be answered before trying.
import { question } from "../shared/question.js";

const FREQUENCY = {
  look: "where the map is darkest: no wave of that frequency gets through, however strong it is.",
  ask: "stripes that repeat every 3 pixels meet the 3×3 box blur. What comes out?",
  choices: [
    { label: "The stripes, fainter", why: "Each window holds exactly one whole stripe, light and dark alike, so every mean is the same. Point at 0.333 on the cut: the gain is 0." },
    { label: "An even grey", right: true, why: "Each window holds exactly one whole stripe, so every mean is the same: the gain at 0.333 cycles per pixel is 0." },
    { label: "The stripes, unchanged", why: "Only frequency 0 passes a mean unchanged. At 0.333 cycles per pixel each window holds one whole stripe: the gain is 0." },
  ],
};
const SEPARABLE = {
  look: "how fast the singular values fall: one bar alone means a column and a row do all the work.",
  ask: "a 7×7 Gaussian takes 49 multiplies per pixel. How many do its column and its row take, one after the other?",
  choices: [
    { label: "49", why: "Seven for the column, then seven for the row: 14. Choose Gaussian 7x7 and see." },
    { label: "14", right: true, why: "Seven for the column, then seven for the row. For k × k it is 2k in place of k²." },
    { label: "7", why: "The column takes seven, and its output still has to meet the row: seven more, 14 in all." },
  ],
};
const TWO = {
  look: "how the composed weights pile up in the middle, and how two narrow steps see as far as one wide one.",
  ask: "two 3×3 kernels slide one after the other. How much of the picture does one output pixel depend on?",
  choices: [
    { label: "3×3", why: "The second kernel looks at 3×3 outputs of the first, and each of these looked at 3×3 pixels: together 5×5." },
    { label: "5×5", right: true, why: "3 + 3 − 1 = 5, with 9 + 9 = 18 weights in place of 25. Networks stack small kernels for that reason." },
    { label: "9×9", why: "Windows of neighbouring outputs overlap, so sizes add (less one): 3 + 3 − 1 = 5." },
  ],
};

export const questions = () => ({ freq: question(FREQUENCY), sep: question(SEPARABLE), two: question(TWO) });
