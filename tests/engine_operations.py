"""Single operations that the engine in the browser is compared in, by chance but always the same."""

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor

Node = dict[str, Any]


def operations(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    """Nodes as the graph has them, with what goes in and the weights: all that the engine can do, at odd sizes too."""
    yield from _convolutions(g)
    yield from _large_convolutions(g)
    yield from _dividing_convolutions(g)
    yield from _pools(g)
    yield from _norms(g)
    yield from _activations(g)
    yield from _others(g)


def _number(g: torch.Generator, *choices: int) -> int:
    return choices[int(torch.randint(len(choices), (1,), generator=g))]


def _weights(
    g: torch.Generator, filters: tuple[int, int], kernel: list[int], *, has_bias: bool
) -> dict[str, Tensor]:
    weight = {"weight": torch.randn(*filters, *kernel, generator=g)}
    return weight | {"bias": torch.randn(filters[0], generator=g)} if has_bias else weight


def _convolutions(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    for place in range(60):
        kernel = (
            [_number(g, 1, 2, 3, 3, 5), _number(g, 1, 2, 3, 3, 5)]
            if place % 4
            else [_number(g, 1, 2, 3, 4)] * 2
        )
        kind = ("full", "full", "depthwise", "grouped")[place % 4]
        channels = _number(g, 2, 4)
        groups = {"full": 1, "depthwise": channels, "grouped": 2}[kind]
        outputs = channels * _number(g, 1, 2) if kind == "depthwise" else 2 * _number(g, 1, 2, 3)
        dilation = [_number(g, 1, 1, 2)] * 2
        stride = [_number(g, 1, 2, 3)] * 2 if place % 5 else [1, 2]
        reach = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        padding = (
            [[_number(g, 0, 1), _number(g, 0, 1)] for _ in range(2)]
            if place % 7 == 0
            else [[n, n] for n in (_number(g, 0, 1, 2), _number(g, 0, 1, 2))]
        )
        size = [max(r, _number(g, 5, 6, 7, 9)) for r in reach]
        node = {"op": "conv", "kernel": kernel, "stride": stride, "padding": padding}
        weights = _weights(g, (outputs, channels // groups), kernel, has_bias=place % 2 == 1)
        # a batch above the limit of the one form of convolution, and one below
        batch = 2 if place % 3 else 40
        maps = torch.randn(batch, channels, *size, generator=g)
        yield {**node, "dilation": dilation, "groups": groups}, [maps], weights


def _large_convolutions(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    """So many places and channels that no form for small maps is taken; every third keeps the size of its map."""
    for place in range(27):
        kernel = [_number(g, 1, 2, 3, 4, 5), _number(g, 1, 2, 3, 4, 5)]
        channels, outputs = _number(g, 4, 5, 40), _number(g, 3, 8, 40)
        dilation = [_number(g, 1, 1, 2), _number(g, 1, 1, 2)]
        stride = [_number(g, 1, 2, 3, 4), _number(g, 1, 2, 3, 4)] if place % 3 else [1, 1]
        reach = [(k - 1) * d for k, d in zip(kernel, dilation, strict=True)]
        padding = [[r // 2, r - r // 2] for r in reach] if place % 3 == 0 else [[_number(g, 0, 1, 3)] * 2] * 2
        is_depthwise = place % 4 == 3
        node = {"op": "conv", "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        filters = (channels, 1) if is_depthwise else (outputs, channels)
        weights = _weights(g, filters, kernel, has_bias=place % 2 == 1)
        maps = torch.randn(24, channels, _number(g, 14, 15), _number(g, 13, 16), generator=g)
        yield {**node, "groups": channels if is_depthwise else 1}, [maps], weights


def _dividing_convolutions(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    """The result, times the stride, has the rows and columns of the map, also where a kernel reaches far beyond it."""
    for place in range(12):
        stride, dilation = [_number(g, 1, 2, 3), _number(g, 1, 2)], [_number(g, 1, 1, 3)] * 2
        size = [_number(g, 3, 4, 7), _number(g, 3, 5)]
        reach = [(_number(g, *range(s, 6)) - 1) * d for s, d in zip(stride, dilation, strict=True)]
        kernel = [r // d + 1 for r, d in zip(reach, dilation, strict=True)]
        padding = []
        for r, s in zip(reach, stride, strict=True):
            before = _number(g, *range(r - s + 2))
            padding.append([before, r - s + 1 - before])
        is_depthwise = place % 3 == 2
        channels, outputs = _number(g, 4, 12), _number(g, 4, 8)
        node = {"op": "conv", "kernel": kernel, "stride": stride, "padding": padding, "dilation": dilation}
        filters = (channels, 1) if is_depthwise else (outputs, channels)
        weights = _weights(g, filters, kernel, has_bias=place % 2 == 1)
        sides = [n * s for n, s in zip(size, stride, strict=True)]
        maps = torch.randn(36, channels, *sides, generator=g)
        yield {**node, "groups": channels if is_depthwise else 1}, [maps], weights


def _pools(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    for place in range(16):
        kernel = [_number(g, 2, 3), _number(g, 2, 3)]
        node = {
            "op": "max_pool",
            "kernel": kernel,
            "stride": [_number(g, 1, 2, 3), _number(g, 1, 2)],
            "padding": [_number(g, 0, 1), _number(g, 0, 1)],
            "dilation": [1 + (place % 5 == 0)] * 2,
            "ceil_mode": place % 3 == 0,
        }
        size = [_number(g, 6, 7, 8), _number(g, 6, 7, 9)]
        tied = torch.randint(0, 3, (2, 3, *size), generator=g).float() - 1
        yield node, [tied if place % 2 else torch.randn(2, 3, *size, generator=g)], {}
    for kernel in ([2, 2], [3, 2], [1, 4]):  # tiles: windows side by side that cover the map
        node = {"op": "max_pool", "kernel": kernel, "stride": kernel, "padding": [0, 0], "dilation": [1, 1]}
        tied = torch.randint(0, 3, (2, 3, 6, 8), generator=g).float() - 1
        yield {**node, "ceil_mode": False}, [tied], {}
    for place in range(12):
        kernel = [_number(g, 2, 3), _number(g, 2, 3)]
        node = {
            "op": "average_pool",
            "kernel": kernel,
            "stride": [_number(g, 1, 2), _number(g, 1, 2, 3)],
            "padding": [_number(g, 0, 1), _number(g, 0, 1)],
            "ceil_mode": place % 3 == 0,
            "count_include_pad": place % 2 == 0,
        }
        yield node, [torch.randn(2, 3, _number(g, 6, 7, 8), _number(g, 6, 7, 9), generator=g)], {}
    for size in ([1, 1], [2, 3], [7, 6], [4, 4]):
        yield {"op": "adaptive_average_pool", "size": size}, [torch.randn(2, 3, 7, 6, generator=g)], {}


def _norms(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    for place in range(6):
        weights = (
            {"weight": torch.randn(3, generator=g), "bias": torch.randn(3, generator=g)} if place < 4 else {}
        )
        statistics = {
            "running_mean": torch.randn(3, generator=g),
            "running_var": torch.rand(3, generator=g) + 0.5,
        }
        node = {
            "op": "batch_norm",
            "eps": 1e-5,
            "momentum": (0.1, 0.3)[place % 2],
            "training": place % 2 == 0,
        }
        yield node, [torch.randn(4, 3, 3, 5, generator=g) * 2 + 1], weights | statistics


def _activations(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    """Among the values are those where the slope jumps, and large ones."""
    edges = torch.tensor([0.0, 6.0, -0.0, 40.0, -40.0, 100.0, -100.0, 0.5, -3.5, 3.5, -1.0, 1.0])
    for op in ("relu", "relu6", "sigmoid", "tanh", "silu", "hardswish", "hardsigmoid"):
        yield {"op": op}, [torch.cat([edges, torch.randn(24, generator=g) * 4]).reshape(2, 2, 3, 3)], {}
    for approximate in ("none", "tanh"):
        yield {"op": "gelu", "approximate": approximate}, [torch.randn(2, 2, 3, 3, generator=g) * 3], {}


def _others(g: torch.Generator) -> Iterator[tuple[Node, list[Tensor], dict[str, Tensor]]]:
    def maps(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=g)

    for op in ("add", "multiply"):
        yield {"op": op}, [maps(2, 3, 4, 5), maps(2, 3, 4, 5)], {}
        yield {"op": op}, [maps(2, 3, 1, 1), maps(2, 3, 4, 5)], {}
    yield {"op": "affine", "scale": -0.25, "shift": 3.0}, [maps(2, 3, 4, 5)], {}
    yield {"op": "concat"}, [maps(2, 3, 4, 5), maps(2, 1, 4, 5), maps(2, 2, 4, 5)], {}
    yield {"op": "concat"}, [maps(2, 3), maps(2, 4)], {}
    yield {"op": "flatten"}, [maps(2, 3, 4, 5)], {}
    yield {"op": "flatten"}, [maps(2, 3, 1, 1)], {}
    yield {"op": "linear"}, [maps(4, 5)], {"weight": maps(3, 5), "bias": maps(3)}
    yield {"op": "linear"}, [maps(4, 6)], {"weight": maps(2, 6)}
