// Section "Frequency": the response of the kernel, a cut through it, one wave sent through it, and two pictures.
import { extent, mapping, short } from "../shared/colour.js";
import { h, segmented } from "../shared/controls.js";
import { slide } from "../shared/crosscorrelation.js";
import { cutPlot } from "./cut-plot.js";
import { gainScale, heatMap } from "./heat-map.js";
import { GREY, pane, sign } from "./panes.js";
import { rms, wave, zonePlate } from "./patterns.js";
import { CUTS, STEPS, at, cut, decibels, isReal, response } from "./spectrum.js";

const CROP = 40;
const PLATE = 256;
const around = { padding: "same", mode: "circular" };
const beyond = { padding: "same", mode: "replicate" };

const signed = (value) => String(value.toFixed(3)).replace("-", "−");

/** Where the wave has moved to, in words. */
function moved({ phase, gone }) {
  if (gone) return "nothing is left of it";
  const size = Math.abs(phase);
  if (size < 0.05) return "stays in place";
  if (size > 179.95) return "is turned over: light and dark change places";
  return `moves by ${short(size / 360, 3)} of a stripe (phase ${short(phase, 3)}°)`;
}

function waveWords(u, v) {
  if (!u && !v) return "frequency 0: an even area";
  const length = STEPS / Math.hypot(u, v);
  return `(${signed(u / STEPS)}, ${signed(v / STEPS)}) cycles per pixel: a stripe every ${short(length, 3)} px`;
}

/** The top left part of a wave, for the eye. */
function crop({ data, width }) {
  const out = new Float64Array(CROP * CROP);
  for (let y = 0; y < CROP; y++) out.set(data.subarray(y * width, y * width + CROP), y * CROP);
  return { data: out, height: CROP, width: CROP };
}

/** The step along a cut at (u, v); null where the point is off the cut. */
export function stepOn(kind, u, v) {
  const t = kind === "v" ? v : u;
  const [a, b] = CUTS[kind].point(t);
  return a === u && b === v ? t : null;
}

export class Frequency {
  constructor({ state, root, dark }) {
    Object.assign(this, { state, root, dark, numbers: {} });
    const go = (u, v) => { if (u !== state.values.u || v !== state.values.v) state.set({ u, v }); };
    this.map = heatMap({ root, position: () => [state.values.u, state.values.v], onPoint: go });
    this.plot = cutPlot({ root, position: () => stepOn(state.values.cut, state.values.u, state.values.v), onPoint: (t) => go(...CUTS[state.values.cut].point(t)) });
    this.scaleChoice = segmented({ label: "Gain scale", value: state.values.scale, options: [{ value: "linear", label: "Linear" }, { value: "log", label: "Log (dB)" }], onChange: (scale) => state.set({ scale }, "scale") });
    this.cutChoice = segmented({ label: "Cut through zero", value: state.values.cut, options: Object.entries(CUTS).map(([value, { label, title }]) => ({ value, label: h("b", {}, h("b", { "aria-hidden": "true" }, label), h("b", { class: "unseen" }, title)), title })), onChange: (kind) => this.turn(kind) });
    this.build();
    this.plate = zonePlate(PLATE);
  }

  build() {
    this.reading = h("p", { class: "reading", role: "status" });
    this.legend = h("p", { class: "note legend" });
    [this.waveIn, this.waveOut] = ["Wave in", "Wave out"].map((title) => pane(title, { zoom: 3, scale: false }));
    [this.plateIn, this.plateOut, this.photoIn, this.photoOut] = ["All frequencies at once", "… through the kernel", "Photograph", "… through the kernel"].map((title, i) => pane(title, { scale: i % 2 === 1 }));
    this.measured = h("p", { class: "measured" });
    this.bench = h("div", { class: "frequency" }, this.map.element,
      h("div", { class: "frequency-right" }, h("div", { class: "row" }, this.cutChoice.element, this.scaleChoice.element), this.plot.element, this.legend,
        h("div", { class: "waves" }, this.waveIn.element, sign("→", "becomes"), this.waveOut.element, h("div", { class: "readout" }, this.reading, this.measured))));
    this.pictures = h("div", { class: "pictures two-pairs" },
      h("div", { class: "pair" }, this.plateIn.element, this.plateOut.element), h("div", { class: "pair" }, this.photoIn.element, this.photoOut.element));
  }

  /** Another cut keeps the distance from zero, where the point lay on the last one. */
  turn(kind) {
    const { values } = this.state;
    const t = stepOn(values.cut, values.u, values.v);
    const [u, v] = t === null ? [values.u, values.v] : CUTS[kind].point(t);
    this.state.set({ cut: kind, u, v }, "cut");
  }

  update({ kernel, picture, changed }) {
    const { values } = this.state;
    const fresh = changed.has("k") || changed.has("view") || changed.has("*");
    if (fresh) this.respond(kernel);
    if (fresh || changed.has("scale") || changed.has("theme")) {
      this.scale = gainScale(this.most, values.scale);
      this.map.set(this.response, this.scale);
      this.scaleChoice.set(values.scale);
    }
    if (fresh || changed.has("picture")) this.photos(kernel, picture);
    this.point(kernel, values);
  }

  respond(kernel) {
    this.response = response(kernel.weights, kernel.rows, kernel.columns);
    this.most = this.response.gain.reduce((most, gain) => Math.max(most, gain), 0);
    this.real = isReal(this.response);
  }

  photos(kernel, picture) {
    const { rows, columns, weights } = kernel;
    const dark = this.dark();
    this.plateIn.set(this.plate, { how: GREY, describe: "Test pattern of rings: the local frequency grows with the distance from the middle" });
    this.plateOut.set(slide(this.plate, weights, rows, columns, beyond), { dark, text: "… through the kernel", describe: "The rings after the kernel: their contrast is the gain" });
    this.photoIn.set(picture.plane, { how: GREY, text: "Photograph, grey", describe: picture.alt });
    const out = slide(picture.plane, weights, rows, columns, beyond);
    this.photoOut.set(out, { dark, text: "… through the kernel", describe: `${picture.alt} After the kernel.` });
    const { low, high } = extent(out.data);
    this.numbers.photo = [low, high, out.data.reduce((sum, value) => sum + value, 0) / out.data.length];
  }

  point(kernel, { u, v, cut: kind }) {
    const { rows, columns, weights } = kernel;
    const answer = at(weights, rows, columns, u / STEPS, v / STEPS);
    const sent = wave(u, v);
    const back = slide(sent, weights, rows, columns, around);
    const measured = rms(back) / rms(sent);
    this.show(answer, measured, u, v);
    this.waveIn.set(crop(sent), { how: mapping(-1, 1, { forceSigned: true }), dark: this.dark(), text: "Wave in, ±1" });
    const full = Math.max(1, answer.gain);
    this.waveOut.set(crop(back), { how: mapping(-full, full, { forceSigned: true }), dark: this.dark(), text: `Wave out, ±${short(measured, 3)}`, describe: `Wave out: its height is ${short(measured, 3)} times that of the wave in` });
    this.map.point(u, v);
    this.map.cut(kind);
    this.plateIn.mark(0.5 + u / STEPS, 0.5 + v / STEPS);
    this.plateOut.mark(0.5 + u / STEPS, 0.5 + v / STEPS);
    const along = cut(this.response, kind);
    const signs = Array.from(along.gain, (_, i) => (this.real ? (along.re[i] < 0 ? -1 : 1) : 0));
    this.plot.set({ gain: along.gain, signs, scale: this.scale, kind, t: stepOn(kind, u, v), here: answer.gain });
    this.cutChoice.set(kind);
    this.legend.textContent = this.real ? (signs.includes(-1) ? "Orange: waves stay in place. Blue, dashed: they come out turned over." : "Along this cut, waves stay in place.") : "This kernel has no half-turn symmetry: waves also move sideways.";
    Object.assign(this.numbers, { frequency: { fx: u / STEPS, fy: v / STEPS }, gain: answer.gain, phase: answer.phase, measured, most: this.most, cut: Array.from(along.gain) });
  }

  show(answer, measured, u, v) {
    const level = answer.gone ? "" : ` (${short(Math.round(decibels(answer.gain) * 10) / 10, 3)} dB)`;
    this.reading.replaceChildren(h("span", { class: "big" }, `gain ${short(answer.gone ? 0 : answer.gain, 4)}`), h("span", { class: "nowrap" }, level), h("br"), `${waveWords(u, v)}; it ${answer.gone ? "is gone" : moved(answer)}.`);
    this.measured.textContent = `Measured on the wave, out ÷ in: ${short(Math.abs(measured) < 1e-9 ? 0 : measured, 4)}`;
  }

  parts() {
    const { waveIn, waveOut, plateOut, photoIn, photoOut } = this;
    const named = [[waveIn, waveIn.caption], [waveOut, waveOut.caption], [plateOut, "All frequencies, through the kernel"], [photoIn, "Photograph"], [photoOut, "Photograph, through the kernel"]];
    return [{ canvas: this.map.canvas, caption: `Gain 0 to ${short(this.most, 3)} at ±0.5 cycles per pixel` }, ...named.map(([{ canvas }, caption]) => ({ canvas, caption }))];
  }

  dispose() { this.plot.dispose(); }
}
