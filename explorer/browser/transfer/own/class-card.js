// One class: its name, how many pictures it has and how they are split, the pictures themselves, and ways to get more.
import { button, h, put } from "../../shared/controls.js";
import { LIMITS, number, quoted } from "./limits.js";
import { imageOf } from "./export.js";
import { drawTool, recordTool } from "./tools.js";

const SHOWN = 24; // pictures a leaf
const TOOLS = { record: recordTool, draw: drawTool };

/** `panel`: {collection, rename, removeClass, removePictures, addFiles, give, opened(card)}. */
export function createCard(id, panel) {
  const { collection } = panel;
  const card = { id, leaf: 0, tool: null, kind: "", key: "" };
  const name = h("input", { class: "own-name", maxlength: LIMITS.name, "aria-label": "Name of the class", onchange: () => panel.rename(card, name.value), onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); name.blur(); } } });
  const count = h("span", { class: "tabular own-count" });
  const wall = h("div", { class: "own-wall" });
  const place = h("div", {});
  const file = h("input", { type: "file", accept: "image/*", multiple: true, class: "unseen", tabindex: "-1", "aria-label": "Pictures for this class", onchange: () => { panel.addFiles(id, file.files); file.value = ""; } });
  const toggle = (kind) => () => open(card.kind === kind ? "" : kind);
  const buttons = { record: button("Webcam", toggle("record")), draw: button("Draw", toggle("draw")) };
  const drop = button("✕", () => panel.removeClass(card), { kind: "own-drop", title: "Delete this class" });
  card.element = h("article", { class: "own-card" }, h("div", { class: "own-head" }, name, count, drop), wall,
    h("div", { class: "row middle own-adds" }, buttons.record, buttons.draw, button("Files", () => file.click()), file), place);

  const open = (kind) => {
    card.tool?.close();
    Object.assign(card, { tool: null, kind });
    if (kind) {
      panel.opened(card);
      card.tool = TOOLS[kind]((squares) => { card.leaf = 0; panel.give(id, squares); }, () => open(""));
    }
    place.replaceChildren(...(card.tool ? [card.tool.element] : []));
    Object.entries(buttons).forEach(([key, one]) => one.setAttribute("aria-pressed", String(key === kind)));
  };

  card.close = () => open("");
  card.draw = (split) => {
    const one = collection.of(id);
    if (name.getRootNode().activeElement !== name) name.value = one.name;
    drop.setAttribute("aria-label", `Delete the class ${one.name}`);
    put(count, countText(one, split));
    drawWall(wall, one, card, panel);
  };
  return card;
}

function countText({ pictures }, split) {
  if (!pictures.length) return "no picture yet";
  return split ? `${number(pictures.length)} = ${split[0]} train + ${split[1]} test` : number(pictures.length);
}

/** One leaf of the pictures, the newest first. */
function drawWall(wall, one, card, panel) {
  const leaves = Math.max(1, Math.ceil(one.pictures.length / SHOWN));
  const leaf = Math.min(card.leaf, leaves - 1);
  const end = one.pictures.length - leaf * SHOWN;
  const shown = one.pictures.slice(Math.max(0, end - SHOWN), end).reverse();
  const key = [leaf, leaves, one.name, one.pictures.length, ...shown.map((picture) => picture.id)].join();
  if (key === card.key) return;
  card.key = key;
  const kept = new Map(Array.from(wall.querySelectorAll(".own-thumb"), (thumb) => [thumb.dataset.id, thumb]));
  const thumbs = shown.map((picture, i) => named(kept.get(String(picture.id)) || thumbOf(picture, panel), `Delete picture ${end - i} of ${one.name}`));
  const turn = (by) => () => { card.leaf = leaf + by; drawWall(wall, one, card, panel); };
  const pager = leaves === 1 ? [] : [h("div", { class: "own-pager" },
    Object.assign(button("‹", turn(-1), { ariaLabel: `Newer pictures of ${one.name}` }), { disabled: leaf === 0 }),
    h("span", { class: "tabular" }, `${leaf * SHOWN + 1}–${leaf * SHOWN + shown.length} of ${number(one.pictures.length)}`),
    Object.assign(button("›", turn(1), { ariaLabel: `Older pictures of ${one.name}` }), { disabled: leaf === leaves - 1 }))];
  wall.replaceChildren(h("div", { class: "own-thumbs" }, thumbs.length ? thumbs : h("p", { class: "hint" }, `Drop pictures of ${quoted(one.name)} here, record or draw them.`)), ...pager);
}

const named = (thumb, label) => { thumb.setAttribute("aria-label", label); return thumb; };

/** A picture; a click takes it away (and it can be put back). */
function thumbOf(picture, panel) {
  const canvas = h("canvas", { width: picture.side, height: picture.side, "aria-hidden": "true" });
  canvas.getContext("2d").putImageData(imageOf(picture.side, picture.bytes), 0, 0);
  return h("button", { type: "button", class: "own-thumb", title: "Delete this picture", "data-id": picture.id, onclick: () => panel.removePictures([picture]) }, canvas, h("span", { "aria-hidden": "true" }, "✕"));
}
