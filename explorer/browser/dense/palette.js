// One colour for each weight. Own weights: a family of shades for each hidden unit; shared weights: a few clear hues.

const SHARED = [[42, 0.68, 0.17], [255, 0.6, 0.17], [145, 0.66, 0.16], [330, 0.64, 0.2], [90, 0.78, 0.15], [200, 0.68, 0.12], [292, 0.56, 0.19], [15, 0.58, 0.19], [120, 0.76, 0.17]];

const gamma = (v) => 255 * Math.max(0, Math.min(1, v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055));

/** OKLCH (lightness 0..1, chroma, hue in degrees) -> [r, g, b] 0..255. Source: Ottosson 2020, A perceptual color space. */
export function oklch(lightness, chroma, hue) {
  const a = chroma * Math.cos((hue * Math.PI) / 180), b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s].map(gamma);
}

/** The colour of the k-th shared weight. */
export function sharedColour(tap, dark) {
  const [hue, lightness, chroma] = SHARED[tap % SHARED.length];
  return oklch(lightness + (dark ? 0.08 : -0.02), chroma, hue);
}

/** The colour of a weight that only the line from j to i uses. */
export function ownColour(layer, i, j, dark) {
  const tap = layer.tap(i, j);
  const part = tap >= 0 ? tap / Math.max(1, layer.taps - 1) : ((j * 7) % 11) / 10;
  const hue = (360 * i) / layer.hidden + 20 * (part - 0.5);
  return oklch((dark ? 0.6 : 0.46) + 0.26 * part, 0.13, hue);
}

/** [r, g, b] of the line from j to i, as far as the weights are shared. */
export function lineColour(layer, i, j, dark) {
  const own = ownColour(layer, i, j, dark);
  const tap = layer.tap(i, j);
  if (tap < 0 || layer.sharing === 0) return own;
  const shared = sharedColour(tap, dark);
  return own.map((v, c) => v + (shared[c] - v) * layer.sharing);
}

export const css = ([r, g, b], alpha = 1) => `rgb(${r | 0} ${g | 0} ${b | 0} / ${alpha})`;

/** Text that can be read on [r, g, b]. */
export const inkOn = ([r, g, b]) => (0.299 * r + 0.587 * g + 0.114 * b > 135 ? "#14151b" : "#ffffff");
