// A picture that can be pointed at: a canvas with a caption and a marker, by pointer and by keys.
import { h } from "../shared/controls.js";

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const within = (value, n) => Math.max(0, Math.min(n - 1, value));

/** onPoint(row, column) in the canvas's own pixels; `tallest_rem` keeps upright pictures from filling the screen. With `keys` (a name for screen readers) arrow keys work too. */
export function stage({ label, caption = label, onPoint, keys = "", extra = null, tallest_rem = 0 }) {
  const canvas = h("canvas", { class: "picture", role: "img", "aria-label": label });
  const marker = h("div", { class: "marker", "aria-hidden": "true" });
  const title = h("figcaption", {}, caption);
  const held = h("div", { class: "stage", tabindex: keys ? "0" : undefined, role: keys ? "application" : undefined, "aria-label": keys || undefined }, canvas, marker);
  const element = h("figure", { class: "figure" }, title, held, extra);
  let at = { row: 0, column: 0 };

  const fromEvent = (event) => {
    const box = canvas.getBoundingClientRect();
    const row = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
    const column = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
    if (row >= 0 && column >= 0 && row < canvas.height && column < canvas.width) onPoint(row, column);
  };
  const onKey = (event) => {
    const way = ARROWS[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const step = event.shiftKey ? 10 : 1;
    onPoint(within(at.row + way[0] * step, canvas.height), within(at.column + way[1] * step, canvas.width));
  };
  held.addEventListener("pointermove", fromEvent);
  held.addEventListener("pointerdown", fromEvent);
  if (keys) held.addEventListener("keydown", onKey);
  return {
    element, canvas, caption: title, held,
    /** Put the marker over a window of the picture. */
    mark(row, column, rows = 1, columns = rows) {
      at = { row, column };
      const widest = tallest_rem ? `${(tallest_rem * canvas.width) / canvas.height}rem` : "";
      if (held.style.maxWidth !== widest) held.style.maxWidth = widest;
      const percent = (part, whole) => `${(100 * part) / whole}%`;
      Object.assign(marker.style, { top: percent(row, canvas.height), left: percent(column, canvas.width), height: percent(rows, canvas.height), width: percent(columns, canvas.width) });
    },
  };
}
