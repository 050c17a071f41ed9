// A stack of layers along one line of pixels: sizes, fields, and who reads whom. No DOM here.
// A layer is {k, s, d, p, pool}. r += (k - 1) d j, first -= p j, j *= s (Araujo, Norris, Sim 2019).

export const LIMITS = { k: [1, 9], s: [1, 4], d: [1, 4], p: [0, 8] };
export const MOST_LAYERS = 7;

/** Levels of a stack, the picture first: [{n, size, jump, first, last, grew, why, ...layer}]. `why` says what cannot be. */
export function trace(stack, pixels) {
  const levels = [{ n: pixels, size: 1, jump: 1, first: 0, last: 0, grew: 0, why: "" }];
  for (const layer of stack) levels.push(after(levels.at(-1), layer, levels.length));
  return levels;
}

function after(below, layer, number) {
  const { k, s, d, p } = layer;
  const reach = d * (k - 1);
  const n = below.n > 0 ? Math.floor((below.n + 2 * p - reach - 1) / s) + 1 : 0;
  const grew = reach * below.jump;
  const first = below.first - p * below.jump;
  const fits = n > 0 || below.n <= 0 ? "" : `layer ${number}: a window of ${reach + 1} does not fit into ${below.n + 2 * p} cells (${below.n} and ${2 * p} of padding)`;
  return { ...layer, n: Math.max(0, n), size: below.size + grew, jump: below.jump * s, first, last: first + below.size + grew - 1, grew, why: below.why || fits };
}

/** The first and last pixel that a unit of a level sees. */
export const seen = (level, unit) => [level.first + unit * level.jump, level.last + unit * level.jump];

/** Where a unit sits above the line of pixels. */
export const middle = (level, unit) => (level.first + level.last) / 2 + unit * level.jump;

/** The units of the level below that a unit reads, those in the padding too. */
export function taps(layer, unit) {
  return Array.from({ length: layer.k }, (_, i) => unit * layer.s - layer.p + i * layer.d);
}

/** For one unit: level by level from its own down to the pixels, a Map unit -> number of ways up to it. Padding ends there. */
export function ways(levels, top, unit) {
  const found = [];
  let held = new Map([[unit, 1]]);
  for (let level = top; level >= 0; level--) {
    found[level] = held;
    if (level === 0) break;
    const below = new Map();
    for (const [at, count] of held) {
      if (at < 0 || at >= levels[level].n) continue; // a zero of the padding: nothing lies below it
      for (const tap of taps(levels[level], at)) below.set(tap, (below.get(tap) || 0) + count);
    }
    held = below;
  }
  return found;
}

/** "3,1,1,0:p2,2,1,0" -> layers; undefined for anything else. */
export function parse(text) {
  const layers = text.split(":").filter(Boolean).map((part) => {
    const [, pool, ...numbers] = part.match(/^(p?)(\d),(\d),(\d),(\d)$/) || [];
    const [k, s, d, p] = numbers.map(Number);
    return { k, s, d, p, pool: Boolean(pool) };
  });
  const fits = (layer) => Object.entries(LIMITS).every(([name, [low, high]]) => layer[name] >= low && layer[name] <= high);
  return layers.length >= 1 && layers.length <= MOST_LAYERS && layers.every(fits) ? layers : undefined;
}

export const format = (stack) => stack.map(({ k, s, d, p, pool }) => `${pool ? "p" : ""}${k},${s},${d},${p}`).join(":");

/** What the slides' 1 + L (K - 1) gives, or null where the layers differ in size. */
export function slides(stack) {
  const same = stack.every((layer) => layer.k === stack[0].k);
  return same ? 1 + stack.length * (stack[0].k - 1) : null;
}
