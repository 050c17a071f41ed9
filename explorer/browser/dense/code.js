// The PyTorch program of each section: it computes the present view and prints the numbers shown.
import { UNIFORM_PY } from "./chance.js";
import { pattern, plan, SEED as DRAWN } from "./layer.js";
import { SEED as MOVED } from "./moves.js";

const number = (value) => String(+Number(value).toPrecision(9));
const list = (cells) => `[${Array.from(cells, number).join(", ")}]`;

/** Program of the section "Connections". */
export function wiresProgram(values, layer) {
  const size = plan(values);
  const bits = values.x.length === size.inputs ? values.x : pattern(size.rows, size.columns);
  return [
    "import numpy as np", "import torch", "import torch.nn.functional as F", "",
    ...UNIFORM_PY, "",
    `H, W, kh, kw = ${size.rows}, ${size.columns}, ${size.kh}, ${size.kw}`,
    "rows, columns = H - kh + 1, W - kw + 1  # of the hidden units",
    `x = torch.tensor(${list(bits)}, dtype=torch.float64)  # (H W)`,
    `kernel = torch.tensor(${list(layer.shared)}, dtype=torch.float64)  # (kh kw)`,
    "tenths = lambda v: torch.floor(v * 10 + 0.5) / 10",
    `full = tenths(uniform(rows * columns * H * W, ${DRAWN.weights})).reshape(rows * columns, H * W)  # fully connected`,
    `bias = tenths(uniform(rows * columns, ${DRAWN.biases}))`,
    "", "toeplitz, window = torch.zeros_like(full), torch.zeros_like(full)",
    "for i in range(rows):", "    for j in range(columns):", "        for a in range(kh):", "            for b in range(kw):",
    "                toeplitz[i * columns + j, (i + a) * W + j + b] = kernel[a * kw + b]",
    "                window[i * columns + j, (i + a) * W + j + b] = 1",
    "", `t = ${number(values.t)}  # 0 fully connected, 1 locally connected, 2 convolutional`,
    "far, shared = 1 - min(t, 1), max(t - 1, 0)",
    "weights = full * (window * (1 - shared) + (1 - window) * far) + toeplitz * shared",
    "y = weights @ x + bias * (1 - shared)", "",
    'print("outputs", *(round(v, 6) for v in y.tolist()))',
    'print("weights", full.numel(), int(window.sum()), kernel.numel())',
    "slid = F.conv2d(x.reshape(1, 1, H, W), kernel.reshape(1, 1, kh, kw)).flatten()",
    'print("Toeplitz matrix times picture against the sliding kernel:", (toeplitz @ x - slid).abs().max().item())', "",
  ].join("\n");
}

/** Program of the section "Counts": the layers are made on the "meta" device, which gives them no memory. */
export function countsProgram({ h, w, c, u, k, f, pad }) {
  return [
    "import torch", "",
    `H, W, C, units, k, filters = ${h}, ${w}, ${c}, ${u}, ${k}, ${f}`,
    'dense = torch.nn.Linear(H * W * C, units, device="meta")  # no memory is used',
    `conv = torch.nn.Conv2d(C, filters, k, padding="${pad}", device="meta")`,
    'out = conv(torch.empty(1, C, H, W, device="meta"))',
    "rows, columns = out.shape[-2:]", "outputs = out.numel()",
    "params = lambda layer: sum(p.numel() for p in layer.parameters())",
    "local_weights = outputs * conv.weight[0].numel()  # PyTorch has no locally connected layer", "",
    'print("fully connected", dense.weight.numel(), "weights", params(dense), "parameters", 4 * params(dense), "bytes")',
    'print("locally connected", local_weights, "weights", local_weights + outputs, "parameters")',
    'print("convolutional", conv.weight.numel(), "weights", params(conv), "parameters", rows * columns * conv.weight.numel(), "multiply-adds")', "",
  ].join("\n");
}

/** How the picture becomes a square of n × n grey levels. */
function opening(picture, n) {
  const where = picture.file
    ? `path = next(p for p in (Path("${picture.file}"), Path("assets/pictures/${picture.file}")) if p.exists())`
    : 'path = Path("picture.png")  # "Save the picture" beside this code writes it';
  return [where, 'grey = torch.from_numpy(np.asarray(Image.open(path).convert("RGB").convert("L")).copy()).double()  # (H, W)',
    "side = min(grey.shape)", "top, left = ((s - side) // 2 for s in grey.shape)",
    "grey = grey[top : top + side, left : left + side]",
    `n = ${n}`, "grey = F.adaptive_avg_pool2d(grey[None], n)[0]  # (n, n), 0..255",
    "mean, spread = grey.mean(), grey.std(correction=0)", "x = (grey - mean) / spread"];
}

const moving = (values) => {
  if (values.move === "turn") return ["move = lambda plane, dy, dx, fill=None: torch.rot90(plane)"];
  if (values.move === "mirror") return ["move = lambda plane, dy, dx, fill=None: plane.flip(-1)"];
  return ["def move(plane, dy, dx, fill=None):", '    """Shifted down and to the right; what comes in is the other side, or fill."""', "    out = torch.roll(plane, (dy, dx), (0, 1))", "    if fill is not None:",
    "        out[: max(dy, 0)] = fill", "        out[len(out) + min(dy, 0) :] = fill", "        out[:, : max(dx, 0)] = fill", "        out[:, len(out) + min(dx, 0) :] = fill", "    return out"];
};

const answers = (run, values) => {
  const { kernel, how } = run;
  const padded = how.padding ? `F.pad(plane[None, None], (${how.padding},) * 4, mode="${how.mode === "zeros" ? "constant" : "circular"}")` : "plane[None, None]";
  return [`k, stride = ${kernel.size}, ${how.stride}`,
    `kernel = torch.tensor(${list(kernel.weights)}, dtype=torch.float64)  # (k k)`,
    `widen = lambda plane: ${padded}`,
    "conv = lambda plane: F.conv2d(widen(plane), kernel.reshape(1, 1, k, k), stride=stride)[0, 0]",
    "m = len(conv(x))",
    `own = ${number(values.own / 100)}`,
    `kernels = kernel * (1 - own) + uniform(m * m * k * k, ${MOVED.local}).reshape(m * m, k * k) * own * (3 / k**2) ** 0.5  # one for each place`,
    "local = lambda plane: (F.unfold(widen(plane), k, stride=stride)[0].T * kernels).sum(1).reshape(m, m)",
    'layers = {"convolution": conv, "locally connected": local}',
    ...(run.layers.dense ? [`matrix = uniform(m**2 * n**2, ${MOVED.dense}).reshape(m * m, n * n) * 3**0.5 / n`, 'layers["fully connected"] = lambda plane: (matrix @ plane.flatten()).reshape(m, m)'] : [])];
};

/** Program of the section "When things move". */
export function shiftProgram(picture, values, run) {
  const still = values.move !== "shift";
  const [dy, dx] = still ? [0, 0] : [values.dy, values.dx];
  const fill = still || values.fill === "wrap" ? "" : ", fill=-mean / spread";
  return [
    "from math import floor", "from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", "",
    ...UNIFORM_PY, "", ...moving(values), "",
    ...opening(picture, run.n), "", ...answers(run, values), "",
    `dy, dx, padding = ${dy}, ${dx}, ${run.how.padding}`,
    "share = lambda d: floor(d / stride + 0.5)  # by how much the map moves",
    "at = torch.arange(m)",
    "", "def sees_the_picture_alone(d):", "    first, old = at * stride - padding, at - share(d)", "    old_first = old * stride - padding",
    "    fits = (first >= max(0, d)) & (first + k <= n + min(0, d)) & (old >= 0) & (old < m)",
    "    return fits & (old_first >= 0) & (old_first + k <= n)", "",
    still ? "inside = torch.ones(m, m, dtype=torch.bool)" : "inside = sees_the_picture_alone(dy)[:, None] & sees_the_picture_alone(dx)[None]",
    `moved = move(x, dy, dx${fill})`,
    "for name, layer in layers.items():",
    "    new, along = layer(moved), move(layer(x), share(dy), share(dx))",
    "    r = torch.corrcoef(torch.stack([new[inside], along[inside]]))[0, 1].item()",
    "    difference = (new - along).abs()[inside].max().item()",
    '    print(name, "difference", round(difference, 6), "r", round(r, 4), "lowest", round(new.min().item(), 6), "highest", round(new.max().item(), 6))', "",
  ].join("\n");
}
