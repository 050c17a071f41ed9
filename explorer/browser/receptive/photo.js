// The photograph with what one unit sees of it: the box, its part beyond the edge, the neighbour's box.
import { area, beyond, centre, height, jump, meet, nearest, whole, width, columnsOf, at } from "./view.js";
import { frame, hatch, tag } from "./sheet.js";

const MARGIN = 0.17; // of the picture's side, on each side

/** How pixels of the picture lie on the sheet: {x(px), y(px), scale, side}. */
export function layout(sheetPx, side) {
  const scale = sheetPx / (side * (1 + 2 * MARGIN));
  const to = (px) => (px + side * MARGIN) * scale;
  return { scale, to, from: (css) => css / scale - side * MARGIN, sheetPx };
}

const cut = (view, b) => {
  const limit = (px) => Math.max(-12, Math.min(view.sheetPx + 12, view.to(px))); // an edge out of view is not drawn
  const [x0, x1, y0, y1] = [limit(b.left), limit(b.right + 1), limit(b.top), limit(b.bottom + 1)];
  return [x0, y0, x1 - x0, y1 - y0];
};

/** Paint everything: `shown` is {side, picture, layer, cell, box, other (the neighbour's box or null), isGlobal}. */
export function paintPhoto(ctx, look, view, shown) {
  const { side, picture, box: b, other, isGlobal } = shown;
  const picked = cut(view, meet(b, whole(side)));
  const photo = cut(view, whole(side));
  ctx.imageSmoothingEnabled = view.scale < 4;
  ctx.imageSmoothingQuality = "high";
  hatch(ctx, look, cut(view, b));
  if (picture) ctx.drawImage(picture, ...photo);
  else { ctx.fillStyle = look.panel; ctx.fillRect(...photo); }
  if (!isGlobal) dim(ctx, look, photo, picked);
  ctx.strokeStyle = look.soft;
  ctx.lineWidth = 1;
  ctx.strokeRect(...photo);
  centres(ctx, look, view, shown);
  if (other) frame(ctx, look, cut(view, other), { dash: [7, 5], line: 1.8, colour: "#ffffff" });
  frame(ctx, look, cut(view, b), { dash: isGlobal ? [4, 4] : [] });
  if (isGlobal) frame(ctx, look, photo, { line: 4 });
  const [cy, cx] = centre(b);
  dot(ctx, look, view.to(cx + 0.5), view.to(cy + 0.5));
  labels(ctx, look, view, shown);
}

function dim(ctx, look, [x, y, w, h], [px, py, pw, ph]) {
  ctx.save();
  ctx.beginPath();
  ctx.rect(x, y, w, h);
  ctx.rect(px, py, Math.max(0, pw), Math.max(0, ph));
  ctx.clip("evenodd");
  ctx.fillStyle = look.dark ? "#101218" : "#fcfbf8";
  ctx.globalAlpha = 0.6;
  ctx.fillRect(x, y, w, h);
  ctx.restore();
}

/** The middles of all units' fields, where they are far enough apart to be seen. */
function centres(ctx, look, view, { layer }) {
  const columns = columnsOf(layer);
  const apart = Math.min(jump(layer.rows), jump(columns)) * view.scale;
  if (apart < 5.5) return;
  const middle = (span, i) => { const [a, b] = at(span, i); return view.to((a + b + 1) / 2); };
  const r = apart < 9 ? 1 : 1.7;
  for (let row = 0; row < layer.map[0]; row++)
    for (let column = 0; column < layer.map[1]; column++) {
      const [x, y] = [middle(columns, column), middle(layer.rows, row)];
      ctx.fillStyle = "#000";
      ctx.fillRect(x - r - 0.6, y - r - 0.6, 2 * r + 1.2, 2 * r + 1.2);
      ctx.fillStyle = "#fff";
      ctx.fillRect(x - r, y - r, 2 * r, 2 * r);
    }
}

function dot(ctx, look, x, y) {
  for (const [colour, r] of [["#000", 6], [look.window, 4.2]]) {
    ctx.fillStyle = colour;
    ctx.beginPath();
    ctx.arc(x, y, r, 0, 7);
    ctx.fill();
  }
}

/** Size on the box, and how many pixels lie beyond each edge. */
function labels(ctx, look, view, { side, box: b }) {
  const [x, y, w, h] = cut(view, b);
  const out = beyond(b, side);
  const [cx, cy] = [x + w / 2, y + h / 2];
  const cutAway = (px) => view.to(-px) < 0;
  const middleOf = (px) => Math.max(11, view.to(-Math.min(px, side * MARGIN) / 2));
  if (out.top) tag(ctx, look, `${cutAway(out.top) ? "↑ " : ""}${out.top} px beyond`, cx, middleOf(out.top));
  if (out.bottom) tag(ctx, look, `${cutAway(out.bottom) ? "↓ " : ""}${out.bottom} px beyond`, cx, view.sheetPx - middleOf(out.bottom));
  const side_ = (px, mirrored) => {
    ctx.save();
    ctx.translate(mirrored ? view.sheetPx - middleOf(px) : middleOf(px), cy);
    ctx.rotate(mirrored ? Math.PI / 2 : -Math.PI / 2);
    tag(ctx, look, `${cutAway(px) ? "↑ " : ""}${px} px beyond`, 0, 0);
    ctx.restore();
  };
  if (out.left) side_(out.left, false);
  if (out.right) side_(out.right, true);
  const inner = meet(b, whole(side));
  if (area(inner) > 0 && w > 60 && !out.bottom) tag(ctx, look, `${height(b)} × ${width(b)} px`, cx, Math.min(view.sheetPx - 11, y + h + 14));
}

/** The unit under a point of the sheet: the one whose field is centred nearest. */
export function unitAt(view, layer, x, y) {
  return [nearest(layer.rows, layer.map[0], view.from(y) - 0.5), nearest(columnsOf(layer), layer.map[1], view.from(x) - 0.5)];
}
