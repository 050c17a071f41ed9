// Which pictures, in which order, moved how: the same numbers as explorer/transfer/order.py, from one small generator.
//
// Everything is random access: the rows and moves of step s follow from the seed and s alone. All arithmetic is on
// unsigned 32-bit integers. A lane's settings change none of it: lanes with one seed see the same batches.

/** What a stream of numbers is for. */
export const PURPOSE = Object.freeze({ choice: 1, shuffle: 2, moves: 3, split: 4 });

/** Scatters the bits of a 32-bit number (the final mix of MurmurHash3). */
export function mixed(value) {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** A stream of 32-bit numbers for one purpose (mulberry32). */
export class Generator {
  constructor(seed, ...purpose) {
    this.state = mixed(seed >>> 0);
    for (const number of purpose) this.state = mixed(this.state ^ Math.imul(number + 1, 0x9e3779b9));
  }

  /** A number from 0 to n - 1; n up to two million. */
  below(n) {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) * n) / 4294967296);
  }

  /** The rows in a new order (Fisher and Yates). */
  shuffled(rows) {
    const found = Array.from(rows);
    for (let i = found.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [found[i], found[j]] = [found[j], found[i]];
    }
    return found;
  }
}

function byClass(labels, rows, classes) {
  const found = Array.from({ length: classes }, () => []);
  for (const row of rows) found[labels[row]].push(row);
  return found;
}

/**
 * The training rows of a run: as many of each class, class after class; perClass null takes all. With one seed, fewer
 * pictures are always the first of more.
 */
export function chosen(labels, train, classes, perClass, seed) {
  return byClass(labels, train, classes).flatMap((own, label) =>
    new Generator(seed, PURPOSE.choice, label).shuffled(own).slice(0, perClass ?? own.length),
  );
}

/** At most so many of the held-out rows (0: all), each class by its share; always the same ones, in their order. */
export function lookedAt(labels, test, classes, most) {
  if (!most || test.length <= most) return Array.from(test);
  const rows = chosen(labels, test, classes, null, 0); // class after class
  return Array.from({ length: most }, (_, place) => rows[Math.floor((place * rows.length) / most)]).sort((a, b) => a - b);
}

/**
 * The batches of a run over `count` chosen pictures: `at(step)` (from 0) gives `size` places among the chosen. One
 * shuffled epoch follows the other without a gap, so every batch is full.
 */
export class Batches {
  constructor(count, size, seed) {
    Object.assign(this, { count, size, seed, kept: new Map() });
  }

  permutation(epoch) {
    if (!this.kept.has(epoch)) {
      if (this.kept.size >= 4) this.kept.delete(this.kept.keys().next().value);
      const places = Array.from({ length: this.count }, (_, i) => i);
      this.kept.set(epoch, new Generator(this.seed, PURPOSE.shuffle, epoch).shuffled(places));
    }
    return this.kept.get(epoch);
  }

  at(step) {
    return Array.from({ length: this.size }, (_, i) => {
      const place = step * this.size + i;
      return this.permutation(Math.floor(place / this.count))[place % this.count];
    });
  }
}

/** How far augmentation moves a picture: a fourteenth of its side, at least one pixel. */
export function reachPx(sidePx) {
  return Math.max(1, Math.floor(sidePx / 14));
}

/** The moves of the pictures of one batch, [down, right, flip] each ("none", "shift", "shift and flip"). */
export function moves(augmentation, size, sidePx, seed, step) {
  if (augmentation === "none") return Array.from({ length: size }, () => [0, 0, false]);
  const stream = new Generator(seed, PURPOSE.moves, step);
  const reach = reachPx(sidePx);
  return Array.from({ length: size }, () => {
    const down = stream.below(2 * reach + 1) - reach;
    const right = stream.below(2 * reach + 1) - reach;
    return [down, right, stream.below(2) === 1 && augmentation === "shift and flip"];
  });
}

const clamped = (value, last) => Math.min(Math.max(value, 0), last);

/**
 * The pictures at `rows` after their moves, as bytes (rows x height x width x channels); what comes in at an edge
 * repeats the edge; a mirrored picture is mirrored first and moved then.
 */
export function gathered(images, { height, width, channels }, rows, plan) {
  const pixels = height * width * channels;
  const found = new Uint8Array(rows.length * pixels);
  rows.forEach((row, i) => {
    const [down, right, flip] = plan ? plan[i] : [0, 0, false];
    const picture = images.subarray(row * pixels, (row + 1) * pixels);
    if (!down && !right && !flip) return found.set(picture, i * pixels);
    let place = i * pixels;
    for (let y = 0; y < height; y++) {
      const from = clamped(y - down, height - 1) * width;
      for (let x = 0; x < width; x++) {
        const column = clamped(x - right, width - 1);
        const start = (from + (flip ? width - 1 - column : column)) * channels;
        for (let c = 0; c < channels; c++) found[place++] = picture[start + c];
      }
    }
  });
  return found;
}

/** 0 (train) or 1 (test) for each picture: the same share of every class; a class with one picture trains with it. */
export function split(labels, classes, testShare, seed) {
  const sides = new Uint8Array(labels.length);
  byClass(labels, labels.keys(), classes).forEach((own, label) => {
    const held = Math.max(0, Math.min(own.length - 1, Math.max(1, Math.floor(own.length * testShare + 0.5))));
    const order = new Generator(seed, PURPOSE.split, label).shuffled(own);
    for (const row of order.slice(0, held)) sides[row] = 1;
  });
  return sides;
}
