// All blocks as small drawings, to choose from.
import { h } from "../shared/controls.js";
import { layersOf, numbersOf } from "./cost.js";
import { thumb } from "./drawing.js";

/** {element, set(name)}: a group of radio buttons, so that arrow keys go from block to block. */
export function gallery(blocks, onChoose) {
  const items = new Map();
  const groups = [...new Set(blocks.map((block) => block.group))];
  const item = (block) => {
    const input = h("input", { type: "radio", name: "building-block", value: block.name, onchange: () => onChoose(block.name) });
    const element = h("label", { class: "choice-block" }, input, h("span", { class: "face" }, thumb(layersOf(block.parts, numbersOf(block))), h("span", { class: "face-title" }, block.title)));
    items.set(block.name, { input, element });
    return element;
  };
  const element = h("fieldset", { class: "gallery" }, h("legend", { class: "unseen" }, "Building block"), groups.map((group) => h("div", { class: "gallery-group" }, h("h3", {}, group), h("div", { class: "gallery-items" }, blocks.filter((block) => block.group === group).map(item)))));
  return {
    element,
    set(name) {
      const { input, element: chosen } = items.get(name);
      input.checked = true;
      const strip = element;
      if (strip.scrollWidth > strip.clientWidth + 4) strip.scrollLeft = chosen.offsetLeft - strip.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
    },
  };
}
