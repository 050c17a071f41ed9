// Two kernels one after the other are one kernel. No DOM here.
// Sliding a then b (both as cross-correlation) adds up offsets: composed[m] = Σ a[i] b[m − i], which is the true
// convolution of the two, and does not care for the order.

/** Kernels are {rows, columns, cells}; the composed one has (rows + rows − 1, columns + columns − 1). */
export function compose(a, b) {
  const rows = a.rows + b.rows - 1, columns = a.columns + b.columns - 1;
  const cells = new Float64Array(rows * columns);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.columns; j++)
      for (let p = 0; p < b.rows; p++)
        for (let q = 0; q < b.columns; q++)
          cells[(i + p) * columns + j + q] += a.cells[i * a.columns + j] * b.cells[p * b.columns + q];
  return { rows, columns, cells };
}

/** The pairs of cells that meet in cell (row, column) of the composed kernel: [[a, b], …]. */
export function pairs(a, b, row, column) {
  const met = [];
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < a.columns; j++) {
      const p = row - i, q = column - j;
      if (p >= 0 && q >= 0 && p < b.rows && q < b.columns) met.push([a.cells[i * a.columns + j], b.cells[p * b.columns + q]]);
    }
  return met;
}

/** Largest |a − b| of two planes of one size: inside a border of (top, left) cells, and in that border. */
export function differences(a, b, top = 0, left = 0) {
  const { height, width } = a;
  let inside = 0, border = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const d = Math.abs(a.data[y * width + x] - b.data[y * width + x]);
      if (y < top || x < left || y >= height - top || x >= width - left) { if (d > border) border = d; } else if (d > inside) inside = d;
    }
  return { inside, border };
}

/** a − b, as a plane. */
export function subtract(a, b) {
  return { ...a, data: a.data.map((value, i) => value - b.data[i]) };
}
