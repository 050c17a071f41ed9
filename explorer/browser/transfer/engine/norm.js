// Batch norm over maps (N, H, W, C), as torch's BatchNorm2d: frozen (running statistics) or training (the batch's own).

import { stored } from "./quirks.js";

const AXES = () => [0, 1, 2];

/** Scale and shift are stored: jax-js would take the root anew for every pixel. */
function scaled(jax, x, mean, variance, { weight, bias }, eps) {
  const { numpy: np } = jax;
  const rate = np.reciprocal(np.sqrt(variance.add(eps)));
  const scale = stored(jax, weight ? rate.mul(weight) : rate);
  const shift = mean.mul(scale.ref);
  return x.mul(scale).add(stored(jax, bias ? bias.sub(shift) : shift.neg()));
}

/** With the running statistics, as in evaluation. `weights`: {weight, bias, running_mean, running_var}. */
export function frozenNorm(jax, x, weights, node) {
  return scaled(jax, x, weights.running_mean, weights.running_var, weights, node.eps);
}

/**
 * With the statistics of the batch: {value, moved: {running_mean, running_var}, kept for the slopes}. The running ones
 * are moved towards the batch's by `momentum` (the variance unbiased, as torch keeps it).
 */
export function trainingNorm({ numpy: np }, x, { weight, bias, running_mean: oldMean, running_var: oldVariance }, node) {
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  const mean = x.ref.mean(AXES());
  const variance = np.square(x.ref.sub(mean.ref)).mean(AXES());
  const toward = (old, now) => old.mul(1 - node.momentum).add(now.mul(node.momentum));
  const moved = {
    running_mean: toward(oldMean, mean.ref),
    running_var: toward(oldVariance, variance.ref.mul(count / Math.max(1, count - 1))),
  };
  const rate = np.reciprocal(np.sqrt(variance.add(node.eps)));
  const kept = { x, mean, rate, scale: weight ? rate.ref.mul(weight) : rate.ref, affine: Boolean(weight), shifts: Boolean(bias) };
  const scaled = x.ref.sub(mean.ref).mul(kept.scale.ref);
  return { value: bias ? scaled.add(bias) : scaled, moved, kept };
}

/** From the slope of what it gives to {inputs: [slope of the maps], weights: slopes}. */
export function trainingNormSlopes(jax, slope, { x, mean, rate, scale, affine, shifts }) {
  const count = x.shape[0] * x.shape[1] * x.shape[2];
  const normal = x.sub(mean).mul(rate);
  const bias = slope.ref.sum(AXES());
  const weight = slope.ref.mul(normal.ref).sum(AXES());
  const inner = slope.sub(bias.ref.mul(1 / count)).sub(normal.mul(weight.ref.mul(1 / count)));
  const weights = {};
  if (affine) weights.weight = weight;
  else weight.dispose();
  if (shifts) weights.bias = bias;
  else bias.dispose();
  return { inputs: [inner.mul(scale)], weights };
}
