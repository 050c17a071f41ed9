// The PyTorch programs of the page: the moving window, and a photo's border.
import { paddingPair } from "../shared/crosscorrelation.js";

const MODES = { zeros: "constant", reflect: "reflect", replicate: "replicate", circular: "circular" };
const number = (value) => String(+value.toPrecision(17));

function matrix({ data, height, width }) {
  const rows = Array.from({ length: height }, (_, y) => "    [" + Array.from(data.subarray(y * width, (y + 1) * width), number).join(", ") + "],");
  return ["[", ...rows, "]"].join("\n");
}

/** The program of the moving window; it prints the size, the output, the step shown, and how often each cell is used. */
export function windowProgram(done, { row, column }) {
  const { how, input, weights, rows, columns } = done;
  const { k, s, d } = how;
  return [
    "import torch",
    "import torch.nn.functional as F",
    "",
    `x = torch.tensor(${matrix(input)}, dtype=torch.float64)[None, None]  # (1, 1, H, W)`,
    `w = torch.tensor(${matrix({ data: weights, height: k, width: k })}, dtype=torch.float64)[None, None]  # (1, 1, K, K)`,
    "",
    "",
    "def padded(x):",
    `    return F.pad(x, (${columns.before}, ${columns.after}, ${rows.before}, ${rows.after}), mode="${MODES[how.mode]}")  # left, right, top, bottom`,
    "",
    "",
    `y = F.conv2d(padded(x), w, stride=${s}, dilation=${d})`,
    'print("output size", *y.shape[-2:])',
    `print("row ${row}, column ${column}:", round(y[0, 0, ${row}, ${column}].item(), 6))`,
    "print(*([round(v, 6) for v in line] for line in y[0, 0].tolist()), sep=\"\\n\")",
    "",
    "# In how many products each input cell stands: the gradient of the sum of all windows.",
    "probe = torch.ones_like(x, requires_grad=True)",
    `F.conv2d(padded(probe), torch.ones_like(w), stride=${s}, dilation=${d}).sum().backward()`,
    'print("used", *probe.grad[0, 0].int().tolist(), sep="\\n")',
    "",
  ].join("\n");
}

/** The program of the five borders; it prints the numbers under the pictures. */
export function borderProgram(picture, { passes, side_px: side, name }) {
  const [before, after] = paddingPair("same", side, 1);
  const where = picture.file
    ? `path = next(p for p in (Path("${picture.file}"), Path("assets/pictures/${picture.file}")) if p.exists())`
    : 'path = Path("picture.png")  # "Save the picture" beside this code writes it';
  const kernel = passes.length > 1 ? `torch.ones(1, 1, ${side}, ${side}, dtype=torch.float64) / ${side * side}` : `torch.tensor(${JSON.stringify(passes[0].weights)}, dtype=torch.float64).reshape(1, 1, ${side}, ${side})`;
  const edge = name === "edges";
  return [
    "from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", "",
    where,
    'grey = np.asarray(Image.open(path).convert("RGB").convert("L"))  # (H, W)',
    "x = torch.from_numpy(grey.copy()).double()[None, None]  # (1, 1, H, W)",
    `w = ${kernel}`,
    "", "",
    "def ring_and_inside(y):",
    "    mask = torch.ones_like(y, dtype=torch.bool)",
    "    mask[..., 1:-1, 1:-1] = False",
    "    return y[mask], y[~mask]",
    "", "",
    'print("kind rows columns outermost inside")',
    'for kind in ("none", "zeros", "reflect", "replicate", "circular"):',
    `    p = (${before}, ${after}, ${before}, ${after})`,
    '    z = x if kind == "none" else F.pad(x, p, mode="constant" if kind == "zeros" else kind)',
    `    y = F.conv2d(z, w)${edge ? ".abs()" : ""}`,
    "    ring, inside = ring_and_inside(y)",
    "    print(kind, *y.shape[-2:], round(ring.mean().item(), 3), round(inside.mean().item(), 3))",
    "",
  ].join("\n");
}
