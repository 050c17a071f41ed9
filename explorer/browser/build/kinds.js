// The layer types of the editor: for each its settings, and its formulas together with its line of PyTorch code.
// Shapes are [C, H, W] or [F]; `skip` is the shape that a residual or dense row reads from above. No DOM here.
import { Problem, channelCount, choice, featureCount, flag, padding, rowCount, size } from "./settings.js";

export const product = (shape) => shape.reduce((total, n) => total * n, 1);
export const shown = (shape) => (shape.length > 1 ? shape.join(" × ") : `a vector of ${shape[0]}`);
const same = (a, b) => a.length === b.length && a.every((n, i) => n === b[i]);
const written = ([rows, columns]) => (rows === columns ? String(rows) : `(${rows}, ${columns})`);

function aMap(shape) {
  if (shape.length !== 3) throw new Problem(`needs a map (channels × height × width), gets ${shown(shape)}`);
  return shape;
}

function takes(wanted, got, what, shape) {
  if (wanted !== null && wanted !== got) throw new Problem(`takes ${wanted} ${what}, gets ${got}${shape ? ` (${shown(shape)})` : ""}`);
}

/** How many places a window takes: floor((H + 2 P - D (K - 1) - 1) / S) + 1. */
function places({ kernel, stride, padding: pad, dilation }, axis, length, ceil) {
  const reach = dilation[axis] * (kernel[axis] - 1) + 1;
  const free = length + 2 * pad[axis] - reach;
  if (free < 0) throw new Problem(`a window of ${reach} does not fit into ${length + 2 * pad[axis]} (padding included)`);
  if (!ceil) return Math.floor(free / stride[axis]) + 1;
  const count = Math.ceil(free / stride[axis]) + 1;
  return (count - 1) * stride[axis] >= length + pad[axis] ? count - 1 : count;
}

/** nn.NAME(positional, named) where `named` holds [value, usual]; what is usual is left out. */
function call(name, positional, named = {}) {
  const parts = positional.map(String);
  for (const [key, [value, usual]] of Object.entries(named)) if (value !== usual) parts.push(`${key}=${value}`);
  return `nn.${name}(${parts.join(", ")})`;
}

const python = (value) => (value ? "True" : "False");
const NOTHING = { check: () => {}, weights: () => 0, biases: () => 0, macs: () => 0, window: () => null, isGlobal: () => false, back: () => 0 };

function convolution({ filtersOf, groupsOf, ...own }) {
  const weights = (v, shape) => filtersOf(v, shape[0]) * (shape[0] / groupsOf(v, shape[0])) * product(v.kernel);
  const window = (v) => ({ kernel: v.kernel, stride: v.stride, padding: v.padding, dilation: v.dilation });
  return {
    ...NOTHING, ...own, colour: "conv", weights, window,
    output(v, shape) {
      const [channels, height, width] = aMap(shape);
      const filters = filtersOf(v, channels), groups = groupsOf(v, channels);
      takes(v.channels, channels, "channels", shape);
      if (channels % groups || filters % groups) throw new Problem(`groups must divide ${channels} channels and ${filters} filters, got ${groups}`);
      return [filters, places(window(v), 0, height), places(window(v), 1, width)];
    },
    biases: (v, shape) => (v.bias ? filtersOf(v, shape[0]) : 0),
    macs: (v, shape, skip, out) => out[1] * out[2] * weights(v, shape),
    code: (v, shape) => call("Conv2d", [shape[0], filtersOf(v, shape[0]), written(v.kernel)], {
      stride: [written(v.stride), "1"], padding: [written(v.padding), "0"], dilation: [written(v.dilation), "1"],
      groups: [groupsOf(v, shape[0]), 1], bias: [python(v.bias), "True"],
    }),
  };
}

const SLIDING = [size("kernel", "3", "K"), size("stride", "1", "S"), padding("padding", "0", "P", { label: "pad" })];
const DILATION = size("dilation", "1", "D", { rare: true });
const BIAS = flag("bias", "1", "B", { rare: true });
const TAKES = (what) => what("channels", "", "I", { rare: true, optional: true, label: "takes" });

const conv = convolution({
  name: "conv", letter: "c",
  settings: [channelCount("filters", "64", "", { main: true }), ...SLIDING, DILATION, channelCount("groups", "1", "G", { rare: true }), BIAS, TAKES(channelCount)],
  filtersOf: (v) => v.filters, groupsOf: (v) => v.groups,
});

const depthwise = convolution({
  name: "depthwise conv", letter: "w",
  settings: [...SLIDING, channelCount("multiplier", "1", "M", { label: "× each" }), DILATION, BIAS, TAKES(channelCount)],
  filtersOf: (v, channels) => channels * v.multiplier, groupsOf: (v, channels) => channels,
});

function pool(name, letter, torchName) {
  const window = (v) => ({ kernel: v.kernel, stride: v.stride ?? v.kernel, padding: v.padding, dilation: [1, 1] });
  return {
    ...NOTHING, name, letter, colour: "pool", window,
    settings: [size("kernel", "2", ""), size("stride", "", "S", { optional: true, like: "kernel" }), padding("padding", "0", "P", { label: "pad" }), flag("ceil", "0", "C", { rare: true, label: "round up" })],
    check(v) {
      if (v.padding.some((pad, i) => 2 * pad > v.kernel[i])) throw Object.assign(new Problem(`padding must be at most half the kernel ${written(v.kernel)}, got ${written(v.padding)}`), { setting: "padding" });
    },
    output(v, shape) {
      const [channels, height, width] = aMap(shape);
      return [channels, places(window(v), 0, height, v.ceil), places(window(v), 1, width, v.ceil)];
    },
    code: (v) => call(torchName, [written(v.kernel)], { stride: [written(v.stride ?? v.kernel), written(v.kernel)], padding: [written(v.padding), "0"], ceil_mode: [python(v.ceil), "False"] }),
  };
}

const ADAPTIVE = { average: "AdaptiveAvgPool2d", max: "AdaptiveMaxPool2d" };
const adaptive = {
  ...NOTHING, name: "adaptive pool", letter: "p", colour: "pool",
  settings: [size("size", "1", ""), choice("mode", Object.keys(ADAPTIVE), "M")],
  isGlobal: (v) => v.size[0] === 1 && v.size[1] === 1,
  output: (v, shape) => [aMap(shape)[0], ...v.size],
  code: (v) => call(ADAPTIVE[v.mode], [written(v.size)]),
};

const NORMS = { batch: "BatchNorm2d", group: "GroupNorm", instance: "InstanceNorm2d" };
const norm = {
  ...NOTHING, name: "norm", letter: "n", colour: "thin",
  settings: [choice("over", Object.keys(NORMS), ""), channelCount("groups", "32", "G", { only: (row) => row.text.over === "group" }), TAKES(channelCount)],
  isGlobal: (v) => v.over !== "batch",
  output(v, shape) {
    takes(v.channels, shape[0], "channels", shape);
    if (v.over === "group" && shape[0] % v.groups) throw new Problem(`groups must divide ${shape[0]} channels, got ${v.groups}`);
    if (v.over === "instance") aMap(shape);
    const values = (v.over === "group" ? shape[0] / v.groups : 1) * product(shape.slice(1));
    if (v.over !== "batch" && values === 1) throw new Problem(`needs more than one value to take the mean of, gets ${shown(shape)}`);
    return shape;
  },
  weights: (v, shape) => (v.over === "instance" ? 0 : shape[0]),
  biases: (v, shape) => (v.over === "instance" ? 0 : shape[0]),
  code: (v, shape) => call(v.over === "batch" && shape.length === 1 ? "BatchNorm1d" : NORMS[v.over], v.over === "group" ? [v.groups, shape[0]] : [shape[0]]),
};

const FUNCTIONS = {
  relu: "ReLU", "leaky relu": "LeakyReLU", relu6: "ReLU6", elu: "ELU", gelu: "GELU", silu: "SiLU", hardswish: "Hardswish",
  hardsigmoid: "Hardsigmoid", sigmoid: "Sigmoid", tanh: "Tanh", softplus: "Softplus",
  selu: "SELU", mish: "Mish", softmax: "Softmax", "log softmax": "LogSoftmax", // links hold the place in this list
};
const isSoftmax = (v) => v.function.endsWith("softmax");
const LEAKY = { name: "slope", usual: "0.01", letter: "A", type: "share", only: (row) => row.text.function === "leaky relu" };
const activation = {
  ...NOTHING, name: "activation", letter: "r", colour: "thin",
  settings: [choice("function", Object.keys(FUNCTIONS), ""), LEAKY],
  isGlobal: (v, shape) => isSoftmax(v) && shape.length === 1,
  output: (v, shape) => shape,
  code: (v) => call(FUNCTIONS[v.function], isSoftmax(v) ? [1] : v.function === "leaky relu" && v.slope !== 0.01 ? [v.slope] : []),
};

const dropout = {
  ...NOTHING, name: "dropout", letter: "o", colour: "thin",
  settings: [{ name: "share", usual: "0.5", letter: "", type: "share" }],
  output: (v, shape) => shape,
  code: (v) => call("Dropout", [v.share]),
};

/** The stride that brings the skipped map to this size. */
export function projection(shape, skip) {
  const [, height, width] = aMap(shape), [, high, wide] = aMap(skip);
  for (const round of [Math.ceil, Math.floor]) {
    const [rows, columns] = [round(high / height), round(wide / width)];
    if (Math.min(rows, columns) >= 1 && Math.ceil(high / rows) === height && Math.ceil(wide / columns) === width) return [rows, columns];
  }
  throw new Problem(`no stride brings ${shown(skip)} to ${height} × ${width}`);
}

const residual = {
  ...NOTHING, name: "residual", letter: "s", colour: "join",
  settings: [rowCount("rows", "2", "", { label: "rows back", about: "adds what entered this many rows above" }), flag("project", "0", "P", { about: "fit the shape with a strided 1 × 1 convolution" })],
  back: (v) => v.rows,
  output(v, shape, skip) {
    if (v.project) projection(shape, skip);
    else if (!same(shape, skip)) throw new Problem(`adds ${shown(skip)} to ${shown(shape)}: the shapes must be equal, or switch project on`);
    return shape;
  },
  weights: (v, shape, skip) => (v.project ? shape[0] * skip[0] : 0),
  macs: (v, shape, skip) => (v.project ? product(shape) * skip[0] : 0),
  code: (v, shape, skip) => (v.project ? call("Conv2d", [skip[0], shape[0], 1], { stride: [written(projection(shape, skip)), "1"], bias: ["False", "True"] }) : "nn.Identity()"),
};

const dense = {
  ...NOTHING, name: "dense", letter: "d", colour: "join",
  settings: [rowCount("rows", "2", "", { label: "rows back", about: "lays beside the map what entered this many rows above (concatenation of channels)" })],
  back: (v) => v.rows,
  output(v, shape, skip) {
    if (!same([0, ...shape.slice(1)], [0, ...skip.slice(1)])) throw new Problem(`lays ${shown(skip)} beside ${shown(shape)}: the sizes of the maps must be equal`);
    return [shape[0] + skip[0], ...shape.slice(1)];
  },
  code: () => "nn.Identity()",
};

const flatten = { ...NOTHING, name: "flatten", letter: "f", colour: "flat", settings: [], output: (v, shape) => [product(shape)], code: () => call("Flatten", []) };

const linear = {
  ...NOTHING, name: "linear", letter: "l", colour: "linear",
  settings: [featureCount("features", "10", "", { main: true }), BIAS, TAKES(featureCount)],
  isGlobal: () => true,
  output(v, shape) {
    if (shape.length !== 1) throw new Problem(`needs a vector, gets ${shown(shape)}: put a flatten row before it`);
    takes(v.channels, shape[0], "features");
    return [v.features];
  },
  weights: (v, shape) => shape[0] * v.features,
  biases: (v) => (v.bias ? v.features : 0),
  macs: (v, shape) => shape[0] * v.features,
  code: (v, shape) => call("Linear", [shape[0], v.features], { bias: [python(v.bias), "True"] }),
};

/** Every layer type by the name that is shown. */
export const KINDS = Object.fromEntries(
  [conv, depthwise, pool("max pool", "m", "MaxPool2d"), pool("average pool", "a", "AvgPool2d"), adaptive, norm, activation, residual, dense, flatten, linear, dropout]
    .map((kind) => [kind.name, kind]));
