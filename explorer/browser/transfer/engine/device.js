// Chooses the device: the same batch on WebAssembly and on WebGPU, loss and slopes compared, the faster right one taken.

import { Generator } from "./order.js";
import { recorded } from "./backward.js";
import { learning, needed } from "./graph.js";
import { targets } from "./loss.js";
import { trainable } from "./parts.js";
import { readWeights, uploaded } from "./store.js";
import { lossAndSlopes } from "./update.js";

const BATCH = 16, TIMED = 3;
const CLOSE = 2e-3, FLOOR = 1e-3;
const RECIPE = { lane: "scratch", freeze_batch_norm: false };

/** A batch of noise, the same everywhere. */
function noise(graph, classes) {
  const [channels, height, width] = graph.input.shape;
  const stream = new Generator(0, 6);
  const x = Float32Array.from({ length: BATCH * height * width * channels }, () => stream.below(4001) / 1000 - 2);
  return { x, shape: [BATCH, height, width, channels], labels: Array.from({ length: BATCH }, (_, i) => i % classes) };
}

/** One batch on one device: {loss, norms: Map of name -> length of the slope, stepMs}. check: {graph, weights, classes}. */
export async function measured(jax, device, { graph, weights, classes }) {
  jax.defaultDevice(device);
  const { numpy: np, tree } = jax;
  const { rates, norms } = trainable(graph, RECIPE);
  const learns = learning(graph, new Set(rates.keys()));
  const host = readWeights(graph, weights);
  const params = uploaded(jax, device, host, rates.keys());
  const rest = uploaded(jax, device, host, [...host.keys()].filter((name) => !rates.has(name)));
  const { x, shape, labels } = noise(graph, classes);
  const forward = (tensors, maps) =>
    recorded(jax, needed(graph, graph.output), tensors, { [graph.input.name]: maps }, { learns, norms, wanted: graph.output, trained: new Set(rates.keys()) });
  const slopesOf = lossAndSlopes(jax, forward);
  const names = [...rates.keys()];
  const run = jax.jit((p, r, maps, wanted) => {
    const [[loss, { logits, statistics }], slopes] = slopesOf(p, r, maps, wanted, {});
    tree.dispose([logits, statistics]);
    return np.concatenate([loss.reshape([1]), ...names.map((name) => np.sqrt(np.square(slopes[name]).sum()).reshape([1]))]);
  });
  const given = [np.array(x, { shape, device }), np.array(targets(labels, classes, 0), { shape: [BATCH, classes], device })];
  const once = async () => run(tree.ref(params), tree.ref(rest), ...given.map((array) => array.ref)).data();
  const told = await once();
  const times = [];
  for (let i = 0; i < TIMED; i++) {
    const started = performance.now();
    await once();
    times.push(performance.now() - started);
  }
  tree.dispose([params, rest, given]);
  run.dispose();
  return { loss: told[0], norms: new Map(names.map((name, i) => [name, told[i + 1]])), stepMs: Math.min(...times) };
}

/** What is wrong with a device beside another, in words; "" where they agree. */
export function difference(found, expected) {
  if (!(Math.abs(found.loss - expected.loss) <= CLOSE * Math.abs(expected.loss))) {
    return `a loss of ${found.loss.toPrecision(4)} instead of ${expected.loss.toPrecision(4)}`;
  }
  const largest = Math.max(...expected.norms.values());
  for (const [name, norm] of expected.norms) {
    const off = Math.abs(found.norms.get(name) - norm);
    if (!(off <= CLOSE * norm + FLOOR * CLOSE * largest)) {
      return `a slope for ${name} that is ${((100 * off) / Math.max(norm, 1e-12)).toPrecision(2)} % off`;
    }
  }
  return "";
}

/** The graphics adapter: {name, software, found}. */
export async function adapterOf(gpu) {
  const adapter = await gpu?.requestAdapter().catch(() => null);
  if (!adapter) return { found: false, name: "", software: false };
  const info = adapter.info ?? {};
  const name = [info.vendor, info.architecture, info.device].filter(Boolean).join(" ") || info.description || "unnamed adapter";
  const soft = info.isFallbackAdapter ?? adapter.isFallbackAdapter ?? false;
  return { found: true, name, software: soft || /swiftshader|llvmpipe|basic render/i.test(`${name} ${info.description}`) };
}

const ms = (value) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

async function tried(jax, device, check, measure) {
  try {
    if (!(await jax.init(device)).includes(device)) return { problem: "it does not start" };
    return await measure(jax, device, check);
  } catch (error) {
    return { problem: `it stopped with "${String(error.message ?? error).split("\n")[0].slice(0, 160)}"` };
  }
}

/**
 * The device to train on: {device, adapter, software, reason, stepMs}. prefer: "auto", "webgpu" or "wasm".
 * Throws a sentence where neither works.
 */
export async function chooseDevice({ jax, prefer = "auto", check, gpu, measure = measured }) {
  const wasm = await tried(jax, "wasm", check, measure);
  if (wasm.problem) throw new Error(`WebAssembly cannot train in this browser: ${wasm.problem}.`);
  const adapter = await adapterOf(gpu);
  const about = { adapter: adapter.name, software: adapter.software };
  const onWasm = (reason) => ({ device: "wasm", ...about, reason, stepMs: wasm.stepMs });
  if (prefer === "wasm") return onWasm("WebAssembly was asked for.");
  if (!adapter.found) return onWasm("This browser offers no WebGPU, so one processor core trains, in WebAssembly.");
  if (adapter.software && prefer !== "webgpu") {
    return onWasm(`The graphics adapter (${adapter.name}) is emulated in software, which is slower than WebAssembly.`);
  }
  const webgpu = await tried(jax, "webgpu", check, measure);
  const wrong = webgpu.problem ?? difference(webgpu, wasm);
  if (wrong) {
    const told = webgpu.problem ? wrong : `it computes ${wrong}`;
    return onWasm(`WebGPU failed the start-up check (${told}), so WebAssembly trains.`);
  }
  const speeds = `${ms(webgpu.stepMs)} a step on WebGPU, ${ms(wasm.stepMs)} in WebAssembly`;
  if (prefer !== "webgpu" && wasm.stepMs <= webgpu.stepMs) return onWasm(`WebAssembly is faster here: ${speeds}.`);
  const why = prefer === "webgpu" ? "WebGPU was asked for, and computes the same as WebAssembly" : "WebGPU is faster here";
  return { device: "webgpu", ...about, reason: `${why}: ${speeds}.`, stepMs: webgpu.stepMs };
}
