// Random weights that everyone gets alike: a number in -1..1 made from its place and a seed, by mixing bits.
// The same few lines stand in the PyTorch code of the page, so that it draws the same weights.

/** The `index`-th number of the row that `seed` begins. */
export function uniform(index, seed) {
  let x = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed, 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  x ^= x >>> 16;
  return ((x >>> 0) / 4294967296) * 2 - 1;
}

/** The first `count` numbers, each times `scale`. */
export function uniforms(count, seed, scale = 1) {
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = uniform(i, seed) * scale;
  return out;
}

/** The same, as lines of a Python program. */
export const UNIFORM_PY = [
  "def uniform(count, seed):",
  '    """Numbers in -1..1, the same as the page draws."""',
  "    x = np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x9E3779B1)",
  "    x ^= np.uint32(seed * 0x85EBCA6B % 2**32)",
  "    x = (x ^ x >> np.uint32(16)) * np.uint32(0x7FEB352D)",
  "    x = (x ^ x >> np.uint32(15)) * np.uint32(0x846CA68B)",
  "    x ^= x >> np.uint32(16)",
  "    return torch.from_numpy(x / 2**32 * 2 - 1)",
];
