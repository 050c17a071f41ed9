// One race from settings to record: gathers graph, weights and pictures, drives the worker, keeps what it says.
import { openSet, rowsOf, trainingPictures } from "./pictures.js";
import { lookedAt } from "./engine/order.js";
import { secondsOf, speedOf, workOf } from "./estimate.js";
import { firstWeights } from "./first-weights.js";
import { STYLES } from "./palette.js";
import { filled } from "./files.js";
import { addCheckpoint, addEvaluation, addProgress, createRecord, isFinished, lastCheckpoint, slim } from "./record.js";
import { missingText, networkOf, recipeOf, titlesOf } from "./settings.js";

const MOST_RECORDS = 12, MOST_SETS = 4;
const CHECK_CLASSES = 20; // of the start-up check, see start.js
const LOOKS = 8; // evaluations of a lane after the first, where a network asks for no fewer

const mostOf = (values) => (values.n === "all" ? Infinity : +values.n);

/** `page`: {data, state, files, session, ownSet(), ownLoaded(), changed(what)}. */
export function createRace(page) {
  const race = { record: null, records: [], preparing: false, queue: [], problem: "" };
  const sets = new Map(), graphs = new Map();
  let number = 0, since = 0, turn = 0;

  const setOf = (name) => {
    if (name === "own") return page.ownLoaded();
    if (!sets.has(name)) {
      const one = { set: null, promise: page.files.large(filled(page.data.addresses.set, { name })).then((buffer) => openSet(buffer, name)) };
      one.promise.then((set) => { one.set = set; }, () => sets.delete(name));
      sets.set(name, one);
      if (sets.size > MOST_SETS) sets.delete(sets.keys().next().value);
    }
    return sets.get(name).promise;
  };

  /** One picture of each class of a set, quickly there: enough to show what it is about. */
  const sampleOf = (name) => (name === "own" ? page.ownLoaded() : page.files.bytes(filled(page.data.addresses.sample, { name })).then((buffer) => openSet(buffer, name)));
  const readySet = (name) => (name === "own" ? page.ownSet() : sets.get(name)?.set || null);

  const sourceOf = (entry, values) => (page.data.lanes.find((one) => one.name === entry.lane).pretrained ? values.from : "none");

  /** The operations of a network. */
  const graphOf = (network, source, classes) => page.files.json(filled(page.data.addresses.graph, { network, source, classes }));

  /** The same at once, or null; then it is fetched, and the page drawn again. */
  const graphNow = (...named) => {
    const key = named.join(" ");
    if (!graphs.has(key)) {
      graphs.set(key, null);
      graphOf(...named).then((graph) => { graphs.set(key, graph); page.touch(); }, () => undefined);
    }
    return graphs.get(key);
  };

  /** Everything that the lanes need, from the server's constants and the page's settings. */
  const prepare = async (values) => {
    const { data } = page;
    if (missingText(values, data)) throw new Error(missingText(values, data));
    const set = await setOf(values.set);
    if (!set) throw new Error("There are no pictures of your own yet.");
    const classes = set.classes.length, network = networkOf(values, data);
    const titles = titlesOf(values.lanes, data);
    const startOf = firstWeights(page, network, classes);
    const { train, test } = rowsOf(set);
    const chosen = { train, test: lookedAt(set.labels, test, classes, network.test) };
    const counts = { train: trainingPictures(set, mostOf(values)), test: chosen.test.length };
    const lanes = await Promise.all(values.lanes.map(async (entry, i) => {
      const recipe = recipeOf(entry, values, data), source = sourceOf(entry, values);
      const [graph, start] = await Promise.all([graphOf(network.name, source, classes), startOf(source, recipe.seed)]);
      const work = workOf(graph, recipe, counts);
      const looks = Math.min(network.looks ?? LOOKS, recipe.steps);
      return { id: `race ${number + 1}, lane ${i + 1}`, recipe, title: titles[i], style: STYLES[i], start, graph, looks, lookCost: work.look / work.step };
    }));
    return { lanes, set, chosen };
  };

  /** About how many seconds each lane of these settings would take on this device; null where that is not known yet. */
  const secondsByLane = (values) => {
    const set = readySet(values.set), stepMs = page.session.info?.stepMs, { data } = page;
    const check = graphNow(data.start.network, "none", CHECK_CLASSES);
    if (!set || !check || !stepMs) return null;
    const network = networkOf(values, data), classes = set.classes.length;
    const train = trainingPictures(set, mostOf(values));
    const test = Math.min(network.test ?? Infinity, set.split.reduce((sum, side) => sum + side, 0));
    const seconds = values.lanes.map((entry) => {
      const recipe = recipeOf(entry, values, data), source = sourceOf(entry, values);
      const graph = graphNow(network.name, source, classes);
      return graph ? secondsOf(graph, workOf(graph, recipe, { train, test }), recipe, Math.min(network.looks ?? LOOKS, recipe.steps), speedOf(check, stepMs)) : null;
    });
    return seconds.includes(null) ? null : seconds;
  };

  /** Fetch what the next race needs while there is time; what goes wrong is said when the race is asked for. */
  const warm = () => prepare(page.state.values).catch(() => undefined);

  const dataFor = ({ set, chosen }) => ({
    images: set.images, labels: set.labels, train: Int32Array.from(chosen.train), test: Int32Array.from(chosen.test),
    height: set.height, width: set.width, channels: set.channels, classes: set.classes.length, mean: set.mean, std: set.std,
  });

  const start = async () => {
    Object.assign(race, { preparing: true, problem: "" });
    page.changed("state");
    const mine = ++turn;
    try {
      const settings = structuredClone(page.state.values);
      const { lanes, set, chosen } = await prepare(settings);
      if (mine !== turn) return;
      number += 1;
      race.record = createRecord({ lanes, set, chosen, settings, number });
      race.records.push(race.record);
      if (race.records.length > MOST_RECORDS) race.records.shift();
      slim(race.records);
      since = performance.now();
      page.changed("record");
      const sent = lanes.map(({ id, graph, start: weights, recipe, looks }) => ({ id, graph, weights, recipe, evaluate_every: Math.ceil(recipe.steps / looks) }));
      await page.session.race(sent, dataFor(race.record));
    } catch (error) {
      if (mine !== turn) return;
      race.problem = error.message;
    }
    race.preparing = false;
    page.changed("state");
  };

  /** Ends the fetching of what a race needs. */
  const cancel = () => {
    if (!race.preparing) return;
    turn += 1;
    race.preparing = false;
    page.files.stop();
  };

  /** What a fresh worker needs to go on: the last weights of each lane and the step they belong to. */
  const resumeFrom = (lanes) => lanes.map((lane, i) => {
    const mine = race.record.lanes[i];
    const last = lastCheckpoint(mine);
    return { ...lane, weights: last?.buffer || lane.weights, step: last?.step || 0, memory: mine.memory, done: mine.status === "done" };
  });

  const laneOf = (id) => race.record?.lanes.find((lane) => lane.id === id);

  const hear = (message) => {
    const lane = message.lane === undefined ? null : laneOf(message.lane);
    if (message.id !== undefined || (message.lane !== undefined && !lane)) return;
    if (lane?.status === "stopped") return;
    if (message.type === "progress") {
      addProgress(lane, message);
      race.record.seconds = (performance.now() - since) / 1000;
    } else if (message.type === "evaluated") addEvaluation(lane, message, race.record.set.classes.length);
    else if (message.type === "weights") addCheckpoint(lane, message);
    else if (message.type === "done") finish(lane);
    else if (message.type === "failed") fail(lane, message.sentence);
    else return;
    page.changed(message.type);
  };

  const fail = (lane, sentence) => {
    if (!lane) { race.problem = sentence; return; }
    Object.assign(lane, { status: "failed", problem: sentence });
    close();
  };

  const finish = (lane) => {
    lane.status = "done";
    close();
  };

  /** When every lane has come to its end. */
  const close = () => {
    if (!isFinished(race.record)) return;
    race.record.finished = true;
    race.record.device = page.session.info?.device || "";
    page.session.finished();
    page.changed("finished");
  };

  return Object.assign(race, { start, warm, hear, setOf, sampleOf, readySet, resumeFrom, secondsByLane, cancel });
}
