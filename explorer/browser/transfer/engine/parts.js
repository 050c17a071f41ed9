// Which weights of a network train in a lane, at which rate, and which batch norms run on the batch's own statistics.

/** The stages that the lane "deep" trains: the deeper half, at least one. */
export function deepest(stages) {
  return stages.slice(stages.length - Math.max(1, Math.floor(stages.length / 2)));
}

export function headNode(graph) {
  return graph.nodes.find((node) => node.name === graph.head);
}

/** {rates: Map of name -> "rate" or "backbone_rate" for what trains, norms: Set of batch norms that train}. */
export function trainable(graph, recipe) {
  const { lane } = recipe;
  const stages = { scratch: graph.stages, whole: graph.stages, deep: deepest(graph.stages), head: [] }[lane];
  if (!stages) throw new Error(`There is no lane ${lane}.`);
  const rates = new Map();
  for (const name of stages.flat()) rates.set(name, lane === "scratch" ? "rate" : "backbone_rate");
  for (const name of Object.values(headNode(graph).parameters)) rates.set(name, "rate");
  const norms = new Set();
  for (const node of graph.nodes) {
    if (node.op !== "batch_norm") continue;
    const { weight, bias } = node.parameters;
    const inside = weight ? rates.has(weight) : lane === "scratch" || lane === "whole";
    if (inside && !recipe.freeze_batch_norm) norms.add(node.name);
    else [weight, bias].forEach((name) => rates.delete(name));
  }
  return { rates, norms };
}
