// Inside the networks while they learn: first-layer filters then and now, and the maps of a chosen layer on a chosen picture.
import { extent, mapping, paintPlane } from "../shared/colour.js";
import { button, h, put, select } from "../shared/controls.js";
import { askShown, shownKey } from "./asking.js";
import { theme } from "./palette.js";
import { canvasOf } from "./pictures.js";
import { until } from "./record.js";
import { firstFilters, tensorsOf } from "./weights.js";

const MOST_MAPS = 16;
const PAUSE_MS = 700; // between two questions while the lanes train
const GAP = 6;

export function createInside(page) {
  const lanes = h("div", { class: "walls" });
  const picture = h("canvas", { class: "large-picture", role: "img", "aria-label": "The picture whose maps are shown" });
  const controls = h("div", { class: "row middle inside-controls" });
  const element = h("div", { class: "inside" },
    h("p", { class: "hint wide" }, "First-layer filters: above as they began, below at the step that is shown. Maps: what the chosen layer makes of the picture at that step; blue below zero, orange above. Go back in time and watch both change: weights are kept every two seconds."), controls, lanes);
  const show = { built: null, views: [], asked: 0, busy: false, timer: 0 };
  const build = (record) => {
    show.built = record;
    if (record.chosen.test[page.place()] === undefined) page.toPlace(0);
    controls.replaceChildren(picture, ...pickers(record, page));
    show.views = record.lanes.map((lane) => createLane(page, lane));
    lanes.replaceChildren(...show.views.map((view) => view.element));
  };
  /** Filters and maps of a lane at a time; then the worker is asked for maps that are not here yet. */
  const draw = function* () {
    const record = page.record();
    if (!record) return;
    if (record !== show.built) build(record);
    copyPicture(picture, record, page.place());
    const look = theme(page.root);
    for (const view of show.views) {
      yield;
      view.filters(page.step() ?? Infinity, look);
      yield;
      view.maps(look);
    }
    askMaps(show, record, page);
  };
  page.root.__maps = () => show.views.map(({ told }) => told && { ...told, data: Array.from(told.data), picture: Array.from(told.picture) });
  return { element, draw, numbers: () => show.views.map(({ told }) => told && { layer: told.layer, step: told.step }) };
}

function pickers(record, page) {
  const layers = layersOf(record);
  const chosen = layers.some(({ value }) => value === page.layer()) ? page.layer() : layers[Math.min(2, layers.length - 1)]?.value;
  if (chosen && chosen !== page.layer()) page.toLayer(chosen);
  const layer = select({ label: "Layer", groups: layers, value: chosen, onChange: (value) => page.toLayer(value) });
  const { test } = record.chosen;
  const next = button("Another picture", () => page.toPlace((page.place() + 1 + Math.floor(test.length / 7)) % test.length));
  return [layer.element, next];
}

/** Layers with maps, by the names that the graph gives them. */
function layersOf(record) {
  const found = record.lanes[0].graph.nodes.filter((node) => node.shape.length === 3);
  return found.map((node) => ({ value: node.name, label: `${node.name} · ${node.op.replaceAll("_", " ")}` }));
}

function copyPicture(canvas, record, place) {
  const row = record.chosen.test[place];
  if (row === undefined || canvas.dataset.row === String(row)) return;
  canvas.dataset.row = row;
  Object.assign(canvas, { width: record.set.width, height: record.set.height });
  canvas.getContext("2d").drawImage(canvasOf(record.set, row), 0, 0);
  canvas.setAttribute("aria-label", `The picture whose maps are shown: ${record.set.classes[record.set.labels[row]]}`);
}

function createLane(page, lane) {
  const before = h("canvas", { class: "sheet", role: "img" });
  const after = h("canvas", { class: "sheet", role: "img" });
  const sheet = h("canvas", { class: "sheet", role: "img", "aria-label": `Maps of ${lane.title}` });
  const [filtersName, mapsName] = [h("p", { class: "sheet-name" }, "Filters now"), h("p", { class: "sheet-name" }, "Maps")];
  const said = h("p", { class: "hint" }, "");
  const element = h("figure", { class: "wall-figure" }, h("figcaption", {}, page.chip(lane)),
    h("p", { class: "sheet-name" }, "Filters at the start"), before, filtersName, after, mapsName, sheet, said);
  const painted = { filters: "", maps: "" };
  const view = { element, lane, key: "", told: null };
  view.filters = (step, look) => {
    const [first, last] = [lane.checkpoints[0], until(lane.checkpoints, step)];
    const key = `${last?.step} ${look.dark}`;
    if (!last || key === painted.filters) return;
    painted.filters = key;
    const [old, now] = [first, last].map(({ buffer }) => firstFilters(tensorsOf(buffer)));
    const how = signed([...old.filters, ...now.filters]);
    paintSheet(before, old.filters, how, look);
    paintSheet(after, now.filters, how, look);
    put(filtersName, `Filters at step ${last.step}`);
    before.setAttribute("aria-label", `${old.filters.length} filters of ${old.name} at the start, ${lane.title}`);
    after.setAttribute("aria-label", `${now.filters.length} filters of ${now.name} at step ${last.step}, ${lane.title}`);
  };
  view.maps = (look) => {
    const key = `${view.key} ${look.dark}`;
    if (!view.told || key === painted.maps) return;
    painted.maps = key;
    const { channels, height, width, step } = view.told;
    const planes = planesOf(view.told);
    const how = signed(planes, { root: true });
    paintSheet(sheet, planes, how, look);
    put(mapsName, `Maps at step ${step}`);
    sheet.setAttribute("aria-label", `Maps of ${view.told.layer} at step ${step}, ${lane.title}`);
    put(said, `${channels} maps of ${height} × ${width}${channels > MOST_MAPS ? `, the first ${MOST_MAPS} shown` : ""}; one scale, ±${how.high.toPrecision(3)}`);
  };
  view.fail = (sentence) => {
    view.told = null;
    sheet.width = sheet.height = 0;
    put(mapsName, "Maps");
    put(said, sentence);
  };
  return view;
}

/** The first maps of an answer, channel by channel. Shapes: data (H, W, C). */
function planesOf({ data, height, width, channels }) {
  return Array.from({ length: Math.min(MOST_MAPS, channels) }, (_, c) => {
    const plane = new Float32Array(height * width);
    for (let i = 0; i < plane.length; i++) plane[i] = data[i * channels + c];
    return { data: plane, height, width };
  });
}

/** One signed scale for all planes. */
function signed(planes, options = {}) {
  let most = 1e-9;
  for (const { data } of planes) {
    const { low, high } = extent(data);
    most = Math.max(most, -low, high);
  }
  return mapping(-most, most, { forceSigned: true, ...options });
}

const COLUMNS = 8;
const scratch = h("canvas");
scratch.getContext("2d", { willReadFrequently: true }); // small and copied at once: a picture in memory, not on the GPU

function paintSheet(canvas, planes, how, look) {
  const tile = Math.max(planes[0]?.width || 1, 1);
  const zoom = Math.max(1, Math.ceil(56 / tile));
  const side = tile * zoom + GAP;
  Object.assign(canvas, { width: COLUMNS * side, height: Math.ceil(planes.length / COLUMNS) * side });
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingEnabled = false;
  planes.forEach((plane, i) => {
    paintPlane(scratch, plane, how, look.dark);
    ctx.drawImage(scratch, (i % COLUMNS) * side + GAP / 2, Math.floor(i / COLUMNS) * side + GAP / 2, side - GAP, side - GAP);
  });
}

/** Ask for the maps of each lane that are not here yet; while the lanes train, at most about once a second. */
async function askMaps(show, record, page) {
  const layer = page.layer();
  const row = record.chosen.test[page.place()];
  if (!layer || row === undefined || show.busy || !page.session.isUp()) return;
  const wanted = show.views.map((view) => ({ view, key: [layer, row, shownKey(page, view.lane)].join("|") })).filter(({ view, key }) => view.key !== key);
  if (!wanted.length) return;
  const early = page.step() === null && wanted.every(({ view }) => view.key.startsWith(`${layer}|${row}|`)) ? show.asked + PAUSE_MS - performance.now() : 0;
  clearTimeout(show.timer);
  if (early > 0) {
    show.timer = setTimeout(page.touch, early);
    return;
  }
  Object.assign(show, { busy: true, asked: performance.now() });
  const { set } = record;
  const size = set.height * set.width * set.channels;
  const picture = set.images.slice(row * size, (row + 1) * size);
  for (const { view, key } of wanted) {
    try {
      view.told = { picture, ...(await askShown(page, record, view.lane, { type: "maps", layer, picture })) };
      view.key = key;
    } catch (error) {
      view.key = page.session.isUp() ? key : ""; // of a worker that was lost: the next one is asked again
      view.fail(error.message);
    }
    page.touch();
  }
  show.busy = false;
  page.touch();
}
