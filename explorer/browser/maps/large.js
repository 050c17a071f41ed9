// One channel at large: its map beside the picture or laid over it, what a unit sees, and the strongest patches.
import { paintPlane, short } from "../shared/colour.js";
import { h, put } from "../shared/controls.js";

const SIDE = 320;

function window_(ctx, left, top, width, height) {
  ctx.lineWidth = 5;
  ctx.strokeStyle = "#221a3d";
  ctx.strokeRect(left, top, width, height);
  ctx.lineWidth = 2.5;
  ctx.strokeStyle = "#ffd400";
  ctx.strokeRect(left, top, width, height);
}

export class Large {
  constructor() {
    this.map = h("canvas", { width: SIDE, height: SIDE, tabindex: "0", role: "img" });
    this.picture = h("canvas", { width: SIDE, height: SIDE, role: "img", "aria-label": "What the network sees, with what the unit sees" });
    this.caption = h("figcaption", {});
    this.unit = h("p", { class: "unit", role: "status" });
    this.patches = h("div", { class: "patches" });
    this.isOver = false;
    this.element = h("div", {}, h("div", { class: "large" }, h("figure", {}, this.map, this.caption), h("figure", {}, this.picture, h("figcaption", {}, "what the network sees; framed: what the unit sees"))), this.unit, h("h3", {}, "What excites this channel most here"), this.patches);
    this.plane = h("canvas", {});
    this.map.addEventListener("pointermove", (event) => this.point(event));
    this.map.addEventListener("keydown", (event) => this.key(event));
  }

  set(data, sheet, input, values, dark) {
    Object.assign(this, { data, input, values, dark });
    const [, height, width] = data.shape;
    const most = data.shared ? data.limits[0] : data.limits[data.detail.channel];
    paintPlane(this.plane, { data: values, height, width }, { kind: "signed", low: -(most || 1), high: most || 1 }, dark);
    const { low, high, mean } = data.activity;
    const c = data.detail.channel;
    put(this.caption, `channel ${c}: ${short(low[c])} … ${short(high[c])}, mean ${short(mean[c])}${data.detail.token.length ? `; in the class token ${data.detail.token.map((v) => short(v)).join(", ")}` : ""}`);
    this.map.setAttribute("aria-label", `Map of channel ${c}; arrow keys move the unit`);
    const peak = data.detail.peaks[0] || [0, 0];
    [this.row, this.column] = peak;
    this.showPatches();
    this.paint();
  }

  over(isOver) {
    this.isOver = isOver;
    this.paint();
  }

  /** [top, left, height, width] in pixels of the network's input, before clipping. */
  box(row, column) {
    const { field } = this.data.detail;
    const { side } = this.data;
    if (field.global) return [0, 0, side, side];
    const [[top, bottom], [left, right]] = [field.rows[row], field.columns[column]];
    return [top, left, bottom - top + 1, right - left + 1];
  }

  paint() {
    const { side, shape: [, height, width], detail } = this.data;
    const map = this.map.getContext("2d");
    map.imageSmoothingEnabled = false;
    map.drawImage(this.plane, 0, 0, SIDE, SIDE);
    const [cell, rise] = [SIDE / width, SIDE / height];
    window_(map, this.column * cell, this.row * rise, Math.max(cell, 4), Math.max(rise, 4));
    const ctx = this.picture.getContext("2d");
    ctx.imageSmoothingEnabled = side > 64;
    ctx.globalAlpha = 1;
    ctx.drawImage(this.input, 0, 0, SIDE, SIDE);
    if (this.isOver) { ctx.globalAlpha = 0.6; ctx.drawImage(this.plane, 0, 0, SIDE, SIDE); ctx.globalAlpha = 1; }
    const [top, left, tall, wide] = this.box(this.row, this.column);
    const scale = SIDE / side;
    window_(ctx, left * scale, top * scale, wide * scale, tall * scale);
    const value = this.values[this.row * width + this.column];
    const seen = detail.field.global ? "the whole picture" : `${tall} × ${wide} px (theoretical receptive field${detail.field.note && `; ${detail.field.note}`})`;
    put(this.unit, `Unit (${this.row}, ${this.column}) = ${short(value, 5)}; it sees ${seen}.`);
  }

  showPatches() {
    const { side } = this.data;
    this.patches.replaceChildren(...this.data.detail.peaks.map(([row, column, value]) => {
      const [top, left, tall, wide] = this.box(row, column);
      const canvas = h("canvas", { width: 96, height: 96, role: "img", "aria-label": `Patch around unit ${row}, ${column}` });
      const ctx = canvas.getContext("2d");
      ctx.imageSmoothingEnabled = false;
      const [w, t] = [Math.min(wide, side * 1.5), Math.min(tall, side * 1.5)];
      ctx.drawImage(this.input, left + (wide - w) / 2, top + (tall - t) / 2, w, t, 0, 0, 96, 96);
      const show = () => { [this.row, this.column] = [row, column]; this.paint(); };
      canvas.addEventListener("pointerenter", show);
      return h("figure", { tabindex: "0", onfocus: show }, canvas, h("figcaption", {}, short(value)));
    }));
  }

  point(event) {
    const bounds = this.map.getBoundingClientRect();
    const [, height, width] = this.data.shape;
    this.row = Math.max(0, Math.min(height - 1, Math.floor(((event.clientY - bounds.top) / bounds.height) * height)));
    this.column = Math.max(0, Math.min(width - 1, Math.floor(((event.clientX - bounds.left) / bounds.width) * width)));
    this.paint();
  }

  key(event) {
    const [dy, dx] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
    if (!dy && !dx) return;
    event.preventDefault();
    const [, height, width] = this.data.shape;
    this.row = Math.max(0, Math.min(height - 1, this.row + dy));
    this.column = Math.max(0, Math.min(width - 1, this.column + dx));
    this.paint();
  }
}
