// The PyTorch code that makes the network, takes the chosen layer out of it, and prints what the page shows of it.

const zeros = ([channels, height, width]) => `torch.zeros(1, ${channels}, ${height}, ${width})`;

export function codeOf(model, row) {
  const run = `with torch.inference_mode():\n    network(${zeros(model.facts.input)})`;
  if (!row) return `${model.code}
print("parameters", sum(p.numel() for p in network.parameters()))
with torch.inference_mode():
    print("output", tuple(network(${zeros(model.facts.input)}).shape))
`;
  if (!row.moduleClass) return `${model.code}
# "${row.kind}" is no module: it happens in the forward of ${row.path ? `"${row.path}"` : "the network"}, read here as a whole
layer = ${row.path ? `network.get_submodule("${row.path}")` : "network"}
print(layer)
print("parameters", sum(p.numel() for p in layer.parameters()))
`;
  return `${model.code}
layer = network.get_submodule("${row.path}")
print(layer)
print("parameters", sum(p.numel() for p in layer.parameters()))

calls = []
layer.register_forward_hook(lambda module, inputs, output: calls.append(tuple(output.shape)))
${run}
print("output", calls[${callOf(model, row)}])
`;
}

/** A layer that is called several times: which call this row is. */
function callOf(model, row) {
  return model.rows.filter((other) => other.path === row.path && other.moduleClass).indexOf(row);
}
