// Fewer channels: what a 1x1 convolution costs where networks use it, as 256 → 64.
import { h, table } from "../shared/controls.js";
import { drawBlocks } from "./blocks.js";
import { layer } from "./model.js";
import { listSlider, STEPS } from "./volume.js";

const SIDE_PX = 28; // the lecture's Inception module works on 28×28 maps
const many = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");

export function reduction({ state, root, dark }) {
  const { values } = state;
  const from = listSlider({ label: "Channels in", steps: STEPS.c, value: values.ci, onInput: (ci) => state.set({ ci }, "ci") });
  const to = listSlider({ label: "Channels out (filters)", steps: STEPS.k, value: values.co, onInput: (co) => state.set({ co }, "co") });
  const canvas = h("canvas", { class: "picture blocks", role: "img" });
  const box = h("div", {}, canvas);
  const text = h("p", { class: "formula" });
  const figures = h("div", { class: "scroll" });
  const element = h("section", { class: "fewer", "aria-labelledby": "fewer-title" }, h("h2", { id: "fewer-title" }, "Fewer channels at little cost"),
    h("div", { class: "drawing" }, h("div", {}, box, text), h("div", { class: "panel sliders" }, from.element, to.element, figures)));
  let key = "", counts = null;

  const count = (kernel) => layer({ size: SIDE_PX, channels: values.ci, kernel, filters: values.co, stride: 1, padding: (kernel - 1) / 2 });
  const weights = (counted) => counted.params - values.co;
  function draw() {
    const width = Math.max(300, box.clientWidth || 640);
    const blocks = { input: { side: SIDE_PX, pad: 0, depth: values.ci }, output: { side: SIDE_PX, depth: values.co } };
    drawBlocks(canvas, blocks, { row: 12, column: 8, stride: 1, kernel: 1 }, { width, height: Math.min(300, width * 0.55), root, dark: dark() });
    canvas.setAttribute("aria-label", `A block of ${SIDE_PX} by ${SIDE_PX} by ${values.ci} becomes a block of ${SIDE_PX} by ${SIDE_PX} by ${values.co}, drawn to scale.`);
  }
  return {
    element, draw,
    show() {
      if (key === `${values.ci} ${values.co} ${dark()}`) return;
      key = `${values.ci} ${values.co} ${dark()}`;
      counts = { one: count(1), three: count(3) };
      from.set(values.ci);
      to.set(values.co);
      const w = weights(counts.one);
      text.replaceChildren(`${SIDE_PX}×${SIDE_PX}×${values.ci} → ${SIDE_PX}×${SIDE_PX}×${values.co}:  1·1·${values.ci} · ${values.co} = `, h("strong", {}, `${many(w)} weights`), ` (+ ${values.co} biases)`);
      figures.replaceChildren(table("Cost of 1×1 and 3×3", [["", "1×1", "3×3"], ["Weights", many(w), many(weights(counts.three))], ["Multiply-adds", many(counts.one.macs), many(counts.three.macs)]]));
      draw();
    },
    numbers: () => counts && { weights: weights(counts.one), weights3: weights(counts.three), macs: counts.one.macs, macs3: counts.three.macs },
  };
}
