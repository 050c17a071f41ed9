// The view as one picture: pad, network, and how the chosen number came about.
import { h } from "../shared/controls.js";

const GAP = 24;

export function poster({ pad, network, detail, lines, dark, font }) {
  const side = Math.round(network.height * 0.86);
  const wide = Math.max(side + GAP + network.width, detail.width) + 2 * GAP;
  const size = Math.round(wide / 72);
  const canvas = h("canvas", { width: wide, height: network.height + detail.height + 4 * GAP + 4.6 * size });
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = dark ? "#101218" : "#fcfbf8";
  ctx.fillRect(0, 0, canvas.width, canvas.height);
  ctx.drawImage(pad, GAP, GAP + network.height - side, side, side);
  ctx.drawImage(network, GAP + side + GAP, GAP);
  ctx.fillStyle = dark ? "#eceaf2" : "#1b1c24";
  let y = network.height + 2 * GAP + 0.8 * size;
  lines.forEach((text, i) => {
    ctx.font = `${i ? 400 : 700} ${size}px ${font}`;
    for (const part of wrapped(ctx, text, wide - 2 * GAP)) { ctx.fillText(part, GAP, y); y += 1.45 * size; }
  });
  ctx.drawImage(detail, GAP, canvas.height - GAP - detail.height);
  return canvas;
}

/** The text in lines of at most `room`. */
function wrapped(ctx, text, room) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines[lines.length - 1]} ${word}`.trim();
    if (ctx.measureText(longer).width <= room) lines[lines.length - 1] = longer; else lines.push(word);
  }
  return lines;
}
