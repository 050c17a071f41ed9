// Runs the cases of single operations that tests/engine_cases.py writes: how far each is from torch.

import { recorded } from "../../explorer/browser/transfer/engine/backward.js";
import { runNodes } from "../../explorer/browser/transfer/engine/graph.js";
import { layouts, toEngine, toTorch } from "../../explorer/browser/transfer/engine/layout.js";
import { readTensors } from "../../explorer/browser/transfer/engine/safetensors.js";

/** Largest difference, as a share of the largest expected value. */
export function distance(found, expected) {
  if (found.length !== expected.length) return Infinity;
  let off = 0, size = 1e-3;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(found[i])) return Infinity;
    off = Math.max(off, Math.abs(found[i] - expected[i]));
    size = Math.max(size, Math.abs(expected[i]));
  }
  return off / size;
}

/** [{place, op, worst: [name, distance]}] for every case; read(name) -> ArrayBuffer. */
export async function operations(jax, device, read) {
  jax.defaultDevice(device);
  const cases = JSON.parse(new TextDecoder().decode(await read("cases.json")));
  const tensors = readTensors(await read("cases.safetensors"));
  const found = [];
  for (const [place, node] of cases.entries()) {
    const own = new Map([...tensors].filter(([name]) => name.startsWith(`${place}/`)).map(([name, t]) => [name.slice(name.indexOf("/") + 1), t]));
    if (globalThis.LOUD) console.error(place, node.op);
    found.push({ place, op: node.op, node, worst: await one(jax, device, node, own) });
  }
  return found;
}

async function one(jax, device, node, own) {
  const { numpy: np, tree } = jax;
  const layout = layouts({ nodes: [node] });
  const array = ({ shape, data }) => np.array(data, { shape: [...shape], device });
  const values = Object.fromEntries(node.inputs.map((name) => [name, array(own.get(name))]));
  const weights = {};
  for (const name of Object.values(node.parameters)) weights[name] = array(toEngine(own.get(name), layout.get(name)));
  const learns = new Set(["node", ...node.inputs]);
  const options = { learns, norms: new Set(node.training ? ["node"] : []), wanted: "node", trained: new Set([...node.inputs, ...Object.keys(weights)]) };
  const run = jax.jit((x, w, slope) => {
    const { value, statistics, back } = recorded(jax, [node], w, x, options);
    return [value.add(0), statistics, back(slope)]; // jax-js cannot hand out an argument itself
  });
  const [value, statistics, slopes] = run(tree.ref(values), tree.ref(weights), array(own.get("slope")));
  const plain = jax.jit((x, w) => runNodes(jax, [node], w, x, "node"));
  const forward = node.training ? null : plain(values, weights);
  const far = [["y", distance(await value.data(), own.get("y").data)]];
  if (forward) far.push(["y without slopes", distance(await forward.data(), own.get("y").data)]);
  for (const name of node.inputs) far.push([`d ${name}`, distance(await slopes[name].data(), own.get(`d ${name}`).data)]);
  for (const name of Object.values(node.parameters)) {
    if (!own.has(`d ${name}`)) continue;
    const slope = toTorch({ shape: [...slopes[name].shape], data: await slopes[name].ref.data() }, layout.get(name));
    far.push([`d ${name}`, distance(slope.data, own.get(`d ${name}`).data)]);
  }
  for (const [name, array] of Object.entries(statistics)) far.push([`after ${name}`, distance(await array.data(), own.get(`after ${name}`).data)]);
  return far.reduce((a, b) => (a[1] >= b[1] ? a : b));
}
