// A kernel as a grid of numbers: type, arrow keys, wheel, or drag. Cells carry the signed colours.
import { signedColour, signedInk, short } from "./colour.js";
import { h } from "./controls.js";

const MOST = 1e6;
const NOTCH_PX = 30;

/** "1/9", "-0.5", "2e-3" -> number; undefined for anything else. A comma counts as a decimal point. */
export function parseCell(text) {
  const clean = text.trim().replaceAll("−", "-").replace(",", ".");
  const number = /^([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(?:\s*\/\s*((?:\d+\.?\d*|\.\d+)))?$/i;
  const [, over, under = "1"] = clean.match(number) || [];
  const value = over === undefined ? NaN : +over / +under;
  return Number.isFinite(value) && Math.abs(value) <= MOST ? value : undefined;
}

const rounded = (value) => Math.round(value * 1e6) / 1e6;

/** onChange(index, value, how): how is "type" | "keys" | "wheel" | "drag". `step(value)`: the small step here. */
export function kernelGrid({ label = "Kernel", onChange, onRefuse = () => {}, dark }) {
  const element = h("div", { class: "kernel-grid", role: "group", "aria-label": label });
  let cells = [], shape = [0, 0], values = [], typing = -1, focused = -1;
  const text = (index) => (index === focused ? short(values[index], 7) : fitting(values[index], shape[1]));
  const step = () => (Math.max(...values.map(Math.abs), 0) < 0.5 ? 0.01 : 1);

  const give = (index, value, how) => {
    const allowed = Math.max(-MOST, Math.min(MOST, value));
    if (allowed === values[index]) return;
    values[index] = allowed; // several keys may come before the next frame
    onChange(index, allowed, how);
  };
  const nudge = (index, amount, how) => { typing = -1; give(index, rounded(values[index] + amount), how); };
  const move = (index, dy, dx) => {
    const [rows, columns] = shape;
    const y = (Math.floor(index / columns) + dy + rows) % rows;
    const x = ((index % columns) + dx + columns) % columns;
    cells[y * columns + x].focus();
    cells[y * columns + x].select();
  };
  const commit = (input, index) => {
    if (typing !== index) return; // shown, not typed
    typing = -1;
    const value = parseCell(input.value);
    if (value === undefined) {
      onRefuse(`"${input.value.slice(0, 20)}" is no number that a kernel can hold (a number up to a million, or a fraction such as 1/9)`);
      input.value = text(index);
    } else {
      onRefuse("");
      give(index, value, "type");
      input.value = text(index);
    }
  };
  const onKey = (event, input, index) => {
    const amount = event.shiftKey ? step() / 10 : step();
    const arrows = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if ((event.ctrlKey || event.metaKey || event.altKey) && arrows[event.key]) move(index, ...arrows[event.key]);
    else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      commit(input, index);
      nudge(index, event.key === "ArrowUp" ? amount : -amount, "keys");
    }
    else if (event.key === "Enter") { commit(input, index); move(index, 1, 0); }
    else if (event.key === "Escape" && typing === index) { typing = -1; input.value = text(index); input.select(); }
    else {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z") typing = -1; // what was typed is undone too
      return;
    }
    event.preventDefault();
  };
  let scrolledAt = 0, turned = 0;
  const onScroll = () => { scrolledAt = performance.now(); };
  addEventListener("scroll", onScroll, { capture: true, passive: true });
  const onWheel = (event, index) => {
    if (performance.now() - scrolledAt < 350 && event.target !== event.target.getRootNode().activeElement) return;
    event.preventDefault();
    turned += (event.deltaY || event.deltaX) * (event.deltaMode === 1 ? 16 : 1); // with Shift some browsers give deltaX
    if (Math.abs(turned) < NOTCH_PX) return;
    nudge(index, (turned < 0 ? 1 : -1) * (event.shiftKey ? step() / 10 : step()), "wheel");
    turned = 0;
  };
  const onDown = (event, input, index) => {
    if (event.button !== 0) return;
    const start = { y: event.clientY, x: event.clientX, value: values[index], moved: false };
    const unit = step();
    const moveTo = (e) => {
      const way = start.y - e.clientY + (e.clientX - start.x);
      if (!start.moved && Math.abs(way) < 5) return;
      start.moved = true;
      element.classList.add("dragging");
      typing = -1;
      give(index, rounded(start.value + Math.round(way / 6) * unit), "drag");
    };
    const up = () => {
      element.classList.remove("dragging");
      removeEventListener("pointermove", moveTo);
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
      if (start.moved) input.blur(); else input.select();
    };
    addEventListener("pointermove", moveTo);
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
  };

  const build = (rows, columns) => {
    shape = [rows, columns];
    typing = focused = -1;
    element.style.setProperty("--columns", columns);
    cells = Array.from({ length: rows * columns }, (_, index) => {
      const name = `${label}: row ${Math.floor(index / columns) + 1}, column ${(index % columns) + 1}`;
      const input = h("input", { type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false", "aria-label": name, class: "cell" });
      input.addEventListener("input", () => { typing = index; });
      input.addEventListener("focus", () => { focused = index; if (typing !== index) { input.value = text(index); input.select(); } });
      input.addEventListener("blur", () => { commit(input, index); focused = focused === index ? -1 : focused; input.value = text(index); });
      input.addEventListener("change", () => commit(input, index));
      input.addEventListener("keydown", (event) => onKey(event, input, index));
      input.addEventListener("wheel", (event) => onWheel(event, index), { passive: false });
      input.addEventListener("pointerdown", (event) => onDown(event, input, index));
      return input;
    });
    element.replaceChildren(...cells);
  };

  return {
    element,
    get cells() { return cells; },
    /** Show these numbers; a cell being typed in keeps its text. */
    set(rows, columns, next) {
      if (rows !== shape[0] || columns !== shape[1]) build(rows, columns);
      values = Array.from(next);
      const most = Math.max(...values.map(Math.abs), 1e-12);
      const night = dark();
      values.forEach((value, i) => {
        const shown = text(i);
        if (i !== typing && cells[i].value !== shown) cells[i].value = shown;
        cells[i].style.background = signedColour(value, most * 1.6, night);
        cells[i].style.color = signedInk(value, most * 1.6, night);
      });
    },
    dispose() { removeEventListener("scroll", onScroll, { capture: true }); },
  };
}

/** As many digits as a cell of a grid this wide shows whole. */
function fitting(value, columns) {
  const [digits, most] = columns > 5 ? [2, 6] : columns > 3 ? [3, 6] : [4, 7];
  for (let fewer = digits; fewer > 1; fewer--) if (short(value, fewer).length <= most) return short(value, fewer);
  return short(value, 1);
}
