// The drawing as a file: SVG with its colours written in, or PNG at twice its size.
import { h } from "../shared/controls.js";
import { save } from "../shared/takehome.js";

const KEPT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "font-size", "font-weight", "font-family", "paint-order", "opacity"];

/** A copy that needs no style sheet, on the page's own ground. */
function standalone(svg) {
  const copy = svg.cloneNode(true);
  const [from, to] = [svg, copy].map((root) => [...root.querySelectorAll("*")]);
  from.forEach((element, i) => {
    const style = getComputedStyle(element);
    for (const name of KEPT) if (!(name === "fill" && element.getAttribute("fill")?.startsWith("url"))) to[i].setAttribute(name, style.getPropertyValue(name));
    ["tabindex", "role", "class"].forEach((name) => to[i].removeAttribute(name));
  });
  const [, , w, tall] = svg.getAttribute("viewBox").split(" ");
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.prepend(h("svg:rect", { width: w, height: tall, fill: getComputedStyle(svg).getPropertyValue("--paper").trim() || "#ffffff" }));
  copy.querySelectorAll(".hit").forEach((each) => each.remove());
  return { text: new XMLSerializer().serializeToString(copy), w: Number(w), tall: Number(tall) };
}

export function saveSvg(svg, name) {
  save(`${name}.svg`, new Blob([standalone(svg).text], { type: "image/svg+xml" }));
}

/** Paint the drawing at twice its size; an Error with a sentence where the browser cannot. */
export async function paintPng(svg) {
  const { text, w, tall } = standalone(svg);
  const url = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
  const image = new Image(2 * w, 2 * tall);
  image.src = url;
  await image.decode().catch(() => { throw new Error("This browser cannot turn the drawing into a PNG; save it as SVG."); });
  const canvas = h("canvas", { width: 2 * w, height: 2 * tall });
  canvas.getContext("2d").drawImage(image, 0, 0, 2 * w, 2 * tall);
  return canvas;
}

export async function savePng(svg, name) {
  const canvas = await paintPng(svg);
  canvas.toBlob((blob) => blob && save(`${name}.png`, blob), "image/png");
}
