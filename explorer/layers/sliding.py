"""Layers that slide a window over a map: convolution and pooling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import ClassVar

from torch import nn

from explorer.layers.layer import (
    LARGEST_WINDOW,
    MOST_CHANNELS,
    Layer,
    Pair,
    Window,
    a_map,
    call,
    flag,
    one_of,
    pair,
    set_checked,
    text_of,
    two,
    whole,
    written,
)
from explorer.operators import Shape


@dataclass(frozen=True)
class Conv(Layer):
    """Slide filters over the map (a cross-correlation); ``groups`` splits channels and filters into groups."""

    kind: ClassVar[str] = "conv"

    filters: int
    kernel: int | Pair = 3
    stride: int | Pair = 1
    padding: int | Pair = 0
    dilation: int | Pair = 1
    groups: int = 1
    bias: bool = True
    channels: int | None = None

    def __post_init__(self) -> None:
        set_checked(
            self,
            filters=whole("filters", self.filters, 1, MOST_CHANNELS),
            kernel=pair("kernel", self.kernel, 1, LARGEST_WINDOW),
            stride=pair("stride", self.stride, 1, LARGEST_WINDOW),
            padding=pair("padding", self.padding, 0, LARGEST_WINDOW),
            dilation=pair("dilation", self.dilation, 1, LARGEST_WINDOW),
            groups=whole("groups", self.groups, 1, MOST_CHANNELS),
            bias=flag("bias", self.bias),
        )
        if self.channels is not None:
            whole("channels", self.channels, 1, MOST_CHANNELS)

    def window(self, shape: Shape) -> Window:
        return Window(two(self.kernel), two(self.stride), two(self.padding), two(self.dilation))

    def _filters(self, channels: int) -> int:
        return self.filters

    def _groups(self, channels: int) -> int:
        return self.groups

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        channels, height, width = a_map(shape)
        groups, filters = self._groups(channels), self._filters(channels)
        if self.channels not in (None, channels):
            raise ValueError(f"takes {self.channels} channels, gets {channels} ({text_of(shape)})")
        if channels % groups or filters % groups:
            raise ValueError(f"groups must divide {channels} channels and {filters} filters, got {groups}")
        return (filters, *self.window(shape).slid(height, width))

    def weight_params(self, shape: Shape, skip: Shape | None = None) -> int:
        # C_out x C_in / groups x K_H x K_W
        return self._filters(shape[0]) * (shape[0] // self._groups(shape[0])) * prod(two(self.kernel))

    def bias_params(self, shape: Shape, skip: Shape | None = None) -> int:
        return self._filters(shape[0]) if self.bias else 0

    def macs(self, shape: Shape, skip: Shape | None = None) -> int:
        _, height, width = self.output_shape(shape)
        return height * width * self.weight_params(shape)

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        return nn.Conv2d(
            shape[0],
            self._filters(shape[0]),
            two(self.kernel),
            stride=two(self.stride),
            padding=two(self.padding),
            dilation=two(self.dilation),
            groups=self._groups(shape[0]),
            bias=self.bias,
        )

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call(
            "Conv2d",
            shape[0],
            self._filters(shape[0]),
            written(two(self.kernel)),
            stride=(written(two(self.stride)), "1"),
            padding=(written(two(self.padding)), "0"),
            dilation=(written(two(self.dilation)), "1"),
            groups=(self._groups(shape[0]), 1),
            bias=(self.bias, True),
        )


@dataclass(frozen=True)
class DepthwiseConv(Conv):
    """One filter (or ``multiplier`` filters) for each channel alone; nothing is mixed across channels."""

    kind: ClassVar[str] = "depthwise conv"

    filters: int = 1
    multiplier: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        whole("multiplier", self.multiplier, 1, MOST_CHANNELS)

    def _filters(self, channels: int) -> int:
        return channels * self.multiplier

    def _groups(self, channels: int) -> int:
        return channels


@dataclass(frozen=True)
class MaxPool(Layer):
    """Keep the largest value of every window. Without a stride the windows lie side by side."""

    kind: ClassVar[str] = "max pool"
    _class: ClassVar[str] = "MaxPool2d"

    kernel: int | Pair = 2
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ceil: bool = False

    def __post_init__(self) -> None:
        kernel = pair("kernel", self.kernel, 1, LARGEST_WINDOW)
        padding = pair("padding", self.padding, 0, LARGEST_WINDOW)
        set_checked(
            self,
            kernel=kernel,
            stride=kernel if self.stride is None else pair("stride", self.stride, 1, LARGEST_WINDOW),
            padding=padding,
            ceil=flag("ceil", self.ceil),
        )
        if any(2 * p > k for p, k in zip(padding, kernel, strict=True)):
            raise ValueError(f"padding must be at most half the kernel {kernel}, got {padding}")

    def window(self, shape: Shape) -> Window:
        return Window(two(self.kernel), two(self.stride), two(self.padding))

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        channels, height, width = a_map(shape)
        return (channels, *self.window(shape).slid(height, width, ceil=self.ceil))

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        make: type[nn.Module] = getattr(nn, self._class)
        return make(two(self.kernel), stride=two(self.stride), padding=two(self.padding), ceil_mode=self.ceil)

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        kernel = written(two(self.kernel))
        return call(
            self._class,
            kernel,
            stride=(written(two(self.stride)), kernel),
            padding=(written(two(self.padding)), "0"),
            ceil_mode=(self.ceil, False),
        )


@dataclass(frozen=True)
class AvgPool(MaxPool):
    """Take the mean of every window."""

    kind: ClassVar[str] = "average pool"
    _class: ClassVar[str] = "AvgPool2d"


@dataclass(frozen=True)
class AdaptivePool(Layer):
    """Spread as many windows over the map as asked for; one window is global pooling."""

    kind: ClassVar[str] = "adaptive pool"

    size: int | Pair = 1
    mode: str = "average"

    MODES: ClassVar[Mapping[str, str]] = MappingProxyType(
        {"average": "AdaptiveAvgPool2d", "max": "AdaptiveMaxPool2d"}
    )

    def __post_init__(self) -> None:
        set_checked(self, size=pair("size", self.size, 1, LARGEST_WINDOW))
        one_of("mode", self.mode, self.MODES)

    @property
    def is_global(self) -> bool:
        return two(self.size) == (1, 1)

    def output_shape(self, shape: Shape, skip: Shape | None = None) -> Shape:
        return (a_map(shape)[0], *two(self.size))

    def module(self, shape: Shape, skip: Shape | None = None) -> nn.Module:
        make: type[nn.Module] = getattr(nn, self.MODES[self.mode])
        return make(two(self.size))

    def code(self, shape: Shape, skip: Shape | None = None) -> str:
        return call(self.MODES[self.mode], written(two(self.size)))
