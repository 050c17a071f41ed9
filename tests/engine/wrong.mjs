// jax-js with one fault planted: on WebGPU square roots are off, so the start-up check must see it.

export * from "../../node_modules/@jax-js/jax/dist/index.js";
import * as jax from "../../node_modules/@jax-js/jax/dist/index.js";

export const numpy = { ...jax.numpy, sqrt: (x) => jax.numpy.sqrt(x).mul(jax.defaultDevice() === "webgpu" ? 1.01 : 1) };
