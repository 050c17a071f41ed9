// The card of the section "Training": three starts on one valley, descending at once; the accuracy of each as it goes.
import { H, W, start } from "./card.js";

const STEPS = 80;
const CURVATURE = [0.09, 0.05, 0.03, 0.02];

/** Gradient descent on a quadratic: the error after each step; what is not free stays. */
function errors(from, free) {
  const at = [...from];
  return Array.from({ length: STEPS }, () => {
    const error = at.reduce((sum, v) => sum + v * v, 0);
    at.forEach((v, i) => { if (free[i]) at[i] = v * (1 - CURVATURE[i]); });
    return error;
  });
}

const LANES = [
  { errors: errors([1.6, 1.6, 1.6, 1.6], [1, 1, 1, 1]), light: "#c2540a", dark: "#ff9d57", dash: [], width: 3 },
  { errors: errors([1.6, 0.5, 0.3, 0.3], [1, 0, 0, 0]), light: "#0067a5", dark: "#6cbcff", dash: [9, 6], width: 3 },
  { errors: errors([1.6, 0.5, 0.3, 0.3], [1, 1, 1, 1]), light: "#00795a", dark: "#37d6a3", dash: [], width: 5 },
];

function finetune(canvas, { dark, paper, ink, time }) {
  const ctx = start(canvas, paper);
  const shown = 8 + Math.floor((STEPS - 8) * (0.5 - 0.5 * Math.cos(Math.min(Math.PI, (time % 7) * 0.7))));
  const [x, y] = [(step) => 16 + (step / STEPS) * (W - 40), (error) => H - 14 - (H - 34) * Math.exp(-1.1 * error)];
  ctx.strokeStyle = ink;
  ctx.globalAlpha = 0.35;
  ctx.strokeRect(16, 10, 0, H - 24);
  ctx.strokeRect(16, H - 14, W - 32, 0);
  ctx.globalAlpha = 1;
  for (const lane of LANES) {
    const colour = dark ? lane.dark : lane.light;
    Object.assign(ctx, { strokeStyle: colour, fillStyle: colour, lineWidth: lane.width });
    ctx.setLineDash(lane.dash);
    ctx.beginPath();
    lane.errors.slice(0, shown).forEach((error, step) => ctx.lineTo(x(step), y(error)));
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.arc(x(shown - 1), y(lane.errors[shown - 1]), 6, 0, 2 * Math.PI);
    ctx.fill();
  }
}

export const TRAINING = { finetune };
