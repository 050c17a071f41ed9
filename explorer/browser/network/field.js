// What one unit of the chosen layer sees, on a picture: its receptive field as a box. Move over the picture, or use
// the arrow keys, to choose another unit.
import { h, line, put } from "../shared/controls.js";

const MARGIN = 0.18; // room around the picture for what reaches into the padding, as a share of its side
const VIEW = 300;

/** First and last pixel that a unit sees along one axis. */
export function seen([first, last, roundPx], unit) {
  if (!Array.isArray(first)) return [first + unit * roundPx, last + unit * roundPx];
  const rounds = Math.floor(unit / first.length), place = unit % first.length;
  return [first[place] + rounds * roundPx, last[place] + rounds * roundPx];
}

export function receptiveField({ onUnit }) {
  const canvas = h("canvas", { width: 2 * VIEW, height: 2 * VIEW, tabindex: "0", role: "application", "aria-label": "The picture and the part that one unit sees; arrow keys move to other units" });
  const said = h("p", { role: "status" });
  const note = line();
  const element = h("section", { class: "field", "aria-label": "Receptive field" }, canvas, said, note.element);
  let picture = null, row = null, model = null, unit = [0, 0], numbers = null;

  const grid = () => row.field.map;
  const clamp = (value, count) => Math.max(0, Math.min(count - 1, value));
  const choose = (r, c) => { unit = [clamp(r, grid()[0]), clamp(c, grid()[1])]; paint(); onUnit(numbers); };

  const measure = () => {
    const { rows, columns } = row.field;
    const [, height, width] = model.facts.input;
    const [top, bottom] = seen(rows, unit[0]);
    const [left, right] = seen(columns || rows, unit[1]);
    const inside = Math.max(0, Math.min(height - 1, bottom) - Math.max(0, top) + 1) * Math.max(0, Math.min(width - 1, right) - Math.max(0, left) + 1);
    const units = Array.isArray(rows[0]) ? rows[0].length : 1;
    numbers = { name: row.name, unit, map: grid(), top, left, bottom, right, height: bottom - top + 1, width: right - left + 1, jump: rows[2] / units, inside: inside / (height * width), global: Boolean(row.field.global) };
  };

  function paint() {
    measure();
    const [, height, width] = model.facts.input;
    const ctx = canvas.getContext("2d");
    const side = canvas.width / (1 + 2 * MARGIN);
    const [x0, y0, step] = [MARGIN * side, MARGIN * side, side / Math.max(height, width)];
    ctx.fillStyle = getComputedStyle(canvas).getPropertyValue("--panel") || "#888888";
    ctx.fillRect(0, 0, canvas.width, canvas.height);
    if (picture) {
      const cut = Math.min(picture.width, picture.height);
      ctx.drawImage(picture, (picture.width - cut) / 2, (picture.height - cut) / 2, cut, cut, x0, y0, width * step, height * step);
    }
    const at = { x: x0 + numbers.left * step, y: y0 + numbers.top * step, w: numbers.width * step, h: numbers.height * step };
    shade(ctx, at, x0, y0, step);
    frame(ctx, at);
    dots(ctx, x0, y0, step);
    put(said, sentence());
    note.say(row.field.note ? `Note: ${row.field.note}.` : "");
  }

  function shade(ctx, { x, y, w, h: high }, x0, y0, step) {
    const [, height, width] = model.facts.input;
    ctx.save();
    ctx.beginPath();
    ctx.rect(x0, y0, width * step, height * step);
    ctx.clip();
    ctx.fillStyle = "rgb(10 10 20 / 45%)";
    ctx.beginPath();
    ctx.rect(0, 0, canvas.width, canvas.height);
    ctx.rect(x, y, w, high);
    ctx.fill("evenodd");
    ctx.restore();
  }

  function frame(ctx, { x, y, w, h: high }) {
    const least = Math.max(6, w), tall = Math.max(6, high); // a single pixel must still be seen
    for (const [colour, thick] of [["#1b1c24", 9], ["#ffd400", 5]]) {
      ctx.strokeStyle = colour;
      ctx.lineWidth = thick;
      ctx.strokeRect(x - (least - w) / 2, y - (tall - high) / 2, least, tall);
    }
  }

  /** The centres of all units, where they are few enough to be told apart. */
  function dots(ctx, x0, y0, step) {
    const [rows, columns] = grid();
    if (Math.max(rows, columns) > 16) return;
    for (let r = 0; r < rows; r++) for (let c = 0; c < columns; c++) {
      const [top, bottom] = seen(row.field.rows, r), [left, right] = seen(row.field.columns || row.field.rows, c);
      ctx.fillStyle = r === unit[0] && c === unit[1] ? "#ffd400" : "#ffffff";
      ctx.strokeStyle = "#1b1c24";
      ctx.lineWidth = 1.5;
      ctx.beginPath();
      ctx.arc(x0 + ((left + right + 1) / 2) * step, y0 + ((top + bottom + 1) / 2) * step, r === unit[0] && c === unit[1] ? 7 : 4, 0, 7);
      ctx.fill();
      ctx.stroke();
    }
  }

  function sentence() {
    const { unit: [r, c], map, height, width, jump, inside } = numbers;
    const size = `${height} × ${width} px`;
    const step = map[0] * map[1] > 1 ? ` Neighbouring units look ${jump} px apart.` : "";
    const whole = numbers.global ? " A pooling or gate before it has already mixed in the whole picture; the box is what the windows alone give." : "";
    const much = inside > 0.995 ? "all of the picture" : `${(100 * inside).toPrecision(2)} % of the picture`;
    return `Unit (${r}, ${c}) of ${map[0]} × ${map[1]} sees ${size}: ${much}.${step}${whole}`;
  }

  const pointed = (event) => {
    if (!row?.field) return;
    const bounds = canvas.getBoundingClientRect();
    const [, height, width] = model.facts.input;
    const pixel = (share) => ((share * (1 + 2 * MARGIN) - MARGIN) * Math.max(height, width));
    choose(nearest(row.field.rows, grid()[0], pixel((event.clientY - bounds.top) / bounds.height)),
      nearest(row.field.columns || row.field.rows, grid()[1], pixel((event.clientX - bounds.left) / bounds.width)));
  };
  canvas.addEventListener("pointermove", pointed);
  canvas.addEventListener("pointerdown", pointed);
  canvas.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step || !row?.field) return;
    event.preventDefault();
    choose(unit[0] + step[0], unit[1] + step[1]);
  });

  return {
    element, canvas,
    set(nextModel, nextRow) {
      [model, row] = [nextModel, nextRow];
      element.hidden = !row?.field;
      if (!row?.field) return;
      unit = grid().map((count) => Math.floor(count / 2));
      paint();
      onUnit(numbers);
    },
    setPicture(canvasOfPicture) { picture = canvasOfPicture; if (row?.field) paint(); },
  };
}

/** The unit whose centre lies nearest to a pixel. */
function nearest(span, count, pixel) {
  let best = 0, least = Infinity;
  for (let i = 0; i < count; i++) {
    const [first, last] = seen(span, i);
    const far = Math.abs((first + last + 1) / 2 - pixel);
    if (far < least) [best, least] = [i, far];
  }
  return best;
}
