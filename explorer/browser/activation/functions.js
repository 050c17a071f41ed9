// Activation functions and their slopes: the counterpart of `explorer.activations`. No DOM here.
// At a kink the slope is the one that PyTorch uses.

const ROOT_PI = Math.sqrt(Math.PI);
const WIDE = 20; // where every curve here has become straight, or flat to nine digits

/** 1 − erf(x): a series near zero, a continued fraction further out; good to about 1e-14. */
export function erfc(x) {
  const size = Math.abs(x);
  const upper = size < 2.5 ? 1 - series(size) : fraction(size);
  return x < 0 ? 2 - upper : upper;
}

function series(x) {
  let term = x, sum = x;
  for (let n = 1; term > 1e-17 * sum; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / ROOT_PI) * Math.exp(-x * x) * sum;
}

function fraction(x) {
  let below = x;
  for (let n = 60; n > 0; n--) below = x + n / 2 / below;
  return Math.exp(-x * x) / (ROOT_PI * below);
}

const bell = (x) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

// The share of a normal distribution below x, kept at steps of 1/256 with its slope: cubics between are good to 1e-12.
const STEP = 1 / 256, REACH = 9;
const KNOTS = Float64Array.from({ length: (2 * REACH) / STEP + 2 }, (_, i) => erfc(-(i * STEP - REACH) / Math.SQRT2) / 2);
const SLOPES = KNOTS.map((_, i) => bell(i * STEP - REACH) * STEP);

function share(x) {
  if (x <= -REACH || x >= REACH) return x < 0 ? 0 : 1;
  const place = (x + REACH) / STEP, i = Math.floor(place), t = place - i, rest = 1 - t;
  return rest * rest * ((1 + 2 * t) * KNOTS[i] + t * SLOPES[i]) + t * t * ((3 - 2 * t) * KNOTS[i + 1] - rest * SLOPES[i + 1]);
}

const sigmoid = (x) => { const tail = Math.exp(-Math.abs(x)); return (x >= 0 ? 1 : tail) / (1 + tail); };
const sigmoidSlope = (x) => { const tail = Math.exp(-Math.abs(x)); return tail / (1 + tail) ** 2; };
const near = (x) => Math.max(-50, Math.min(50, x)); // further out the bends are over
const elu = (x, alpha) => (x > 0 ? x : alpha * Math.expm1(x));
const eluSlope = (x, alpha) => (x > 0 ? 1 : alpha * Math.exp(x));

const BEND = Math.sqrt(2 / Math.PI);
const inside = (x) => BEND * (near(x) + 0.044715 * near(x) ** 3);

function geluTanhSlope(x) {
  const steepness = 4 * sigmoidSlope(2 * inside(x)) * BEND * (1 + 3 * 0.044715 * near(x) ** 2);
  return 0.5 * (1 + Math.tanh(inside(x))) + 0.5 * near(x) * steepness;
}

const text = (value) => String(+value.toPrecision(6)).replace("-", "−");

/** "−0.5x + 0.5" */
function lineText(w, b) {
  const slope = w === 1 ? "x" : w === -1 ? "−x" : `${text(w)}x`;
  return b === 0 ? slope : `${slope} ${b > 0 ? "+" : "−"} ${text(Math.abs(b))}`;
}

const MAKERS = {
  sigmoid: () => [sigmoid, sigmoidSlope],
  tanh: () => [Math.tanh, (x) => 4 * sigmoidSlope(2 * x)],
  relu: () => [(x) => (x > 0 ? x : 0), (x) => (x > 0 ? 1 : 0)],
  leaky_relu: ({ slope }) => [(x) => (x > 0 ? x : slope * x), (x) => (x > 0 ? 1 : slope), `max(${text(slope)}x, x)`],
  elu: ({ alpha }) => [(x) => elu(x, alpha), (x) => eluSlope(x, alpha), `x for x > 0, otherwise ${alpha === 1 ? "exp(x) − 1" : `${text(alpha)} · (exp(x) − 1)`}`],
  selu: ({ selu_alpha, selu_scale }) => [(x) => selu_scale * elu(x, selu_alpha), (x) => selu_scale * eluSlope(x, selu_alpha)],
  gelu: () => [(x) => x * share(x), (x) => share(x) + near(x) * bell(near(x))],
  gelu_tanh: () => [(x) => 0.5 * x * (1 + Math.tanh(inside(x))), geluTanhSlope],
  maxout: ({ w1, b1, w2, b2 }) => [
    (x) => Math.max(w1 * x + b1, w2 * x + b2),
    (x) => { const [a, b] = [w1 * x + b1, w2 * x + b2]; return a > b ? w1 : b > a ? w2 : (w1 + w2) / 2; },
    `max(${lineText(w1, b1)}, ${lineText(w2, b2)})`,
  ],
};

/** {name, title, formula, value(x), slope(x)} with these parameters; `entry` comes from the table of the concepts. */
export function activation(entry, parameters) {
  const [value, slope, formula = entry.formula] = MAKERS[entry.name](parameters);
  return { ...entry, value, slope, formula };
}

/** {value, at}: the steepest slope anywhere, the bound of what one layer lets pass back; at: null where it is held. */
export function steepest({ slope }) {
  let best = { value: 0, at: null };
  for (let i = -WIDE * 1000; i <= WIDE * 1000; i++) {
    const value = Math.abs(slope(i / 1000));
    if (value > best.value + 1e-15) best = { value, at: i / 1000 };
    else if (value === best.value && best.at !== null && i / 1000 - best.at < 0.0015) best.at = null;
  }
  return best;
}

/** {value, at}: the largest |f − g| between two bounds. */
export function largestDifference(f, g, low, high, steps = 16_000) {
  let best = { value: 0, at: 0 };
  for (let i = 0; i <= steps; i++) {
    const x = low + ((high - low) * i) / steps;
    const value = Math.abs(f.value(x) - g.value(x));
    if (value > best.value) best = { value, at: x };
  }
  return best;
}

/** [{from, to, dead}]: where the slope is nearer to zero than `limit`; ±Infinity at open ends; dead: exactly zero. */
export function flatRuns({ slope }, limit) {
  const flat = (x) => Math.abs(slope(x)) < limit;
  const runs = [];
  const step = 0.01;
  let from = flat(-WIDE) ? -Infinity : null;
  for (let i = 1; i <= (2 * WIDE) / step; i++) {
    const [left, right] = [-WIDE + (i - 1) * step, -WIDE + i * step];
    if (flat(left) === flat(right)) continue;
    const edge = bisect(flat, left, right);
    if (from === null) from = edge;
    else { runs.push({ from, to: edge }); from = null; }
  }
  if (from !== null) runs.push({ from, to: Infinity });
  return runs.map((run) => ({ ...run, dead: slope(middle(run)) === 0 }));
}

const middle = ({ from, to }) => (Math.max(from, -WIDE) + Math.min(to, WIDE)) / 2;

function bisect(test, left, right) {
  const before = test(left);
  for (let i = 0; i < 40; i++) {
    const half = (left + right) / 2;
    if (test(half) === before) left = half; else right = half;
  }
  return Math.round(((left + right) / 2) * 1e9) / 1e9;
}
