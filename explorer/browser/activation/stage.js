// A map as a picture: caption, colours with their scale, a marker, and walking over it by mouse, touch and keys.
import { isDark, paintPlane, scaleBar } from "../shared/colour.js";
import { h } from "../shared/controls.js";

/** onPoint(row, column) in cells of the plane shown; without it the picture only shows. */
export function stage({ label, onPoint = null, legend = true }) {
  const canvas = h("canvas", { class: "picture" });
  const caption = h("figcaption", {}, label);
  const marker = h("div", { class: "marker", "aria-hidden": "true", hidden: true });
  const walk = onPoint ? { tabindex: "0", role: "application", "aria-roledescription": "picture that can be walked over" } : { role: "img" };
  const frame = h("div", { class: "stage", "aria-label": label, ...walk }, canvas, marker);
  const bar = scaleBar();
  const element = h("figure", { class: "figure" }, caption, frame, legend ? bar.element : null);
  const view = { element, canvas, caption, size: { height: 1, width: 1 }, at: [0, 0], share: 1 };
  if (onPoint) listen(view, frame, onPoint);
  return Object.assign(view, {
    /** `how` from `mapping`; `text` is the caption; `share` of the full width is used. */
    paint(plane, how, text, share = 1) {
      paintPlane(canvas, plane, how, isDark(frame));
      bar.set(how, isDark(frame));
      Object.assign(view, { size: plane, share });
      frame.style.width = `${100 * share}%`;
      caption.textContent = text;
      frame.setAttribute("aria-label", onPoint ? `${text}. Arrow keys move by one, with Shift by ten.` : text);
    },
    mark(top, left, rows = 1, columns = 1) {
      marker.hidden = false;
      view.at = [top, left];
      const { height, width } = view.size;
      Object.assign(marker.style, { top: `${(100 * top) / height}%`, left: `${(100 * left) / width}%`, height: `${(100 * rows) / height}%`, width: `${(100 * columns) / width}%` });
    },
    unmark() { marker.hidden = true; },
  });
}

function listen(view, frame, onPoint) {
  const point = (event) => {
    const box = view.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * view.size.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * view.size.height);
    if (row >= 0 && column >= 0 && row < view.size.height && column < view.size.width) onPoint(row, column);
  };
  frame.addEventListener("pointermove", point);
  frame.addEventListener("pointerdown", point);
  frame.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 10 : 1;
    const move = { ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] }[event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    onPoint(clamp(view.at[0] + move[0], view.size.height), clamp(view.at[1] + move[1], view.size.width));
  });
}

/** "41.3 %" */
export const percent = (share, digits = 1) => (share === null ? "–" : `${(100 * share).toFixed(digits)} %`);
