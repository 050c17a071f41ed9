// Runs several lanes, taking turns: one step each, evaluations and first computations in small pieces in between.

import { createTrainer } from "./trainer.js";

const EVALUATIONS = 8;
const WEIGHTS_EVERY_MS = 2000;
/** A run of one picture that never takes a step: for questions to weights that the page kept. */
const READING = Object.freeze({ lane: "scratch", optimiser: "sgd", schedule: "constant", augmentation: "none", freeze_batch_norm: true, rate: 0, backbone_rate: 0, weight_decay: 0, label_smoothing: 0, batch: 1, steps: 1, seed: 0, pictures_per_class: null });
const SHARE = 30; // sending large weights takes at most such a part of the time
const LARGEST_MEMORY = 2_000_000; // weights of which the optimiser's memory is sent along

/** Lets messages in; unlike setTimeout it is not slowed down when it is called often. */
export function turn() {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port2.onmessage = () => {
      port2.close();
      resolve();
    };
    port1.postMessage(0);
  });
}

/** `say(message, transfer)` tells the page; `broken()` promises whether an error means that the device is lost. */
export class Race {
  constructor({ jax, device, say, broken = () => false }) {
    Object.assign(this, { jax, device, say, broken });
    this.lanes = [];
    this.data = null;
    this.asked = [];
    this.answering = null;
    this.going = 0;
    this.round = 0;
    this.reader = null;
  }

  lane(id) {
    const lane = this.lanes.find((one) => one.id === id);
    if (!lane?.trainer) throw new Error(`There is no lane ${id} in this race.`);
    return lane;
  }

  clear() {
    this.lanes.forEach((lane) => lane.trainer?.dispose());
    this.lanes = [];
    this.reader?.trainer.dispose();
    this.reader = null;
  }

  /** A new race in the place of the old one. */
  async start({ lanes, data }) {
    const mine = ++this.round;
    await this.idle;
    await this.answering;
    if (mine !== this.round) return;
    this.clear();
    this.paused = false;
    this.singles = 0;
    for (const lane of lanes) {
      this.lanes.push(await this.opened(lane, data));
      await turn();
      if (mine !== this.round) return;
    }
    this.idle = this.run(mine);
    await this.idle;
    await this.answer(); // what was asked last; to stop does not wait for it
  }

  async opened({ id, graph, weights, recipe, step = 0, memory, done = false, evaluate_every: every }, data) {
    const lane = { id, recipe, every: every ?? Math.max(1, Math.ceil(recipe.steps / EVALUATIONS)), status: done ? "done" : "running" };
    try {
      lane.trainer = await createTrainer({ jax: this.jax, device: this.device, graph, weights, recipe, data });
      if (step) lane.trainer.restore(weights, step, memory);
      if (!done && step < recipe.steps) lane.evaluation = lane.trainer.evaluation();
    } catch (error) {
      await this.fail(lane, error);
    }
    lane.sentAt = performance.now();
    return lane;
  }

  async fail(lane, error) {
    if (await this.broken()) throw error;
    lane.status = "failed";
    this.say({ type: "failed", lane: lane.id, sentence: sentence(error) });
  }

  stop() {
    this.round++;
  }

  async run(mine) {
    this.going = mine;
    try {
      while (mine === this.round && this.lanes.some((lane) => lane.status === "running")) {
        for (const lane of this.lanes) await this.takeTurn(lane, mine);
        if (this.singles > 0) this.singles--;
      }
    } finally {
      this.going = 0;
    }
  }

  /** One piece of work; at the start all that comes before the first step, so that the first point is soon there. */
  async takeTurn(lane, mine) {
    const steps = lane.trainer?.steps;
    do {
      if (mine !== this.round || lane.status !== "running") return;
      await this.held(mine);
      if (mine !== this.round) return;
      await this.work(lane).catch((error) => this.fail(lane, error));
      await turn();
      await this.answer();
    } while (lane.status === "running" && !lane.begun && lane.trainer.steps === steps && !this.paused);
    lane.begun = true;
  }

  /** Waits while the race is paused; questions are answered meanwhile. */
  async held(mine) {
    while (this.paused && !this.singles && mine === this.round) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await this.answer();
    }
  }

  /** One step of a lane, or a piece of what comes before or after it. */
  async work(lane) {
    const { trainer, recipe } = lane;
    if (!(await trainer.prepare())) return;
    if (lane.evaluation) {
      const found = await lane.evaluation.next();
      if (!found) return;
      lane.evaluation = null;
      this.say({ type: "evaluated", lane: lane.id, step: trainer.steps, ...found }, [found.probabilities.buffer]);
      if (trainer.steps >= recipe.steps) await this.finish(lane);
      return;
    }
    if (trainer.steps < recipe.steps) this.say({ type: "progress", lane: lane.id, ...(await trainer.step()) });
    const over = trainer.steps >= recipe.steps;
    if (over || trainer.steps % lane.every === 0) lane.evaluation = trainer.evaluation();
    if (!over && performance.now() - lane.sentAt > Math.max(WEIGHTS_EVERY_MS, SHARE * (lane.sendMs ?? 0))) await this.sendWeights(lane);
  }

  async finish(lane) {
    await this.sendWeights(lane);
    lane.status = "done";
    this.say({ type: "done", lane: lane.id });
  }

  async sendWeights(lane, extra = {}) {
    const began = performance.now();
    const buffer = await lane.trainer.weights();
    const small = buffer.byteLength / 4 <= LARGEST_MEMORY;
    const memory = small ? await lane.trainer.memory() : undefined;
    lane.sentAt = performance.now();
    lane.sendMs = lane.sentAt - began;
    const message = { type: "weights", lane: lane.id, step: lane.trainer.steps, buffer, memory, ...extra };
    this.say(message, memory ? [buffer, memory] : [buffer]);
  }

  /** A question of the page: answered between two steps, or at once where nothing runs. */
  async ask(message) {
    this.asked.push(message);
    if (!this.going) await this.answer();
  }

  /** All questions, one after the other. */
  answer() {
    this.answering ||= this.answerAll().finally(() => { this.answering = null; });
    return this.answering;
  }

  async answerAll() {
    while (this.asked.length) {
      const message = this.asked.shift();
      try {
        await this.reply(message);
      } catch (error) {
        if (await this.broken()) throw error;
        this.say({ type: "failed", id: message.id, sentence: sentence(error) });
      }
      await turn();
    }
  }

  async reply(message) {
    const { type, id } = message;
    if (type === "weights") return this.sendWeights(this.lane(message.lane), { id });
    const trainer = message.from ? await this.reading(message) : this.lane(message.lane).trainer;
    const told = { type, id, lane: message.lane, step: trainer.steps };
    if (type === "maps") return this.say({ ...told, layer: message.layer, ...(await trainer.maps(message.layer, message.picture)) });
    return this.say({ ...told, probabilities: await trainer.predict(message.pictures) });
  }

  /** A network with the given weights; what was compiled for it is kept for the next question. */
  async reading({ lane, from: { graph, weights, step, data } }) {
    const [key, held] = [JSON.stringify([graph, data]), `${lane} ${step}`];
    if (this.reader?.key !== key) {
      this.reader?.trainer.dispose();
      this.reader = null;
      const one = { ...data, images: new Uint8Array(data.height * data.width * data.channels), labels: [0], train: [0], test: [] };
      const trainer = await createTrainer({ jax: this.jax, device: this.device, graph, weights, recipe: READING, data: one });
      this.reader = { key, held: "", trainer };
    }
    if (this.reader.held !== held) {
      this.reader.held = "";
      this.reader.trainer.restore(weights, step);
      this.reader.held = held;
    }
    return this.reader.trainer;
  }
}

/** An error as a sentence for the page. */
export function sentence(error) {
  const text = String(error?.message ?? error).split("\n")[0].slice(0, 300);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
