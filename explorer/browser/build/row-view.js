// One row of the editor: its type and settings to edit in place, and beside them what was measured.
import { button, fresh, h, put } from "../shared/controls.js";
import { KINDS, shown } from "./kinds.js";
import { LONGEST_TEXT } from "./codec.js";
import { fieldOf } from "./measure.js";
import { both, brief, bytes, count } from "./numbers.js";
import { textOf } from "./settings.js";

const PALE = { conv: "conv", pool: "pool", thin: "thin", join: "join", flat: "flat", linear: "linear" };

const COPY = () => h("svg:svg", { viewBox: "0 0 16 16", width: 16, height: 16, fill: "none", stroke: "currentColor", "stroke-width": 1.4, "aria-hidden": "true" },
  h("svg:rect", { x: 2, y: 2, width: 8.5, height: 8.5, rx: 1.5 }), h("svg:path", { d: "M13 5.5v6a1.5 1.5 0 0 1-1.5 1.5h-6" }));

/** `act`: {type(id, name, text), kind(id, kind), keys(event, id), grab(event, id), duplicate(id), remove(id), choose(id), point(id)}. */
export class RowView {
  constructor(row, act) {
    Object.assign(this, { id: row.id, act, kind: "", fields: new Map(), open: false, result: null, shares: "" });
    this.element = h("div", { class: "layer", role: "row", onfocusin: () => act.choose(this.id), onpointerenter: () => act.point(this.id), onpointerleave: () => act.point(0) });
  }

  /** Make the contents: put off until the row is first shown, so that a thousand rows open quickly. */
  fill() {
    const { act } = this;
    const cell = (name) => h("span", { class: `cell-${name}`, role: "cell" });
    this.handle = h("button", { type: "button", class: "handle", title: "Drag to move; or the keys: up and down move, D duplicates, Delete removes", onpointerdown: (event) => act.grab(event, this.id), onkeydown: (event) => act.keys(event, this.id) });
    this.type = h("select", { class: "kind", onchange: () => act.kind(this.id, this.type.value) }, Object.keys(KINDS).map((name) => h("option", { value: name }, name)));
    this.settings = h("span", { class: "settings", role: "cell" });
    Object.assign(this, { output: cell("output"), params: cell("params"), macs: cell("macs"), memory: cell("memory"), field: cell("field") });
    this.problem = h("p", { class: "row-problem", role: "status", id: fresh("problem"), hidden: true });
    this.tools = h("span", { class: "tools", role: "cell" },
      button(COPY(), () => act.duplicate(this.id), { title: "Duplicate this row" }), button("✕", () => act.remove(this.id), { title: "Remove this row" }));
    this.element.append(h("span", { class: "number", role: "cell" }, this.handle), h("span", { class: "cell-kind", role: "cell" }, this.type), this.settings,
      this.output, this.params, this.macs, this.memory, this.field, this.tools, this.problem);
  }

  /** Bring the row to its state and its measurement. `shares`: its part of all parameters and of all operations, 0 to 1. */
  show(result, shares, factor) {
    const { row, number } = result;
    if (!this.handle) this.fill();
    if (this.kind !== row.kind) this.rebuild(row);
    if (this.row !== row || this.number !== number) this.write(row, number);
    if (this.result !== result || this.factor !== factor) this.tell(result, factor);
    const text = shares.map((share) => (share * 100).toFixed(1)).join(" ");
    if (text !== this.shares) {
      this.shares = text;
      this.params.style.setProperty("--share", `${(shares[0] * 100).toFixed(1)}%`);
      this.macs.style.setProperty("--share", `${(shares[1] * 100).toFixed(1)}%`);
    }
  }

  rebuild(row) {
    this.kind = row.kind;
    this.fields.clear();
    const kind = KINDS[row.kind];
    this.element.dataset.colour = PALE[kind.colour];
    const items = kind.settings.map((setting) => this.setting(setting));
    const rare = kind.settings.some((setting) => setting.rare);
    this.more = rare ? button("…", () => { this.open = !this.open; this.write(this.row, this.number); }, { title: "More settings", kind: "more" }) : null;
    this.settings.replaceChildren(...items, ...(this.more ? [this.more] : []));
    this.type.value = row.kind;
  }

  setting(setting) {
    const tell = (text) => this.act.type(this.id, setting.name, text);
    const input = setting.type === "choice"
      ? h("select", { onchange: () => tell(input.value) }, setting.options.map((option) => h("option", { value: option }, option)))
      : setting.type === "flag"
        ? h("input", { type: "checkbox", onchange: () => tell(input.checked ? "1" : "0") })
        : h("input", { type: "text", inputmode: setting.type === "share" ? "decimal" : "numeric", autocomplete: "off", spellcheck: "false", maxlength: LONGEST_TEXT, class: setting.high > 9999 ? "wide" : "", oninput: () => tell(input.value), onkeydown: (event) => this.step(event, setting, input) });
    const label = h("label", { class: "setting", title: setting.about }, h("span", {}, setting.label ?? setting.name), input);
    this.fields.set(setting.name, { setting, input, label });
    return label;
  }

  /** Up and down arrow change a number by one; with Alt they move the row. */
  step(event, setting, input) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    if (event.altKey) { this.act.keys(event, this.id); return; }
    if (!/^\d{1,9}$/.test(input.value)) return;
    const low = setting.type === "share" ? 0 : setting.low;
    const high = setting.type === "share" ? 1 : setting.high;
    this.act.type(this.id, setting.name, String(Math.max(low, Math.min(high, +input.value + by))));
  }

  write(row, number) {
    this.row = row;
    if (this.number !== number) {
      this.number = number;
      put(this.handle, String(number));
      this.handle.setAttribute("aria-label", `Row ${number}: move it with up and down arrow, duplicate with D, remove with Delete`);
      this.type.setAttribute("aria-label", `Row ${number}: type`);
      this.tools.children[0].setAttribute("aria-label", `Duplicate row ${number}`);
      this.tools.children[1].setAttribute("aria-label", `Remove row ${number}`);
      for (const { setting, input } of this.fields.values()) input.setAttribute("aria-label", `Row ${number}: ${setting.name}`);
    }
    for (const { setting, input, label } of this.fields.values()) {
      const text = textOf(row, setting);
      if (setting.type === "flag") input.checked = text === "1";
      else if (input.value !== text) input.value = text;
      if (setting.like) input.placeholder = "= kernel";
      label.hidden = setting.only ? !setting.only(row) : Boolean(setting.rare) && !this.open && text === setting.usual;
      if (!input.hasAttribute("aria-label")) input.setAttribute("aria-label", `Row ${number}: ${setting.name}`);
    }
    this.more?.setAttribute("aria-expanded", String(this.open));
    this.more?.setAttribute("aria-label", `Row ${number}: more settings`);
  }

  tell(result, factor) {
    Object.assign(this, { result, factor });
    const { out, problem, waits } = result;
    this.element.classList.toggle("waits", !out && !problem);
    this.element.classList.toggle("broken", Boolean(problem));
    this.problem.hidden = !problem;
    put(this.problem, problem ? `Row ${result.number} ${sentence(problem)}` : "");
    for (const { setting, input } of this.fields.values()) {
      const bad = Boolean(problem) && result.bad === setting.name;
      if (bad) { input.setAttribute("aria-invalid", "true"); input.setAttribute("aria-describedby", this.problem.id); if (setting.rare) input.parentElement.hidden = false; }
      else if (input.hasAttribute("aria-invalid")) { input.removeAttribute("aria-invalid"); input.removeAttribute("aria-describedby"); }
    }
    put(this.output, out ? shown(out.shape).replace("a vector of ", "") : problem ? "—" : waits);
    this.number_(this.params, out, result.params, brief, count, "parameters");
    this.number_(this.macs, out, result.macs * factor, brief, count, factor === 2 ? "FLOPs" : "MACs");
    this.number_(this.memory, out, result.bytes, bytes, count, "bytes, float32");
    const [text, title] = out ? seen(out) : ["", ""];
    put(this.field, text);
    if (this.field.title !== title) this.field.title = title;
  }

  number_(cell, out, n, short, long, unit) {
    put(cell, out ? (n ? short(n) : "0") : "");
    const title = out ? `${long(n)} ${unit}` : "";
    if (cell.title !== title) cell.title = title;
    cell.classList.toggle("none", n === 0);
  }
}

/** "needs a map …" follows "Row 5"; "filters must be …" wants a colon. */
export const sentence = (problem) => (/^(needs|takes|reads|adds|lays) /.test(problem) ? `${problem}.` : `cannot be: ${problem}.`);

function seen(out) {
  const field = fieldOf(out);
  if (field.isGlobal) return ["all", "One unit sees the whole picture"];
  if (field.why) return ["?", `Not one window: ${field.why}`];
  return [`${both(field.sizes)} / ${both(field.jumps)}`, `One unit sees ${both(field.sizes)} px; the next unit lies ${both(field.jumps)} px further`];
}
