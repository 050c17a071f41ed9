// The PyTorch programs of the page; each prints the numbers that are shown.
import { path } from "./view.js";

const list = (steps) => (steps.length ? `[${steps.map((step) => `(${step.join(", ")})`).join(", ")}]` : "[]");
const HEAD = ["import torch", "import torch.nn.functional as F"];

const SEEN = [
  "def seen(windows, unit):",
  '    """First and last pixel that a unit sees, and the jump to the next unit."""',
  "    first, last, jump = 0, 0, 1",
  "    for k, s, p in windows:",
  "        first, last, jump = first - p * jump, last + (k - 1 - p) * jump, jump * s",
  "    return first + unit * jump, last + unit * jump, jump",
];

const LISTENED = [
  "def by_gradient(windows, size):",
  '    """The same by PyTorch: windows of ones over a line of `size` pixels; what the last unit does not see stays at 0."""',
  "    x = torch.zeros(1, 1, size + 2, dtype=torch.float64, requires_grad=True)  # one pixel more on each side",
  "    y = x[..., 1:-1]",
  "    for k, s, p in windows:",
  "        y = F.conv1d(y, torch.full((1, 1, k), 1 / k, dtype=torch.float64), stride=s)",
  "    assert y.numel() == 1  # the line is exactly one field long",
  "    y.sum().backward()",
  "    reached = x.grad[0, 0].nonzero()",
  "    return int(reached[-1] - reached[0]) + 1",
];

/** The box of one unit. `picture` is {file}; `numbers` as in facts.js. */
export function boxProgram({ network, layers, numbers, picture }) {
  const { layer, place, cell, side } = numbers;
  const axes = [0, 1].map((axis) => path(layers, place, axis));
  const where = picture?.file ? `path = next(p for p in (Path("${picture.file}"), Path("assets/pictures/${picture.file}")) if p.exists())` : 'path = Path("picture.png")  # "Save the picture" beside this code writes it';
  const head = ["from pathlib import Path", "", ...HEAD, "from PIL import Image", "", `# ${network.name}, ${layer.name}: one unit of a map of ${layer.map[0]} x ${layer.map[1]}, on a picture of ${side} x ${side}`];
  const known = axes.every(Boolean) && cell.every((at) => at >= 0);
  const core = known ? pathLines(axes) : spanLines(layer);
  return [...head, ...core, `ROW, COLUMN, SIDE = ${cell[0]}, ${cell[1]}, ${side}`, "", "",
    ...(known ? [...SEEN, "", "", ...LISTENED] : ["def seen(span, unit):", '    """First and last pixel that a unit sees, and the jump to the next; the pattern repeats after one round."""', "    firsts, lasts, moved = span", "    rounds, place = divmod(unit, len(firsts))", "    return firsts[place] + rounds * moved, lasts[place] + rounds * moved, moved / len(firsts)"]),
    "", "", ...boxLines(known, numbers), where, "with Image.open(path) as photo:", "    photo = photo.convert(\"RGB\")", "edge = min(photo.size)", "left_, top_ = (photo.width - edge) // 2, (photo.height - edge) // 2",
    "photo = photo.crop((left_, top_, left_ + edge, top_ + edge)).resize((SIDE, SIDE))", "photo.crop((left, top, right + 1, bottom + 1)).save(\"field.png\")  # black where there is no picture", ""].join("\n");
}

function pathLines([rows, columns]) {
  const same = list(rows) === list(columns);
  return ["# The windows on its widest path, the picture's first: (kernel, stride, padding).", `ROWS = ${list(rows)}`, same ? "COLUMNS = ROWS" : `COLUMNS = ${list(columns)}`];
}

function spanLines(layer) {
  const span = ({ firsts, lasts, round }) => `([${firsts.join(", ")}], [${lasts.join(", ")}], ${round})`;
  return ["# No single path of windows makes this field: its pattern as (first pixels, last pixels, shift of one round).", `ROWS = ${span(layer.rows)}`, `COLUMNS = ${span(layer.columns || layer.rows)}`];
}

function boxLines(known, { isGlobal, neighbour }) {
  return [
    "top, bottom, jump = seen(ROWS, ROW)", "left, right, _ = seen(COLUMNS, COLUMN)", 'print("size", bottom - top + 1, right - left + 1)', 'print("jump", jump)', 'print("rows", top, bottom)', 'print("columns", left, right)', 'print("centre", (top + bottom) / 2, (left + right) / 2)',
    ...(known ? ['print("by gradient", by_gradient(ROWS, bottom - top + 1), by_gradient(COLUMNS, right - left + 1))'] : []),
    "inside = max(0, min(bottom, SIDE - 1) - max(top, 0) + 1) * max(0, min(right, SIDE - 1) - max(left, 0) + 1)", 'print("inside", round(inside / ((bottom - top + 1) * (right - left + 1)), 6))', 'print("of the picture", round(inside / SIDE**2, 6))',
    ...(neighbour ? [`a, b, _ = seen(ROWS, ${neighbour[0]})`, `c, d, _ = seen(COLUMNS, ${neighbour[1]})`, "shared = max(0, min(bottom, b) - max(top, a) + 1) * max(0, min(right, d) - max(left, c) + 1)", 'print("shared with the neighbour", round(shared / ((bottom - top + 1) * (right - left + 1)), 6))'] : []),
    ...(isGlobal ? ['print("and, by way of the whole map that was averaged or read before it, the whole picture")'] : []), "",
  ];
}

/** The stack of the editor: sizes layer by layer, and the pixels of one unit by gradient. */
export function stackProgram({ layers, pixels, unit }) {
  const rows = layers.map(({ k, s, d, p }) => `(${k}, ${s}, ${d}, ${p})`).join(", ");
  return [...HEAD, "", "# (kernel, stride, dilation, padding); a pool reads its window as a convolution does", `LAYERS = [${rows}${layers.length === 1 ? "," : ""}]`, `PIXELS, LEVEL, UNIT = ${pixels}, ${unit.level}, ${unit.at}`, "",
    "x = torch.zeros(1, 1, PIXELS, dtype=torch.float64, requires_grad=True)", "maps, size, jump = [x], 1, 1", "for number, (k, s, d, p) in enumerate(LAYERS, 1):", "    size, jump = size + (k - 1) * d * jump, jump * s",
    "    maps.append(F.conv1d(maps[-1], torch.ones(1, 1, k, dtype=torch.float64), stride=s, dilation=d, padding=p))", '    print("layer", number, "sees", size, "jump", jump, "cells", maps[-1].shape[-1])',
    "maps[LEVEL][0, 0, UNIT].backward()", "ways = x.grad[0, 0].long()", 'print("pixels", *[i for i, n in enumerate(ways.tolist()) if n])', 'print("ways", *[n for n in ways.tolist() if n])', ""].join("\n");
}

/** n windows of 3 x 3 against one large window. */
export function stackedProgram({ n, channels, side }) {
  return ["from torch import nn", "", `C, N = ${channels}, ${n}`, "small = nn.Sequential(*(layer for _ in range(N) for layer in (nn.Conv2d(C, C, 3, padding=1, bias=False), nn.ReLU())))", `large = nn.Sequential(nn.Conv2d(C, C, ${side}, padding=${n}, bias=False), nn.ReLU())`,
    "for name, network in ((\"small\", small), (\"large\", large)):", "    weights = sum(p.numel() for p in network.parameters())", "    field = 1 + sum(m.kernel_size[0] - 1 for m in network if isinstance(m, nn.Conv2d))", "    print(name, \"field\", field, \"weights\", weights, \"MACs\", weights * 56 * 56, \"non-linearities\", sum(isinstance(m, nn.ReLU) for m in network))", ""].join("\n");
}

const PRINTED = ['print("inside the box", round(seen, 6))', 'print("90 % in", side)', 'print("as many as above 4.55 %", round(luo, 1))', 'print("spread", round(spread, 1))'];

/** The measured field. With random weights of a torchvision layer it stands alone; otherwise it asks the app's package. */
export function effectiveProgram({ network, layer, kind, box: b, cell }) {
  const runs = kind === "equal" ? 1 : 8;
  const shape = `(${network.channels}, ${network.side_px}, ${network.side_px})`;
  const isModule = /^(conv|max pool|average pool|transposed conv)$/.test(layer.kind) && layer.map[0] * layer.map[1] > 1;
  if (kind !== "random" || !network.of_torchvision || !isModule || !cell) {
    return ["# Run this in the folder of the app: it needs the package explorer.", "from explorer import effective", "", `field = effective.measure("${network.name}", ${shape}, "${layer.name}", "${kind}", runs=${runs})`, "seen, side, luo, spread = field.inside, field.side_px(0.9), field.luo_px, field.spread_px", ...PRINTED, ""].join("\n");
  }
  return aloneProgram({ network, layer, shape, box: b, cell, runs });
}

function aloneProgram({ network, layer, shape, box: b, cell, runs }) {
  return ["# Needs torchvision too: it builds the network. Nothing is downloaded.", "import zlib", "from math import prod", "", "import numpy as np", "import torch", "from torchvision.models import get_model", "",
    `SHAPE, LAYER, CELL = ${shape}, "${layer.name}", (${cell.join(", ")})`, `TOP, LEFT, BOTTOM, RIGHT = ${b.top}, ${b.left}, ${b.bottom}, ${b.right}  # the box that theory gives`, `settings = ${/^(googlenet|inception)/.test(network.name) ? '{"init_weights": False}' : "{}"}`, `network = get_model("${network.name}", weights=None, **settings).eval()`, "", "",
    "def draw(seed):", '    """He\'s first weights (2015, equation 10), each parameter from its own seed; scales 1, biases 0."""', "    for name, p in network.named_parameters():", "        p.requires_grad_(False)", "        if p.ndim == 1 or name.endswith(\"layer_scale\"):", "            p.fill_(1.0 if name.endswith((\"weight\", \"layer_scale\")) else 0.0)", "            continue",
    "        chance = torch.Generator().manual_seed(zlib.crc32(name.encode()) + seed)", "        p.copy_(torch.randn(p.shape, generator=chance) * (2 / prod(p.shape[1:])) ** 0.5)", "", "",
    "found = {}", "network.get_submodule(LAYER).register_forward_hook(lambda module, inputs, output: found.update(output=output.clone()))  # a copy: activations write in place", "total = np.zeros(SHAPE[1:])", `for seed in range(${runs}):`, "    draw(seed)", "    chance = torch.Generator().manual_seed(seed)", "    x = torch.randn((1, *SHAPE), generator=chance).requires_grad_(True)", "    network(x)",
    "    channels = found[\"output\"][0, :, CELL[0], CELL[1]]", "    mixture = torch.randn(channels.shape, generator=chance)", "    (slopes,) = torch.autograd.grad((channels * mixture).sum(), x)", "    total += slopes.abs().sum(1)[0].double().numpy()", "field = total / total.sum()", "",
    "rows, columns = (np.abs(np.arange(n) - m) for n, m in zip(field.shape, ((TOP + BOTTOM) / 2, (LEFT + RIGHT) / 2)))", "reach = np.maximum(rows[:, None], columns[None, :]).ravel()", "order = np.argsort(reach, kind=\"stable\")", "side = round(2 * reach[order[np.searchsorted(np.cumsum(field.ravel()[order]), 0.9 - 1e-12)]]) + 1",
    "seen = field[max(0, TOP) : BOTTOM + 1, max(0, LEFT) : RIGHT + 1].sum()", "luo = np.sqrt((field > (1 - 0.9545) * field.max()).sum())", "lines = [field.sum(axis) for axis in (0, 1)]", "places = [np.arange(line.size) for line in lines]", "means = [(p * line).sum() for p, line in zip(places, lines)]", "spread = np.mean([np.sqrt(((p - m) ** 2 * line).sum()) for p, m, line in zip(places, means, lines)])", ...PRINTED, ""].join("\n");
}
