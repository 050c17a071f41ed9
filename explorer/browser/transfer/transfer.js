// The page "Fine-tuning": the lanes race in a worker of this tab; the page draws what they say and keeps it.
import { button, fold, h, put, segmented } from "../shared/controls.js";
import { createState, expose, undoKey } from "../shared/state.js";
import { takehome } from "../shared/takehome.js";
import { createCases } from "./cases.js";
import { createChanged } from "./changed.js";
import { createConfusion } from "./confusion.js";
import { createCurves } from "./curves.js";
import { createDevice } from "./device.js";
import { aboutText } from "./estimate.js";
import { createFiles } from "./files.js";
import { createFrames } from "./frames.js";
import { createHeld } from "./held.js";
import { createInside } from "./inside.js";
import { createLaneRows } from "./lane-rows.js";
import { createOwn } from "./own/own.js";
import { STYLES, colourOf, readTheme, theme } from "./palette.js";
import { createProgram } from "./program.js";
import { createRace } from "./race.js";
import { secondsLeft } from "./record.js";
import { createRuns } from "./runs.js";
import { createScoreboard } from "./scoreboard.js";
import { createSeeds } from "./seeds.js";
import { createSession } from "./session.js";
import { fieldsOf, matched, missingOf, titlesOf } from "./settings.js";
import { engineOf } from "./start.js";
import { createTask } from "./task.js";
import { createTrial } from "./trial.js";

const VIEWS = [
  { value: "held", label: "Held-out pictures", make: createHeld },
  { value: "confusion", label: "Confusion", make: createConfusion },
  { value: "changed", label: "What changed", make: createChanged },
  { value: "inside", label: "Inside", make: createInside },
  { value: "try", label: "Try it", make: createTrial },
  { value: "runs", label: "Races", make: createRuns },
];

const PATIENCE_MS = 180_000; // the largest network as ONNX, on a weak server

export function mount(root, data, component) {
  const page = new Page(root, data, component);
  return { update: (next) => page.given(next), dispose: () => page.dispose() };
}

class Page {
  constructor(root, data, component) {
    Object.assign(this, { root, data, component, scrub: null, picked: -1, notes: "", ghosted: new Set(), questions: new Map(), asking: Promise.resolve() });
    this.frames = createFrames(() => this.drawing());
    this.state = createState(fieldsOf(data));
    Object.assign(this.state.values, matched(this.state.values, data)); // a link may name a pair that does not go together
    this.files = createFiles((question) => this.askServer(question), () => this.touch());
    this.own = createOwn(this.shared());
    this.race = createRace(this.shared());
    this.session = createSession({ engine: engineOf(data, this.files), on: (event) => this.hear(event), resumeFrom: (lanes) => this.race.resumeFrom(lanes) });
    this.seeds = createSeeds(this.shared());
    this.program = createProgram(this.shared());
    this.build();
    this.state.subscribe((values, changed) => this.set(changed));
    this.observer = new ResizeObserver(() => this.touch());
    this.observer.observe(root);
    this.scheme = matchMedia("(prefers-color-scheme: dark)");
    this.scheme.addEventListener("change", this.touch);
    this.expose();
    this.touch();
    this.begin();
  }

  /** Pictures and engine come after the page is drawn; the race waits for nothing but a click. */
  async begin() {
    this.fetchSet();
    await this.session.start(this.state.values.device);
    this.race.warm();
  }

  /** The pictures that are chosen; those that the server has yet to fetch are offered above this component. */
  fetchSet() {
    const missing = missingOf(this.state.values, this.data);
    if (JSON.stringify(missing) !== JSON.stringify(this.missing ?? null)) this.component.setStateValue("missing", (this.missing = missing));
    if (!missing?.set) this.race.setOf(this.state.values.set).then(this.touch, (error) => { this.race.problem = error.message; this.touch(); });
  }

  /** What the parts of the page see of it. */
  shared() {
    const page = this;
    return {
      root: this.root, data: this.data, state: this.state, files: this.files, ask: (question) => this.askServer(question),
      get session() { return page.session; },
      record: () => this.race?.record || null, records: () => this.race.records, step: () => this.scrub, toStep: (step) => { this.scrub = step; this.touch(); },
      place: () => this.picked, toPlace: (place) => { this.picked = place; this.touch(); }, openPlace: (place) => { this.picked = place; this.state.set({ view: "held" }); },
      layer: () => this.state.values.layer, toLayer: (layer) => this.state.set({ layer }), touch: this.touch, changed: (what) => this.changed(what),
      lanes: () => this.laneFacts(), bet: () => (this.state.values.bet === "" ? -1 : +this.state.values.bet), onBet: (i) => this.state.set({ bet: String(i) }),
      chip: (lane) => this.chip(lane), note: () => this.notes || this.race.problem, onDevice: (device) => { this.state.set({ device }); this.session.change(device); },
      sample: (name) => this.race.sampleOf(name), chosenSet: () => this.race.readySet(this.state.values.set), ownSet: () => this.own.set(), ownLoaded: () => this.own.loaded(), ownVersion: () => this.own.version,
      busy: () => this.busy(), expected: (i) => this.expected(i), onCase: (one) => this.onCase(one), seedText: () => this.seeds.text(), go: () => this.go(), get program() { return page.program; },
      ghosts: () => this.race.records.filter((record) => this.ghosted.has(record.number)), ghostNumbers: () => this.ghosted, onGhost: (number, on) => { this.ghosted[on ? "add" : "delete"](number); this.touch(); },
    };
  }

  build() {
    const shared = this.shared();
    this.parts = { task: createTask(shared), cases: createCases(shared), scoreboard: createScoreboard(shared), curves: createCurves(shared), device: createDevice(shared), rows: createLaneRows(shared) };
    this.views = new Map(VIEWS.map(({ value, make }) => [value, make(shared)]));
    const { task, cases, scoreboard, curves, device, rows } = this.parts;
    this.tabs = segmented({ label: "View", hideLabel: true, options: VIEWS, value: this.state.values.view, onChange: (view) => this.state.set({ view }) });
    this.stage = h("section", { class: "stage", "aria-label": "View" });
    this.lanesFold = fold("Lanes and their settings", rows.element);
    this.take = takehome({ code: () => this.code(), link: () => this.state.link(), png: () => this.png() });
    this.root.append(this.sheet = h("div", { class: "transfer-page" },
      h("div", { class: "top" }, task.element, cases.element), this.own.element,
      h("div", { class: "control-bar" }, this.buttons(), device.element), device.note,
      scoreboard.element, curves.element, h("div", { class: "tabs" }, this.tabs.element), this.stage, this.lanesFold, this.take.element));
  }

  buttons() {
    this.main = button("Race", () => this.go(), { kind: "primary race" });
    this.single = button("One step", () => this.session.single(), { title: "Each lane takes one step" });
    this.stop = button("Stop", () => this.halt());
    this.rewind = button("Again, same seed", () => this.again(), { title: "Back to the start: the same pictures, the same order, the same random weights" });
    this.series = button("Over 3 seeds", () => this.seeds.start(), { title: "Race this task three times, each with other pictures, another order and other random weights" });
    this.clock = h("span", { class: "clock", role: "status" }, "");
    return h("div", { class: "row middle transport" }, this.main, this.single, this.stop, this.rewind, this.series, this.clock);
  }

  laneFacts() {
    const { lanes } = this.state.values;
    const titles = titlesOf(lanes, this.data);
    return lanes.map(({ lane }, i) => ({ title: titles[i], style: STYLES[i], facts: this.data.lanes.find((one) => one.name === lane) }));
  }

  chip(lane) {
    const mark = h("i", { "aria-hidden": "true" }, lane.style.mark);
    mark.style.color = colourOf(lane.style, theme(this.root).dark);
    return h("span", { class: "chip" }, mark, lane.title);
  }

  busy() { return ["racing", "paused"].includes(this.session?.state) || this.race.preparing; }

  /** About how long a lane, or all of them, will take here; "" while that is not known, or no race is to come. */
  expected(lane) {
    if (this.race.record || this.race.preparing) return "";
    const seconds = this.race.secondsByLane(this.state.values);
    return seconds ? aboutText(lane === undefined ? seconds.reduce((a, b) => a + b, 0) : seconds[lane]) : "";
  }

  /** The main button: race, pause, go on. */
  async go() {
    if (this.race.preparing) return;
    if (this.session.state === "racing") this.session.pause();
    else if (this.session.state === "paused") this.session.resume();
    else await this.fresh();
    this.touch();
  }

  async fresh() {
    Object.assign(this, { scrub: null, notes: "" });
    this.seeds.forget();
    await this.race.start();
  }

  halt() {
    this.seeds.cancel();
    if (this.race.preparing) return this.race.cancel(), this.touch();
    this.session.stop();
    this.race.record?.lanes.forEach((lane) => { if (lane.status !== "done") lane.status = "stopped"; });
    this.touch();
  }

  async again() {
    if (this.busy()) this.halt();
    await this.fresh();
  }

  async onCase(one) {
    if (this.busy()) this.halt();
    const { net } = matched({ net: this.state.values.net, from: one.source }, this.data, "from");
    this.state.set({ net, set: one.set, from: one.source, n: one.n, lanes: this.state.values.lanes.map(({ lane }) => ({ lane, changed: {} })) }, "case");
    await this.fresh();
  }

  hear(event) {
    if (event.type === "note") this.notes = event.sentence;
    this.race?.hear(event);
    this.touch();
  }

  changed(what) {
    if (what === "record") this.scrub = null;
    if (what === "finished") this.seeds.next();
    this.touch();
  }

  /** Settings changed: what is shown of an old race stays until the next one begins. */
  set(changed) {
    if (["set", "from", "n", "lanes", "net", "seed"].some((name) => changed.has(name)) && !this.busy() && this.race.record && this.stale()) this.race.record = null;
    this.fetchSet();
    this.touch();
  }

  stale() {
    const { settings } = this.race.record;
    return ["set", "from", "n", "net", "seed", "lanes"].some((name) => JSON.stringify(settings[name]) !== JSON.stringify(this.state.values[name]));
  }

  touch = () => this.frames?.touch();

  /** All parts, one after the other; between two of them the browser may show what there is. */
  * drawing() {
    const { task, cases, scoreboard, curves, device, rows } = this.parts;
    readTheme(this.root);
    this.sheet.classList.toggle("raced", Boolean(this.race.record));
    for (const part of [curves, scoreboard, device, task, cases, rows, this.own]) {
      part.draw();
      yield;
    }
    this.drawTransport();
    yield* this.drawView();
    this.take.update();
  }

  /** The chosen view; a large one draws itself in pieces too. */
  * drawView() {
    const { view } = this.state.values;
    this.tabs.set(view);
    const shown = this.views.get(view);
    if (this.stage.firstChild !== shown.element) this.stage.replaceChildren(shown.element);
    shown.element.hidden = !this.race.record && view !== "runs";
    this.stage.classList.toggle("empty", shown.element.hidden);
    for (const _ of shown.draw() || []) {
      yield;
      if (this.state.values.view !== view) return;
    }
  }

  drawTransport() {
    const { state } = this.session;
    const { record } = this.race;
    const finished = record?.finished && !this.busy();
    put(this.main, this.race.preparing ? "Fetching …" : state === "racing" ? "Pause" : state === "paused" ? "Go on" : finished ? "Race again" : "Race");
    this.main.disabled = state === "starting" || this.race.preparing || state === "failed";
    this.single.disabled = !["racing", "paused"].includes(state);
    this.stop.disabled = !this.busy();
    this.series.disabled = this.busy() || this.main.disabled;
    this.rewind.hidden = !record;
    put(this.clock, clockText(this.session, record, this.race.preparing ? this.files.progress() || {} : null, this.expected()));
  }

  code() { return this.program.code(this.race.record); }

  png() {
    const [accuracy, loss] = this.parts.curves.canvases();
    const sheet = h("canvas", { width: accuracy.width + loss.width + 20, height: Math.max(accuracy.height, loss.height) });
    const ctx = sheet.getContext("2d");
    ctx.fillStyle = theme(this.root).paper;
    ctx.fillRect(0, 0, sheet.width, sheet.height);
    ctx.drawImage(accuracy, 0, 0);
    ctx.drawImage(loss, accuracy.width + 20, 0);
    return { canvas: sheet, name: "race.png" };
  }

  /**
   * A question to the server, for a host that drops the launcher's addresses; one at a time, or the last alone would be heard.
   * Promises the answer, or a `problem` where none comes.
   */
  askServer(question) {
    const ask = () => new Promise((resolve) => {
      const n = this.questions.size + 1;
      this.questions.set(n, resolve);
      setTimeout(() => resolve({ problem: "the server does not answer" }), PATIENCE_MS);
      this.component.setTriggerValue("ask", { ...question, n });
    });
    this.asking = this.asking.then(ask);
    return this.asking;
  }

  given(data) {
    if (data.answer) this.questions.get(data.answer.n)?.(data.answer);
    for (const kind of ["networks", "sets"]) this.data[kind].forEach((one, i) => { one.fetch = data[kind][i].fetch; });
    this.fetchSet();
    this.touch();
  }

  expose() {
    expose(this.root, () => this.state.values, () => numbersOf(this));
    this.root.__crash = () => this.session.crash();
    this.root.addEventListener("keydown", (event) => undoKey(event, this.state));
  }

  dispose() {
    this.frames.dispose();
    this.session.dispose();
    this.own.dispose();
    this.state.dispose();
    this.observer.disconnect();
    this.scheme.removeEventListener("change", this.touch);
  }
}

function clockText(session, record, coming, expected) {
  if (coming) return coming.total > 1e6 ? `${Math.round(coming.done / 1e6)} of ${Math.round(coming.total / 1e6)} MB` : "pictures and weights";
  if (!record) return expected && `${expected} on this device`;
  if (session.state === "racing") {
    const left = secondsLeft(record);
    return left === null ? "the first step is the slowest: the engine compiles" : `${left < 100 ? `about ${Math.max(1, Math.round(left))} s` : aboutText(left)} left`;
  }
  return session.state === "paused" ? "paused" : record.finished ? `${record.seconds.toFixed(1)} s for all lanes together` : "stopped";
}

function numbersOf(page) {
  const { record } = page.race;
  return {
    state: page.session.state, device: page.session.info?.device, problem: page.race.problem, note: page.notes, own: page.own.facts(),
    lanes: (record?.lanes || []).map((lane) => ({ title: lane.title, lane: lane.recipe.lane, status: lane.status, steps: lane.loss.length, loss: lane.loss, test: lane.evaluations.map(({ step, accuracy }) => [step, accuracy]), checkpoints: lane.checkpoints.map(({ step }) => step) })),
    changed: page.views.get("changed").numbers(), inside: page.views.get("inside").numbers(), tried: page.views.get("try").numbers(), finished: Boolean(record?.finished), seconds: record?.seconds, races: page.race.records.length,
  };
}
