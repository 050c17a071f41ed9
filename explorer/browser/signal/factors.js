// A kernel as a sum of columns times rows: the singular value decomposition. No DOM here.
// One-sided Jacobi (Hestenes 1958): columns are turned in pairs until all stand at right angles.

const SWEEPS = 60;

/** Singular values above this share of the largest count towards the rank. */
export const TOLERANCE = 1e-6;

function dot(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function rotate(a, b, c, s) {
  for (let i = 0; i < a.length; i++) [a[i], b[i]] = [c * a[i] - s * b[i], s * a[i] + c * b[i]];
}

/** Turn columns p and q until they stand at right angles; whether that took a turn. */
function turnPair(columns, right, p, q) {
  const [alpha, beta, gamma] = [dot(columns[p], columns[p]), dot(columns[q], columns[q]), dot(columns[p], columns[q])];
  if (Math.abs(gamma) <= 1e-15 * Math.sqrt(alpha * beta)) return false;
  const zeta = (beta - alpha) / (2 * gamma);
  const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
  const c = 1 / Math.sqrt(1 + t * t);
  rotate(columns[p], columns[q], c, c * t);
  rotate(right[p], right[q], c, c * t);
  return true;
}

/** matrix (rows, columns) flat -> [{singular, u (rows), v (columns)}], largest first: matrix = Σ singular u vᵀ. */
export function svd(matrix, rows, columns) {
  if (rows < columns) {
    const turned = Float64Array.from({ length: rows * columns }, (_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]);
    return svd(turned, columns, rows).map(({ singular, u, v }) => ({ singular, u: v, v: u }));
  }
  const left = Array.from({ length: columns }, (_, j) => Float64Array.from({ length: rows }, (_, i) => matrix[i * columns + j]));
  const right = Array.from({ length: columns }, (_, j) => Float64Array.from({ length: columns }, (_, i) => (i === j ? 1 : 0)));
  for (let sweep = 0, turned = true; turned && sweep < SWEEPS; sweep++) {
    turned = false;
    for (let p = 0; p < columns - 1; p++) for (let q = p + 1; q < columns; q++) if (turnPair(left, right, p, q)) turned = true;
  }
  const triples = left.map((column, j) => {
    const singular = Math.sqrt(dot(column, column));
    return { singular, u: column.map((value) => (singular > 0 ? value / singular : 0)), v: right[j] };
  });
  return triples.sort((a, b) => b.singular - a.singular);
}

/** How many terms it takes: singular values above TOLERANCE of the largest. */
export function rank(triples) {
  const most = triples[0].singular;
  return most > 0 ? triples.filter(({ singular }) => singular > TOLERANCE * most).length : 0;
}

const sum = (array) => array.reduce((total, value) => total + value, 0);
const clear = (array) => { const total = sum(array); return Math.abs(total) > 1e-6 * sum(array.map(Math.abs)) ? Math.sign(total) : 0; };
const tidy = (array) => { const most = Math.max(...array.map(Math.abs)); return Array.from(array, (value) => (Math.abs(value) < 1e-12 * most ? 0 : value)); };

/** u over its smallest cell, where that makes all cells whole; null where it does not. */
function whole(u) {
  const most = Math.max(...u.map(Math.abs));
  const least = Math.min(...Array.from(u, Math.abs).filter((value) => value > 1e-9 * most));
  const scaled = Array.from(u, (value) => value / least);
  return scaled.every((value) => Math.abs(value - Math.round(value)) < 1e-6 && Math.abs(value) < 1000) ? { cells: scaled.map(Math.round), least } : null;
}

/**
 * A term as people write it: column (rows) and row (columns) with column × row = singular u vᵀ. Where both have a
 * sum, both get the same one (a mean is split into two means); else the column is made of whole numbers.
 */
export function written({ singular, u, v }) {
  const sign = clear(u) || clear(v) || Math.sign(u.findLast((value) => Math.abs(value) > 1e-9)) || 1;
  const [a, b] = [tidy(u.map((value) => sign * value)), tidy(v.map((value) => sign * value))];
  if (clear(a) && clear(b)) {
    const total = singular * sum(a) * sum(b), root = Math.sqrt(Math.abs(total));
    return { column: a.map((value) => (value / sum(a)) * root), row: b.map((value) => ((value / sum(b)) * total) / root) };
  }
  const simple = whole(a);
  if (simple) return { column: simple.cells, row: b.map((value) => value * singular * simple.least) };
  const root = Math.sqrt(singular);
  return { column: a.map((value) => value * root), row: b.map((value) => value * root) };
}

/** column × row, flat (rows, columns). */
export function outer(column, row) {
  return Float64Array.from({ length: column.length * row.length }, (_, i) => column[Math.floor(i / row.length)] * row[i % row.length]);
}

/** Multiplies for one output pixel: the full kernel, and `terms` columns and rows one after the other. */
export function multiplies(rows, columns, terms) {
  return { full: rows * columns, separable: terms * (rows + columns) };
}
