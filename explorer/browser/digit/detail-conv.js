// One number of a convolution: small patches and kernels of all maps below, and one of them with its 25 products.
import { signedColour, signedInk } from "../shared/colour.js";
import { BY_KEY } from "./layers.js";
import { grid, write } from "./detail-map.js";
import { fixed } from "./sentences.js";

const WIDE = 156;
const CELL = [34, 25];
const most = (numbers) => numbers.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;

/** The height that the drawing needs; where it is narrow, its parts lie below one another. */
export function tallOf({ kind, groups }, w, hasMap) {
  if (w >= 560) return WIDE;
  if (kind === "conv") return (groups.length > 1 ? 20 + Math.ceil(groups.length / 4) * 88 : 0) + (hasMap ? 180 : 0) + 3 * (CELL[1] * 5 + 34) + 40;
  if (kind === "dense") return 330;
  if (kind === "softmax") return 330;
  return hasMap ? 360 : 200;
}

export function paintConvolution(ctx, look, now, { x, w }) {
  return look.w < 560 ? narrow(ctx, look, now) : wide(ctx, look, now, x, w);
}

function wide(ctx, look, now, x, w) {
  const { groups } = now.explained;
  const spots = [];
  let left = x;
  if (groups.length > 1) {
    const [columns, cell] = groups.length > 8 ? [8, 5] : [6, 8];
    spots.push(...tiles(ctx, look, now, { x, y: 20, columns, cell, gap: 12 }));
    left += columns * (5 * cell + 12) + 12;
  }
  triple(ctx, look, now, { x: left, y: 20, across: true, room: x + w - left });
  return spots;
}

function narrow(ctx, look, now) {
  const { groups } = now.explained;
  const hasMap = BY_KEY[now.unit.layer].side > 1;
  let y = hasMap ? 205 : 20;
  const spots = groups.length > 1 ? tiles(ctx, look, now, { x: 0, y, columns: 4, cell: 6.4, gap: 50 }) : [];
  if (groups.length > 1) y += Math.ceil(groups.length / 4) * 88 + 14;
  triple(ctx, look, now, { x: 0, y, across: false, room: look.w });
  return spots;
}

/** Patch over kernel for every map below, with what the pair adds; the chosen one framed. */
function tiles(ctx, look, { explained: { groups }, term, unit }, { x, y, columns, cell, gap }) {
  const [inputs, weights] = [most(groups.flatMap((g) => g.inputs)), most(groups.flatMap((g) => g.weights))];
  write(ctx, look, `${groups.length} patches of ${BY_KEY[BY_KEY[unit.layer].from].title} × ${groups.length} kernels`, x, y - 10, { weight: 650 });
  const wide = 5 * cell + gap, tall = 10 * cell + 18;
  return groups.map((group, i) => {
    const [left, top] = [x + (i % columns) * wide, y + Math.floor(i / columns) * tall];
    const part = (numbers, dy, scale) => numbers.forEach((v, k) => { ctx.fillStyle = signedColour(v, scale, look.dark); ctx.fillRect(left + (k % 5) * cell, top + dy + Math.floor(k / 5) * cell, cell + 0.4, cell + 0.4); });
    part(group.inputs, 0, inputs);
    part(group.weights, 5 * cell + 1, weights);
    ctx.strokeStyle = i === term ? "#ffd400" : look.edge;
    ctx.lineWidth = i === term ? 2.5 : 1;
    ctx.strokeRect(left - 1.5, top - 1.5, 5 * cell + 3, 10 * cell + 4);
    write(ctx, look, fixed(group.sum, 2), left + 2.5 * cell, top + 10 * cell + 11, { align: "center", size: 12, weight: i === term ? 700 : 400 });
    return { x: left - 2, y: top - 2, w: wide, h: tall, term: i };
  });
}

/** patch × kernel = products, with numbers, for one map below; then the sum of all, and the bias. */
function triple(ctx, look, { explained: { groups, bias, value }, term, unit }, { x, y, across, room }) {
  const group = groups[term];
  const cell = across ? [Math.min(44, Math.max(29, (room - 156) / 15)), CELL[1]] : [Math.min(38, (look.w - 40) / 5), CELL[1]];
  const below = BY_KEY[BY_KEY[unit.layer].from].title;
  const parts = [[group.inputs, groups.length > 1 ? `patch of ${below}, map ${term}` : "patch of the input"], [group.weights, "× kernel"], [group.products, "= products"]];
  let [left, top] = [x, y];
  for (const [numbers, title] of parts) {
    grid(ctx, look, numbers, { x: left, y: top, columns: 5, w: cell[0], h: cell[1], most: most(numbers), title }, signedInk);
    if (across) left += cell[0] * 5 + 12; else top += cell[1] * 5 + 34;
  }
  const lines = [[`Σ = ${fixed(group.sum)}`, 400]];
  if (groups.length > 1) lines.push([`all ${groups.length} maps: ${fixed(groups.reduce((all, g) => all + g.sum, 0))}`, 400]);
  lines.push([`+ bias ${fixed(bias)}`, 400], [`= ${fixed(value)}`, 700]);
  lines.forEach(([text, weight], i) => (across ? write(ctx, look, text, left + 2, top + 14 + i * 26, { size: 15, weight, room: x + room - left }) : write(ctx, look, text, x + (i % 4) * (room / 4), top - 10, { weight, room: room / 4 - 6 })));
}
