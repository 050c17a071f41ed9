// The lane "head": the frozen trunk runs once a picture, and a linear head trains on its standardised features.
// Reading the weights folds the standardisation into the head: explorer/transfer/recipe.py, lane "head".

import { recorded } from "./backward.js";
import { needed, runNodes } from "./graph.js";
import { headNode } from "./parts.js";

const EPSILON = 1e-5;

export class HeadLane {
  constructor(trainer) {
    this.trainer = trainer;
    const { graph } = trainer;
    this.node = headNode(graph);
    if (!this.node.parameters.bias) throw new Error("The last layer has no bias, so the lane \"head\" cannot train it.");
    this.enters = this.node.inputs[0];
    const trunk = new Set(needed(graph, this.enters).map((node) => node.name));
    this.tail = needed(graph, graph.output).filter((node) => !trunk.has(node.name));
    this.pictures = [...trainer.feed.rows, ...trainer.data.test];
  }

  reset() {
    this.features = null;
    this.done = 0;
  }

  dispose() {
    this.reset();
  }

  /** Features of the next few pictures; true when all are there and standardised. */
  async prepare() {
    const { trainer, pictures } = this;
    if (this.done > pictures.length) return true;
    if (this.done < pictures.length) {
      const part = pictures.slice(this.done, this.done + trainer.piece);
      const full = Array.from({ length: trainer.piece }, (_, i) => part[Math.min(i, part.length - 1)]);
      const pixels = trainer.feed.scaled(trainer.feed.bytes(full));
      const { data, shape } = await trainer.values(this.enters, pixels, trainer.piece);
      this.shape = shape.slice(1);
      this.one = this.shape.reduce((a, b) => a * b, 1);
      this.features ??= new Float32Array(pictures.length * this.one);
      this.features.set(data.subarray(0, part.length * this.one), this.done * this.one);
      this.done += part.length;
      if (this.done < pictures.length) return false;
    }
    this.standardise();
    this.done = pictures.length + 1;
    return true;
  }

  /** Mean 0 and spread 1 by channel over the chosen training pictures. */
  standardise() {
    const { features, shape } = this;
    const channels = shape.at(-1);
    const counted = this.trainer.feed.rows.length * this.one;
    const mean = new Float64Array(channels), square = new Float64Array(channels);
    for (let i = 0; i < counted; i++) mean[i % channels] += features[i];
    const places = counted / channels;
    mean.forEach((sum, c) => { mean[c] = sum / places; });
    for (let i = 0; i < counted; i++) square[i % channels] += (features[i] - mean[i % channels]) ** 2;
    this.mean = mean;
    this.spread = square.map((sum) => Math.sqrt(sum / places + EPSILON));
    for (let i = 0; i < features.length; i++) features[i] = (features[i] - mean[i % channels]) / this.spread[i % channels];
  }

  gathered(places) {
    const found = new Float32Array(places.length * this.one);
    places.forEach((place, i) => found.set(this.features.subarray(place * this.one, (place + 1) * this.one), i * this.one));
    return this.trainer.array(found, [places.length, ...this.shape]);
  }

  /** What enters the head for places among the chosen pictures. */
  batch(places) {
    return this.gathered(places);
  }

  forward(tensors, x) {
    const { jax, graph, learns, parts } = this.trainer;
    const options = { learns, norms: parts.norms, wanted: graph.output, trained: new Set(parts.rates.keys()) };
    return recorded(jax, this.tail, tensors, { [this.enters]: x }, options);
  }

  /** Scores of test pictures from their features. */
  async scores(start, count) {
    const { trainer } = this;
    const { jax, piece, data } = trainer;
    const first = trainer.feed.rows.length + start;
    const places = Array.from({ length: piece }, (_, i) => first + Math.min(i, count - 1));
    const run = trainer.once("head", () => jax.jit((tensors, x) => runNodes(jax, this.tail, tensors, { [this.enters]: x }, trainer.graph.output)));
    const found = await run(jax.tree.ref(trainer.params), this.gathered(places)).data();
    return found.subarray(0, count * data.classes);
  }

  /** The head as it acts on features that are not standardised. weights: Map of name -> {shape, data}, changed. */
  fold(weights) {
    if (!this.mean) return;
    const { weight, bias } = this.node.parameters;
    const { shape, data } = weights.get(weight);
    const outputs = shape.at(-1), channels = shape.at(-2);
    const folded = new Float32Array(data.length), shift = new Float64Array(outputs);
    for (let i = 0; i < data.length; i++) {
      const input = Math.floor(i / outputs) % channels;
      folded[i] = data[i] / this.spread[input];
      shift[i % outputs] += folded[i] * this.mean[input];
    }
    weights.set(weight, { shape, data: folded });
    weights.set(bias, { shape: [outputs], data: weights.get(bias).data.map((value, k) => value - shift[k]) });
  }

  /** The same among arrays on the device. */
  async folded(own) {
    if (!this.mean) return own;
    const { trainer, node } = this;
    const weights = new Map();
    for (const name of Object.values(node.parameters)) {
      weights.set(name, { shape: [...own[name].shape], data: Float32Array.from(await own[name].data()) });
    }
    this.fold(weights);
    for (const [name, { shape, data }] of weights) own[name] = trainer.array(data, shape);
    return own;
  }
}
