// The network as PyTorch code that runs and prints the totals of the page.
import { KINDS, shown } from "./kinds.js";

const SUM = `class Residual(nn.Module):
    """Adds what comes in to what the layers make of it."""

    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers = layers
        self.shortcut = shortcut

    def forward(self, x):
        return self.layers(x) + self.shortcut(x)
`;
const BESIDE = `class Dense(nn.Module):
    """Lays what comes in beside what the layers make of it."""

    def __init__(self, layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        return torch.cat((x, self.layers(x)), 1)
`;
const CROSSING = `class Sum(nn.Module):
    """Adds a second input."""

    def __init__(self, shortcut):
        super().__init__()
        self.shortcut = shortcut

    def forward(self, x, skip):
        return x + self.shortcut(skip)


class Beside(nn.Module):
    """Lays a second input beside the first."""

    def forward(self, x, skip):
        return torch.cat((skip, x), 1)


class Network(nn.Module):
    """Layers in a row; back[i] says how many rows above the second input of row i lies."""

    def __init__(self, layers, back):
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.back = back

    def forward(self, x):
        between = [x]
        for layer, back in zip(self.layers, self.back):
            between.append(layer(between[-1], between[-1 - back]) if back else layer(between[-1]))
        return between[-1]
`;

const back = (row) => KINDS[row.row.kind].back(row.values);
const lineOf = (row) => KINDS[row.row.kind].code(row.values, row.below.shape, row.skip?.shape);

/** Rows as a tree: a residual or dense row takes its rows along as a block. Null where two blocks cross. */
export function nested(rows) {
  const items = [];
  for (const [i, row] of rows.entries()) {
    const start = i - back(row);
    let at = items.length;
    while (back(row) && at > 0 && items[at - 1].start > start) at--;
    if (back(row) && (at === 0 || items[at - 1].start !== start)) return null;
    items.push(back(row) ? { start, row, items: items.splice(at - 1) } : { start: i, row });
  }
  return items;
}

function written(items, indent) {
  return items.flatMap((item) => {
    const end = `  # ${shown(item.row.out.shape).replaceAll("×", "x")}`;
    if (!item.items) return [`${indent}${lineOf(item.row)},${end}`];
    const residual = item.row.row.kind === "residual";
    return [`${indent}${residual ? "Residual" : "Dense"}(`, `${indent}    nn.Sequential(`, ...written(item.items, indent + "        "), `${indent}    ),`,
      ...(residual ? [`${indent}    ${lineOf(item.row)},`] : []), `${indent}),${end}`];
  });
}

function crossing(rows) {
  const layer = (row) => (row.row.kind === "residual" ? `Sum(${lineOf(row)})` : row.row.kind === "dense" ? "Beside()" : lineOf(row));
  return [`    network = Network(`, `        [`, ...rows.map((row) => `            ${layer(row)},  # ${shown(row.out.shape).replaceAll("×", "x")}`), `        ],`, `        back=[${rows.map(back).join(", ")}],`, `    )`];
}

const counting = (factor) => `
found = {"operations": 0, "bytes": 0}


def count(layer, inputs, output):
    found["bytes"] += output.numel() * output.element_size()
    if isinstance(layer, (nn.Conv2d, nn.Linear)):
        found["operations"] += ${factor}output.numel() * layer.weight[0].numel()


def count_shortcut(layer, inputs, output):
    if isinstance(layer, nn.Conv2d):  # its output is only added: no row of its own
        found["operations"] += ${factor}output.numel() * layer.weight[0].numel()


for name, layer in network.named_modules():
    if not isinstance(layer, (nn.Sequential, nn.ModuleList)) and layer is not network:
        layer.register_forward_hook(count_shortcut if name.endswith("shortcut") else count)
network.eval()
`;

/** The code. `measured` is the answer of a measurer; a network that breaks is written up to the row that does. */
export function program(measured, unit) {
  const { input } = measured;
  if (!input.shape) return `# ${input.problem}\n`;
  const rows = measured.rows.slice(0, measured.broken ? measured.broken - 1 : undefined);
  const items = nested(rows);
  const used = (kind) => rows.some((row) => row.row.kind === kind);
  const classes = items ? [used("residual") && SUM, used("dense") && BESIDE].filter(Boolean) : [CROSSING];
  const built = items ? ["    network = nn.Sequential(", ...written(items, "        "), "    )"] : crossing(rows);
  const broken = measured.broken ? `# Row ${measured.broken} cannot be: ${measured.rows[measured.broken - 1].problem.replaceAll("×", "x").replace(/\s+/g, " ")}. The code ends before it.\n` : "";
  return `${broken}import torch
from torch import nn

${classes.map((text) => `\n${text}\n`).join("")}
with torch.device("meta"):  # shapes alone: nothing is stored. Take this line away to train.
${built.join("\n")}
    x = torch.zeros(1, ${input.shape.join(", ")})
${counting(unit === "flop" ? "2 * " : "")}output = network(x)
print("output", " x ".join(str(n) for n in output.shape[1:]))
print("parameters", sum(p.numel() for p in network.parameters()))
print("${unit === "flop" ? "FLOPs" : "MACs"}", found["operations"])
print("bytes of the outputs", found["bytes"])
`;
}
