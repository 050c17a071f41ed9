// The colours of the figure: from the theme, and from numbers to the fill and the ink of a cell.
import { isDark, signedColour, signedInk } from "../shared/colour.js";

/** What the theme says, read once a repaint. */
export function theme(root) {
  const style = getComputedStyle(root);
  const read = (name, otherwise) => style.getPropertyValue(name).trim() || otherwise;
  const dark = isDark(root);
  return {
    dark,
    ink: read("--st-text-color", "#1b1c24"),
    paper: read("--st-background-color", "#fcfbf8"),
    panel: read("--st-secondary-background-color", "#f1eee7"),
    edge: read("--st-border-color", "#d9d4c8"),
    accent: read("--st-primary-color", "#5b35c9"),
    window: "#ffd400",
    warning: dark ? "#f59a4c" : "#b04a06",
    font: style.fontFamily,
  };
}

const PALE = 2.3;

/** Value -> {fill, ink}: grey levels as they are, other numbers on the signed scale, pale enough to be read on. */
export function shade(data, { grey, dark }) {
  if (grey)
    return (value) => {
      const level = Math.max(0, Math.min(255, Math.round(value)));
      return { fill: `rgb(${level} ${level} ${level})`, ink: level > 130 ? "#14151b" : "#ffffff" };
    };
  let most = 1e-12;
  for (const value of data) most = Math.max(most, Math.abs(value));
  return (value) => ({ fill: signedColour(value, most * PALE, dark), ink: signedInk(value, most * PALE, dark) });
}

/** Whether numbers are grey levels that can be shown as they are. */
export const isGrey = (data) => data.every((value) => value >= -1e-9 && value <= 255 + 1e-9);
