// The PyTorch program that computes the present view and prints the numbers shown.
import { paddingPair } from "../shared/crosscorrelation.js";
import { settings, sizeFormula } from "./engine.js";
import { slidingCells } from "./kernel-state.js";

const MODES = { zeros: "constant", reflect: "reflect", replicate: "replicate", circular: "circular" };
const number = (value) => String(+value.toPrecision(9));

function rows(kernel, cells) {
  const lines = Array.from({ length: kernel.rows }, (_, i) => "[" + cells.slice(i * kernel.columns, (i + 1) * kernel.columns).map(number).join(", ") + "]");
  return "[" + lines.join(",\n     ") + "]";
}

/** How the picture is opened and turned into a (1, C, H, W) tensor. */
function opening(picture, values) {
  const own = !picture.file;
  const name = own ? "picture.png" : picture.file;
  const where = own
    ? [`path = Path("${name}")  # "Save the picture" beside this code writes it`]
    : [`path = next(p for p in (Path("${name}"), Path("assets/pictures/${name}")) if p.exists())`];
  const numbers = "torch.from_numpy(np.asarray(image).copy()).double()";
  const grey = ['image = image.convert("L")  # grey, ITU-R BT.601', `x = ${numbers}[None, None]  # (1, 1, H, W), 0..255`];
  const colour = [`x = ${numbers}.permute(2, 0, 1)[None]  # (1, 3, H, W), 0..255`];
  return [...where, 'image = Image.open(path).convert("RGB")', ...(values.mode === "grey" ? grey : colour)];
}

/** The lines on the difference, where that is what is shown. */
function difference(picture, values) {
  const size = (n, k) => sizeFormula("", n, k, values).size;
  const alike = size(picture.height, values.k.rows) === picture.height && size(picture.width, values.k.columns) === picture.width;
  if (values.view !== "diff" || !alike) return [];
  const grey = ['grey = torch.from_numpy(np.asarray(image.convert("L")).copy()).double()', "difference = y - grey"];
  return [...(values.mode === "full" ? grey : ["difference = y - x"]), ...summary("difference:", "difference")];
}

const summary = (title, name) => [`print("${title} lowest", round(${name}.min().item(), 6), "highest", round(${name}.max().item(), 6), "mean", round(${name}.mean().item(), 6))`];

/** Text of the program. `at` is the output pixel shown. */
export function program(picture, values, at) {
  const { k } = values;
  const how = settings(values);
  const [top, bottom] = paddingPair(how.padding, k.rows, how.dilation);
  const [left, right] = paddingPair(how.padding, k.columns, how.dilation);
  const slices = slidingCells(k, values.mode);
  const weight = slices.length === 1 ? rows(k, slices[0]) : "[" + slices.map((cells) => rows(k, cells)).join(",\n    ") + "]";
  const shape = slices.length === 1 ? "[None, None]  # (1, 1, kh, kw)" : "[None]  # (1, 3, kh, kw)";
  const padded = top || bottom || left || right;
  const groups = values.mode === "each" ? ", groups=3" : "";
  return [
    "from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from PIL import Image", "",
    ...opening(picture, values), "",
    `w = torch.tensor(\n    ${weight}, dtype=torch.float64)${k.divisor === 1 ? "" : ` / ${number(k.divisor)}`}`,
    `w = w${shape}`,
    ...(values.flip ? ["w = w.flip(-1, -2)  # true convolution slides the turned kernel"] : []),
    ...(values.mode === "each" ? ["w = w.repeat(3, 1, 1, 1)  # the same kernel for each channel alone"] : []),
    padded ? `padded = F.pad(x, (${left}, ${right}, ${top}, ${bottom}), mode="${MODES[how.mode]}")` : "padded = x  # no padding",
    `bias = torch.full((w.shape[0],), ${number(values.b)}, dtype=torch.float64)`,
    `y = F.conv2d(padded, w, bias, stride=${values.s}, dilation=${values.d}${groups})`,
    ...({ none: [], relu: ["y = F.relu(y)"], abs: ["y = y.abs()"] }[values.act]),
    "",
    'print("output size", *y.shape[-2:])',
    ...summary("output:", "y"),
    `print("row ${at.row}, column ${at.column}:", *(round(v, 6) for v in y[0, :, ${at.row}, ${at.column}].tolist()))`,
    ...difference(picture, values),
    "",
  ].join("\n");
}
