// Two attribution maps side by side over one picture: blended, scaled and read out without asking the server.
import { isDark, short } from "../shared/colour.js";
import { h, put, segmented, slider } from "../shared/controls.js";
import { createState, field } from "../shared/state.js";
import { montage, takehome } from "../shared/takehome.js";
import { Panel } from "./panel.js";

const FIELDS = {
  attribution_blend: field.whole(50, 0, 100),
  attribution_scale: field.choice(["own", "shared"]),
  attribution_drawn: field.choice(["cells", "smooth"]),
};

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

const blended = (v) => (v === 0 ? "the picture alone" : v === 100 ? "the map alone" : `${v} %`);

class Attribution {
  constructor(root, data) {
    Object.assign(this, { root, data, token: 0 });
    this.state = createState(FIELDS);
    this.panels = ["A", "B"].map((letter) => new Panel(letter, (at) => this.point(at)));
    this.readout = h("p", { class: "readout", role: "status" });
    this.note = h("p", { class: "note" });
    this.take = takehome({ code: () => this.data.code, link: () => this.state.link(), png: () => this.png() });
    this.controls = this.control();
    root.append(h("div", { class: "row middle looks" }, Object.values(this.controls).map((one) => one.element)),
      h("div", { class: "pair" }, this.panels.map((panel) => panel.element)),
      this.readout, this.note, this.take.element);
    this.state.subscribe(() => this.paint());
  }

  control() {
    const { values } = this.state;
    const option = (value, label, title) => ({ value, label, title });
    return {
      attribution_blend: slider({ label: "Picture … map", min: 0, max: 100, value: values.attribution_blend, format: blended, onInput: (v) => this.state.set({ attribution_blend: v }) }),
      attribution_scale: segmented({ label: "Colour scale", options: [option("own", "Each own"), option("shared", "Shared", "Fair where both maps count the same thing")], value: values.attribution_scale, onChange: (v) => this.state.set({ attribution_scale: v }) }),
      attribution_drawn: segmented({ label: "Coarse maps", options: [option("cells", "As they are"), option("smooth", "Smoothed", "Bilinear between the middles of the places")], value: values.attribution_drawn, onChange: (v) => this.state.set({ attribution_drawn: v }) }),
    };
  }

  async show(data) {
    const mine = ++this.token;
    const input = await loaded(data.input);
    if (mine !== this.token) return;
    Object.assign(this, { data, input });
    this.panels.forEach((panel, i) => panel.set(data.panels[i], data.side));
    this.take.update();
    this.paint();
    this.point(null);
  }

  paint() {
    if (!this.input) return;
    const { attribution_blend: blend, attribution_scale: scale, attribution_drawn: drawn } = this.state.values;
    const most = Math.max(...this.panels.map((panel) => (panel.values ? panel.limit : 0))) || 1;
    const [a, b] = this.data.panels;
    const unlike = scale === "shared" && a.unit !== b.unit;
    this.panels.forEach((panel, i) => {
      const scaleText = `${this.data.panels[i].unit}; orange speaks for, blue against${scale === "shared" ? "; one scale for both" : ""}`;
      panel.paint({ input: this.input, blend: blend / 100, limit: scale === "shared" ? most : panel.limit, smooth: drawn === "smooth", scaleText });
    });
    put(this.note, (unlike ? "These maps count different things: at a shared scale their colours must not be compared. " : "") + "Full colour beyond the ends of a bar: 1 % of the places. Colours of a pixel are summed. Over the picture, weak values are see-through.");
    this.tell();
  }

  point(at) {
    const found = this.panels.map((panel) => panel.show(at));
    const told = found.map((one, i) => (one ? `${this.panels[i].letter}: ${short(one.value)} (row ${one.row}, column ${one.column} of ${this.data.panels[i].map.shape.join(" × ")})` : null)).filter(Boolean);
    put(this.readout, told.length ? told.join(" · ") : "Point at a map, or focus one and press the arrow keys: both values are read out.");
    this.pointed = found;
    this.tell();
  }

  tell() {
    this.root.__state = { ...this.state.values };
    this.root.__numbers = {
      network: this.data.network, weights: this.data.weights, pointed: this.pointed,
      panels: this.data.panels.map((panel, i) => ({ method: panel.method, target: panel.target, label: panel.label, detail: panel.detail, balance: panel.balance, ...(panel.map ? { shape: panel.map.shape, low: panel.map.low, high: panel.map.high, sum: panel.map.sum, first: this.panels[i].values?.[0] } : { shape: null }) })),
    };
  }

  png() {
    const parts = this.panels.map((panel, i) => ({ canvas: panel.canvas, caption: `${panel.letter}: ${this.data.panels[i].title} for ${this.data.panels[i].label}, ± ${short(panel.shared.limit)} ${this.data.panels[i].unit}` }));
    return { canvas: montage(parts, { dark: isDark(this.root), side: 660 }), name: `${this.data.network}-attribution.png` };
  }
}

export function mount(root, data) {
  const attribution = new Attribution(root, data);
  const fail = (error) => { console.error(error); put(attribution.note, "These maps could not be drawn: choose another method."); };
  attribution.show(data).catch(fail);
  return { update: (fresh) => attribution.show(fresh).catch(fail), dispose: () => attribution.state.dispose() };
}
