// One pixel, one number bent by tanh, one pooled window, one probability.
import { signedColour, signedInk } from "../shared/colour.js";
import { percent } from "./bars.js";
import { grid, write } from "./detail-map.js";
import { indexOf } from "./layers.js";
import { fixed } from "./sentences.js";

/** Where the drawing begins: beside the map, or below it where it is narrow. */
const start = (look, { x, y }) => (look.w < 560 && x ? { x: 0, y: 168 } : { x, y });

export function paintPixel(ctx, look, { unit, levels, explained: { value }, net }, place) {
  const { x, y } = start(look, place);
  const level = levels[indexOf(unit)];
  const steps = [[`${Math.round(level)}`, "grey level 0 … 255"], [fixed(level / 255), "/ 255: 0 … 1"], [fixed(level / 255 - net.mean), `− mean ${net.mean}`], [fixed(value), `/ spread ${net.std}`]];
  const wide = Math.min(180, (look.w - x) / 4);
  steps.forEach(([number, what], i) => {
    const left = x + i * wide;
    write(ctx, look, what, left, y + 40, { colour: look.soft, room: wide - 10 });
    write(ctx, look, number, left, y + 72, { size: wide > 120 ? 28 : 20, weight: 700 });
    if (i < 3) write(ctx, look, "→", left + wide - 24, y + 72, { size: wide > 120 ? 20 : 14, colour: look.soft });
  });
  if (look.w >= 560) write(ctx, look, "Mean and spread are those of the 60,000 training pictures: the numbers the network learnt on.", x, y + 122, { size: 14, colour: look.soft, room: look.w - x });
  return [];
}

export function paintCurve(ctx, look, { explained: { value, inputs } }, place) {
  const { x, y } = start(look, place);
  const [w, h] = [Math.min(360, look.w - x), 126];
  const across = (v) => x + w / 2 + (Math.max(-4, Math.min(4, v)) / 8) * w, down = (v) => y + 20 + h / 2 - (v * h) / 2.3;
  ctx.fillStyle = look.edge;
  [-1, 0, 1].forEach((v) => ctx.fillRect(x, down(v), w, 1));
  ctx.fillRect(across(0), y + 20, 1, h);
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 2.5;
  ctx.beginPath();
  for (let v = -4; v <= 4.01; v += 0.1) ctx.lineTo(across(v), down(Math.tanh(v)));
  ctx.stroke();
  ctx.setLineDash([4, 3]);
  ctx.strokeStyle = look.ink;
  ctx.lineWidth = 1.5;
  ctx.strokeRect(Math.min(across(0), across(inputs[0])), Math.min(down(0), down(value)), Math.abs(across(inputs[0]) - across(0)), Math.abs(down(value) - down(0)));
  ctx.setLineDash([]);
  dot(ctx, across(inputs[0]), down(value));
  const beside = look.w - x - w > 220;
  write(ctx, look, `tanh(${fixed(inputs[0])}) = ${fixed(value)}`, beside ? x + w + 24 : x, beside ? y + 70 : y + 8, { size: beside ? 24 : 15, weight: 700 });
  if (beside) write(ctx, look, "before, across; after, upwards", x + w + 24, y + 104, { colour: look.soft, size: 14 });
  return [];
}

function dot(ctx, x, y) {
  ctx.beginPath();
  ctx.arc(x, y, 6, 0, 7);
  ctx.fillStyle = "#ffd400";
  ctx.fill();
  ctx.strokeStyle = "#000000";
  ctx.stroke();
}

export function paintWindow(ctx, look, { explained: { value, inputs } }, place) {
  const { x, y } = start(look, place);
  grid(ctx, look, inputs, { x, y: y + 20, columns: 2, w: 86, h: 62, most: 1, title: "window of 2 × 2", digits: 3, size: 17 }, signedInk);
  const left = x + 2 * 86 + 20;
  write(ctx, look, "average →", left, y + 82, { size: 15, colour: look.soft });
  ctx.fillStyle = signedColour(value, 1, look.dark);
  ctx.fillRect(left + 84, y + 51, 86, 62);
  write(ctx, look, fixed(value), left + 127, y + 82, { size: 17, weight: 700, align: "center", colour: signedInk(value, 1, look.dark) });
  return [];
}

export function paintSoftmax(ctx, look, { unit, explained: { inputs }, found }) {
  const most = Math.max(...inputs);
  const powers = inputs.map((z) => Math.exp(z - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  const narrow = look.w < 560;
  const rows = [["class", (i) => String(i)], ["logit z", (i) => fixed(inputs[i], 2)], [narrow ? "power" : "e^(z − largest)", (i) => fixed(powers[i], 4)], [narrow ? "share" : `/ sum ${fixed(sum)}`, (i) => percent(found.prob[i])]];
  const left = narrow ? 0 : 130, wide = (look.w - left) / (narrow ? 4 : 10);
  rows.forEach(([name, cell], row) => {
    const y = 22 + row * 36;
    write(ctx, look, name, narrow ? row * wide : 0, narrow ? 12 : y, { weight: 650 });
    for (let i = 0; i < 10; i++) {
      const [px, py] = narrow ? [row * wide, 40 + i * 28] : [left + i * wide + wide / 2, y];
      write(ctx, look, cell(i), px, py, { size: 15, align: narrow ? "left" : "center", weight: i === unit.map || !row ? 700 : 400, colour: i === unit.map ? look.accent : look.ink });
    }
  });
  return Array.from({ length: 10 }, (_, i) => ({ x: narrow ? 0 : left + i * wide, y: narrow ? 26 + i * 28 : 0, w: narrow ? look.w : wide, h: narrow ? 28 : 156, unit: () => ({ layer: "prob", map: i, row: 0, col: 0 }) }));
}
