// In which way a convolution is computed, and the places of its kernel.

import { stored } from "./quirks.js";
import { quick } from "./wasm-kernels.js";

/** Up to so many places in the result, or below so many channels, gathering the windows first is faster in WebAssembly. */
const FEW_PLACES = 300, FEW_CHANNELS = 4;

/** The same where kernels are our own: the weights need not be turned then. */
const FEWER_PLACES = 60;

/** Whether gathering the windows first is the faster way (`node` and the shape of its map, (N, H, W, C)). */
export function gathers({ shape: [, height, width] }, [n, , , channels]) {
  return n * height * width <= FEW_PLACES || channels < FEW_CHANNELS;
}

/**
 * Whether turning the pixels round is (conv-turned.js): the result, times the stride, has the rows and columns of the
 * map, and four channels can be read at a time. For one group, or depthwise with one filter a channel.
 */
export function turns(node, shape) {
  const { stride, groups, shape: [outputs, ...size] } = node;
  const [, height, width, channels] = shape;
  const divides = size[0] * stride[0] === height && size[1] * stride[1] === width;
  if (!divides || channels % 4 || outputs % 4) return false;
  return groups === 1 ? !gathers(node, shape) : groups === channels && outputs === channels;
}

/** Whether one sum of products over all places is: for one group, where kernels are our own (wasm-product.js). */
export function sums(node, [n]) {
  const { groups, shape: [, height, width] } = node;
  return quick() && groups === 1 && n * height * width > FEWER_PLACES;
}

/** How far each place of a kernel reaches: [[down, right]], row after row. */
export function taps({ kernel, dilation }) {
  const found = [];
  for (let i = 0; i < kernel[0]; i++) for (let j = 0; j < kernel[1]; j++) found.push([i * dilation[0], j * dilation[1]]);
  return found;
}

/** The weights of one place of the kernel: (C / groups, O). */
export function placeOf(weight, { kernel }, i) {
  return weight.slice(Math.floor(i / kernel[1]), i % kernel[1], [], []);
}

/** The weights for the way back: turned, and stored, since rows are read twice as fast; depthwise as they are. */
export function kernelsBack(jax, weight, { groups }) {
  return groups === 1 ? stored(jax, weight.transpose([0, 1, 3, 2])) : weight;
}
