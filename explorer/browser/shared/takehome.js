// What a learner takes along: the PyTorch code of the view, its link, its picture, its numbers.
import { button, h, line } from "./controls.js";

/** A panel with code that follows the view. `code()` gives the text; extra buttons may be passed. */
export function takehome({ code, link, png, extras = [] }) {
  const pre = h("pre", { class: "code", tabindex: "0", "aria-label": "PyTorch code for this view" }, h("code", {}));
  const said = line();
  const copy = async (text, what) => {
    try {
      await navigator.clipboard.writeText(text);
      said.say(`${what} copied.`);
    } catch {
      said.say("This browser does not let the page copy: select the text and copy it by hand.");
    }
  };
  const summary = h("summary", {}, "PyTorch code for this view");
  const body = h("details", { class: "fold takehome" }, summary, pre);
  const fill = () => { pre.firstChild.textContent = code(); };
  const update = () => { if (body.open) fill(); };
  summary.addEventListener("click", fill); // "toggle" comes only after the panel has opened, empty
  body.addEventListener("toggle", update);
  const actions = h("div", { class: "row actions" },
    button("Copy link", () => copy(link(), "Link")),
    button("Copy code", () => copy(code(), "Code")),
    png ? button("Save PNG", () => savePng(png())) : null,
    ...extras, said.element);
  return { element: h("section", { class: "takeaway" }, actions, body), update };
}

/** Offer a file to the reader. */
export function save(name, blob) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

function savePng({ canvas, name }) {
  canvas.toBlob((blob) => blob && save(name, blob), "image/png");
}

/** Several canvases beside one another with captions, as one canvas: the PNG of a view. */
export function montage(parts, { dark = false, gap = 16, side = 512 } = {}) {
  const scaled = parts.map(({ canvas, caption }) => ({ canvas, caption, w: side, h: Math.max(1, Math.round((side * canvas.height) / canvas.width)) }));
  const height = Math.max(...scaled.map((part) => part.h)) + 2 * gap + 28;
  const whole = h("canvas", { width: scaled.reduce((sum, part) => sum + part.w + gap, gap), height });
  const ctx = whole.getContext("2d");
  ctx.fillStyle = dark ? "#101218" : "#fcfbf8";
  ctx.fillRect(0, 0, whole.width, whole.height);
  ctx.imageSmoothingEnabled = false;
  ctx.font = "18px sans-serif";
  let x = gap;
  for (const part of scaled) {
    ctx.drawImage(part.canvas, x, gap, part.w, part.h);
    ctx.fillStyle = dark ? "#eceaf2" : "#1b1c24";
    ctx.fillText(part.caption, x, gap + part.h + 22, part.w);
    x += part.w + gap;
  }
  return whole;
}
