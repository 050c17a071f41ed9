// A kernel as the learner edits it: whole cells over a divisor, as textbooks print it (1/16 [1 2 1 …]).
// {rows, columns, divisor, slices: [cells] or [red, green, blue]}

const SIZES = [1, 3, 5, 7];

/** What a divisor may be: no weight may outgrow what can be summed. */
export const divides = (value) => Number.isFinite(value) && Math.abs(value) >= 1e-6 && Math.abs(value) <= 1e9;

/** The weights that slide: cells / divisor, for one slice. */
export function weights(kernel, slice = 0) {
  const cells = kernel.slices[Math.min(slice, kernel.slices.length - 1)];
  return Float64Array.from(cells, (cell) => cell / kernel.divisor);
}

/** The slices of cells that take part: three in full depth, the first alone otherwise. */
export function slidingCells(kernel, mode) {
  return mode === "full" ? [0, 1, 2].map((s) => kernel.slices[Math.min(s, kernel.slices.length - 1)]) : [kernel.slices[0]];
}

/** Whether half a turn leaves the cells as they are: flipping then changes nothing. */
export const unchangedByTurning = (cells) => cells.every((cell, i) => Math.abs(cell - cells[cells.length - 1 - i]) < 1e-9);

export const total = (array) => array.reduce((sum, value) => sum + value, 0);

export function same(a, b) {
  return a.rows === b.rows && a.columns === b.columns && a.slices.length === b.slices.length
    && a.slices.every((cells, s) => cells.every((cell, i) => Math.abs(cell / a.divisor - b.slices[s][i] / b.divisor) < 1e-9));
}

/** One cell changed. */
export function withCell(kernel, slice, index, value) {
  const slices = kernel.slices.map((cells, s) => (s === slice ? cells.map((cell, i) => (i === index ? value : cell)) : cells));
  return { ...kernel, slices };
}

/** Another size, the centre kept: cut, or filled with zeros. */
export function resized(kernel, rows, columns) {
  const dy = (rows - kernel.rows) / 2, dx = (columns - kernel.columns) / 2;
  const slices = kernel.slices.map((cells) => Array.from({ length: rows * columns }, (_, i) => {
    const y = Math.floor(i / columns) - dy, x = (i % columns) - dx;
    return y >= 0 && y < kernel.rows && x >= 0 && x < kernel.columns ? cells[y * kernel.columns + x] : 0;
  }));
  return { ...kernel, rows, columns, slices };
}

/** Gaussian of standard deviation sigma (pixels), sampled at the cells and normalised to sum 1. */
export function gaussian(size, sigma) {
  const line = Array.from({ length: size }, (_, i) => Math.exp(-((i - (size - 1) / 2) ** 2) / (2 * sigma ** 2)));
  const sum = total(line) ** 2;
  return { rows: size, columns: size, divisor: 1, slices: [line.flatMap((a) => line.map((b) => (a * b) / sum))] };
}

const number = (value) => String(+value.toPrecision(9));

/** The field of the state: a preset by its name, anything else as 3x3~cells~divisor. */
export function kernelField(presets, initial) {
  const named = new Map(presets.map((preset) => [preset.name, preset.kernel]));
  return {
    initial: named.get(initial),
    format(kernel) {
      const preset = presets.find((item) => same(item.kernel, kernel));
      if (preset) return preset.name;
      return [`${kernel.rows}x${kernel.columns}`, ...kernel.slices.map((cells) => cells.map(number).join(",")), number(kernel.divisor)].join("~");
    },
    parse(text) {
      if (named.has(text)) return named.get(text);
      const [size, ...parts] = text.slice(0, 6000).split("~");
      const [rows, columns] = size.split("x").map(Number);
      const divisor = Number(parts.pop());
      const slices = parts.map((part) => part.split(",").map((cell) => (cell.trim() ? Number(cell) : NaN)));
      const fits = SIZES.includes(rows) && SIZES.includes(columns) && [1, 3].includes(slices.length)
        && slices.every((cells) => cells.length === rows * columns && cells.every((cell) => Number.isFinite(cell) && Math.abs(cell) <= 1e6))
        && divides(divisor);
      return fits ? { rows, columns, divisor, slices } : undefined;
    },
  };
}
