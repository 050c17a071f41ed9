// Sizes and parameters of one convolutional layer, drawn to scale: the lecture's 32×32×3 and its filters.
import { button, h, slider, table } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { drawBlocks, pointed } from "./blocks.js";
import { layer } from "./model.js";

const range = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => from + i);
export const STEPS = {
  n: [...range(1, 40), 48, 56, 64, 96, 112, 128, 224, 227, 256],
  c: [...range(1, 12), 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512],
  q: range(1, 11),
  k: [...range(1, 12), 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512],
  s: range(1, 5),
  p: range(0, 5),
};
const NAMES = { n: "Input size", c: "Input channels", q: "Filter size", k: "Filters", s: "Stride", p: "Padding" };
const UNITS = { n: (v) => `${v} × ${v}`, c: String, q: (v) => `${v} × ${v}`, k: String, s: String, p: (v) => `${v} px` };

/** A slider over a list of numbers. */
export function listSlider({ label, steps, value, format = String, onInput }) {
  const nearest = (v) => steps.reduce((best, step, i) => (Math.abs(step - v) < Math.abs(steps[best] - v) ? i : best), 0);
  const inner = slider({ label, min: 0, max: steps.length - 1, value: nearest(value), format: (i) => format(steps[i]), onInput: (i) => onInput(steps[i]) });
  return { element: inner.element, set: (v) => inner.set(nearest(v)) };
}

/** The settings in words that the counting understands. */
export const layerOf = ({ n, c, q, k, s, p }) => ({ size: n, channels: c, kernel: q, filters: k, stride: s, padding: p });

const many = (value) => value.toLocaleString("en").replaceAll(",", "\u202f");
const bold = (value) => h("strong", {}, many(value));

function formulas(values, counts) {
  const { n, c, q, k, s, p } = values;
  const size = [`(${n} + 2·${p} − ${q}) / ${s}`, counts.unseen ? `, rounded down,` : "", ` + 1 = `];
  return [
    h("p", { class: "formula" }, "Output ", h("strong", {}, `${counts.out} × ${counts.out} × ${k}`), "   ", h("span", { class: "soft" }, "side: "), ...size, h("strong", {}, String(counts.out))),
    h("p", { class: "formula" }, "Parameters ", bold(counts.params), "   ", h("span", { class: "soft" }, "each filter: "), `${q}·${q}·${c} + 1 = ${many(counts.perFilter)}`, h("span", { class: "soft" }, "   all: "), `${many(counts.perFilter)} · ${k} = ${many(counts.params)}`),
  ];
}

const figures = (values, counts) => table("Counts of this layer", [
  ["Counts", "Value", "How"],
  ["Weights in one filter", many(counts.perFilter - 1), `${values.q} · ${values.q} · ${values.c}: as deep as the input`],
  ["Numbers in the output", many(counts.outputs), `${counts.out} · ${counts.out} · ${values.k}`],
  ["Multiply-adds for one picture", many(counts.macs), `${many(counts.outputs)} · ${many(counts.perFilter - 1)}`],
  ["A dense layer with as many outputs", `${many(counts.denseParams)} parameters`, `(${values.n}·${values.n}·${values.c} + 1) · ${many(counts.outputs)}`],
]);

export function volumePart(context) {
  const { state, data, dark, root } = context;
  const { values } = state;
  const set = (patch, record) => state.set(patch, record);
  const sliders = Object.fromEntries(Object.keys(STEPS).map((name) => [name, listSlider({ label: NAMES[name], steps: STEPS[name], value: values[name], format: UNITS[name], onInput: (v) => set({ [name]: v }, name) })]));
  const presets = data.layers.map((item) => ({ item, element: button(item.title, () => set({ n: item.size_px, c: item.channels, q: item.kernel_px, k: item.filters, s: item.stride, p: item.padding }, item.name), { kind: "choice" }) }));
  const canvas = h("canvas", { class: "picture blocks", role: "img" });
  const held = h("div", { class: "stage", tabindex: "0", role: "application", "aria-label": "Volumes drawn to scale. Arrow keys move the filter." }, canvas);
  const text = h("div", { class: "formulas", role: "status" });
  const problem = h("p", { class: "alert", role: "alert", hidden: true });
  const note = h("p", { class: "note" });
  const counts_ = h("div", { class: "scroll" });
  let counts = null, drawn = null;

  const spot = () => {
    const last = counts.out - 1;
    return { row: Math.min(values.vy, last), column: Math.min(values.vx, last), stride: values.s, kernel: values.q };
  };
  const move = (event) => {
    if (!drawn) return;
    const box = canvas.getBoundingClientRect();
    const at = pointed(drawn, { kernel: values.q, stride: values.s }, event.clientX - box.left, event.clientY - box.top);
    if (at) state.set({ vy: at.row, vx: at.column });
  };
  const key = (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || counts.problem) return;
    event.preventDefault();
    const { row, column } = spot();
    const within = (v) => Math.max(0, Math.min(counts.out - 1, v));
    state.set({ vy: within(row + way[0]), vx: within(column + way[1]) });
  };
  held.addEventListener("pointermove", move);
  held.addEventListener("pointerdown", move);
  held.addEventListener("keydown", key);

  function draw() {
    if (counts.problem) return;
    const width = Math.max(300, held.clientWidth || 700);
    const blocks = { input: { side: values.n, pad: values.p, depth: values.c }, output: { side: counts.out, depth: values.k } };
    drawn = drawBlocks(canvas, blocks, spot(), { width, height: Math.min(380, Math.max(230, width * 0.5)), root, dark: dark() });
  }
  function tell() {
    problem.hidden = !counts.problem;
    problem.textContent = counts.problem;
    held.classList.toggle("stale", Boolean(counts.problem));
    text.hidden = counts_.hidden = Boolean(counts.problem);
    if (counts.problem) { note.textContent = ""; return; }
    text.replaceChildren(...formulas(values, counts));
    counts_.replaceChildren(figures(values, counts));
    const left = counts.unseen ? ` The last ${counts.unseen === 1 ? "row and column are" : `${counts.unseen} rows and columns are`} never seen: the stride of ${values.s} does not divide ${counts.room} − ${values.q}.` : "";
    note.textContent = `Drawn to scale, depth at half length. Dashed: padding. Yellow: the filter, ${values.q}×${values.q}×${values.c}, and the ${values.k} number${values.k > 1 ? "s" : ""} that the ${values.k} filter${values.k > 1 ? "s" : ""} write${values.k > 1 ? "" : "s"} there.${left}`;
    canvas.setAttribute("aria-label", `An input block of ${values.n} by ${values.n} by ${values.c} and an output block of ${counts.out} by ${counts.out} by ${values.k}, drawn to scale, with one filter of ${values.q} by ${values.q} by ${values.c}.`);
  }
  const chosen = ({ item }) => item.size_px === values.n && item.channels === values.c && item.kernel_px === values.q && item.filters === values.k && item.stride === values.s && item.padding === values.p;
  const element = h("section", { class: "part sizes", "aria-label": "Sizes and parameters" },
    h("div", { class: "row presets", role: "group", "aria-label": "Examples" }, presets.map((item) => item.element)),
    h("div", { class: "drawing" }, h("div", {}, held, problem, text), h("div", { class: "panel sliders" }, Object.values(sliders).map((item) => item.element))),
    note, h("div", { class: "two" }, ask(), counts_),
    h("div", { class: "two" },
      h("div", { class: "ours" }, h("b", {}, "A filter is as deep as its input"), h("p", {}, "Three channels, three slices. With RGBA (4 channels) each filter has 4 slices: 5·5·4 + 1 = 101 parameters instead of 76. Depth is never chosen; the number of filters is.")),
      h("blockquote", { class: "theirs" }, h("b", {}, "Lecture slide"), h("p", {}, "“Say our image is rgba (a for alpha a.k.a. brightness) …” The depth of 4 is right. Alpha is opacity, though, not brightness: brightness is already in R, G and B."))));
  return {
    element,
    show(changed) {
      const moved = [...changed].every((name) => name === "vy" || name === "vx");
      counts = layer(layerOf(values));
      if (!moved) { Object.keys(STEPS).forEach((name) => sliders[name].set(values[name])); tell(); presets.forEach((item) => item.element.setAttribute("aria-pressed", String(chosen(item)))); }
      draw();
    },
    resize: draw,
    png: () => [{ canvas, caption: `${values.n}×${values.n}×${values.c} → ${values.k} filters ${values.q}×${values.q} → ${counts.out}×${counts.out}×${values.k}, ${counts.params} parameters` }],
    numbers: () => ({ ...counts, settings: layerOf(values), spot: counts.problem ? null : spot() }),
    dispose() {},
  };
}

function ask() {
  return question({
    look: "the depth: the filter's is that of the input, the output's is the number of filters.",
    ask: "the lecture's example: 32×32×3, ten 5×5 filters, stride 1, pad 2. How many parameters?",
    choices: [
      { label: "250", why: "5·5·10 leaves out the depth: each filter has a slice for each of the three channels." },
      { label: "750", why: "5·5·3·10 are the weights. Each filter also has one bias: ten more." },
      { label: "760", right: true, why: "(5·5·3 + 1) · 10 = 76 · 10. Neither the input's 32 nor the padding comes into it." },
      { label: "10 240", why: "That is 32·32·10, the numbers in the output. The filters are shared by all places." },
    ],
  }).element;
}
