// The home page: a path of cards, each with a small preview computed live.
import { isDark } from "../shared/colour.js";
import { calm, h } from "../shared/controls.js";
import { drawn, planes } from "../shared/picture-file.js";
import { browserPanel } from "./machine.js";
import { PREVIEWS } from "./previews.js";

export async function mount(root, data, component) {
  const image = new Image();
  image.src = data.thumb;
  await image.decode().catch(() => null);
  const small = planes(drawn(image, 96, 80));
  const previews = [];
  let number = 0;
  const open = (event, path) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    component.setTriggerValue("open", path);
  };
  const card = ({ path, title, about }) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const item = h("a", { class: "card", href: path, onclick: (event) => open(event, path) }, canvas,
      h("span", { class: "title" }, h("b", {}, `${++number}`), title), h("span", { class: "about" }, about));
    previews.push({ canvas, item, paint: PREVIEWS[path], time: number * 1.7 });
    return item;
  };
  const sections = data.sections.map(({ name, cards }) => h("section", {}, h("h2", {}, name), h("div", { class: "cards" }, cards.map(card))));
  root.append(...sections, browserPanel());

  const paint = (preview) => {
    const style = getComputedStyle(root);
    preview.paint?.(preview.canvas, { planes: small, dark: isDark(root), ink: style.color, paper: style.getPropertyValue("--panel"), time: preview.time });
  };
  const paintAll = () => previews.forEach(paint);
  paintAll();
  const stop = animate(previews, paint);
  return { update: paintAll, dispose: stop };
}

/** A preview moves while the pointer or the focus is on its card; never for readers who asked for less motion. */
function animate(previews, paint) {
  let active = null, frame = 0, then = 0;
  const tick = (now) => {
    if (!active) return;
    frame = requestAnimationFrame(tick);
    if (now - then < 30) return;
    active.time += Math.min(0.1, (now - then) / 1000);
    then = now;
    paint(active);
  };
  const start = (preview) => { if (calm()) return; active = preview; cancelAnimationFrame(frame); then = performance.now(); frame = requestAnimationFrame(tick); };
  const stop = () => { active = null; cancelAnimationFrame(frame); };
  for (const preview of previews) {
    ["pointerenter", "focus"].forEach((name) => preview.item.addEventListener(name, () => start(preview)));
    ["pointerleave", "blur"].forEach((name) => preview.item.addEventListener(name, stop));
  }
  return stop;
}
