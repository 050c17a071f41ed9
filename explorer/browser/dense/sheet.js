// A canvas to draw figures on: as wide as its place, sharp on every screen, in the colours of the page.
import { isDark } from "../shared/colour.js";
import { h } from "../shared/controls.js";

/**
 * height(width) gives the height; draw(ctx, {w, h, dark, ink, paper, soft, edge, accent, font}) draws it.
 * Drawn again when its width changes; redraw() asks for it.
 */
export function sheet({ height, draw, attributes = {} }) {
  const canvas = h("canvas", { class: "sheet", ...attributes });
  let width = 0;

  const look = (w, tall) => {
    const style = getComputedStyle(canvas);
    const colour = (name) => style.getPropertyValue(name).trim();
    const dark = isDark(canvas);
    const ink = style.color;
    return { w, h: tall, dark, ink, paper: colour("--st-background-color"), panel: colour("--st-secondary-background-color"), edge: colour("--st-border-color"), accent: colour("--st-primary-color"), soft: dark ? "#b3b1bd" : "#55545c", font: style.fontFamily };
  };
  const redraw = () => {
    const w = Math.floor(canvas.parentElement?.clientWidth || 0);
    if (!w) return;
    width = w;
    const tall = Math.round(height(w));
    const ratio = Math.max(1, Math.min(3, devicePixelRatio || 1));
    const [pw, ph] = [Math.round(w * ratio), Math.round(tall * ratio)];
    if (canvas.width !== pw || canvas.height !== ph) Object.assign(canvas, { width: pw, height: ph });
    Object.assign(canvas.style, { width: `${w}px`, height: `${tall}px` });
    const ctx = canvas.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, w, tall);
    draw(ctx, look(w, tall));
  };
  const watch = new ResizeObserver(() => { if (Math.floor(canvas.parentElement?.clientWidth || 0) !== width) redraw(); });
  return {
    canvas, redraw,
    /** Begin to follow the width of the parent: call once it has one. */
    follow() { watch.observe(canvas.parentElement); redraw(); },
    /** Where an event points, in the units of the drawing. */
    at(event) { const box = canvas.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; },
    dispose() { watch.disconnect(); },
  };
}
