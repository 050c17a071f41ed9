// The learner's own set on the page: where pictures come in, a card for each class, and what should be known about them.
import { button, h, put } from "../../shared/controls.js";
import { save } from "../../shared/takehome.js";
import { LIMITS, keyOf, number, pictures, quoted, size, tidied } from "./limits.js";
import { recipeOf } from "../settings.js";
import { ask } from "./ask.js";
import { createCard } from "./class-card.js";
import { zipped } from "./export.js";
import { chosen, dropped, isZip } from "./gather.js";
import { bring } from "./import.js";
import { send } from "./send.js";
import { countsOf, findings, hindrance } from "./set.js";

const LEFT_SHOWN = 50;

export class Panel {
  /** `own`: {collection, rows(), page: {ask(question), busy(), data, state}}. */
  constructor(own) {
    Object.assign(this, { own, collection: own.collection, cards: new Map(), job: null, drawn: -1, undo: null });
    this.build();
  }

  build() {
    const pick = (properties) => h("input", { type: "file", class: "unseen", tabindex: "-1", ...properties, onchange: (event) => { this.bring(chosen(event.target.files)); event.target.value = ""; } });
    const folder = pick({ webkitdirectory: true, multiple: true, "aria-label": "A folder with a folder for each class" });
    const zip = pick({ accept: ".zip,application/zip", multiple: true, "aria-label": "A zip with a folder for each class" });
    this.exporting = button("Export as zip", () => this.exportAll(), { title: "A folder for each class, as PNG: this page and torchvision's ImageFolder read it again" });
    this.clearing = button("Delete all", () => this.clear());
    this.anew = button("Split anew", () => this.collection.splitAnew(), { title: "Hold out other pictures" });
    this.sending = button("Train these on the server", () => this.sendAll(), { title: "Asks first: nothing is sent before you agree" });
    this.bar = h("div", { class: "row middle own-bar" }, button("Folders by class", () => folder.click(), { kind: "primary" }), button("Zip by class", () => zip.click()), button("Add a class", () => this.addClass()), folder, zip,
      h("span", { class: "hint own-hint" }, "or drop them here. They stay on this computer."), h("span", { class: "own-ends row middle" }, this.sending, this.anew, this.exporting, this.clearing));
    this.said = h("div", { class: "own-said", role: "status" });
    this.news = h("div", { class: "own-news" });
    this.list = h("div", { class: "own-cards" });
    this.title = h("span", {}, "Own pictures");
    this.element = h("details", { class: "fold own", open: true }, h("summary", {}, this.title), h("div", { class: "fold-body" }, this.bar, this.said, this.news, this.list));
    this.drops(this.element);
  }

  /** Files dropped on a card go to its class, all others to the classes of their folders. */
  drops(target) {
    target.addEventListener("dragover", (event) => { event.preventDefault(); target.classList.add("over"); });
    target.addEventListener("dragleave", () => target.classList.remove("over"));
    target.addEventListener("drop", (event) => {
      event.preventDefault();
      target.classList.remove("over");
      const card = [...this.cards.values()].find((one) => one.element.contains(event.target));
      const inFolders = Array.from(event.dataTransfer.items, (item) => item.webkitGetAsEntry?.()).some((entry) => entry?.isDirectory);
      dropped(event.dataTransfer).then((files) => this.bring(files, card && !inFolders && !files.some(({ file }) => isZip(file)) ? card.id : null));
    });
  }

  // What a card asks for.
  opened(card) { this.cards.forEach((other) => { if (other !== card) other.close(); }); }
  give(id, squares) { this.undo = null; this.collection.add(id, squares).then((all) => { if (!all) this.say(`There is room for ${number(LIMITS.pictures)} pictures: delete some first.`, true); }); }
  addFiles(id, list) { this.bring(chosen(list), id); }

  async addClass() {
    await this.attempt(async () => {
      const made = await this.collection.addClass("");
      const field = this.cards.get(made.id)?.element.querySelector(".own-name");
      field?.focus();
      field?.select();
    });
  }

  async attempt(work) {
    try { await work(); } catch (error) { this.say(error.message, true); }
  }

  /** A name that another class has is asked about: together, or two. */
  async rename(card, typed) {
    const { collection } = this;
    const mine = collection.of(card.id);
    const name = tidied(typed);
    const other = collection.classes.find((one) => one !== mine && keyOf(one.name) === keyOf(name));
    if (!name || name === mine.name) return this.draw(true);
    if (!other) return collection.rename(card.id, name);
    const together = await ask(this.element, `There is a class ${quoted(other.name)} already. Two classes of one name cannot be told apart.`, [{ label: "Put them together", value: true, kind: "primary" }, { label: `Keep the name ${quoted(mine.name)}`, value: false }]);
    if (!together) return this.draw(true);
    await collection.move(card.id, other.id);
    return this.say(`Both are now the one class ${quoted(other.name)}.`);
  }

  async removeClass(card) {
    const { name, pictures: list } = this.collection.of(card.id);
    if (list.length && !(await ask(this.element, `Delete ${quoted(name)} with its ${pictures(list.length)}? This cannot be taken back.`, [{ label: "Delete", value: true }, { label: "Keep", value: false, kind: "primary" }]))) return;
    card.close();
    await this.collection.removeClass(card.id);
    this.say(`${quoted(name)} is deleted.`);
  }

  async removePictures(list) {
    await this.collection.remove(list);
    this.undo = list;
    this.say(`${pictures(list.length)} deleted.`);
  }

  async clear() {
    const { total } = this.collection;
    if (!(await ask(this.element, `Delete all ${pictures(total)} and their classes from this browser? This cannot be taken back.`, [{ label: "Delete all", value: true }, { label: "Keep", value: false, kind: "primary" }]))) return;
    this.opened(null);
    await this.collection.clear();
    this.say("All pictures are deleted.");
  }

  async exportAll() {
    await this.attempt(async () => {
      const zip = await zipped(this.collection, (done, of) => this.progress(`${number(done)} of ${pictures(of)} written`));
      save("own pictures.zip", zip);
      this.say(`${pictures(this.collection.total)} written to “own pictures.zip”.`);
    });
  }

  /** To the server's lane, once it was said what leaves this computer, and agreed to. */
  async sendAll() {
    if (this.job) return this.say("Pictures are still being read: one after the other.", true);
    if (this.own.page.busy()) return this.say("A race is running here: stop it first.", true);
    const list = this.collection.all();
    const bytes = list.reduce((sum, picture) => sum + picture.bytes.length, 0);
    const count = this.own.rows().classes.length;
    const question = `Send ${pictures(list.length)} of ${count} classes to ${location.host}? Each at most ${LIMITS.kept_px} × ${LIMITS.kept_px} pixels, ${size(bytes)} together, and the names of the classes. That server keeps them in its memory, never on disk, for this visit of yours and until the trainings with them are over; no other visitor sees them. Here they stay as they are.`;
    if (!(await ask(this.element, question, [{ label: "Send them", value: true, kind: "primary" }, { label: "Keep them here", value: false }]))) return this.say("Nothing was sent.");
    return this.attempt(() => this.sent());
  }

  async sent() {
    const { page } = this.own;
    const { values } = page.state;
    const wants = { network: values.net, source: values.from, recipes: values.lanes.map((lane) => recipeOf(lane, values, page.data)) };
    const job = { cancelled: false };
    job.stopped = new Promise((resolve) => { job.stop = () => { job.cancelled = true; resolve(null); }; });
    const stop = button("Stop", job.stop);
    this.job = job;
    try {
      await send(this.collection, { ask: page.ask, job, wants, tell: (done, of) => this.progress(`${size(done)} of ${size(of)} sent`, stop) });
      this.say(job.cancelled ? "Stopped: the server lets go of what it had got." : "The server has them.");
    } finally {
      this.job = null;
    }
  }

  async bring(files, target = null) {
    if (!files.length) return;
    if (this.job) return this.say("Pictures are still being read: one after the other.", true);
    this.undo = null;
    this.job = { cancelled: false };
    const stop = button("Stop", () => { this.job.cancelled = true; });
    this.progress("Looking at the files …", stop);
    try {
      const report = await bring(this.collection, files, { target, job: this.job, tell: (done, of) => this.progress(`${number(done)} of ${number(of)} files read`, stop) });
      this.report(report);
    } catch (error) {
      this.say(`${error.message} What was there before stays.`, true);
    }
    this.job = null;
  }

  progress(text, ...more) { this.said.replaceChildren(h("p", { class: "row middle own-progress" }, h("span", { class: "tabular" }, text), ...more)); }

  /** A sentence; a deletion can be taken back from it. */
  say(text, bad = false) {
    const back = this.undo ? button("Put back", () => { const list = this.undo; this.undo = null; this.collection.restore(list); this.say(""); }) : null;
    this.said.replaceChildren(...(text ? [h("p", { class: bad ? "alert" : "row middle own-progress" }, h("span", {}, text), back || "")] : []));
  }

  report({ added, left, notes }) {
    const head = added ? `${pictures(added)} added.` : "No picture was added.";
    const lines = [head, ...notes].map((text) => h("p", {}, text));
    const shown = left.slice(0, LEFT_SHOWN).map(({ name, why }) => h("li", {}, h("strong", {}, name), ` ${why}`));
    if (left.length > LEFT_SHOWN) shown.push(h("li", {}, `and ${number(left.length - LEFT_SHOWN)} more`));
    const rest = left.length ? [h("details", { class: "own-left", open: left.length <= 3 }, h("summary", {}, `${number(left.length)} ${left.length === 1 ? "file was" : "files were"} left out`), h("ul", {}, shown))] : [];
    this.said.replaceChildren(h("div", { class: left.length || !added ? "alert" : "" }, lines, rest));
  }

  /** Show what has changed. */
  draw(again = false) {
    if (!again && this.drawn === this.collection.version) return;
    this.drawn = this.collection.version;
    const rows = this.own.rows();
    const counts = countsOf(rows);
    const { classes, total } = this.collection;
    for (const [id, card] of this.cards) if (!this.collection.of(id)) { card.close(); this.cards.delete(id); }
    const elements = classes.map((one) => {
      if (!this.cards.has(one.id)) this.cards.set(one.id, createCard(one.id, this));
      const card = this.cards.get(one.id);
      card.draw(counts.get(one.id));
      return card.element;
    });
    if (elements.some((element, i) => this.list.children[i] !== element) || this.list.children.length !== elements.length) this.list.replaceChildren(...elements);
    for (const one of [this.exporting, this.clearing, this.anew]) one.disabled = !total;
    this.sending.disabled = Boolean(hindrance(rows));
    put(this.title, titleOf(this.collection, rows));
    this.drawNews(rows);
  }

  drawNews(rows) {
    const lines = findings(this.collection, rows).map(({ kind, text, copies }) => h("li", {}, text, kind === "copies" ? [" ", button("Remove the copies", () => this.removePictures(copies.flatMap((same) => same.slice(1).map((row) => rows.list[row]))))] : []));
    const stop = this.collection.total ? hindrance(rows) : "";
    const { warning } = this.collection;
    this.news.replaceChildren(...[warning && h("p", { class: "alert", role: "alert" }, warning), stop && h("p", { class: "own-stop" }, stop), lines.length ? h("ul", {}, lines) : null].filter(Boolean));
  }

  dispose() { this.opened(null); }
}

function titleOf({ loaded, total, classes }, rows) {
  if (!loaded) return "Own pictures: looking for those of last time …";
  if (!total) return "Own pictures: at least two classes, some pictures of each";
  const held = rows.split.reduce((sum, side) => sum + side, 0);
  const counted = classes.filter((one) => one.pictures.length).length;
  return `Own pictures: ${pictures(total)}, ${counted} ${counted === 1 ? "class" : "classes"}, ${number(total - held)} to train on and ${number(held)} to test on`;
}
