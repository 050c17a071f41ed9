// From numbers to colours. Signed numbers: blue below zero, near-white (or near-black) at zero, orange above:
// told apart by colour-blind readers. Sequential numbers: grey, or a perceptually even violet scale.

const SIGNED_LIGHT = ["#08306b", "#2166ac", "#5a94c9", "#a9cbe4", "#f6f4f0", "#f6cfa4", "#e59245", "#c2540a", "#6e2a02"];
const SIGNED_DARK = ["#c7e4ff", "#8cc4f7", "#4f93cf", "#285781", "#16181f", "#6f3d17", "#b8651f", "#f59a4c", "#ffdcb8"];

function channels(hex) {
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

/** A table of n colours through the stops, as little-endian ABGR words for a Uint32 view of image data. */
export function table(stops, n = 511) {
  const words = new Uint32Array(n);
  const colours = stops.map(channels);
  for (let i = 0; i < n; i++) {
    const at = (i / (n - 1)) * (stops.length - 1);
    const k = Math.min(Math.floor(at), stops.length - 2);
    const [r, g, b] = colours[k].map((v, c) => Math.round(v + (colours[k + 1][c] - v) * (at - k)));
    words[i] = (255 << 24) | (b << 16) | (g << 8) | r;
  }
  return words;
}

const SIGNED = { light: table(SIGNED_LIGHT), dark: table(SIGNED_DARK) };
const GREY = table(["#000000", "#ffffff"], 256);

/** Whether the page is dark, from the text colour that the theme hands down. */
export function isDark(element) {
  const colour = getComputedStyle(element).getPropertyValue("--st-text-color").trim() || getComputedStyle(element).color;
  const [r, g, b] = colour.startsWith("#") ? channels(colour) : (colour.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
  return r + g + b > 382;
}

export function signedTable(dark) {
  return dark ? SIGNED.dark : SIGNED.light;
}

/** CSS colour of one signed number where `most` is the largest magnitude shown. */
export function signedColour(value, most, dark) {
  const words = signedTable(dark);
  const at = most > 0 ? Math.max(-1, Math.min(1, value / most)) : 0;
  const word = words[Math.round((at + 1) * 0.5 * (words.length - 1))];
  return `rgb(${word & 255} ${(word >> 8) & 255} ${(word >> 16) & 255})`;
}

/** Text colour that can be read on `signedColour`: black or white, at a contrast of at least 4.5 (WCAG 2.2). */
export function signedInk(value, most, dark) {
  const linear = (v) => (v <= 10 ? v / 3294 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const [r, g, b] = signedColour(value, most, dark).match(/\d+/g).map(Number);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.179 ? "#000000" : "#ffffff";
}

/** {low, high} of an array; {low: 0, high: 0} when empty; NaN is passed over. */
export function extent(data) {
  const { low, high } = summary(data);
  return { low, high };
}

/** {low, high, sum} of an array in one pass. */
export function summary(data) {
  let low = Infinity, high = -Infinity, sum = 0;
  for (let i = 0; i < data.length; i++) {
    const v = data[i];
    if (v < low) low = v;
    if (v > high) high = v;
    sum += v;
  }
  return low <= high ? { low, high, sum } : { low: 0, high: 0, sum: 0 };
}

/** How numbers become colours: {kind: "grey" | "signed", low, high, text}. Inside 0..255 grey levels are kept. */
export function mapping(low, high, { forceSigned = false, root = false } = {}) {
  const slack = 1e-9 * Math.max(1, Math.abs(low), Math.abs(high));
  if (!forceSigned && low >= -slack && high <= 255 + slack)
    return { kind: "grey", low: 0, high: 255, text: "0 is black, 255 is white" };
  const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
  const how = root ? "colour grows with the square root" : "full colour at the ends";
  return { kind: "signed", low: -most, high: most, root, text: `blue below zero, orange above; ${how}` };
}

/** A number in few characters: "0.333", "12.5", "1 020". */
export function short(value, digits = 3) {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(digits - 1).replace("-", "−").replace("e+", "e");
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  const text = String(Number(value.toFixed(Math.min(decimals, 6))));
  return text.replace("-", "−");
}

/** Paint one plane on a canvas of its own size, by a mapping from `mapping`. */
export function paintPlane(canvas, { data, height, width }, how, dark) {
  const { image, words } = buffer(canvas, height, width);
  if (how.kind === "grey") {
    for (let i = 0; i < data.length; i++) {
      const v = data[i];
      words[i] = GREY[v <= 0 ? 0 : v >= 255 ? 255 : (v + 0.5) | 0];
    }
  } else {
    const lut = signedTable(dark);
    const half = (lut.length - 1) / 2;
    const scale = half / how.high;
    const rooted = half / Math.sqrt(how.high);
    if (how.root) for (let i = 0; i < data.length; i++) words[i] = lut[(half + (data[i] < 0 ? -Math.sqrt(-data[i]) : Math.sqrt(data[i])) * rooted + 0.5) | 0];
    else for (let i = 0; i < data.length; i++) words[i] = lut[(half + data[i] * scale + 0.5) | 0];
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}

/** Paint three planes as one colour picture; a signed mapping puts zero at mid-grey. */
export function paintColour(canvas, planes, how) {
  const { height, width } = planes[0];
  const { image, words } = buffer(canvas, height, width);
  const [scale, zero] = how.kind === "grey" ? [1, 0.5] : [127.5 / how.high, 128];
  const [r, g, b] = planes.map((plane) => plane.data);
  const level = (v) => { const x = v * scale + zero; return x <= 0 ? 0 : x >= 255 ? 255 : x | 0; };
  for (let i = 0; i < words.length; i++) words[i] = 0xff000000 | (level(b[i]) << 16) | (level(g[i]) << 8) | level(r[i]);
  canvas.getContext("2d").putImageData(image, 0, 0);
}

const buffers = new WeakMap();

function buffer(canvas, height, width) {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  let kept = buffers.get(canvas);
  if (!kept || kept.image.width !== width || kept.image.height !== height) {
    const image = new ImageData(width, height);
    kept = { image, words: new Uint32Array(image.data.buffer) };
    buffers.set(canvas, kept);
  }
  return kept;
}

/** The legend of a mapping: a bar with its ends and, when signed, zero marked. Returns {element, set(how, dark)}. */
export function scaleBar() {
  const canvas = document.createElement("canvas");
  const [low, high] = [0, 0].map(() => document.createElement("span"));
  const text = document.createElement("span");
  const element = document.createElement("div");
  element.className = "scale";
  element.append(low, canvas, high, text);
  canvas.setAttribute("aria-hidden", "true");
  const set = (how, dark) => {
    const key = `${how.kind} ${how.root} ${how.low} ${how.high} ${dark}`;
    if (key === element.dataset.key) return;
    element.dataset.key = key;
    const n = 121;
    const data = Float64Array.from({ length: n }, (_, i) => how.low + ((how.high - how.low) * i) / (n - 1));
    const grey = how.kind === "grey3"; // three signed channels at once: zero is mid-grey
    const shown = grey ? data.map((v) => 127.5 + (127.5 * v) / how.high) : data;
    paintPlane(canvas, { data: shown, height: 1, width: n }, grey ? { kind: "grey" } : how, dark);
    if (how.kind !== "grey") { const ctx = canvas.getContext("2d"); ctx.fillStyle = dark ? "#ffffff" : "#000000"; ctx.fillRect((n - 1) / 2, 0, 1, 1); }
    low.textContent = short(how.low);
    high.textContent = short(how.high);
    text.textContent = how.text;
  };
  return { element, set };
}
