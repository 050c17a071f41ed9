// Seconds of one training step, the fastest of some: this project's engine, or TensorFlow.js as a script on the page.

import * as jax from "../../node_modules/@jax-js/jax/dist/index.js";
import * as backends from "../../node_modules/@jax-js/jax/dist/backend-CnjgxpXq.js";
import { quicken } from "../../explorer/browser/transfer/engine/wasm-kernels.js";
import { opened } from "./parity.mjs";

const read = async (name) => (await fetch(`/cases/${name}`)).arrayBuffer();

async function fastest(steps, step) {
  let best = Infinity;
  for (let i = 0; i <= steps; i++) {
    const started = performance.now();
    await step();
    if (i > 0) best = Math.min(best, performance.now() - started);
  }
  return best / 1000;
}

/** plain: with jax-js's own kernels. */
export async function speed({ engine, device, steps, batch, name, plain }) {
  if (engine === "tfjs") return tensorflow(globalThis.tf, device, steps, batch);
  await jax.init(device);
  if (!plain) quicken(jax, backends);
  const { trainer } = await opened(jax, device, read, name);
  return fastest(steps, () => trainer.step());
}

/** The residual network of eight layers, 16-32-64 channels wide, batch norm in training mode. */
async function tensorflow(tf, device, steps, batch) {
  if (!(await tf.setBackend(device))) throw new Error(`TensorFlow.js has no ${device} here`);
  await tf.ready();
  const norm = (x) => tf.layers.batchNormalization().apply(x);
  const conv = (x, filters, kernel, strides) =>
    norm(tf.layers.conv2d({ filters, kernelSize: kernel, strides, padding: "same", useBias: false }).apply(x));
  const relu = (x) => tf.layers.reLU().apply(x);
  const block = (x, filters, strides) => {
    const around = strides === 1 ? x : conv(x, filters, 1, strides);
    return relu(tf.layers.add().apply([conv(relu(conv(x, filters, 3, strides)), filters, 3, 1), around]));
  };
  const input = tf.input({ shape: [28, 28, 1] });
  const maps = block(block(block(relu(conv(input, 16, 3, 1)), 16, 1), 32, 2), 64, 2);
  const model = tf.model({ inputs: input, outputs: tf.layers.dense({ units: 10 }).apply(tf.layers.globalAveragePooling2d({}).apply(maps)) });
  const x = tf.randomNormal([batch, 28, 28, 1]), y = tf.oneHot(tf.range(0, batch, 1, "int32").mod(tf.scalar(10, "int32")), 10);
  const optimiser = tf.train.sgd(0.001);
  const variables = model.trainableWeights.map((weight) => weight.val);
  return fastest(steps, async () => {
    const loss = optimiser.minimize(() => tf.losses.softmaxCrossEntropy(y, model.apply(x, { training: true })), true, variables);
    await loss.data();
    loss.dispose();
  });
}
