// The learner's own pictures as a picture set of the page: kept in this browser alone, prepared as the network wants them.
import { Collection } from "./collection.js";
import { Panel } from "./panel.js";
import { inputOf } from "./prepare.js";
import { networkOf } from "../settings.js";
import { rowsOf, setOf } from "./set.js";

/** `page`: {data, state, busy(), touch(), ask(question)}. Gives {element, draw(), set(), loaded(), version, dispose()}. */
export function createOwn(page) {
  const input = () => {
    const { side_px: side, channels } = networkOf(page.state.values, page.data);
    return { side, channels };
  };
  const warm = (picture) => { const { side, channels } = input(); inputOf(picture, side, channels); };
  let collection = null, panel = null, kept = { key: "", set: null }, split = { version: -1, rows: null }, busy = false;
  const rows = () => {
    if (split.version !== collection.version) split = { version: collection.version, rows: rowsOf(collection) };
    return split.rows;
  };
  const box = document.createElement("div");
  box.className = "own-box";
  /** The database is opened when own pictures are asked for, not before. */
  const begin = () => {
    if (collection) return collection.ready;
    collection = new Collection(page.touch, warm);
    panel = new Panel({ collection, rows, page });
    box.append(panel.element);
    return collection.ready;
  };
  const set = () => {
    if (!collection?.loaded) return null;
    const key = [collection.version, input().side, input().channels].join();
    if (kept.key !== key) kept = { key, set: setOf(rows(), input()) };
    return kept.set;
  };
  const draw = () => {
    box.hidden = page.state.values.set !== "own";
    if (box.hidden) return;
    begin();
    if (page.busy() && !busy) panel.element.open = false; // the race needs the room
    busy = page.busy();
    panel.draw();
  };
  page.root.__own = { hashes: () => collection.all().map((one) => one.hash), images: () => Array.from(set().images), split: () => Array.from(rows().split) };
  return {
    element: box, draw, set,
    loaded: () => begin().then(set),
    get version() { return collection?.version ?? -1; },
    facts: () => (collection ? { loaded: collection.loaded, total: collection.total, classes: collection.classes.map(({ name, pictures }) => [name, pictures.length]), warning: collection.warning, kept: collection.total - collection.notKept.size } : null),
    dispose() { panel?.dispose(); collection?.dispose(); },
  };
}
