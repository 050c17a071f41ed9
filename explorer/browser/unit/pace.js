// Who asks the server for the next slice: the page itself, one question at a time, and none while it is out of sight.
const PATIENCE_MS = 30_000;

export class Pace {
  /** `changed()` is called when running starts or ends, `say(text)` with a sentence ("" takes it back). */
  constructor(component, changed, say) {
    Object.assign(this, { component, changed, say, running: false, waiting: 0 });
  }

  /** Ask once: "go" (a slice), "again" (back to the start), "show" (what there is). */
  ask(todo, run, have) {
    Object.assign(this, { run, have, waiting: Date.now() + Math.random() });
    this.component.setStateValue("ask", { tick: this.waiting, todo, run, have });
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.lost(), PATIENCE_MS);
  }

  start(todo, run, have) {
    this.running = true;
    this.say("");
    this.ask(todo, run, have);
    this.changed();
  }

  /** The answer to a question has been painted: ask the next. */
  painted({ tick, run, about }) {
    if (tick !== this.waiting) return;
    this.waiting = 0;
    clearTimeout(this.timer);
    Object.assign(this, { run, have: about });
    if (this.running && !document.hidden) requestAnimationFrame(() => this.running && !this.waiting && this.ask("go", run, about));
  }

  /** Back in sight: go on. */
  woken() {
    if (!document.hidden && this.running && !this.waiting) this.ask("go", this.run, this.have);
  }

  halt() {
    this.running = false;
  }

  lost() {
    this.waiting = 0;
    this.running = false;
    this.say("The server has not answered for half a minute. Press the button to go on.");
    this.changed();
  }
}
