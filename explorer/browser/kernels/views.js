// The two pictures: the input with the window on it, and the output (alone, before/after, or the difference).
import { mapping, paintColour, paintPlane, scaleBar, short, summary } from "../shared/colour.js";
import { h } from "../shared/controls.js";

function figure(title, control, extra) {
  const canvas = h("canvas", { class: "picture" });
  const caption = h("span", {}, title);
  const marker = h("div", { class: "marker", "aria-hidden": "true" });
  const stage = h("div", { class: "stage" }, canvas, marker);
  return { element: h("figure", { class: "figure" }, h("figcaption", {}, caption, control), stage, extra), canvas, caption, marker, stage };
}

/** Put a marker over cells [top, left, rows, columns] of a canvas of the given size. */
function place(marker, top, left, rows, columns, height, width) {
  Object.assign(marker.style, { top: `${(100 * top) / height}%`, left: `${(100 * left) / width}%`, height: `${(100 * rows) / height}%`, width: `${(100 * columns) / width}%` });
  marker.classList.toggle("large", rows > 0.06 * height && columns > 0.06 * width);
}

/** Where the window is spread out: a dot on every pixel that takes part, as long as dots can be told apart. */
function dots(marker, detail, picture, dilation) {
  const on = dilation > 1 && Math.max(picture.width, picture.height) <= 64;
  marker.classList.toggle("spread", on);
  if (!on) return;
  const tile = (span) => `${(100 * dilation) / span}%`;
  marker.style.setProperty("--first", `${50 / dilation}%`);
  marker.style.backgroundSize = `${tile(detail.span_columns)} ${tile(detail.span_rows)}`;
}

/** A picture is as large as its column, but no taller than what leaves room for the arithmetic below. */
function shape(stage, { height, width }) {
  stage.style.setProperty("--aspect", width / height);
}

export function inputView({ control }) {
  const view = figure("Input", control);
  return {
    ...view,
    paint(picture, mode, title) {
      const grey = { kind: "grey", low: 0, high: 255 };
      if (mode === "grey") paintPlane(view.canvas, picture.grey, grey, false);
      else paintColour(view.canvas, picture.colour, grey);
      shape(view.stage, picture);
      view.caption.textContent = `Input · ${picture.height} × ${picture.width}${mode === "grey" ? "" : " × 3"}`;
      view.canvas.setAttribute("role", "img");
      view.canvas.setAttribute("aria-label", `Input picture: ${title}`);
    },
    point(detail, picture, dilation) {
      dots(view.marker, detail, picture, dilation);
      place(view.marker, detail.top, detail.left, detail.span_rows, detail.span_columns, picture.height, picture.width);
    },
  };
}

/** onPoint(row, column, chosen) on hover, tap and keys; `chosen` is true for a tap, a click or a key. */
export function outputView({ control, onPoint }) {
  const bar = scaleBar();
  const why = h("p", { class: "alert", role: "alert", hidden: true });
  const before = h("canvas", { class: "picture before", hidden: true, "aria-hidden": "true" });
  const cut = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": "Before and after: how much of the input is shown", class: "cut", hidden: true });
  const veil = h("div", { class: "veil", hidden: true }, h("div"), h("div"));
  const view = figure("Output", control, h("div", { class: "under" }, cut, why, bar.element));
  view.marker.before(before, veil);
  Object.entries({ tabindex: "0", role: "application", "aria-label": "Output picture. Arrow keys move the window by one pixel, with Shift by ten.", "aria-roledescription": "picture that can be walked over" }).forEach(([key, value]) => view.stage.setAttribute(key, value));
  let size = { height: 1, width: 1 }, at = { row: 0, column: 0 };

  const fromEvent = (chosen) => (event) => {
    const box = view.canvas.getBoundingClientRect();
    const column = Math.floor(((event.clientX - box.left) / box.width) * size.width);
    const row = Math.floor(((event.clientY - box.top) / box.height) * size.height);
    if (row >= 0 && column >= 0 && row < size.height && column < size.width) onPoint(row, column, chosen);
  };
  view.stage.addEventListener("pointermove", fromEvent(false));
  view.stage.addEventListener("pointerdown", fromEvent(true));
  view.stage.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 10 : 1;
    const move = { ArrowUp: [-step, 0], ArrowDown: [step, 0], ArrowLeft: [0, -step], ArrowRight: [0, step] }[event.key];
    if (!move || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const clamp = (v, n) => Math.max(0, Math.min(n - 1, v));
    at = { row: clamp(at.row + move[0], size.height), column: clamp(at.column + move[1], size.width) }; // now: keys may outrun frames
    onPoint(at.row, at.column, true);
  });
  const cutTo = () => { before.style.clipPath = `inset(0 ${100 - cut.value}% 0 0)`; view.stage.style.setProperty("--cut", `${cut.value}%`); };
  cut.addEventListener("input", cutTo);
  cutTo();

  return {
    ...view,
    /** Paint the output planes; returns how numbers became colours. */
    paint(planes, picture, values, dark) {
      let shown = planes, problem = "";
      if (values.view === "diff") [shown, problem] = difference(planes, picture, values.mode);
      const ends = shown.map((plane) => summary(plane.data));
      const mean = ends.reduce((sum, e) => sum + e.sum, 0) / (shown.length * shown[0].data.length);
      const [low, high] = [Math.min(...ends.map((e) => e.low)), Math.max(...ends.map((e) => e.high))];
      const how = mapping(low, high, { forceSigned: values.view === "diff", root: values.scale === "root" && shown.length === 1 });
      if (shown.length === 1) paintPlane(view.canvas, shown[0], how, dark);
      else paintColour(view.canvas, shown, how);
      size = planes[0];
      bar.set(shown.length === 3 && how.kind === "signed" ? { ...how, kind: "grey3", text: `zero is mid-grey in each channel; full at ±${short(how.high)}` } : how, dark);
      why.hidden = !problem;
      why.textContent = problem;
      split(values.view === "split", picture, values.mode);
      shape(view.stage, size);
      view.caption.textContent = `Output · ${size.height} × ${size.width}${planes.length === 3 ? " × 3" : ""}`;
      return { how, low, high, mean, shown };
    },
    point(row, column) {
      at = { row, column };
      place(view.marker, row, column, 1, 1, size.height, size.width);
    },
    /** While stepping, hide what has not been computed yet. */
    veilAfter(row, column, on) {
      veil.hidden = !on;
      if (!on) return;
      const [rest, below] = veil.children;
      place(rest, row, column + 1, 1, size.width - column - 1, size.height, size.width);
      place(below, row + 1, 0, size.height - row - 1, size.width, size.height, size.width);
    },
    /** A sentence in place of the output. */
    refuse(text) { why.hidden = false; why.textContent = text; },
  };

  function split(on, picture, mode) {
    before.hidden = cut.hidden = !on;
    view.stage.classList.toggle("is-split", on);
    if (!on) return;
    const grey = { kind: "grey", low: 0, high: 255 };
    if (mode === "grey") paintPlane(before, picture.grey, grey, false);
    else paintColour(before, picture.colour, grey);
  }
}

function difference(planes, picture, mode) {
  const inputs = mode === "each" ? picture.colour : [picture.grey];
  const { height, width } = planes[0];
  if (height !== picture.height || width !== picture.width)
    return [planes, `Input and output differ in size (${picture.height} × ${picture.width} and ${height} × ${width}), so they cannot be subtracted: stride 1 and padding of half the window keep the size. The output is shown.`];
  return [planes.map((plane, c) => ({ ...plane, data: plane.data.map((v, i) => v - inputs[c].data[i]) })), ""];
}
