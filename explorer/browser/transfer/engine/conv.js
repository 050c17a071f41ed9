// Convolution (cross-correlation) of maps (N, H, W, C) as matrix products, and the linear layer.

import { turnedValue } from "./conv-turned.js";
import { gathers, placeOf, sums, taps, turns } from "./conv-ways.js";
import { batchedProduct, prepared, product, shaped, stored, strided, sumOfProducts } from "./quirks.js";

/** The maps padded for a convolution, with strides dealt into phases: what `viewOf` reads. */
function preparedFor(jax, x, node) {
  return prepared(jax, x, windowOf(node));
}

function windowOf(node) {
  return { ...node, size: node.shape.slice(1), reach: [0, 1].map((a) => (node.kernel[a] - 1) * node.dilation[a]) };
}

/** The part of the prepared maps that a place of the kernel sees (one of `taps`), (N, H, W, C) in the size of the result. */
export function viewOf(maps, node, shift) {
  return strided(maps, shift, windowOf(node));
}

/** These parts for all places. */
export function viewsOf(jax, x, node) {
  const maps = preparedFor(jax, x, node);
  const views = taps(node).map((shift) => viewOf(maps.ref, node, shift));
  const isWhole = views.length === 1 && maps.shape.length === 4;
  maps.dispose();
  return { views, isWhole };
}

/** x (N, H, W, C), weight (H, W, C / groups, O), bias (O) or nothing; `learns`: whether a slope will be asked for. */
export function conv(jax, x, weight, bias, node, learns) {
  if (!learns && sums(node, x.shape)) return biased(summed(jax, storedFor(jax, x, node), weight, node), bias);
  if (!learns && turns(node, x.shape)) return biased(turnedValue(jax, x, weight, node), bias);
  const [n, , , channels] = x.shape;
  const [outputs, ...size] = node.shape;
  const gather = gathers(node, x.shape);
  const found = viewsOf(jax, x, node);
  const views = found.views.map((view) => (learns || found.isWhole ? view : stored(jax, view)));
  const kernels = shaped(weight, [views.length, channels / node.groups, outputs]);
  const how = node.groups === 1 ? (gather ? gathered : shifted) : node.groups === channels ? depthwise : grouped;
  return biased(shaped(how(jax, views, kernels, node.groups), [n, ...size, outputs]), bias);
}

/** The maps for `summed`: stored, since jax-js would pad, or work out what gives them, anew for each number it reads. */
export function storedFor(jax, x, node) {
  return stored(jax, preparedFor(jax, x, node));
}

/** All places of the kernel at once. */
export function summed(jax, maps, weight, node) {
  const pairs = taps(node).map((shift, i) => [viewOf(maps.ref, node, shift), placeOf(weight.ref, node, i)]);
  const size = [maps.shape[0], ...node.shape.slice(1)];
  for (const array of [maps, weight]) array.dispose();
  return sumOfProducts(jax, pairs, size);
}

export function biased(values, bias) {
  return bias ? values.add(bias) : values;
}

/** All windows side by side, then one product: the textbook's im2col. */
function gathered(jax, views, kernels) {
  const [count, channels, outputs] = kernels.shape;
  return product(jax, shaped(joined(jax, views), [-1, count * channels]), shaped(kernels, [count * channels, outputs]));
}

export function joined(jax, views) {
  return views.length === 1 ? views[0] : jax.numpy.concatenate(views, -1);
}

/** One product for each place of the kernel, added up. */
export function shifted(jax, views, kernels) {
  const [, channels, outputs] = kernels.shape;
  const parts = views.map((view, i) => {
    const part = product(jax, shaped(view, [-1, channels]), kernels.ref.slice(i, [], []));
    return shaped(part, [...view.shape.slice(0, 3), outputs]);
  });
  kernels.dispose();
  return parts.reduce((sum, part) => sum.add(part));
}

/** Each channel by itself, `outputs / channels` filters for each. */
export function depthwise(jax, views, kernels) {
  const outputs = kernels.shape[2], channels = views[0].shape[3], filters = outputs / channels;
  const parts = views.map((view, i) => {
    const one = shaped(kernels.ref.slice(i, [], []), [channels, filters]);
    return filters === 1 ? view.mul(shaped(one, [channels])) : shaped(view, [...view.shape, 1]).mul(one);
  });
  kernels.dispose();
  return parts.reduce((sum, part) => sum.add(part));
}

function grouped(jax, views, kernels, groups) {
  const [, inputs, outputs] = kernels.shape;
  const parts = views.map((view, i) => {
    const left = shaped(view, [-1, groups, inputs]).transpose([1, 0, 2]);
    const right = shaped(kernels.ref.slice(i, [], []), [inputs, groups, outputs / groups]).transpose([1, 0, 2]);
    return batchedProduct(jax, left, right);
  });
  kernels.dispose();
  return parts.reduce((sum, part) => sum.add(part)).transpose([1, 0, 2]);
}

/** x (N, I), weight (I, O), bias (O) or nothing. */
export function linear(jax, x, weight, bias) {
  return biased(product(jax, x, weight), bias);
}
