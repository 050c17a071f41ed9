// What is often said about the receptive field, and what each slider does to it: computed from the stack as it stands.
import { slides, trace } from "./cone.js";

const L = (k, s = 1, d = 1, p = 0, pool = false) => ({ k, s, d, p, pool });

/** Examples: a stack, and the slider that the example is about. */
export const EXAMPLES = [
  { title: "Stride", stack: [L(3, 2, 1, 1), L(3, 1, 1, 1), L(3, 1, 1, 1)], focus: [0, "s"] },
  { title: "Three 3×3", stack: [L(3, 1, 1, 1), L(3, 1, 1, 1), L(3, 1, 1, 1)], focus: [2, "k"] },
  { title: "Pooling", stack: [L(3, 1, 1, 1), L(2, 2, 1, 0, true), L(3, 1, 1, 1)], focus: [1, "s"] },
  { title: "Dilation", stack: [L(3, 1, 1, 1), L(3, 1, 2, 2), L(3, 1, 4, 4)], focus: [2, "d"] },
  { title: "Padding", stack: [L(3, 1, 1, 2), L(3, 1, 1, 1), L(3, 1, 1, 1)], focus: [0, "p"] },
  { title: "VGG's start", stack: [L(3, 1, 1, 1), L(3, 1, 1, 1), L(2, 2, 1, 0, true), L(3, 1, 1, 1), L(3, 1, 1, 1), L(2, 2, 1, 0, true)], focus: [2, "s"] },
];

const NAMES = { k: "window", s: "stride", d: "dilation", p: "padding" };
const LEAST = { k: 1, s: 1, d: 1, p: 0 };
const SAID = {
  s: "Said: “A larger stride allows the convolutional filter to cover a larger region of the input in each step. This increased receptive field …” (lecture).",
  k: "Said: “Each successive convolution adds K − 1 to the receptive field size” (lecture).",
  d: "Said: “Dilation sees more with the same weights.”",
  p: "Said: “With padding a unit sees more.”",
};

/** What one slider does: this layer's field and the last layer's, with its value and with the smallest. */
export function effect(stack, [place, name], pixels) {
  const index = Math.min(place, stack.length - 1);
  const without = stack.map((layer, i) => (i === index ? { ...layer, [name]: LEAST[name] } : layer));
  const [now, then] = [trace(stack, pixels), trace(without, pixels)];
  const of = (levels) => ({ own: levels[index + 1].size, last: levels.at(-1).size, jump: levels.at(-1).jump, first: levels.at(-1).first });
  return { index, name, value: stack[index][name], least: LEAST[name], now: of(now), then: of(then) };
}

/** The effect in words: what is said, then what is so. */
export function effectText(stack, focus, pixels) {
  const e = effect(stack, focus, pixels);
  const layer = `layer ${e.index + 1}`;
  const beside = `with ${NAMES[e.name]} ${e.least}`;
  if (e.value === e.least) return [SAID[e.name], `Move the ${NAMES[e.name]} of ${layer} up from ${e.least}, and see which numbers follow.`];
  const own = e.now.own === e.then.own ? `The field of ${layer} itself stays ${e.now.own} px` : `The field of ${layer} is ${e.now.own} px, ${e.then.own} ${beside}`;
  const last = e.index === stack.length - 1 ? "" : e.now.last === e.then.last ? `; the last layer's stays ${e.now.last} px` : `; the last layer's is ${e.now.last} px, ${e.then.last} ${beside}`;
  return [SAID[e.name], `${own}${last}. ${why(stack, e)}`];
}

function why(stack, e) {
  const isLast = e.index === stack.length - 1;
  if (e.name === "s") return isLast ? "Nothing follows: a stride only moves this layer's units apart." : `So the sentence holds for the layers that follow, not for this one: its units stand ${e.value} times as far apart, and each later window is multiplied by that.`;
  if (e.name === "p") return "Padding moves where the first unit looks and adds cells at the border; what they see beyond the edge is no picture. It never widens the field.";
  if (e.name === "d") return `A window of ${stack[e.index].k} with dilation ${e.value} reaches over ${e.value * (stack[e.index].k - 1) + 1} cells, with the same weights. Between its taps it reads nothing: look for pixels that no line reaches.`;
  if (stack[e.index].pool) return "A pool is a window like any other: it adds (K − 1) times the jump before it.";
  return "A window adds K − 1 times the jump before it: K − 1 pixels only as long as no layer before it strides.";
}

/** "1 + (3 − 1)·1 + …" with the stack's numbers. */
export function formula(levels) {
  const terms = levels.slice(1).map((level, i) => `(${level.k} − 1)${level.d > 1 ? `·${level.d}` : ""}·${levels[i].jump}`);
  return `r = 1 + ${terms.join(" + ")} = ${levels.at(-1).size}`;
}

/** The slides' formula beside the right one. */
export function slidesText(stack, levels) {
  const theirs = slides(stack);
  const right = levels.at(-1).size;
  if (theirs === null) return "The slides' 1 + L·(K − 1) takes one K for all layers; here they differ.";
  const filled = `1 + ${stack.length}·(${stack[0].k} − 1) = ${theirs}`;
  if (theirs === right) return `The slides' ${filled}: the same, as no layer strides before the last and none is dilated.`;
  const reasons = [stack.slice(0, -1).some((layer) => layer.s > 1) ? "a stride multiplies what all later windows add" : "", stack.some((layer) => layer.d > 1) ? "dilation spreads a window" : ""].filter(Boolean);
  return `The slides' ${filled}, but it is ${right}: ${reasons.join(", and ")}. Their formula holds for stride 1 and dilation 1 only.`;
}
