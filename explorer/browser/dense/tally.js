// Counting one layer over a picture, exactly, in whole numbers of any size (BigInt). No DOM here.
// Conventions: a connection is one multiplication, so connections = multiply-adds for one picture (the bias comes on
// top); windows at the border count in full, padded zeros included; float32 takes 4 bytes a number.

export const LIMITS = { h: [1, 1024], w: [1, 1024], c: [1, 1024], u: [1, 1_000_000], k: [1, 11], f: [1, 1024] };
export const BYTES = 4n;
export const ADAM = 4n; // weights, gradients, and Adam's two moments

/** Height and width of the map: "same" keeps the size, "valid" gives H − k + 1. */
export function mapSize({ h, w, k, pad }) {
  return pad === "same" ? [h, w] : [h - k + 1, w - k + 1];
}

/** Why these sizes cannot be, in a sentence; "" where they can. */
export function obstacle(sizes) {
  const [rows, columns] = mapSize(sizes);
  if (rows >= 1 && columns >= 1) return "";
  return `a ${sizes.k} × ${sizes.k} window does not fit in a picture of ${sizes.h} × ${sizes.w} without padding`;
}

/** Output numbers, weights, biases, parameters, multiply-adds and bytes of each of the three layers. */
export function tally(sizes) {
  const [h, w, c, u, k, f] = ["h", "w", "c", "u", "k", "f"].map((name) => BigInt(sizes[name]));
  const [rows, columns] = mapSize(sizes).map(BigInt);
  const outputs = rows * columns * f;
  const window = k * k * c;
  return {
    dense: whole({ outputs: u, weights: h * w * c * u, biases: u, macs: h * w * c * u }),
    local: whole({ outputs, weights: outputs * window, biases: outputs, macs: outputs * window }),
    conv: whole({ outputs, weights: window * f, biases: f, macs: outputs * window }),
  };
}

function whole(counts) {
  const params = counts.weights + counts.biases;
  return { ...counts, params, bytes: params * BYTES };
}

/** "1,600,000,000" */
export const digits = (n) => n.toString().replace(/\B(?=(\d{3})+$)/g, ",");

/** "1.6 billion"; the whole number below a million. */
export function words(n) {
  const names = [[10n ** 15n, "quadrillion"], [10n ** 12n, "trillion"], [10n ** 9n, "billion"], [10n ** 6n, "million"]];
  const found = names.find(([size]) => n >= size);
  return found ? `${+(Number(n) / Number(found[0])).toPrecision(3)} ${found[1]}` : digits(n);
}

/** "6.4 GB": units of 1000. */
export function memory(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  const at = Math.min(units.length - 1, Math.floor((digits(bytes).match(/,/g) || []).length));
  return `${+(Number(bytes) / 1000 ** at).toPrecision(3)} ${units[at]}`;
}

/** The formulas of the weights, filled in. */
export function formulas(sizes) {
  const { h, w, c, u, k, f } = sizes;
  const [rows, columns] = mapSize(sizes);
  const count = tally(sizes);
  const end = (layer) => `${digits(layer.weights)} weights + ${digits(layer.biases)} ${layer.biases === 1n ? "bias" : "biases"} = ${digits(layer.params)} parameters`;
  return {
    dense: `H · W · C · units = ${h} · ${w} · ${c} · ${digits(BigInt(u))} = ${end(count.dense)}`,
    local: `H′ · W′ · filters · k · k · C = ${rows} · ${columns} · ${f} · ${k} · ${k} · ${c} = ${end(count.local)}`,
    conv: `k · k · C · filters = ${k} · ${k} · ${c} · ${f} = ${end(count.conv)}`,
  };
}
