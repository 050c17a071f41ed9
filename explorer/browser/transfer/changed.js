// What training really changed: the relative change of every layer, lane beside lane. A frozen layer shows exactly 0.
import { h, put } from "../shared/controls.js";
import { colourOf, theme } from "./palette.js";
import { until } from "./record.js";
import { layerRows, relativeChange, tensorsOf } from "./weights.js";

export function createChanged(page) {
  const body = h("div", { class: "changes" });
  const element = h("div", {},
    h("p", { class: "hint wide" }, "How far each layer has moved from where it started: the length of the change divided by the length of the weights, ‖w − w₀‖ / ‖w₀‖. Batch norm has weights, which learn, and statistics, which are counted from the batches."), body);
  let built = null, cells = [];
  /** A lane at a time. */
  const draw = function* () {
    const record = page.record();
    if (!record?.lanes.some((lane) => lane.checkpoints.length)) return;
    if (built !== record) {
      built = record;
      cells = build(body, record, page);
    }
    for (const [i, lane] of record.lanes.entries()) {
      yield;
      fill(cells.map(({ row, lanes }) => ({ row, cell: lanes[i] })), lane, page);
    }
  };
  return { element, draw, numbers: () => cells.map(({ row, lanes }) => ({ layer: row.layer, kind: row.kind, changes: lanes.map((one) => one.value) })) };
}

function build(body, record, page) {
  const rows = layerRows(tensorsOf(record.lanes.find((lane) => lane.checkpoints.length).checkpoints[0].buffer));
  const head = h("tr", {}, h("th", { scope: "col" }, "Layer"), record.lanes.map((lane) => h("th", { scope: "col" }, page.chip(lane))));
  const cells = rows.map((row) => ({ row, lanes: record.lanes.map(changeCell) }));
  const lines = cells.map(({ row, lanes }) => h("tr", { class: row.kind === "its statistics" ? "minor" : "" },
    h("th", { scope: "row" }, h("span", { class: "kind" }, row.kind), " ", h("code", {}, row.kind === "its statistics" ? "" : row.layer)), lanes.map((one) => one.element)));
  body.replaceChildren(h("table", { class: "change-table" }, h("caption", { class: "unseen" }, "Relative change of each layer"), h("thead", {}, head), h("tbody", {}, lines)));
  return cells;
}

function changeCell() {
  const bar = h("i", {});
  const text = h("span", { class: "tabular" }, "");
  return { bar, text, value: NaN, told: "", element: h("td", {}, h("span", { class: "change-bar" }, bar), text) };
}

/** One lane's column, where its weights are others than those shown. */
function fill(column, lane, page) {
  const { dark } = theme(page.root);
  const start = lane.checkpoints[0], last = until(lane.checkpoints, page.step() ?? Infinity);
  const told = `${last?.step} ${dark}`;
  if (column[0]?.cell.told === told) return;
  for (const { row, cell } of column) {
    cell.told = told;
    cell.value = start && last ? relativeChange(row, tensorsOf(start.buffer), tensorsOf(last.buffer)) : NaN;
    // The root keeps small changes visible beside those of a network that began at random.
    const share = Math.min(1, Math.sqrt((cell.value || 0) / 2));
    cell.bar.style.width = `${100 * share}%`;
    cell.bar.style.background = colourOf(lane.style, dark);
    put(cell.text, changeText(cell.value));
    cell.element.classList.toggle("untouched", cell.value === 0);
  }
}

function changeText(value) {
  if (Number.isNaN(value)) return "–";
  if (value === 0) return "exactly 0";
  return value >= 10 ? `× ${value.toFixed(0)}` : value >= 0.0995 ? `${(100 * value).toFixed(0)} %` : `${(100 * value).toPrecision(2)} %`;
}
