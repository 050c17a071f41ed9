"""The settings that many blocks share."""

from __future__ import annotations

from explorer.buildingblocks.block import Parameter


def channels(default: int, name: str = "c", symbol: str = "C", title: str = "Channels in") -> Parameter:
    return Parameter(name, symbol, title, 1, 4096, default, "channels")


def filters(default: int, name: str = "f", symbol: str = "F", title: str = "Filters") -> Parameter:
    return channels(default, name, symbol, title)


def size(default: int, low: int = 1, step: int = 1) -> Parameter:
    return Parameter("h", "H", "Size of the maps", low, 224, default, "" if step > 1 else "size", "px", step)


def kernel(default: int) -> Parameter:
    return Parameter("k", "K", "Kernel side", 1, 11, default, step=2)


def stride(default: int = 1) -> Parameter:
    return Parameter("s", "S", "Stride", 1, 2, default)


def norm() -> Parameter:
    """A switch: 1 puts a batch norm after each convolution."""
    return Parameter("bn", "B", "Batch norm", 0, 1, 0)
