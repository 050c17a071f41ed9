// Four lanes, told apart by colour, by line and by name. Colours after Okabe & Ito; lighter in the dark.
import { isDark } from "../shared/colour.js";

export const STYLES = [
  { light: "#c2540a", dark: "#ff9d57", dash: [], width: 2.4, mark: "●" },
  { light: "#0067a5", dark: "#6cbcff", dash: [8, 5], width: 2.6, mark: "■" },
  { light: "#00795a", dark: "#37d6a3", dash: [], width: 4, mark: "▲" },
  { light: "#a33f86", dark: "#f39bd3", dash: [2, 4], width: 3, mark: "◆" },
];

export const colourOf = (style, dark) => (dark ? style.dark : style.light);

const known = new WeakMap();

/** Colours of the page as canvas needs them, as they were when its last drawing began. */
export const theme = (root) => known.get(root) || readTheme(root);

/** Read them anew, before anything changes: to ask for a style after a change has the browser lay out the page at once. */
export function readTheme(root) {
  const css = getComputedStyle(root);
  const probe = (name, otherwise) => css.getPropertyValue(name).trim() || otherwise;
  const dark = isDark(root);
  const look = {
    dark,
    ink: probe("--st-text-color", dark ? "#eceaf2" : "#1b1c24"),
    paper: probe("--st-background-color", dark ? "#101218" : "#fcfbf8"),
    panel: probe("--st-secondary-background-color", dark ? "#1a1d26" : "#f2efe8"),
    edge: dark ? "#3a3f4d" : "#d9d4c8",
    soft: dark ? "#b4b3bd" : "#5d5a66",
    wrong: dark ? "#ff9d57" : "#c2540a",
    right: dark ? "#37d6a3" : "#00795a",
    accent: probe("--st-primary-color", dark ? "#b7a1ff" : "#5b35c9"),
    font: probe("--st-font", "system-ui, sans-serif"),
  };
  known.set(root, look);
  return look;
}

/** Make a canvas fit its box at the screen's density; returns the context scaled to CSS pixels. */
export function fitted(canvas, width, height) {
  const ratio = Math.min(2, window.devicePixelRatio || 1);
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext("2d");
  ctx.setTransform(w / width, 0, 0, h / height, 0, 0);
  return ctx;
}

export const percent = (share, digits = 1) => (Number.isFinite(share) ? `${(100 * share).toFixed(digits)} %` : "–");
