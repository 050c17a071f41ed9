// Building blocks of the interface: plain DOM, labelled, usable by keyboard. Text never becomes markup.

const UNDRAWN = "Not drawn yet";

/**
 * Create an element: h("button", {class: "x", onclick: f, "aria-label": "y"}, "text", child, …).
 * A picture that gets its label when it is drawn is named as undrawn until then.
 */
export function h(tag, properties = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS("http://www.w3.org/2000/svg", tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style" && typeof value === "object") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  if (properties.role === "img" && !properties["aria-labelledby"] && !properties["aria-label"]) element.setAttribute("aria-label", UNDRAWN);
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** Write a text where it differs: what stays the same costs the browser nothing. */
export function put(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

let counter = 0;
export const fresh = (stem) => `${stem}-${++counter}`;

/** One of a few: a row of radio buttons. `options`: [{value, label, title?}]. */
export function segmented({ label, options, value, onChange, hideLabel = false }) {
  const name = fresh("segment");
  const inputs = new Map();
  const items = options.map((option) => {
    const input = h("input", { type: "radio", name, value: option.value, onchange: () => onChange(option.value) });
    inputs.set(option.value, input);
    return h("label", { class: "segment", title: option.title }, input, h("span", {}, option.label));
  });
  const element = h("fieldset", { class: "control segmented" }, h("legend", { class: hideLabel ? "unseen" : "" }, label), h("div", { class: "segments" }, items));
  const set = (chosen) => { const input = inputs.get(chosen); if (input) input.checked = true; };
  set(value);
  return {
    element,
    set,
    /** Switch options off, each with the reason as its title; {} switches all on. */
    disable(reasons) {
      inputs.forEach((input, key) => { input.disabled = key in reasons; input.parentElement.title = reasons[key] || options.find((o) => o.value === key).title || ""; });
    },
  };
}

/** A slider with its number shown. `format` makes the shown text. */
export function slider({ label, min, max, step = 1, value, format = String, onInput, title }) {
  const id = fresh("slider");
  const output = h("output", { for: id }, format(value));
  const input = h("input", { id, type: "range", min, max, step, value, oninput: () => { output.textContent = format(+input.value); onInput(+input.value); } });
  const element = h("div", { class: "control slider", title }, h("label", { for: id }, label), output, input);
  const set = (v) => {
    const text = format(v);
    if (input.getAttribute("aria-valuetext") === text && output.textContent === text) return;
    input.value = v;
    output.textContent = text;
    input.setAttribute("aria-valuetext", text);
  };
  set(value);
  return { element, set, limits(low, high) { input.min = low; input.max = high; } , input };
}

/** A number that can be typed; what is no number is refused in a sentence, and the old value stays. */
export function numberField({ label, value, min = -Infinity, max = Infinity, step = "any", onChange, onError = () => {} }) {
  const id = fresh("number");
  const input = h("input", { id, type: "number", step, value, min: Number.isFinite(min) ? min : undefined, max: Number.isFinite(max) ? max : undefined });
  input.addEventListener("change", () => {
    const typed = input.valueAsNumber;
    if (Number.isFinite(typed) && typed >= min && typed <= max) { onError(""); return onChange(typed); }
    onError(`${label}: a number from ${min} to ${max} is needed`);
    input.value = current;
  });
  let current = value;
  const element = h("div", { class: "control number" }, h("label", { for: id }, label), input);
  return { element, input, set(v) { current = v; if (element.getRootNode().activeElement !== input) input.value = v; } };
}

/** A menu. `groups`: [{label, options: [{value, label}]}] or a flat list of options. */
export function select({ label, groups, value, onChange }) {
  const id = fresh("select");
  const option = ({ value, label }) => h("option", { value }, label);
  const content = groups.map((item) => (item.options ? h("optgroup", { label: item.label }, item.options.map(option)) : option(item)));
  const input = h("select", { id, onchange: () => onChange(input.value) }, content);
  input.value = value;
  return { element: h("div", { class: "control select" }, h("label", { for: id }, label), input), set(v) { if (input.value !== v) input.value = v; }, input };
}

/** A check box. */
export function toggle({ label, value, onChange, title }) {
  const input = h("input", { type: "checkbox", onchange: () => onChange(input.checked) });
  input.checked = value;
  return { element: h("label", { class: "control toggle", title }, input, h("span", {}, label)), set(v) { input.checked = v; }, input };
}

/** A button. */
export function button(label, onClick, { title, kind = "", ariaLabel } = {}) {
  return h("button", { type: "button", class: `button ${kind}`, title, "aria-label": ariaLabel, onclick: onClick }, label);
}

/** A line that speaks: say("text") shows it and screen readers read it; say("") hides it. kind: "status" | "alert". */
export function line(kind = "status") {
  const element = h("p", { class: kind, role: kind, hidden: true });
  return { element, say(text) { element.hidden = !text; put(element, text); } };
}

/** A part that can be folded away. */
export function fold(title, ...content) {
  return h("details", { class: "fold" }, h("summary", {}, title), h("div", { class: "fold-body" }, content));
}

/** A table of numbers with a caption for screen readers. rows: [[cell, …]]; the first row is the head. */
export function table(caption, rows) {
  const [head, ...body] = rows;
  return h("table", { class: "numbers" }, h("caption", { class: "unseen" }, caption),
    h("thead", {}, h("tr", {}, head.map((cell) => h("th", { scope: "col" }, cell)))),
    h("tbody", {}, body.map((row) => h("tr", {}, row.map((cell, i) => (i ? h("td", {}, cell) : h("th", { scope: "row" }, cell)))))));
}

/** Whether the reader asked for less motion. */
export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
