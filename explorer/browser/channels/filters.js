// A filter over R, G, B: {slices: [red, green, blue], bias}, each slice nine numbers. Nothing here changes in place.

export const SIDE = 3;
export const CHANNELS = ["R", "G", "B"];
export const MOST_FILTERS = 8;
const CELLS = SIDE * SIDE;
const LARGEST = 1e6;

const number = (value) => String(+value.toPrecision(9));
const close = (a, b) => Math.abs(a - b) < 1e-6;

export function withCell(filter, channel, index, value) {
  const slices = filter.slices.map((slice, c) => (c === channel ? slice.map((cell, i) => (i === index ? value : cell)) : slice));
  return { ...filter, slices };
}

/** The preset whose slices these are, whatever the bias; undefined for a filter of one's own. */
export function presetOf(filter, presets) {
  return presets.find((preset) => preset.slices.every((slice, c) => slice.every((cell, i) => close(cell, filter.slices[c][i]))));
}

/** All 27 weights in the order that `correlate` reads. */
export const flat = (filter) => Float64Array.from(filter.slices.flat());

export const blank = () => ({ slices: CHANNELS.map(() => new Array(CELLS).fill(0)), bias: 0 });

function parseOne(text, presets) {
  const [body, biasText = "0", ...rest] = text.split(":");
  const bias = biasText.trim() === "" ? NaN : Number(biasText);
  if (rest.length || !Number.isFinite(bias) || Math.abs(bias) > LARGEST) return undefined;
  const preset = presets.find((item) => item.name === body);
  if (preset) return { slices: preset.slices, bias };
  const cells = body.split(",").map((cell) => (cell.trim() === "" ? NaN : Number(cell)));
  if (cells.length !== 3 * CELLS || !cells.every((cell) => Number.isFinite(cell) && Math.abs(cell) <= LARGEST)) return undefined;
  return { slices: CHANNELS.map((_, c) => cells.slice(c * CELLS, (c + 1) * CELLS)), bias };
}

function formatOne(filter, presets) {
  const body = presetOf(filter, presets)?.name || filter.slices.flat().map(number).join(",");
  return filter.bias ? `${body}:${number(filter.bias)}` : body;
}

/** The field of the state: one to eight filters, "name*name:bias*27 numbers". */
export function filtersField(presets, names) {
  const format = (filters) => filters.map((filter) => formatOne(filter, presets)).join("*");
  const parse = (text) => {
    const filters = text.slice(0, 8000).split("*").map((part) => parseOne(part, presets));
    return filters.length <= MOST_FILTERS && filters.every(Boolean) ? filters : undefined;
  };
  return { initial: parse(names.join("*")), parse, format };
}

/** Mixings of channels: {rows: [[r, g, b], …], bias: […]}, one row an output channel. */
export function mixingOf(mixing, presets) {
  return presets.find((preset) => preset.rows.length === mixing.rows.length
    && preset.rows.every((row, k) => close(preset.bias[k], mixing.bias[k]) && row.every((cell, c) => close(cell, mixing.rows[k][c]))));
}

/** The field of the state: a mixing by name, or rows of "r,g,b,bias" with "*" between. */
export function mixingField(presets, initial, most = 4) {
  const named = (name) => presets.find((preset) => preset.name === name);
  const plain = ({ rows, bias }) => ({ rows, bias });
  const format = (mixing) => mixingOf(mixing, presets)?.name || mixing.rows.map((row, k) => [...row, mixing.bias[k]].map(number).join(",")).join("*");
  const parse = (text) => {
    if (named(text)) return plain(named(text));
    const rows = text.slice(0, 1000).split("*").map((row) => row.split(",").map((cell) => (cell.trim() === "" ? NaN : Number(cell))));
    const fits = rows.length <= most && rows.every((row) => row.length === 4 && row.every((cell) => Number.isFinite(cell) && Math.abs(cell) <= LARGEST));
    return fits ? { rows: rows.map((row) => row.slice(0, 3)), bias: rows.map((row) => row[3]) } : undefined;
  };
  return { initial: plain(named(initial)), parse, format };
}

/** Another number of output channels: rows cut, or copies of one input channel added. */
export function withRows(mixing, count) {
  const rows = Array.from({ length: count }, (_, k) => mixing.rows[k] || [0, 1, 2].map((c) => (c === k % 3 ? 1 : 0)));
  return { rows, bias: rows.map((_, k) => mixing.bias[k] || 0) };
}
