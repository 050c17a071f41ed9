// Several filters over one picture: their maps stacked into a volume.
import { extent, mapping, paintColour, paintPlane, short, signedColour, signedInk } from "../shared/colour.js";
import { button, h, line, slider } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { MOST_FILTERS, presetOf, SIDE } from "./filters.js";
import { filterEditor } from "./one.js";
import { drawSlabs, slabAt } from "./slabs.js";
import { stage } from "./stage.js";

const GREY = { kind: "grey", low: 0, high: 255 };

/** One flat map under the volume: chooses its filter, and can be pointed at. */
function tile(n, { onChoose, onPoint }) {
  const view = stage({ label: `Map ${n + 1}`, caption: "", onPoint });
  view.caption.remove();
  const name = h("span", { class: "name" });
  const value = h("span", { class: "chip" });
  const choose = h("button", { type: "button", class: "button pick", "aria-pressed": "false", onclick: onChoose }, h("b", {}, String(n + 1)), " ", name);
  return { ...view, element: h("div", { class: "tile" }, value, view.element, choose), name, value, choose };
}

export function manyPart(context) {
  const { state, data, model, dark } = context;
  const { values } = state;
  const said = line("alert");
  const chosen = () => Math.min(values.i, values.f.length - 1);
  const current = () => values.f[chosen()];
  const change = (filter, record) => state.set({ f: values.f.map((item, n) => (n === chosen() ? filter : item)) }, `${values.i} ${record}`);
  const editor = filterEditor({ presets: data.filters, current, change, dark, say: said.say });
  const input = stage({ label: "Input picture", onPoint: (row, column) => context.point(row - 1, column - 1), tallest_rem: 12, keys: "Input picture. Arrow keys move the window by one pixel, with Shift by ten." });
  const volume = h("canvas", { class: "volume", role: "img" });
  const count = slider({ label: "Filters", min: 1, max: MOST_FILTERS, value: values.f.length, onInput: (n) => state.set({ f: resized(values.f, n, data.filters) }, "count") });
  const title = h("h3", {});
  const tiles = Array.from({ length: MOST_FILTERS }, (_, n) => tile(n, { onChoose: () => state.set({ i: n }, "which"), onPoint: (row, column) => context.point(row, column) }));
  const strip = h("div", { class: "tiles", role: "group", "aria-label": "The maps of the volume" });
  const caption = h("p", { class: "formula shape" });
  const column = h("p", { class: "small", role: "status" });
  let outputs = [], spot = [];

  volume.addEventListener("click", (event) => { const n = slabAt(volume, event); if (n >= 0) state.set({ i: n }, "which"); });
  const element = h("section", { class: "part many", "aria-label": "Several filters make a volume" },
    h("div", { class: "sides" },
      h("div", { class: "left" }, input.element, h("div", { class: "panel" }, title,
        h("div", { class: "row" }, editor.preset.element, editor.bias.element),
        h("div", { class: "three" }, editor.grids.map((grid, c) => h("div", {}, h("b", { class: `tag ${["red", "green", "blue"][c]}` }, "RGB"[c]), grid.element))),
        said.element, button("Look inside this filter", () => state.set({ part: "one" }, "part")))),
      h("div", { class: "right" }, h("div", { class: "row head" }, count.element, caption), volume, strip, column)),
    question({
      look: "how each filter makes one map, and how a pixel of the volume is a list of numbers, one for each filter.",
      ask: "six 3×3 filters slide over an RGB picture. How deep is the output volume?",
      choices: [
        { label: "3", why: "Three is the depth of the input, and of each filter. Each filter gives one map; six filters give six." },
        { label: "6", right: true, why: "One map for each filter. The three input channels are added up inside each." },
        { label: "18", why: "6 × 3 products are computed at each place, but each filter adds up its three." },
      ],
    }).element);

  function paint() {
    const night = dark();
    outputs = values.f.map((filter) => model.output(filter));
    paintColour(input.canvas, model.planes, GREY);
    input.caption.textContent = `Input · ${model.planes[0].height} × ${model.planes[0].width} × 3`;
    outputs.forEach((map, n) => { const { low, high } = extent(map.data); paintPlane(tiles[n].canvas, map, mapping(low, high, { root: true }), night); });
    stack();
    const { height, width } = outputs[0], k = outputs.length;
    const weights = SIDE * SIDE * 3 + 1;
    caption.textContent = `${k} × (${SIDE}·${SIDE}·3 + 1) = ${k * weights} parameters → ${height} × ${width} × ${k}`;
    volume.setAttribute("aria-label", `Output volume: ${k} maps of ${height} by ${width}, one behind the other. Map ${chosen() + 1} is marked.`);
  }
  function stack() {
    drawSlabs(volume, outputs.map((_, n) => tiles[n].canvas), { chosen: chosen(), root: context.root });
  }
  function controls() {
    editor.show();
    count.set(values.f.length);
    title.textContent = `Filter ${chosen() + 1} of ${values.f.length}`;
    const shown = tiles.slice(0, values.f.length);
    if (strip.children.length !== shown.length) strip.replaceChildren(...shown.map((item) => item.element));
    shown.forEach((item, n) => {
      item.name.textContent = presetOf(values.f[n], data.filters)?.title || "your own";
      item.choose.title = item.name.textContent;
      item.choose.setAttribute("aria-pressed", String(n === chosen()));
    });
  }
  function point() {
    const { row, column: at } = context.at();
    input.mark(row + 1, at + 1);
    spot = outputs.map((map) => map.data[row * map.width + at]);
    const most = Math.max(1e-12, ...spot.map(Math.abs));
    spot.forEach((value, n) => {
      tiles[n].mark(row, at);
      tiles[n].value.textContent = short(value, 4);
      tiles[n].value.style.background = signedColour(value, most * 1.6, dark());
      tiles[n].value.style.color = signedInk(value, most * 1.6, dark());
    });
    column.textContent = `Row ${row}, column ${at} of the volume: ${spot.length === 1 ? "one number" : `${spot.length} numbers, one for each filter`}. Each map is painted on its own scale, blue below zero, orange above (grey where all lies in 0..255).`;
  }
  return {
    element,
    show(changed) {
      if (["picture", "f", "i", "part", "*"].some((name) => changed.has(name))) { paint(); controls(); }
      point();
    },
    resize: stack,
    png: () => [{ canvas: volume, caption: caption.textContent }, ...outputs.map((_, n) => ({ canvas: tiles[n].canvas, caption: tiles[n].name.textContent }))],
    numbers: () => ({ filters: values.f, size: [outputs[0].height, outputs[0].width, outputs.length], outputs: outputs.map((map) => Array.from(map.data)), params: outputs.length * (SIDE * SIDE * 3 + 1), spot }),
    dispose: () => editor.dispose(),
  };
}

/** Fewer filters, or more: the first presets that are not there yet. */
function resized(filters, count, presets) {
  const next = filters.slice(0, count);
  const unused = presets.filter((preset) => !filters.some((filter) => presetOf(filter, presets) === preset));
  while (next.length < count) next.push({ slices: (unused.shift() || presets[0]).slices, bias: 0 });
  return next;
}
