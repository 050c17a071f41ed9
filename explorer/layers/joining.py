"""Layers that join values: flattening, dense layers, residual and dense connections."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import torch
from torch import Tensor, nn

from explorer.layers.layer import MOST_FEATURES, Layer, Pair, a_map, call, flag, text_of, whole, written
from explorer.operators import Shape


@dataclass(frozen=True)
class Flatten(Layer):
    """Write the map as one long vector, channel by channel."""

    kind: ClassVar[str] = "flatten"

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        return (prod(shape),)

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        return nn.Flatten()

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call("Flatten")


@dataclass(frozen=True)
class Linear(Layer):
    """Connect every value to every feature."""

    kind: ClassVar[str] = "linear"

    features: int
    bias: bool = True
    channels: int | None = None

    def __post_init__(self) -> None:
        whole("features", self.features, 1, MOST_FEATURES)
        flag("bias", self.bias)
        if self.channels is not None:
            whole("channels", self.channels, 1, MOST_FEATURES)

    @property
    def is_global(self) -> bool:
        return True

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        if len(shape) != 1:
            raise ValueError(f"needs a vector, gets {text_of(shape)}: put a flatten row before it")
        if self.channels not in (None, shape[0]):
            raise ValueError(f"takes {self.channels} features, gets {shape[0]}")
        return (self.features,)

    def weight_params(self, shape: Shape, skip: Shape | None = None) -> int:
        return shape[0] * self.features

    def bias_params(self, shape: Shape, skip: Shape | None = None) -> int:
        return self.features if self.bias else 0

    def macs(self, shape: Shape, skip: Shape | None = None) -> int:
        return shape[0] * self.features

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        return nn.Linear(shape[0], self.features, bias=self.bias)

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call("Linear", shape[0], self.features, bias=(self.bias, True))


@dataclass(frozen=True)
class Residual(Layer):
    """Add what entered some rows above; ``project`` fits its shape with a strided 1 x 1 convolution."""

    kind: ClassVar[str] = "residual"

    rows: int = 2
    project: bool = False

    def __post_init__(self) -> None:
        whole("rows", self.rows, 1, 1000)
        flag("project", self.project)

    @property
    def rows_back(self) -> int:
        return self.rows

    def _stride(self, shape: Shape, skip: Shape) -> Pair:
        """The stride that brings the skipped map to this size. Raises: ValueError where none does."""
        (_, height, width), (_, high, wide) = a_map(shape), a_map(skip)
        for rows, columns in ((-(-high // height), -(-wide // width)), (high // height, wide // width)):
            if min(rows, columns) >= 1 and (-(-high // rows), -(-wide // columns)) == (height, width):
                return rows, columns
        raise ValueError(f"no stride brings {text_of(skip)} to {height} x {width}")

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        skip = _present(skip)
        if self.project:
            self._stride(shape, skip)
        elif shape != skip:
            raise ValueError(
                f"adds {text_of(skip)} to {text_of(shape)}: the shapes must be equal, or switch project on"
            )
        return shape

    def weight_params(self, shape: Shape, skip: Shape | None = None) -> int:
        return shape[0] * _present(skip)[0] if self.project else 0

    def macs(self, shape: Shape, skip: Shape | None = None) -> int:
        return prod(shape) * _present(skip)[0] if self.project else 0

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        skip = _present(skip)
        if not self.project:
            return Sum(nn.Identity())
        return Sum(nn.Conv2d(skip[0], shape[0], 1, stride=self._stride(shape, skip), bias=False))

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        skip = _present(skip)
        if not self.project:
            return "nn.Identity()"
        stride = written(self._stride(shape, skip))
        return call("Conv2d", skip[0], shape[0], 1, stride=(stride, "1"), bias=(False, True))


@dataclass(frozen=True)
class Dense(Layer):
    """Lay what entered some rows above beside the map (concatenation over channels)."""

    kind: ClassVar[str] = "dense"

    rows: int = 2

    def __post_init__(self) -> None:
        whole("rows", self.rows, 1, 1000)

    @property
    def rows_back(self) -> int:
        return self.rows

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        skip = _present(skip)
        if len(shape) != len(skip) or shape[1:] != skip[1:]:
            raise ValueError(
                f"lays {text_of(skip)} beside {text_of(shape)}: the sizes of the maps must be equal"
            )
        return (shape[0] + skip[0], *shape[1:])

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        return Beside()

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return "nn.Identity()"


class Sum(nn.Module):
    """Add two inputs; the second goes through a layer first."""

    def __init__(self, shortcut: nn.Module) -> None:
        super().__init__()
        self.shortcut = shortcut

    def forward(self, maps: Tensor, skip: Tensor) -> Tensor:
        total: Tensor = maps + self.shortcut(skip)
        return total


class Beside(nn.Module):
    """Concatenate two inputs over channels, the older one first."""

    def forward(self, maps: Tensor, skip: Tensor) -> Tensor:
        return torch.cat((skip, maps), 1)


def _present(skip: Shape | None) -> Shape:
    if skip is None:
        raise ValueError("reads a row above the first one")
    return skip
