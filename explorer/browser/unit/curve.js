// Activation against step, with plain noise and the best real picture as lines to compare with.
import { short } from "../shared/colour.js";
import { h, put } from "../shared/controls.js";

const [LEFT, FOOT, TOP, RIGHT] = [52, 22, 24, 8];
const LOOK = { light: { paper: "#fcfbf8", soft: "#5b5e6b", grid: "#dcd8cd", curve: "#5b35c9", best: "#b04a00" }, dark: { paper: "#101218", soft: "#a9abb8", grid: "#323542", curve: "#b7a1ff", best: "#f59a4c" } };

/** About four round numbers between two. */
export function ticks(low, high) {
  const rough = (high - low) / 4 || 1;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = size * [1, 2, 5, 10].find((n) => n * size >= rough);
  const found = [];
  for (let v = Math.ceil(low / step) * step; v <= high + step * 1e-6; v += step) found.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return found;
}

export class Curve {
  constructor() {
    this.canvas = h("canvas", { class: "curve", role: "img" });
    this.caption = h("p", { class: "note" });
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
  }

  set(data, fixed, dark) {
    Object.assign(this, { curve: data.curve, steps: data.steps, noise: data.noise, best: fixed.best, what: fixed.what, at: data.step });
    this.canvas.setAttribute("aria-label", `Activation from ${short(data.curve[0], 4)} at the start to ${short(data.activation, 4)} at step ${data.step}; the best real picture gives ${short(fixed.best.value, 4)}, plain noise ${short(data.noise, 4)}`);
    this.paint(dark);
  }

  mark(step, dark) {
    this.at = step;
    if (this.curve) this.paint(dark);
  }

  paint(dark) {
    this.dark = dark;
    const width = this.canvas.clientWidth, height = this.canvas.clientHeight;
    if (!this.curve || !width) return;
    const density = Math.min(2, devicePixelRatio || 1);
    [this.canvas.width, this.canvas.height] = [width * density, height * density];
    const ctx = this.canvas.getContext("2d");
    ctx.scale(density, density);
    ctx.font = "13px sans-serif";
    const all = [...this.curve, this.noise, this.best.value];
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const room = (most - least) * 0.06 || 1;
    const [low, high] = [least - room, most + room];
    this.x = (step) => LEFT + ((width - LEFT - RIGHT) * step) / this.steps;
    this.y = (value) => TOP + ((height - TOP - FOOT) * (high - value)) / (high - low);
    this.axes(ctx, width, height, ticks(low, high));
    this.line(ctx);
    this.level(ctx, width, this.noise, "noise", this.look.soft, [2, 4], "right");
    this.level(ctx, width, this.best.value, this.best.title, this.look.best, [7, 4], "left");
    const value = this.curve[Math.min(this.at, this.curve.length - 1)];
    put(this.caption, `Step ${this.at}: ${short(value, 4)}; ${this.best.title}, the best real picture: ${short(this.best.value, 4)}; noise: ${short(this.noise, 4)} (${this.what}; in the network's own numbers, no unit).`);
  }

  get look() { return LOOK[this.dark ? "dark" : "light"]; }

  axes(ctx, width, height, values) {
    ctx.textAlign = "right";
    ctx.textBaseline = "middle";
    for (const value of values) {
      ctx.fillStyle = this.look.grid;
      ctx.fillRect(LEFT, Math.round(this.y(value)), width - LEFT - RIGHT, 1);
      ctx.fillStyle = this.look.soft;
      ctx.fillText(short(value), LEFT - 6, this.y(value));
    }
    ctx.textBaseline = "alphabetic";
    ctx.textAlign = "center";
    for (const step of ticks(0, this.steps).filter((step) => step < this.steps * 0.85)) ctx.fillText(String(step), this.x(step), height - 5);
    ctx.textAlign = "right";
    ctx.fillText("step", width - RIGHT, height - 5);
    ctx.textAlign = "left";
    ctx.fillText("activation", 0, 12);
  }

  level(ctx, width, value, name, colour, dash, side) {
    const y = this.y(value);
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = 1.5;
    ctx.setLineDash(dash);
    ctx.beginPath();
    ctx.moveTo(LEFT, y);
    ctx.lineTo(width - RIGHT, y);
    ctx.stroke();
    ctx.setLineDash([]);
    ctx.textAlign = side;
    ctx.lineWidth = 4;
    ctx.strokeStyle = this.look.paper;
    const near = side === "right" && Math.abs(y - this.y(this.best.value)) < 18 && value < this.best.value;
    if (near && y + 14 > this.canvas.clientHeight - FOOT) return; // no room: the sentence below has it
    const at = [name, side === "left" ? LEFT + 4 : width - RIGHT, !near && y - 4 > TOP + 10 ? y - 4 : y + 14];
    ctx.strokeText(...at);
    ctx.fillText(...at);
  }

  line(ctx) {
    ctx.strokeStyle = ctx.fillStyle = this.look.curve;
    ctx.lineWidth = 2.5;
    ctx.beginPath();
    this.curve.forEach((value, step) => ctx.lineTo(this.x(step), this.y(value)));
    ctx.stroke();
    const at = Math.min(this.at, this.curve.length - 1);
    ctx.beginPath();
    ctx.arc(this.x(at), this.y(this.curve[at]), 5, 0, 7);
    ctx.fill();
  }

  point(event) {
    if (!this.curve) return;
    const box = this.canvas.getBoundingClientRect();
    const step = Math.round(((event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT)) * this.steps);
    this.mark(Math.max(0, Math.min(this.curve.length - 1, step)), this.dark);
  }
}
