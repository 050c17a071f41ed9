// The learner's pictures as a set of the page, split and measured, and what should be known before one races on it.
import { split } from "../engine/order.js";
import { createSet } from "../pictures.js";
import { pictures, quoted } from "./limits.js";
import { inputOf } from "./prepare.js";

export const TEST_SHARE = 0.2;
const UNEVEN = 3; // the largest class has so many times the pictures of the smallest

/** The classes that have pictures. */
const filled = (collection) => collection.classes.filter((one) => one.pictures.length);

/** The rows: {classes, list: pictures class by class, labels, split}; the same pictures and seed give the same split. */
export function rowsOf(collection) {
  const classes = filled(collection);
  const list = classes.flatMap((one) => one.pictures);
  const labels = Int32Array.from(classes.flatMap((one, label) => one.pictures.map(() => label)));
  return { classes, list, labels, split: split(labels, classes.length, TEST_SHARE, collection.seed) };
}

/** Pictures to train on and to test on, by class id. */
export function countsOf({ classes, labels, split: sides }) {
  const counts = new Map(classes.map((one) => [one.id, [0, 0]]));
  labels.forEach((label, i) => { counts.get(classes[label].id)[sides[i]] += 1; });
  return counts;
}

/** Mean and standard deviation of the training pictures by channel, of values 0 to 1, to four digits. */
function spread(images, sides, pixels, channels) {
  const moments = Array.from({ length: channels }, () => ({ n: 0, sum: 0, squares: 0 }));
  sides.forEach((side, row) => {
    if (side) return;
    for (let i = 0; i < pixels * channels; i++) {
      const value = images[row * pixels * channels + i], moment = moments[i % channels];
      moment.n += 1;
      moment.sum += value;
      moment.squares += value * value;
    }
  });
  const round = (x) => Math.round(x * 1e4) / 1e4;
  const means = moments.map(({ n, sum }) => sum / n / 255);
  const stds = moments.map(({ n, squares }, c) => Math.sqrt(Math.max(squares / n / 65_025 - means[c] ** 2, 1e-6)));
  return { mean: means.map(round), std: stds.map((x) => Math.max(round(x), 1e-3)) };
}

/** Why these rows cannot be raced on, in a sentence; "" where they can. */
export function hindrance(rows) {
  if (!rows.list.length) return "Add pictures of at least two classes.";
  if (rows.classes.length < 2) return `All pictures are of ${quoted(rows.classes[0].name)}: a second class is needed, to tell it from.`;
  if (!rows.split.includes(1)) return "Every class has a single picture, so none can be held out to test on: add some more.";
  return "";
}

/** The set that a race takes, or null where there is none yet. `input`: {side, channels} of the network. */
export function setOf(rows, { side, channels }) {
  if (hindrance(rows)) return null;
  const bytes = side * side * channels;
  const images = new Uint8Array(rows.list.length * bytes);
  rows.list.forEach((picture, row) => images.set(inputOf(picture, side, channels), row * bytes));
  const classes = rows.classes.map((one) => one.name);
  return createSet({ name: "own", title: "Own pictures", classes, images, labels: rows.labels, split: rows.split, height: side, width: side, channels, ...spread(images, rows.split, side * side, channels) });
}

/** Pictures of equal pixels: the lists of rows that are one picture. */
export function copiesIn({ list }) {
  const byPixels = new Map();
  list.forEach((picture, row) => byPixels.set(picture.hash, [...(byPixels.get(picture.hash) || []), row]));
  return [...byPixels.values()].filter((rows) => rows.length > 1);
}

function aboutCopies(rows, copies) {
  const extra = copies.reduce((sum, same) => sum + same.length - 1, 0);
  const leaked = copies.filter((same) => new Set(same.map((row) => rows.split[row])).size > 1).length;
  const torn = copies.filter((same) => new Set(same.map((row) => rows.labels[row])).size > 1).length;
  const parts = [`${pictures(extra)} ${extra === 1 ? "is an exact copy of another" : "are exact copies of others"}`];
  if (leaked) parts.push(`${leaked} of them ${leaked === 1 ? "stands" : "stand"} on both sides of the split, so a network may remember instead of recognise`);
  if (torn) parts.push(`${torn} ${torn === 1 ? "is" : "are"} in two classes at once`);
  return `${parts.join("; ")}.`;
}

function aboutBalance({ classes, list }) {
  const sorted = [...classes].sort((a, b) => b.pictures.length - a.pictures.length);
  const [most, least] = [sorted[0], sorted[sorted.length - 1]];
  if (most.pictures.length < UNEVEN * least.pictures.length) return "";
  const share = Math.round((100 * most.pictures.length) / list.length);
  return `${quoted(most.name)} has ${most.pictures.length} pictures, ${quoted(least.name)} ${least.pictures.length}: a network that always answers ${quoted(most.name)} would be right in ${share}\u00a0% of all cases.`;
}

/** What should be known, in sentences: [{kind, text}]. */
export function findings(collection, rows) {
  if (!rows.list.length) return [];
  const found = [];
  const names = (list) => list.map((one) => quoted(one.name)).join(", ");
  const single = rows.classes.filter((one) => one.pictures.length === 1);
  const empty = collection.classes.filter((one) => !one.pictures.length);
  if (single.length) found.push({ kind: "single", text: `${names(single)} ${single.length === 1 ? "has" : "have"} a single picture: it cannot be split, so it is trained on and never tested.` });
  if (empty.length) found.push({ kind: "empty", text: `${names(empty)} ${empty.length === 1 ? "has" : "have"} no picture and ${empty.length === 1 ? "is" : "are"} left out.` });
  if (rows.classes.length > 1 && aboutBalance(rows)) found.push({ kind: "uneven", text: aboutBalance(rows) });
  const copies = copiesIn(rows);
  if (copies.length) found.push({ kind: "copies", text: aboutCopies(rows, copies), copies });
  return found;
}
