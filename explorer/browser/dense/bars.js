// Bars on a scale where each step is ten times as much: parameters and multiply-adds of the three layers.
import { BYTES, digits, memory, words } from "./tally.js";

const ROWS = [["dense", "Fully connected"], ["local", "Locally connected"], ["conv", "Convolutional"]];
const GROUPS = [["weights", "Weights to learn, and their memory in float32"], ["macs", "Connections = multiply-adds for one picture"]];
const COLOURS = { dense: ["#1f6fb4", "#6cb2f2"], local: ["#2e7d4f", "#6fcf97"], conv: ["#c2540a", "#f59a4c"] };
const BAR = 30;

export const barsHeight = (w) => 2 * (28 + 3 * (w < 480 ? 46 : BAR) + 8) + 26;

const log = (n) => Math.log10(Math.max(1, Number(n)));

export function drawBars(ctx, look, counts) {
  const narrow = look.w < 480;
  const left = narrow ? 4 : 146;
  const most = Math.max(3, ...ROWS.flatMap(([name]) => GROUPS.map(([key]) => Math.ceil(log(counts[name][key])))));
  const step = (look.w - left - (narrow ? 10 : 128)) / most;
  const scale = { left, step, most, narrow };
  let y = 0;
  for (const [key, title] of GROUPS) y = group(ctx, look, counts, key, title, scale, y);
  axis(ctx, look, scale, y);
}

function text(ctx, look, words, x, y, { weight = 400, colour = look.ink, align = "left" } = {}) {
  ctx.font = `${weight} 14px ${look.font}`;
  ctx.textAlign = align;
  ctx.textBaseline = "middle";
  ctx.fillStyle = colour;
  ctx.fillText(words, x, y);
}

function group(ctx, look, counts, key, title, { left, step, most, narrow }, top) {
  const pitch = narrow ? 46 : BAR;
  const [from, until] = [top + 28, top + 28 + 3 * pitch];
  text(ctx, look, title, narrow ? left : 4, top + 13, { weight: 650 });
  ctx.fillStyle = look.edge;
  for (let p = 0; p <= most; p++) ctx.fillRect(left + p * step, from, p % 3 ? 0.5 : 1, until - from);
  ROWS.forEach(([name, label], row) => {
    const y = from + row * pitch + (narrow ? 20 : 3);
    const value = counts[name][key];
    const wide = Math.max(3, log(value) * step);
    ctx.fillStyle = COLOURS[name][look.dark ? 1 : 0];
    ctx.beginPath();
    ctx.roundRect(left, y, wide, BAR - 8, [0, 4, 4, 0]);
    ctx.fill();
    const said = `${words(value)}${key === "weights" ? ` · ${memory(counts[name].weights * BYTES)}` : ""}`;
    if (narrow) text(ctx, look, `${label}: ${said}`, left, y - 10);
    else {
      text(ctx, look, label, left - 8, y + 12, { align: "right" });
      ends(ctx, look, said, left + wide, y + 12);
    }
  });
  return until + 8;
}

/** The number at the end of its bar: outside it where there is room, inside where there is none. */
function ends(ctx, look, said, x, y) {
  ctx.font = `650 14px ${look.font}`;
  const fits = x + 8 + ctx.measureText(said).width < look.w;
  text(ctx, look, said, fits ? x + 8 : x - 8, y, { weight: 650, align: fits ? "left" : "right", colour: fits ? look.ink : look.dark ? "#101218" : "#ffffff" });
}

function axis(ctx, look, { left, step, most, narrow }, y) {
  const every = step < 26 || narrow ? 3 : 1;
  for (let p = 0; p <= most; p += every) text(ctx, look, p === 0 ? "1" : `10${String(p).replace(/\d/g, (d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d])}`, left + p * step, y + 8, { align: p ? "center" : "left", colour: look.soft });
}

/** What the chart says, for those who do not see it. */
export const barsText = (counts) => GROUPS.map(([key, title]) => `${title}: ${ROWS.map(([name, label]) => `${label} ${digits(counts[name][key])}`).join(", ")}`).join(". ");
