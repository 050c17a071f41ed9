// The pieces of real pictures that excite the unit most, and where each was found.
import { short } from "../shared/colour.js";
import { h, put } from "../shared/controls.js";

const TILE = 132, WHERE = 260;

function framed(ctx, left, top, width, height) {
  for (const [size, colour] of [[5, "#221a3d"], [2.5, "#ffd400"]]) {
    ctx.lineWidth = size;
    ctx.strokeStyle = colour;
    ctx.strokeRect(left, top, width, height);
  }
}

export class Patches {
  constructor() {
    this.grid = h("div", { class: "patches", role: "group", "aria-label": "The strongest pieces" });
    this.caption = h("figcaption", {});
    this.whole = h("canvas", { width: WHERE, height: WHERE, role: "img" });
    this.about = h("figcaption", {});
    this.where = h("figure", { class: "where" }, this.whole, this.about);
  }

  async load(fixed) {
    const names = Object.keys(fixed.pictures);
    const images = await Promise.all(names.map(async (name) => { const image = new Image(); image.src = fixed.pictures[name]; await image.decode(); return image; }));
    this.images = Object.fromEntries(names.map((name, i) => [name, images[i]]));
  }

  set(fixed) {
    this.fixed = fixed;
    this.tiles = [];
    this.grid.replaceChildren(...fixed.patches.map((patch, i) => this.tile(patch, i)));
    put(this.caption, `${fixed.sign > 0 ? "Highest" : "Lowest"} ${fixed.layer === "answer" ? "logits" : "values of single cells"} over ${fixed.searched} pictures. ${fixed.field}`);
    this.choose(0);
  }

  tile(patch, i) {
    const canvas = h("canvas", { width: TILE, height: TILE, role: "img", "aria-label": `${this.fixed.titles[patch.picture]}, ${short(patch.value)}` });
    this.paint(canvas.getContext("2d"), patch, 0, 0, TILE);
    this.tiles.push(canvas);
    const show = () => this.choose(i);
    return h("button", { type: "button", class: "patch", onclick: show, onpointerenter: show, onfocus: show }, canvas, h("span", {}, short(patch.value)));
  }

  /** The piece, enlarged, whole and in its own proportions. */
  paint(ctx, { picture, box: [top, left, height, width] }, x, y, side) {
    const scale = side / Math.max(width, height);
    ctx.imageSmoothingEnabled = this.images[picture].width > 64 && width > 24;
    ctx.fillStyle = "#808080";
    ctx.fillRect(x, y, side, side);
    ctx.drawImage(this.images[picture], left, top, width, height, x + (side - width * scale) / 2, y + (side - height * scale) / 2, width * scale, height * scale);
  }

  choose(index) {
    const patch = this.fixed.patches[index];
    if (!patch) return;
    [...this.grid.children].forEach((tile, i) => tile.setAttribute("aria-pressed", i === index));
    const ctx = this.whole.getContext("2d");
    const image = this.images[patch.picture];
    ctx.imageSmoothingEnabled = image.width > 64;
    ctx.drawImage(image, 0, 0, WHERE, WHERE);
    const [top, left, height, width] = patch.box.map((v) => (v * WHERE) / this.fixed.side);
    framed(ctx, left + 1, top + 1, width - 2, height - 2);
    const place = patch.cell[0] < 0 ? "" : `, cell (${patch.cell.join(", ")})`;
    put(this.about, `${this.fixed.titles[patch.picture]}${place}: ${short(patch.value, 4)}`);
    this.whole.setAttribute("aria-label", `${this.fixed.titles[patch.picture]} as the network sees it, with what the cell sees framed`);
  }

  /** All pieces as one canvas. */
  canvas() {
    const canvas = h("canvas", { width: 3 * TILE, height: Math.ceil(this.tiles.length / 3) * TILE });
    this.tiles.forEach((tile, i) => canvas.getContext("2d").drawImage(tile, (i % 3) * TILE, Math.floor(i / 3) * TILE));
    return canvas;
  }
}
