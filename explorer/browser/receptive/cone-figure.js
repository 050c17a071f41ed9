// The cone of one unit: the layers above one another, the units that feed it, and the pixels it sees at the foot.
import { middle, seen, ways } from "./cone.js";
import { hatch } from "./sheet.js";

const LEFT = 92, RIGHT = 10, TOP = 16, FOOT = 74, ROW = 46;

export const figureHeight = (levels) => TOP + FOOT + ROW * (levels.length - 1) + 18;

/** Where things lie: x of a pixel position, y of a level. */
export function coneLayout(levels, pixels, w, unit) {
  const top = levels.length - 1;
  const [first, last] = unit ? seen(levels[unit.level], unit.at) : [0, pixels - 1];
  const reach = Math.min(10, Math.max(2, -first, last - pixels + 1)); // cells of padding that are drawn
  const scale = (w - LEFT - RIGHT) / (pixels + 2 * reach);
  return { levels, pixels, w, scale, reach, x: (px) => LEFT + (px + reach + 0.5) * scale, y: (level) => TOP + ROW * (top - level) + 10, top };
}

/** The unit under a point, or null. */
export function unitUnder(view, px, py) {
  const level = Math.max(0, Math.min(view.top, Math.round((view.y(0) - py) / ROW)));
  const { n, jump } = view.levels[level];
  if (!n || px < LEFT - 8) return null;
  const at = Math.round(((px - LEFT) / view.scale - view.reach - 0.5 - middle(view.levels[level], 0)) / jump);
  return { level, at: Math.max(0, Math.min(n - 1, at)) };
}

/** Paint the cone of `unit` ({level, at}); returns the ways from each pixel to it. */
export function paintCone(ctx, look, view, unit) {
  const found = ways(view.levels, unit.level, unit.at);
  wedge(ctx, look, view, unit, found);
  links(ctx, look, view, unit, found);
  view.levels.forEach((level, i) => row(ctx, look, view, level, i, found[i], unit));
  foot(ctx, look, view, unit, found[0]);
  return found[0];
}

function wedge(ctx, look, view, unit, found) {
  const edge = (level) => {
    const units = [...found[level].keys()];
    const half = (view.levels[level].jump * view.scale) / 2;
    return [view.x(middle(view.levels[level], Math.min(...units))) - Math.min(half, 9), view.x(middle(view.levels[level], Math.max(...units))) + Math.min(half, 9)];
  };
  const sides = Array.from({ length: unit.level + 1 }, (_, i) => edge(i));
  const [first, last] = seen(view.levels[unit.level], unit.at);
  sides[0] = [view.x(first - 0.5), view.x(last + 0.5)];
  ctx.beginPath();
  sides.forEach(([left], i) => ctx.lineTo(left, view.y(i)));
  [...sides].reverse().forEach(([, right], i) => ctx.lineTo(right, view.y(sides.length - 1 - i)));
  ctx.closePath();
  ctx.fillStyle = look.window;
  ctx.globalAlpha = look.dark ? 0.16 : 0.22;
  ctx.fill();
  ctx.globalAlpha = 1;
}

function links(ctx, look, view, unit, found) {
  ctx.strokeStyle = look.accent;
  ctx.lineWidth = 1;
  ctx.globalAlpha = 0.5;
  ctx.beginPath();
  for (let level = unit.level; level > 0; level--) {
    const layer = view.levels[level];
    for (const at of found[level].keys()) {
      if (at < 0 || at >= layer.n) continue;
      for (let i = 0; i < layer.k; i++) {
        const tap = at * layer.s - layer.p + i * layer.d;
        ctx.moveTo(view.x(middle(layer, at)), view.y(level));
        ctx.lineTo(view.x(middle(view.levels[level - 1], tap)), view.y(level - 1));
      }
    }
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function row(ctx, look, view, level, i, fed, unit) {
  const apart = level.jump * view.scale;
  const side = Math.max(3, Math.min(17, view.scale * Math.min(level.jump, 2) * 0.78));
  const most = fed ? Math.max(...fed.values()) : 1;
  const y = view.y(i);
  for (let at = 0; at < level.n; at++) {
    const x = view.x(middle(level, at));
    const count = fed?.get(at) || 0;
    ctx.fillStyle = look.panel;
    ctx.fillRect(x - side / 2, y - side / 2, side, side);
    if (count) { ctx.fillStyle = look.accent; ctx.globalAlpha = 0.3 + 0.7 * Math.sqrt(count / most); ctx.fillRect(x - side / 2, y - side / 2, side, side); ctx.globalAlpha = 1; }
    ctx.strokeStyle = count ? look.ink : look.faint;
    ctx.lineWidth = 1;
    ctx.strokeRect(x - side / 2, y - side / 2, side, side);
    if (i === unit.level && at === unit.at) { ctx.strokeStyle = "#000"; ctx.lineWidth = 5; ctx.strokeRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4); ctx.strokeStyle = look.window; ctx.lineWidth = 2.5; ctx.strokeRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4); }
  }
  padding(ctx, look, view, level, fed, [y, side, apart]);
  name(ctx, look, level, i, y);
}

/** Cells of padding that the cone reads: hatched, nothing below them. */
function padding(ctx, look, view, level, fed, [y, side]) {
  for (const at of fed ? fed.keys() : []) {
    if (at >= 0 && at < level.n) continue;
    const x = view.x(middle(level, at));
    if (x < LEFT - 6 || x > view.w) continue;
    hatch(ctx, look, [x - side / 2, y - side / 2, side, side], 4);
    ctx.strokeStyle = look.soft;
    ctx.setLineDash([2, 2]);
    ctx.strokeRect(x - side / 2, y - side / 2, side, side);
    ctx.setLineDash([]);
  }
}

function name(ctx, look, level, i, y) {
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillStyle = look.ink;
  ctx.font = `600 13px ${look.font}`;
  ctx.fillText(i ? `${i} ${level.pool ? "pool" : "conv"} ${level.k}` : "pixels", 2, y - 8);
  ctx.fillStyle = look.soft;
  ctx.font = `13px ${look.font}`;
  ctx.fillText(i ? `sees ${level.size}` : `${level.n}`, 2, y + 8);
}

/** Below the pixels: the bracket of what is seen, and bars for the ways from each pixel to the unit. */
function foot(ctx, look, view, unit, fed) {
  const [first, last] = seen(view.levels[unit.level], unit.at);
  const y = view.y(0) + 15;
  const [x0, x1] = [view.x(first - 0.5), view.x(last + 0.5)].map((x) => Math.max(LEFT - 4, Math.min(view.w - 2, x)));
  ctx.strokeStyle = look.ink;
  ctx.lineWidth = 2;
  ctx.beginPath();
  [[x0, y - 3], [x0, y + 3], [x1, y + 3], [x1, y - 3]].forEach(([x, v]) => ctx.lineTo(x, v));
  ctx.stroke();
  const counts = [...fed].filter(([at]) => at >= 0 && at < view.pixels);
  const most = Math.max(1, ...counts.map(([, v]) => v));
  ctx.fillStyle = look.accent;
  for (const [at, v] of counts) { const tall = 26 * (v / most); ctx.fillRect(view.x(at) - view.scale * 0.4, y + 8 + 26 - tall, view.scale * 0.8, tall); }
  ctx.fillStyle = look.ink;
  ctx.font = `600 13px ${look.font}`;
  ctx.textAlign = "center";
  ctx.fillText(`sees ${last - first + 1} px: ${first} to ${last}`, Math.max(LEFT + 70, Math.min(view.w - 76, (x0 + x1) / 2)), y + 46);
  ctx.font = `13px ${look.font}`;
  ctx.fillStyle = look.soft;
  ctx.textAlign = "left";
  ctx.fillText("ways up", 2, y + 22);
}
