// How far a shift of the picture shows after pooling: pictures, and the curve over shifts of 0..16 px.
import { extent } from "../shared/colour.js";
import { h } from "../shared/controls.js";
import { scaleNote, signed } from "./map-section.js";
import { SHIFTS } from "./model.js";
import { plot } from "./plot.js";
import { percent, stage } from "./stage.js";

const LINES = [["none", "c", "not pooled", [2, 4], "triangle"], ["max", "a", "max", [], "round"], ["average", "b", "average (and sum)", [9, 6], "square"]];
const NAMES = { none: "not pooled", max: "max", average: "average" };

export function shiftSection({ state, model }) {
  const { values } = state;
  const reader = { min: 0, max: SHIFTS, step: 1, big: 4, onPoint: (d) => state.set({ d }), text: (d) => `shift ${d} px` };
  const curve = plot({ label: "Shift of the picture", reader });
  const views = [stage({ label: "Before" }), stage({ label: "Shifted" }), stage({ label: "Difference" })];
  const now = h("p", { class: "now" }), said = h("div", { class: "measured" });
  const element = h("div", {}, h("div", { class: "split even" }, curve.element, h("div", { class: "trio" }, views.map((view) => view.element), now)), said, scaleNote());
  let numbers = {};

  const draw = (curves) => {
    const most = Math.max(0.05, ...Object.values(curves).flat().filter((v) => v !== null));
    curve.name(values.moved ? "Change after moving the map back, |a − b| / |a|" : "Change at the same place, |a − b| / |a|", LINES.map(([, slot, text, dash, shape]) => ({ slot, text, dash: dash.length > 0, shape: { round: "●", square: "■", triangle: "▲" }[shape] })));
    curve.draw({
      x: [-0.3, SHIFTS + 0.3], y: [0, most * 1.1], at: values.d, xLabel: "shift of the picture, px",
      xTicks: Array.from({ length: 9 }, (_, i) => [2 * i, String(2 * i)]),
      yTicks: ticksOf(most),
      curves: LINES.map(([kind, slot, , dash]) => ({ slot, dash, width: 2.5, points: curves[kind].map((v, x) => [x, v]) })),
      marks: LINES.flatMap(([kind, slot, , , shape]) => curves[kind].map((y, x) => ({ x, y, slot, shape, size: x === values.d ? 7 : 3.5 }))),
    });
  };
  const paint = (found) => {
    const shifter = found.shifters[values.kind];
    const [still, moved] = [shifter.pooled(0), shifter.pooled(values.d)];
    const most = Math.max(extent(still.data).high, extent(moved.data).high);
    const difference = { ...moved, data: moved.data.map((v, i) => v - still.data[i]) };
    views[0].paint(still, signed(-most, most), `${NAMES[values.kind]}, still · ${still.height} × ${still.width}`);
    views[1].paint(moved, signed(-most, most), `picture shifted by ${values.d} px`);
    views[2].paint(difference, signed(-most, most), `difference in place · ${percent(found.inPlace[values.kind][values.d])}`);
  };
  return {
    element,
    show() {
      const found = model.shifts(), curves = values.moved ? found.movedBack : found.inPlace;
      draw(curves);
      paint(found);
      now.replaceChildren(...summary(found, values.d));
      said.replaceChildren(...sentences(found, values, model.stride));
      const at = (set) => Object.fromEntries(LINES.map(([kind]) => [kind, set[kind][values.d]]));
      numbers = { shift: values.d, globally: found.globally[values.d], stride: model.stride, inPlace: at(found.inPlace), movedBack: at(found.movedBack), curves: { inPlace: found.inPlace, movedBack: found.movedBack } };
    },
    numbers: () => numbers,
    pictures: () => views.map(({ canvas, caption }) => ({ canvas, caption: caption.textContent })),
    dispose() { curve.dispose(); },
  };
}

function ticksOf(most) {
  const step = most > 0.8 ? 0.2 : most > 0.3 ? 0.1 : most > 0.12 ? 0.05 : 0.02;
  return Array.from({ length: Math.floor((most * 1.1) / step) + 1 }, (_, i) => [i * step, `${Math.round(i * step * 100)} %`]);
}

const mean = (list) => (list.length ? list.reduce((a, b) => a + b, 0) / list.length : null);

function summary({ inPlace }, d) {
  const row = (name, kind) => [h("br", {}), h("strong", {}, percent(inPlace[kind][d])), ` ${name}`];
  return [`A shift of ${d} px changes the map by`, ...row("without pooling", "none"), ...row("after max pooling", "max"), ...row("after average pooling", "average"), h("span", { class: "credit" }, " (sum likewise: the same map times the window's size)")];
}

/** What was measured, in words: small against large, and on the stride's grid against off it. */
function sentences(found, values, stride) {
  const { inPlace, movedBack, globally } = found;
  if (inPlace.max[0] === null) return [h("p", { class: "alert" }, "The rectified map is zero everywhere: there is nothing that could change. Another bias, gain or kernel is needed.")];
  const list = [];
  list.push(h("p", {}, h("strong", {}, "Slides say "), "pooling makes the network invariant to small translations. Measured here, it is so only roughly: ", `1 px changes the max-pooled map by ${percent(inPlace.max[1])}, ${SHIFTS} px by ${percent(inPlace.max[SHIFTS])}. One mean over the whole map (global average pooling) changes by ${percent(globally[1])} and ${percent(globally[SHIFTS])}.`));
  if (stride === 1) list.push(h("p", {}, h("strong", {}, "Stride 1: "), "the pooled map moves with the picture, pixel by pixel; moved back, nothing changes at any shift."));
  else {
    const on = [], off = [];
    movedBack.max.forEach((v, shift) => { if (shift && v !== null) (shift % stride ? off : on).push(v); });
    list.push(h("p", { class: "aliasing" }, h("strong", {}, `Stride ${stride}, moved back: `), `shifts by a multiple of ${stride} leave ${on.length ? percent(mean(on)) : "–"}, all others ${percent(mean(off))} on average (max). The pooled map follows the picture only on the stride's grid: between, it is sampled anew (aliasing${stride === 2 ? ": even against odd shifts" : ""}).`));
  }
  return list;
}
