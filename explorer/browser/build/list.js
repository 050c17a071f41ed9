// The rows: kept in step with the state by their ids, moved by dragging or by keys.
import { h, put } from "../shared/controls.js";
import { duplicate, move, remove, retyped, typed } from "./edits.js";
import { RowView } from "./row-view.js";

const HEADS = [["number", ""], ["cell-kind", "layer"], ["settings", "settings (type to change)"], ["cell-output", "output"], ["cell-params", "parameters"], ["cell-macs", "MACs"], ["cell-memory", "memory"], ["cell-field", "sees / jump, px"], ["tools", ""]];

const MOST_WRITTEN = 400;

export class RowList {
  /** `change(rows, record)` sets the rows; `mark({chosen?, pointed?})` tells which row is meant. */
  constructor({ rows, change, mark }) {
    Object.assign(this, { rows, change, mark, views: new Map(), due: new Map(), timer: 0 });
    this.sight = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: "300px", scrollMargin: "300px" });
    this.heads = Object.fromEntries(HEADS.map(([name, text]) => [name, h("span", { class: name, role: "columnheader" }, text)]));
    this.body = h("div", { class: "layers-body", role: "rowgroup" });
    this.none = h("p", { class: "no-rows" }, "No rows yet: add one above, or start from a network.");
    this.element = h("div", { class: "layers", role: "table", "aria-label": "The rows of the network" },
      h("div", { role: "rowgroup" }, h("div", { class: "layer heads", role: "row" }, Object.values(this.heads))), this.body, this.none);
    this.act = {
      type: (id, name, text) => this.edit(id, (rows, i) => typed(rows, i, name, text), `type ${id} ${name}`),
      kind: (id, kind) => this.edit(id, (rows, i) => retyped(rows, i, kind), `kind ${id} ${kind}`),
      duplicate: (id) => this.edit(id, duplicate, `duplicate ${performance.now()}`),
      remove: (id) => this.edit(id, remove, `remove ${id} ${performance.now()}`),
      choose: (id) => this.mark({ chosen: id }),
      point: (id) => this.mark({ pointed: id }),
      keys: (event, id) => this.onKey(event, id),
      grab: (event, id) => this.grab(event, id),
    };
  }

  index(id) { return this.rows().findIndex((row) => row.id === id); }

  edit(id, how, record) {
    const rows = this.rows(), i = this.index(id);
    if (i >= 0) this.change(how(rows, i), record);
  }

  onKey(event, id) {
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (by) { event.preventDefault(); this.shift(id, this.index(id) + by); }
    else if (event.key === "Delete" || event.key === "Backspace") { event.preventDefault(); this.act.remove(id); }
    else if (event.key.toLowerCase() === "d" && !event.ctrlKey && !event.metaKey) { event.preventDefault(); this.act.duplicate(id); }
  }

  /** Move a row; what had the keyboard keeps it. */
  shift(id, to) {
    const focused = this.element.getRootNode().activeElement;
    this.edit(id, (rows, i) => move(rows, i, to), `move ${id}`);
    queueMicrotask(() => { focused?.focus(); focused?.scrollIntoView?.({ block: "nearest" }); });
  }

  /** Drag by the handle: a line shows where the row would go. */
  grab(event, id) {
    if (event.button) return;
    const { handle, element } = this.views.get(id);
    const started = event.clientY;
    let to = null;
    const over = (moved) => {
      if (to === null && Math.abs(moved.clientY - started) < 6) return;
      element.classList.add("dragged");
      to = this.placeAt(moved.clientY);
      this.scrollNear(moved.clientY);
      this.showPlace(to);
    };
    const end = (ended) => {
      handle.removeEventListener("pointermove", over);
      element.classList.remove("dragged");
      this.showPlace(null);
      if (ended.type !== "pointerup" || to === null) return;
      const from = this.index(id);
      this.shift(id, to > from ? to - 1 : to);
    };
    handle.setPointerCapture(event.pointerId);
    handle.addEventListener("pointermove", over);
    ["pointerup", "pointercancel"].forEach((name) => handle.addEventListener(name, end, { once: true }));
  }

  placeAt(y) {
    const elements = [...this.body.children];
    const below = elements.findIndex((row) => { const box = row.getBoundingClientRect(); return y < box.top + box.height / 2; });
    return below < 0 ? elements.length : below;
  }

  scrollNear(y) {
    const box = this.element.getBoundingClientRect();
    if (y < box.top + 50) this.element.scrollTop -= 14;
    if (y > box.bottom - 30) this.element.scrollTop += 14;
  }

  showPlace(index) {
    [...this.body.children].forEach((row, i) => { row.classList.toggle("drop-above", i === index); row.classList.toggle("drop-below", index === this.body.children.length && i === index - 1); });
  }

  /** Bring all rows to what was measured: those in sight at once, the others a few at a time when the typing rests. */
  show(measured, factor) {
    put(this.heads["cell-macs"], factor === 2 ? "FLOPs" : "MACs");
    this.none.hidden = measured.rows.length > 0;
    const kept = new Set(measured.rows.map(({ row }) => row.id));
    for (const [id, view] of this.views) if (!kept.has(id)) this.drop(id, view);
    measured.rows.forEach((result, i) => {
      const { id } = result.row;
      if (!this.views.has(id)) this.made(result.row);
      const view = this.views.get(id);
      const told = [result, [part(result.params, measured.total.params), part(result.macs, measured.total.macs)], factor];
      if (view.near) { this.due.delete(view); view.show(...told); }
      else this.due.set(view, told);
      if (this.body.children[i] !== view.element) this.body.insertBefore(view.element, this.body.children[i] ?? null);
    });
    clearTimeout(this.timer);
    if (this.due.size) this.timer = setTimeout(() => this.catchUp(), 250);
  }

  made(row) {
    const view = new RowView(row, this.act);
    view.near = this.views.size < 30; // until the observer has looked
    this.views.set(row.id, view);
    this.sight.observe(view.element);
  }

  /** Rows have come into sight, or left it. */
  seen(entries) {
    const near = new Map(entries.map((entry) => [entry.target, entry.isIntersecting]));
    for (const view of this.views.values()) {
      if (!near.has(view.element)) continue;
      view.near = near.get(view.element);
      if (view.near) this.tellNow(view);
    }
  }

  tellNow(view) {
    const told = this.due.get(view);
    this.due.delete(view);
    if (told) view.show(...told);
  }

  /** Write some of the rows out of sight, then give way to what is more urgent; of very many, only those in sight. */
  catchUp() {
    if (this.views.size > MOST_WRITTEN) return;
    [...this.due.keys()].slice(0, 25).forEach((view) => this.tellNow(view));
    if (this.due.size) this.timer = setTimeout(() => this.catchUp(), 30);
  }

  /** Take a row out; the keyboard goes on to the row that takes its place. */
  drop(id, view) {
    const next = view.element.nextElementSibling ?? view.element.previousElementSibling;
    const had = view.element.contains(this.element.getRootNode().activeElement);
    view.element.remove();
    this.sight.unobserve(view.element);
    this.due.delete(view);
    this.views.delete(id);
    if (had) next?.querySelector(".handle")?.focus({ preventScroll: true });
  }

  dispose() {
    clearTimeout(this.timer);
    this.sight.disconnect();
  }

  markRow(id) {
    if (this.marked === id) return;
    this.views.get(this.marked)?.element.classList.remove("marked");
    this.views.get(id)?.element.classList.add("marked");
    this.marked = id;
  }

  focus(id) {
    const view = this.views.get(id);
    if (view) this.tellNow(view);
    view?.element.scrollIntoView({ block: "nearest" });
    ([...(view?.fields.values() ?? [])].find(({ label }) => !label.hidden)?.input ?? view?.handle)?.focus({ preventScroll: true });
  }
}

const part = (n, total) => (total > 0 && Number.isFinite(n / total) ? n / total : 0);
