// The pictures of the section "When things move": before, after and difference, for the picture and three layers.
import { paintPlane, short } from "../shared/colour.js";
import { h } from "../shared/controls.js";

export const TITLES = { conv: "Convolution", local: "Locally connected", dense: "Fully connected" };
export const ROWS = ["before", "after", "difference"];
const GREY = { kind: "grey", low: 0, high: 255 };
const HEADS = { before: ["Before", "the answer to the picture"], after: ["After the move", "the answer to the moved picture"], difference: ["Difference", "new answer − old answer moved along; blank means equal; hatched: the border"] };
const MEASURES = [["inside", "Largest difference inside"], ["border", "Largest difference at the border"], ["along", "r with the old answer, moved"], ["same", "r with the old answer, not moved"], ["unit", "The marked unit, before → after"]];

function picture(label, attributes = {}) {
  const canvas = h("canvas", { class: "picture", role: "img", "aria-label": label });
  const marker = h("div", { class: "marker", "aria-hidden": "true", hidden: true });
  const stage = h("div", { class: "stage", ...attributes }, canvas, marker);
  return { canvas, stage, marker };
}

/** onDrag(dx, dy) in pixels while the picture is dragged; onUnit(row, column) when a map is pointed at. */
export function gallery({ onDrag, onUnit, onKey }) {
  const source = { before: picture("The picture"), after: picture("The moved picture", { tabindex: "0", role: "application", "aria-label": "The moved picture. Arrow keys move it by one pixel, with Shift by four, Home puts it back." }) };
  const maps = Object.fromEntries(Object.keys(TITLES).map((name) => [name, Object.fromEntries(ROWS.map((row) => [row, picture(`${TITLES[name]}, ${HEADS[row][0].toLowerCase()}`)]))]));
  const refused = h("p", { class: "note too-many", hidden: true });
  const cells = Object.fromEntries(MEASURES.map(([key]) => [key, Object.fromEntries(Object.keys(TITLES).map((name) => [name, h("div", { class: "measure" })]))]));
  const heads = [h("div", { class: "corner" }), h("h3", {}, "Picture"), ...Object.values(TITLES).map((title) => h("h3", {}, title))];
  const rowHead = ([title, about]) => h("div", { class: "row-head" }, h("b", {}, title), h("span", {}, about));
  const rows = ROWS.flatMap((row) => [rowHead(HEADS[row]), source[row]?.stage || h("div", { class: "blank" }), ...Object.keys(TITLES).map((name) => maps[name][row].stage)]);
  const measures = MEASURES.flatMap(([key, title]) => [h("div", { class: "measure-head" }, title), ...Object.values(cells[key])]);
  const element = h("div", { class: "gallery" }, heads, rows, measures);
  maps.dense.before.stage.append(refused);

  drag(source.before, onDrag);
  drag(source.after, onDrag);
  source.after.stage.addEventListener("keydown", onKey);
  Object.values(maps).forEach((map) => { point(map.before, onUnit); walk(map.before, onUnit); });
  return { element, paint: (run, dark, unit) => paint({ source, maps, cells, refused }, run, dark, unit), source, maps };
}

/** Dragging: whole pixels of the picture, from where it was grabbed. */
function drag({ canvas, stage }, onDrag) {
  stage.classList.add("grab");
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    const size = canvas.width / canvas.getBoundingClientRect().width;
    const start = { x: event.clientX, y: event.clientY };
    const give = onDrag();
    const moveTo = (e) => give(Math.round((e.clientX - start.x) * size), Math.round((e.clientY - start.y) * size));
    const up = () => ["pointermove", "pointerup", "pointercancel"].forEach((name) => stage.removeEventListener(name, name === "pointermove" ? moveTo : up));
    stage.addEventListener("pointermove", moveTo);
    stage.addEventListener("pointerup", up);
    stage.addEventListener("pointercancel", up);
  });
}

function point({ canvas, stage }, onUnit) {
  const give = (event) => {
    const box = canvas.getBoundingClientRect();
    const [row, column] = [Math.floor(((event.clientY - box.top) / box.height) * canvas.height), Math.floor(((event.clientX - box.left) / box.width) * canvas.width)];
    if (row >= 0 && column >= 0 && row < canvas.height && column < canvas.width) onUnit(row, column, false);
  };
  stage.addEventListener("pointermove", give);
  stage.addEventListener("pointerdown", give);
}

function walk({ stage }, onUnit) {
  stage.tabIndex = 0;
  stage.setAttribute("role", "application");
  stage.setAttribute("aria-label", "Map before the move. Arrow keys choose the marked unit.");
  stage.addEventListener("keydown", (event) => {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!way || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onUnit(...way, true);
  });
}

function place(marker, at, cells, size) {
  marker.hidden = !at;
  const percent = (v) => `${(100 * v) / size}%`;
  if (at) Object.assign(marker.style, { top: percent(at[0]), left: percent(at[1]), width: percent(cells), height: percent(cells) });
}

function paint({ source, maps, cells, refused }, run, dark, unit) {
  paintPlane(source.before.canvas, run.greys[0], GREY, dark);
  paintPlane(source.after.canvas, run.greys[1], GREY, dark);
  const window = ([row, column]) => [row, column].map((v) => v * run.how.stride - run.how.padding);
  place(source.before.marker, window(unit.before), run.kernel.size, run.n);
  place(source.after.marker, unit.after && window(unit.after), run.kernel.size, run.n);
  for (const name of Object.keys(TITLES)) column(maps[name], run, name, dark, unit);
  refused.hidden = Boolean(run.layers.dense);
  if (!run.layers.dense) refused.textContent = tooMany(run);
  measure(cells, run, unit);
}

/** Why there is no fully connected layer at this size. */
export function tooMany({ n, m }) {
  const count = n * n * m * m;
  return `${n * n} pixels · ${m * m} units = ${count.toLocaleString("en")} weights, ${short((4 * count) / 1e9)} GB in float32: not computed here. Choose 32 px.`;
}

/** The three maps of one layer on one signed scale. */
function column(map, run, name, dark, unit) {
  const layer = run.layers[name];
  if (!layer) { ROWS.forEach((row) => blank(map[row].canvas, run.m)); ROWS.forEach((row) => place(map[row].marker, null)); return; }
  const most = [layer.old, layer.now].reduce((top, { data }) => data.reduce((t, v) => Math.max(t, Math.abs(v)), top), 0) || 1;
  const how = { kind: "signed", low: -most, high: most, root: true };
  paintPlane(map.before.canvas, layer.old, how, dark);
  paintPlane(map.after.canvas, layer.now, how, dark);
  const limited = { ...layer.difference, data: layer.difference.data.map((v) => Math.max(-most, Math.min(most, v))) };
  paintPlane(map.difference.canvas, limited, how, dark);
  veil(map.difference.canvas, run, dark);
  place(map.before.marker, unit.before, 1, run.m);
  place(map.after.marker, unit.after, 1, run.m);
  place(map.difference.marker, unit.after, 1, run.m);
}

function blank(canvas, m) {
  Object.assign(canvas, { width: m, height: m });
}

/** Units at the border, which see what came in, are hatched: they are measured apart. */
function veil(canvas, { mask, m }, dark) {
  if (!mask.includes(0)) return;
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = dark ? "rgb(255 255 255 / .3)" : "rgb(0 0 0 / .28)";
  for (let i = 0; i < mask.length; i++) if (!mask[i] && (Math.floor(i / m) + (i % m)) % 2) ctx.fillRect(i % m, Math.floor(i / m), 1, 1);
}

/** A measure in few characters; what is nothing but rounding says so. */
export function told(value) {
  if (Number.isNaN(value)) return "–";
  return value > 0 && value < 1e-9 ? `${short(value, 2)} (rounding)` : short(value);
}

function measure(cells, run, unit) {
  for (const name of Object.keys(TITLES)) {
    const layer = run.layers[name];
    const say = (key, text, mark = "") => { cells[key][name].textContent = text; cells[key][name].classList.toggle("exact", mark === "exact"); };
    if (!layer) { Object.keys(cells).forEach((key) => say(key, "–")); continue; }
    say("inside", told(layer.inside), layer.inside < 1e-9 ? "exact" : "");
    say("border", run.mask.includes(0) ? told(layer.border) : "no border");
    say("along", Number.isNaN(layer.along) ? "–" : layer.along.toFixed(3).replace("-", "−"));
    say("same", Number.isNaN(layer.same) ? "–" : layer.same.toFixed(3).replace("-", "−"));
    const at = ([row, column_]) => row * run.m + column_;
    say("unit", `${short(layer.old.data[at(unit.before)])} → ${unit.after ? short(layer.now.data[at(unit.after)]) : "out of sight"}`);
  }
}

