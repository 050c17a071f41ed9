// The PyTorch program that computes the present view and prints the numbers shown.
import { SIDE } from "./filters.js";

const number = (value) => String(+value.toPrecision(9));
const HEAD = ["from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", ""];

function opening(picture) {
  const where = picture.file
    ? `path = next(p for p in (Path("${picture.file}"), Path("assets/pictures/${picture.file}")) if p.exists())`
    : 'path = Path("picture.png")  # "Save the picture" beside this code writes it';
  return [where, 'image = Image.open(path).convert("RGB")', "x = torch.from_numpy(np.asarray(image).copy()).double()  # (H, W, 3), 0..255", "x = x.permute(2, 0, 1)[None]  # (1, 3, H, W)", ""];
}

const list = (cells) => "[" + cells.map(number).join(", ") + "]";
const slice = (cells) => "[" + Array.from({ length: SIDE }, (_, i) => list(cells.slice(i * SIDE, (i + 1) * SIDE))).join(", ") + "]";
const weight = (filter) => `    [${filter.slices.map(slice).join(",\n     ")}],`;

/** One filter: three maps, their sum, the bias. */
export function oneCode(picture, filter, { row, column }) {
  return [...HEAD, ...opening(picture),
    "w = torch.tensor([", weight(filter), "], dtype=torch.float64)  # (1, 3, 3, 3): filters, channels, rows, columns",
    `b = torch.tensor([${number(filter.bias)}], dtype=torch.float64)`, "",
    "parts = F.conv2d(x, w[0, :, None], groups=3)  # (1, 3, H - 2, W - 2): each slice over its own plane",
    "y = F.conv2d(x, w, b)  # (1, 1, H - 2, W - 2): the three added up, plus the bias",
    "assert torch.allclose(y, parts.sum(1, keepdim=True) + b)", "",
    'print("output size", *y.shape[1:])',
    'print("parameters", w.numel() + b.numel())',
    `r, g, blue = parts[0, :, ${row}, ${column}].tolist()`,
    `print("row ${row}, column ${column}: sums", round(r, 6), round(g, 6), round(blue, 6), "bias", b.item(), "total", round(y[0, 0, ${row}, ${column}].item(), 6))`, ""].join("\n");
}

/** Several filters: a volume. */
export function manyCode(picture, filters, { row, column }) {
  return [...HEAD, ...opening(picture),
    "w = torch.tensor([", ...filters.map(weight), `], dtype=torch.float64)  # (${filters.length}, 3, 3, 3): filters, channels, rows, columns`,
    `b = torch.tensor(${list(filters.map((filter) => filter.bias))}, dtype=torch.float64)`, "",
    `y = F.conv2d(x, w, b)  # (1, ${filters.length}, H - 2, W - 2): one map a filter`, "",
    'print("output size", *y.shape[1:])',
    'print("parameters", w.numel() + b.numel())',
    `print("row ${row}, column ${column}:", *(round(v, 6) for v in y[0, :, ${row}, ${column}].tolist()))`, ""].join("\n");
}

/** One layer, by its settings. */
export function layerCode({ size, channels, kernel, filters, stride, padding }) {
  return ["import torch", "",
    `layer = torch.nn.Conv2d(${channels}, ${filters}, kernel_size=${kernel}, stride=${stride}, padding=${padding})`,
    `y = layer(torch.zeros(1, ${channels}, ${size}, ${size}))`, "",
    'print("weight", *layer.weight.shape, "bias", *layer.bias.shape)',
    'print("output size", *y.shape[1:])',
    'print("parameters", sum(p.numel() for p in layer.parameters()))',
    'print("multiply-adds", y.numel() * layer.weight[0].numel())', ""].join("\n");
}

/** A mixing of channels. */
export function mixCode(picture, { rows, bias }, { row, column }, shuffled) {
  const disorder = ["order = torch.randperm(x.shape[-1] * x.shape[-2])", "z = x.flatten(2)[..., order].reshape(x.shape)  # the pixels in disorder",
    'mixed_after, mixed_before = F.conv2d(z, m[..., None, None], b), y.flatten(2)[..., order].reshape(y.shape)',
    'print("shuffled first or mixed first, difference", (mixed_after - mixed_before).abs().max().item())'];
  return [...HEAD, ...opening(picture),
    `m = torch.tensor([${rows.map(list).join(", ")}], dtype=torch.float64)  # (${rows.length}, 3)`,
    `b = torch.tensor(${list(bias)}, dtype=torch.float64)`, "",
    `y = F.conv2d(x, m[..., None, None], b)  # (1, ${rows.length}, H, W): the weight is (${rows.length}, 3, 1, 1)`,
    'assert torch.allclose(y, torch.einsum("kc,nchw->nkhw", m, x) + b[:, None, None])', "",
    'print("output size", *y.shape[1:])',
    'print("weights", m.numel())',
    ...(shuffled ? disorder : [`print("row ${row}, column ${column}:", *(round(v, 6) for v in y[0, :, ${row}, ${column}].tolist()))`]), ""].join("\n");
}
