// Why coarse maps can be small: a picture, its half-size mean, and what the mean has lost.
import { h, put } from "../shared/controls.js";
import { extent, isDark, mapping, paintPlane } from "../shared/colour.js";
import { drawn, planes } from "../shared/picture-file.js";

/** {coarse, rest, kept}: 2 × 2 means, what is left, and the share of the variance that the means keep. */
export function octaves({ data, height, width }) {
  const [h2, w2] = [height >> 1, width >> 1];
  const coarse = new Float64Array(h2 * w2), rest = new Float64Array(4 * h2 * w2);
  for (let y = 0; y < h2; y++) for (let x = 0; x < w2; x++) {
    const at = [0, 1, width, width + 1].map((step) => 2 * y * width + 2 * x + step);
    const mean = at.reduce((sum, i) => sum + data[i], 0) / 4;
    coarse[y * w2 + x] = mean;
    at.forEach((i, n) => { rest[(2 * y + (n >> 1)) * 2 * w2 + 2 * x + (n & 1)] = data[i] - mean; });
  }
  const centre = coarse.reduce((sum, v) => sum + v, 0) / coarse.length;
  const slow = coarse.reduce((sum, v) => sum + (v - centre) ** 2, 0) / coarse.length;
  const fast = rest.reduce((sum, v) => sum + v * v, 0) / rest.length;
  return { coarse: { data: coarse, height: h2, width: w2 }, rest: { data: rest, height: 2 * h2, width: 2 * w2 }, kept: slow / (slow + fast) };
}

export function play({ root, data, state }) {
  const canvases = ["The map", "At half the resolution: a quarter of the numbers", "What that has lost"].map((caption) => ({ canvas: h("canvas", { role: "img", "aria-label": caption }), caption }));
  const told = h("p", { class: "told" });
  let found = null, grey = null, numbers = {};
  const image = new Image();
  const ready = (async () => {
    image.src = data.picture.url;
    await image.decode();
    grey = planes(drawn(image, image.naturalWidth, image.naturalHeight, 256)).grey;
    found = octaves(grey);
    state.refresh("picture");
  })().catch(() => null);
  return {
    element: h("section", { class: "play" }, h("h2", {}, "Slow and fast changes"), h("div", { class: "octaves" }, canvases.map(({ canvas, caption }) => h("figure", {}, canvas, h("figcaption", {}, caption)))), told, h("p", { class: "credit" }, data.picture.credit)),
    ready,
    show({ a }) {
      if (!found) return;
      numbers = { kept: found.kept };
      const { low, high } = extent(found.rest.data);
      const dark = isDark(root);
      paintPlane(canvases[0].canvas, grey, mapping(0, 255), dark);
      paintPlane(canvases[1].canvas, found.coarse, mapping(0, 255), dark);
      paintPlane(canvases[2].canvas, found.rest, mapping(low, high, { forceSigned: true, root: true }), dark);
      put(told, `The quarter keeps ${(100 * found.kept).toFixed(1)} % of this picture's variance. Maps of slow changes lose little at half the size, so ${a} of 8 maps are kept there.`);
    },
    numbers: () => numbers,
  };
}
