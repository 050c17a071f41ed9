// The gain at every frequency as a picture: zero in the middle, axes in cycles per pixel, a point that can be moved.
import { isDark, short, table } from "../shared/colour.js";
import { h } from "../shared/controls.js";
import { CUTS, STEPS, decibels } from "./spectrum.js";

const HALF = STEPS / 2;
const LUT = {
  light: table(["#faf7ff", "#dccdf6", "#b598ea", "#8455d4", "#5829a8", "#2a0d5c"], 256),
  dark: table(["#0c0a14", "#2c1263", "#5829a8", "#8455d4", "#b598ea", "#f4eeff"], 256),
};
export const FLOOR_DB = 60;

/** {low, high, at(gain) -> 0..1, ticks: [{share, text}]} of a linear or a decibel scale up to the largest gain. */
export function gainScale(most, kind) {
  const top = most > 0 ? most : 1;
  if (kind === "linear") return { low: 0, high: top, at: (gain) => gain / top, ticks: [0, 0.5, 1].map((share) => ({ share, text: short(share * top, 3) })) };
  const high = Math.ceil(decibels(top) / 10 - 1e-9) * 10, low = high - FLOOR_DB;
  const at = (gain) => (gain > 0 ? Math.max(0, Math.min(1, (decibels(gain) - low) / FLOOR_DB)) : 0);
  return { low, high, at, ticks: [0, 1 / 3, 2 / 3, 1].map((share) => ({ share, text: `${share ? "" : "≤ "}${short(Math.round(low + share * FLOOR_DB), 3)} dB` })) };
}

/** Paint n × n gains on a canvas of that size. */
export function paintGain(canvas, { gain, n }, scale, dark) {
  if (canvas.width !== n) [canvas.width, canvas.height] = [n, n];
  const image = new ImageData(n, n);
  const words = new Uint32Array(image.data.buffer);
  const lut = dark ? LUT.dark : LUT.light;
  for (let i = 0; i < words.length; i++) words[i] = lut[Math.round(255 * Math.min(1, scale.at(gain[i])))];
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const percent = (step) => `${((step + HALF + 0.5) / (STEPS + 1)) * 100}%`;

function axes() {
  const marks = [-0.5, -0.25, 0, 0.25, 0.5];
  const tick = (side) => (f) => h("span", { class: f ? "" : "zero", style: { [side]: percent(f * STEPS) } }, String(f).replace("-", "−"));
  return [h("div", { class: "ticks-y" }, marks.map(tick("top"))), h("div", { class: "ticks-x" }, marks.map(tick("left")))];
}

function gainBar() {
  const canvas = h("canvas", { width: 256, height: 1, "aria-hidden": "true" });
  const words = h("div", { class: "gain-words" });
  const element = h("div", { class: "gain-bar" }, h("span", {}, "gain"), h("div", {}, canvas, words));
  return {
    element,
    set(scale, dark) {
      const image = new ImageData(256, 1);
      new Uint32Array(image.data.buffer).set(dark ? LUT.dark : LUT.light);
      canvas.getContext("2d").putImageData(image, 0, 0);
      words.replaceChildren(...scale.ticks.map(({ text }) => h("span", {}, text)));
    },
  };
}

function followKeys(stage, position, onPoint) {
  stage.addEventListener("keydown", (event) => {
    const by = event.shiftKey ? 12 : 1;
    const move = { ArrowLeft: [-by, 0], ArrowRight: [by, 0], ArrowUp: [0, -by], ArrowDown: [0, by] }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(move || event.key === "Home")) return;
    event.preventDefault();
    const [u, v] = position();
    const clamp = (value) => Math.max(-HALF, Math.min(HALF, value));
    if (move) onPoint(clamp(u + move[0]), clamp(v + move[1]));
    else onPoint(0, 0);
  });
}

/** position() -> [u, v] and onPoint(u, v), in steps of 1/STEPS cycles per pixel, by hover, tap and keys. */
export function heatMap({ root, position, onPoint }) {
  const canvas = h("canvas", {});
  const ring = h("div", { class: "ring", "aria-hidden": "true" });
  const stroke = (kind) => h("svg:line", { class: kind });
  const lines = [stroke("under"), stroke("over")];
  const overlay = h("svg:svg", { viewBox: `${-HALF - 0.5} ${-HALF - 0.5} ${STEPS + 1} ${STEPS + 1}`, "aria-hidden": "true" }, h("svg:path", { class: "cross", d: `M${-HALF} 0H${HALF}M0 ${-HALF}V${HALF}` }), lines);
  const stage = h("div", { class: "heat-stage", tabindex: "0", role: "application", "aria-roledescription": "picture that can be walked over", "aria-label": "Gain at every frequency. Arrow keys change the frequency by 1/192 cycle per pixel, with Shift by 12/192; Home goes to zero." }, canvas, overlay, ring);
  const bar = gainBar();
  const fromEvent = (event) => {
    const box = canvas.getBoundingClientRect();
    const step = (at, from, size) => Math.floor(((at - from) / size) * (STEPS + 1)) - HALF;
    const [u, v] = [step(event.clientX, box.left, box.width), step(event.clientY, box.top, box.height)];
    if (Math.abs(u) <= HALF && Math.abs(v) <= HALF) onPoint(u, v);
  };
  stage.addEventListener("pointermove", fromEvent);
  stage.addEventListener("pointerdown", fromEvent);
  followKeys(stage, position, onPoint);
  const element = h("figure", { class: "heat" }, h("figcaption", {}, "Gain at every frequency (cycles per pixel)"), h("div", { class: "heat-frame" }, h("div", { class: "axis-y" }, "fy ↓"), stage, axes(), h("div", { class: "axis-x" }, "fx →")), bar.element);
  return {
    element,
    canvas,
    set(response, scale) {
      paintGain(canvas, response, scale, isDark(root));
      bar.set(scale, isDark(root));
    },
    point(u, v) {
      Object.assign(ring.style, { left: percent(u), top: percent(v) });
    },
    cut(kind) {
      const [[x1, y1], [x2, y2]] = [CUTS[kind].point(-HALF), CUTS[kind].point(HALF)];
      lines.forEach((line) => Object.entries({ x1, y1, x2, y2 }).forEach(([key, value]) => line.setAttribute(key, value)));
    },
  };
}
