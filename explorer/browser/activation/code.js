// The PyTorch program of each section: it computes and prints the numbers shown.
import { SHIFTS } from "./model.js";

const number = (value) => String(+value.toPrecision(9));

/** The function as PyTorch has it. */
export function expression(f, { slope, alpha, w1, b1, w2, b2 }, x = "x") {
  return {
    sigmoid: `torch.sigmoid(${x})`,
    tanh: `torch.tanh(${x})`,
    relu: `F.relu(${x})`,
    leaky_relu: `F.leaky_relu(${x}, ${number(slope)})`,
    elu: `F.elu(${x}, ${number(alpha)})`,
    selu: `F.selu(${x})`,
    gelu: `F.gelu(${x})`,
    gelu_tanh: `F.gelu(${x}, approximate="tanh")`,
    maxout: `torch.maximum(${number(w1)} * ${x} + ${number(b1)}, ${number(w2)} * ${x} + ${number(b2)})`,
  }[f.name];
}

const table = (items, values) => ["functions = {", ...items.map(({ f }) => `    "${f.title}": lambda x: ${expression(f, values)},`), "}"];

/** From the file to z, the feature map (1, 1, H, W). */
function featureMap(picture, values, kernel) {
  const where = picture.file ? `path = next(p for p in (Path("${picture.file}"), Path("assets/pictures/${picture.file}")) if p.exists())` : 'path = Path("picture.png")  # "Save the picture" writes it';
  const rows = Array.from({ length: kernel.rows }, (_, i) => "[" + kernel.weights.slice(i * kernel.columns, (i + 1) * kernel.columns).map(number).join(", ") + "]");
  return [
    "from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", "",
    where,
    'image = Image.open(path).convert("RGB").convert("L")  # grey',
    "x = torch.from_numpy(np.asarray(image).copy()).double()[None, None]  # (1, 1, H, W), 0..255",
    ...(values.r === "1" ? [] : [`x = F.avg_pool2d(x, ${values.r})  # picture scale 1/${values.r}`]),
    `w = torch.tensor([${rows.join(",\n                  ")}], dtype=torch.float64)`,
    `z = F.conv2d(x, w[None, None]) * ${number(values.gain)} / 255 + ${number(values.bias)}  # gain on levels 0..1, bias`, "",
  ];
}

function curves(items, values) {
  const lines = ["import torch", "import torch.nn.functional as F", "", ...table(items, values), `for name, f in functions.items():`,
    `    x = torch.tensor(${number(values.x)}, dtype=torch.float64, requires_grad=True)`, "    y = f(x)", "    y.backward()",
    '    print(name, "f(x)", round(y.item(), 8), "slope", round(x.grad.item(), 8))'];
  if (items.length === 2) lines.push(`x = torch.linspace(-${values.view}, ${values.view}, 16001, dtype=torch.float64)`, "a, b = (f(x) for f in functions.values())", 'print("largest difference", round((a - b).abs().max().item(), 8))');
  return lines;
}

function map(items, values, limit) {
  return [...table(items, values), 'print("map", *z.shape[-2:], "mean", round(z.mean().item(), 8))', "z.requires_grad_()", "for name, f in functions.items():", "    y = f(z)",
    "    (slope,) = torch.autograd.grad(y.sum(), z)",
    `    zeros, flat = (y == 0).double().mean().item(), (slope.abs() < ${limit}).double().mean().item()`,
    '    print(name, "zeros", round(zeros, 8), "saturated", round(flat, 8), "mean", round(y.mean().item(), 8))'];
}

function layers(items, values) {
  const next = values.feed === "on" ? ["        x = f(x).detach().requires_grad_()  # what this layer gives goes on"] : [];
  return [...table(items, values), "for name, f in functions.items():", "    x, left = z.clone().requires_grad_(), torch.ones_like(z)", `    for layer in range(${values.n}):`,
    "        (slope,) = torch.autograd.grad(f(x).sum(), x)", "        left = left * slope.abs()", ...next,
    '    print(name, "mean", f"{left.mean().item():.6e}", "none left", round((left == 0).double().mean().item(), 8))'];
}

const POOLED = (w, s) => [`    "max": lambda m: F.max_pool2d(m, ${w}, ${s}),`, `    "average": lambda m: F.avg_pool2d(m, ${w}, ${s}),`];

function pool(values, stride, { row, column }) {
  const { w } = values;
  return ["m = F.relu(z)  # the rectified map", "pools = {", ...POOLED(w, stride), `    "sum": lambda m: F.avg_pool2d(m, ${w}, ${stride}, divisor_override=1),`, "}",
    "for name, f in pools.items():", "    p = f(m)",
    `    print(name, *p.shape[-2:], "mean", round(p.mean().item(), 8), "cell", round(p[0, 0, ${row}, ${column}].item(), 8))`,
    'print("discarded", round(1 - p.numel() / m.numel(), 8))'];
}

function shift(values, stride) {
  return ["m = F.relu(z)  # the rectified map", "pools = {", '    "none": lambda m: m,', ...POOLED(values.w, stride), "}", "",
    "def seen(d):  # the picture moved d px to the right: what comes in at the left is the scene itself", `    return m[..., ${SHIFTS} - d : m.shape[-1] - d]`, "",
    `d = ${values.d}`, "for name, f in pools.items():", "    a, b = f(seen(0)), f(seen(d))", `    s = 1 if name == "none" else ${stride}`,
    '    print(name, "shift", d, "change", round(((a - b).norm() / a.norm()).item(), 8), end=" ")', "    back = []",
    "    for cells in {d // s, -(-d // s)}:  # whole cells, rounded down and up", "        if cells < a.shape[-1]:",
    "            old, new = a[..., : a.shape[-1] - cells], b[..., cells:]", "            back.append(((old - new).norm() / old.norm()).item())",
    '    print("moved back", round(min(back), 8) if back else "-")'];
}

/** Text of the program for the section shown. `items`: the functions chosen. */
export function program(picture, model, items) {
  const { values } = model;
  const body = { curves: () => curves(items, values), map: () => map(items, values, model.data.saturated_slope), layers: () => layers(items, values), pool: () => pool(values, model.stride, model.cell), shift: () => shift(values, model.stride) }[values.v]();
  const head = values.v === "curves" ? [] : featureMap(picture, values, model.kernel);
  return [...head, ...body, ""].join("\n");
}
