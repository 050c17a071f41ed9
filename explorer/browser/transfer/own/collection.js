// The learner's classes and pictures: in the tab's memory, and in the browser's database behind it. No DOM here.
//
// A class is {id, name, pictures}; a picture {id, owner, side, bytes (RGB), hash}. `version` rises with every change.
import { LIMITS, keyOf, pictures, tidied } from "./limits.js";
import { openStore } from "./store.js";

const CHANNEL = "cnn-explorer own pictures";
const SENTENCE = {
  none: "This browser keeps nothing for this page (a private window?): your pictures last until the tab is closed. Export them to have them again.",
  full: (n) => `The browser's storage is full: ${pictures(n)} will be gone when the tab is closed. Export your pictures, or delete some.`,
  failed: (n, why) => `The browser could not keep ${pictures(n)} (${why}): export them before the tab is closed.`,
};

export class Collection {
  /** `warm(picture)` works out what networks get of a picture, when it comes in: a few at a time, not all at once. */
  constructor(onChange, warm) {
    Object.assign(this, { onChange, warm, classes: [], seed: 0, version: 0, loaded: false, store: null, unsaved: new Map(), notKept: new Set(), notKeptWhy: "", last: 0 });
    this.ready = this.load();
    this.channel = globalThis.BroadcastChannel ? new BroadcastChannel(CHANNEL) : null;
    this.channel?.addEventListener("message", () => this.load());
  }

  /** All that the database has; another tab's changes come in the same way. */
  async load() {
    const found = new Map();
    try {
      this.store ||= await openStore();
      const facts = await this.store.read(async (lot) => {
        for (const picture of lot) {
          if (!found.has(picture.owner)) found.set(picture.owner, []);
          found.get(picture.owner).push(picture);
        }
        lot.forEach(this.warm);
      });
      this.take(facts, found);
    } catch {
      this.store = null;
    }
    this.loaded = true;
    if (!this.classes.length) this.classes = ["Class 1", "Class 2"].map((name) => ({ id: this.fresh(), name, pictures: [] }));
    this.touch();
  }

  /** What was read takes the place of what is here; pictures whose class was lost stay in a class of their own. */
  take(facts, found) {
    for (const picture of this.unsaved.values()) {
      const list = found.get(picture.owner) || [];
      if (!list.some((one) => one.id === picture.id)) found.set(picture.owner, [...list, picture]);
    }
    this.seed = facts?.seed || 0;
    this.classes = (facts?.classes || []).map(({ id, name }) => ({ id, name, pictures: found.get(id) || [] }));
    const known = new Set(this.classes.map((one) => one.id));
    for (const [id, list] of found) if (!known.has(id)) this.classes.push({ id, name: `Found again ${this.classes.length + 1}`, pictures: list });
  }

  touch() {
    this.version += 1;
    this.onChange();
  }

  /** Numbers that rise, and that two tabs will not both choose. */
  fresh() {
    this.last = Math.max(this.last + 1, Date.now() * 4096 + Math.floor(Math.random() * 4096));
    return this.last;
  }

  get total() { return this.classes.reduce((sum, one) => sum + one.pictures.length, 0); }
  get room() { return LIMITS.pictures - this.total; }
  all() { return this.classes.flatMap((one) => one.pictures); }
  of(id) { return this.classes.find((one) => one.id === id); }
  named(name) { return this.classes.find((one) => keyOf(one.name) === keyOf(name)); }

  /** What should be known about keeping; "" where all is kept. */
  get warning() {
    if (this.loaded && !this.store) return SENTENCE.none;
    if (!this.notKept.size) return "";
    return this.notKeptWhy === "QuotaExceededError" ? SENTENCE.full(this.notKept.size) : SENTENCE.failed(this.notKept.size, this.notKeptWhy);
  }

  /** Do something with the database; what it could not keep is remembered, and said. `list`: the pictures it is about. */
  async keep(work, list = []) {
    if (!this.store) return;
    list.forEach((picture) => this.unsaved.set(picture.id, picture));
    try {
      await work(this.store);
      list.forEach(({ id }) => { this.unsaved.delete(id); this.notKept.delete(id); });
      this.channel?.postMessage("changed");
    } catch (error) {
      list.forEach((picture) => this.notKept.add(picture.id));
      this.notKeptWhy = error?.name || "an error";
      this.touch();
    }
  }

  keepFacts() {
    const facts = { seed: this.seed, classes: this.classes.map(({ id, name }) => ({ id, name })) };
    return this.keep((store) => store.facts(facts));
  }

  /** A new class, or an Error with a sentence. */
  async addClass(name) {
    if (this.classes.length >= LIMITS.classes) throw new Error(`There are ${LIMITS.classes} classes already: no more can be told apart here.`);
    const made = { id: this.fresh(), name: tidied(name) || this.freeName(), pictures: [] };
    this.classes.push(made);
    this.touch();
    await this.keepFacts();
    return made;
  }

  freeName() {
    for (let n = this.classes.length + 1; ; n++) if (!this.named(`Class ${n}`)) return `Class ${n}`;
  }

  async rename(id, name) {
    this.of(id).name = tidied(name);
    this.touch();
    await this.keepFacts();
  }

  /** Prepared pictures ({side, bytes, hash}) into a class; true when all fit. */
  async add(id, squares) {
    const owner = this.of(id);
    const list = squares.slice(0, Math.max(0, this.room)).map((square) => ({ id: this.fresh(), owner: id, ...square }));
    list.forEach(this.warm);
    owner.pictures.push(...list);
    if (list.length) this.touch();
    if (owner.pictures.length === list.length) await this.keepFacts();
    await this.keep((store) => store.put(list), list);
    return list.length === squares.length;
  }

  async move(from, into) {
    const [source, target] = [this.of(from), this.of(into)];
    const list = source.pictures.map((picture) => Object.assign(picture, { owner: into }));
    target.pictures.push(...list);
    this.classes = this.classes.filter((one) => one.id !== from);
    this.touch();
    await this.keep((store) => store.put(list), list);
    await this.keepFacts();
  }

  /** Pictures out of their classes; they can be put back with `restore`. */
  async remove(list) {
    const gone = new Set(list.map((picture) => picture.id));
    for (const one of this.classes) one.pictures = one.pictures.filter((picture) => !gone.has(picture.id));
    gone.forEach((id) => { this.unsaved.delete(id); this.notKept.delete(id); });
    this.touch();
    await this.keep((store) => store.remove([...gone]));
  }

  async restore(list) {
    for (const picture of list) {
      const { pictures: own } = this.of(picture.owner) || this.classes[0];
      const at = own.findIndex((other) => other.id > picture.id);
      own.splice(at < 0 ? own.length : at, 0, picture);
    }
    this.touch();
    await this.keep((store) => store.put(list), list);
  }

  async removeClass(id) {
    const { pictures: list } = this.of(id);
    this.classes = this.classes.filter((one) => one.id !== id);
    await this.remove(list);
    await this.keepFacts();
  }

  /** Empty classes that nobody named make room for real ones. */
  dropUntouched() {
    this.classes = this.classes.filter((one) => one.pictures.length || !/^Class \d+$/.test(one.name));
  }

  async splitAnew() {
    this.seed = (this.seed + 1) % 1000;
    this.touch();
    await this.keepFacts();
  }

  async clear() {
    Object.assign(this, { classes: [], seed: 0 });
    this.notKept.clear();
    this.unsaved.clear();
    this.classes = ["Class 1", "Class 2"].map((name) => ({ id: this.fresh(), name, pictures: [] }));
    this.touch();
    await this.keep((store) => store.clear());
  }

  dispose() {
    this.channel?.close();
    this.store?.close();
  }
}
