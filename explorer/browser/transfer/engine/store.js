// A network's weights: read from torch's file, held on the device, and written back.

import { layouts, toEngine, toTorch } from "./layout.js";
import { readTensors, writeTensors } from "./safetensors.js";

/** The weights of a graph in the engine's layout: Map of name -> {shape, data}. Throws a sentence where one is missing. */
export function readWeights(graph, buffer) {
  const tensors = readTensors(buffer);
  const found = new Map();
  for (const [name, layout] of layouts(graph)) {
    if (!tensors.has(name)) throw new Error(`The weights lack ${name}.`);
    found.set(name, toEngine(tensors.get(name), layout));
  }
  return found;
}

/** The file of weights in torch's names and layout. */
export function writeWeights(graph, weights) {
  return writeTensors([...layouts(graph)].map(([name, layout]) => [name, toTorch(weights.get(name), layout)]));
}

/** Arrays on the device: an object name -> array. */
export function uploaded(jax, device, weights, names) {
  const found = {};
  for (const name of names) {
    const { shape, data } = weights.get(name);
    found[name] = jax.numpy.array(data, { shape: [...shape], device });
  }
  return found;
}

/** Copies arrays from the device into `weights`. */
export async function download(arrays, weights) {
  for (const [name, array] of Object.entries(arrays)) {
    const data = await array.ref.data();
    weights.set(name, { shape: [...array.shape], data: Float32Array.from(data) });
  }
}
