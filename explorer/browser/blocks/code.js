// The PyTorch program of a block and its alternative: it builds both, counts both, and prints the numbers shown.

const ACTIVATED = { ReLU: (x) => `torch.relu(${x})`, ReLU6: (x) => `nn.functional.relu6(${x})`, sigmoid: (x) => `torch.sigmoid(${x})` };

/** The line of `__init__` that makes a layer; nothing where it needs none. */
function made(layer) {
  const { kind, channelsIn, channels, kernel, stride, padding, groups, bias } = layer;
  const extra = [stride > 1 ? `stride=${stride}` : "", padding ? `padding=${padding}` : "", groups > 1 ? `groups=${groups}` : "", bias ? "" : "bias=False"].filter(Boolean).map((text) => `, ${text}`).join("");
  if (kind === "conv") return `nn.Conv2d(${channelsIn}, ${channels}, ${kernel}${extra})`;
  if (kind === "transposed conv") return `nn.ConvTranspose2d(${channelsIn}, ${channels}, ${kernel}, stride=${stride}${bias ? "" : ", bias=False"})`;
  if (kind === "linear") return `nn.Linear(${channelsIn}, ${channels}${bias ? "" : ", bias=False"})`;
  if (kind === "max pool") return `nn.MaxPool2d(${kernel}, stride=${stride}${padding ? `, padding=${padding}` : ""})`;
  if (kind === "average pool") return `nn.AvgPool2d(${kernel}, stride=${stride}${padding ? `, padding=${padding}` : ""})`;
  if (kind === "dropout") return `nn.Dropout(${layer.percent / 100})`;
  return "";
}

/** The expression of `forward` that gives a layer's output. */
function flows(layer) {
  const [first, second] = layer.inputs;
  const bare = {
    add: `${first} + ${second}`, multiply: `${first} * ${second}`, concat: `torch.cat((${layer.inputs.join(", ")}), 1)`,
    slice: `${first}[:, ${layer.first} : ${layer.first + layer.channels}]`, flatten: `${first}.flatten(1)`,
    "global pool": `${first}.mean((2, 3), keepdim=True)`, upsample: `nn.functional.interpolate(${first}, scale_factor=${layer.stride})`,
    shuffle: `${first}.unflatten(1, (${layer.groups}, ${layer.channels / layer.groups})).transpose(1, 2).flatten(1, 2)`,
  }[layer.kind] ?? `self.${layer.name}(${first})`;
  const normed = layer.norm ? `self.${layer.name}_norm(${bare})` : bare;
  return layer.activation ? ACTIVATED[layer.activation](normed) : normed;
}

function module(name, title, layers) {
  const own = layers.slice(1);
  const inits = own.flatMap((layer) => [made(layer) ? `        self.${layer.name} = ${made(layer)}` : "", layer.norm ? `        self.${layer.name}_norm = nn.BatchNorm2d(${layer.channels})` : ""]).filter(Boolean);
  const read = new Set(own.flatMap((layer) => layer.inputs));
  const ends = own.filter((layer) => !read.has(layer.name));
  const steps = ends.length === 1 ? own.filter((layer) => layer !== ends[0]) : own;
  return [`class ${name}(nn.Module):`, `    """${title}."""`, "", "    def __init__(self):", "        super().__init__()", ...inits, "", "    def forward(self, x):",
    ...steps.map((layer) => `        ${layer.name} = ${flows(layer)}`), `        return ${ends.length === 1 ? flows(ends[0]) : ends.map((layer) => layer.name).join(", ")}`, "", ""];
}

/** Program of a block with its settings. */
export function program(block, layers, plain) {
  const { channels, size } = layers[0];
  return [
    "import torch", "from torch import nn", "from torch.utils.flop_counter import FlopCounterMode", "", "",
    ...module("Block", block.title, layers), ...module("Alternative", block.plain.title, plain),
    "def count(make, C, H):", '    """Parameters and multiply-adds, on shapes alone: the "meta" device multiplies nothing."""',
    '    with torch.device("meta"), torch.no_grad():', "        network = make().eval()", "        with FlopCounterMode(display=False) as counter:", "            out = network(torch.empty(1, C, H, H))",
    "    outputs = out if isinstance(out, tuple) else (out,)",
    "    params = sum(p.numel() for p in network.parameters())",
    '    print(make.__name__, "parameters", params, "MACs", counter.get_total_flops() // 2, "out", *(tuple(o.shape[1:]) for o in outputs))', "", "",
    `count(Block, ${channels}, ${size})`, `count(Alternative, ${channels}, ${size})`, "",
  ].join("\n");
}
