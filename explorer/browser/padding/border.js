// What each padding does to a photo's border: one operation, five borders, one corner enlarged.
import { isDark, mapping, paintPlane, scaleBar, short } from "../shared/colour.js";
import { h, line, segmented } from "../shared/controls.js";
import { correlate, stackPadded } from "../shared/crosscorrelation.js";
import { KIND_LABELS, KINDS } from "./settings.js";

const CORNER_LABELS = { tl: "Top left", tr: "Top right", bl: "Bottom left", br: "Bottom right" };

/** The mean over the outermost cells and over all others. */
export function ringAndInside({ data, height, width }, of = (v) => v) {
  let [ring, inside, n] = [0, 0, 0];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const value = of(data[y * width + x]);
      if (y && x && y < height - 1 && x < width - 1) { inside += value; n++; } else ring += value;
    }
  return { ring: ring / (height * width - n), inside: inside / Math.max(1, n) };
}

/** The operation with every kind of border: {kind: {padded, output, ring, inside}}. */
function compute(grey, { passes, side_px: k, name }) {
  return Object.fromEntries(KINDS.map((kind) => {
    const how = kind === "none" ? { padding: 0 } : { padding: "same", mode: kind };
    const padded = stackPadded([grey], k, k, how);
    const output = passes.reduce((plane, { rows, columns, weights }) => correlate({ ...plane, depth: 1 }, weights, rows, columns), padded);
    return [kind, { padded, output, ...ringAndInside(output, name === "edges" ? Math.abs : undefined) }];
  }));
}

/** The corner of a plane that lies `margin` cells inside (or outside, below 0) of the picture: side × side cells. */
function cut(plane, margin, pad, side, corner) {
  const data = new Float64Array(side * side).fill(NaN);
  const offset = pad + margin; // cells of the cut that lie before the plane
  for (let i = 0; i < side; i++)
    for (let j = 0; j < side; j++) {
      const y = corner[0] === "t" ? i - offset : plane.height - side + i + offset;
      const x = corner[1] === "l" ? j - offset : plane.width - side + j + offset;
      if (y >= 0 && x >= 0 && y < plane.height && x < plane.width) data[i * side + j] = plane.data[y * plane.width + x];
    }
  return { data, height: side, width: side };
}

/** Paint a cut, leave out what is not there, and draw where the picture ends. */
function show(canvas, plane, how, pad, corner, dark) {
  paintPlane(canvas, plane, how, dark);
  const ctx = canvas.getContext("2d");
  const small = document.createElement("canvas");
  [small.width, small.height] = [plane.width, plane.height];
  small.getContext("2d").drawImage(canvas, 0, 0);
  const zoom = Math.max(1, Math.floor(360 / plane.width));
  [canvas.width, canvas.height] = [plane.width * zoom, plane.height * zoom];
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(small, 0, 0, canvas.width, canvas.height);
  plane.data.forEach((value, i) => { if (Number.isNaN(value)) ctx.clearRect((i % plane.width) * zoom, Math.floor(i / plane.width) * zoom, zoom, zoom); });
  const side = canvas.width;
  const [x, y] = [corner[1] === "l" ? pad * zoom : side - pad * zoom, corner[0] === "t" ? pad * zoom : side - pad * zoom];
  for (const [colour, thick] of [["#000000", 8], ["#ffd400", 4]]) {
    ctx.strokeStyle = colour;
    ctx.lineWidth = thick;
    ctx.beginPath();
    ctx.moveTo(corner[1] === "l" ? side : 0, y);
    ctx.lineTo(x, y);
    ctx.lineTo(x, corner[0] === "t" ? side : 0);
    ctx.stroke();
  }
}

/** The section. picture() gives {grey, name} or null; `picker` is the element for choosing one. */
export function borderSection({ root, state, operations, picker, picture }) {
  const { values } = state;
  const controls = {
    op: segmented({ label: "Operation", value: values.op, options: operations.map(({ name, title }) => ({ value: name, label: title })), onChange: (op) => state.set({ op }, "op") }),
    corner: segmented({ label: "Corner", value: values.corner, options: Object.entries(CORNER_LABELS).map(([value, label]) => ({ value, label })), onChange: (corner) => state.set({ corner }, "corner") }),
  };
  const cards = Object.fromEntries(KINDS.map((kind) => {
    const card = { before: h("canvas", { role: "img" }), after: h("canvas", { role: "img" }), said: h("p", { class: "note" }) };
    card.element = h("figure", { class: "border-card" }, h("figcaption", {}, KIND_LABELS[kind]), card.before, card.after, card.said);
    return [kind, card];
  }));
  const bar = scaleBar();
  const said = line();
  const self = { results: null, key: null, numbers: null };
  self.element = h("section", { class: "borders" }, h("h2", {}, "What each padding does to a photo's border"), picker,
    h("div", { class: "row" }, controls.op.element, controls.corner.element), said.element,
    h("div", { class: "border-strip" }, KINDS.map((kind) => cards[kind].element)), bar.element,
    h("p", { class: "note" }, "Above the corner with its padding, below the same corner of the output; the yellow line is where the photo ends."),
    h("p", { class: "look" }, h("strong", {}, "Look for: "), "the dark frame that zeros leave after a blur, and the false edge that they draw before an edge detector; circular lets the opposite side of the photo leak in."));
  self.show = () => {
    controls.op.set(values.op);
    controls.corner.set(values.corner);
    const source = picture();
    const operation = operations.find((one) => one.name === values.op);
    if (!source) return;
    if (source.grey.height < operation.side_px || source.grey.width < operation.side_px) return said.say(`This picture is smaller than the ${operation.side_px}×${operation.side_px} window: the last one stays.`);
    if (self.key !== source || self.op !== operation) { self.results = compute(source.grey, operation); [self.key, self.op] = [source, operation]; }
    said.say("");
    paintCards(self, { cards, bar, operation, corner: values.corner, dark: isDark(root), size: source.grey });
  };
  self.canvases = () => KINDS.map((kind) => ({ canvas: cards[kind].after, caption: KIND_LABELS[kind] }));
  return self;
}

function paintCards(self, { cards, bar, operation, corner, dark, size }) {
  const half = (operation.side_px - 1) / 2;
  const side = Math.min(16 + 3 * operation.side_px, size.height, size.width);
  const cuts = KINDS.map((kind) => cut(self.results[kind].output, kind === "none" ? half : 0, half, side, corner));
  const most = Math.max(...cuts.flatMap((plane) => Array.from(plane.data).filter((v) => !Number.isNaN(v)).map(Math.abs)));
  const edges = operation.name === "edges";
  const how = edges ? mapping(-most, most, { forceSigned: true, root: true }) : mapping(0, 255);
  bar.set(how, dark);
  self.numbers = {};
  KINDS.forEach((kind, i) => {
    const { padded, output, ring, inside } = self.results[kind];
    const pad = kind === "none" ? 0 : half;
    show(cards[kind].before, cut(padded, 0, half - pad, side, corner), mapping(0, 255), half, corner, dark);
    show(cards[kind].after, cuts[i], how, half, corner, dark);
    cards[kind].before.setAttribute("aria-label", `${KIND_LABELS[kind]} padding: the corner of the photo with its padding`);
    cards[kind].after.setAttribute("aria-label", `${KIND_LABELS[kind]} padding: the same corner of the output`);
    cards[kind].said.textContent = `${output.height}×${output.width}; ${edges ? "mean |answer|" : "mean"} of the outermost cells ${short(ring, 3)}, of all others ${short(inside, 3)}`;
    self.numbers[kind] = { size: [output.height, output.width], ring, inside };
  });
  self.numbers.input = [size.height, size.width];
}
