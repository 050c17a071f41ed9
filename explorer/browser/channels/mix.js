// 1x1 convolution: at each pixel a matrix times the vector of channels, and nothing else.
import { extent, mapping, paintColour, paintPlane, scaleBar, short } from "../shared/colour.js";
import { button, h, line, segmented, select, toggle } from "../shared/controls.js";
import { kernelGrid } from "../shared/kernel-grid.js";
import { question } from "../shared/question.js";
import { mixingOf, withRows } from "./filters.js";
import { disorder, furthest, mix, rearranged } from "./model.js";
import { reduction } from "./reduction.js";
import { stage } from "./stage.js";

const GREY = { kind: "grey", low: 0, high: 255 };
const MOST = 4;

/** How several output channels are shown as one picture, and the sentence that says so. */
export function composed(planes) {
  const ends = planes.map((plane) => extent(plane.data));
  const [low, high] = [Math.min(...ends.map((e) => e.low)), Math.max(...ends.map((e) => e.high))];
  if (low < -1e-9) { const how = mapping(low, high); return { how, text: `below zero too: mid-grey is zero, full at ±${short(how.high)}` }; }
  const above = planes.reduce((sum, plane) => sum + plane.data.reduce((n, v) => n + (v > 255.5 ? 1 : 0), 0), 0);
  const share = above / (planes.length * planes[0].data.length);
  return { how: GREY, text: above ? `${short(100 * share, 2)} % of the numbers exceed 255 and are painted as 255` : "0 is black, 255 is full" };
}

/** Paint one channel, and say how: grey from 0 to 255 or to its own highest value, signed where it goes below zero. */
function channel(canvas, plane, { low, high }, dark) {
  const bright = low >= -1e-9 && high > 255.5;
  const how = bright ? GREY : mapping(low, high);
  paintPlane(canvas, bright ? { ...plane, data: plane.data.map((v) => (v * 255) / high) } : plane, how, dark);
  return { how, text: `${short(low)} to ${short(high)}${bright ? " (white)" : ""}` };
}

const joint = (value, place) => (place ? (value < 0 ? " − " : " + ") : value < 0 ? "−" : "");

export function mixPart(context) {
  const { state, data, dark } = context;
  const { values } = state;
  const said = line("alert");
  const change = (m, record) => state.set({ m }, record);
  const cell = (k, c, value) => ({ ...values.m, rows: values.m.rows.map((row, r) => (r === k ? row.map((old, i) => (i === c ? value : old)) : row)) });
  const grid = kernelGrid({ label: "Matrix: a row for each output channel, columns R, G, B", dark, onRefuse: said.say, onChange: (i, v, how) => change(cell(Math.floor(i / 3), i % 3, v), `m ${i} ${how}`) });
  const biases = kernelGrid({ label: "Bias of each output channel", dark, onRefuse: said.say, onChange: (i, v, how) => change({ ...values.m, bias: values.m.bias.map((old, k) => (k === i ? v : old)) }, `bias ${i} ${how}`) });
  const preset = select({ label: "Mixing", groups: [{ value: "", label: "your own" }, ...data.mixings.map(({ name, title }) => ({ value: name, label: title }))], value: "", onChange: (name) => {
    const found = data.mixings.find((item) => item.name === name);
    if (found) change({ rows: found.rows, bias: found.bias }, `mixing ${name}`);
  } });
  const count = segmented({ label: "Output channels", options: [1, 2, 3, 4].map((n) => ({ value: String(n), label: String(n) })), value: "3", onChange: (n) => change(withRows(values.m, +n), "rows") });
  const shuffle = toggle({ label: "Shuffle all pixels first", value: values.sh, onChange: (sh) => state.set({ sh }, "shuffle"), title: "Throw the pixels of the input into disorder" });
  const undo = button("↶", () => state.undo(), { ariaLabel: "Undo", title: "Undo (Ctrl+Z)" });
  const redo = button("↷", () => state.redo(), { ariaLabel: "Redo", title: "Redo (Ctrl+Shift+Z)" });
  const go = (row, column) => context.point(row, column, 0);
  const input = stage({ label: "Input picture", onPoint: go, tallest_rem: 16 });
  const bar = scaleBar(), painted = h("p", { class: "small" });
  const output = stage({ label: "Output", onPoint: go, keys: "Output picture. Arrow keys move to the next pixel, with Shift by ten.", extra: h("div", {}, bar.element, painted), tallest_rem: 18 });
  const maps = Array.from({ length: MOST }, (_, k) => stage({ label: `Output channel ${k + 1}`, onPoint: go, tallest_rem: 8 }));
  const strip = h("div", { class: "tiles", role: "group", "aria-label": "Output channels" });
  const [outVector, inVector] = [h("div", { class: "vector", role: "status", "aria-label": "Output channels at this pixel" }), h("div", { class: "vector", "aria-label": "R, G, B at this pixel" })];
  const [inSwatch, outSwatch] = [h("span", { class: "swatch", "aria-hidden": "true" }), h("span", { class: "swatch", "aria-hidden": "true" })];
  const look = h("p", { class: "look" }), proof = h("p", { class: "small", role: "status" }), sum = h("p", { class: "formula" });
  const fewer = reduction(context);
  const headed = (head, content) => h("div", { class: "headed" }, h("div", { class: "head-of" }, head), content);
  const heads = h("p", { class: "heads", "aria-hidden": "true" }, ["R", "G", "B"].map((name, c) => h("b", { class: `tag ${["red", "green", "blue"][c]}` }, name)));
  let planes = null, planesOf = null, shownShuffled = false, results = [], order = null, difference = null, vector = [];

  const element = h("section", { class: "part mix", "aria-label": "1×1 convolution" },
    h("div", { class: "row" }, preset.element, count.element, h("div", { class: "row history" }, undo, redo), shuffle.element),
    h("div", { class: "mixing" }, input.element,
      h("div", { class: "product panel" }, h("h3", {}, "At this pixel"),
        h("div", { class: "equation-row" }, headed(outSwatch, outVector), h("span", { class: "sign" }, "="), headed(heads, grid.element), h("span", { class: "sign" }, "·"), headed(inSwatch, inVector), h("span", { class: "sign" }, "+"), headed(h("p", { class: "small" }, "bias"), biases.element)),
        sum, said.element),
      output.element, strip),
    look, proof, ask(), fewer.element);

  /** The picture, in order or in disorder; made once for each picture. */
  function source() {
    if (planesOf === context.model.planes && shownShuffled === values.sh) return;
    [planesOf, shownShuffled] = [context.model.planes, values.sh];
    if (values.sh && order?.length !== planesOf[0].data.length) order = disorder(planesOf[0].data.length);
    planes = values.sh ? rearranged(planesOf, order) : planesOf;
  }
  function paint() {
    source();
    const night = dark();
    results = mix(planes, values.m);
    difference = values.sh ? Math.max(...rearranged(mix(planesOf, values.m), order).map((plane, k) => furthest(plane.data, results[k].data))) : null;
    const ends = results.map((plane) => extent(plane.data));
    paintColour(input.canvas, planes, GREY);
    results.forEach((plane, k) => { maps[k].caption.textContent = `channel ${k + 1} · ${channel(maps[k].canvas, plane, ends[k], night).text}`; });
    const { height, width } = results[0], n = results.length;
    input.caption.textContent = `Input · ${height} × ${width} × 3${values.sh ? ", shuffled" : ""}`;
    output.caption.textContent = `Output · ${height} × ${width} × ${n}${n === 3 ? "" : n === 1 ? "" : ", channel 1 shown"}`;
    const whole = n === 3 ? composed(results) : null;
    if (whole) paintColour(output.canvas, results, whole.how);
    const single = whole ? null : channel(output.canvas, results[0], ends[0], night);
    if (single?.how.kind === "signed") bar.set(single.how, night);
    bar.element.hidden = single?.how.kind !== "signed";
    painted.textContent = whole ? `As red, green, blue: ${whole.text}.` : `Channel 1: ${single.text}.`;
    outSwatch.hidden = !whole;
    proof.textContent = values.sh
      ? `Shuffling first or mixing first: the outputs differ by at most ${short(difference)}. A 1×1 convolution never looks at a neighbour; it does no spatial processing.`
      : "Height and width stay as they are; only the channels are mixed. Shuffle the pixels to see that no neighbour is ever asked.";
  }
  function controls() {
    const { rows, bias } = values.m, found = mixingOf(values.m, data.mixings);
    grid.set(rows.length, 3, rows.flat());
    biases.set(rows.length, 1, bias);
    preset.set(found?.name || "");
    count.set(String(rows.length));
    shuffle.set(values.sh);
    [undo.disabled, redo.disabled] = [!state.canUndo, !state.canRedo];
    strip.hidden = rows.length === 1;
    if (strip.children.length !== rows.length) strip.replaceChildren(...maps.slice(0, rows.length).map((map) => map.element));
    look.replaceChildren(h("strong", {}, "Look for: "), found ? found.what : "which channel of the output each row of the matrix fills.");
  }
  function point() {
    const { row, column } = context.at(0), { width } = results[0];
    const rgb = planes.map((plane) => plane.data[row * width + column]);
    vector = results.map((plane) => plane.data[row * width + column]);
    [input, output, ...maps.slice(0, results.length)].forEach((view) => view.mark(row, column));
    const show = (box, numbers) => box.replaceChildren(...numbers.map((value) => h("span", {}, short(value, 4))));
    show(inVector, rgb);
    show(outVector, vector);
    const paintSwatch = (box, v) => { box.style.background = `rgb(${v.map((x) => Math.max(0, Math.min(255, Math.round(x)))).join(" ")})`; };
    paintSwatch(inSwatch, rgb);
    if (results.length === 3) paintSwatch(outSwatch, vector.map((v) => (output && composedHow() === GREY ? v : 127.5 + (127.5 * v) / composedHow().high)));
    const [first] = values.m.rows;
    sum.textContent = `Row ${row}, column ${column}, channel 1: ${first.map((w, c) => `${joint(w, c)}${short(Math.abs(w), 3)}·${short(rgb[c], 3)}`).join("")}${joint(values.m.bias[0], 1)}${short(Math.abs(values.m.bias[0]), 3)} = ${short(vector[0], 5)}`;
  }
  let how = null, howOf = null;
  function composedHow() {
    if (howOf !== results) [howOf, how] = [results, composed(results).how];
    return how;
  }
  return {
    element,
    show(changed) {
      if (["picture", "m", "sh", "part", "*"].some((name) => changed.has(name))) { paint(); controls(); }
      point();
      fewer.show();
    },
    resize: fewer.draw,
    png: () => [{ canvas: input.canvas, caption: input.caption.textContent }, { canvas: output.canvas, caption: output.caption.textContent }],
    numbers: () => ({ matrix: values.m, size: [results[0].height, results[0].width, results.length], outputs: results.map((plane) => Array.from(plane.data)), pixel: { ...context.at(0), vector }, difference, reduction: fewer.numbers() }),
    dispose() { grid.dispose(); biases.dispose(); },
  };
}

function ask() {
  return question({
    ask: "which of these can a 1×1 convolution do to a picture?",
    choices: [
      { label: "Blur it", why: "A blur averages neighbours. A 1×1 window holds one pixel: there is nothing to average with." },
      { label: "Turn it to sepia", right: true, why: "Each output channel is a weighted sum of R, G and B at the same pixel: exactly a matrix times a vector." },
      { label: "Find edges", why: "An edge is a difference between neighbours, and a 1×1 window has none." },
      { label: "Move it to the left", why: "That takes a weight beside the middle, so a window of at least 1×3." },
    ],
  }).element;
}
