// Several small windows against one large one: the same field, fewer weights, more non-linearities.
import { table } from "../shared/colour.js";
import { h, put, slider, table as numbersTable } from "../shared/controls.js";
import { sheet, theme } from "./sheet.js";

const MOST_PX = 156, HEAD = 26, MAP_PX = 56;
const VIOLET = { light: table(["#f3effc", "#b9a4ee", "#5b35c9"], 64), dark: table(["#1d1a2b", "#5a45a8", "#c9b8ff"], 64) };
const whole = (v) => v.toLocaleString("en");

/** The figures of n layers of 3 x 3 and of one (2n + 1) x (2n + 1), with C channels in and out, weights only. */
export function comparison(n, channels) {
  const side = 2 * n + 1;
  const kinds = [{ layers: n, k: 3 }, { layers: 1, k: side }];
  const [small, large] = kinds.map(({ layers, k }) => {
    const weights = layers * k * k * channels * channels;
    return { layers, k, field: 1 + layers * (k - 1), weights, macs: weights * MAP_PX * MAP_PX, bends: layers };
  });
  return { n, channels, side, small, large, ratio: small.weights / large.weights };
}

/** In how many ways each pixel of a line reaches the unit through n windows of 3. */
export function ways(n) {
  let line = [1];
  for (let i = 0; i < n; i++) line = Array.from({ length: line.length + 2 }, (_, x) => (line[x] || 0) + (line[x - 1] || 0) + (line[x - 2] || 0));
  return line;
}

/** onChange({n, ch}). */
export function stackedSection({ root, onChange }) {
  const canvas = h("canvas", { role: "img" });
  const box = h("div", { class: "stage stacked" }, canvas);
  const count = slider({ label: "Layers of 3×3", min: 2, max: 5, value: 2, onInput: (n) => onChange({ n }) });
  const width = slider({ label: "Channels C", min: 1, max: 512, value: 64, onInput: (ch) => onChange({ ch }) });
  const body = h("div", { class: "table-wrap" });
  const text = h("p", {});
  const element = h("section", {}, h("h2", {}, "Two 3×3 or one 5×5?"),
    h("p", {}, "The lecture asks whether two 3×3 convolutions are the same as one 5×5, and answers: no, “less parameters and more non-linearities”. What they have in common is the field."),
    h("div", { class: "stacked-grid" }, box, h("div", {}, h("div", { class: "stacked-controls" }, count.element, width.element), body, text)));
  let shown = null;
  const paint = () => {
    const w = Math.floor(box.clientWidth);
    if (!shown || !w) return;
    const plan = arrange(w, shown);
    draw(sheet(canvas, w, Math.ceil(HEAD + shown.side * plan.cell + 6)), theme(root), plan, shown);
  };
  const set = ({ n, ch }) => {
    shown = comparison(n, ch);
    count.set(n);
    width.set(ch);
    const { small, large, side } = shown;
    const row = (name, of) => [name, of(small), of(large)];
    body.replaceChildren(numbersTable("Small windows against one large window", [
      ["", `${n} × (3×3)`, `one ${side}×${side}`],
      row("Field", ({ field }) => `${field} × ${field} px`),
      row("Weights", ({ layers, k, weights }) => `${layers > 1 ? `${layers} · ` : ""}${k * k} C² = ${whole(weights)}`),
      row(`MACs, map of ${MAP_PX} × ${MAP_PX}`, ({ macs }) => whole(macs)),
      row("Non-linearities", ({ bends }) => String(bends)),
    ]));
    put(text, `${n} small layers need ${(100 * shown.ratio).toFixed(1)} % of the weights and operations (biases left out). Without the non-linearity between them they would be one ${side}×${side} filter, and not every one: ${9 * n} numbers cannot choose ${side * side} freely. The numbers in the grids say in how many ways a pixel reaches the unit: stacked windows lean on the middle.`);
    canvas.setAttribute("aria-label", `${n} windows of 3 by 3 one after the other see ${side} by ${side} pixels, as one window of ${side} by ${side} does.`);
    paint();
  };
  return { element, set, repaint: paint, numbers: () => ({ ...shown, ways: shown && ways(shown.n) }), canvases: () => [canvas] };
}

/** Where the grids stand: the stack's from the pixels to the unit, then the large window's and its unit. */
function arrange(w, { n, side }) {
  const sizes = Array.from({ length: n + 1 }, (_, i) => side - 2 * i);
  const gap = Math.min(34, w * 0.05), between = gap * 1.6;
  const cells = sizes.reduce((a, b) => a + b, 0) + side + 1;
  const cell = Math.min(MOST_PX / side, (w - gap * (n + 1) - between - 8) / cells);
  let x = 4;
  const place = (k, after) => { const found = [x, HEAD + ((side - k) * cell) / 2, k]; x += k * cell + after; return found; };
  const stack = sizes.map((k, i) => place(k, i < n ? gap : between));
  return { cell, stack, single: [place(side, gap), place(1, 0)] };
}

function draw(ctx, look, { cell, stack, single }, { n, side }) {
  const line = ways(n);
  const weigh = (row, column) => line[row] * line[column];
  [stack, single].forEach((row, which) => {
    for (let i = 0; i + 1 < row.length; i++) join(ctx, look, row[i], row[i + 1], cell);
    row.forEach(([gx, gy, k], i) => grid(ctx, look, gx, gy, k, cell, i === 0 ? (which ? () => 1 : weigh) : null, which ? 1 : Math.max(...line) ** 2));
  });
  ctx.fillStyle = look.ink;
  ctx.font = `600 13px ${look.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillText(`${n} × (3×3)`, stack[0][0], 11);
  ctx.fillText(`one ${side}×${side}`, single[0][0], 11);
}

/** From the last window of one grid to its unit in the next: two lines to each corner. */
function join(ctx, look, [x, y, k], [nx, ny, nk], cell) {
  const reach = (k - nk) * cell; // the window of the top right unit
  ctx.strokeStyle = look.dark ? "#c9a400" : "#8a7000";
  ctx.fillStyle = look.window;
  ctx.lineWidth = 1;
  const right = x + k * cell;
  ctx.beginPath();
  [[right, y], [nx, ny], [nx, ny + cell], [right, y + reach + cell]].forEach(([px, py]) => ctx.lineTo(px, py));
  ctx.closePath();
  ctx.globalAlpha = 0.25;
  ctx.fill();
  ctx.globalAlpha = 1;
  ctx.stroke();
}

function grid(ctx, look, x, y, k, cell, weigh, most) {
  const words = look.dark ? VIOLET.dark : VIOLET.light;
  const rgb = (word) => `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
  for (let row = 0; row < k; row++)
    for (let column = 0; column < k; column++) {
      const value = weigh ? weigh(row, column) : 0;
      const share = weigh ? (most > 1 ? Math.sqrt(value / most) : 0.35) : 0.08;
      ctx.fillStyle = rgb(words[Math.round(share * 63)]);
      ctx.fillRect(x + column * cell, y + row * cell, cell - 1.2, cell - 1.2);
      if (!weigh || cell < 17 || String(value).length * 7 > cell) continue;
      ctx.fillStyle = share > 0.62 ? (look.dark ? "#000" : "#fff") : look.ink;
      ctx.font = `${Math.min(13, cell * 0.55)}px ${look.font}`;
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(String(value), x + (column + 0.5) * cell - 0.6, y + (row + 0.5) * cell);
    }
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = 1;
  ctx.strokeRect(x - 0.5, y - 0.5, k * cell, k * cell);
}
