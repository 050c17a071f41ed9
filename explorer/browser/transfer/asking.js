// Questions to a lane as it stood at the step that is shown: to the network in the worker where that is the newest one,
// else to the weights that the page keeps of that step. So one can ask back in time, and after a worker was lost.
import { until } from "./record.js";

function isLive(page, lane) {
  return page.step() === null && page.session.holds(lane.id) && lane.loss.length > 0 && lane.status !== "failed";
}

const kept = (page, lane) => until(lane.checkpoints, page.step() ?? Infinity);

/** Changes when the answer may be another one; undefined where there is nothing to ask. */
export function shownKey(page, lane) {
  const found = kept(page, lane);
  return found ? [isLive(page, lane) ? "live" : "kept", found.step, lane.status].join(" ") : undefined;
}

/** The worker's answer; its `step` says whose weights answered. */
export async function askShown(page, record, lane, question) {
  const asked = { ...question, lane: lane.id };
  if (isLive(page, lane)) return page.session.ask(asked);
  const found = kept(page, lane);
  if (!found) throw new Error("The weights of this lane are not here yet.");
  const { height, width, channels, mean, std, classes } = record.set;
  const data = { height, width, channels, mean, std, classes: classes.length };
  return page.session.ask({ ...asked, from: { graph: lane.graph, weights: found.buffer, step: found.step, data } });
}
