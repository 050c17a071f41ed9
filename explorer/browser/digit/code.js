// The PyTorch program of the view: the prepared drawing through LeNet-5; it prints what is shown.
import { BY_KEY, nameOf } from "./layers.js";

const hex = (levels) => Array.from({ length: 28 }, (_, y) => `    "${Array.from(levels.slice(28 * y, 28 * y + 28), (v) => v.toString(16).padStart(2, "0")).join("")}"`);
const VARIABLES = { in: "x", out: "logits", prob: "p" };

/** `centred`: the 28 × 28 levels before the border. */
export function program({ file, mean, std }, { centred, border, unit }) {
  const name = VARIABLES[unit.layer] ?? unit.layer;
  const place = BY_KEY[unit.layer].side > 1 ? `0, ${unit.map}, ${unit.row}, ${unit.col}` : ["c5", "t5"].includes(unit.layer) ? `0, ${unit.map}, 0, 0` : `0, ${unit.map}`;
  const enlarge = border
    ? "picture = F.pad(picture, (2, 2, 2, 2))  # the border: 32 x 32"
    : 'picture = F.interpolate(picture, size=32, mode="bilinear", align_corners=False)  # stretched: no border';
  return [
    "from pathlib import Path", "", "import numpy as np", "import torch", "import torch.nn.functional as F", "from safetensors.torch import load_file", "",
    `path = next(p for p in (Path("${file}"), Path("assets/weights/${file}")) if p.exists())`, "w = load_file(path)", "",
    "# The drawing as it was prepared: 28 rows of 28 grey levels, two hexadecimal digits each.", "rows = (", ...hex(centred), ")",
    'pixels = np.frombuffer(bytes.fromhex("".join(rows)), np.uint8).reshape(1, 1, 28, 28)',
    "picture = torch.from_numpy(pixels.astype(np.float32))", enlarge,
    `x = (picture / 255 - ${mean}) / ${std}`, "",
    'c1 = F.conv2d(x, w["c1.weight"], w["c1.bias"])  # (1, 6, 28, 28)', "t1 = torch.tanh(c1)", "s2 = F.avg_pool2d(t1, 2)  # (1, 6, 14, 14)",
    'c3 = F.conv2d(s2, w["c3.weight"], w["c3.bias"])  # (1, 16, 10, 10)', "t3 = torch.tanh(c3)", "s4 = F.avg_pool2d(t3, 2)  # (1, 16, 5, 5)",
    'c5 = F.conv2d(s4, w["c5.weight"], w["c5.bias"])  # (1, 120, 1, 1)', "t5 = torch.tanh(c5)",
    'f6 = F.linear(t5.flatten(1), w["f6.weight"], w["f6.bias"])  # (1, 84)', "t6 = torch.tanh(f6)",
    'logits = F.linear(t6, w["output.weight"], w["output.bias"])  # (1, 10)', "p = logits.softmax(1)", "",
    'print("logits", *(round(v, 4) for v in logits[0].tolist()))', 'print("probabilities", *(round(v, 4) for v in p[0].tolist()))',
    `print("${nameOf(unit)}", round(${name}[${place}].item(), 4))`, "",
  ].join("\n");
}

/** Every number of the view: layer, map, row, column, value. */
export function numbersCsv(found) {
  const lines = ["layer,map,row,column,value"];
  for (const [key, { side }] of Object.entries(BY_KEY)) {
    const layer = { t1: "tanh_c1", t3: "tanh_c3", t5: "tanh_c5", t6: "tanh_f6", in: "input", out: "logit", prob: "probability" }[key] ?? key;
    found[key].forEach((value, i) => lines.push(`${layer},${Math.floor(i / (side * side))},${Math.floor(i / side) % side},${i % side},${+value.toPrecision(9)}`));
  }
  return lines.join("\n") + "\n";
}
