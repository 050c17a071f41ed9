// The sanity check as one picture: a row of maps for each method, over ever more randomised layers, and below them
// how alike each stays to the first. One canvas, so that what is seen is what is saved.
import { isDark } from "../shared/colour.js";
import { button, h, line, table } from "../shared/controls.js";
import { save } from "../shared/takehome.js";

const [LEFT, LEAST, GAP, HEAD, LABEL, CURVE, FOOT] = [46, 84, 6, 24, 20, 190, 62];
const HIGH = 1.05;
const LOOKS = [
  { light: "#5b35c9", dark: "#b7a1ff", dash: [], mark: "circle" },
  { light: "#b9520f", dark: "#f59a4c", dash: [9, 6], mark: "square" },
];

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** A layer's name in lines of at most `most` characters, broken at its dots. */
export function broken(name, most) {
  return name.split(/(?<=\.)/).reduce((lines, part) => {
    if (lines.length && lines.at(-1).length + part.length <= most) lines[lines.length - 1] += part;
    else lines.push(part);
    return lines;
  }, []).map((text) => (text.length > most + 1 ? `${text.slice(0, most)}…` : text));
}

class Cascade {
  constructor(root) {
    this.root = root;
    this.canvas = h("canvas", { role: "img" });
    this.place = h("div", { class: "strip-of", tabindex: "0", role: "region", "aria-label": "Maps over randomised layers" }, this.canvas);
    this.numbers = h("div", { class: "unseen" });
    this.said = line();
    const png = () => this.canvas.toBlob((blob) => blob && save(`${this.data.network}-sanity.png`, blob), "image/png");
    root.append(this.place, this.numbers, h("div", { class: "row" }, button("Save PNG", png), this.said.element));
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.place);
  }

  async show(data) {
    const images = await Promise.all(data.rows.map((row) => Promise.all(row.pictures.map(loaded))));
    const low = Math.min(0, ...data.rows.flatMap((row) => row.likeness)) - 0.06;
    Object.assign(this, { data, images, low });
    const rows = [["layers with fresh weights", ...data.rows.map((row) => row.name)], ...data.layers.map((layer, i) => [`${data.depths[i]}, down to ${layer}`, ...data.rows.map((row) => row.likeness[i].toFixed(3))])];
    this.numbers.replaceChildren(table("Likeness to the map of the trained network", rows));
    this.canvas.setAttribute("aria-label", `${data.rows.map((row) => `${row.name}: ${row.likeness.map((v) => v.toFixed(2)).join(", ")}`).join("; ")}; from none to all layers randomised`);
    this.paint();
    this.root.__numbers = { layers: data.layers, depths: data.depths, rows: data.rows.map(({ name, likeness }) => ({ name, likeness })) };
  }

  paint() {
    if (!this.data) return;
    const { layers, rows } = this.data;
    const step = Math.max(LEAST, Math.min(128, ((this.place.clientWidth || 1000) - LEFT) / layers.length));
    const side = step - GAP;
    const band = HEAD + side + LABEL;
    const [width, height] = [LEFT + step * layers.length, band * rows.length + CURVE + FOOT + 12];
    const density = 2;
    [this.canvas.width, this.canvas.height] = [Math.round(width * density), Math.round(height * density)];
    Object.assign(this.canvas.style, { width: `${width}px`, height: `${height}px` });
    const ctx = this.canvas.getContext("2d");
    ctx.scale(density, density);
    const dark = isDark(this.root);
    const style = getComputedStyle(this.root);
    const ink = style.getPropertyValue("--st-text-color").trim() || (dark ? "#eceaf2" : "#1b1c24");
    const soft = dark ? "#b3b0bd" : "#5d5a68";
    Object.assign(this, { ctx, step, side, band, width, dark, ink, soft, family: style.fontFamily });
    ctx.fillStyle = style.getPropertyValue("--st-background-color").trim() || (dark ? "#101218" : "#fcfbf8");
    ctx.fillRect(0, 0, width, height);
    rows.forEach((row, i) => this.row(row, i));
    this.axes(band * rows.length + 12);
    rows.forEach((row, i) => this.curve(row, i, band * rows.length + 12));
  }

  text(words, x, y, { size = 14, weight = 400, align = "center", colour = this.ink } = {}) {
    Object.assign(this.ctx, { fillStyle: colour, font: `${weight} ${size}px ${this.family}`, textAlign: align });
    this.ctx.fillText(words, x, y);
  }

  middle(i) { return LEFT + this.step * (i + 0.5); }

  row(row, place) {
    const { ctx, side, band } = this;
    const top = band * place;
    const colour = LOOKS[place][this.dark ? "dark" : "light"];
    this.mark(LOOKS[place].mark, LEFT + 8, top + 11, colour);
    this.text(row.name, LEFT + 20, top + 16, { weight: 650, size: 15, align: "left" });
    ctx.imageSmoothingEnabled = false;
    this.images[place].forEach((image, i) => {
      const tall = (side * image.height) / image.width;
      ctx.drawImage(image, this.middle(i) - side / 2, top + HEAD, side, Math.min(tall, side));
      this.text(row.likeness[i].toFixed(2).replace("-", "−"), this.middle(i), top + HEAD + side + 15, { size: 14, colour: this.soft });
    });
  }

  height(value, top) { return top + CURVE * (1 - (value - this.low) / (HIGH - this.low)); }

  axes(top) {
    const { ctx, width } = this;
    [0, 0.5, 1].forEach((value) => {
      const y = this.height(value, top);
      Object.assign(ctx, { strokeStyle: this.soft, lineWidth: 1, globalAlpha: value ? 0.3 : 0.8 });
      ctx.beginPath();
      ctx.moveTo(LEFT, y);
      ctx.lineTo(width, y);
      ctx.stroke();
      ctx.globalAlpha = 1;
      this.text(String(value), LEFT - 8, y + 5, { align: "right", colour: this.soft });
    });
    ctx.save();
    ctx.translate(12, top + CURVE / 2);
    ctx.rotate(-Math.PI / 2);
    this.text("likeness to the first", 0, 0, { colour: this.soft });
    ctx.restore();
    const most = Math.floor(this.step / 7.6);
    this.data.layers.forEach((layer, i) => broken(layer, most).slice(0, 3).forEach((part, k) => this.text(part, this.middle(i), top + CURVE + 16 + 16 * k, { size: 13 })));
  }

  curve(row, place, top) {
    const { ctx } = this;
    const colour = LOOKS[place][this.dark ? "dark" : "light"];
    Object.assign(ctx, { strokeStyle: colour, lineWidth: 3, lineJoin: "round" });
    ctx.setLineDash(LOOKS[place].dash);
    ctx.beginPath();
    row.likeness.forEach((value, i) => ctx.lineTo(this.middle(i), this.height(value, top)));
    ctx.stroke();
    ctx.setLineDash([]);
    row.likeness.forEach((value, i) => this.mark(LOOKS[place].mark, this.middle(i), this.height(value, top), colour));
  }

  mark(kind, x, y, colour) {
    const { ctx } = this;
    ctx.fillStyle = colour;
    ctx.beginPath();
    if (kind === "circle") ctx.arc(x, y, 5.5, 0, 7);
    else ctx.rect(x - 5, y - 5, 10, 10);
    ctx.fill();
  }
}

export function mount(root, data) {
  const cascade = new Cascade(root);
  const fail = (error) => { console.error(error); cascade.said.say("The maps could not be drawn: run the check again."); };
  cascade.show(data).catch(fail);
  return { update: (fresh) => cascade.show(fresh).catch(fail), dispose: () => cascade.observer.disconnect() };
}
