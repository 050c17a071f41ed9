// Brings gathered files into the collection, a few at a time: what is no picture is named and left out, the rest goes on.
import { LIMITS, keyOf, number, pictures, quoted } from "./limits.js";
import { gathered } from "./gather.js";
import { openPicture } from "./prepare.js";

const LOT = 8; // pictures that are decoded side by side
const KEPT_AT_ONCE = 96;

/** Decode a lot side by side; a large picture on its own, so that memory stays small. */
async function lotOf(items, left) {
  const begun = [];
  for (const item of items) {
    const leave = (error) => { left.push({ name: item.path, why: error.message }); return null; };
    try {
      const { large, square } = await openPicture(await item.open());
      begun.push(square.catch(leave));
      if (large) await begun[begun.length - 1];
    } catch (error) {
      begun.push(leave(error));
    }
  }
  return Promise.all(begun);
}

/** Pictures by class, kept in batches. */
class Intake {
  constructor(collection, target) { Object.assign(this, { collection, target, waiting: new Map(), added: new Map(), makes: new Map(), full: false }); }

  async owner(group) {
    if (this.target) return this.collection.of(this.target) || null;
    return this.collection.named(group) || this.collection.addClass(group);
  }

  async take(group, square) {
    const owner = await this.owner(group);
    if (!owner) return;
    this.waiting.set(owner.id, [...(this.waiting.get(owner.id) || []), square]);
    const waiting = [...this.waiting.values()].reduce((sum, list) => sum + list.length, 0);
    if (waiting >= KEPT_AT_ONCE) await this.flushAll();
  }

  async flush(id) {
    const squares = this.waiting.get(id) || [];
    this.waiting.delete(id);
    if (!this.collection.of(id)) return;
    const before = this.collection.total;
    if (!(await this.collection.add(id, squares))) this.full = true;
    this.added.set(id, (this.added.get(id) || 0) + this.collection.total - before);
  }

  async flushAll() { for (const id of [...this.waiting.keys()]) await this.flush(id); }

  get count() { return [...this.added.values()].reduce((a, b) => a + b, 0); }
}

/**
 * Import `files` ([{file, path}]); with `target`, all into that class. `tell(done, of)` hears how far it is; `job.cancelled`
 * ends it. Gives {added, left, notes}: a number, what was left out with the reason, and sentences.
 */
export async function bring(collection, files, { target = null, tell = () => {}, job = {} } = {}) {
  const { items, left, notes } = await gathered(files);
  const known = new Set(collection.classes.filter((one) => one.pictures.length).map((one) => keyOf(one.name)));
  const intake = new Intake(collection, target);
  if (items.length && !target) collection.dropUntouched();
  for (let at = 0; at < items.length && !job.cancelled && !intake.full; at += LOT) {
    const lot = items.slice(at, at + LOT);
    const squares = await lotOf(lot, left);
    try {
      for (const [i, square] of squares.entries()) if (square) await intake.take(lot[i].group, square);
    } catch (error) {
      notes.push(error.message);
      break;
    }
    tell(Math.min(at + LOT, items.length), items.length);
  }
  await intake.flushAll();
  if (intake.full) notes.push(`There is room for ${number(LIMITS.pictures)} pictures: those beyond were left out.`);
  const grown = target ? [] : [...intake.added.keys()].map((id) => collection.of(id)).filter((one) => one && known.has(keyOf(one.name)));
  if (grown.length) notes.push(`${grown.map((one) => quoted(one.name)).join(", ")} ${grown.length === 1 ? "was" : "were"} there already: the new pictures were added to ${grown.length === 1 ? "it" : "them"}.`);
  if (job.cancelled) notes.push(`Stopped after ${pictures(intake.count)}.`);
  return { added: intake.count, left, notes };
}
