// Previews of the section "Networks".
import { H, W, start } from "./card.js";

/** ResNet-18's stages to scale, [channels, side], and a token that walks through them. */
function network(canvas, { dark, ink, paper, time }) {
  const ctx = start(canvas, paper);
  const stages = [[64, 112], [64, 56], [128, 28], [256, 14], [512, 7]];
  const fill = dark ? "#4b4371" : "#c5b9ea", line = dark ? "#a996ff" : "#5530c5";
  let x = 14;
  const at = Math.floor(time * 1.5) % stages.length;
  stages.forEach(([channels, side], i) => {
    const w = 1.7 * Math.sqrt(channels), high = 10 * Math.sqrt(side), lean = high * 0.2, y = 78 - high / 2;
    [ctx.strokeStyle, ctx.fillStyle] = [line, i === at ? "#ffd400" : fill];
    ctx.beginPath();
    [[x, y], [x + lean, y - lean], [x + w + lean, y - lean], [x + w + lean, y + high - lean], [x + w, y + high], [x, y + high]].forEach((p, k) => (k ? ctx.lineTo(...p) : ctx.moveTo(...p)));
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
    ctx.strokeRect(x, y, w, high);
    ctx.fillStyle = ink;
    if (i) ctx.fillRect(x - 13, 77, 9, 1.5);
    x += w + lean + 18;
  });
}

/** A cloud of points, cost to the right and merit upwards, and the front of those that no other beats. */
function compare(canvas, { dark, ink, paper, time }) {
  const ctx = start(canvas, paper);
  const spread = (i, k) => (Math.sin(i * 12.9898 + k * 78.233) * 43758.5453) % 1;
  const points = Array.from({ length: 26 }, (_, i) => { const cost = (i + 0.5) / 26; return [cost, 0.95 * Math.sqrt(cost) - 0.35 * Math.abs(spread(i, 1))]; });
  let best = -1;
  const front = points.filter(([, merit]) => merit > best && (best = merit, true));
  const at = ([cost, merit]) => [26 + cost * 246, 124 - merit * 108];
  ctx.strokeStyle = ink;
  ctx.strokeRect(16.5, 6.5, 264, 130);
  const shown = 1 + (Math.floor(time * 2) % front.length);
  [ctx.strokeStyle, ctx.lineWidth] = [dark ? "#a996ff" : "#5530c5", 2.5];
  ctx.beginPath();
  front.slice(0, shown).forEach((point, i) => (i ? ctx.lineTo(...at(point)) : ctx.moveTo(...at(point))));
  ctx.stroke();
  points.forEach((point, i) => {
    const place = front.indexOf(point);
    ctx.fillStyle = place >= 0 && place < shown ? "#ffd400" : ["#4f93cf", "#e59245", "#6a9f5b"][i % 3];
    ctx.beginPath();
    ctx.arc(...at(point), 3 + 4 * Math.abs(spread(i, 2)), 0, 7);
    ctx.fill();
    ctx.stroke();
  });
}

export const NETWORKS = { network, compare };
