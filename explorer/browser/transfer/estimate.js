// How long a race will take, from its multiply-adds and the speed at which the engine did those of its start-up check.
// A rough measure, said as such: the steps themselves tell better once they run. No DOM here.
import { learning, needed } from "./engine/graph.js";
import { headNode, trainable } from "./engine/parts.js";

const CHECK_BATCH = 16;
const BACKWARD = 2; // beside a forward pass: slopes of the weights, slopes of what came in

function macs(graph, node) {
  if (node.op !== "conv" && node.op !== "linear") return 0;
  const places = node.shape.reduce((a, b) => a * b, 1);
  if (node.op === "linear") return places * inputs(graph, node);
  return (places * node.kernel[0] * node.kernel[1] * inputs(graph, node)) / node.groups;
}

const inputs = (graph, node) => (node.inputs[0] === graph.input.name ? graph.input.shape : graph.nodes.find((one) => one.name === node.inputs[0]).shape)[0];
const sumOf = (graph, nodes) => nodes.reduce((sum, node) => sum + macs(graph, node), 0);

/** Multiply-adds of a lane: {features: before its first step, step: of one, look: of one evaluation}. */
export function workOf(graph, recipe, { train, test }) {
  if (recipe.lane === "head") {
    const head = headNode(graph);
    const trunk = sumOf(graph, needed(graph, head.inputs[0])), own = macs(graph, head);
    return { features: (train + test) * trunk, step: recipe.batch * own * (1 + BACKWARD), look: test * own };
  }
  const learns = learning(graph, new Set(trainable(graph, recipe).rates.keys()));
  const forward = sumOf(graph, graph.nodes);
  const backward = BACKWARD * sumOf(graph, graph.nodes.filter((node) => learns.has(node.name)));
  return { features: 0, step: recipe.batch * (forward + backward), look: test * forward };
}

/** Multiply-adds a second, from the step of the start-up check; null where it was not timed. */
export const speedOf = (check, stepMs) => (stepMs ? (1000 * CHECK_BATCH * sumOf(check, check.nodes) * (1 + BACKWARD)) / stepMs : null);

const COMPILE_S = 0.02; // for each operation of a network, before its first step

/** Seconds of a lane at a speed; it is looked at before the first step and `looks` times after. */
export const secondsOf = (graph, { features, step, look }, { steps }, looks, speed) => graph.nodes.length * COMPILE_S + (features + steps * step + (looks + 1) * look) / speed;

/** "about 40 s", "about 3 min": no more digits than are known. */
export function aboutText(seconds) {
  if (seconds < 100) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} s`;
  return seconds < 5400 ? `about ${Math.round(seconds / 60)} min` : `about ${Math.round(seconds / 3600)} h`;
}
