// The trainer, the race and the choice of a device, seen from outside.

import { chooseDevice } from "../../explorer/browser/transfer/engine/device.js";
import { createFeed, dropoutMask } from "../../explorer/browser/transfer/engine/feed.js";
import { fitter } from "../../explorer/browser/transfer/engine/fit.js";
import { Race, turn } from "../../explorer/browser/transfer/engine/race.js";
import { readTensors } from "../../explorer/browser/transfer/engine/safetensors.js";
import { createTrainer } from "../../explorer/browser/transfer/engine/trainer.js";
import { addCheckpoint } from "../../explorer/browser/transfer/record.js";
import { opened } from "./parity.mjs";

const same = (a, b) => a.length === b.length && a.every((value, i) => Object.is(value, b[i]));

/** Losses and the accuracy at the end of one lane: to be compared with the server's engine. */
export async function curve(jax, device, read, name) {
  const { trainer, task } = await opened(jax, device, read, name);
  const losses = [];
  while (trainer.steps < task.recipe.steps) losses.push((await trainer.step()).loss);
  const { test_accuracy: accuracy, probabilities } = await trainer.evaluate();
  return { losses, accuracy, probabilities: Array.from(probabilities) };
}

/** Which tensors of a network changed in a few steps of a lane. */
export async function changed(jax, device, read, name, settings) {
  const { trainer, weights } = await opened(jax, device, read, name, JSON.parse(settings));
  for (let i = 0; i < 3; i++) await trainer.step();
  const before = readTensors(weights), after = readTensors(await trainer.weights());
  return [...before.keys()].filter((key) => !same(before.get(key).data, after.get(key).data));
}

/** A run that is cut in the middle and taken up by another trainer, beside one that is not cut. */
export async function continued(jax, device, read, name, settings) {
  const { trainer, task, data } = await opened(jax, device, read, name, JSON.parse(settings));
  const whole = [], cut = [];
  for (let i = 0; i < 4; i++) whole.push((await trainer.step()).loss);
  const [weights, memory] = [await trainer.weights(), await trainer.memory()];
  for (let i = 0; i < 4; i++) whole.push((await trainer.step()).loss);
  const recipe = { ...task.recipe, ...JSON.parse(settings) };
  const next = await createTrainer({ jax, device, graph: task.graph, weights, recipe, data });
  next.restore(weights, 4, memory);
  for (let i = 0; i < 4; i++) cut.push((await next.step()).loss);
  return { whole: whole.slice(4), cut };
}

/** The lane "head": its evaluation on features, and the folded weights through the whole network. */
export async function folded(jax, device, read, name) {
  const { trainer, task, data } = await opened(jax, device, read, name, { lane: "head", freeze_batch_norm: true });
  for (let i = 0; i < 5; i++) await trainer.step();
  const { probabilities } = await trainer.evaluate();
  const one = data.height * data.width * data.channels;
  const test = data.images.subarray(data.test[0] * one);
  const seen = await trainer.predict(test);
  const plain = await createTrainer({ jax, device, graph: task.graph, weights: await trainer.weights(), recipe: { ...task.recipe, lane: "whole" }, data });
  const read2 = await plain.predict(test);
  const far = (other) => Math.max(...probabilities.map((value, i) => Math.abs(value - other[i])));
  return { predicted: far(seen), through: far(read2) };
}

/** Arrays that are alive after many steps, evaluations and answers, and the size of the heap. */
export async function memory(jax, device, read, name) {
  const { trainer, data } = await opened(jax, device, read, name, { steps: 1000, batch: 2, optimiser: "adam" });
  const one = data.images.subarray(0, data.height * data.width * data.channels);
  const sizes = [];
  for (let i = 1; i <= 500; i++) {
    await trainer.step();
    if (i % 50 === 0) {
      await trainer.evaluate();
      await trainer.maps(trainer.graph.nodes[0].name, one);
      await trainer.weights();
      globalThis.gc?.();
      sizes.push(process.memoryUsage().arrayBuffers + process.memoryUsage().heapUsed);
    }
  }
  return sizes;
}

export async function trouble(jax, device, read, name) {
  const { task, data, weights } = await opened(jax, device, read, name);
  const attempt = (changes) => createTrainer({ jax, device, graph: task.graph, weights, recipe: task.recipe, data, ...changes })
    .then(async (trainer) => { for (let i = 0; i < 20; i++) await trainer.step(); return ""; }, (error) => error.message)
    .catch((error) => error.message);
  const nodes = [{ ...task.graph.nodes[0], op: "roll" }, ...task.graph.nodes.slice(1)];
  return {
    operation: await attempt({ graph: { ...task.graph, nodes } }),
    version: await attempt({ graph: { ...task.graph, version: 9 } }),
    channels: await attempt({ data: { ...data, channels: 2 } }),
    classes: await attempt({ data: { ...data, classes: 7 } }),
    weights: await attempt({ weights: weights.slice(0, 400) }),
    rate: await attempt({ recipe: { ...task.recipe, rate: 1e30 } }),
    lane: await attempt({ recipe: { ...task.recipe, lane: "middle" } }),
  };
}

/** A race of three lanes, one of which cannot run: what the page hears, and how fast it stops. */
export async function race(jax, device, read, name) {
  const { task, data, weights } = await opened(jax, device, read, name);
  const lane = (id, settings) => ({ id, graph: task.graph, weights, recipe: { ...task.recipe, steps: 6, ...settings }, evaluate_every: 3 });
  const heard = [];
  const made = new Race({ jax, device, say: (message) => heard.push(message) });
  await made.start({ lanes: [lane("a", {}), lane("b", { lane: "head", freeze_batch_norm: true }), lane("c", { lane: "no" })], data });
  const one = data.images.subarray(0, data.height * data.width * data.channels);
  await made.ask({ type: "maps", id: 1, lane: "a", layer: task.graph.nodes[0].name, picture: one });
  await made.ask({ type: "maps", id: 2, lane: "a", layer: "nowhere", picture: one });
  await made.ask({ type: "predict", id: 3, lane: "b", pictures: one });
  const told = heard.map(({ type, lane: of, step, id, sentence }) => ({ type, lane: of, step, id, sentence }));
  const late = [];
  for (const gone of [true, false]) late.push(await heardLate(gone, { jax, device }, { lanes: [lane("c", { lane: "no" })], data }));
  return { told, late, long: await stopped(made, lane, data, heard) };
}

/** Something fails, and whether its device is gone is known a moment later: if so, nobody is told and the error goes on. */
async function heardLate(gone, where, settings) {
  const said = [];
  const broken = () => new Promise((resolve) => setTimeout(resolve, 50, gone));
  const made = new Race({ ...where, say: (message) => said.push(message), broken });
  const thrown = await made.start(settings).then(() => "", (error) => error.message);
  return { thrown, said: said.map(({ type }) => type) };
}

async function stopped(made, lane, data, heard) {
  heard.length = 0;
  const running = made.start({ lanes: [lane("a", { steps: 5000 })], data });
  while (!heard.some((message) => message.type === "progress")) await new Promise((resolve) => setTimeout(resolve, 5));
  made.paused = true;
  await new Promise((resolve) => setTimeout(resolve, 300));
  const steps = () => heard.filter((message) => message.type === "progress").length;
  const paused = steps();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const still = steps();
  made.singles = 1;
  while (steps() === still) await turn();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const single = steps();
  made.paused = false;
  while (steps() < single + 3) await turn();
  const started = performance.now();
  made.stop();
  await running;
  return { paused, still, single, stopMs: performance.now() - started };
}

/** Questions to given weights: after a race, in a worker that never had the lane, and of a lane that was stopped. */
export async function reading(jax, device, read, name, layer) {
  const { task, data, weights } = await opened(jax, device, read, name);
  const lane = (id, settings) => ({ id, graph: task.graph, weights, recipe: { ...task.recipe, steps: 6, ...settings }, evaluate_every: 6 });
  const heard = [];
  const made = new Race({ jax, device, say: (message) => heard.push(message) });
  const answer = async (race, question) => {
    await race.ask({ layer, picture: one, pictures: one, ...question, id: heard.length });
    const { data: maps, probabilities, step, sentence } = heard.at(-1);
    return { values: Array.from(maps ?? probabilities ?? []), step, sentence };
  };
  const one = data.images.slice(0, data.height * data.width * data.channels);
  const { height, width, channels, classes, mean, std } = data;
  const from = (buffer, step) => ({ graph: task.graph, weights: buffer, step, data: { height, width, channels, classes, mean, std } });
  await made.start({ lanes: [lane("a", {})], data });
  const { buffer: last } = heard.findLast((message) => message.type === "weights");
  const found = {
    start: await answer(made, { type: "maps", lane: "a", from: from(weights, 0) }),
    live: await answer(made, { type: "maps", lane: "a" }),
    last: await answer(made, { type: "maps", lane: "a", from: from(last, 6) }),
  };
  const fresh = new Race({ jax, device, say: (message) => heard.push(message) });
  found.fresh = await answer(fresh, { type: "maps", lane: "a", from: from(last, 6) });
  found.predicted = await answer(fresh, { type: "predict", lane: "a", from: from(weights, 0) });
  found.cut = await answer(fresh, { type: "maps", lane: "b", from: from(weights.slice(0, 400), 3) });
  found.after = await answer(fresh, { type: "maps", lane: "a", from: from(weights, 0) });
  heard.length = 0;
  const running = fresh.start({ lanes: [lane("a", { steps: 5000 })], data });
  while (!heard.some((message) => message.type === "progress")) await new Promise((resolve) => setTimeout(resolve, 5));
  fresh.stop();
  await running;
  found.stopped = (await answer(fresh, { type: "maps", lane: "a" })).values.length;
  return found;
}

/** Which of 100 checkpoints of so many bytes the page keeps, after each of them. */
export function checkpoints(jax, device, read, bytes) {
  const lane = { checkpoints: [{ step: 0, buffer: { byteLength: +bytes } }] };
  return Array.from({ length: 100 }, (_, i) => {
    addCheckpoint(lane, { step: i + 1, buffer: { byteLength: +bytes } });
    return lane.checkpoints.map(({ step }) => step);
  });
}

export function masks() {
  const mask = dropoutMask(20000, 0.25, 3, 5, 0);
  const kept = mask.filter((value) => value > 0).length / mask.length;
  const values = [...new Set(mask)].sort();
  return { kept, values, repeats: same(mask, dropoutMask(20000, 0.25, 3, 5, 0)), moves: !same(mask, dropoutMask(20000, 0.25, 3, 6, 0)) };
}

/** The device chosen for a browser with some adapter, when the measurements come out as given. */
export async function devices() {
  const adapter = (soft) => ({ requestAdapter: async () => ({ info: { vendor: "maker", architecture: "chip", isFallbackAdapter: soft } }) });
  const norms = new Map([["a", 1], ["b", 0.1]]);
  const right = { loss: 2, norms, stepMs: 20 };
  const choose = (gpu, webgpu, prefer, wasm = right) => chooseDevice({
    jax: { init: async (device) => [device] }, prefer, check: null, gpu,
    measure: async (_, device) => {
      const found = device === "wasm" ? wasm : webgpu;
      if (found instanceof Error) throw found;
      return found;
    },
  }).catch((error) => ({ reason: error.message }));
  const wrong = { ...right, stepMs: 1, norms: new Map([["a", 1], ["b", 0.2]]) };
  return {
    none: await choose(undefined, null),
    faster: await choose(adapter(false), { ...right, stepMs: 5 }),
    slower: await choose(adapter(false), { ...right, stepMs: 50 }),
    asked: await choose(adapter(false), { ...right, stepMs: 50 }, "webgpu"),
    wasm: await choose(adapter(false), { ...right, stepMs: 5 }, "wasm"),
    software: await choose(adapter(true), { ...right, stepMs: 5 }),
    forced: await choose(adapter(true), { ...right, stepMs: 5 }, "webgpu"),
    slopes: await choose(adapter(false), wrong),
    loss: await choose(adapter(false), { ...right, loss: NaN }),
    stops: await choose(adapter(false), new Error("device gone")),
    nothing: await choose(adapter(false), right, "auto", new Error("no memory")),
  };
}

/** Pictures made fit for a network: fits.json [{height, width, channels, to}], and their bytes one after the other. */
export async function fits(jax, device, read) {
  const cases = JSON.parse(new TextDecoder().decode(await read("fits.json")));
  const tensors = readTensors(await read("fits.safetensors"));
  return cases.map(({ to, ...pictures }, i) => {
    const inside = fitter(pictures, to);
    const found = inside.fit(tensors.get(`${i} from`).data), expected = tensors.get(`${i} to`).data;
    const repeat = to.channels / inside.channels;
    return { length: found.length * repeat === expected.length, wrong: expected.reduce((sum, value, k) => sum + (value !== found[Math.floor(k / repeat)]), 0) };
  });
}

/** What a lane sees at a step, and for some rows outside of training: feed.json and feed.safetensors. */
export async function fed(jax, device, read) {
  const { graph, recipe, data, step, rows } = JSON.parse(new TextDecoder().decode(await read("feed.json")));
  const tensors = readTensors(await read("feed.safetensors"));
  const feed = createFeed({ graph, recipe, data: { ...data, images: tensors.get("images").data } });
  const far = (found, name) => found.reduce((most, value, i) => Math.max(most, Math.abs(value - tensors.get(name).data[i])), found.length === tensors.get(name).data.length ? 0 : Infinity);
  const { labels, pixels } = feed.at(step);
  return { batch: far(pixels(), "batch"), labels, seen: far(feed.scaled(feed.bytes(rows)), "seen") };
}
