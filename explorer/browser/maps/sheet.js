// All maps of a layer: tiles of one picture, laid out to fill the place in the chosen order.
import { h } from "../shared/controls.js";

const GAP = 2;
const HEIGHT = 440;

/** {columns, tile}: the largest tiles (CSS px) with which n of a height-to-width ratio fit into width x height. */
export function layout(n, width, height, ratio = 1) {
  let best = { columns: 1, tile: 0 };
  for (let columns = 1; columns <= n; columns++) {
    const tile = Math.min((width - GAP * (columns - 1)) / columns, (height / Math.ceil(n / columns) - GAP) / ratio);
    if (tile > best.tile) best = { columns, tile };
  }
  return best;
}

export class Sheet {
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.canvas = h("canvas", { class: "sheet", tabindex: "0", role: "listbox", "aria-label": "All maps: arrow keys choose one" });
    this.canvas.addEventListener("pointerdown", (event) => this.press(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
  }

  set(image, data, channel) {
    Object.assign(this, { image, data, channel });
    this.paint();
  }

  mark(channel) {
    this.channel = channel;
    this.paint();
  }

  paint() {
    if (!this.image) return;
    const { order, columns: stored, tile: [th, tw] } = this.data;
    const width = this.canvas.parentElement.clientWidth || 700;
    const density = Math.min(2, devicePixelRatio || 1);
    const { columns, tile } = layout(order.length, width, HEIGHT, th / tw);
    Object.assign(this, { grid: columns, side: tile + GAP, rise: (tile * th) / tw + GAP });
    const rows = Math.ceil(order.length / columns);
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(rows * this.rise * density);
    const ctx = this.canvas.getContext("2d");
    ctx.imageSmoothingEnabled = false;
    ctx.scale(density, density);
    order.forEach((channel, place) => {
      const [x, y] = [(place % columns) * this.side, Math.floor(place / columns) * this.rise];
      ctx.drawImage(this.image, (channel % stored) * tw, Math.floor(channel / stored) * th, tw, th, x, y, tile, this.rise - GAP);
      if (channel === this.channel) this.ring(ctx, x, y, tile);
    });
    this.canvas.setAttribute("aria-label", `${order.length} maps; channel ${this.channel} is chosen. Arrow keys choose another.`);
  }

  ring(ctx, x, y, tile) {
    ctx.lineWidth = 4;
    ctx.strokeStyle = "#221a3d";
    ctx.strokeRect(x + 2, y + 2, tile - 4, this.rise - GAP - 4);
    ctx.lineWidth = 2;
    ctx.strokeStyle = "#ffd400";
    ctx.strokeRect(x + 2, y + 2, tile - 4, this.rise - GAP - 4);
  }

  press(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.side);
    const place = Math.floor((event.clientY - box.top) / this.rise) * this.grid + column;
    if (column < this.grid && place < this.data.order.length) this.onChoose(this.data.order[place]);
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.grid, ArrowDown: this.grid }[event.key];
    if (!step) return;
    event.preventDefault();
    const place = this.data.order.indexOf(this.channel) + step;
    if (place >= 0 && place < this.data.order.length) this.onChoose(this.data.order[place]);
  }
}
