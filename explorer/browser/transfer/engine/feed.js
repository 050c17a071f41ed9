// The pictures of each step: chosen, ordered, moved and scaled as on the server.

import { fitter, spreadFor } from "./fit.js";
import { Batches, Generator, chosen, gathered, moves } from "./order.js";

const DROPOUT = 5; // the purpose of a stream of numbers, beside those of order.js
const FINE = 65536;

/** Bytes to numbers with mean 0 and spread 1 by channel of the network; grey pictures are repeated where it wants three. */
function scaled(bytes, channels, { mean, std }) {
  const wanted = mean.length;
  const tables = mean.map((m, c) => Float32Array.from({ length: 256 }, (_, v) => (v / 255 - m) / std[c]));
  const found = new Float32Array((bytes.length / channels) * wanted);
  for (let i = 0, place = 0; i < bytes.length; i += channels) {
    for (let c = 0; c < wanted; c++) found[place++] = tables[c][bytes[i + (channels === 1 ? 0 : c)]];
  }
  return found;
}

/**
 * What a lane sees: the chosen rows, bytes of rows (as the pictures are), those made fit and scaled, and
 * at(step) -> {places, labels, pixels()}. Pictures are made fit a batch at a time, so a set stays as small as it came.
 */
export function createFeed({ graph, recipe, data }) {
  const [wanted, height, width] = graph.input.shape;
  const inside = fitter(data, { height, width, channels: wanted });
  const spread = spreadFor(data, graph.input);
  const { labels, train, classes } = data;
  const rows = chosen(labels, train, classes, recipe.pictures_per_class, recipe.seed);
  if (!rows.length) throw new Error("There is no picture to train on.");
  const batches = new Batches(rows.length, recipe.batch, recipe.seed);
  const bytes = (which) => gathered(data.images, data, which);
  const moved = (which, plan) => {
    if (!inside.isFitting) return gathered(data.images, data, which, plan);
    const fitting = inside.fit(bytes(which));
    return plan ? gathered(fitting, inside, Array.from(which.keys()), plan) : fitting;
  };
  return {
    rows,
    bytes,
    scaled: (given) => scaled(inside.fit(given), inside.channels, spread),
    shape: [height, width, wanted],
    at(step) {
      const places = batches.at(step);
      const which = places.map((place) => rows[place]);
      const plan = recipe.augmentation === "none" ? undefined : moves(recipe.augmentation, recipe.batch, height, recipe.seed, step);
      return { places, labels: which.map((row) => data.labels[row]), pixels: () => scaled(moved(which, plan), inside.channels, spread) };
    },
  };
}

/** Which values a dropout keeps at a step: 0, or 1 / (1 - p). */
export function dropoutMask(count, p, seed, step, index) {
  const stream = new Generator(seed, DROPOUT, step, index);
  const limit = Math.round(p * FINE);
  const kept = p < 1 ? 1 / (1 - p) : 0;
  return Float32Array.from({ length: count }, () => (stream.below(FINE) < limit ? 0 : kept));
}
