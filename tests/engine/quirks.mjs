// For each fault or habit of jax-js that quirks.js works round: what the library does, and what the engine does.

import { conv } from "../../explorer/browser/transfer/engine/conv.js";
import { convolved } from "../../explorer/browser/transfer/engine/conv-slopes.js";
import { maxPool } from "../../explorer/browser/transfer/engine/pool.js";
import * as quirks from "../../explorer/browser/transfer/engine/quirks.js";

const slope = (jax, f, values) => jax.jit(jax.grad((x) => f(x).sum()))(jax.numpy.array(values)).js();

const POOL = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], dilation: [1, 1], shape: [1, 1, 1] };
const STRIDED = { kernel: [2, 2], stride: [2, 2], padding: [[0, 0], [0, 0]], dilation: [1, 1], groups: 1, shape: [8, 3, 3] };

/** name -> (jax) -> [what the library gives, what the engine gives]; plain numbers. */
const QUIRKS = {
  "slope of relu at 0": (jax) => [jax.nn.relu, (x) => quirks.relu(jax, x)].map((f) => slope(jax, f, [0, -1, 2])),
  "slope of relu6 at 0 and 6": (jax) => [jax.nn.relu6, (x) => quirks.relu6(jax, x)].map((f) => slope(jax, f, [0, 6, 3])),
  "slope of sigmoid far below 0": (jax) =>
    [jax.nn.sigmoid, (x) => quirks.sigmoid(jax, x)].map((f) => slope(jax, f, [-1000])),
  "slope of a pool whose values are equal": (jax) => [
    slope(jax, (x) => x.max(), [3, 3, 3, 1]),
    jax.grad((x) => maxPool(jax, x, POOL).sum())(jax.numpy.array([3, 3, 3, 1]).reshape([1, 2, 2, 1])).flatten().js(),
  ],
  "the largest of negative values at a padded edge": (jax) => {
    const node = { ...POOL, stride: [1, 1], padding: [1, 1], shape: [1, 3, 3] };
    const x = jax.numpy.array([-1, -2, -3, -4]).reshape([1, 2, 2, 1]);
    const zeros = quirks.padded(jax, x.ref, [[1, 1], [1, 1]]);
    const corner = (maps) => maps.slice(0, [0, 1], [0, 1], 0).flatten().js();
    return [corner(zeros.slice([], [0, 2], [0, 2], []).max([1, 2], { keepdims: true })), corner(maxPool(jax, x, node))];
  },
  "shape of a product of batches": (jax) => {
    const { numpy: np } = jax;
    const [left, right] = [np.ones([2, 3]), np.ones([4, 3, 5])];
    const both = np.ones([4, 2, 3]);
    return [np.matmul(left, right.ref).shape, quirks.batchedProduct(jax, both, right).shape];
  },
  "a line turned round by two": (jax) => {
    const theirs = (x) => jax.numpy.broadcastTo(x.reshape([1, 8]), [2, 8]).reshape([16]).slice([2, 10]);
    const ours = (x) => quirks.turnedRound(jax, x, 2);
    return [theirs, ours].map((f) => jax.jit((x) => f(x).mul(1))(jax.numpy.array([0, 1, 2, 3, 4, 5, 6, 7])).js());
  },
  "a shape that the caller changes later": (jax) => {
    return [(x, shape) => x.reshape(shape), quirks.shaped].map((f) => {
      const shape = [2, 3];
      const { jaxpr } = jax.makeJaxpr((x) => {
        const found = f(x, shape);
        shape[0] = 6;
        return found;
      })(jax.numpy.zeros([6]));
      return jaxpr.jaxpr.outs[0].aval.shape;
    });
  },
};

export async function quirkList(jax, device) {
  jax.defaultDevice(device);
  const found = Object.entries(QUIRKS).map(([name, test]) => ({ name, values: test(jax) }));
  return [...found, { name: "slopes of a strided convolution", values: await stridedSlopes(jax, device) }];
}

/** How far the library's and the engine's slopes of a strided convolution's input are from the right ones. */
export async function stridedSlopes(jax, device) {
  jax.defaultDevice(device);
  const { numpy: np, lax } = jax;
  const numbers = (count, scale) => Float32Array.from({ length: count }, (_, i) => Math.sin(i * scale));
  const x = numbers(6 * 6 * 8, 0.37), w = numbers(8 * 8 * 4, 0.61), g = numbers(3 * 3 * 8, 0.83);
  const array = (data, shape) => np.array(data, { shape, device });
  const right = new Float32Array(x.length); // (6, 6, 8); w (2, 2, I, O), g (3, 3, O)
  for (let y = 0; y < 6; y++) for (let z = 0; z < 6; z++) for (let i = 0; i < 8; i++) for (let o = 0; o < 8; o++) {
    right[(y * 6 + z) * 8 + i] += w[(((y % 2) * 2 + (z % 2)) * 8 + i) * 8 + o] * g[((y >> 1) * 3 + (z >> 1)) * 8 + o];
  }
  const far = async (d) => Math.max(...(await d.data()).map((value, i) => Math.abs(value - right[i])));
  const ours = jax.jit((a, b, c) => convolved(jax, a, { weight: b }, STRIDED).back(c).inputs[0]);
  const theirs = jax.jit((a, b, c) => jax.grad((maps, b, c) => {
    const found = lax.conv(maps.transpose([0, 3, 1, 2]), b.transpose([3, 2, 0, 1]), [2, 2], "VALID");
    return found.mul(c.transpose([0, 3, 1, 2])).sum();
  })(a, b, c));
  const given = () => [array(x, [1, 6, 6, 8]), array(w, [2, 2, 8, 8]), array(g, [1, 3, 3, 8])];
  return [await far(theirs(...given())), await far(ours(...given()))];
}

/** Milliseconds of a forward pass with shifted maps fused into the products, as the library does, and stored. */
export async function storedSpeed(jax, device, clock) {
  const { numpy: np } = jax;
  jax.defaultDevice(device);
  const node = { kernel: [3, 3], stride: [1, 1], padding: [[0, 0], [0, 0]], dilation: [1, 1], groups: 1, shape: [32, 12, 12] };
  const x = np.ones([32, 14, 14, 16]), w = np.ones([3, 3, 16, 32]);
  const times = [];
  for (const learns of [true, false]) {
    const run = jax.jit((a, b) => conv(jax, a, b, null, node, learns));
    const pass = async () => jax.tree.dispose(await jax.blockUntilReady(run(x.ref, w.ref)));
    await pass();
    const started = clock();
    for (let i = 0; i < 10; i++) await pass();
    times.push(clock() - started);
  }
  return times;
}
