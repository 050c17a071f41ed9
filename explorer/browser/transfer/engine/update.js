// One training step as one compiled function: forward, loss, slopes, new weights.

import { crossEntropy } from "./loss.js";
import { OPTIMISERS } from "./optimisers.js";

/** What an optimiser remembers at the start: slot -> name -> zeros. */
export function emptyMemory(jax, device, recipe, params) {
  const zeros = () => Object.fromEntries(
    Object.entries(params).map(([name, array]) => [name, jax.numpy.zeros([...array.shape], { device })]),
  );
  return Object.fromEntries(OPTIMISERS[recipe.optimiser].slots.map((slot) => [slot, zeros()]));
}

/** The loss and its slopes: (params, rest, x, wanted, masks) -> [[loss, {logits, statistics}], slopes]. */
export function lossAndSlopes(jax, forward) {
  return (params, rest, x, wanted, masks) => {
    const { value, statistics, back } = forward({ ...params, ...rest }, x, masks);
    const [loss, pull] = jax.vjp((scores) => crossEntropy(jax, scores, wanted), [value.ref]);
    const [slope] = pull(jax.numpy.ones([]));
    pull.dispose();
    return [[loss, { logits: value, statistics }], back(slope)];
  };
}

/**
 * The compiled step. forward(tensors, x, masks) -> {value: logits, statistics, back}; rates: name -> "rate" or
 * "backbone_rate". (params, memory, rest, x, wanted, masks, numbers) -> [report, params, memory, statistics], where
 * report is the loss followed by the logits.
 */
export function compiledStep(jax, recipe, rates, forward) {
  const { numpy: np, tree } = jax;
  const slopesOf = lossAndSlopes(jax, forward);
  return jax.jit((params, memory, rest, x, wanted, masks, numbers) => {
    const [[loss, { logits, statistics }], slopes] = slopesOf(tree.ref(params), rest, x, wanted, masks);
    const report = np.concatenate([loss.reshape([1]), logits.flatten()]);
    const [next, kept] = updated(jax, recipe, rates, params, slopes, memory, numbers);
    return [report, next, kept, statistics];
  });
}

function updated(jax, recipe, rates, params, slopes, memory, numbers) {
  const optimiser = OPTIMISERS[recipe.optimiser];
  const at = (place) => numbers.ref.slice(place);
  const next = {}, kept = Object.fromEntries(optimiser.slots.map((slot) => [slot, {}]));
  for (const name of Object.keys(params)) {
    const own = Object.fromEntries(optimiser.slots.map((slot) => [slot, memory[slot][name]]));
    const given = { rate: at(rates.get(name) === "rate" ? 0 : 1), decay: recipe.weight_decay };
    if (recipe.optimiser === "adam") Object.assign(given, { first: at(2), second: at(3) });
    const [weight, remembered] = optimiser.step(jax, params[name], slopes[name], own, given);
    next[name] = weight;
    for (const slot of optimiser.slots) kept[slot][name] = remembered[slot];
  }
  numbers.dispose();
  return [next, kept];
}
