// The edits of a layer's filters as text ("3:zero;5:swap:9"), with undo and redo; the link holds them.

const PARAMETER = "filters_edits";

export class Edits {
  constructor(onChange) {
    this.onChange = onChange;
    this.place = "";
    this.list = [];
    this.undone = [];
    const [place, text] = (new URLSearchParams(location.search).get(PARAMETER) || "").split("|");
    this.fromLink = text ? { place, list: text.split(";") } : null;
  }

  /** Another network or layer: its own edits, none at first; those of the link where they belong to it. */
  at(place) {
    if (place === this.place) return;
    this.place = place;
    this.undone = [];
    this.list = [];
    if (this.fromLink?.place === place) {
      this.list = this.fromLink.list;
      this.onChange(this.text);
    }
    this.fromLink = null;
    this.write();
  }

  get text() { return `${this.place}|${this.list.join(";")}`; }

  set(list) {
    this.list = list;
    this.write();
    this.onChange(this.text);
  }

  add(edit) {
    this.undone = [];
    const same = edit.includes(":set:") ? edit.slice(0, edit.lastIndexOf(":")) : null; // the last of several is enough
    this.set([...this.list.filter((one) => !same || !one.startsWith(`${same}:`)), edit]);
  }

  undo() { if (this.list.length) { this.undone.push(this.list.at(-1)); this.set(this.list.slice(0, -1)); } }
  redo() { if (this.undone.length) this.set([...this.list, this.undone.pop()]); }
  clear() { this.undone = [...this.list].reverse(); this.set([]); }

  write() {
    const params = new URLSearchParams(location.search);
    if (this.list.length) params.set(PARAMETER, this.text); else params.delete(PARAMETER);
    const search = params.toString();
    history.replaceState(history.state, "", location.pathname + (search ? `?${search}` : "") + location.hash);
  }
}
