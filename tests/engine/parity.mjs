// Runs a whole network that tests/engine_cases.py wrote, and says how far it is from torch.

import { readTensors } from "../../explorer/browser/transfer/engine/safetensors.js";
import { toTorch, layouts } from "../../explorer/browser/transfer/engine/layout.js";
import { targets } from "../../explorer/browser/transfer/engine/loss.js";
import { createTrainer } from "../../explorer/browser/transfer/engine/trainer.js";
import { lossAndSlopes } from "../../explorer/browser/transfer/engine/update.js";

export async function opened(jax, device, read, name, settings = {}) {
  const task = JSON.parse(new TextDecoder().decode(await read(`${name}.json`)));
  const expected = readTensors(await read(`${name}.expected.safetensors`));
  const data = { ...task.data, images: expected.get("images").data };
  const weights = await read(`${name}.weights.safetensors`);
  const trainer = await createTrainer({ jax, device, graph: task.graph, weights, recipe: { ...task.recipe, ...settings }, data });
  return { task, expected, data, weights, trainer };
}

/** {logits: largest difference, loss and slopes: relative, losses: of every step}. steps: how many to train. */
export async function parity(jax, device, read, name, steps = Infinity) {
  const { task, expected, trainer } = await opened(jax, device, read, name);
  const { graph, recipe } = task;
  const { labels, pixels } = trainer.feed.at(0);
  const wanted = expected.get("logits").data;
  const scores = await trainer.values(graph.output, pixels(), recipe.batch);
  const logits = Math.max(...wanted.map((value, i) => Math.abs(value - scores.data[i])));
  const { loss, slopes } = await firstSlopes(jax, trainer, graph, pixels(), labels);
  const far = {};
  for (const [key, slope] of slopes) far[key] = relative(slope, expected.get(`d ${key}`).data);
  const losses = [];
  while (losses.length < Math.min(steps, recipe.steps)) losses.push((await trainer.step()).loss);
  trainer.dispose();
  return { logits, loss: Math.abs(loss - task.expected.loss) / task.expected.loss, slopes: far, losses, expected: task.expected.losses };
}

async function firstSlopes(jax, trainer, graph, pixels, labels) {
  const { tree } = jax;
  const run = jax.jit(lossAndSlopes(jax, (...given) => trainer.forward(...given)));
  const rest = { ...tree.ref(trainer.fixed), ...tree.ref(trainer.statistics) };
  const shape = [labels.length, ...trainer.feed.shape];
  const goal = trainer.array(targets(labels, trainer.data.classes, 0), [labels.length, trainer.data.classes]);
  const [[loss, aux], found] = run(tree.ref(trainer.params), rest, trainer.array(pixels, shape), goal, {});
  tree.dispose(aux);
  const layout = layouts(graph);
  const slopes = new Map();
  for (const [name, array] of Object.entries(found)) {
    const kept = { shape: [...array.shape], data: await array.ref.data() };
    slopes.set(name, toTorch(kept, layout.get(name)).data);
  }
  tree.dispose(found);
  return { loss: (await loss.data())[0], slopes };
}

function relative(found, expected) {
  let off = 0, size = 0;
  for (let i = 0; i < expected.length; i++) {
    off += (found[i] - expected[i]) ** 2;
    size += expected[i] ** 2;
  }
  return Math.sqrt(off / Math.max(size, 1e-20));
}
