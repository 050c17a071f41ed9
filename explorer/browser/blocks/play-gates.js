// Squeeze-and-excitation on eight sample maps: their means, the gates that two small layers make of them, the scaled maps.
import { button, h, segmented } from "../shared/controls.js";
import { isDark, mapping, paintPlane, short } from "../shared/colour.js";
import { slide } from "../shared/crosscorrelation.js";
import { drawn, planes } from "../shared/picture-file.js";
import { chance, normal } from "./chance.js";

/** Gates of the means z: sigmoid(W₂ relu(W₁ z)), with weights of variance 2 / inputs from a seed. */
export function gates(z, hidden, seed) {
  const draw = normal(chance(seed));
  const matrix = (rows, columns) => Array.from({ length: rows }, () => Array.from({ length: columns }, () => draw() * Math.sqrt(2 / columns)));
  const times = (rows, vector) => rows.map((row) => row.reduce((sum, w, i) => sum + w * vector[i], 0));
  const [first, second] = [matrix(hidden, z.length), matrix(z.length, hidden)];
  return times(second, times(first, z).map((v) => Math.max(0, v))).map((v) => 1 / (1 + Math.exp(-v)));
}

export function play({ state, root, data }) {
  const channels = data.kernels.map(({ title }) => ({ title, before: h("canvas", {}), after: h("canvas", {}), mean: h("div", { class: "bar other" }), gate: h("div", { class: "bar mine" }), meanText: h("span", { class: "bar-text" }), gateText: h("span", { class: "bar-text" }) }));
  const reduction = segmented({ label: "Reduction r, for these 8 maps", value: "2", options: ["1", "2", "4", "8"].map((value) => ({ value, label: value })), onChange: (v) => state.set({ red: v }, "red") });
  const other = button("Other weights", () => state.set({ seed: (state.values.seed % 9999) + 1 }, "seed"));
  const grid = h("div", { class: "gates" }, channels.map(column));
  let maps = null, numbers = {};
  const image = new Image();
  const ready = (async () => {
    image.src = data.picture.thumb;
    await image.decode();
    const grey = planes(drawn(image, 96, 80)).grey;
    maps = data.kernels.map(({ weights }) => rectified(slide(grey, Float64Array.from(weights), 3, 3, { padding: "same", mode: "replicate" })));
    state.refresh("picture");
  })().catch(() => null);
  return {
    element: h("section", { class: "play" }, h("h2", {}, "Gates on eight sample maps"), h("p", {}, "Eight kernels over one picture, rectified. The weights of the two layers are random here; a network learns them."), h("div", { class: "row" }, reduction.element, other), grid),
    ready,
    show(_, { seed, red }) {
      reduction.set(red);
      if (!maps) return;
      const z = maps.map(({ mean }) => mean / 64);
      const gate = gates(z, 8 / +red, seed);
      numbers = { z, gates: gate, hidden: 8 / +red };
      const most = Math.max(...maps.map(({ mean }) => mean));
      const dark = isDark(root);
      channels.forEach((each, i) => paint(each, maps[i], gate[i], most, dark));
    },
    numbers: () => numbers,
  };
}

function column({ title, before, after, mean, gate, meanText, gateText }) {
  return h("figure", { class: "gate" }, h("figcaption", {}, title), before, h("div", { class: "bar-line" }, mean), h("span", { class: "gate-text" }, "mean ", meanText), h("div", { class: "bar-line" }, gate), h("span", { class: "gate-text" }, "gate ", gateText), after);
}

function rectified(plane) {
  const data = plane.data.map((v) => Math.max(0, v));
  return { ...plane, data, mean: data.reduce((sum, v) => sum + v, 0) / data.length };
}

function paint(each, map, gate, most, dark) {
  const how = mapping(0, 255);
  paintPlane(each.before, map, how, dark);
  paintPlane(each.after, { ...map, data: map.data.map((v) => v * gate) }, how, dark);
  each.mean.style.width = `${(100 * map.mean) / most}%`;
  each.gate.style.width = `${100 * gate}%`;
  each.meanText.textContent = short(map.mean, 2);
  each.gateText.textContent = gate.toFixed(2);
  each.before.setAttribute("role", "img");
  each.before.setAttribute("aria-label", "map before the gate");
  each.after.setAttribute("role", "img");
  each.after.setAttribute("aria-label", `map times ${gate.toFixed(2)}`);
}
