"""What each operation of the graph format computes, in torch: the format's meaning, and the shapes of its values."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

Node = Mapping[str, Any]
Tensors = Mapping[str, Tensor]


def run(node: Node, inputs: Sequence[Tensor], tensors: Tensors) -> Tensor:
    """The value of one node in evaluation mode, from the values of its inputs. Shapes: (N, C, H, W) or (N, C)."""
    weights = {role: tensors[name] for role, name in node["parameters"].items()}
    return OPS[node["op"]](node, inputs, weights)


def _conv(node: Node, inputs: Sequence[Tensor], weights: Tensors) -> Tensor:
    (top, bottom), (left, right) = node["padding"]
    return F.conv2d(
        F.pad(inputs[0], (left, right, top, bottom)),
        weights["weight"],
        weights.get("bias"),
        stride=tuple(node["stride"]),
        dilation=tuple(node["dilation"]),
        groups=node["groups"],
    )


def _batch_norm(node: Node, inputs: Sequence[Tensor], weights: Tensors) -> Tensor:
    statistics = weights["running_mean"], weights["running_var"]
    return F.batch_norm(
        inputs[0], *statistics, weights.get("weight"), weights.get("bias"), training=False, eps=node["eps"]
    )


def _max_pool(node: Node, inputs: Sequence[Tensor], weights: Tensors) -> Tensor:
    return F.max_pool2d(
        inputs[0], node["kernel"], node["stride"], node["padding"], node["dilation"], node["ceil_mode"]
    )


def _average_pool(node: Node, inputs: Sequence[Tensor], weights: Tensors) -> Tensor:
    return F.avg_pool2d(
        inputs[0],
        node["kernel"],
        node["stride"],
        node["padding"],
        node["ceil_mode"],
        node["count_include_pad"],
    )


def _linear(node: Node, inputs: Sequence[Tensor], weights: Tensors) -> Tensor:
    return F.linear(inputs[0], weights["weight"], weights.get("bias"))


def _plain(function: Callable[[Tensor], Tensor]) -> Callable[[Node, Sequence[Tensor], Tensors], Tensor]:
    return lambda node, inputs, weights: function(inputs[0])


OPS: Mapping[str, Callable[[Node, Sequence[Tensor], Tensors], Tensor]] = MappingProxyType(
    {
        "conv": _conv,
        "linear": _linear,
        "batch_norm": _batch_norm,
        "relu": _plain(F.relu),
        "relu6": _plain(F.relu6),
        "silu": _plain(F.silu),
        "hardswish": _plain(F.hardswish),
        "hardsigmoid": _plain(F.hardsigmoid),
        "sigmoid": _plain(torch.sigmoid),
        "tanh": _plain(torch.tanh),
        "gelu": lambda node, inputs, weights: F.gelu(inputs[0], approximate=node["approximate"]),
        "max_pool": _max_pool,
        "average_pool": _average_pool,
        "adaptive_average_pool": lambda node, inputs, weights: F.adaptive_avg_pool2d(inputs[0], node["size"]),
        "add": lambda node, inputs, weights: inputs[0] + inputs[1],
        "multiply": lambda node, inputs, weights: inputs[0] * inputs[1],
        "affine": lambda node, inputs, weights: inputs[0] * node["scale"] + node["shift"],
        "concat": lambda node, inputs, weights: torch.cat(list(inputs), 1),
        "flatten": _plain(lambda x: torch.flatten(x, 1)),
        "dropout": _plain(lambda x: x),
    }
)
"""The operations by name."""
