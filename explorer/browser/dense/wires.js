// The drawing of the layer: inputs below, hidden units above, a line for each connection in the colour of its weight.
import { short } from "../shared/colour.js";
import { css, inkOn, lineColour } from "./palette.js";

const SLANT = 0.42; // how far a row of the slanted plane moves to the right
const DEPTH = 0.4; // how high a row of the slanted plane is

/** Where everything stands: points of inputs and hidden units, and their size. */
export function geometry(layer, w, h) {
  return layer.grid ? planes(layer, w, h) : rows(layer, w, h);
}

function rows(layer, w, h) {
  const gap = Math.min(92, (w - 24) / layer.columns);
  const size = Math.min(40, gap * 0.74);
  const left = (w - gap * (layer.columns - 1)) / 2;
  const [top, bottom] = [size / 2 + 24, h - size / 2 - 24];
  const inputs = Array.from({ length: layer.inputs }, (_, j) => ({ x: left + j * gap, y: bottom }));
  const shift = ((layer.kw - 1) / 2) * gap;
  const hidden = Array.from({ length: layer.hidden }, (_, i) => ({ x: left + shift + i * gap, y: top }));
  return { inputs, hidden, size, gap, reach: gap / 2 };
}

function planes(layer, w, h) {
  const side = Math.min((w - 16) / (layer.columns + SLANT * layer.rows), (h - 20) / (DEPTH * (layer.rows + layer.outRows) + 1.9), 84);
  const wide = side * (layer.columns + SLANT * layer.rows);
  const [left, base] = [(w - wide) / 2, h - 8 - side * DEPTH * layer.rows];
  const place = (row, column, lift) => ({ x: left + side * (column + 0.5 + SLANT * (layer.rows - row - 0.5)), y: base - lift + side * DEPTH * (row + 0.5) });
  const inputs = Array.from({ length: layer.inputs }, (_, j) => place(Math.floor(j / layer.columns), j % layer.columns, 0));
  const lift = base + side * DEPTH * ((layer.kh - 1) / 2) - 8;
  const hidden = Array.from({ length: layer.hidden }, (_, i) => place(Math.floor(i / layer.outColumns) + (layer.kh - 1) / 2, (i % layer.outColumns) + (layer.kw - 1) / 2, lift));
  return { inputs, hidden, size: side, gap: side, reach: side * 0.42 };
}

/** The unit under (x, y): {kind: "x" | "h", i, j}; null where there is none. */
export function unitAt(place, x, y) {
  let best = null, least = place.reach;
  const look = (points, make) => points.forEach((p, at) => {
    const far = Math.hypot(p.x - x, (p.y - y) * 1.2);
    if (far < least) { least = far; best = make(at); }
  });
  look(place.inputs, (j) => ({ kind: "x", i: -1, j }));
  look(place.hidden, (i) => ({ kind: "h", i, j: -1 }));
  return best;
}

/** Draw the layer; `focus` is what is pointed at, or null. */
export function drawWires(ctx, look, layer, focus) {
  const place = geometry(layer, look.w, look.h);
  const edges = lines(layer, focus, look.dark);
  if (layer.grid) plane(ctx, look, layer, place, focus, false);
  edges.filter((edge) => !edge.lit).forEach((edge) => stroke(ctx, layer, place, edge, look));
  edges.filter((edge) => edge.lit).forEach((edge) => stroke(ctx, layer, place, edge, look));
  tags(ctx, look, layer, place, edges.filter((edge) => edge.lit), Boolean(focus));
  if (layer.grid) plane(ctx, look, layer, place, focus, true);
  else { squares(ctx, look, layer, place, focus); circles(ctx, look, layer, place, focus); }
  labels(ctx, look, layer, place);
  return place;
}

function lines(layer, focus, dark) {
  const all = [];
  for (let i = 0; i < layer.hidden; i++)
    for (let j = 0; j < layer.inputs; j++) {
      const there = layer.presence(i, j);
      if (there > 0) all.push({ i, j, there, lit: layer.lit(focus, i, j), focused: Boolean(focus), colour: lineColour(layer, i, j, dark) });
    }
  return all;
}

/** The shape of the line between a hidden unit and an input: cubic, upright at both ends. */
function curve(layer, place, { i, j }) {
  const [a, b] = [place.hidden[i], place.inputs[j]];
  const bend = layer.grid ? 0.3 : 0.48;
  return [a.x, a.y, a.x, a.y + (b.y - a.y) * bend, b.x, b.y - (b.y - a.y) * bend, b.x, b.y];
}

function stroke(ctx, layer, place, edge, look) {
  const p = curve(layer, place, edge);
  const sparse = Math.max(0, Math.min(1, layer.t));
  const crowd = layer.grid ? 0.7 : 1;
  const rest = edge.focused && !edge.lit ? (look.dark ? 0.09 : 0.07) : 1;
  ctx.strokeStyle = css(edge.colour, edge.there * rest * (edge.focused ? 1 : (0.42 + 0.5 * sparse) * (sparse < 0.5 && layer.hidden * layer.inputs > 200 ? 0.8 : 1)));
  ctx.lineWidth = edge.focused && edge.lit ? 3 : (1.1 + 1.7 * sparse) * crowd;
  ctx.lineCap = "round";
  ctx.beginPath();
  ctx.moveTo(p[0], p[1]);
  ctx.bezierCurveTo(p[2], p[3], p[4], p[5], p[6], p[7]);
  ctx.stroke();
}

const cubic = (a, b, c, d, s) => (1 - s) ** 3 * a + 3 * s * (1 - s) ** 2 * b + 3 * s * s * (1 - s) * c + s ** 3 * d;

/** How far along the curve a tag stands so that neighbouring tags keep apart. */
function tagAt(layer) {
  const spread = Math.min(0.32, 0.9 / layer.kw);
  let s = 0.05;
  while (s < 0.5 && 3 * s * s - 2 * s ** 3 < spread) s += 0.01;
  return s;
}

/** The number of the weight on its line, where there is room: colour is not the only carrier. */
function tags(ctx, look, layer, place, edges, focused) {
  const whole = Math.abs(layer.t - layer.stage) < 0.1;
  const digits = layer.stage === 2 ? 1 : String(layer.hidden * (layer.stage ? layer.taps : layer.inputs)).length;
  const apart = place.gap * Math.min(0.32, 0.9 / layer.kw);
  const room = layer.grid ? false : layer.stage > 0 && apart >= 10 + 6 * digits;
  if (!whole || !(room || (focused && edges.length <= (layer.grid ? 18 : 16)))) return;
  const s = layer.grid || (focused && layer.stage > 0) ? 0.5 : focused ? 0.66 : tagAt(layer);
  ctx.font = `600 13px ${look.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  edges.forEach((edge) => {
    const p = curve(layer, place, edge);
    const [x, y] = [cubic(p[0], p[2], p[4], p[6], s), cubic(p[1], p[3], p[5], p[7], s)];
    const text = String(layer.id(edge.i, edge.j));
    const wide = ctx.measureText(text).width + 8;
    ctx.fillStyle = css(edge.colour);
    ctx.beginPath();
    ctx.roundRect(x - wide / 2, y - 9, wide, 18, 5);
    ctx.fill();
    ctx.fillStyle = inkOn(edge.colour);
    ctx.fillText(text, x, y + 0.5);
  });
}

const touched = (layer, focus, kind, at) => {
  if (!focus) return true;
  if (focus.kind === kind) return (kind === "h" ? focus.i : focus.j) === at;
  const others = kind === "h" ? layer.inputs : layer.hidden;
  for (let o = 0; o < others; o++) {
    const [i, j] = kind === "h" ? [at, o] : [o, at];
    if (layer.presence(i, j) > 0 && layer.lit(focus, i, j)) return true;
  }
  return false;
};

function unitText(ctx, look, text, x, y, ink, size) {
  ctx.font = `650 ${size < 30 ? 13 : 15}px ${look.font}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  ctx.fillStyle = ink;
  ctx.fillText(text, x, y + 1);
}

function squares(ctx, look, layer, place, focus) {
  place.inputs.forEach(({ x, y }, j) => {
    const on = layer.x[j] === 1;
    const half = place.size / 2;
    ctx.fillStyle = look.paper;
    ctx.fillRect(x - half, y - half, place.size, place.size);
    ctx.globalAlpha = touched(layer, focus, "x", j) ? 1 : 0.35;
    ctx.fillStyle = on ? "#ffffff" : "#1b1c24";
    ctx.strokeStyle = focus?.kind === "x" && focus.j === j ? look.accent : look.soft;
    ctx.lineWidth = focus?.kind === "x" && focus.j === j ? 4 : 1.5;
    ctx.beginPath();
    ctx.roundRect(x - half, y - half, place.size, place.size, 5);
    ctx.fill();
    ctx.stroke();
    unitText(ctx, look, String(layer.x[j]), x, y, on ? "#1b1c24" : "#ffffff", place.size);
    ctx.globalAlpha = 1;
  });
}

function circles(ctx, look, layer, place, focus) {
  place.hidden.forEach(({ x, y }, i) => {
    const mine = focus?.kind === "h" && focus.i === i;
    ctx.fillStyle = look.paper;
    ctx.strokeStyle = mine ? look.accent : look.ink;
    ctx.lineWidth = mine ? 4 : 2;
    ctx.beginPath();
    ctx.arc(x, y, place.size / 2 + 1, 0, 2 * Math.PI);
    ctx.fill();
    ctx.globalAlpha = touched(layer, focus, "h", i) ? 1 : 0.35;
    ctx.stroke();
    unitText(ctx, look, short(layer.y[i], 2), x, y, look.ink, place.size);
    ctx.globalAlpha = 1;
  });
}

/** One slanted plane of the grid: the inputs, or the hidden units above them. */
function plane(ctx, look, layer, place, focus, upper) {
  const points = upper ? place.hidden : place.inputs;
  const kind = upper ? "h" : "x";
  points.forEach(({ x, y }, at) => {
    const mine = focus?.kind === kind && (upper ? focus.i : focus.j) === at;
    const on = !upper && layer.x[at] === 1;
    if (upper) { ctx.fillStyle = look.paper; slanted(ctx, x, y, place.size * 0.86); ctx.fill(); }
    ctx.globalAlpha = touched(layer, focus, kind, at) ? 1 : 0.4;
    ctx.fillStyle = upper ? look.paper : on ? "#ffffff" : "#2a2c38";
    ctx.strokeStyle = mine ? look.accent : upper ? look.ink : "#8d8c96";
    ctx.lineWidth = mine ? 4 : upper ? 2 : 1;
    slanted(ctx, x, y, place.size * (upper ? 0.86 : 0.96));
    ctx.fill();
    ctx.stroke();
    if (upper) unitText(ctx, look, short(layer.y[at], 2), x, y, look.ink, place.size * 0.8);
    ctx.globalAlpha = 1;
  });
}

function slanted(ctx, x, y, side) {
  const [across, down, lean] = [side / 2, (side * DEPTH) / 2, (side * SLANT) / 2];
  ctx.beginPath();
  ctx.moveTo(x - across + lean, y - down);
  ctx.lineTo(x + across + lean, y - down);
  ctx.lineTo(x + across - lean, y + down);
  ctx.lineTo(x - across - lean, y + down);
  ctx.closePath();
}

const below = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);

/** The names of the units, as the matrix and the formulas use them; the grid names its planes. */
function labels(ctx, look, layer, place) {
  ctx.font = `600 13px ${look.font}`;
  ctx.fillStyle = look.soft;
  ctx.textBaseline = "middle";
  ctx.textAlign = "center";
  if (!layer.grid) {
    place.hidden.forEach(({ x, y }, i) => ctx.fillText(`y${below(i + 1)}`, x, y - place.size / 2 - 12));
    place.inputs.forEach(({ x, y }, j) => ctx.fillText(`x${below(j + 1)}`, x, y + place.size / 2 + 12));
  }
}
