// The PyTorch program that computes the present view and prints the numbers shown.
import { STEPS } from "./spectrum.js";

const number = (value) => String(+value.toPrecision(9));

function tensor(name, { rows, columns, cells, divisor }) {
  const lines = Array.from({ length: rows }, (_, i) => "[" + Array.from(cells.slice(i * columns, (i + 1) * columns), number).join(", ") + "]");
  return `${name} = torch.tensor([${lines.join(",\n    ")}], dtype=torch.float64)${divisor === 1 ? "" : ` / ${number(divisor)}`}`;
}

const HEAD = ["from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", ""];

/** The middle of the picture as grey levels, (1, 1, H, W). */
function opening({ file, plane, top, left }) {
  const where = file
    ? `path = next(p for p in (Path("${file}"), Path("assets/pictures/${file}")) if p.exists())`
    : 'path = Path("picture.png")  # "Save the picture" beside this code writes it';
  return [where, 'grey = np.asarray(Image.open(path).convert("RGB").convert("L"))  # (H, W)',
    "x = torch.from_numpy(grey.copy()).double()[None, None]  # (1, 1, H, W)",
    `x = x[..., ${top}:${top + plane.height}, ${left}:${left + plane.width}]  # the middle of the picture`, ""];
}

const SLIDE = [
  "def slide(x, w, mode=None):",
  '    """Cross-correlation; with a mode, the picture gets a border so that its size stays."""',
  "    (h, v) = (w.shape[1] // 2, w.shape[0] // 2)",
  "    if mode is not None:",
  "        x = F.pad(x, (h, h, v, v), mode=mode)",
  "    return F.conv2d(x, w[None, None])",
  "",
];

function frequency({ kernel, picture, values }) {
  return [...HEAD, tensor("w", kernel), "", ...SLIDE,
    `fx, fy = ${values.u} / ${STEPS}, ${values.v} / ${STEPS}  # cycles per pixel`,
    "rows = torch.arange(w.shape[0], dtype=torch.float64) - (w.shape[0] - 1) / 2",
    "columns = torch.arange(w.shape[1], dtype=torch.float64) - (w.shape[1] - 1) / 2",
    "angle = 2 * torch.pi * (fy * rows[:, None] + fx * columns)",
    "response = (w * torch.exp(1j * angle)).sum()",
    'print("sum of the weights", round(w.sum().item(), 6))',
    'print("gain", round(response.abs().item(), 6), "phase in degrees", round(torch.rad2deg(response.angle()).item(), 3))', "",
    "# The same, measured: a wave through the kernel.",
    `n = torch.arange(${STEPS}, dtype=torch.float64)`,
    "wave = torch.cos(2 * torch.pi * (fy * n[:, None] + fx * n))[None, None]",
    'measured = (slide(wave, w, "circular").square().mean() / wave.square().mean()).sqrt()',
    'print("measured gain", round(measured.item(), 6))', "",
    ...opening(picture),
    'y = slide(x, w, "replicate")',
    'print("lowest", round(y.min().item(), 4), "highest", round(y.max().item(), 4), "mean", round(y.mean().item(), 4))', ""];
}

function separable({ kernel, picture, kept }) {
  return [...HEAD, tensor("w", kernel), "", ...SLIDE, ...opening(picture),
    "u, s, vt = torch.linalg.svd(w, full_matrices=False)",
    "rank = int((s > 1e-6 * s[0]).sum())",
    `kept = ${kept}  # terms: a column and a row each`,
    'print("singular values", *(round(v, 6) for v in s.tolist()))',
    'print("rank", rank)',
    'print("multiplies per pixel", w.numel(), "in two steps", kept * sum(w.shape))', "",
    "whole = slide(x, w)",
    "turned = sum(slide(slide(x, u[:, i : i + 1] * s[i]), vt[i : i + 1]) for i in range(kept))",
    'print("largest difference", f"{(whole - turned).abs().max().item():.6f}")', ""];
}

function two({ kernel, second, picture, values }) {
  return [...HEAD, tensor("first", kernel), tensor("second", second), "", ...SLIDE, ...opening(picture),
    "# One kernel for both: their true convolution (the second turned by half a turn, then slid over the first).",
    "(v, h) = second.shape",
    "one = F.conv2d(F.pad(first[None, None], (h - 1, h - 1, v - 1, v - 1)), second.flip(0, 1)[None, None])[0, 0]",
    'print("composed kernel", *one.shape)',
    "print(*(round(w, 6) for w in one.flatten().tolist()))", "",
    'turn = slide(x, first, "replicate")',
    ...(values.relu ? ["turn = F.relu(turn)"] : []),
    'turn = slide(turn, second, "replicate")',
    'once = slide(x, one, "replicate")',
    "top, left = one.shape[0] // 2, one.shape[1] // 2",
    "rest = (turn - once).abs()",
    "inside = rest[..., top : rest.shape[-2] - top, left : rest.shape[-1] - left]",
    'print("largest difference inside", f"{inside.max().item():.6f}", "with the border", f"{rest.max().item():.6f}")', ""];
}

/** Text of the program of the section shown. */
export function program(view) {
  return { freq: frequency, sep: separable, two }[view.values.view](view).join("\n");
}
