// How often each value occurs in a layer; heights grow with the square root, so that the rare can be seen.
import { short, signedColour } from "../shared/colour.js";

const [W, H, FOOT] = [560, 168, 34];

export function histogram(canvas, { counts, edges }, dark) {
  [canvas.width, canvas.height] = [W, H];
  const ctx = canvas.getContext("2d");
  const most = Math.max(...counts);
  const limit = Math.max(Math.abs(edges[0]), Math.abs(edges[1])) || 1;
  const width = W / counts.length;
  const ink = dark ? "#eceaf2" : "#1b1c24";
  counts.forEach((count, i) => {
    const middle = edges[0] + ((edges[1] - edges[0]) * (i + 0.5)) / counts.length;
    const height = (H - FOOT) * Math.sqrt(count / most);
    const tint = Math.sign(middle) * Math.max(Math.abs(middle), limit * 0.35);
    ctx.fillStyle = signedColour(tint, limit, dark);
    ctx.fillRect(i * width, H - FOOT - height, width - 1, height);
  });
  ctx.fillStyle = ink;
  ctx.fillRect(0, H - FOOT, W, 2);
  ctx.font = "24px sans-serif";
  ctx.fillText(short(edges[0]), 0, H - 8);
  ctx.textAlign = "right";
  ctx.fillText(short(edges[1]), W, H - 8);
  const zero = (-edges[0] / (edges[1] - edges[0])) * W;
  if (zero > 60 && zero < W - 60) { ctx.textAlign = "center"; ctx.fillText("0", zero, H - 8); ctx.fillRect(zero - 1, 0, 2, H - FOOT); }
  canvas.setAttribute("aria-label", `Histogram of ${counts.reduce((a, b) => a + b, 0)} values from ${short(edges[0])} to ${short(edges[1])}; heights grow with the square root`);
}
