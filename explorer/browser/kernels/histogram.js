// How often each output value occurs: 64 bins from the lowest to the highest, zero marked.
import { short } from "../shared/colour.js";
import { h, put } from "../shared/controls.js";

const BINS = 64, WIDTH = 256, HEIGHT = 56;

/** Counts of all values in `planes` between two ends. */
function counts(planes, from, to) {
  const bins = new Float64Array(BINS);
  const scale = (BINS - 0.001) / (to - from);
  for (const { data } of planes) for (let i = 0; i < data.length; i++) bins[((data[i] - from) * scale) | 0]++;
  return bins;
}

/** The figure. set(planes, {low, high, mean}, dark, name) draws it; `control` stands in its head. */
export function histogram({ control }) {
  const canvas = h("canvas", { class: "histogram", width: WIDTH, height: HEIGHT, role: "img" });
  const title = h("h3", {}, "Output values");
  const facts = h("p", { class: "facts" });
  const element = h("section", { class: "panel values-panel", "aria-label": "Output values" }, h("div", { class: "row middle" }, title, control), canvas, facts);

  function set(planes, { low, high, mean }, dark, name) {
    const from = Math.min(low, 0), to = Math.max(high, from + 1e-9, 0);
    const bins = counts(planes, from, to);
    const most = Math.sqrt(bins.reduce((a, b) => Math.max(a, b), 0)) || 1;
    const zero = (-from / (to - from)) * WIDTH;
    const [below, above, level, ink] = dark ? ["#6db3f2", "#f59a4c", "#a9adb6", "#eceaf2"] : ["#2166ac", "#c2540a", "#6b6f76", "#1b1c24"];
    const ctx = canvas.getContext("2d");
    ctx.clearRect(0, 0, WIDTH, HEIGHT);
    bins.forEach((count, i) => {
      const tall = Math.max(count ? 1 : 0, (Math.sqrt(count) / most) * 50);
      ctx.fillStyle = i * 4 + 4 <= zero ? below : from < 0 ? above : level;
      ctx.fillRect(i * 4, 54 - tall, 3, tall);
    });
    ctx.fillStyle = ink;
    ctx.fillRect(0, 54, WIDTH, 1);
    ctx.fillRect(Math.min(WIDTH - 1, zero), 0, 1, 55);
    put(title, name);
    facts.textContent = `lowest ${short(low, 4)} · mean ${short(mean, 4)} · highest ${short(high, 4)}`;
    canvas.setAttribute("aria-label", `Histogram (square-root heights) from ${short(from)} to ${short(to)}; the upright line is zero`);
  }
  return { element, set };
}
