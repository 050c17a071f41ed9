// The sheet that a preview is painted on.
export const [W, H] = [288, 144];

/** Size the canvas, fill it with the card's paper, give its context. */
export function start(canvas, paper) {
  [canvas.width, canvas.height] = [W, H];
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = paper;
  ctx.fillRect(0, 0, W, H);
  return ctx;
}
