// Filters, responses and maps as small canvases.
import { paintColour, paintPlane } from "../shared/colour.js";
import { h } from "../shared/controls.js";

export function decoded(text) {
  return new Float32Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
}

export const largest = (values) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);

/** One filter of 1 or 3 inputs as a picture: three inputs as colours around mid-grey, one by the signed scale. */
export function filterCanvas(values, inputs, height, width, limit, dark, canvas = h("canvas", {})) {
  const area = height * width;
  const plane = (i) => ({ data: values.subarray(i * area, (i + 1) * area), height, width });
  const how = { kind: "signed", low: -(limit || 1), high: limit || 1 };
  if (inputs === 3) paintColour(canvas, [plane(0), plane(1), plane(2)], how);
  else paintPlane(canvas, plane(0), how, dark);
  return canvas;
}

/** The strength of a response, 0 black to its largest white. */
export function responseCanvas(values, canvas) {
  const most = largest(values) || 1;
  const side = Math.sqrt(values.length);
  paintPlane(canvas, { data: values.map((v) => (255 * v) / most), height: side, width: side }, { kind: "grey" }, false);
  return most;
}
