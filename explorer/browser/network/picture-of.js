// An SVG of the page as a file: its look is written into each element, because the page's style sheet stays behind.
import { h } from "../shared/controls.js";

const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "text-anchor", "opacity"];

/** The text of an SVG file that looks as the drawing does now, on the page's paper. */
export function svgText(svg) {
  const copy = svg.cloneNode(true);
  const originals = [svg, ...svg.querySelectorAll("*")];
  [copy, ...copy.querySelectorAll("*")].forEach((element, i) => {
    const style = getComputedStyle(originals[i]);
    KEPT.forEach((name) => element.setAttribute(name, style.getPropertyValue(name)));
    ["class", "tabindex", "role"].forEach((name) => element.removeAttribute(name));
  });
  const [x, y, width, height] = svg.getAttribute("viewBox").split(" ");
  copy.prepend(h("svg:rect", { x, y, width, height, fill: getComputedStyle(svg).getPropertyValue("--paper") || "white" }));
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  return new XMLSerializer().serializeToString(copy);
}

/** The drawing as a PNG, twice as fine as on the page. */
export async function pngOf(svg) {
  const image = new Image();
  image.src = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  await image.decode();
  const canvas = h("canvas", { width: 2 * svg.width.baseVal.value, height: 2 * svg.height.baseVal.value });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  URL.revokeObjectURL(image.src);
  return new Promise((done) => canvas.toBlob(done, "image/png"));
}
