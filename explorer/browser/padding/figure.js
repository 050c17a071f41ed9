// The canvas of the moving picture: sharp on every screen, pointed at and walked over, moving between two steps.
import { calm, h } from "../shared/controls.js";
import { theme } from "./colours.js";
import { paint } from "./paint.js";
import { between, bounds, cellAt, layout } from "./scene.js";

const HEIGHT = 386, TURN_MS = 450;
const ease = (x) => x * x * (3 - 2 * x);

/** onOutput(row, column) for a click; onInput(cell or null, pinned) for a cell of the padded input. */
export function figure({ root, onOutput, onInput, onWalk, onType, onKey }) {
  const canvas = h("canvas", { "aria-hidden": "true" });
  const spot = (name, label) => h("div", { class: `spot ${name}`, tabindex: "0", role: "application", "aria-roledescription": "grid that can be walked over", "aria-label": label });
  const spots = { input: spot("input", "Input"), output: spot("output", "Output") };
  const element = h("div", { class: "scene" }, canvas, spots.input, spots.output);
  const self = { element, canvas, spots, view: null, sheet: null, target: null, frame: 0, at: null, from: null, began: 0, ms: 0, turned: 0, origin: null };
  const repaint = () => { if (!self.frame) self.frame = requestAnimationFrame((now) => draw(self, root, now, repaint)); };
  const observer = new ResizeObserver(() => { if (self.view) { place(self); repaint(); } });
  observer.observe(element);
  listen(self, { onOutput, onInput });
  spots.output.addEventListener("keydown", (event) => keyed(event, onWalk, onKey));
  spots.input.addEventListener("keydown", (event) => { if (!typedDigit(event, onType)) keyed(event, (dy, dx) => onWalk(dy, dx, "input"), onKey); });
  return Object.assign(self, {
    repaint,
    /** Show a view (see paint.js) without its sheet and place; `ms` is how long the window takes to get there. */
    set(view, ms = 0) {
      const turned = self.view && self.view.look !== view.look && !calm();
      self.view = view;
      place(self, turned);
      move(self, view.window, calm() ? 0 : ms);
      repaint();
    },
    /** The figure as a canvas of its own, on the page's ground. */
    copy() { draw(self, root, Infinity, () => {}); return self.canvas; },
    dispose() { cancelAnimationFrame(self.frame); observer.disconnect(); },
  });
}

function place(self, turned = false) {
  const width = self.element.clientWidth;
  if (!width) return;
  const next = layout(self.view.done, { width, most: HEIGHT, look: self.view.look });
  if (turned) { self.origin = self.target; self.turned = performance.now(); }
  else self.origin = null;
  self.target = next;
  self.sheet = next;
  for (const name of ["input", "output"]) {
    const box = bounds(next[name]);
    Object.entries(box).forEach(([side, value]) => { self.spots[name].style[side] = `${value}px`; });
  }
}

function move(self, to, ms) {
  if (!to) { self.at = null; return; }
  self.from = ms && self.at ? { ...self.at } : to;
  [self.to, self.began, self.ms] = [to, performance.now(), ms];
  if (!ms || !self.at) self.at = { ...to };
}

function draw(self, root, now, again) {
  self.frame = 0;
  if (!self.view || !self.target) return;
  const going = advance(self, now);
  const look = theme(root);
  const ratio = Math.max(1, Math.min(3, devicePixelRatio || 1));
  const [w, h_] = [self.element.clientWidth, Math.ceil(self.sheet.height)];
  const { canvas } = self;
  if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h_ * ratio)) {
    [canvas.width, canvas.height] = [Math.round(w * ratio), Math.round(h_ * ratio)];
    [canvas.style.width, canvas.style.height] = [`${w}px`, `${h_}px`];
  }
  const ctx = canvas.getContext("2d");
  ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
  ctx.fillStyle = look.paper;
  ctx.fillRect(0, 0, w, h_);
  paint(ctx, look, { ...self.view, sheet: self.sheet, at: self.at });
  if (going) again();
}

/** Move what is under way to the time `now`; true while something still moves. */
function advance(self, now) {
  let going = false;
  if (self.at && self.to) {
    const share = self.ms ? Math.min(1, Math.max(0, (now - self.began) / self.ms)) : 1;
    const mix = (name) => self.from[name] + (self.to[name] - self.from[name]) * ease(share);
    self.at = { row: mix("row"), column: mix("column") };
    going = share < 1;
  }
  if (self.origin) {
    const share = Math.min(1, Math.max(0, (now - self.turned) / TURN_MS));
    self.sheet = share < 1 ? between(self.origin, self.target, ease(share)) : self.target;
    if (share < 1) going = true; else self.origin = null;
  }
  return going;
}

function under(self, event) {
  const area = self.canvas.getBoundingClientRect();
  const [x, y] = [event.clientX - area.left, event.clientY - area.top];
  if (!self.target || !self.view) return null;
  const output = self.view.done.output && cellAt(self.target.output, x, y);
  if (output) return { grid: "output", ...output };
  const input = cellAt(self.target.input, x, y);
  return input ? { grid: "input", ...input } : null;
}

function listen(self, { onOutput, onInput }) {
  let dragging = false;
  const { element, canvas, spots } = self;
  element.addEventListener("pointermove", (event) => {
    const found = under(self, event);
    canvas.style.cursor = found ? "pointer" : "";
    if (dragging && found?.grid === "output") return onOutput(found.row, found.column);
    return onInput(found?.grid === "input" ? found : null, false);
  });
  element.addEventListener("pointerleave", () => onInput(null, false));
  element.addEventListener("pointerdown", (event) => {
    const found = under(self, event);
    if (!found) return;
    event.preventDefault();
    spots[found.grid].focus({ preventScroll: true });
    if (found.grid === "input") return onInput(found, true);
    dragging = true;
    onOutput(found.row, found.column);
  });
  const release = () => { dragging = false; };
  ["pointerup", "pointercancel", "pointerleave"].forEach((name) => element.addEventListener(name, release));
}

function keyed(event, onWalk, onKey) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
  if (move) onWalk(...move);
  else if (!onKey(event)) return;
  event.preventDefault();
  event.stopPropagation();
}

function typedDigit(event, onType) {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^\d$/.test(event.key)) return false;
  event.preventDefault();
  onType(Number(event.key));
  return true;
}
