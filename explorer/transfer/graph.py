"""A network as a list of plain operations: how a torch module reaches the engine in the browser.

The format is described in docs/graph-format.md; `graph_trace` reads the module, `graph_ops` says what each operation
computes.
"""

import json
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from explorer.transfer import anatomy, graph_ops, graph_trace, tensorfile

VERSION = 1
Graph = dict[str, Any]


def export_graph(module: nn.Module, input_shape: tuple[int, ...]) -> tuple[Graph, bytes]:
    """The operations of a network, and its weights as safetensors; the module stays as it was.

    Shapes: input_shape is (C, H, W), or (N, C, H, W) whose N does not matter.
    Raises: ValueError naming the operation that cannot be carried, or for a shape that does not fit the network.
    """
    shape = _checked(input_shape)
    traced = graph_trace.trace(module)
    shapes = _shapes(traced, shape)
    nodes = [{**node, "shape": shapes[node["name"]]} for node in traced.nodes]
    if len(shapes[traced.output]) != 1:
        raise ValueError(
            f"the network must end in one row of scores a picture, but ends in {shapes[traced.output]}"
        )
    head = _head(nodes, traced.output)
    graph = {
        "version": VERSION,
        "input": {"name": graph_trace.INPUT, "shape": list(shape)},
        "output": traced.output,
        "head": head["name"],
        "stages": _stages(module, head, traced.tensors),
        "nodes": nodes,
    }
    return graph, packed(traced.tensors)


def packed(tensors: Mapping[str, Tensor]) -> bytes:
    """Weights as safetensors bytes, in torch's names, layout and float32."""
    plain = {name: tensor.detach().to("cpu", torch.float32).numpy() for name, tensor in tensors.items()}
    return tensorfile.written(plain, {"format": "pt"})


def run(graph: Graph, tensors: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """What the operations of a graph compute, in torch and in evaluation mode: the meaning of the format.

    Shapes: x (N, C, H, W) -> (N, classes).
    """
    values = {graph["input"]["name"]: x}
    for node in graph["nodes"]:
        values[node["name"]] = graph_ops.run(node, [values[name] for name in node["inputs"]], tensors)
    return values[graph["output"]]


def _checked(input_shape: tuple[int, ...]) -> tuple[int, int, int]:
    shape = tuple(input_shape)[1:] if len(input_shape) == 4 else tuple(input_shape)
    if len(shape) != 3 or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in shape):
        raise ValueError(f"input_shape must be (C, H, W) of whole numbers above 0, got {input_shape}")
    return (shape[0], shape[1], shape[2])


def _shapes(traced: graph_trace.Traced, shape: tuple[int, int, int]) -> dict[str, list[int]]:
    """The shape of every value without its batch, found by running the operations on shapes alone."""
    tensors = {name: tensor.to("meta") for name, tensor in traced.tensors.items()}
    values = {graph_trace.INPUT: torch.empty((2, *shape), device="meta")}
    for node in traced.nodes:
        inputs = [values[name] for name in node["inputs"]]
        try:
            values[node["name"]] = graph_ops.run(node, inputs, tensors)
        except (RuntimeError, IndexError) as error:
            raise ValueError(
                f"pictures of {shape[0]} x {shape[1]} x {shape[2]} do not fit: {node['name']} ({node['op']}) "
                f"cannot take {' and '.join(str(list(x.shape[1:])) for x in inputs)}"
            ) from error
    return {name: list(value.shape[1:]) for name, value in values.items()}


def _head(nodes: list[dict[str, Any]], output: str) -> dict[str, Any]:
    """The last layer with weights: it gives the classes.

    Raises: ValueError where what follows it changes their number, or another layer feeds what follows.
    """
    weighted = [node for node in nodes if node["op"] in ("conv", "linear")]
    if not weighted:
        raise ValueError(
            "the network has no convolution and no linear layer, so nothing that gives the classes"
        )
    head = weighted[-1]
    known = {head["name"]}
    for node in nodes[nodes.index(head) + 1 :]:
        if not set(node["inputs"]) <= known:
            raise ValueError(f"{node['name']} ({node['op']}) goes around the last layer {head['name']}")
        known.add(node["name"])
    classes = next(node for node in nodes if node["name"] == output)["shape"][0]
    if classes != head["shape"][0] or output not in known:
        raise ValueError(f"the last layer {head['name']} does not give the classes")
    return head


def _stages(module: nn.Module, head: dict[str, Any], tensors: Mapping[str, Tensor]) -> list[list[str]]:
    """The parameters below the head that take part, stage by stage, as the server's engine has them."""
    taken = set(head["parameters"].values())
    free = [name for name in tensors if not name.endswith(graph_trace.STATISTICS) and name not in taken]
    try:
        groups = [stage.parameters for stage in anatomy.stages_of(module)]
    except ValueError:  # weights without layers
        groups = []
    stages = [[name for name in group if name in free] for group in groups]
    left = [name for name in free if not any(name in stage for stage in stages)]
    return [stage for stage in (*stages, left) if stage]


def to_json(graph: Graph) -> str:
    """The graph as it travels."""
    return json.dumps(graph, separators=(",", ":"))
