// The state of a page: named fields, bound to the address, with undo and redo. Repaints are joined: one at once, then one a frame.

/** Parsers and formatters of common kinds of fields. A parser gives undefined for what it does not accept. */
export const field = {
  choice: (values, initial = values[0]) => ({ initial, parse: (t) => (values.includes(t) ? t : undefined), format: String }),
  whole: (initial, low, high) => ({
    initial,
    parse: (t) => (/^-?\d{1,9}$/.test(t) && +t >= low && +t <= high ? +t : undefined),
    format: String,
  }),
  number: (initial, low, high) => ({
    initial,
    parse: (t) => (t.trim() !== "" && Number.isFinite(+t) && +t >= low && +t <= high ? +t : undefined),
    format: (v) => String(+v.toPrecision(7)),
  }),
  flag: (initial = false) => ({ initial, parse: (t) => (t === "1" ? true : t === "0" ? false : undefined), format: (v) => (v ? "1" : "0") }),
};

/** `fields`: name -> {initial, parse, format, silent?}. `silent` fields are not written to the address. */
export function createState(fields, { historyLimit = 200 } = {}) {
  const names = Object.keys(fields);
  const values = {};
  const listeners = new Set();
  const past = [], future = [];
  let lastEdit = { name: "", at: 0 };
  let frame = 0, timer = 0;
  let changed = new Set();

  const query = new URLSearchParams(location.search);
  for (const name of names) {
    const text = query.get(name);
    const parsed = text !== null && fields[name].parse ? fields[name].parse(text) : undefined;
    values[name] = parsed === undefined ? fields[name].initial : parsed;
  }

  const notify = () => {
    const names = changed;
    changed = new Set();
    listeners.forEach((listener) => listener(values, names));
  };
  // The first change is told as soon as its event is over, so that its work is done before the next frame is due;
  // what changes until then is told in that frame.
  const onFrame = () => {
    frame = changed.size ? requestAnimationFrame(onFrame) : 0;
    if (changed.size) notify();
  };
  const schedule = () => {
    if (frame) return;
    frame = requestAnimationFrame(onFrame);
    queueMicrotask(() => { if (frame) notify(); });
  };
  const write = () => {
    const params = new URLSearchParams(location.search);
    for (const name of names) {
      if (fields[name].silent) continue;
      const text = fields[name].format(values[name]);
      if (text === fields[name].format(fields[name].initial)) params.delete(name);
      else params.set(name, text);
    }
    const search = params.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7E", "~");
    history.replaceState(history.state, "", location.pathname + (search ? "?" + search : "") + location.hash);
  };
  const apply = (patch) => {
    Object.entries(patch).forEach(([name, value]) => { values[name] = value; changed.add(name); });
    clearTimeout(timer);
    timer = setTimeout(write, 250);
    schedule();
  };
  const kept = (names) => Object.fromEntries(names.map((name) => [name, values[name]]));
  const back = (from, to) => {
    if (!from.length) return;
    const step = from.pop();
    to.push(kept(Object.keys(step)));
    lastEdit.name = "";
    apply(step);
  };

  return {
    values,
    /**
     * Set fields. With `record`, the step can be undone (these fields alone go back); edits of one `record` name
     * within 0.7 s are one step.
     */
    set(patch, record = "") {
      if (record) {
        const now = performance.now();
        if (record !== lastEdit.name || now - lastEdit.at > 700) {
          past.push({});
          if (past.length > historyLimit) past.shift();
        }
        past[past.length - 1] = { ...kept(Object.keys(patch)), ...past[past.length - 1] };
        future.length = 0;
        lastEdit = { name: record, at: now };
      }
      apply(patch);
    },
    undo() { back(past, future); },
    redo() { back(future, past); },
    get canUndo() { return past.length > 0; },
    get canRedo() { return future.length > 0; },
    subscribe(listener) { listeners.add(listener); return () => listeners.delete(listener); },
    refresh(name = "*") { changed.add(name); schedule(); },
    /** The address of the present state, whole. */
    link() { clearTimeout(timer); write(); return location.href; },
    dispose() { cancelAnimationFrame(frame); frame = 0; clearTimeout(timer); listeners.clear(); },
  };
}

/** Ctrl+Z undoes, Ctrl+Shift+Z and Ctrl+Y redo. True when the key was one of these. */
export function undoKey(event, state) {
  const key = event.key.toLowerCase();
  if (!(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return false;
  event.preventDefault();
  if (key === "y" || event.shiftKey) state.redo();
  else state.undo();
  return true;
}

/** A field of numbers undoes its own typing. */
export const inNumberField = (event) => Boolean(event.composedPath()[0].matches?.("input[type=number]"));

/** What the page computed, for tests and the curious: `values()` and `numbers()` are asked when they are read. */
export function expose(root, values, numbers) {
  Object.defineProperty(root, "__state", { get: values, configurable: true });
  Object.defineProperty(root, "__numbers", { get: numbers, configurable: true });
}
