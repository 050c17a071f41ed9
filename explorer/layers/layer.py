"""What every layer type has in common: checked settings, and four formulas in one class.

A layer type is one frozen class with the shape that comes out, the parameters, the multiply-adds, and the window
it looks through, together with the PyTorch layer it stands for. Adding a type is adding a class to ``types``.

Shapes: a map is (C, H, W), a vector is (F,). Units: parameters, multiply-adds of one picture.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import nn

from explorer.operators import Shape

Pair = tuple[int, int]

MOST_CHANNELS = 65_536
MOST_FEATURES = 4_194_304
LARGEST_WINDOW = 1024


@dataclass(frozen=True, slots=True)
class Window:
    """How a unit looks at the map below: kernel, stride, padding and dilation, rows first."""

    kernel: Pair
    stride: Pair
    padding: Pair
    dilation: Pair = (1, 1)

    def slid(self, height: int, width: int, *, ceil: bool = False) -> Pair:
        """How many places the window takes: floor((H + 2 P - D (K - 1) - 1) / S) + 1.

        Raises: ValueError when the window is larger than the padded map.
        """
        return self._places(0, height, ceil), self._places(1, width, ceil)

    def _places(self, axis: int, size: int, ceil: bool) -> int:
        kernel, stride, padding = self.kernel[axis], self.stride[axis], self.padding[axis]
        reach = self.dilation[axis] * (kernel - 1) + 1
        free = size + 2 * padding - reach
        if free < 0:
            raise ValueError(f"a window of {reach} does not fit into {size + 2 * padding} (padding included)")
        places = -(-free // stride) + 1 if ceil else free // stride + 1
        return places - 1 if ceil and (places - 1) * stride >= size + padding else places


class Layer(ABC):
    """One row of a network: settings that were checked, and the formulas that belong together."""

    kind: ClassVar[str] = ""

    @abstractmethod
    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        """The shape that comes out. Raises: ValueError when this shape cannot go in."""

    def weight_params(self, shape: Shape, skip: Shape | None = None) -> int:
        """How many weights it learns."""
        return 0

    def bias_params(self, shape: Shape, skip: Shape | None = None) -> int:
        """How many biases it learns."""
        return 0

    def macs(self, shape: Shape, skip: Shape | None = None) -> int:
        """How many multiply-adds it does for one picture."""
        return 0

    def window(self, shape: Shape) -> Window | None:
        """What a unit sees of the map below; None where it sees its own place alone."""
        return None

    @property
    def is_global(self) -> bool:
        """Whether a unit sees the whole map below."""
        return False

    def mixes(self, shape: Shape) -> bool:
        """Whether every value that comes out depends on every value of an input of this shape."""
        return self.is_global

    @property
    def rows_back(self) -> int:
        """How many rows above the second input comes from; 0 for layers with one input."""
        return 0

    @abstractmethod
    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        """The PyTorch layer for an input of this shape."""

    @abstractmethod
    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        """The same layer as a line of PyTorch code."""


def whole(name: str, value: object, low: int, high: int) -> int:
    """Return a whole number in a range. Raises: ValueError with the value and what is allowed."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be {low} to {high}, got {value}")
    return value


def pair(name: str, value: object, low: int, high: int) -> Pair:
    """Return (rows, columns) from one number or two. Raises: ValueError with the value and what is allowed."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 1:
            value = (value[0], value[0])
        if len(value) != 2:
            raise ValueError(f"{name} must be one number or two, got {value!r}")
        return whole(name, value[0], low, high), whole(name, value[1], low, high)
    number = whole(name, value, low, high)
    return number, number


def flag(name: str, value: object) -> bool:
    """Return a yes or no. Raises: ValueError for anything else."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be yes or no, got {value!r}")
    return value


def set_checked(layer: Layer, **values: object) -> None:
    """Store checked settings in a frozen layer, while it is being made."""
    for name, value in values.items():
        object.__setattr__(layer, name, value)


def a_map(shape: Shape) -> tuple[int, int, int]:
    """Return (C, H, W). Raises: ValueError when the shape is a vector."""
    if len(shape) != 3:
        raise ValueError(f"needs a map (channels x height x width), gets {text_of(shape)}")
    return shape[0], shape[1], shape[2]


def text_of(shape: Shape) -> str:
    """``(64, 56, 56)`` as ``64 x 56 x 56``, a vector as ``a vector of 9216``."""
    return " x ".join(str(size) for size in shape) if len(shape) > 1 else f"a vector of {shape[0]}"


def written(numbers: Pair) -> str:
    """A pair as PyTorch code: one number where both are equal."""
    return str(numbers[0]) if numbers[0] == numbers[1] else str(numbers)


def call(name: str, *positional: object, **named: tuple[object, object]) -> str:
    """A constructor call as code; ``named`` holds (value, default), and defaults are left out."""
    parts = [str(value) for value in positional]
    parts += [f"{key}={value}" for key, (value, default) in named.items() if value != default]
    return f"nn.{name}({', '.join(parts)})"


def one_of(name: str, value: object, allowed: Mapping[str, str]) -> None:
    """Raises: ValueError when a value is not one of the allowed names."""
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {value!r}")


def two(value: int | Pair | None) -> Pair:
    """A setting that was made a pair when its layer was made."""
    if not isinstance(value, tuple):
        raise ValueError(f"expected two numbers, got {value!r}")
    return value
