// One filter over three planes: three products, one sum, bias, one map.
import { extent, mapping, paintPlane, scaleBar, short, signedColour, signedInk } from "../shared/colour.js";
import { button, h, line, numberField, segmented, select } from "../shared/controls.js";
import { kernelGrid } from "../shared/kernel-grid.js";
import { question } from "../shared/question.js";
import { claims } from "./claims.js";
import { CHANNELS, presetOf, SIDE, withCell } from "./filters.js";
import { matrix } from "./matrix.js";
import { pixel } from "./model.js";
import { stage } from "./stage.js";

const GREY = { kind: "grey", low: 0, high: 255 };
const WORDS = ["red", "green", "blue"];
const LIMIT = 1e6;

/** The controls of one filter: preset, three grids, bias. `change(filter, record)` replaces it. */
export function filterEditor({ presets, current, change, dark, say }) {
  const grids = CHANNELS.map((name, c) => kernelGrid({ label: `Slice for ${WORDS[c]}`, dark, onRefuse: say, onChange: (i, value, how) => change(withCell(current(), c, i, value), `cell ${c} ${i} ${how}`) }));
  const preset = select({ label: "Filter", groups: [{ value: "", label: "your own" }, ...presets.map(({ name, title }) => ({ value: name, label: title }))], value: "", onChange: (name) => {
    const found = presets.find((item) => item.name === name);
    if (found) change({ ...current(), slices: found.slices }, `preset ${name}`);
  } });
  const bias = numberField({ label: "Bias", value: 0, min: -LIMIT, max: LIMIT, onError: say, onChange: (value) => change({ ...current(), bias: value }, "bias") });
  return {
    grids, preset, bias,
    show() {
      const filter = current();
      grids.forEach((grid, c) => {
        grid.set(SIDE, SIDE, filter.slices[c]);
        grid.element.classList.toggle("long", grid.cells.some((cell) => cell.value.length > 5));
      });
      preset.set(presetOf(filter, presets)?.name || "");
      bias.set(filter.bias);
    },
    dispose() { grids.forEach((grid) => grid.dispose()); },
  };
}

/** One row of the figure: plane, window, slice, product map. */
function lane(c, grid, onInput, onOutput) {
  const plane = stage({ label: `${WORDS[c]} plane of the picture`, caption: "plane", onPoint: onInput, tallest_rem: 5.8 });
  const map = stage({ label: `${WORDS[c]} plane slid over by its slice`, caption: "map", onPoint: onOutput, tallest_rem: 5.8 });
  const window_ = matrix("window");
  const sum = h("span", { class: "chip", title: "Sum of the nine products at the pixel looked at" });
  const element = h("div", { class: `lane ${WORDS[c]}`, role: "group", "aria-label": `The ${WORDS[c]} channel` },
    h("b", { class: "tag" }, CHANNELS[c]), plane.element, window_.element, h("span", { class: "sign", "aria-hidden": "true" }, "×"),
    h("div", { class: "slice" }, h("p", { class: "small" }, "slice"), grid.element),
    h("span", { class: "sign", "aria-hidden": "true" }, "="), sum, map.element);
  return { element, plane, map, window: window_, sum };
}

export function onePart(context) {
  const { state, data, model, dark } = context;
  const { values } = state;
  const said = line("alert");
  const current = () => values.f[Math.min(values.i, values.f.length - 1)];
  const change = (filter, record) => state.set({ f: values.f.map((item, n) => (n === Math.min(values.i, values.f.length - 1) ? filter : item)) }, `${values.i} ${record}`);
  const go = (row, column) => context.point(row, column);
  const editor = filterEditor({ presets: data.filters, current, change, dark, say: said.say });
  const lanes = CHANNELS.map((_, c) => lane(c, editor.grids[c], (row, column) => go(row - 1, column - 1), go));
  const bar = scaleBar(), mapsBar = scaleBar();
  const output = stage({ label: "Output map", onPoint: go, keys: "Output map. Arrow keys move the window by one pixel, with Shift by ten.", extra: bar.element, tallest_rem: 20 });
  const equation = h("p", { class: "equation formula", role: "status" });
  const products = CHANNELS.map((name) => matrix(`products ${name}`));
  const total = h("p", { class: "small" });
  const look = h("p", { class: "look" });
  const undo = button("↶", () => state.undo(), { ariaLabel: "Undo", title: "Undo (Ctrl+Z)" });
  const redo = button("↷", () => state.redo(), { ariaLabel: "Redo", title: "Redo (Ctrl+Shift+Z)" });
  const which = h("div", { class: "which" });
  const claim = claims(context, current);
  let detail = null, shown = null;

  const element = h("section", { class: "part one", "aria-label": "One filter over red, green and blue" },
    h("div", { class: "flow head-row" }, h("div", { class: "row" }, which, editor.preset.element, editor.bias.element, h("div", { class: "row history" }, undo, redo), said.element), equation),
    h("div", { class: "flow" },
      h("div", {},
        h("div", { class: "summed" }, h("div", { class: "lanes" }, lanes.map((item) => item.element)), h("div", { class: "bracket", "aria-hidden": "true" }, h("span", {}, "Σ + b"))),
        mapsBar.element, look),
      output.element),
    h("div", { class: "two" }, h("div", { class: "panel products" }, h("h3", {}, "All 27 products at this pixel"), h("div", { class: "row" }, products.map((item) => item.element)), total), ask()),
    claim.element);

  function paint() {
    const filter = current(), night = dark();
    const maps = model.maps(filter);
    shown = model.output(filter);
    const ends = maps.map((map) => extent(map.data));
    const how = mapping(Math.min(...ends.map((e) => e.low)), Math.max(...ends.map((e) => e.high)), { root: true });
    lanes.forEach(({ plane, map }, c) => { paintPlane(plane.canvas, model.planes[c], GREY, night); paintPlane(map.canvas, maps[c], how, night); });
    const { low, high } = extent(shown.data);
    const scale = mapping(low, high, { root: true });
    paintPlane(output.canvas, shown, scale, night);
    bar.set(scale, night);
    mapsBar.set({ ...how, text: `the three maps · ${how.text}` }, night);
    output.caption.textContent = `R + G + B + bias = one map · ${shown.height} × ${shown.width} · ${short(low)} to ${short(high)}`;
    const preset = presetOf(filter, data.filters);
    look.replaceChildren(h("strong", {}, "Look for: "), preset ? preset.what : "what one changed cell does to its own map, and how little of it reaches the sum.");
  }
  function controls() {
    editor.show();
    [undo.disabled, redo.disabled] = [!state.canUndo, !state.canRedo];
    const count = values.f.length, chosen = Math.min(values.i, count - 1);
    const label = `${count}/${chosen}`;
    if (which.dataset.of === label) return;
    which.dataset.of = label;
    which.hidden = count < 2;
    which.replaceChildren(...(count < 2 ? [] : [segmented({ label: "Of the filters", value: String(chosen), options: values.f.map((_, n) => ({ value: String(n), label: String(n + 1) })), onChange: (n) => state.set({ i: +n }, "which") }).element]));
  }
  function point() {
    const { row, column } = context.at();
    detail = { ...pixel(model.planes, current(), row, column), row, column, map: shown.data[row * shown.width + column] };
    const night = dark();
    const most = Math.max(1e-12, ...detail.parts.map((part) => Math.abs(part.sum)));
    const largest = Math.max(1e-12, ...detail.parts.flatMap((part) => part.products.map(Math.abs)));
    lanes.forEach((item, c) => {
      const part = detail.parts[c];
      item.plane.mark(row, column, SIDE);
      item.map.mark(row, column);
      item.window.levels(part.window);
      item.sum.textContent = short(part.sum, 4);
      item.sum.style.background = signedColour(part.sum, most * 1.6, night);
      item.sum.style.color = signedInk(part.sum, most * 1.6, night);
      products[c].signed(part.products, largest, night);
    });
    output.mark(row, column);
    equation.replaceChildren(...CHANNELS.flatMap((name, c) => [h("span", { class: "term" }, h("span", { class: `tag ${WORDS[c]}` }, name), ` ${short(detail.parts[c].sum, 4)}`), " + "]), h("span", { class: "term" }, `bias ${short(detail.bias, 4)}`), " = ", h("strong", {}, short(detail.total, 5)));
    total.textContent = `Row ${row}, column ${column}: 27 products and one bias make one number, ${short(detail.total, 5)}. The map holds ${short(detail.map, 5)} there.`;
  }
  return {
    element,
    show(changed) {
      if (["picture", "f", "i", "*"].some((name) => changed.has(name))) { paint(); controls(); claim.later(); }
      point();
    },
    png: () => [...lanes.map(({ map }, c) => ({ canvas: map.canvas, caption: `${CHANNELS[c]} · its slice` })), { canvas: output.canvas, caption: output.caption.textContent }],
    numbers: () => ({
      filter: { slices: current().slices, bias: current().bias },
      size: [shown.height, shown.width], output: Array.from(shown.data), maps: model.maps(current()).map((map) => Array.from(map.data)),
      pixel: { row: detail.row, column: detail.column, sums: detail.parts.map((part) => part.sum), bias: detail.bias, total: detail.total, map: detail.map },
      claims: claim.numbers(),
    }),
    dispose() { editor.dispose(); claim.dispose(); },
  };
}

function ask() {
  return question({
    ask: "one filter slides over a picture of three planes. How many maps come out?",
    choices: [
      { label: "Three", why: "Three products are made at each place, one from each plane, but they are added at once: R + G + B + bias is one number, so one map." },
      { label: "One", right: true, why: "The three sums are added, with one bias: one number at each place. For more maps take more filters." },
      { label: "27", why: "27 is the number of products at one place. All are added up to one number." },
    ],
  }).element;
}

