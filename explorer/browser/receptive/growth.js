// How the field grows: one mark for each layer, its size against its depth; the picture's side as a line.
import { columnsOf, jump, largest } from "./view.js";
import { tag } from "./sheet.js";

const PAD = { left: 46, right: 12, top: 34, bottom: 30 };

/** Places of the chart: {x(i), y(size), most, low}. */
export function chartLayout(layers, { w, h, log, side, measured = [] }) {
  const sizes = layers.map(largest);
  const most = Math.max(side * 1.15, ...sizes.map((v) => v * 1.06), ...measured.map((m) => m.px));
  const low = log ? 1 : 0;
  const share = log ? (v) => Math.log(Math.max(1, v)) / Math.log(most) : (v) => v / most;
  const x = (i) => PAD.left + ((i + 0.5) / layers.length) * (w - PAD.left - PAD.right);
  const y = (v) => h - PAD.bottom - share(v) * (h - PAD.top - PAD.bottom);
  return { x, y, most, low, w, h, sizes, log, side };
}

/** `chosen` is the layer shown; `measured` are {place, px} of effective fields measured so far. */
export function paintChart(ctx, look, chart, { layers, chosen, measured }) {
  ctx.font = `13px ${look.font}`;
  bands(ctx, look, chart, layers);
  axes(ctx, look, chart);
  side(ctx, look, chart);
  envelope(ctx, look, chart, layers);
  layers.forEach((layer, i) => mark(ctx, look, chart, layer, i, i === chosen));
  for (const { place, px } of measured) diamond(ctx, look, chart.x(place), chart.y(px));
  mark(ctx, look, chart, layers[chosen], chosen, true);
  if (!measured.length) return;
  diamond(ctx, look, chart.w - PAD.right - 158, chart.h - 11);
  ctx.fillStyle = look.ink;
  ctx.textAlign = "left";
  ctx.fillText("90 % of the gradient", chart.w - PAD.right - 146, chart.h - 10);
}

/** A layer with a single cell has no next one, so no jump. */
const isMap = (layer) => Math.max(...layer.map) > 1;

/** Where the jump grows, the ground changes: one band for each jump. Single cells stand in the band around them. */
function bands(ctx, look, chart, layers) {
  const jumps = [];
  layers.forEach((layer, i) => jumps.push(isMap(layer) || !i ? Math.max(jump(layer.rows), jump(columnsOf(layer))) : jumps[i - 1]));
  const starts = jumps.map((_, i) => i).filter((i) => i === 0 || jumps[i] !== jumps[i - 1]);
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  starts.forEach((begin, number) => {
    const [x0, x1] = [chart.x(begin - 0.5), chart.x((starts[number + 1] ?? layers.length) - 0.5)];
    ctx.fillStyle = look.panel;
    if (number % 2) ctx.fillRect(x0, PAD.top, x1 - x0, chart.h - PAD.top - PAD.bottom);
    const text = String(jumps[begin]);
    ctx.fillStyle = look.soft;
    if (ctx.measureText(text).width < x1 - x0 + 4) ctx.fillText(text, (x0 + x1) / 2, PAD.top - 9);
  });
  ctx.textAlign = "left";
  ctx.fillText("jump", 2, PAD.top - 9);
}

function axes(ctx, look, chart) {
  const ticks = chart.log ? [1, 10, 100, 1000].filter((v) => v <= chart.most) : even(chart.most);
  ctx.textAlign = "right";
  ctx.textBaseline = "middle";
  for (const v of ticks) {
    ctx.fillStyle = look.faint;
    ctx.globalAlpha = 0.6;
    ctx.fillRect(PAD.left, chart.y(v), chart.w - PAD.left - PAD.right, 1);
    ctx.globalAlpha = 1;
    ctx.fillStyle = look.soft;
    ctx.fillText(v.toLocaleString("en"), PAD.left - 6, chart.y(v));
  }
  ctx.textAlign = "left";
  ctx.fillText("size of the field and jump, px", 2, 9);
  ctx.textAlign = "center";
  ctx.fillText("depth →", PAD.left + 40, chart.h - 11);
}

function even(most) {
  const rough = most / 4;
  const ten = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * ten).find((s) => s >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

function side(ctx, look, chart) {
  const y = chart.y(chart.side);
  ctx.strokeStyle = look.orange;
  ctx.lineWidth = 2;
  ctx.setLineDash([6, 4]);
  ctx.beginPath();
  ctx.moveTo(PAD.left, y);
  ctx.lineTo(chart.w - PAD.right, y);
  ctx.stroke();
  ctx.setLineDash([]);
  tag(ctx, look, `the picture, ${chart.side} px`, PAD.left + 8, y - 11 < PAD.top + 6 ? y + 12 : y - 11, { align: "left" });
}

/** The largest field so far, of layers that have a map. */
function envelope(ctx, look, chart, layers) {
  ctx.strokeStyle = look.faint;
  ctx.lineWidth = 2;
  ctx.beginPath();
  let most = 0;
  const end = layers.findLastIndex(isMap);
  chart.sizes.forEach((v, i) => { if (isMap(layers[i]) || i > end) { most = Math.max(most, v); ctx.lineTo(chart.x(i), chart.y(most)); } });
  ctx.stroke();
}

function mark(ctx, look, chart, layer, i, chosen) {
  const [x, y] = [chart.x(i), chart.y(chart.sizes[i])];
  const r = chosen ? 7 : Math.max(2.2, Math.min(5, (chart.w / chart.sizes.length) * 0.36));
  ctx.beginPath();
  if (layer.kind.includes("pool")) ctx.rect(x - r, y - r, 2 * r, 2 * r);
  else ctx.arc(x, y, r, 0, 7);
  ctx.fillStyle = chosen ? look.window : layer.global ? look.paper : look.accent;
  ctx.strokeStyle = chosen ? "#000" : look.accent;
  ctx.lineWidth = chosen ? 2 : 1.5;
  ctx.fill();
  if (chosen || layer.global) ctx.stroke();
}

function diamond(ctx, look, x, y) {
  ctx.beginPath();
  [[0, -7], [7, 0], [0, 7], [-7, 0]].forEach(([dx, dy]) => ctx.lineTo(x + dx, y + dy));
  ctx.closePath();
  ctx.fillStyle = look.orange;
  ctx.fill();
  ctx.strokeStyle = look.paper;
  ctx.lineWidth = 1.5;
  ctx.stroke();
}

/** The layer nearest to a point of the chart. */
export function layerAt(chart, x, y) {
  let best = 0, least = Infinity;
  chart.sizes.forEach((v, i) => {
    const far = Math.abs(chart.x(i) - x) * 3 + Math.abs(chart.y(v) - y);
    if (far < least) [best, least] = [i, far];
  });
  return best;
}
