// Paints the figure on a canvas: padded input, window, products, output. What to paint comes ready from the page.
import { short } from "../shared/colour.js";
import { isInput, place, sourceOf, copiesOf } from "./arithmetic.js";
import { isGrey, shade } from "./colours.js";
import { point } from "./scene.js";

/** Draw within a sheet as if it lay flat, in units of pixels with cells of side `u`. */
function on(ctx, sheet, draw) {
  const { a, b, c, d, e, f, u } = sheet;
  ctx.save();
  ctx.transform(a / u, b / u, c / u, d / u, e, f);
  draw(u);
  ctx.restore();
}

function box(ctx, x, y, w, h, radius) {
  ctx.beginPath();
  ctx.roundRect(x, y, w, h, radius);
}

function label(ctx, look, text, x, y, size, { weight = 500, ink = look.ink, align = "center" } = {}) {
  ctx.font = `${weight} ${size}px ${look.font}`;
  ctx.fillStyle = ink;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillText(text, x, y);
}

/** A filled cell with a fine edge, so that a zero can be told from the ground. */
function filled(ctx, look, x, y, u, fill) {
  ctx.fillStyle = fill;
  box(ctx, x + 0.75, y + 0.75, u - 1.5, u - 1.5, 3);
  ctx.fill();
  ctx.strokeStyle = look.edge;
  ctx.lineWidth = 1;
  ctx.stroke();
}

const LEAST = 8.5; // px: smaller digits are left out

/** One size of digits for a whole grid: what the longest number allows. */
function digitSize(data, u) {
  let longest = 2;
  for (const value of data) longest = Math.max(longest, short(value, 3).length);
  return Math.min(u * 0.44, (u * 1.5) / longest, 22);
}

function number(ctx, look, value, x, y, size, options) {
  if (size >= LEAST) label(ctx, look, short(value, 3), x, y, size, options);
}

function hatch(ctx, look, x, y, u) {
  ctx.save();
  box(ctx, x, y, u, u, 3);
  ctx.clip();
  ctx.strokeStyle = look.ink;
  ctx.globalAlpha = 0.17;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const step = Math.max(5, u / 6);
  for (let i = -u; i < u; i += step) { ctx.moveTo(x + i, y + u); ctx.lineTo(x + i + u, y); }
  ctx.stroke();
  ctx.restore();
}

function dashed(ctx, colour, x, y, u, alpha = 0.55) {
  ctx.save();
  ctx.globalAlpha = alpha;
  ctx.strokeStyle = colour;
  ctx.setLineDash([Math.max(2, u / 10), Math.max(2, u / 12)]);
  ctx.lineWidth = 1.2;
  box(ctx, x + 1.2, y + 1.2, u - 2.4, u - 2.4, 3);
  ctx.stroke();
  ctx.restore();
}

/** One cell of the padded input. `read` false: struck through and pale. */
function inputCell(ctx, look, { x, y, u, colours, value, size, padding, read, zero }) {
  ctx.globalAlpha = read ? 1 : 0.38;
  filled(ctx, look, x, y, u, padding && zero ? look.panel : colours.fill);
  if (padding) {
    if (!zero) { ctx.globalAlpha *= 0.45; ctx.fillStyle = look.panel; ctx.fill(); ctx.globalAlpha = read ? 1 : 0.38; }
    hatch(ctx, look, x + 0.75, y + 0.75, u - 1.5);
    dashed(ctx, look.ink, x, y, u);
  }
  const ink = padding && zero ? look.ink : padding ? (look.dark ? "#ffffff" : "#14151b") : colours.ink;
  number(ctx, look, value, x + u / 2, y + u / 2, size, { weight: padding ? 400 : 550, ink });
  ctx.globalAlpha = 1;
  if (!read && !padding) strike(ctx, look, x, y, u);
}

function strike(ctx, look, x, y, u) {
  ctx.strokeStyle = look.warning;
  ctx.lineWidth = Math.max(1, u / 22);
  ctx.beginPath();
  ctx.moveTo(x + u * 0.14, y + u * 0.86);
  ctx.lineTo(x + u * 0.86, y + u * 0.14);
  ctx.moveTo(x + u * 0.14, y + u * 0.14);
  ctx.lineTo(x + u * 0.86, y + u * 0.86);
  ctx.stroke();
}

function paintInput(ctx, look, view) {
  const { done, sheet, times } = view;
  const counts = view.show === "times" && done.output;
  const plane = counts ? times : done.padded;
  const colour = shade(counts ? times.data : done.padded.data, { grey: !counts && view.grey, dark: look.dark });
  on(ctx, sheet.input, (u) => {
    const size = digitSize(plane.data, u);
    for (let row = 0; row < sheet.input.rows; row++)
      for (let column = 0; column < sheet.input.columns; column++) {
        const at = row * plane.width + column;
        const padding = !isInput(done, row, column);
        inputCell(ctx, look, {
          x: column * u, y: row * u, u, colours: colour(plane.data[at]), value: plane.data[at], size, padding,
          read: !done.output || times.data[at] > 0, zero: padding && !counts && !sourceOf(done, row, column),
        });
      }
  });
}

/** The frame of the window, its gaps veiled, a small weight on every cell that it reads. */
function paintWindow(ctx, look, { done, sheet, at }) {
  const { how, weights, columns } = done;
  const side = columns.window;
  on(ctx, sheet.input, (u) => {
    const [x, y] = [at.column * u, at.row * u];
    if (how.d > 1) veilGaps(ctx, look, how, x, y, u, side);
    for (let i = 0; i < how.k * how.k; i++) {
      const [cx, cy] = [x + (i % how.k) * how.d * u, y + Math.floor(i / how.k) * how.d * u];
      if (how.d > 1) outline(ctx, look, cx + 2, cy + 2, u - 4, u - 4, 1.5);
      weightChip(ctx, look, weights[i], cx, cy, u);
    }
    if (how.d > 1) ctx.setLineDash([u / 5, u / 8]);
    outline(ctx, look, x, y, side * u, side * u, how.d > 1 ? 2 : 3.2);
    ctx.setLineDash([]);
  });
}

function veilGaps(ctx, look, how, x, y, u, side) {
  ctx.globalAlpha = 0.45;
  ctx.fillStyle = look.paper;
  for (let row = 0; row < side; row++)
    for (let column = 0; column < side; column++) if (row % how.d || column % how.d) ctx.fillRect(x + column * u, y + row * u, u, u);
  ctx.globalAlpha = 1;
}

function outline(ctx, look, x, y, w, h, thick) {
  box(ctx, x, y, w, h, 3);
  ctx.lineJoin = "round";
  ctx.strokeStyle = "#000000";
  ctx.lineWidth = thick + 2.4;
  ctx.stroke();
  ctx.strokeStyle = look.window;
  ctx.lineWidth = thick;
  ctx.stroke();
}

function weightChip(ctx, look, weight, x, y, u) {
  const size = Math.min(u * 0.26, 14);
  if (size < LEAST) return;
  const text = `×${short(weight, 2)}`;
  ctx.font = `650 ${size}px ${look.font}`;
  const wide = ctx.measureText(text).width + size * 0.5;
  ctx.fillStyle = look.window;
  box(ctx, x + u - wide - 2, y + u - size * 1.3 - 2, wide, size * 1.3, 3);
  ctx.fill();
  label(ctx, look, text, x + u - wide / 2 - 2, y + u - size * 0.62 - 2, size, { weight: 650, ink: "#14151b" });
}

const frameCorners = (sheet, row, column, side) => [[row, column], [row, column + side], [row + side, column + side], [row + side, column]].map(([y, x]) => point(sheet, y, x));

/** From the window to what is made of it: over the products when flat, straight up when stacked. */
function beams({ done, sheet, at, t }) {
  const { row, column } = place(done, t);
  const win = frameCorners(sheet.input, at.row, at.column, done.columns.window);
  const out = frameCorners(sheet.output, row, column, 1);
  if (sheet.stacked) return [[3, 0], [0, 1], [1, 2], [2, 3]].map(([i, j]) => ({ from: [win[i], win[j]], to: [out[i], out[j]] }));
  const mid = frameCorners(sheet.products, 0, 0, done.how.k);
  const first = sheet.narrow ? { from: [win[3], win[2]], to: [mid[0], mid[1]] } : { from: [win[1], win[2]], to: [mid[0], mid[3]] };
  return [first, { from: [mid[1], mid[2]], to: [out[0], out[3]] }];
}

/** The light of the beams lies under the cells when flat, so that it colours none of them. */
function paintLight(ctx, look, view) {
  ctx.globalAlpha = view.sheet.stacked ? 0.1 : look.dark ? 0.16 : 0.24;
  ctx.fillStyle = look.window;
  for (const { from, to } of beams(view)) {
    ctx.beginPath();
    [from[0], from[1], to[1], to[0]].forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
    ctx.closePath();
    ctx.fill();
  }
  ctx.globalAlpha = 1;
}

function paintRays(ctx, look, view) {
  ctx.globalAlpha = look.dark ? 0.65 : 0.9;
  ctx.strokeStyle = look.dark ? look.window : "#8a6f00";
  ctx.lineWidth = 1.1;
  ctx.beginPath();
  for (const { from, to } of beams(view)) for (const i of [0, 1]) { ctx.moveTo(...from[i]); ctx.lineTo(...to[i]); }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function paintProducts(ctx, look, { done, sheet, products, sum }) {
  const colour = shade(products.map((term) => term.product), { grey: false, dark: look.dark });
  const { k } = done.how;
  on(ctx, sheet.products, (u) => {
    const both = u >= 38;
    const size = digitSize(products.map((term) => term.product), u);
    products.forEach((term, i) => {
      const [x, y] = [(i % k) * u, Math.floor(i / k) * u];
      const { fill, ink } = colour(term.product);
      filled(ctx, look, x, y, u, fill);
      if (term.padding) dashed(ctx, ink, x, y, u, 0.7);
      number(ctx, look, term.product, x + u / 2, y + u * (both ? 0.66 : 0.5), both ? Math.min(size, u * 0.42) : size, { weight: 650, ink });
      if (both) label(ctx, look, `${short(term.value, 3)}·${short(term.weight, 2)}`, x + u / 2, y + u * 0.26, Math.min(13, u * 0.27), { ink, weight: 400 });
    });
    label(ctx, look, `Σ = ${short(sum, 5)}`, (k * u) / 2, k * u + 22, Math.min(24, Math.max(17, u * 0.5)), { weight: 700 });
  });
}

function paintOutput(ctx, look, { done, sheet, t, photo }) {
  const { data } = done.output;
  const colour = shade(data, { grey: photo && isGrey(data), dark: look.dark });
  on(ctx, sheet.output, (u) => {
    if (sheet.stacked) { ctx.globalAlpha = 0.6; ctx.fillStyle = look.paper; ctx.fillRect(0, 0, sheet.output.columns * u, sheet.output.rows * u); ctx.globalAlpha = 1; }
    const size = digitSize(data, u);
    data.forEach((value, i) => {
      const [x, y] = [(i % sheet.output.columns) * u, Math.floor(i / sheet.output.columns) * u];
      if (i > t) return emptyCell(ctx, look, x, y, u);
      const { fill, ink } = colour(value);
      filled(ctx, look, x, y, u, fill);
      number(ctx, look, value, x + u / 2, y + u / 2, size, { weight: 550, ink });
    });
    const { row, column } = place(done, t);
    outline(ctx, look, column * u + 1, row * u + 1, u - 2, u - 2, Math.min(3, u / 8));
  });
}

function emptyCell(ctx, look, x, y, u) {
  ctx.globalAlpha = 0.4;
  ctx.strokeStyle = look.ink;
  ctx.lineWidth = 1;
  box(ctx, x + 1.5, y + 1.5, u - 3, u - 3, 3);
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function ring(ctx, look, sheet, row, column, thick = 3) {
  on(ctx, sheet, (u) => {
    box(ctx, column * u + 2, row * u + 2, u - 4, u - 4, 4);
    const width = Math.max(1.2, Math.min(thick, u / 12));
    ctx.strokeStyle = look.paper;
    ctx.lineWidth = width * 1.7;
    ctx.stroke();
    ctx.strokeStyle = look.accent;
    ctx.lineWidth = width;
    ctx.stroke();
  });
}

function arrow(ctx, look, sheet, from, to) {
  const [[x0, y0], [x1, y1]] = [from, to].map(({ row, column }) => point(sheet, row + 0.5, column + 0.5));
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const bend = Math.min(36, length * 0.25);
  const [mx, my] = [(x0 + x1) / 2 - ((y1 - y0) / length) * bend, (y0 + y1) / 2 + ((x1 - x0) / length) * bend];
  const angle = Math.atan2(y1 - my, x1 - mx);
  const head = 8;
  for (const [colour, thick] of [[look.paper, 5], [look.accent, 2.4]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = thick;
    ctx.beginPath();
    ctx.moveTo(x0, y0);
    ctx.quadraticCurveTo(mx, my, x1, y1);
    for (const turn of [0.5, -0.5]) { ctx.moveTo(x1, y1); ctx.lineTo(x1 - head * Math.cos(angle + turn), y1 - head * Math.sin(angle + turn)); }
    ctx.stroke();
  }
}

/** The cell looked at: its source or its copies with arrows, and every output that it feeds. */
function paintLookedAt(ctx, look, { done, sheet, cell, feeds }) {
  const { row, column } = cell;
  feeds.forEach((index) => { const to = place(done, index); ring(ctx, look, sheet.output, to.row, to.column, 2.5); });
  const related = isInput(done, row, column) ? copiesOf(done, row, column).map((copy) => [cell, copy]) : [sourceOf(done, row, column)].filter(Boolean).map((source) => [source, cell]);
  related.forEach(([from, to]) => { ring(ctx, look, sheet.input, from.row, from.column, 2); ring(ctx, look, sheet.input, to.row, to.column, 2); arrow(ctx, look, sheet.input, from, to); });
  ring(ctx, look, sheet.input, row, column);
}

function headings(ctx, look, { sheet, heads }) {
  for (const name of ["input", "products", "output"]) {
    if (!heads[name]) continue;
    const corner = point(sheet[name], 0, sheet[name].columns / 2);
    label(ctx, look, heads[name], corner[0], corner[1] - 14, 14, { weight: 650 });
  }
}

/** The window that does not fit, laid on the first cell and sticking out. */
function paintTooLarge(ctx, look, { done, sheet }) {
  on(ctx, sheet.input, (u) => {
    ctx.strokeStyle = look.warning;
    ctx.lineWidth = 3;
    ctx.setLineDash([8, 5]);
    box(ctx, 0, 0, done.columns.window * u, done.rows.window * u, 4);
    ctx.stroke();
    ctx.setLineDash([]);
  });
}

/** view: {done, sheet, at, t, times, products, sum, show, grey, photo, cell, feeds, heads}. */
export function paint(ctx, look, view) {
  if (view.done.output && !view.sheet.stacked) paintLight(ctx, look, view);
  paintInput(ctx, look, view);
  if (!view.done.output) {
    if (view.done.tooLarge) paintTooLarge(ctx, look, view);
    return headings(ctx, look, view);
  }
  paintWindow(ctx, look, view);
  if (view.sheet.stacked) paintLight(ctx, look, view);
  paintRays(ctx, look, view);
  paintOutput(ctx, look, view);
  paintProducts(ctx, look, view);
  headings(ctx, look, view);
  return view.cell && paintLookedAt(ctx, look, view);
}
