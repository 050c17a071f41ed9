// The first figure: the photograph with one unit's box, the layer's map beside it, and the growth over all layers.
import { button, h, put, segmented, slider, toggle } from "../shared/controls.js";
import { chartLayout, layerAt, paintChart } from "./growth.js";
import { factRows, growthText, headline, verdict, windowText } from "./facts.js";
import { paintMap } from "./map.js";
import { layout, paintPhoto, unitAt } from "./photo.js";
import { sheet, theme } from "./sheet.js";

const CHART_PX = 236;
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** onHover(cell or null), onCell(cell), onMove(dy, dx), onLayer(place), onSetting(patch). */
export function hero({ root, values, on }) {
  const parts = { photo: stage("photo", "The photograph with what one unit sees"), map: stage("map", "The map of the layer"), chart: stage("chart", "Size of the field against depth", false) };
  const self = { root, on, parts, view: null, layers: [] };
  self.title = h("h2", { class: "layer-title", role: "status" });
  self.verdict = h("p", { class: "verdict" });
  self.list = h("dl", { class: "facts" });
  self.mapTitle = h("p", { class: "caption" });
  self.growth = h("p", { class: "formula grew" });
  self.depth = slider({ label: "Layer", min: 0, max: 1, value: 0, format: (v) => `${+v + 1} of ${self.layers.length}`, onInput: on.layer });
  self.menu = h("select", { "aria-label": "Layer by name", onchange: () => on.layer(+self.menu.value) });
  self.scale = segmented({ label: "Scale", hideLabel: true, value: values.scale, options: [{ value: "log", label: "Log" }, { value: "lin", label: "Linear" }], onChange: (scale) => on.setting({ scale }) });
  self.beside = toggle({ label: "Neighbour's box", value: values.nb, onChange: (nb) => on.setting({ nb }), title: "The box of the next cell, dashed" });
  const step = (by, label, name) => button(label, () => on.step(by), { ariaLabel: name, title: by < 0 ? "page up" : "page down" });
  self.element = h("div", { class: "hero" },
    h("div", { class: "hero-photo" }, parts.photo.element),
    h("div", { class: "hero-map" }, self.mapTitle, parts.map.element, self.list, self.beside.element),
    h("div", { class: "hero-depth" },
      h("div", { class: "row middle depth-head" }, h("strong", {}, "Growth with depth"), self.scale.element), parts.chart.element,
      h("div", { class: "row depth-row" }, step(-1, "◀", "One layer up, towards the picture"), self.depth.element, step(1, "▶", "One layer deeper")), self.menu, self.title, self.growth, self.verdict));
  listen(self);
  return { element: self.element, set: (view) => set(self, view), repaint: () => paint(self), canvases: () => [parts.photo.canvas, parts.map.canvas, parts.chart.canvas], places: () => places(self) };
}

function stage(name, label, walked = true) {
  const canvas = h("canvas", { "aria-hidden": walked, role: walked ? null : "img", "aria-label": walked ? null : label });
  const spot = walked ? h("div", { class: "spot", tabindex: "0", role: "application", "aria-roledescription": "map that can be walked over", "aria-label": label }) : null;
  return { canvas, spot, element: h("div", { class: `stage ${name}` }, canvas, spot) };
}

function set(self, view) {
  const fresh = self.layers !== view.layers;
  self.view = view;
  self.layers = view.layers;
  if (fresh) {
    self.menu.replaceChildren(...view.layers.map((layer, i) => h("option", { value: i }, `${layer.name} · ${windowText(layer)}`)));
    self.depth.limits(0, view.layers.length - 1);
  }
  const n = view.numbers;
  self.menu.value = String(n.place);
  self.depth.set(n.place);
  self.scale.set(view.scale);
  self.beside.set(view.nb);
  words(self, n);
  paint(self);
}

function words(self, n) {
  put(self.title, headline(n));
  put(self.growth, growthText(n));
  put(self.verdict, verdict(n));
  const [row, column] = n.cell;
  put(self.mapTitle, n.layer.map[0] * n.layer.map[1] > 1 ? `Cell ${row}, ${column} of ${n.layer.map[0]} × ${n.layer.map[1]}` : "One cell");
  const rows = factRows(n);
  if (self.list.children.length !== rows.length) self.list.replaceChildren(...rows.map(() => h("div", {}, h("dt", {}), h("dd", {}))));
  rows.forEach(([name, value], i) => { const [dt, dd] = self.list.children[i].children; put(dt, name); put(dd, value); });
  const seen = n.isGlobal ? "sees the whole picture" : `sees rows ${n.box.top} to ${n.box.bottom}, columns ${n.box.left} to ${n.box.right}`;
  const label = `Unit at row ${row}, column ${column} of the map of ${n.layer.name} ${seen}. Arrow keys move to other units, page up and page down to other layers, Home to the middle.`;
  for (const name of ["photo", "map"]) if (self.parts[name].spot.getAttribute("aria-label") !== label) self.parts[name].spot.setAttribute("aria-label", label);
}

function paint(self) {
  const { view, parts, root } = self;
  if (!view) return;
  const look = theme(root);
  const photoPx = Math.floor(Math.min(parts.photo.element.clientWidth, 430));
  const mapPx = Math.floor(Math.min(parts.map.element.clientWidth, 190));
  const w = Math.floor(parts.chart.element.clientWidth);
  if (!photoPx || !mapPx || !w) return;
  const n = view.numbers;
  self.photoView = layout(photoPx, n.side);
  const other = view.nb ? n.other : null;
  paintPhoto(sheet(parts.photo.canvas, photoPx, photoPx), look, self.photoView, { side: n.side, picture: view.picture, layer: n.layer, cell: n.cell, box: n.box, other, isGlobal: n.isGlobal });
  paintMap(sheet(parts.map.canvas, mapPx, mapPx), look, mapPx, { layer: n.layer, picture: view.picture, cell: n.cell, other: view.nb ? n.neighbour : null });
  self.mapPx = mapPx;
  self.chart = chartLayout(view.layers, { w, h: CHART_PX, log: view.scale === "log", side: n.side, measured: view.measured });
  paintChart(sheet(parts.chart.canvas, w, CHART_PX), look, self.chart, { layers: view.layers, chosen: n.place, measured: view.measured });
  for (const [name, px] of [["photo", photoPx], ["map", mapPx]]) Object.assign(parts[name].spot.style, { width: `${px}px`, height: `${px}px` });
}

/** Where things stand on the screen, for tests and tools: the photo's scale, the chart's marks. */
function places(self) {
  if (!self.chart) return null;
  return { photo: { scale: self.photoView.scale, zero: self.photoView.to(0) }, map: self.mapPx, chart: self.chart.sizes.map((v, i) => [self.chart.x(i), self.chart.y(v)]) };
}

const point = (canvas, event) => { const area = canvas.getBoundingClientRect(); return [event.clientX - area.left, event.clientY - area.top]; };

function listen(self) {
  const { photo, map, chart } = self.parts;
  const cellOf = {
    photo: (x, y) => unitAt(self.photoView, self.view.numbers.layer, x, y),
    map: (x, y) => { const [rows, columns] = self.view.numbers.layer.map; const at = (v, n) => Math.max(0, Math.min(n - 1, Math.floor((v / self.mapPx) * n))); return [at(y, rows), at(x, columns)]; },
  };
  for (const [name, part] of [["photo", photo], ["map", map]]) {
    part.canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch" && self.photoView) self.on.hover(cellOf[name](...point(part.canvas, event))); });
    part.canvas.addEventListener("pointerleave", () => self.on.hover(null));
    part.canvas.addEventListener("click", (event) => { if (self.photoView) self.on.cell(cellOf[name](...point(part.canvas, event))); });
    part.spot.addEventListener("keydown", (event) => keyed(self, event));
  }
  chart.canvas.addEventListener("click", (event) => { if (self.chart) self.on.layer(layerAt(self.chart, ...point(chart.canvas, event))); });
}

function keyed(self, event) {
  const move = MOVES[event.key];
  if (move) self.on.move(...move);
  else if (event.key === "PageUp" || event.key === "PageDown") self.on.step(event.key === "PageUp" ? -1 : 1);
  else if (event.key === "Home") self.on.cell(null);
  else return;
  event.preventDefault();
}
