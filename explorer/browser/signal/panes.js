// A picture with its caption and, where the numbers are signed, its scale.
import { mapping, paintPlane, scaleBar, extent } from "../shared/colour.js";
import { h } from "../shared/controls.js";

export const GREY = { kind: "grey", low: 0, high: 255 };

/** zoom: screen pixels to one picture pixel at full size. */
export function pane(title, { zoom = 1, scale = true, label = title } = {}) {
  const canvas = h("canvas", { role: "img", "aria-label": label });
  const caption = h("figcaption", {}, title);
  const bar = scaleBar();
  const marker = h("div", { class: "ring", "aria-hidden": "true", hidden: true });
  const element = h("figure", { class: "pane" }, caption, h("div", { class: "pane-stage" }, canvas, marker), scale ? bar.element : null);
  return {
    element,
    canvas,
    get caption() { return caption.textContent; },
    /** Paint a plane; `how` from colour.mapping, or made from the plane's own extent. */
    set(plane, { how, dark, text = title, describe = text }) {
      const ends = how || mapping(...Object.values(extent(plane.data)));
      paintPlane(canvas, plane, ends, dark);
      canvas.style.width = `${plane.width * zoom}px`;
      caption.textContent = text;
      canvas.setAttribute("aria-label", describe);
      if (scale) bar.set(ends, dark);
      return ends;
    },
    mark(x, y) {
      marker.hidden = false;
      Object.assign(marker.style, { left: `${100 * x}%`, top: `${100 * y}%` });
    },
  };
}

export const sign = (text, spoken) => h("span", { class: "sign", role: "img", "aria-label": spoken }, text);
