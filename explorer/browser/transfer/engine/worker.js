// The training worker: a module worker that finds the device, runs races and answers questions about them.
//
// Page -> worker
//   {type: "start", jaxUrl, backendUrl, prefer, check}   first of all: jax-js, and its module of backends as jax-js imports it;
//                                               prefer: "auto" (default), "webgpu" or "wasm"; check: {graph, weights,
//                                               classes}: a network on which the devices are compared
//   {type: "race", lanes, data}                 a new race in the place of the old one. lanes: [{id, graph, weights, recipe}],
//                                               and to go on: step, memory (of a "weights" message), done: true for a lane
//                                               that has finished; evaluate_every (steps; else about 8 times a run).
//                                               data: {images: Uint8Array (N x H x W x C), labels, train, test: rows,
//                                               height, width, channels, classes, mean, std}; a lane's pictures_per_class and
//                                               seed choose from `train`
//   {type: "pause"} {type: "resume"}            between two steps
//   {type: "single"}                            pauses, and lets each lane do one piece of work: a step or part of one
//                                               evaluation
//   {type: "stop"}                              ends the race; its lanes still answer questions
//   {type: "maps", id, lane, layer, picture, from?}   picture: bytes H x W x C; layer: a node's name in the graph
//   {type: "predict", id, lane, pictures, from?}      pictures: bytes n x H x W x C
//                                               from: {graph, weights, step, data}: not the lane answers but these weights, kept
//                                               of it at that step, and the lane need not be here; data: {height, width,
//                                               channels, classes, mean, std}
//   {type: "weights", id, lane}
//   {type: "lose"}                              for tests: the graphics device goes, as when a driver is reset
//
// Worker -> page
//   {type: "ready", device, adapter, software, reason, stepMs}   device: "webgpu" or "wasm"; reason: a sentence
//   {type: "progress", lane, step, loss, train_accuracy, seconds}   step from 1; of its batch; seconds of this step
//   {type: "evaluated", lane, step, test_accuracy, probabilities}   step 0: before training; Float32Array test x classes
//   {type: "weights", lane, step, buffer, memory, id?}   every 2 s and at the end: safetensors with torch's names;
//                                               memory: what the optimiser remembers (missing for large networks)
//   {type: "done", lane}
//   {type: "stopped"}                           the race stands still after "stop"
//   {type: "maps", id, lane, layer, step, data, height, width, channels}   {type: "predict", id, lane, step, probabilities}
//                                               step: whose weights answered
//   {type: "failed", sentence, lane?, id?}      of a lane, of a question, or of the start
//   {type: "lost", sentence}                    the device is gone: start a fresh worker from the last weights
// A message that is cut into several pieces by "stop" is not sent. A step cannot be interrupted: terminate() the worker
// where one takes longer than the page can wait.

import { chooseDevice } from "./device.js";
import { Race, sentence } from "./race.js";
import { quicken } from "./wasm-kernels.js";

const GRACE_MS = 2000; // within which the loss of a device is announced
const say = (message, transfer = []) => self.postMessage(message, transfer);
let race = null, jax = null, losing = null;

/** jax-js does nothing when its device is lost: reads fail, or never answer. */
function watch() {
  losing = jax.getWebGPUDevice().lost.then(() => {
    say({ type: "lost", sentence: "The graphics device was lost." });
    return true;
  });
}

/** Whether something failed because the device is gone: what reads from it fails before that is announced. */
const broken = async () => losing !== null && Promise.race([losing, new Promise((resolve) => { setTimeout(resolve, GRACE_MS, false); })]);

async function start({ jaxUrl, backendUrl, prefer, check }) {
  try {
    jax = await import(jaxUrl);
    quicken(jax, await import(backendUrl));
  } catch {
    throw new Error("The library that trains in the browser (jax-js) could not be loaded.");
  }
  const chosen = await chooseDevice({ jax, prefer, check, gpu: self.navigator.gpu });
  jax.defaultDevice(chosen.device);
  if (chosen.device === "webgpu") watch();
  race = new Race({ jax, device: chosen.device, say, broken });
  say({ type: "ready", ...chosen });
}

async function stop() {
  race.stop();
  await race.idle?.catch(() => undefined);
  say({ type: "stopped" });
}

const HEARD = {
  start,
  race: (message) => race.start(message),
  stop,
  pause: () => { race.paused = true; },
  resume: () => { race.paused = false; },
  single: () => { race.paused = true; race.singles++; },
  maps: (message) => race.ask(message),
  predict: (message) => race.ask(message),
  weights: (message) => race.ask(message),
  lose: () => jax.getWebGPUDevice().destroy(),
};

self.onmessage = async ({ data }) => {
  try {
    if (!HEARD[data.type]) throw new Error(`The training worker knows no message "${data.type}".`);
    if (data.type !== "start" && !race) throw new Error("The training worker has not been started.");
    await HEARD[data.type](data);
  } catch (error) {
    if (!(await broken())) say({ type: "failed", sentence: sentence(error), ...(data.id === undefined ? {} : { id: data.id }) });
  }
};
