// The non-linear functions, value and slope as torch has them.

import { relu, relu6, sigmoid } from "./quirks.js";

const SQRT_HALF = Math.SQRT1_2;
const TANH_SCALE = Math.sqrt(2 / Math.PI);

function gelu({ numpy: np, lax }, x, node) {
  if (node.approximate === "tanh") {
    const inner = x.ref.mul(x.ref).mul(0.044715).add(1).mul(x.ref).mul(TANH_SCALE);
    return np.tanh(inner).add(1).mul(x).mul(0.5);
  }
  return lax.erf(x.ref.mul(SQRT_HALF)).add(1).mul(x).mul(0.5);
}

/** Name -> function of (jax, x, node). */
export const ACTIVATIONS = Object.freeze({
  relu,
  relu6,
  sigmoid,
  gelu,
  tanh: ({ numpy: np }, x) => np.tanh(x),
  silu: (jax, x) => sigmoid(jax, x.ref).mul(x),
  hardsigmoid: (jax, x) => relu6(jax, x.add(3)).mul(1 / 6),
  hardswish: (jax, x) => relu6(jax, x.ref.add(3)).mul(1 / 6).mul(x),
});
