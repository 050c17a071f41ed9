// A set of labelled pictures as the page holds it, and its pictures as small canvases.
//
// A set is {name, title, classes, images: Uint8Array (N, H, W, C), labels, split (0 train, 1 test), height, width, channels,
// mean, std}: the seam where a learner's own pictures come in. What is held out is never trained on.
import { h } from "../shared/controls.js";
import { readMetadata, readTensors } from "./engine/safetensors.js";

const KEPT = 1200;

/** The set in packed safetensors bytes. */
export function openSet(buffer, name) {
  const metadata = readMetadata(buffer);
  const { images, labels, split } = Object.fromEntries(readTensors(buffer));
  const [, height, width, channels] = images.shape;
  const list = (key) => JSON.parse(metadata[key]);
  return createSet({ name, title: metadata.title, classes: list("classes"), images: images.data, labels: Int32Array.from(labels.data), split: split.data, height, width, channels, mean: list("mean"), std: list("std") });
}

export function createSet(parts) {
  return { ...parts, kept: new Map(), names: parts.classes.map((name) => name.replace(/^(\S{1,2}) /, "$1 ")) };
}

/** The rows that may be trained on, of which each lane's seed chooses its own, and those held out. */
export function rowsOf(set) {
  const [train, test] = [0, 1].map((side) => Array.from(set.split.keys()).filter((i) => set.split[i] === side));
  return { train, test };
}

/** How many pictures of each class may be trained on; counted once a set. */
function trainingCounts(set) {
  if (set.counts) return set.counts;
  set.counts = new Array(set.classes.length).fill(0);
  set.labels.forEach((label, i) => { if (set.split[i] === 0) set.counts[label]++; });
  return set.counts;
}

/** The smallest number of training pictures that a class has. */
export const leastPerClass = (set) => Math.min(...trainingCounts(set));

/** How many pictures a run trains on, with at most `most` of each class. */
export const trainingPictures = (set, most) => trainingCounts(set).reduce((sum, count) => sum + Math.min(count, most), 0);

/** What stands on a tile for a class: the letter of another script that its name begins with, or a name so short itself. */
export const signOf = (name) => name.match(/^(?:[^\x00-\x7f](?= )|\S{1,2}$)/u)?.[0] || "";
export const plainName = (name) => name.replace(/^[^\x00-\x7f] /u, "");

/** One picture of a set as a canvas of its own size; kept, so drawing it again costs nothing. */
export function canvasOf(set, row) {
  const found = set.kept.get(row);
  if (found) return found;
  const canvas = paintBytes(h("canvas"), set.images.subarray(row * set.height * set.width * set.channels), set);
  if (set.kept.size >= KEPT) set.kept.delete(set.kept.keys().next().value);
  set.kept.set(row, canvas);
  return canvas;
}

/** The same as a canvas of the caller's own, to stand in the page. */
export const ownCanvas = (set, row, properties) => paintBytes(h("canvas", properties), set.images.subarray(row * set.height * set.width * set.channels), set);

export function paintBytes(canvas, bytes, { height, width, channels }) {
  Object.assign(canvas, { height, width });
  const image = new ImageData(width, height);
  for (let i = 0, p = 0; i < height * width; i++, p += channels) {
    image.data[4 * i] = bytes[p];
    image.data[4 * i + 1] = bytes[channels === 3 ? p + 1 : p];
    image.data[4 * i + 2] = bytes[channels === 3 ? p + 2 : p];
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

/** Many pictures on one canvas, painted in one go: `draw(ctx, i, x, y, side)` puts the i-th of `rows` somewhere. */
export function atlasOf(set, rows) {
  const { height, width, channels } = set;
  const bytes = new Uint8Array(rows.length * height * width * channels);
  rows.forEach((row, i) => bytes.set(set.images.subarray(row * height * width * channels, (row + 1) * height * width * channels), i * height * width * channels));
  const canvas = paintBytes(h("canvas"), bytes, { height: height * rows.length, width, channels });
  return { draw: (ctx, i, x, y, side) => ctx.drawImage(canvas, 0, i * height, width, height, x, y, side, side) };
}

/** The first picture of a class: what a guess looks like. */
export function exampleOf(set, label) {
  if (!set.examples) {
    set.examples = new Map();
    set.labels.forEach((own, i) => { if (set.split[i] === 0 && !set.examples.has(own)) set.examples.set(own, i); });
  }
  return set.examples.get(label) ?? -1;
}

/** Held-out places (into `test`) spread evenly over the classes, class by class. */
export function spread(set, test, count) {
  const own = set.classes.map(() => []);
  test.forEach((row, place) => own[set.labels[row]].push(place));
  const found = set.classes.map(() => []);
  let left = Math.min(count, test.length);
  for (let turn = 0; left > 0; turn++)
    own.forEach((places, c) => { if (left > 0 && turn < places.length) { found[c].push(places[turn]); left--; } });
  return found.flat();
}

/** A canvas of n example pictures of a set, side by side: what it is about at a glance. */
export function specimen(set, rows, { columns, side }) {
  const lines = Math.ceil(rows.length / columns);
  const canvas = h("canvas", { width: columns * (side + 2), height: lines * (side + 2), class: "specimen" });
  const ctx = canvas.getContext("2d");
  rows.forEach((row, i) => ctx.drawImage(canvasOf(set, row), (i % columns) * (side + 2) + 1, Math.floor(i / columns) * (side + 2) + 1, side, side));
  return canvas;
}
