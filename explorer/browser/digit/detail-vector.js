// One number of a fully connected layer: the vector, the unit's weights, the products, and the sum as it grows.
import { signedColour } from "../shared/colour.js";
import { BY_KEY } from "./layers.js";
import { write } from "./detail-map.js";
import { fixed } from "./sentences.js";

const most = (numbers) => numbers.reduce((largest, v) => Math.max(largest, Math.abs(v)), 0) || 1;

export function paintVector(ctx, look, { explained: { groups, bias, value }, term, unit }, { w }) {
  const [{ inputs, weights, products }] = groups;
  const names = [BY_KEY[BY_KEY[unit.layer].from].title === "tanh" ? "vector" : "input", "× weights", "= products"];
  const narrow = w < 560;
  const left = narrow ? 0 : 92;
  const cell = (w - left - 4) / inputs.length;
  const [tall, gap] = narrow ? [34, 24] : [22, 4];
  const spots = [];
  [inputs, weights, products].forEach((numbers, row) => {
    const y = (narrow ? 44 : 24) + row * (tall + gap);
    write(ctx, look, names[row], 0, narrow ? y - 11 : y + tall / 2, { weight: 650 });
    const scale = row === 0 ? 1 : most(numbers);
    numbers.forEach((v, i) => { ctx.fillStyle = signedColour(v, scale, look.dark); ctx.fillRect(left + i * cell, y, Math.max(1, cell - 0.6), tall); });
  });
  inputs.forEach((_, i) => spots.push({ x: left + i * cell, y: 0, w: cell, h: narrow ? 320 : 156, term: i }));
  frame(ctx, { x: left + term * cell, y: narrow ? 44 : 24, w: cell, h: 3 * tall + 2 * gap });
  const text = `input ${term}: ${fixed(inputs[term])} × ${fixed(weights[term])} = ${fixed(products[term])}`;
  write(ctx, look, text, left, 10, { size: 14 });
  growing(ctx, look, products, { bias, value, left, cell, top: narrow ? 222 : 106, high: narrow ? 84 : 32, term });
  return spots;
}

function frame(ctx, { x, y, w, h }) {
  for (const [colour, width] of [["#000000", 4], ["#ffd400", 2]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.strokeRect(x, y, w, h);
  }
}

/** The sum from the bias on, product after product. */
function growing(ctx, look, products, { bias, value, left, cell, top, high, term }) {
  const sums = products.reduce((all, product) => [...all, all[all.length - 1] + product], [bias]);
  const [low, up] = [Math.min(0, ...sums), Math.max(0, ...sums)];
  const y = (v) => top + high - ((v - low) / (up - low || 1)) * high;
  write(ctx, look, "sum so far", 0, left ? top + high / 2 : top - 8, { weight: 650 });
  ctx.fillStyle = look.edge;
  ctx.fillRect(left, y(0), cell * products.length, 1);
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 2;
  ctx.beginPath();
  sums.forEach((sum, i) => (i ? ctx.lineTo(left + i * cell, y(sum)) : ctx.moveTo(left, y(sum))));
  ctx.stroke();
  ctx.fillStyle = "#ffd400";
  ctx.strokeStyle = "#000000";
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.arc(left + (term + 1) * cell, y(sums[term + 1]), 4.5, 0, 7);
  ctx.fill();
  ctx.stroke();
  const right = left + cell * products.length;
  write(ctx, look, `starts at the bias ${fixed(bias)}`, left + 4, top + high + 10, { colour: look.soft });
  write(ctx, look, `ends at ${fixed(value)}`, right, top + high + 10, { align: "right", weight: 700 });
}
