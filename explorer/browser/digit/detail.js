// How the chosen number came about, drawn: patches times kernels, a window, a vector times weights, a curve, powers.
import { sheet } from "../dense/sheet.js";
import { h } from "../shared/controls.js";
import { BY_KEY } from "./layers.js";
import { paintCurve, paintPixel, paintSoftmax, paintWindow } from "./detail-small.js";
import { paintConvolution, tallOf } from "./detail-conv.js";
import { paintVector } from "./detail-vector.js";
import { enlarged } from "./detail-map.js";

export const MAP_SIDE = 126;
const NATURAL = 1120; // as wide as on a projector; where there is more, all grows
const PAINT = { pixel: paintPixel, tanh: paintCurve, pool: paintWindow, conv: paintConvolution, dense: paintVector, softmax: paintSoftmax };

/** view() gives {unit, explained, found, levels, scales, term, net}; onHover(unit), onPick(unit), onTerm(index, keep). */
export function detail({ view, onHover, onPick, onTerm }) {
  let spots = [];
  const growth = (w) => Math.max(1, w / NATURAL);
  let grown = 1;
  const height = (w) => growth(w) * tallOf(view().explained, w, BY_KEY[view().unit.layer].side > 1);
  const draw = (ctx, whole) => {
    grown = growth(whole.w);
    ctx.scale(grown, grown);
    const look = { ...whole, w: whole.w / grown };
    const now = view();
    const has = BY_KEY[now.unit.layer].side > 1;
    spots = [];
    if (has) spots.push(...enlarged(ctx, look, now, { x: 0, y: 20, side: MAP_SIDE }));
    const left = has ? MAP_SIDE + (look.w < 560 ? 16 : 28) : 0;
    spots.push(...PAINT[now.explained.kind](ctx, look, now, { x: left, y: 0, w: look.w - left }));
  };
  const made = sheet({ height, draw, attributes: { class: "sheet detail", role: "img", "aria-labelledby": "digit-name digit-told" } });
  const at = (event) => made.at(event).map((v) => v / grown);
  const under = (event) => { const [x, y] = at(event); return spots.find((spot) => x >= spot.x && y >= spot.y && x < spot.x + spot.w && y < spot.y + spot.h); };
  const follow = (event, keep) => {
    const spot = under(event);
    if (spot?.unit) { const unit = spot.unit(...at(event)); if (keep) onPick(unit); else onHover(unit); }
    else if (spot?.term !== undefined) onTerm(spot.term, keep);
    else if (!keep) onHover(null);
  };
  made.canvas.addEventListener("pointermove", (event) => { if (event.pointerType !== "touch") follow(event, false); });
  made.canvas.addEventListener("pointerleave", () => { onHover(null); onTerm(null, false); });
  made.canvas.addEventListener("click", (event) => follow(event, true));
  return { ...made, element: h("div", { class: "detail-place" }, made.canvas) };
}
