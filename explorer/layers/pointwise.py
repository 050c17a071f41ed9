"""Layers that keep the shape: norm, activation, dropout."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import ClassVar

from torch import nn

from explorer.layers.layer import MOST_CHANNELS, Layer, a_map, call, one_of, text_of, whole
from explorer.operators import Shape


@dataclass(frozen=True)
class Norm(Layer):
    """Bring values to a common scale: over the batch, over groups of channels, or over each map."""

    kind: ClassVar[str] = "norm"

    over: str = "batch"
    groups: int = 32
    channels: int | None = None

    OVER: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"batch": "BatchNorm2d", "group": "GroupNorm", "instance": "InstanceNorm2d"}
    )

    def __post_init__(self) -> None:
        one_of("over", self.over, self.OVER)
        whole("groups", self.groups, 1, MOST_CHANNELS)
        if self.channels is not None:
            whole("channels", self.channels, 1, MOST_CHANNELS)

    @property
    def is_global(self) -> bool:
        return self.over != "batch"

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        if self.channels not in (None, shape[0]):
            raise ValueError(f"takes {self.channels} channels, gets {shape[0]} ({text_of(shape)})")
        if self.over == "group" and shape[0] % self.groups:
            raise ValueError(f"groups must divide {shape[0]} channels, got {self.groups}")
        if self.over == "instance":
            a_map(shape)
        values = prod(shape[1:]) * (shape[0] // self.groups if self.over == "group" else 1)
        if self.over != "batch" and values == 1:
            raise ValueError(f"needs more than one value to take the mean of, gets {text_of(shape)}")
        return shape

    def weight_params(self, shape: Shape, skip: Shape | None = None) -> int:
        return 0 if self.over == "instance" else shape[0]

    bias_params = weight_params

    def _class(self, shape: Shape) -> str:
        return "BatchNorm1d" if self.over == "batch" and len(shape) == 1 else self.OVER[self.over]

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        make: type[nn.Module] = getattr(nn, self._class(shape))
        return make(self.groups, shape[0]) if self.over == "group" else make(shape[0])

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        sizes = (self.groups, shape[0]) if self.over == "group" else (shape[0],)
        return call(self._class(shape), *sizes)


@dataclass(frozen=True)
class Activation(Layer):
    """Bend every value by itself: without it, layers in a row would be one linear layer."""

    kind: ClassVar[str] = "activation"

    function: str = "relu"
    slope: float = 0.01

    FUNCTIONS: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "relu": "ReLU",
            "leaky relu": "LeakyReLU",
            "relu6": "ReLU6",
            "elu": "ELU",
            "gelu": "GELU",
            "silu": "SiLU",
            "hardswish": "Hardswish",
            "hardsigmoid": "Hardsigmoid",
            "sigmoid": "Sigmoid",
            "tanh": "Tanh",
            "softplus": "Softplus",
            "selu": "SELU",
            "mish": "Mish",
            "softmax": "Softmax",
            "log softmax": "LogSoftmax",
        }
    )

    def __post_init__(self) -> None:
        one_of("function", self.function, self.FUNCTIONS)
        _share("slope", self.slope)

    def mixes(self, shape: Shape) -> bool:
        """Softmax over a vector weighs every value against all others; over a map, against the other channels."""
        return self.function.endswith("softmax") and len(shape) == 1

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        return shape

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        make: type[nn.Module] = getattr(nn, self.FUNCTIONS[self.function])
        return make(*self._settings)

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call(self.FUNCTIONS[self.function], *self._settings)

    @property
    def _settings(self) -> tuple[float, ...]:
        """The slope of a leaky ReLU where it is not the usual one; the dimension of a softmax."""
        if self.function.endswith("softmax"):
            return (1,)
        return (self.slope,) if self.function == "leaky relu" and self.slope != Activation.slope else ()


@dataclass(frozen=True)
class Dropout(Layer):
    """While training, set a share of the values to zero; in use, do nothing."""

    kind: ClassVar[str] = "dropout"

    share: float = 0.5

    def __post_init__(self) -> None:
        _share("share", self.share)

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        return shape

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        return nn.Dropout(self.share)

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call("Dropout", self.share)


def _share(name: str, value: object) -> None:
    """Raises: ValueError when a setting is no number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ValueError(f"{name} must be a number from 0 to 1, got {value!r}")
