// Drawings of our own: ten digits and things that are no digits, as strokes. No DOM here.

/** A soft curve through the points (Catmull-Rom), rounded to the grid. */
function curve(...points) {
  const line = [];
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b, c, d] = [points[Math.max(0, i - 1)], points[i], points[i + 1], points[Math.min(points.length - 1, i + 2)]];
    for (let k = 0; k < 6; k++) {
      const t = k / 6;
      line.push([0, 1].map((n) => Math.round(0.5 * (2 * b[n] + (c[n] - a[n]) * t + (2 * a[n] - 5 * b[n] + 4 * c[n] - d[n]) * t * t + (3 * b[n] - 3 * c[n] + d[n] - a[n]) * t ** 3))));
    }
  }
  return [...line, points[points.length - 1]];
}

/** Part of an ellipse; angles in degrees, clockwise from the right. */
function arc(cx, cy, rx, ry, from, until) {
  return Array.from({ length: 33 }, (_, i) => {
    const angle = ((from + ((until - from) * i) / 32) * Math.PI) / 180;
    return [Math.round(cx + rx * Math.cos(angle)), Math.round(cy + ry * Math.sin(angle))];
  });
}

const line = (...points) => points;
const about = (strokes, factor, [x, y]) => strokes.map((points) => points.map(([u, v]) => [Math.round(x + (u - 128) * factor), Math.round(y + (v - 128) * factor)]));
const turned = (strokes) => strokes.map((points) => points.map(([x, y]) => [255 - x, 255 - y]));

const DIGITS = [
  [arc(130, 128, 60, 94, -70, 300)],
  [curve([112, 66], [142, 36], [136, 120], [126, 222])],
  [curve([68, 84], [88, 44], [138, 32], [176, 64], [162, 116], [112, 172], [66, 214], [112, 206], [196, 216])],
  [curve([74, 54], [116, 32], [164, 48], [162, 92], [114, 120], [166, 134], [182, 178], [146, 220], [92, 222], [62, 198])],
  [curve([98, 38], [82, 92], [70, 142], [126, 142], [192, 136]), curve([164, 76], [158, 140], [148, 228])],
  [line([176, 40], [96, 42], [86, 112]), curve([86, 112], [128, 100], [174, 126], [178, 180], [134, 220], [72, 206])],
  [curve([158, 34], [112, 78], [80, 148], [88, 204], [130, 224], [168, 198], [164, 154], [126, 138], [86, 168])],
  [curve([68, 50], [120, 46], [186, 44]), curve([186, 44], [160, 104], [134, 162], [116, 226])],
  [curve([128, 124], [96, 92], [98, 52], [132, 32], [164, 54], [158, 94], [128, 124], [94, 162], [94, 208], [130, 226], [166, 204], [164, 160], [128, 124])],
  [curve([170, 74], [140, 38], [98, 48], [82, 94], [108, 128], [150, 114], [172, 72], [166, 140], [146, 226])],
];
const NONSENSE = [
  { name: "a", title: "Letter A", strokes: [line([72, 224], [128, 34], [186, 224]), line([94, 156], [166, 156])] },
  { name: "x", title: "Letter X", strokes: [line([70, 40], [188, 220]), line([188, 40], [70, 220])] },
  { name: "m", title: "Letter M", strokes: [line([54, 218], [66, 44], [128, 160], [190, 44], [204, 218])] },
  { name: "heart", title: "Heart", strokes: [curve([128, 84], [100, 44], [54, 66], [60, 124], [128, 216], [198, 124], [202, 66], [156, 44], [128, 84])] },
  { name: "scribble", title: "Scribble", strokes: [curve([52, 92], [112, 48], [76, 156], [186, 58], [104, 212], [206, 124], [160, 222], [212, 202])] },
  { name: "upside4", title: "4 upside down", strokes: turned(DIGITS[4]) },
  { name: "upside7", title: "7 upside down", strokes: turned(DIGITS[7]) },
  { name: "two", title: "Two digits: 42", strokes: [...about(DIGITS[4], 0.55, [78, 128]), ...about(DIGITS[2], 0.55, [180, 128])] },
  { name: "dot", title: "One dot", strokes: [line([128, 128])] },
  { name: "blank", title: "Nothing at all", strokes: [] },
];

/** {name, title, strokes, digit}: `digit` is the class, null where there is none. */
export const SAMPLES = [
  ...DIGITS.map((strokes, digit) => ({ name: `d${digit}`, title: `Digit ${digit}`, strokes, digit })),
  { name: "corner", title: "A small 5 in a corner", strokes: about(DIGITS[5], 0.42, [66, 68]), digit: 5 },
  ...NONSENSE.map((sample) => ({ ...sample, digit: null })),
];
export const BY_NAME = Object.fromEntries(SAMPLES.map((sample) => [sample.name, sample]));
