// Previews of the section "Size".
import { layersOf, numbersOf } from "../blocks/cost.js";
import { layout } from "../blocks/layout.js";
import { look } from "../blocks/words.js";
import { H, W, start } from "./card.js";

const FILLS = { conv: "#2f6fb5", point: "#8b6fd6", pool: "#4d9a58", input: "#a9adb6" };
const branch = (name, inputs, channels, kernel, lane, column = 0) => ({ name, kind: "conv", inputs, channels, kernel, lane, column });
const INCEPTION = {
  parameters: [{ name: "c", title: "Channels", low: 1, high: 512, default: 256 }, { name: "h", title: "Size", low: 1, high: 64, default: 28 }, { name: "t", title: "Thinned", low: 1, high: 512, default: 64 }],
  parts: [branch("a", ["x"], "128", "1", 0, 2), branch("b", ["x"], "t", "1", 1), branch("d", ["b"], "192", "3", 1), branch("e", ["x"], "t", "1", 2), branch("f", ["e"], "96", "5", 2),
    { name: "p", kind: "max pool", inputs: ["x"], kernel: "3", stride: "1", padding: "1", lane: 3 }, branch("q", ["p"], "t", "1", 3), { name: "j", kind: "concat", inputs: ["a", "d", "f", "q"], lane: 1.5 }],
};

/** The inception module, thinned more and less. */
function blocks(canvas, { ink, paper, time }) {
  [canvas.width, canvas.height] = [W, H];
  const ctx = canvas.getContext("2d");
  ctx.fillStyle = paper;
  ctx.fillRect(0, 0, W, H);
  const t = Math.round(64 + 56 * Math.sin(time * 0.9));
  const { nodes, edges, width, height } = layout(layersOf(INCEPTION.parts, numbersOf(INCEPTION, { t })), 600);
  ctx.setTransform(W / width, 0, 0, (H - 4) / height, 0, 4);
  [ctx.strokeStyle, ctx.lineWidth] = [ink, 2];
  ctx.globalAlpha = 0.6;
  edges.forEach(({ points }) => ctx.stroke(new Path2D(points)));
  ctx.globalAlpha = 1;
  nodes.forEach(({ layer, x, y, w, h }) => { ctx.fillStyle = FILLS[look(layer)]; ctx.fillRect(x - w / 2, y - h * 0.7, w, h * 1.4); });
  ctx.setTransform(1, 0, 0, 1, 0, 0);
}

// AlexNet as lectures draw it: [channels, filters, kernel, side of the output]; the dense layers are 1 x 1 on 1 x 1.
const ALEXNET = [[3, 64, 11, 56], [64, 192, 5, 27], [192, 384, 3, 13], [384, 256, 3, 13], [256, 256, 3, 13], [9216, 4096, 1, 1], [4096, 4096, 1, 1], [4096, 1000, 1, 1]];

/** Memory, parameters and operations of AlexNet's layers, counted; a light walks through the three. */
function parameters(canvas, { dark, ink, paper, time }) {
  const ctx = start(canvas, paper);
  const measures = [([, f, , n]) => f * n * n, ([c, f, k]) => c * f * k * k, ([c, f, k, n]) => c * f * k * k * n * n];
  const colours = dark ? ["#b7a1ff", "#f59a4c", "#6db3f2"] : ["#5b35c9", "#c2540a", "#1f6fb4"];
  measures.forEach((measure, row) => {
    const values = ALEXNET.map(measure), most = Math.max(...values), base = 44 + row * 46;
    ctx.globalAlpha = Math.floor(time) % 3 === row ? 1 : 0.6;
    ctx.fillStyle = colours[row];
    values.forEach((value, i) => { const high = Math.max(1, (36 * value) / most); ctx.fillRect(20 + i * 32, base - high, 26, high); });
    ctx.globalAlpha = 1;
    ctx.fillStyle = ink;
    ctx.fillRect(16, base, 258, 1);
  });
}

export const SIZE = { blocks, parameters };
