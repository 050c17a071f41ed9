// A pad to draw on in white on black, with a mouse, a pen or a finger.
import { h } from "./controls.js";

/** `side`: its pixels; `pen`: the width of a line. `begin` comes before a stroke, `moved` after each piece of it, `end` when it is lifted. */
export function drawingPad({ side, pen, begin = () => {}, moved = () => {}, end = () => {}, ...attributes }) {
  const canvas = h("canvas", { width: side, height: side, class: "pad", role: "img", "aria-label": "Drawing pad: draw with a mouse, a pen or a finger", ...attributes });
  const ctx = canvas.getContext("2d", { willReadFrequently: true });
  Object.assign(ctx, { lineWidth: pen, lineCap: "round", lineJoin: "round", strokeStyle: "#fff" });
  let point = null;
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * side, ((event.clientY - box.top) / box.height) * side];
  };
  const stroke = (event) => {
    if (!point) return;
    const to = place(event);
    ctx.beginPath();
    ctx.moveTo(...point);
    ctx.lineTo(...to);
    ctx.stroke();
    point = to;
    moved();
  };
  canvas.addEventListener("pointerdown", (event) => { canvas.setPointerCapture(event.pointerId); begin(); point = place(event); stroke(event); });
  canvas.addEventListener("pointermove", stroke);
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { if (point) { point = null; end(); } });
  return { canvas, ctx, clear() { ctx.fillStyle = "#000"; ctx.fillRect(0, 0, side, side); } };
}
