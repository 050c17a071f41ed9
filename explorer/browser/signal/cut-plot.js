// The gain along one line through zero, as a curve that can be read off.
import { isDark, short } from "../shared/colour.js";
import { h } from "../shared/controls.js";
import { CUTS, STEPS } from "./spectrum.js";

const HALF = STEPS / 2;
const EDGE = { left: 46, right: 12, top: 10, bottom: 40 };

const text = (x, y, content, anchor = "middle", kind = "") => h("svg:text", { x, y, "text-anchor": anchor, class: kind }, content);
const segment = (x1, y1, x2, y2, kind) => h("svg:line", { x1, y1, x2, y2, class: kind });

/** Neighbouring frequencies of one sign: [[first, last], …], so that turned-over waves get a colour of their own. */
function runs(signs) {
  const found = [];
  signs.forEach((sign, i) => {
    const last = found.at(-1);
    if (last && last.sign === sign) last.to = i;
    else found.push({ sign, from: last ? i - 1 : i, to: i });
  });
  return found;
}

/** position() -> t, the step along the cut, or null off it; onPoint(t) moves there. */
export function cutPlot({ root, position, onPoint }) {
  const svg = h("svg:svg", { class: "cut", tabindex: "0", role: "application", "aria-roledescription": "curve that can be walked along", "aria-label": "Gain along the cut. Left and right arrow keys move along it." });
  let last = null, width = 0;
  const height = 210;
  const x = (t) => EDGE.left + ((t + HALF) / STEPS) * (width - EDGE.left - EDGE.right);
  const y = (share) => height - EDGE.bottom - share * (height - EDGE.top - EDGE.bottom);

  const fromEvent = (event) => {
    const box = svg.getBoundingClientRect();
    const t = Math.round(((event.clientX - box.left - EDGE.left) / (box.width - EDGE.left - EDGE.right)) * STEPS) - HALF;
    onPoint(Math.max(-HALF, Math.min(HALF, t)));
  };
  svg.addEventListener("pointermove", fromEvent);
  svg.addEventListener("pointerdown", fromEvent);
  svg.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!last || (!by && event.key !== "Home") || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onPoint(by ? Math.max(-HALF, Math.min(HALF, (position() ?? 0) + by * (event.shiftKey ? 12 : 1))) : 0);
  });

  function frame({ scale, kind }) {
    const marks = [-0.5, -0.25, 0, 0.25, 0.5];
    return [
      ...scale.ticks.flatMap((tick) => [segment(EDGE.left, y(tick.share), width - EDGE.right, y(tick.share), tick.share ? "grid" : "base"), text(EDGE.left - 6, y(tick.share) + 4.5, tick.text.replace("≤ ", "").replace(" dB", ""), "end")]),
      ...marks.flatMap((f) => [segment(x(f * STEPS), y(0), x(f * STEPS), y(f ? -0.03 : 1), f ? "base" : "zero"), text(x(f * STEPS), y(0) + 18, String(f).replace("-", "−"), "middle", f ? "" : "strong")]),
      text((EDGE.left + width - EDGE.right) / 2, height - 5, `${CUTS[kind].axis}, cycles per pixel`, "middle", "soft"),
    ];
  }
  function curve({ gain, signs, scale }) {
    return runs(signs).flatMap(({ sign, from, to }) => {
      const points = Array.from({ length: to - from + 1 }, (_, i) => `${x(from + i - HALF).toFixed(1)} ${y(scale.at(gain[from + i])).toFixed(1)}`).join("L");
      const kind = ["turned", "plain", "kept"][sign + 1];
      return [h("svg:path", { class: `area ${kind}`, d: `M${x(from - HALF).toFixed(1)} ${y(0)}L${points}L${x(to - HALF).toFixed(1)} ${y(0)}Z` }), h("svg:path", { class: `curve ${kind}`, d: `M${points}` })];
    });
  }
  function draw() {
    width = svg.clientWidth;
    if (!last || width < 60) return;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const level = y(last.scale.at(last.here));
    const reading = [segment(EDGE.left, level, width - EDGE.right, level, "level"), last.t === null ? [] : h("svg:circle", { cx: x(last.t), cy: level, r: 6, class: "here" })].flat();
    svg.replaceChildren(...frame(last), ...curve(last), ...reading);
    svg.classList.toggle("dark", isDark(root));
  }
  const watch = new ResizeObserver(draw);
  watch.observe(svg);
  return {
    element: svg,
    /** {gain, signs (−1 turned over, 0, 1 kept), scale, kind, t (step of the point, or null off the cut), here (its gain)} */
    set(shown) { last = shown; draw(); svg.setAttribute("aria-description", `Largest gain along this cut ${short(Math.max(...shown.gain), 3)}`); },
    dispose() { watch.disconnect(); },
  };
}
