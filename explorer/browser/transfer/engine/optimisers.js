// SGD, momentum and Adam as explorer/transfer/recipe.py states them (and torch's SGD and AdamW run them).

const MOMENTUM = 0.9, BETA1 = 0.9, BETA2 = 0.999, EPSILON = 1e-8;

/**
 * Name -> {slots: what it remembers for each weight, step(jax, weight, slope, memory, numbers) -> [weight, memory]}.
 * numbers: rate, decay (a plain number), first and second (Adam's 1 / (1 - beta^t)).
 */
export const OPTIMISERS = Object.freeze({
  sgd: {
    slots: [],
    step: (jax, w, g, memory, { rate, decay }) => [w.ref.sub(decayed(w, g, decay).mul(rate)), {}],
  },
  momentum: {
    slots: ["velocity"],
    step(jax, w, g, { velocity }, { rate, decay }) {
      const now = velocity.mul(MOMENTUM).add(decayed(w.ref, g, decay));
      return [w.sub(now.ref.mul(rate)), { velocity: now }];
    },
  },
  adam: {
    slots: ["mean", "square"],
    step({ numpy: np }, w, g, memory, { rate, decay, first, second }) {
      const mean = memory.mean.mul(BETA1).add(g.ref.mul(1 - BETA1));
      const square = memory.square.mul(BETA2).add(g.ref.mul(g).mul(1 - BETA2));
      const size = np.sqrt(square.ref.mul(second)).add(EPSILON);
      const kept = decay ? w.sub(w.ref.mul(rate.ref.mul(decay))) : w;
      return [kept.sub(mean.ref.mul(first).div(size).mul(rate)), { mean, square }];
    },
  },
});

function decayed(weight, slope, decay) {
  if (decay) return slope.add(weight.mul(decay));
  weight.dispose();
  return slope;
}

/** What a rate is multiplied by at a step (from 0), as torch's CosineAnnealingLR(T_max=steps) or not at all. */
export function scheduled(recipe, step) {
  return recipe.schedule === "cosine" ? (1 + Math.cos((Math.PI * step) / recipe.steps)) / 2 : 1;
}

/** The numbers of one update: [rate of the head, rate of the backbone, first, second]; `updates` counts from 0. */
export function numbers(recipe, step, updates) {
  const factor = scheduled(recipe, step);
  const correction = (beta) => 1 / (1 - beta ** (updates + 1));
  return Float32Array.of(recipe.rate * factor, recipe.backbone_rate * factor, correction(BETA1), correction(BETA2));
}
