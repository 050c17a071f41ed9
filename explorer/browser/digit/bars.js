// The ten classes: logits as signed bars with their numbers, probabilities as bars with percentages.
import { tileOf } from "./places.js";
import { fixed } from "./sentences.js";

export const percent = (p) => (p >= 0.9995 ? "> 99.9 %" : p < 0.0005 ? "< 0.1 %" : `${(100 * p).toFixed(1)} %`);

export function bars(ctx, look, plan, found, most) {
  const winner = found.out.indexOf(Math.max(...found.out));
  const size = Math.max(13, Math.min(22, 13.5 * plan.unit));
  for (let digit = 0; digit < 10; digit++) {
    logit(ctx, look, tileOf(plan.places.out, digit), digit, found.out[digit], most, size, digit === winner);
    probability(ctx, look, tileOf(plan.places.prob, digit), found.prob[digit], size, digit === winner);
  }
}

function text(ctx, look, words, x, y, size, { align = "left", weight = 400, colour = look.ink } = {}) {
  ctx.font = `${weight} ${size}px ${look.font}`;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour;
  ctx.fillText(words, x, y);
}

function logit(ctx, look, { x, y, w, h }, digit, value, most, size, wins) {
  const bar = w - size * 4.1;
  const zero = x + size * 1.1 + bar / 2;
  ctx.fillStyle = look.panel;
  ctx.fillRect(x + size * 1.1, y, bar, h);
  const long = (bar / 2) * Math.max(-1, Math.min(1, value / most));
  ctx.fillStyle = value < 0 ? (look.dark ? "#4f93cf" : "#2166ac") : look.dark ? "#f59a4c" : "#c2540a";
  ctx.fillRect(Math.min(zero, zero + long), y + h * 0.18, Math.abs(long), h * 0.64);
  ctx.fillStyle = look.ink;
  ctx.fillRect(zero - 0.5, y, 1, h);
  text(ctx, look, String(digit), x, y + h / 2, size * 1.25, { weight: 700, colour: wins ? look.accent : look.ink });
  text(ctx, look, fixed(value, 2), x + w, y + h / 2, size, { align: "right", weight: wins ? 700 : 400 });
}

function probability(ctx, look, { x, y, w, h }, value, size, wins) {
  const bar = w - size * 3.7;
  ctx.fillStyle = look.panel;
  ctx.fillRect(x, y, bar, h);
  ctx.fillStyle = wins ? look.accent : look.dark ? "#8b8fa0" : "#8b8778";
  ctx.fillRect(x, y, Math.max(1, bar * value), h);
  text(ctx, look, percent(value), x + w, y + h / 2, size, { align: "right", weight: wins ? 700 : 400 });
}

/** "It says 5: 95.6 %"; `digit` is null where the drawing is known to be none. */
export function verdict(found, { digit, strokes }) {
  const top = found.out.indexOf(Math.max(...found.out));
  const lead = !strokes.length ? "Nothing drawn, yet it says" : digit === null ? "No digit, yet it says" : "It says";
  return `${lead} ${top}: ${percent(found.prob[top])}`;
}
