// The engine's tests in a browser: run(device, test, ...) on the page itself, worker() in a module worker.

import * as jax from "../../node_modules/@jax-js/jax/dist/index.js";
import * as backends from "../../node_modules/@jax-js/jax/dist/backend-CnjgxpXq.js";
import { quicken } from "../../explorer/browser/transfer/engine/wasm-kernels.js";
import { operations } from "./operations.mjs";
import { parity } from "./parity.mjs";
import { stridedSlopes } from "./quirks.mjs";

const LIBRARY = new URL("../../node_modules/@jax-js/jax/dist/index.js", import.meta.url).href;
const BACKENDS = new URL("backend-CnjgxpXq.js", LIBRARY).href;
const WORKER = new URL("../../explorer/browser/transfer/engine/worker.js", import.meta.url).href;
const read = async (name) => (await fetch(`/cases/${name}`)).arrayBuffer();
const TESTS = { operations, parity, strided: stridedSlopes };

export async function run(device, test, ...given) {
  if (!(await jax.init(device)).includes(device)) throw new Error(`${device} does not start here`);
  quicken(jax, backends);
  const found = await TESTS[test](jax, device, read, ...given);
  return JSON.parse(JSON.stringify(found));
}

/**
 * Starts the worker and a race of two lanes, does `act` ("stop", "lose" or "finish") after some steps, and gives all that
 * the worker said, numbers left out; library: another address of jax-js.
 */
export async function worker(name, { prefer, act, library = LIBRARY, steps = 12 }) {
  const task = JSON.parse(new TextDecoder().decode(await read(`${name}.json`)));
  const weights = await read(`${name}.weights.safetensors`);
  const one = task.data.height * task.data.width * task.data.channels;
  const images = new Uint8Array(96 * one).map((_, i) => (i * 31) % 251);
  const lane = (id, settings) => ({ id, graph: task.graph, weights, recipe: { ...task.recipe, steps, ...settings }, evaluate_every: 6 });
  const race = { type: "race", data: { ...task.data, images }, lanes: [lane("a", {}), lane("b", { lane: "head" })] };
  const found = await played({ type: "start", jaxUrl: new URL(library, location.href).href, backendUrl: BACKENDS, prefer, check: { graph: task.graph, weights, classes: 10 } }, race, act);
  return { ...found, log: found.log.map(({ type, lane: of, step, device, software, adapter, reason, sentence, loss }) => ({ type, lane: of, step, device, software, adapter, reason, sentence, loss })) };
}

function played(start, race, act) {
  const made = new Worker(WORKER, { type: "module" });
  const log = [];
  let acted = 0, last = {};
  return new Promise((resolve, reject) => {
    const end = () => {
      made.terminate();
      resolve({ log, tookMs: performance.now() - acted, last });
    };
    made.onerror = (event) => reject(new Error(event.message));
    made.onmessage = ({ data }) => {
      log.push(data);
      if (data.type === "ready") made.postMessage(race);
      if (data.type === "weights") last = { step: data.step, bytes: data.buffer.byteLength };
      if (data.type === "progress" && act !== "finish" && !acted && log.filter((one) => one.type === "progress").length > 4) {
        acted = performance.now();
        made.postMessage({ type: act });
      }
      const done = log.filter((one) => one.type === "done").length === race.lanes.length;
      if (["stopped", "lost", "failed"].includes(data.type) || done) end();
    };
    made.postMessage(start);
  });
}
