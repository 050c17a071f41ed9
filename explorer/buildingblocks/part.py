"""One part of a building block: first with formulas for its sizes, then with numbers, and what it costs.

Units: parameters, multiply-adds (MACs) for one picture, values (4 bytes each in float32). Convention: a product that is
summed in a convolution or a linear layer is one MAC; biases, norms, activations and pooling count none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from explorer.buildingblocks import expression

VALUE_BYTES = 4
WEIGHTED = ("conv", "transposed conv", "linear")
POOLS = ("max pool", "average pool")
NODES = ("add", "multiply")
KINDS = (
    *WEIGHTED, *POOLS, *NODES, "input", "global pool", "upsample", "slice", "flatten", "concat", "dropout", "shuffle",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """A layer or a meeting point, its sizes as formulas over the block's settings.

    ``inputs`` names what it reads; "a|b" is the first of these that is there. ``channels`` is needed where the kind
    does not give it; ``first`` is the first channel that a slice takes. ``lane`` and ``column`` place the drawing.
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    channels: str = ""
    kernel: str = "1"
    stride: str = "1"
    padding: str = ""
    groups: str = "1"
    bias: bool = False
    norm: str = "0"
    activation: str = ""
    label: str = ""
    lane: float = 0
    column: int = 0
    when: str = "1"
    first: str = "0"
    percent: str = "0"


@dataclass(frozen=True, slots=True)
class Layer:
    """A part with its numbers."""

    name: str
    kind: str
    inputs: tuple[str, ...]
    channels_in: int
    size_in_px: int
    channels: int
    size_px: int
    kernel: int = 1
    stride: int = 1
    padding: int = 0
    groups: int = 1
    has_bias: bool = False
    has_norm: bool = False
    activation: str = ""
    first: int = 0
    percent: int = 0

    @property
    def weights(self) -> int:
        if self.kind not in WEIGHTED:
            return 0
        return self.kernel**2 * (self.channels_in // self.groups) * self.channels

    @property
    def biases(self) -> int:
        return self.channels if self.has_bias and self.kind in WEIGHTED else 0

    @property
    def norm_params(self) -> int:
        """A scale and a shift for each channel."""
        return 2 * self.channels if self.has_norm else 0

    @property
    def params(self) -> int:
        return self.weights + self.biases + self.norm_params

    @property
    def macs(self) -> int:
        """Each output position meets the filter bank once; with a transposed convolution, each input position."""
        side = self.size_in_px if self.kind == "transposed conv" else self.size_px
        return side**2 * self.weights

    @property
    def values(self) -> int:
        """Numbers written: the output, and again after a norm and after an activation. A slice only points."""
        passes = (self.kind not in ("slice", "input")) + self.has_norm + bool(self.activation)
        return passes * self.channels * self.size_px**2


def layers(parts: Sequence[Part], numbers: Mapping[str, int]) -> tuple[Layer, ...]:
    """Put numbers into parts. Needs ``c`` channels and ``h`` px of the input, named ``x``.

    Raises: ValueError where a window does not fit, groups do not divide, or maps of unlike size meet.
    """
    known = {"x": Layer("x", "input", (), numbers["c"], numbers["h"], numbers["c"], numbers["h"])}
    for part in parts:
        if expression.value(part.when, numbers):
            sources = [_source(name, known) for name in part.inputs]
            known[part.name] = _layer(part, sources, numbers)
    return tuple(known.values())


def _source(names: str, known: Mapping[str, Layer]) -> Layer:
    return next(known[name] for name in names.split("|") if name in known)


def _layer(part: Part, sources: Sequence[Layer], numbers: Mapping[str, int]) -> Layer:
    number = {
        name: expression.value(getattr(part, name), numbers)
        for name in ("kernel", "stride", "groups", "norm", "first", "percent")
    }
    source = sources[0]
    wide = source.channels
    if part.kind == "concat":
        wide = sum(each.channels for each in sources)
    elif part.channels:
        wide = expression.value(part.channels, numbers)
    elif part.kind == "flatten":
        wide = source.channels * source.size_px**2
    layer = Layer(
        part.name,
        part.kind,
        tuple(each.name for each in sources),
        source.channels,
        source.size_px,
        wide,
        source.size_px,
        kernel=number["kernel"],
        stride=number["stride"],
        groups=number["groups"],
        has_bias=part.bias,
        has_norm=bool(number["norm"]),
        activation=part.activation,
        first=number["first"],
        percent=number["percent"],
    )
    _check(layer, sources)
    return _sized(layer, expression.value(part.padding, numbers) if part.padding else -1)


def _sized(layer: Layer, padding: int) -> Layer:
    """The layer with its padding and the side of its output."""
    side = layer.size_in_px
    if layer.kind == "conv" or layer.kind in POOLS:
        around = padding if padding >= 0 else layer.kernel // 2 if layer.kind == "conv" else 0
        out = (side + 2 * around - layer.kernel) // layer.stride + 1
        if out < 1:
            raise ValueError(
                f"a {layer.kernel} × {layer.kernel} window does not fit on a map of {side} × {side} pixels"
            )
        return replace(layer, padding=around, size_px=out)
    if layer.kind in ("global pool", "flatten"):
        return replace(layer, size_px=1)
    if layer.kind in ("upsample", "transposed conv"):
        return replace(layer, size_px=side * layer.stride)
    return layer


def _check(layer: Layer, sources: Sequence[Layer]) -> None:
    if layer.kind == "conv" and (layer.channels_in % layer.groups or layer.channels % layer.groups):
        raise ValueError(
            f"{layer.groups} groups must divide {layer.channels_in} channels in and {layer.channels} out"
        )
    sizes = {each.size_px for each in sources if layer.kind != "multiply"}
    if len(sizes) > 1:
        raise ValueError(f"maps of unlike sizes meet at {layer.name}: {sorted(sizes)} pixels")
