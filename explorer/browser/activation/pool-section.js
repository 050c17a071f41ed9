// Max, average and sum pooling of the rectified map beside one another, one window in numbers, and what is lost.
import { extent, isDark, short, signedColour, signedInk } from "../shared/colour.js";
import { h, table } from "../shared/controls.js";
import { scaleNote, signed } from "./map-section.js";
import { KINDS } from "./model.js";
import { count } from "./pooling.js";
import { percent, stage } from "./stage.js";

const TITLES = { max: "Max", average: "Average", sum: "Sum" };

export function poolSection({ state, model, root }) {
  const { values } = state;
  const cell = (cy, cx) => { if (cy !== values.cy || cx !== values.cx) state.set({ cy, cx }); };
  const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
  const ofPixel = (row, column) => { const [rows, columns] = model.losses().size; cell(clamp(Math.floor(row / model.stride), rows), clamp(Math.floor(column / model.stride), columns)); };
  const onPooled = (row, column) => (values.draw === "back" ? ofPixel(row, column) : cell(row, column));
  const map = stage({ label: "Rectified map", onPoint: ofPixel });
  const views = Object.fromEntries(KINDS.map((kind) => [kind, stage({ label: TITLES[kind], onPoint: onPooled })]));
  const grid = h("div", { class: "window-grid", role: "img" }), sums = h("div", { class: "sums" }), facts = h("div", { class: "facts" }), size = h("p", { class: "formula size" });
  const element = h("div", {}, h("div", { class: "pictures" }, map.element, KINDS.map((kind) => views[kind].element)), size,
    h("div", { class: "grid halves" }, h("div", {}, h("h3", {}, "One window"), h("div", { class: "one-window" }, grid, sums)), h("div", {}, h("h3", {}, "What is lost"), facts)), scaleNote());
  let numbers = {};

  const paint = () => {
    const { rectified } = model, high = extent(rectified.data).high;
    map.paint(rectified, signed(0, high), `ReLU(feature map) · ${rectified.height} × ${rectified.width}`);
    KINDS.forEach((kind) => {
      const plane = values.draw === "back" ? model.back(kind === "sum" ? "average" : kind) : model.pooled(kind);
      const text = values.draw === "back" ? `${TITLES[kind]}, put back` : `${TITLES[kind]} · ${plane.height} × ${plane.width}`;
      views[kind].paint(plane, signed(0, extent(plane.data).high), text, values.draw === "true" ? plane.width / rectified.width : 1);
    });
  };
  const point = () => {
    const found = model.window, { row, column } = model.cell, { w } = values;
    map.mark(found.top, found.left, w, w);
    KINDS.forEach((kind) => (values.draw === "back" ? views[kind].mark(found.top, found.left, w, w) : views[kind].mark(row, column)));
    map.at = [found.top, found.left];
    fillGrid(grid, found, w, isDark(root));
    sums.replaceChildren(...lines(found, row, column));
    return { row, column, top: found.top, left: found.left, values: found.values, best: found.best, max: found.max, average: found.average, sum: found.sum };
  };
  return {
    element,
    show(changed) {
      const moved = [...changed].every((name) => name === "cy" || name === "cx");
      const lost = model.losses();
      if (!moved) {
        paint();
        size.textContent = [["height", "H′"], ["width", "W′"]].map(([side, name]) => `${name} = ⌊(${model.rectified[side]} − ${values.w}) / ${model.stride}⌋ + 1 = ${count(model.rectified[side], values.w, model.stride)}`).join("      ");
        facts.replaceChildren(losses(lost), lossNote(lost, values.w, model.stride));
      }
      numbers = { ...lost, cell: point() };
    },
    numbers: () => numbers,
    pictures: () => [map, ...KINDS.map((kind) => views[kind])].map(({ canvas, caption }) => ({ canvas, caption: caption.textContent })),
    dispose() {},
  };
}

function fillGrid(grid, { values, best }, window, dark) {
  const most = Math.max(...values, 1e-12);
  grid.style.setProperty("--columns", window);
  grid.setAttribute("aria-label", `The ${values.length} numbers of the window: ${values.map((v) => short(v, 2)).join(", ")}`);
  grid.replaceChildren(...values.map((v, i) => h("span", { class: i === best ? "best" : "", style: { background: signedColour(v, most * 1.15, dark), color: signedInk(v, most * 1.15, dark) } }, short(v, window > 4 ? 2 : 3))));
}

function lines({ values, best, max, average, sum }, row, column) {
  const winner = max > 0 ? `number ${best + 1} of ${values.length} wins` : "all are 0: the first counts";
  return [
    h("p", {}, `Output cell (${row}, ${column})`),
    h("p", {}, h("strong", {}, "max "), `${short(max, 4)}`, h("span", { class: "credit" }, ` ${winner}; it alone gets the gradient`)),
    h("p", {}, h("strong", {}, "average "), `${short(sum, 4)} / ${values.length} = ${short(average, 4)}`),
    h("p", {}, h("strong", {}, "sum "), short(sum, 4)),
  ];
}

function losses(lost) {
  return table("What pooling loses", [
    ["", "max", "average", "sum"],
    ["mean (before: " + short(lost.mean) + ")", ...KINDS.map((kind) => short(lost.means[kind]))],
    ["error when put back", percent(lost.error.max), percent(lost.error.average), percent(lost.error.average)],
    ["values that decide", percent(lost.winners), percent(1 - lost.unread), percent(1 - lost.unread)],
  ]);
}

function lossNote(lost, window, stride) {
  const n = (v) => v.toLocaleString("en").replaceAll(",", " ");
  const parts = [h("p", { class: "discarded" }, h("strong", { class: "big" }, `${percent(lost.discarded)} discarded`), h("span", {}, ` ${n(lost.before)} activations → ${n(lost.kept)}`))];
  if (window === 2 && stride === 2) parts.push(h("p", { class: "note" }, `Slides say "discarding 75 %": 1 − 1/(2 · 2), exact where both sides are even; here ${percent(lost.discarded, 2)}.`));
  if (lost.overlapping > 0) parts.push(h("p", { class: "note" }, `${percent(lost.overlapping)} of the map lies in more than one window.`));
  if (lost.unread > 0) parts.push(h("p", { class: "note" }, `${percent(lost.unread)} of the map is never read: ${stride > window ? "the stride is larger than the window" : "the edge fills no whole window"}.`));
  return h("div", {}, parts);
}
