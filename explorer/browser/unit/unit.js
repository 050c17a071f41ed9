// One unit: the picture that climbs, its curve, and the pieces of real pictures beside it. The browser sets the pace:
// it asks for the next slice of steps when it has painted the last one, and stops by asking no more.
import { isDark, short } from "../shared/colour.js";
import { button, h, line, put } from "../shared/controls.js";
import { question } from "../shared/question.js";
import { montage, save, takehome } from "../shared/takehome.js";
import { Curve } from "./curve.js";
import { Patches } from "./patches.js";
import { Pace } from "./pace.js";

const ASK = {
  look: "what the two sides share. Where they do not: the unit answers to things that no photograph here holds.",
  ask: "switch all priors off and climb as many steps. Does the activation end higher or lower?",
  choices: [
    { label: "Higher", right: true, why: "Nothing holds the picture back, so it climbs further: and turns into fine noise that means nothing to us, though it means everything to the unit. Adversarial pictures live here. Try it: Priors, Off." },
    { label: "Lower", why: "Try it: Priors, Off. Each prior takes a freedom away; without them the climb goes further, into patterns that mean nothing to us." },
  ],
};
const SIDE = 400;

async function loaded(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

class Unit {
  constructor(root, data, component) {
    Object.assign(this, { root, component, frames: [], token: 0, shown: -1 });
    this.pace = new Pace(component, () => this.buttons(), (text) => this.said.say(text));
    this.canvas = h("canvas", { width: SIDE, height: SIDE, class: "made", role: "img" });
    this.caption = h("figcaption", {});
    this.status = h("p", { class: "status", role: "status" });
    this.said = line("alert");
    this.go = button("Start", () => this.toggle(), { kind: "primary" });
    this.again = button("From the start", () => this.restart());
    this.scrub = h("input", { type: "range", min: 0, max: 0, step: 1, "aria-label": "Back to an earlier step", oninput: () => this.show(+this.scrub.value) });
    this.curve = new Curve();
    this.patches = new Patches();
    this.facts = h("p", { class: "facts" });
    this.claim = h("p", { class: "note" });
    this.before = h("figure", { class: "before", hidden: true });
    this.take = takehome({ code: () => this.fixed?.code || "", link: () => location.href, png: () => this.png(), extras: [button("CSV of the curve", () => this.csv())] });
    root.append(this.stage(), this.facts, this.claim, question(ASK).element, this.take.element);
    this.observer = new ResizeObserver(() => this.curve.paint(isDark(root)));
    this.observer.observe(this.curve.canvas.parentElement);
    this.onVisible = () => this.pace.woken();
    document.addEventListener("visibilitychange", this.onVisible);
  }

  stage() {
    return h("div", { class: "stage" },
      h("figure", { class: "climb" }, h("h3", {}, "Made by climbing"), this.canvas, h("div", { class: "row transport" }, this.go, this.again, this.scrub), this.status, this.said.element, this.caption),
      h("figure", { class: "found" }, h("h3", {}, "Found in real pictures"), this.patches.grid, this.patches.caption),
      h("div", { class: "side" }, h("h3", {}, "The climb"), this.curve.canvas, this.curve.caption, this.before, this.patches.where));
  }

  async update(data) {
    const mine = ++this.token;
    if (data.fixed) this.fixed = data.fixed;
    else if (!this.fixed || this.data?.about !== data.about) return this.pace.ask("show", data.run, "");
    if (this.data?.run !== data.run) this.pace.halt();
    if (this.data?.run !== data.run || data.step < this.data.step) this.frames = [];
    this.data = data;
    const image = await loaded(data.picture);
    if (data.fixed) await this.patches.load(data.fixed);
    if (mine !== this.token) return;
    if (this.frames.at(-1)?.step !== data.step) this.frames.push({ step: data.step, image, value: data.activation, limits: data.limits, flat: data.flat });
    if (data.fixed) this.describe();
    this.scrub.max = this.frames.length - 1;
    this.show(this.frames.length - 1);
    this.curve.set(data, this.fixed, isDark(this.root));
    this.numbers();
    if (data.done) this.pace.halt();
    this.pace.painted(data);
    this.buttons();
  }

  show(index) {
    const frame = this.frames[index];
    this.shown = index;
    this.scrub.value = index;
    this.scrub.setAttribute("aria-valuetext", `step ${frame.step}`);
    const ctx = this.canvas.getContext("2d");
    ctx.imageSmoothingEnabled = frame.image.width > 64;
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(frame.image, 0, 0, SIDE, SIDE);
    const { steps, left } = this.data;
    const rest = this.data.done ? "done" : this.pace.running ? `about ${Math.max(1, Math.round(left))} s left` : frame.step ? "stopped" : "press Start";
    put(this.status, `Step ${frame.step} of ${steps}${index === this.frames.length - 1 ? `, ${rest}` : ""}: activation ${short(frame.value, 4)}`);
    this.canvas.setAttribute("aria-label", `The picture after step ${frame.step}; activation ${short(frame.value, 4)}`);
    const [low, high] = frame.limits;
    const silent = this.data.silent ? ` In ${this.data.silent} of these steps nothing reached the unit (a rectifier was shut): the climb looked around at random.` : "";
    put(this.caption, low >= 0 && high <= 1
      ? `Shown as it is: 0 is black, 1 is white (normalisation undone).${frame.flat ? " Almost one tone: the most this unit can get is an empty picture." : ""}${silent}`
      : `Values ${short(low)} … ${short(high)} shown from black to white: beyond 0 … 1, no camera could take this.`);
    this.curve.mark(frame.step, isDark(this.root));
  }

  describe() {
    const { fixed, data } = this;
    this.patches.set(fixed, isDark(this.root));
    const name = fixed.label ? `class ${fixed.unit}, ${fixed.label}` : `channel ${fixed.unit} of ${fixed.layer}`;
    put(this.facts, `${fixed.network}, ${name}: the ${fixed.what} is ${short(data.noise, 4)} on plain noise and ${short(fixed.best.value, 4)} on ${fixed.best.title}${fixed.cell ? " at its best place" : ""}, the ${fixed.sign > 0 ? "most" : "least"} of ${fixed.searched} real pictures (at ${fixed.side} px; the climb is at ${fixed.size} px).`);
    put(this.claim, claim(fixed));
    this.before.hidden = !fixed.before;
    if (fixed.before) this.before.replaceChildren(h("img", { src: fixed.before.picture, alt: `The climb before: ${fixed.before.caption}`, width: 96, height: 96 }), h("figcaption", {}, `Before: ${fixed.before.caption}; step ${fixed.before.step}: ${short(fixed.before.activation, 4)}`));
    this.take.update();
  }

  numbers() {
    const { data, fixed } = this;
    this.root.__numbers = { run: data.run, step: data.step, steps: data.steps, activation: data.activation, start: data.curve[0], noise: data.noise, best: fixed.best, patches: fixed.patches, done: data.done, frames: this.frames.length };
  }

  toggle() {
    if (this.pace.running) this.pace.halt();
    else this.pace.start(this.data.done ? "again" : "go", this.data.run, this.data.about);
    this.buttons();
  }

  restart() {
    this.pace.halt();
    this.pace.ask("again", this.data.run, this.data.about);
  }

  buttons() {
    if (!this.data) return;
    const { step, done } = this.data;
    put(this.go, this.pace.running ? "Stop" : done ? "Climb again" : step ? "Go on" : "Start");
    this.again.disabled = !step;
    this.scrub.disabled = this.frames.length < 2;
    this.root.dataset.running = this.pace.running;
    if (this.shown === this.frames.length - 1 && this.frames.length) this.show(this.shown);
  }

  png() {
    const canvas = montage([{ canvas: this.canvas, caption: `${this.fixed.network}: ${this.fixed.caption}: ${short(this.frames[this.shown].value, 4)}` }, { canvas: this.patches.canvas(), caption: "found in real pictures" }], { dark: isDark(this.root) });
    return { canvas, name: `${this.fixed.layer}-${this.fixed.unit}.png` };
  }

  csv() {
    const rows = this.data.curve.map((value, step) => `${step},${value}`);
    save(`${this.fixed.layer}-${this.fixed.unit}.csv`, new Blob([`step,${this.fixed.what.replaceAll(",", "")}\n${rows.join("\n")}\n`], { type: "text/csv" }));
  }

  dispose() {
    this.pace.halt();
    this.observer.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
  }
}

/** What such a picture cannot claim. */
function claim(fixed) {
  const often = "One climb ends at one peak: other seeds end elsewhere, and a unit may answer to several unlike things (Olah et al. 2017). The picture says what the unit could answer to, not what it is for.";
  if (fixed.weights === "untrained") return `Untrained: random weights make patterns too. What you see here comes from the architecture, not from learning. ${often}`;
  if (fixed.side <= 64) return `This small network saw only grey pictures of 28 × 28 px on black: expect strokes, edges and outlines, no objects. ${often}`;
  return often;
}

export function mount(root, data, component) {
  const unit = new Unit(root, data, component);
  const fail = (error) => { console.error(error); unit.said.say("This picture could not be drawn: choose another unit, or reload the page."); };
  unit.update(data).catch(fail);
  return { update: (fresh) => unit.update(fresh).catch(fail), dispose: () => unit.dispose() };
}
