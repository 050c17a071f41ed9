// A volume as slabs standing one behind the other, drawn on one canvas.

const SQUEEZE = 0.6; // a slab is seen from the side: its width shrinks
const RISE = 0.24; // and its far edge rises, in parts of the shrunk width
const places = new WeakMap();

/** Where the slabs stand: {slabW, slabH, rise, gap, left, top}, in CSS pixels. */
function arrangement(width, maps) {
  const ratio = maps[0].height / maps[0].width;
  const room = width - 90;
  const slabH = Math.min(158, width * 0.36, (room * 0.5 * ratio) / SQUEEZE);
  const slabW = (slabH / ratio) * SQUEEZE;
  const gap = maps.length > 1 ? Math.min(slabW * 0.75, (room - slabW) / (maps.length - 1)) : 0;
  const rise = slabW * RISE;
  return { slabW, slabH, rise, gap, left: 52, top: rise + 30, height: slabH + rise + 82, count: maps.length };
}

/** Draw the maps as a volume; map `chosen` is lifted and framed. */
export function drawSlabs(canvas, maps, { chosen, root }) {
  const width = Math.max(280, canvas.parentElement?.clientWidth || 600);
  const at = arrangement(width, maps);
  const scale = Math.min(3, devicePixelRatio || 1);
  canvas.style.height = `${at.height}px`;
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(at.height * scale)];
  const ctx = canvas.getContext("2d");
  const css = getComputedStyle(root);
  const [ink, accent] = ["--ink", "--accent"].map((name) => css.getPropertyValue(name).trim());
  ctx.scale(scale, scale);
  ctx.imageSmoothingQuality = "high";
  for (let n = maps.length - 1; n >= 0; n--) {
    const lift = n === chosen ? 14 : 0;
    ctx.save();
    ctx.transform(1, -RISE, 0, 1, at.left + n * at.gap, at.top - lift);
    ctx.drawImage(maps[n], 0, 0, at.slabW, at.slabH);
    ctx.lineWidth = n === chosen ? 3.5 : 1.2;
    ctx.strokeStyle = n === chosen ? accent : ink;
    ctx.strokeRect(0, 0, at.slabW, at.slabH);
    ctx.restore();
  }
  sizes(ctx, at, maps, ink);
  places.set(canvas, at);
}

function sizes(ctx, at, maps, ink) {
  const { left, top, slabH, slabW, gap, count, rise } = at;
  Object.assign(ctx, { fillStyle: ink, strokeStyle: ink, lineWidth: 1.2, font: "600 15px sans-serif", textAlign: "center" });
  ctx.fillText(String(maps[0].height), left - 26, top + slabH / 2);
  const floor = top + slabH + 16;
  ctx.fillText(String(maps[0].width), left + slabW * 0.32, top - rise * 0.32 - 24);
  if (count < 2) return;
  const [from, to] = [left, left + (count - 1) * gap];
  ctx.beginPath();
  ctx.moveTo(from, floor - 6);
  ctx.lineTo(from, floor);
  ctx.lineTo(to, floor);
  ctx.lineTo(to, floor - 6);
  ctx.stroke();
  ctx.fillText(`${count} maps`, Math.max((from + to) / 2, left + 30), floor + 18);
}

/** The map under the pointer, or -1. */
export function slabAt(canvas, event) {
  const at = places.get(canvas);
  if (!at) return -1;
  const box = canvas.getBoundingClientRect();
  const x = event.clientX - box.left, y = event.clientY - box.top;
  for (let n = 0; n < at.count; n++) {
    const u = x - at.left - n * at.gap;
    const v = y - at.top + RISE * u;
    if (u >= 0 && u < at.slabW && v >= 0 && v < at.slabH) return n;
  }
  return -1;
}
