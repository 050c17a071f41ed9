// The numbers as CSV, and the whole view as a picture.
import { h } from "../shared/controls.js";
import { HEIGHT, paint, themeOf } from "./drawing.js";
import { KINDS, shown } from "./kinds.js";
import { fieldOf } from "./measure.js";
import { both, brief, bytes, count } from "./numbers.js";
import { textOf } from "./settings.js";

const HEAD = ["row", "layer", "settings", "output channels or features", "output height", "output width", "weights", "biases", "parameters", "operations", "output bytes (float32)", "receptive field rows (px)", "receptive field columns (px)", "jump rows (px)", "jump columns (px)", "problem"];

const quoted = (value) => { const text = String(value).replace(/^[=+\-@\t]/, "'$&"); return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text; };

/** "filters 64, kernel 11, stride 4" */
export function settingsText(row) {
  const kind = KINDS[row.kind];
  const kept = kind.settings.filter((s) => !s.rare || textOf(row, s) !== s.usual).filter((s) => !s.only || s.only(row)).filter((s) => !(s.optional && !textOf(row, s)));
  return kept.map((s) => (s.type === "flag" ? `${s.label ?? s.name} ${textOf(row, s) === "1" ? "yes" : "no"}` : `${s.name} ${textOf(row, s)}`)).join(", ");
}

function line(result, factor) {
  const { out, row, number } = result;
  const start = [number, row.kind, settingsText(row)];
  if (!out) return [...start, ...Array(12).fill(""), result.problem || result.waits];
  const [a, b = "", c = ""] = out.shape;
  const field = fieldOf(out);
  const seen = field.isGlobal ? ["all", "all", "", ""] : field.why ? ["", "", "", ""] : [...field.sizes, ...field.jumps];
  return [...start, a, b, c, result.weights, result.biases, result.params, result.macs * factor, result.bytes, ...seen, field.isGlobal ? "" : field.why ?? ""];
}

export function csv(measured, unit) {
  const factor = unit === "flop" ? 2 : 1;
  const head = HEAD.map((name) => (name === "operations" ? (factor === 2 ? "FLOPs" : "MACs") : name));
  const foot = ["total", "", "", "", "", "", "", "", measured.total.params, measured.total.macs * factor, measured.total.bytes, "", "", "", "", ""];
  return [head, ...measured.rows.map((row) => line(row, factor)), foot].map((cells) => cells.map(quoted).join(",")).join("\r\n") + "\r\n";
}

const MOST_LINES = 80, WIDTH = 1400, LEAD = 24;

/** The drawing, the totals and the rows on one canvas. */
export function picture(measured, unit, marked, root) {
  const factor = unit === "flop" ? 2 : 1, theme = themeOf(root);
  const lines = measured.rows.slice(0, MOST_LINES);
  const figure = h("canvas");
  const height = 2 * 20 + HEIGHT + 50 + LEAD * (lines.length + 2 + (lines.length < measured.rows.length ? 1 : 0));
  const canvas = h("canvas", { width: 2 * WIDTH, height: 2 * height });
  const ctx = canvas.getContext("2d");
  ctx.scale(2, 2);
  ctx.fillStyle = theme.paper;
  ctx.fillRect(0, 0, WIDTH, height);
  paint(figure, measured, marked, WIDTH - 40, theme, 2);
  ctx.drawImage(figure, 20, 20, WIDTH - 40, HEIGHT);
  ctx.fillStyle = theme.ink;
  ctx.font = "700 19px sans-serif";
  ctx.fillText(totalsText(measured, factor), 24, HEIGHT + 60, WIDTH - 48);
  const columns = [60, 90, 240, 720, 950, 1090, 1220, 1376];
  const write = (cells, y, bold) => {
    ctx.font = `${bold ? "700" : "400"} 15px sans-serif`;
    cells.forEach((cell, i) => { ctx.textAlign = i === 0 || i > 2 ? "right" : "left"; ctx.fillText(cell, columns[i], y); });
  };
  let y = HEIGHT + 96;
  write(["", "layer", "settings", "output", "parameters", factor === 2 ? "FLOPs" : "MACs", "memory", "sees / jump, px"], y, true);
  for (const result of lines) write(cellsOf(result, factor), (y += LEAD), false);
  if (lines.length < measured.rows.length) write(["", `… and ${measured.rows.length - lines.length} more rows`], y + LEAD, false);
  return canvas;
}

function cellsOf(result, factor) {
  const start = [String(result.number), result.row.kind, settingsText(result.row)];
  if (!result.out) return [...start, result.problem ? "cannot be" : result.waits];
  const field = fieldOf(result.out);
  const seen = field.isGlobal ? "all" : field.why ? "?" : `${both(field.sizes)} / ${both(field.jumps)}`;
  return [...start, shown(result.out.shape), brief(result.params), brief(result.macs * factor), bytes(result.bytes), seen];
}

export function totalsText({ total, last }, factor) {
  return `${count(total.params)} parameters · ${count(total.macs * factor)} ${factor === 2 ? "FLOPs" : "MACs"} · outputs ${bytes(total.bytes)} · weights ${bytes(4 * total.params)} (float32)${last ? ` · ${shown(last.shape)}` : ""}`;
}
