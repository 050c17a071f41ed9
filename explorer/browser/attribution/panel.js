// One map over the picture: its own canvas, what it says and what it cannot say.
import { isDark, scaleBar, short, signedTable } from "../shared/colour.js";
import { h, put } from "../shared/controls.js";

const SIDE = 672; // a multiple of 28, 32 and 224
const IN_SCALE = 0.99;
const ADDS_UP = ["input_x_gradient", "integrated_gradients", "hires_cam"];

/** Half-precision floats (IEEE 754 binary16) as numbers; not every browser has Float16Array. */
export function halves(text) {
  const words = new Uint16Array(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  return Float32Array.from(words, (word) => {
    const sign = word & 0x8000 ? -1 : 1;
    const [power, rest] = [(word >> 10) & 31, word & 1023];
    return sign * (power ? 2 ** (power - 15) * (1 + rest / 1024) : (2 ** -14 * rest) / 1024);
  });
}

/** The magnitude within which 99 % of the values lie; the largest where that is zero. */
export function limitOf(values) {
  const sizes = values.map(Math.abs).sort();
  return sizes[Math.floor(IN_SCALE * (sizes.length - 1))] || sizes.at(-1) || 1;
}

/** A plane at another size, bilinear between the middles of its places. */
export function enlarged(values, [height, width], side) {
  const out = new Float32Array(side * side);
  const at = (i, n) => Math.max(0, Math.min(n - 1, ((i + 0.5) * n) / side - 0.5));
  for (let y = 0; y < side; y++) {
    const v = at(y, height), top = Math.floor(v), low = Math.min(top + 1, height - 1), fy = v - top;
    for (let x = 0; x < side; x++) {
      const u = at(x, width), left = Math.floor(u), right = Math.min(left + 1, width - 1), fx = u - left;
      const mix = (row) => values[row * width + left] * (1 - fx) + values[row * width + right] * fx;
      out[y * side + x] = mix(top) * (1 - fy) + mix(low) * fy;
    }
  }
  return out;
}

/** How opaque a value is: at blend 0 the picture alone, at 0.5 as strong as the value, at 1 the map alone. */
export function opacity(strength, blend) {
  const own = Math.min(1, strength) ** 0.7;
  return blend <= 0.5 ? own * 2 * blend : own + (1 - own) * (2 * blend - 1);
}

export class Panel {
  constructor(letter, onPoint) {
    Object.assign(this, { letter, onPoint });
    this.canvas = h("canvas", { class: "map", width: SIDE, height: SIDE, tabindex: "0", role: "img" });
    this.title = h("h3", {});
    this.of = h("p", { class: "of" });
    this.detail = h("p", { class: "detail" });
    this.balance = h("p", { class: "balance" });
    this.claims = h("p", {});
    this.cannot = h("p", {});
    this.bar = scaleBar();
    this.element = h("section", { class: "panel-of", "aria-label": `Map ${letter}` },
      h("div", {}, this.canvas, this.bar.element),
      h("div", { class: "told" }, this.title, this.of, this.detail, this.balance, this.claims, this.cannot));
    this.canvas.addEventListener("pointermove", (event) => this.point(event));
    this.canvas.addEventListener("pointerleave", () => onPoint(null));
    this.canvas.addEventListener("pointerdown", (event) => this.point(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => onPoint(null));
  }

  set(data, side) {
    Object.assign(this, { data, side });
    this.values = data.map ? halves(data.map.values).map((v) => v * data.map.most) : null;
    this.limit = this.values ? limitOf(this.values) : 1;
    this.fine = null;
    put(this.title, `${this.letter} · ${data.title}`);
    const place = data.rank === 1 ? "" : ` (no. ${data.rank})`;
    this.of.replaceChildren("for ", h("b", {}, data.label), `: ${(100 * data.probability).toPrecision(3)} %, logit ${short(data.logit)}${place}`);
    const range = data.map ? `; ${short(data.map.low)} … ${short(data.map.high)}` : "";
    put(this.detail, data.detail + range + (data.map && ADDS_UP.includes(data.method) ? `, sum ${short(data.map.sum)}` : ""));
    this.claims.replaceChildren(h("b", {}, "Says: "), data.claims);
    this.cannot.replaceChildren(h("b", {}, "But: "), data.cannot);
    this.account();
  }

  account() {
    const { balance } = this.data;
    this.balance.hidden = !balance;
    if (!balance) return;
    const share = Math.abs(balance.error) / Math.max(Math.abs(balance.change), 1e-9);
    const good = share < 0.05;
    this.balance.classList.toggle("poor", !good);
    this.balance.replaceChildren(h("b", {}, `Completeness error ${short(balance.error)}`),
      ` logits, ${(100 * share).toPrecision(2)} %: the parts sum to ${short(balance.sum, 4)}; from the baseline the logit moved by ${short(balance.change, 4)}. `,
      good ? "A right sum is not yet a right reason." : "Too far off: take more steps.");
  }

  /** Paint with what both panels share: {input, blend, limit, smooth, scaleText}. */
  paint(shared) {
    const ctx = this.canvas.getContext("2d");
    const dark = isDark(this.canvas);
    Object.assign(this, { shared });
    this.picture(ctx, shared, dark);
    if (this.values) ctx.drawImage(this.layer(shared, dark), 0, 0, SIDE, SIDE);
    else this.stopped(ctx);
    this.bar.set({ kind: "signed", low: -shared.limit, high: shared.limit, text: shared.scaleText }, dark);
    this.canvas.setAttribute("aria-label", `Map ${this.letter}: ${this.data.title} for ${this.data.label}, over the picture. Arrow keys move a point whose value is read out.`);
    if (this.at) this.mark();
  }

  picture(ctx, { input, blend }, dark) {
    ctx.globalAlpha = 1;
    ctx.imageSmoothingEnabled = this.side > 64;
    ctx.filter = "none";
    ctx.drawImage(input, 0, 0, SIDE, SIDE);
    const veil = Math.min(1, 2 * blend);
    ctx.globalAlpha = veil;
    ctx.globalCompositeOperation = "saturation"; // the picture in grey: colour belongs to the map
    ctx.fillStyle = "#808080";
    ctx.fillRect(0, 0, SIDE, SIDE);
    ctx.globalCompositeOperation = "source-over";
    ctx.globalAlpha = 0.45 * veil;
    ctx.fillStyle = dark ? "#16181f" : "#f6f4f0";
    ctx.fillRect(0, 0, SIDE, SIDE);
    ctx.globalAlpha = 1;
    ctx.imageSmoothingEnabled = false;
  }

  layer({ blend, limit, smooth }, dark) {
    const side = smooth ? this.side : null;
    if (smooth && !this.fine) this.fine = enlarged(this.values, this.data.map.shape, this.side);
    const [values, height, width] = smooth ? [this.fine, side, side] : [this.values, ...this.data.map.shape];
    const canvas = (this.drawn ||= h("canvas", {}));
    [canvas.width, canvas.height] = [width, height];
    const image = new ImageData(width, height);
    const words = new Uint32Array(image.data.buffer);
    const colours = signedTable(dark);
    const half = (colours.length - 1) / 2;
    for (let i = 0; i < words.length; i++) {
      const part = Math.max(-1, Math.min(1, values[i] / limit));
      const alpha = Math.round(255 * opacity(Math.abs(part), blend));
      words[i] = ((alpha << 24) | (colours[Math.round(half + part * half)] & 0xffffff)) >>> 0;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  stopped(ctx) {
    ctx.fillStyle = isDark(this.canvas) ? "#eceaf2" : "#1b1c24";
    ctx.font = "600 34px sans-serif";
    ctx.textAlign = "center";
    ctx.fillText("no map yet", SIDE / 2, SIDE / 2);
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (at, from, size) => Math.max(0, Math.min(0.9999, (at - from) / size));
    this.onPoint([share(event.clientY, box.top, box.height), share(event.clientX, box.left, box.width)]);
  }

  key(event) {
    const [dy, dx] = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key] || [0, 0];
    if (!dy && !dx) return;
    event.preventDefault();
    const [height, width] = this.data.map ? this.data.map.shape : [1, 1];
    const [v, u] = this.at || [0.5, 0.5];
    const step = (at, by, n) => Math.max(0.5, Math.min(n - 0.5, Math.floor(at * n) + 0.5 + by)) / n;
    this.onPoint([step(v, dy, height), step(u, dx, width)]);
  }

  /** Mark a place of the picture (shares of its height and width), or none; returns what is there. */
  show(at) {
    this.at = at;
    if (this.shared) this.paint(this.shared);
    if (!at || !this.values) return null;
    const [height, width] = this.data.map.shape;
    const [row, column] = [Math.floor(at[0] * height), Math.floor(at[1] * width)];
    return { row, column, value: this.values[row * width + column] };
  }

  mark() {
    const [height, width] = this.data.map ? this.data.map.shape : [this.side, this.side];
    const [rise, run] = [SIDE / height, SIDE / width];
    const [top, left] = [Math.floor(this.at[0] * height) * rise, Math.floor(this.at[1] * width) * run];
    const wider = Math.max(0, 9 - run / 2);
    const ctx = this.canvas.getContext("2d");
    [[7, "#221a3d"], [3.5, "#ffd400"]].forEach(([line, colour]) => {
      ctx.lineWidth = line;
      ctx.strokeStyle = colour;
      ctx.strokeRect(left - wider, top - wider, run + 2 * wider, rise + 2 * wider);
    });
  }
}
