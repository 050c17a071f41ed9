// Through the depth: for each layer, pictures made for a few of its units, each above the piece of a real picture that
// excites the same unit most. Made one after the other, on ask.
import { isDark, short } from "../shared/colour.js";
import { button, h, line, put } from "../shared/controls.js";
import { save } from "../shared/takehome.js";
import { Pace } from "../unit/pace.js";

const TILE = 128;

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function painted(image, label) {
  const canvas = h("canvas", { width: TILE, height: TILE, role: "img", "aria-label": label });
  const ctx = canvas.getContext("2d");
  ctx.imageSmoothingEnabled = image.width > 64;
  ctx.imageSmoothingQuality = "high";
  ctx.drawImage(image, 0, 0, TILE, TILE);
  return canvas;
}

class Depth {
  constructor(root, data, component) {
    Object.assign(this, { root, tiles: [], token: 0 });
    this.pace = new Pace(component, () => this.buttons(), (text) => this.said.say(text));
    this.go = button("Walk", () => this.toggle(), { kind: "primary" });
    this.again = button("Clear", () => { this.pace.halt(); this.tiles = []; this.pace.ask("again", this.data.run, "0"); });
    this.save = button("Save PNG", () => this.png());
    this.csv = button("CSV", () => this.table());
    this.bar = h("progress", { max: 1, value: 0, "aria-label": "Pictures made" });
    this.status = h("span", { class: "status", role: "status" });
    this.said = line("alert");
    this.strip = h("div", { class: "strip-of-layers", tabindex: "0", role: "group", "aria-label": "The layers, from the first to the last" });
    this.note = h("p", { class: "note" });
    root.append(h("div", { class: "row middle" }, this.go, this.again, this.save, this.csv, this.bar, this.status), this.said.element, this.strip, this.note);
    this.onVisible = () => this.pace.woken();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  async update(data) {
    const mine = ++this.token;
    if (this.data?.run !== data.run) { this.pace.halt(); this.tiles = []; }
    if (!data.started) this.tiles = [];
    if (data.first > this.tiles.length) return this.pace.ask("show", data.run, "0");
    const [now, ...images] = await Promise.all([data.now ? loaded(data.now.picture) : null, ...data.tiles.flatMap((tile) => [loaded(tile.picture), loaded(tile.patch)])]);
    if (mine !== this.token) return;
    this.data = data;
    this.tiles.length = data.first;
    data.tiles.forEach((tile, i) => this.tiles.push({ ...tile, made: images[2 * i], found: images[2 * i + 1], where: tile.found }));
    this.draw(now);
    this.root.__numbers = { run: data.run, done: data.done, total: data.total, finished: this.tiles.length, values: this.tiles.map((tile) => [tile.layer, tile.unit, tile.start, tile.value]) };
    if (data.done) this.pace.halt();
    this.pace.painted({ tick: data.tick, run: data.run, about: String(this.tiles.length) });
    this.buttons();
  }

  draw(now) {
    const { layers, each, side, weights, spread } = this.data;
    this.strip.style.setProperty("--columns", layers.length);
    this.strip.replaceChildren(...layers.map(({ name, kind }, i) => {
      const mine = Array.from({ length: this.data.started ? each : 0 }, (_, k) => this.cell(i * each + k, now));
      return h("section", { class: "of-layer" }, h("h3", {}, name), h("p", { class: "kind" }, name === "answer" ? "the classes" : kind), ...mine);
    }));
    const known = weights === "untrained"
      ? "Untrained: with random weights every layer answers to some texture, and nothing gets more object-like with depth. The walk from edges to objects is learnt."
      : side <= 64 ? "A small network that saw only small grey pictures: strokes at first, then corners and outlines. It has no parts and objects to show; whoever says otherwise reads them into it."
        : "Edges and colours, then textures; parts and whole animals appear, if at all, only in the last layers. That is a rule of thumb about trained networks, not a law.";
    put(this.note, `${known} Above: made by climbing (${short(side > 64 ? 112 : side)} px, 64 steps, all priors on). Below: the strongest piece of the pictures here. ${spread ? "The units are spread evenly over each layer." : "The units are those that find more in your picture than in others."}`);
  }

  cell(index, now) {
    const tile = this.tiles[index];
    if (tile) {
      const name = tile.label ? `${tile.label} (class ${tile.unit})` : `channel ${tile.unit}`;
      return h("figure", {}, painted(tile.made, `Made for ${tile.layer}, ${name}: ${short(tile.value)}`), painted(tile.found, `Found in ${tile.where.title}: ${short(tile.where.value)}`),
        h("figcaption", {}, h("b", {}, name), h("span", {}, `${short(tile.start)} → ${short(tile.value)}`), h("span", {}, tile.where.title)));
    }
    if (now && index === this.tiles.length) return h("figure", { class: "now" }, painted(now, "Under way"), h("figcaption", {}, h("span", {}, `step ${this.data.now.step}`)));
    return h("figure", { class: "empty" }, h("div", {}), h("div", {}));
  }

  toggle() {
    if (this.pace.running) this.pace.halt();
    else this.pace.start("go", this.data.run, String(this.tiles.length));
    this.buttons();
  }

  buttons() {
    const { data, pace } = this;
    if (!data) return;
    const finished = this.tiles.length;
    put(this.go, pace.running ? "Stop" : data.started && !data.done ? "Go on" : "Walk");
    this.go.hidden = data.done;
    this.again.disabled = !data.started;
    this.save.disabled = this.csv.disabled = !finished;
    this.bar.value = finished / data.total;
    this.bar.hidden = !data.started || data.done;
    const left = pace.running && data.left ? `, about ${Math.max(1, Math.round(data.left))} s left` : "";
    put(this.status, data.started ? `${finished} of ${data.total} pictures${left}` : `${data.total} pictures to make`);
  }

  png() {
    const { layers, each, network } = this.data;
    const [gap, foot] = [10, 24];
    const canvas = h("canvas", { width: layers.length * (TILE + gap) + gap, height: 34 + each * (2 * TILE + foot + gap) });
    const ctx = canvas.getContext("2d");
    const dark = isDark(this.root);
    ctx.fillStyle = dark ? "#101218" : "#fcfbf8";
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    ctx.fillStyle = dark ? "#eceaf2" : "#1b1c24";
    ctx.font = "13px sans-serif";
    layers.forEach(({ name }, i) => ctx.fillText(i ? name : `${network}: ${name}`, gap + i * (TILE + gap), 22, TILE));
    this.tiles.forEach((tile, index) => {
      const [x, y] = [gap + Math.floor(index / each) * (TILE + gap), 32 + (index % each) * (2 * TILE + foot + gap)];
      ctx.drawImage(painted(tile.made, "made"), x, y);
      ctx.drawImage(painted(tile.found, "found"), x, y + TILE + 2);
      ctx.fillText(`${tile.label || `channel ${tile.unit}`}: ${short(tile.value)}`, x, y + 2 * TILE + 18, TILE);
    });
    canvas.toBlob((blob) => blob && save(`${network}-depth.png`, blob), "image/png");
  }

  table() {
    const rows = this.tiles.map((tile) => [tile.layer, tile.unit, tile.start, tile.value, tile.where.title, tile.where.value].join(","));
    save(`${this.data.network}-depth.csv`, new Blob([`layer,unit,start,end,strongest picture,value there\n${rows.join("\n")}\n`], { type: "text/csv" }));
  }

  dispose() {
    this.pace.halt();
    document.removeEventListener("visibilitychange", this.onVisible);
  }
}

export function mount(root, data, component) {
  const depth = new Depth(root, data, component);
  const fail = (error) => { console.error(error); depth.said.say("The strip could not be drawn: reload the page."); };
  depth.update(data).catch(fail);
  return { update: (fresh) => depth.update(fresh).catch(fail), dispose: () => depth.dispose() };
}
