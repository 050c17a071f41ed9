// All filters of a layer as tiles in the chosen order; a click or the arrow keys choose one.
import { h } from "../shared/controls.js";
import { layout } from "../maps/sheet.js";
import { filterCanvas, largest } from "./paint.js";

const HEIGHT = 400, GAP = 2;

export class Bank {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.canvas = h("canvas", { class: "bank", tabindex: "0", role: "img" });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  set(data, values, shared, dark) {
    Object.assign(this, { data, chosen: data.chosen });
    const [, , height, width] = data.shape;
    const size = data.inputs * height * width;
    const all = largest(values);
    this.tiles = data.order.map((i) => {
      const one = values.subarray(i * size, (i + 1) * size);
      return filterCanvas(one, data.inputs, height, width, shared ? all : largest(one), dark);
    });
    this.limit = all;
    this.paint();
  }

  mark(filter) {
    this.chosen = filter;
    this.paint();
  }

  paint() {
    if (!this.tiles) return;
    const width = this.canvas.parentElement.clientWidth || 600;
    const density = Math.min(2, devicePixelRatio || 1);
    const [, , kh, kw] = this.data.shape;
    const { columns, tile } = layout(this.tiles.length, width, HEIGHT, kh / kw);
    Object.assign(this, { columns, side: tile + GAP, rise: (tile * kh) / kw + GAP });
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(Math.ceil(this.tiles.length / columns) * this.rise * density);
    const ctx = this.canvas.getContext("2d");
    ctx.scale(density, density);
    ctx.imageSmoothingEnabled = false;
    this.tiles.forEach((canvas, place) => {
      const [x, y] = [(place % columns) * this.side, Math.floor(place / columns) * this.rise];
      ctx.drawImage(canvas, x, y, tile, this.rise - GAP);
      if (this.data.order[place] !== this.chosen) return;
      [[4, "#221a3d"], [2, "#ffd400"]].forEach(([line, colour]) => {
        ctx.lineWidth = line;
        ctx.strokeStyle = colour;
        ctx.strokeRect(x + 2, y + 2, tile - 4, this.rise - GAP - 4);
      });
    });
    this.canvas.setAttribute("aria-label", `${this.tiles.length} filters; filter ${this.chosen} is chosen. Arrow keys choose another.`);
  }

  press(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.side);
    const place = Math.floor((event.clientY - box.top) / this.rise) * this.columns + column;
    if (column < this.columns && place < this.tiles.length) this.onChoose(this.data.order[place]);
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = this.data.order.indexOf(this.chosen) + step;
    if (place >= 0 && place < this.tiles.length) this.onChoose(this.data.order[place]);
  }
}
