// Canvases that stay sharp, the colours of the page, and small pieces of drawing that several figures share.
import { isDark } from "../shared/colour.js";

/** Give a canvas its size in CSS pixels; returns its context, scaled to the screen and empty. */
export function sheet(canvas, w, h) {
  const ratio = Math.max(1, Math.min(3, devicePixelRatio || 1));
  const [pw, ph] = [Math.round(w * ratio), Math.round(h * ratio)];
  if (canvas.width !== pw || canvas.height !== ph) [canvas.width, canvas.height] = [pw, ph];
  [canvas.style.width, canvas.style.height] = [`${w}px`, `${h}px`];
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.clearRect(0, 0, w, h);
  return ctx;
}

/** The page's colours as plain values, for canvases. */
export function theme(root) {
  const style = getComputedStyle(root);
  const value = (name) => style.getPropertyValue(name).trim();
  const dark = isDark(root);
  return {
    dark, ink: style.color, paper: value("--paper") || (dark ? "#101218" : "#fcfbf8"), panel: value("--panel"), edge: value("--edge"), accent: value("--accent"),
    soft: dark ? "#b4b3c0" : "#55535f", faint: dark ? "#4a4e5c" : "#c9c4b8", window: "#ffd400",
    blue: dark ? "#6cb2f2" : "#1f6fb4", orange: dark ? "#f59a4c" : "#c2540a", font: value("--st-font") || "sans-serif",
  };
}

/** A rectangle in the window's yellow with a dark edge. */
export function frame(ctx, look, [x, y, w, h], { dash = [], line = 2.5, colour = look.window } = {}) {
  ctx.save();
  ctx.lineJoin = "round";
  for (const [style, wide] of [["#000", line + 2.5], [colour, line]]) {
    ctx.setLineDash(style === "#000" ? [] : dash);
    if (dash.length && style === "#000") ctx.setLineDash(dash);
    ctx.strokeStyle = style;
    ctx.lineWidth = wide;
    ctx.strokeRect(x, y, w, h);
  }
  ctx.restore();
}

/** Slanted lines over a rectangle: what is not there. */
export function hatch(ctx, look, [x, y, w, h], gap = 7) {
  if (w <= 0 || h <= 0) return;
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.clip();
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = 1;
  ctx.beginPath();
  const from = Math.floor((x - y - h) / gap) * gap;
  for (let c = from; c < x + w - y + gap; c += gap) { ctx.moveTo(c + y, y); ctx.lineTo(c + y + h, y + h); }
  ctx.stroke();
  ctx.restore();
}

/** Text on a patch of paper, so that it can be read over anything. */
export function tag(ctx, look, text, x, y, { align = "center", size = 13, bold = true } = {}) {
  ctx.save();
  ctx.font = `${bold ? 600 : 400} ${size}px ${look.font}`;
  ctx.textBaseline = "middle";
  ctx.textAlign = align;
  const w = ctx.measureText(text).width + 8;
  const left = align === "center" ? x - w / 2 : align === "right" ? x - w + 4 : x - 4;
  ctx.fillStyle = look.paper;
  ctx.globalAlpha = 0.88;
  ctx.fillRect(left, y - size * 0.75, w, size * 1.5);
  ctx.globalAlpha = 1;
  ctx.fillStyle = look.ink;
  ctx.fillText(text, x, y + 1);
  ctx.restore();
}

/** A picture's middle square, `side` pixels wide; grey where the network takes one channel. */
export function cropped(source, side, grey) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [side, side];
  const ctx = canvas.getContext("2d");
  const edge = Math.min(source.width, source.height);
  ctx.imageSmoothingQuality = "high";
  if (grey) ctx.filter = "grayscale(1)";
  ctx.drawImage(source, (source.width - edge) / 2, (source.height - edge) / 2, edge, edge, 0, 0, side, side);
  return canvas;
}

/** Canvases side by side at their own size, each with its caption: the PNG of a view. */
export function beside(parts, look) {
  const ratio = Math.max(1, Math.min(3, devicePixelRatio || 1));
  const gap = 16 * ratio, line = 26 * ratio;
  const canvas = document.createElement("canvas");
  canvas.width = parts.reduce((sum, { canvas: one }) => sum + one.width + gap, gap);
  canvas.height = Math.max(...parts.map(({ canvas: one }) => one.height)) + 2 * gap + line;
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = look.dark ? "#101218" : "#fcfbf8";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.fillStyle = look.ink;
  ctx.font = `${15 * ratio}px ${look.font}`;
  let x = gap;
  for (const { canvas: one, caption } of parts) {
    ctx.drawImage(one, x, gap);
    ctx.fillText(caption, x, gap + one.height + line * 0.8, one.width);
    x += one.width + gap;
  }
  return canvas;
}
