// The slopes of a training step: the operations run forward one by one, then from the last to the first.
//
// Most slopes are jax-js's own, an operation at a time. Where its way back is slow in WebAssembly, the operation brings its
// own: convolutions (conv-slopes.js), batch norm in training (norm.js), max pooling (pool.js).

import { convolved, hasOwnSlopes } from "./conv-slopes.js";
import { operation } from "./graph.js";
import { trainingNorm, trainingNormSlopes } from "./norm.js";
import { maxPoolWithSlopes } from "./pool.js";

/**
 * As `runNodes`, and with a way back: {value, statistics, back}. back(slope of the value) -> {name of a weight: its
 * slope} for the names in `trained` (a Set; of weights, or of `values`); what is not asked for is not computed.
 */
export function recorded(jax, nodes, tensors, values, { learns, norms, masks = {}, wanted, trained }) {
  const known = { ...values };
  const statistics = {}, tape = [];
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => known[name].ref);
    const weights = {};
    for (const [role, name] of Object.entries(node.parameters)) weights[role] = tensors[name].ref;
    const { value, moved = {}, back } = forward(jax, node, inputs, weights, { learns, norms, mask: masks[node.name] });
    known[node.name] = value;
    for (const [role, array] of Object.entries(moved)) statistics[node.parameters[role]] = array;
    if (back) tape.push({ node, back });
  }
  const value = known[wanted].ref;
  for (const array of [...Object.values(known), ...Object.values(tensors), ...Object.values(masks)]) array.dispose();
  return { value, statistics, back: (slope) => backwards(tape, { [wanted]: slope }, { learns, trained }) };
}

/** One operation: {value, moved: new statistics by role, back(slope) -> {inputs: [slope], weights: {role: slope}}}. */
function forward(jax, node, inputs, weights, { learns, norms, mask }) {
  if (!learns.has(node.name)) return { value: operation(jax, node, inputs, weights, { learns: false }) };
  if (node.op === "dropout" && mask) {
    const kept = mask.ref;
    return { value: inputs[0].mul(mask.ref), back: (slope) => ({ inputs: [slope.mul(kept)], weights: {} }) };
  }
  if (node.op === "batch_norm" && norms.has(node.name)) return normed(jax, node, inputs[0], weights);
  if (node.op === "conv" && hasOwnSlopes(node, inputs[0].shape)) return convolved(jax, inputs[0], weights, node);
  if (node.op === "max_pool") return maxPoolWithSlopes(jax, inputs[0], node);
  const run = (given, own) => operation(jax, node, given, own, { learns: true });
  const [value, pull] = jax.vjp(run, [inputs, weights]);
  const back = (slope) => {
    const [towards, own] = pull(slope);
    pull.dispose();
    return { inputs: towards, weights: own };
  };
  return { value, back };
}

function normed(jax, node, x, weights) {
  const { value, moved, kept } = trainingNorm(jax, x, weights, node);
  return { value, moved, back: (slope) => trainingNormSlopes(jax, slope, kept) };
}

function backwards(tape, slopes, { learns, trained }) {
  const found = {};
  const add = (place, name, slope) => { place[name] = place[name] ? place[name].add(slope) : slope; };
  for (const { node, back } of tape.reverse()) {
    const slope = slopes[node.name];
    if (!slope) continue;
    delete slopes[node.name];
    const { inputs, weights } = back(slope);
    node.inputs.forEach((name, i) => (learns.has(name) ? add(slopes, name, inputs[i]) : inputs[i].dispose()));
    for (const [role, own] of Object.entries(weights)) {
      const name = node.parameters[role];
      if (trained.has(name)) add(found, name, own);
      else own.dispose();
    }
  }
  for (const [name, slope] of Object.entries(slopes)) if (trained.has(name)) found[name] = slope;
  return found;
}
