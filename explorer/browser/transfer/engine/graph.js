// Runs the operations of a graph (docs/graph-format.md) on maps (N, H, W, C).

import { ACTIVATIONS } from "./activation.js";
import { conv, linear } from "./conv.js";
import { frozenNorm } from "./norm.js";
import { adaptiveAveragePool, averagePool, maxPool } from "./pool.js";
import { shaped } from "./quirks.js";

export const VERSION = 1;

const OPERATIONS = Object.freeze({
  ...Object.fromEntries(Object.entries(ACTIVATIONS).map(([name, f]) => [name, (jax, [x], _, node) => f(jax, x, node)])),
  conv: (jax, [x], w, node, { learns }) => conv(jax, x, w.weight, w.bias, node, learns),
  linear: (jax, [x], w) => linear(jax, x, w.weight, w.bias),
  batch_norm: (jax, [x], w, node) => frozenNorm(jax, x, w, node),
  max_pool: (jax, [x], _, node) => maxPool(jax, x, node),
  average_pool: (jax, [x], _, node) => averagePool(jax, x, node),
  adaptive_average_pool: (jax, [x], _, node) => adaptiveAveragePool(jax, x, node.size),
  add: (jax, [a, b]) => a.add(b),
  multiply: (jax, [a, b]) => a.mul(b),
  affine: (jax, [x], _, node) => x.mul(node.scale).add(node.shift),
  concat: (jax, inputs) => jax.numpy.concatenate(inputs, -1),
  flatten: (jax, [x]) => flattened(x),
  dropout: (jax, [x]) => x,
});

/** In torch's order: channel after channel. */
function flattened(x) {
  if (x.shape.length === 2) return x;
  const [n, height, width] = x.shape;
  return shaped(height * width === 1 ? x : x.transpose([0, 3, 1, 2]), [n, -1]);
}

/** Throws a sentence for a graph of another version or with an operation that is not known here. */
export function checkGraph(graph) {
  if (graph.version !== VERSION) throw new Error(`This network is of format ${graph.version}; only ${VERSION} is read here.`);
  const unknown = graph.nodes.find((node) => !OPERATIONS[node.op]);
  if (unknown) throw new Error(`${unknown.op} (${unknown.name}) is no operation that the engine in the browser knows.`);
}

/** The nodes that a value needs, in order. */
export function needed(graph, output) {
  const wanted = new Set([output]);
  const found = graph.nodes.filter(() => true).reverse().filter((node) => {
    if (!wanted.has(node.name)) return false;
    node.inputs.forEach((name) => wanted.add(name));
    return true;
  });
  return found.reverse();
}

/** The names of the values through which something flows to the weights in `trained` (a Set of names). */
export function learning(graph, trained) {
  const found = new Set();
  for (const node of graph.nodes) {
    const own = Object.values(node.parameters).some((name) => trained.has(name));
    if (own || node.inputs.some((name) => found.has(name))) found.add(node.name);
  }
  return found;
}

/** One operation on arrays, in evaluation mode. options: learns, whether slopes will be asked for. */
export function operation(jax, node, inputs, weights, options) {
  return OPERATIONS[node.op](jax, inputs, weights, node, options);
}

/** Runs nodes one after the other in evaluation mode and gives the value `wanted`. Takes over `tensors` and `values` (name -> array). */
export function runNodes(jax, nodes, tensors, values, wanted) {
  const known = { ...values };
  for (const node of nodes) {
    const inputs = node.inputs.map((name) => known[name].ref);
    const weights = {};
    for (const [role, name] of Object.entries(node.parameters)) weights[role] = tensors[name].ref;
    known[node.name] = operation(jax, node, inputs, weights, { learns: false });
  }
  const value = known[wanted].ref;
  for (const array of [...Object.values(known), ...Object.values(tensors)]) array.dispose();
  return value;
}
