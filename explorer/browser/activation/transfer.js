// How a function carries the values of a map over: their histogram below, the curve, what comes out at the right.
import { extent } from "../shared/colour.js";
import { flatRuns } from "./functions.js";
import { plot } from "./plot.js";

const BINS = 48;
const FOOT = 52, SIDE = 56; // px that the histograms take

/** Counts of values in equal bins from low to high. */
export function histogram(data, low, high, bins = BINS) {
  const counts = new Float64Array(bins);
  const scale = (bins - 1e-9) / (high - low || 1);
  for (let i = 0; i < data.length; i++) counts[Math.max(0, Math.min(bins - 1, Math.floor((data[i] - low) * scale)))]++;
  return counts;
}

function wide({ low, high }) {
  return high - low > 1e-9 ? [low - 0.02 * (high - low), high + 0.02 * (high - low)] : [low - 1, high + 1];
}

export function transferPlot(slot) {
  const made = plot({ label: "Histogram before, curve, histogram after" });
  const inner = (width, height) => ({ right: width - SIDE - 8, bottom: height - FOOT - 36, left: 46 });
  return {
    ...made,
    show(f, before, after, limit, at) {
      const x = wide(extent(before)), y = wide({ low: Math.min(0, extent(after).low), high: Math.max(0, extent(after).high) });
      const [below, beside] = [histogram(before, ...x), histogram(after, ...y)];
      const points = Array.from({ length: 601 }, (_, i) => { const v = x[0] + ((x[1] - x[0]) * i) / 600; return [v, f.value(v)]; });
      const bands = flatRuns(f, limit).map((run) => ({ ...run, slot }));
      made.name("", [{ slot, text: `${f.title}: before (below) → after (right)` }]);
      made.describe(`${f.title} on the map: histogram of its values below from ${x[0].toFixed(2)} to ${x[1].toFixed(2)}, of the results at the right from ${y[0].toFixed(2)} to ${y[1].toFixed(2)}`);
      made.draw({ x, y, inner, bands, curves: [{ slot, points }], at, marks: [{ slot, x: at, y: f.value(at) }], over: (tools) => bars(tools, below, beside, slot) });
    },
  };
}

function bars({ ctx, colours, inner, height, width }, below, beside, slot) {
  const across = (inner.right - inner.left) / BINS, up = (inner.bottom - inner.top) / BINS;
  const [mostBelow, mostBeside] = [below, beside].map((counts) => Math.sqrt(Math.max(...counts)) || 1);
  const base = inner.bottom + 20;
  ctx.fillStyle = colours.soft;
  below.forEach((n, i) => { const tall = (Math.sqrt(n) / mostBelow) * (FOOT - 10); ctx.fillRect(inner.left + i * across, base + 2, Math.max(1, across - 1), tall); });
  ctx.fillStyle = colours[slot];
  beside.forEach((n, i) => { const long = (Math.sqrt(n) / mostBeside) * SIDE; ctx.fillRect(inner.right + 6, inner.bottom - (i + 1) * up, long, Math.max(1, up - 1)); });
}
