// How the chosen number came about, in a short sentence.
import { short } from "../shared/colour.js";
import { BY_KEY, nameOf } from "./layers.js";

/** A number with so many decimals, a true minus, and no minus before 0. */
export const fixed = (v, digits = 3) => v.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");

/** {name, text} for the unit and its terms (`explain`). `level` is the grey level of an input pixel. */
export function told(unit, terms, { level, mean, std, logits }) {
  const make = { pixel, conv, tanh, pool, dense, softmax }[terms.kind];
  return { name: `${nameOf(unit)} = ${terms.kind === "softmax" ? short(terms.value) : fixed(terms.value)}`, text: make(unit, terms, { level, mean, std, logits }) };
}

const pixel = (unit, { value }, { level, mean, std }) =>
  `One pixel, row ${unit.row}, column ${unit.col}: grey level ${Math.round(level)} of 255, less the mean of MNIST, divided by its spread: (${fixed(level / 255)} − ${mean}) / ${std} = ${fixed(value)}.`;

function conv(unit, { value, groups, bias }) {
  const layer = BY_KEY[unit.layer];
  const below = groups.length === 1 ? "the yellow 5 × 5 patch of the input, number by number times the kernel" : `the yellow 5 × 5 patches of all ${groups.length} maps of ${BY_KEY[layer.from].title}, each times a kernel of its own`;
  const sum = groups.reduce((all, { sum: part }) => all + part, 0);
  const whole = layer.side === 1 ? " The kernel is as large as the map, so one number is left." : "";
  return `Cross-correlation: ${below}: ${groups.length * 25} products. Their sum ${fixed(sum)} + bias ${fixed(bias)} = ${fixed(value)}.${whole}`;
}

const tanh = (unit, { value, inputs }) =>
  `The number before, bent by tanh: tanh(${fixed(inputs[0])}) = ${fixed(value)}. It never leaves −1 … 1; ${Math.abs(value) > 0.95 ? "here it is nearly saturated" : "near 0 it hardly changes anything"}.`;

const pool = (unit, { value, inputs }) =>
  `Average of a window of 2 × 2 in the same map: (${inputs.map((v) => fixed(v)).join(" + ")}) / 4 = ${fixed(value)}. Half the height and width, the same number of maps.`.replaceAll("+ −", "− ");

function dense(unit, { value, groups, bias }) {
  const { inputs, sum } = groups[0];
  const vector = unit.layer === "f6" ? "The 120 maps of 1 × 1, flattened to a vector" : "The 84 numbers before";
  const last = unit.layer === "out" ? ` This is the logit of class ${unit.map}: any number, not yet a probability.` : "";
  return `${vector}, each times a weight of this unit: ${inputs.length} products. Their sum ${fixed(sum)} + bias ${fixed(bias)} = ${fixed(value)}.${last}`;
}

const softmax = (unit, { value, inputs }) =>
  `e to the power of logit ${fixed(inputs[unit.map])}, divided by the sum of the same for all ten classes: ${short(100 * value)} %. The ten always add up to 100 %: there is no place for “none of these”.`;
