// Feature maps of one layer: the sheet of all, one channel at large over the picture, its patches and its numbers.
import { isDark, scaleBar, short } from "../shared/colour.js";
import { h, put, segmented } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { montage, takehome } from "../shared/takehome.js";
import { histogram } from "./histogram.js";
import { Large } from "./large.js";
import { Sheet } from "./sheet.js";

const ASK = {
  look: "edges early, parts late: the maps get smaller, more, and emptier.",
  ask: "After a ReLU, are the maps of the last layers fuller or emptier than those of the first?",
  choices: [
    { label: "Emptier", right: true, why: "Late channels answer to rare things: most of their values are exactly zero. Compare the share of zeros." },
    { label: "Fuller", why: "Walk to a late ReLU and compare the share of zeros: most late channels find nothing in this picture." },
  ],
};

function decoded(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  return new Float32Array(bytes.buffer);
}

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

class Maps {
  constructor(root, data, component) {
    Object.assign(this, { root, data, component, token: 0 });
    this.sheet = new Sheet((channel) => this.choose(channel));
    this.large = new Large();
    this.facts = h("p", { class: "facts", role: "status" });
    this.bar = scaleBar();
    this.note = h("p", { class: "note" });
    this.histogram = h("canvas", { class: "histogram", role: "img" });
    this.take = takehome({ code: () => this.data.code, link: () => location.href, png: () => this.png() });
    const look = segmented({ label: "Over the picture", options: [{ value: "map", label: "map beside" }, { value: "over", label: "laid over" }], value: "map", onChange: (v) => this.large.over(v === "over") });
    root.append(
      this.facts,
      h("div", { class: "stage" },
        h("div", {}, this.sheet.canvas, h("div", { class: "row middle" }, this.bar.element), this.note),
        h("div", {}, this.large.element, look.element, h("h3", {}, "Values of all channels"), this.histogram)),
      question(ASK).element, this.take.element);
    this.observer = new ResizeObserver(() => this.sheet.paint());
    this.observer.observe(this.sheet.canvas.parentElement);
  }

  async show(data) {
    const mine = ++this.token;
    const [sheet, input] = await Promise.all([loaded(data.sheet), loaded(data.input)]);
    if (mine !== this.token) return;
    const same = this.data.layer === data.layer && this.data.network === data.network && this.data.input === data.input;
    this.data = data;
    const asked = same && this.wanted !== undefined ? this.wanted : data.detail.channel;
    const values = decoded(data.detail.values);
    this.sheet.set(sheet, data, asked);
    this.large.set(data, sheet, input, values, isDark(this.root));
    this.describe();
    this.numbers(values);
  }

  choose(channel) {
    this.wanted = channel;
    this.sheet.mark(channel);
    this.component.setStateValue("channel", channel);
  }

  describe() {
    const { activity: a, shape, kind, layer, lies, every, shared, limits } = this.data;
    const count = (flags) => flags.filter(Boolean).length;
    const saturated = a.bounds ? `${count(a.saturated)} saturated (95 % of their values at ${a.bounds.join(" or ")})` : "no upper bound, so none saturated";
    this.facts.replaceChildren(
      h("b", {}, `${layer}: ${kind}`), h("span", {}, `${shape[0]} maps of ${shape[1]} × ${shape[2]}`),
      h("span", {}, `${count(a.dead)} dead`), h("span", {}, saturated), h("span", {}, `${(100 * a.sparsity).toFixed(1)} % of the values are 0`));
    const most = shared ? limits[0] : limits[this.data.detail.channel];
    this.bar.set({ kind: "signed", low: -most, high: most, text: shared ? "one scale for all maps" : `each map its own scale; this bar: channel ${this.data.detail.channel}` }, isDark(this.root));
    put(this.note, `${lies && `${lies} `}Dead: one value everywhere on this picture.${every > 1 ? ` Shown: every ${every}${every === 2 ? "nd" : every === 3 ? "rd" : "th"} pixel of each map.` : ""} Arrow keys move between maps.`);
    histogram(this.histogram, a, isDark(this.root));
    this.take.update();
  }

  numbers(values) {
    const { data } = this;
    this.root.__numbers = { layer: data.layer, channel: data.detail.channel, first: values[0], count: data.order.length, sparsity: data.activity.sparsity, painted: performance.now() };
  }

  png() {
    const canvas = montage([{ canvas: this.sheet.canvas, caption: `${this.data.network} ${this.data.layer}` }, { canvas: this.large.map, caption: `channel ${this.data.detail.channel}` }], { dark: isDark(this.root), side: 640 });
    return { canvas, name: `${this.data.layer}.png` };
  }
}

export function mount(root, data, component) {
  const maps = new Maps(root, data, component);
  const fail = (error) => { console.error(error); put(maps.note, "These maps could not be drawn: choose another layer."); };
  maps.show(data).catch(fail);
  return { update: (fresh) => maps.show(fresh).catch(fail), dispose: () => maps.observer.disconnect() };
}
