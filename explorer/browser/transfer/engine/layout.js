// Between torch's layout of weights and the engine's: convolutions (O, I, H, W) -> (H, W, I, O), linear (O, I) -> (I, O).

/** Which parameter has which layout: name -> "conv", "linear" or "plain". */
export function layouts(graph) {
  const found = new Map();
  for (const node of graph.nodes) {
    for (const [role, name] of Object.entries(node.parameters)) {
      found.set(name, role === "weight" && (node.op === "conv" || node.op === "linear") ? node.op : "plain");
    }
  }
  return found;
}

function permuted({ shape, data }, order) {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const sides = order.map((axis) => shape[axis]);
  const steps = order.map((axis) => strides[axis]);
  const found = new Float32Array(data.length);
  const place = new Array(sides.length).fill(0);
  let from = 0;
  for (let to = 0; to < found.length; to++) {
    found[to] = data[from];
    for (let axis = sides.length - 1; axis >= 0; axis--) {
      from += steps[axis];
      if (++place[axis] < sides[axis]) break;
      from -= steps[axis] * sides[axis];
      place[axis] = 0;
    }
  }
  return { shape: sides, data: found };
}

/** A weight as the engine holds it. */
export function toEngine(tensor, layout) {
  if (layout === "conv") return permuted(tensor, [2, 3, 1, 0]);
  return layout === "linear" ? permuted(tensor, [1, 0]) : tensor;
}

/** A weight as torch holds it. */
export function toTorch(tensor, layout) {
  if (layout === "conv") return permuted(tensor, [3, 2, 0, 1]);
  return layout === "linear" ? permuted(tensor, [1, 0]) : tensor;
}
