// The sentences under the drawing: the formula of what is pointed at, filled in with its numbers.
import { short } from "../shared/colour.js";

const below = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);
const signed = (v) => (v < 0 ? `(${short(v)})` : short(v));
const KINDS = ["matrix", "banded matrix", "Toeplitz matrix"];

/** The general formula of the kind shown, in the slide's notation. */
export function general(layer) {
  const window = layer.grid ? `${layer.kh} × ${layer.kw} window` : `window of ${layer.kw}`;
  return [
    `y = Σ w x + b over the whole picture, ${layer.inputs} terms: own weights for every unit and pixel`,
    `y = Σ w x + b over a ${window}, ${layer.taps} terms: own weights for every unit`,
    `y = w ∗ x + b over a ${window}: the same ${layer.taps} weights for every unit`,
  ][layer.stage];
}

/** yᵢ = w · x + … = number, as a list of parts; long sums keep their first terms and their last. */
function sum(layer, i) {
  const terms = [];
  for (let j = 0; j < layer.inputs; j++) if (layer.presence(i, j) > 0) terms.push(`${signed(layer.weight(i, j))}·${layer.x[j]}`);
  const shown = terms.length > 10 ? [...terms.slice(0, 5), `… ${terms.length - 6} more …`, terms.at(-1)] : terms;
  return `y${below(i + 1)} = ${shown.join(" + ")} + bias ${signed(layer.bias(i))} = ${short(layer.y[i], 4)}`;
}

function input(layer, j) {
  const fed = [];
  for (let i = 0; i < layer.hidden; i++) if (layer.presence(i, j) > 0) fed.push(`y${below(i + 1)}`);
  const names = fed.length > 12 ? `${fed.slice(0, 10).join(", ")}, …` : fed.join(", ");
  return `Pixel x${below(j + 1)} = ${layer.x[j]} is read by ${fed.length} of ${layer.hidden} hidden units: ${names}. Click it to turn it ${layer.x[j] ? "black" : "white"}.`;
}

/** How many lines use the weight of line (i, j). */
export function uses(layer, { i, j }) {
  const id = layer.id(i, j);
  let count = 0;
  for (let a = 0; a < layer.hidden; a++) for (let b = 0; b < layer.inputs; b++) if (id !== null && layer.id(a, b) === id && layer.presence(a, b) > 0) count++;
  return count;
}

function weight(layer, focus) {
  const id = layer.id(focus.i, focus.j);
  const where = `row ${focus.i + 1}, column ${focus.j + 1}`;
  if (id === null) return `No line at ${where}: this weight is fixed at 0, it is not learnt.`;
  const count = uses(layer, focus);
  const name = `Weight ${id} (${where}) = ${short(layer.weight(focus.i, focus.j))}`;
  if (count === 1) return `${name} is used once, by this line alone.`;
  return `${name} is used ${count} times: one number to learn, and its gradient is the sum over all ${count} places.`;
}

/** What to say about the thing pointed at; the general formula when nothing is. */
export function told(layer, focus) {
  if (!focus) return general(layer);
  return { h: () => sum(layer, focus.i), x: () => input(layer, focus.j), w: () => weight(layer, focus) }[focus.kind]();
}

/** The caption of the matrix. */
export function matrixTitle(layer) {
  const { weights } = layer.count(layer.stage);
  const zeros = layer.hidden * layer.inputs - layer.hidden * layer.taps;
  const blocks = layer.grid ? "Doubly block " : "";
  return [
    `Full ${KINDS[0]}, ${layer.hidden} × ${layer.inputs}: ${weights} weights, no two the same number to learn`,
    `${layer.grid ? "Sparse matrix (blocks of bands)" : "Banded matrix"}: ${weights} weights of their own, ${zeros} zeros`,
    `${blocks}${KINDS[2]}: ${weights} weights, each repeated down its diagonal${layer.grid ? "s" : ""}`,
  ][layer.stage];
}
