// Volumes drawn to scale: an input block, the filter in it, and the output block. Depth is drawn at half length.

const DEEP = { x: 0.42, y: 0.27 }; // how far one channel goes back, in parts of a pixel's side: length 0.5
const TINTS = { 3: ["#d1493f", "#3c9a4c", "#3f74d6"], 4: ["#d1493f", "#3c9a4c", "#3f74d6", "#9a9aa2"] };

/** Where everything stands. blocks: {input: {side, pad, depth}, output: {side, depth}}. */
export function arrange({ input, output }, width, height) {
  const margin = { left: 44, right: 46, top: 30, bottom: 42, between: Math.max(56, width * 0.09) };
  const across = input.side + 2 * input.pad + output.side + DEEP.x * (input.depth + output.depth);
  const upright = Math.max(input.side + 2 * input.pad + DEEP.y * input.depth, output.side + DEEP.y * output.depth);
  const unit = Math.min((width - margin.left - margin.right - margin.between) / across, (height - margin.top - margin.bottom) / upright);
  const floor = (height + upright * unit + margin.top - margin.bottom) / 2;
  const used = across * unit + margin.between + margin.left + margin.right;
  const left = margin.left + (width - used) / 2;
  const padded = input.side + 2 * input.pad;
  return {
    unit,
    input: { x: left + input.pad * unit, y: floor - (padded - input.pad) * unit, side: input.side, depth: input.depth, pad: input.pad },
    output: { x: left + (padded + DEEP.x * input.depth) * unit + margin.between, y: floor - output.side * unit - (Math.max(0, padded - output.side) * unit) / 2, side: output.side, depth: output.depth },
  };
}

function quad(ctx, points) {
  ctx.beginPath();
  points.forEach(([x, y], i) => (i ? ctx.lineTo(x, y) : ctx.moveTo(x, y)));
  ctx.closePath();
}

/** The three visible faces of a box: front, top, right. */
function faces(x, y, w, h, dx, dy) {
  return {
    front: [[x, y], [x + w, y], [x + w, y + h], [x, y + h]],
    top: [[x, y], [x + dx, y - dy], [x + w + dx, y - dy], [x + w, y]],
    right: [[x + w, y], [x + w + dx, y - dy], [x + w + dx, y + h - dy], [x + w, y + h]],
  };
}

function layered(ctx, box, unit, paint) {
  const w = box.side * unit;
  const step = { x: DEEP.x * unit, y: DEEP.y * unit };
  const tints = TINTS[box.depth];
  const groups = Math.min(box.depth, Math.max(1, Math.floor((box.depth * step.x) / 2.5)));
  const each = box.depth / groups;
  for (let n = groups - 1; n >= 0; n--) {
    const off = n * each;
    const { front, top, right } = faces(box.x + off * step.x, box.y - off * step.y, w, w, each * step.x, each * step.y);
    [[top, 0.85], [right, 0.6]].forEach(([face, strength]) => {
      quad(ctx, face);
      ctx.fillStyle = paint.paper;
      ctx.fill();
      ctx.globalAlpha = strength * (tints && paint.tinted ? 1 : 0.55);
      ctx.fillStyle = tints && paint.tinted ? tints[n] : paint.fill;
      ctx.fill();
      ctx.globalAlpha = 0.8;
      ctx.lineWidth = 0.8;
      ctx.strokeStyle = paint.ink;
      ctx.stroke();
      ctx.globalAlpha = 1;
    });
    if (n) continue;
    quad(ctx, front);
    ctx.fillStyle = paint.paper;
    ctx.fill();
    ctx.globalAlpha = 0.28;
    ctx.fillStyle = tints && paint.tinted ? tints[0] : paint.fill;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.stroke();
  }
}

function grid(ctx, box, unit, ink) {
  if (unit < 4.5) return;
  ctx.globalAlpha = 0.22;
  ctx.lineWidth = 0.7;
  ctx.strokeStyle = ink;
  ctx.beginPath();
  for (let i = 1; i < box.side; i++) {
    ctx.moveTo(box.x + i * unit, box.y);
    ctx.lineTo(box.x + i * unit, box.y + box.side * unit);
    ctx.moveTo(box.x, box.y + i * unit);
    ctx.lineTo(box.x + box.side * unit, box.y + i * unit);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** A see-through box with the window's yellow, edged dark so that it is seen on any ground. */
function wire(ctx, x, y, w, dx, dy, dark) {
  const { front, top, right } = faces(x, y, w, w, dx, dy);
  [top, right, front].forEach((face) => {
    quad(ctx, face);
    ctx.fillStyle = "rgb(255 212 0 / .4)";
    ctx.fill();
    ctx.strokeStyle = "#17171c";
    ctx.lineWidth = dark ? 3.6 : 3;
    ctx.stroke();
    ctx.strokeStyle = "#ffd400";
    ctx.lineWidth = 1.6;
    ctx.stroke();
  });
}

function label(ctx, text, x, y, align, paint) {
  Object.assign(ctx, { textAlign: align, fillStyle: paint.ink, strokeStyle: paint.paper, lineWidth: 5, font: "600 15px sans-serif", textBaseline: "middle" });
  ctx.strokeText(text, x, y);
  ctx.fillText(text, x, y);
}

function named(ctx, box, unit, paint, extra = 0) {
  const w = box.side * unit, below = box.y + w + extra * unit;
  label(ctx, String(box.side), box.x - 8 - extra * unit, box.y + w / 2, "right", paint);
  label(ctx, String(box.side), box.x + w / 2, below + 14, "center", paint);
  label(ctx, String(box.depth), box.x + w + (DEEP.x * unit * box.depth) / 2 + 8, box.y + w - (DEEP.y * unit * box.depth) / 2 + 12, "left", paint);
}

/** Draw all on a canvas of CSS size width x height. spot: {row, column, stride, kernel} places the filter. Returns the arrangement. */
export function drawBlocks(canvas, blocks, spot, { width, height, root, dark }) {
  const scale = Math.min(3, devicePixelRatio || 1);
  [canvas.width, canvas.height] = [Math.round(width * scale), Math.round(height * scale)];
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext("2d");
  ctx.scale(scale, scale);
  ctx.lineJoin = "round";
  const css = getComputedStyle(root);
  const [ink, paper, fill] = ["--ink", "--paper", "--accent"].map((name) => css.getPropertyValue(name).trim());
  const at = arrange(blocks, width, height);
  const { input, output, unit } = at;
  layered(ctx, input, unit, { ink, paper, fill, tinted: true });
  layered(ctx, output, unit, { ink, paper, fill, tinted: false });
  [input, output].forEach((box) => grid(ctx, box, unit, ink));
  if (input.pad) frame(ctx, input, unit, ink);
  window_(ctx, at, spot, { ink, dark });
  named(ctx, input, unit, { ink, paper }, input.pad);
  named(ctx, output, unit, { ink, paper });
  return at;
}

function frame(ctx, box, unit, ink) {
  ctx.setLineDash([5, 4]);
  ctx.strokeStyle = ink;
  ctx.lineWidth = 1.2;
  ctx.strokeRect(box.x - box.pad * unit, box.y - box.pad * unit, (box.side + 2 * box.pad) * unit, (box.side + 2 * box.pad) * unit);
  ctx.setLineDash([]);
}

/** The filter in the input, the column of the output that it writes, and the lines between. */
function window_(ctx, { input, output, unit }, { row, column, stride, kernel }, { ink, dark }) {
  const w = kernel * unit;
  const x = input.x + (column * stride - input.pad) * unit, y = input.y + (row * stride - input.pad) * unit;
  const deep = { x: DEEP.x * unit * input.depth, y: DEEP.y * unit * input.depth };
  const cell = Math.max(4, unit);
  const to = { x: output.x + column * unit, y: output.y + row * unit };
  wire(ctx, x, y, w, deep.x, deep.y, dark);
  ctx.strokeStyle = ink;
  ctx.globalAlpha = 0.75;
  ctx.lineWidth = 1.1;
  ctx.setLineDash([3, 3]);
  ctx.beginPath();
  [[x + w + deep.x, y - deep.y, 0], [x + w, y + w, cell]].forEach(([fromX, fromY, down]) => {
    ctx.moveTo(fromX, fromY);
    ctx.lineTo(to.x, to.y + down);
  });
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.globalAlpha = 1;
  wire(ctx, to.x, to.y, cell, DEEP.x * unit * output.depth, DEEP.y * unit * output.depth, dark);
}

/** The output's row and column under a point of the drawing (over either block), or null. */
export function pointed({ input, output, unit }, { kernel, stride }, x, y) {
  const clamp = (v) => Math.max(0, Math.min(output.side - 1, v));
  const over = (box, pad) => x >= box.x - pad * unit && y >= box.y - pad * unit && x < box.x + (box.side + pad) * unit && y < box.y + (box.side + pad) * unit;
  if (over(output, 0)) return { row: clamp(Math.floor((y - output.y) / unit)), column: clamp(Math.floor((x - output.x) / unit)) };
  if (!over(input, input.pad)) return null;
  const place = (v, from) => clamp(Math.round(((v - from) / unit + input.pad - kernel / 2) / stride));
  return { row: place(y, input.y), column: place(x, input.x) };
}
