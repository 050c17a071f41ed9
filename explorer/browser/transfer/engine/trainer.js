// Trains one lane: the same recipe, order and numbers as explorer/transfer/training.py.
//
// createTrainer({jax, device, graph, weights, recipe, data}) gives an object with
//   async step() -> {step, loss, train_accuracy, seconds}   the step's number from 1, its batch's loss and accuracy
//                                                             before the step, the seconds that it took
//   steps                                                     how many are done
//   async evaluate() -> {test_accuracy, probabilities}        all held-out pictures; Float32Array (test x classes)
//   evaluation() -> {async next() -> null or the same}        the same in small pieces
//   async weights() -> ArrayBuffer                            safetensors, torch's names and layout, statistics too
//   async memory() -> ArrayBuffer                             what the optimiser remembers
//   async maps(layer, picture) -> {data, height, width, channels}   any value of the graph for one picture (bytes)
//   async predict(pictures) -> Float32Array                   probabilities of other pictures (bytes, n x H x W x C)
//   restore(weights, step, memory?)   goes on from weights of another trainer, at that step
//   dispose()
// weights: ArrayBuffer of safetensors; data: {images: Uint8Array (N x H x W x C), labels, train and test: rows, height,
// width, channels, classes, mean, std};
// recipe: the settings of explorer/transfer/recipe.py under the same names.

import { recorded } from "./backward.js";
import { createFeed, dropoutMask } from "./feed.js";
import { checkGraph, learning, needed, runNodes } from "./graph.js";
import { HeadLane } from "./head.js";
import { countRight, softmaxRows, targets } from "./loss.js";
import { numbers } from "./optimisers.js";
import { trainable } from "./parts.js";
import { readTensors, writeTensors } from "./safetensors.js";
import { download, readWeights, uploaded, writeWeights } from "./store.js";
import { compiledStep, emptyMemory } from "./update.js";

const PIECE_PIXELS = 50_000;

export async function createTrainer(setup) {
  checkGraph(setup.graph);
  setup.jax.defaultDevice(setup.device);
  const trainer = new Trainer(setup);
  trainer.restore(setup.weights, 0);
  return trainer;
}

class Trainer {
  constructor({ jax, device, graph, recipe, data }) {
    Object.assign(this, { jax, device, graph, recipe, data });
    const [classes] = graph.nodes.find((node) => node.name === graph.output).shape;
    if (classes !== data.classes) throw new Error(`The network gives ${classes} classes, and the pictures have ${data.classes}.`);
    this.feed = createFeed({ graph, recipe, data });
    this.parts = trainable(graph, recipe);
    this.learns = learning(graph, new Set(this.parts.rates.keys()));
    this.drops = graph.nodes.filter((node) => node.op === "dropout" && node.p > 0 && this.learns.has(node.name));
    this.compiled = new Map();
    const [height, width] = this.feed.shape;
    this.piece = Math.max(1, Math.min(64, Math.floor(PIECE_PIXELS / (height * width))));
    this.lane = recipe.lane === "head" ? new HeadLane(this) : null;
  }

  restore(weights, step, memory) {
    this.dropArrays();
    this.host = readWeights(this.graph, weights);
    this.steps = step;
    this.updates = 0;
    this.lane?.reset();
    this.upload();
    if (memory) this.recall(memory);
  }

  /** Splits the weights: `params` train, `statistics` are moved by batch norm, `fixed` stay. */
  upload() {
    const { jax, device, parts, graph } = this;
    const moved = graph.nodes.filter((node) => parts.norms.has(node.name))
      .flatMap((node) => [node.parameters.running_mean, node.parameters.running_var]);
    const apart = new Set([...parts.rates.keys(), ...moved]);
    const rest = [...this.host.keys()].filter((name) => !apart.has(name));
    this.params = uploaded(jax, device, this.host, parts.rates.keys());
    this.statistics = uploaded(jax, device, this.host, moved);
    this.fixed = uploaded(jax, device, this.host, rest);
    this.slots = emptyMemory(jax, device, this.recipe, this.params);
  }

  dropArrays() {
    for (const tree of [this.params, this.statistics, this.fixed, ...Object.values(this.slots ?? {})]) {
      Object.values(tree ?? {}).forEach((array) => array.dispose());
    }
    this.params = this.statistics = this.fixed = this.slots = null;
  }

  array(data, shape) {
    return this.jax.numpy.array(data, { shape: [...shape], device: this.device });
  }

  /** Compiles once for each key. */
  once(key, make) {
    if (!this.compiled.has(key)) this.compiled.set(key, make());
    return this.compiled.get(key);
  }

  forget() {
    this.compiled.forEach((compiled) => compiled.dispose?.());
    this.compiled.clear();
  }

  masks(step) {
    const { seed, batch } = this.recipe;
    return Object.fromEntries(this.drops.map((node, i) => {
      const [channels, ...sides] = node.shape;
      const shape = [batch, ...sides, channels];
      const count = shape.reduce((a, b) => a * b, 1);
      return [node.name, this.array(dropoutMask(count, node.p, seed, step, i), shape)];
    }));
  }

  /** The forward pass of a training step. */
  forward(tensors, x, masks) {
    const { graph, learns, parts } = this;
    const options = { learns, norms: parts.norms, masks, wanted: graph.output, trained: new Set(parts.rates.keys()) };
    return recorded(this.jax, needed(graph, graph.output), tensors, { [graph.input.name]: x }, options);
  }

  /** Work that comes before the first step, piece by piece; true when there is none left. */
  async prepare() {
    return this.lane ? this.lane.prepare() : true;
  }

  async step() {
    while (!(await this.prepare()));
    const { jax, tree = jax.tree, recipe, data } = this;
    const started = performance.now();
    const { labels, pixels, places } = this.feed.at(this.steps);
    const x = this.lane ? this.lane.batch(places) : this.array(pixels(), [recipe.batch, ...this.feed.shape]);
    const wanted = this.array(targets(labels, data.classes, recipe.label_smoothing), [labels.length, data.classes]);
    const rates = this.array(numbers(recipe, this.steps, this.updates), [4]);
    const run = this.once("step", () =>
      compiledStep(jax, recipe, this.parts.rates, (...given) => (this.lane ?? this).forward(...given)));
    const rest = this.lane ? {} : { ...tree.ref(this.fixed), ...this.statistics };
    const [report, params, slots, statistics] = run(this.params, this.slots, rest, x, wanted, this.lane ? {} : this.masks(this.steps), rates);
    Object.assign(this, { params, slots }, this.lane ? {} : { statistics });
    const told = await report.data();
    const right = countRight(told.subarray(1), labels, data.classes);
    this.steps++;
    this.updates++;
    if (!Number.isFinite(told[0])) {
      throw new Error(`The loss is no longer a number after step ${this.steps}: a rate of ${recipe.rate} is too high here.`);
    }
    const seconds = (performance.now() - started) / 1000;
    return { step: this.steps, loss: told[0], train_accuracy: right / labels.length, seconds };
  }

  /** Any value of the graph for some pictures, in evaluation mode; pixels already scaled. */
  async values(wanted, pixels, count) {
    const { jax, graph } = this;
    const run = this.once(`${wanted} ${count}`, () => jax.jit((tensors, x) => {
      const nodes = needed(graph, wanted);
      const used = new Set(nodes.flatMap((node) => Object.values(node.parameters)));
      const own = {};
      for (const [name, array] of Object.entries(tensors)) {
        if (used.has(name)) own[name] = array;
        else array.dispose();
      }
      return runNodes(jax, nodes, own, { [graph.input.name]: x }, wanted);
    }));
    const found = run(await this.tensors(), this.array(pixels, [count, ...this.feed.shape]));
    const { shape } = found;
    return { data: await found.data(), shape };
  }

  /** All weights as they are now, for a pass in evaluation mode. */
  async tensors() {
    const { tree } = this.jax;
    const own = { ...tree.ref(this.params), ...tree.ref(this.statistics), ...tree.ref(this.fixed) };
    return this.lane ? this.lane.folded(own) : own;
  }

  /** Scores of some pictures, `piece` at a time; the last piece is filled up so that its size stays. */
  async scores(bytes, count) {
    const { piece, data } = this;
    const one = data.height * data.width * data.channels;
    const filled = new Uint8Array(piece * one);
    filled.set(bytes.subarray(0, count * one));
    const { data: found } = await this.values(this.graph.output, this.scaled(filled), piece);
    return found.subarray(0, count * data.classes);
  }

  scaled(bytes) {
    return this.feed.scaled(bytes);
  }

  evaluation() {
    const { data, piece } = this;
    const rows = Array.from(data.test);
    const all = new Float32Array(rows.length * data.classes);
    let done = 0;
    const next = async () => {
      if (done < rows.length) {
        const part = rows.slice(done, done + piece);
        all.set(this.lane ? await this.lane.scores(done, part.length) : await this.scores(this.feed.bytes(part), part.length), done * data.classes);
        done += part.length;
      }
      if (done < rows.length) return null;
      const right = countRight(all, rows.map((row) => data.labels[row]), data.classes);
      return { test_accuracy: rows.length ? right / rows.length : NaN, probabilities: softmaxRows(all, data.classes) };
    };
    return { next };
  }

  async evaluate() {
    while (!(await this.prepare()));
    const going = this.evaluation();
    for (;;) {
      const found = await going.next();
      if (found) return found;
    }
  }

  async predict(pictures) {
    const { piece, data } = this;
    const one = data.height * data.width * data.channels, count = pictures.length / one;
    if (!Number.isInteger(count)) throw new Error("These pictures are of another size than those of the run.");
    const all = new Float32Array(count * data.classes);
    for (let start = 0; start < count; start += piece) {
      const part = Math.min(piece, count - start);
      all.set(await this.scores(pictures.subarray(start * one), part), start * data.classes);
    }
    return softmaxRows(all, data.classes);
  }

  async maps(layer, picture) {
    if (layer !== this.graph.input.name && !this.graph.nodes.some((node) => node.name === layer)) {
      throw new Error(`The network has no layer ${layer}.`);
    }
    const { data, shape } = await this.values(layer, this.scaled(picture), 1);
    const [, height, width, channels] = shape.length === 4 ? shape : [1, 1, 1, shape[1]];
    return { data, height, width, channels };
  }

  async weights() {
    await download(this.params, this.host);
    await download(this.statistics, this.host);
    const all = new Map(this.host);
    if (this.lane) this.lane.fold(all);
    return writeWeights(this.graph, all);
  }

  async memory() {
    const entries = [["updates", { shape: [1], data: Float32Array.of(this.updates) }]];
    for (const [slot, arrays] of Object.entries(this.slots)) {
      for (const [name, array] of Object.entries(arrays)) {
        entries.push([`${slot}/${name}`, { shape: [...array.shape], data: await array.ref.data() }]);
      }
    }
    return writeTensors(entries);
  }

  recall(buffer) {
    const tensors = readTensors(buffer);
    this.updates = tensors.get("updates").data[0];
    for (const [slot, arrays] of Object.entries(this.slots)) {
      for (const name of Object.keys(arrays)) {
        arrays[name].dispose();
        const { shape, data } = tensors.get(`${slot}/${name}`);
        arrays[name] = this.array(data, shape);
      }
    }
  }

  dispose() {
    this.forget();
    this.dropArrays();
    this.lane?.dispose();
  }
}
