"""How other tools count the same network: their rules, applied to our rows.

The tools agree on convolutions and dense layers of a convolutional network, and differ in what else they count.
Each rule here gives the tool's own total for the networks named in ``benchmarks/count.py``, to the last integer.

Units: what each tool calls MACs or FLOPs, for one picture.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod

from explorer.cost import CostTable, Row


@dataclass(frozen=True, slots=True)
class OtherCount:
    """One tool's total, and the rule that makes it differ from ours."""

    tool: str
    version: str
    macs: int
    rule: str


def counts(table: CostTable) -> tuple[OtherCount, ...]:
    """What other tools report for a network that was counted here with a batch of one."""
    return tuple(
        OtherCount(tool, version, _total(table, extra), rule) for tool, version, rule, extra in _TOOLS
    )


def _total(table: CostTable, rule: Callable[[Row], int]) -> int:
    return sum(rule(row) for row in table.rows if row.runs)


def _is(row: Row, *classes: str) -> bool:
    return row.module_class in classes


_BATCH_NORMS = ("BatchNorm1d", "BatchNorm2d", "BatchNorm3d")
_LAYER_NORMS = ("LayerNorm", "LayerNorm2d", "GroupNorm")


def _torchvision(row: Row) -> int:
    return row.macs


def _fvcore(row: Row) -> int:
    """2 for each element of a batch norm, 5 of a layer norm, 1 for each value an adaptive pool reads; no attention."""
    if _is(row, *_BATCH_NORMS):
        return 2 * prod(row.input_shape)
    if _is(row, *_LAYER_NORMS):
        return 5 * prod(row.input_shape)
    if row.kind == "adaptive average pool":
        return prod(row.input_shape)
    return 0 if row.kind == "attention" else row.macs


def _thop(row: Row) -> int:
    """4 for each element of a norm, 1 for each value a pooling layer gives; functions that are no layers are missed."""
    if _is(row, *_BATCH_NORMS, "LayerNorm"):
        return 4 * prod(row.input_shape)
    if _is(row, "AvgPool2d"):
        return prod(row.output_shape)
    if _is(row, "AdaptiveAvgPool2d"):
        return prod(row.input_shape) + prod(row.output_shape)
    return row.macs if _is(row, "Conv2d", "Linear", "ConvTranspose2d") else 0


def _torchinfo(row: Row) -> int:
    """Parameters x places for convolutions, biases included; parameters once for every other layer."""
    if "Conv" in row.module_class:
        return row.params * prod(row.output_shape[1:])
    return row.params if row.module_class else 0


def _ptflops(row: Row) -> int:
    """Biases, 2 for each element of a batch norm, and ReLU and pooling once as a layer and once as a function."""
    if _is(row, *_BATCH_NORMS):
        return 2 * prod(row.input_shape)
    size = prod(row.output_shape) if row.kind == "activation" else prod(row.input_shape)
    if row.kind == "activation" or "pool" in row.kind:
        return 2 * size if row.module_class and not _is(row, "ReLU6") else size
    biases = prod(row.output_shape) if row.bias_params and row.macs else 0
    return row.macs + biases


_TOOLS: tuple[tuple[str, str, str, Callable[[Row], int]], ...] = (
    (
        "torchvision",
        "0.28",
        "the figure printed as GFLOPS on its model pages: multiply-adds, as here",
        _torchvision,
    ),
    (
        "fvcore",
        "0.1.5",
        "adds 2 per batch-norm element, 5 per layer-norm element, the adaptive pool",
        _fvcore,
    ),
    ("thop", "0.1.1", "adds 4 per norm element and average pooling; misses what is no layer", _thop),
    ("ptflops", "0.7.5", "adds biases and batch norms; counts ReLU and pooling layers twice", _ptflops),
    (
        "torchinfo",
        "1.8.0",
        "adds biases and norm parameters; counts a dense layer once, however many places",
        _torchinfo,
    ),
)
