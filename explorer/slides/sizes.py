"""The slides' small exercises: what comes out of one layer."""

from __future__ import annotations

from torch import nn

from explorer import cost
from explorer.layers import Conv, Flatten, Layer, MaxPool
from explorer.slides.claim import Claim
from explorer.sliding import output_size, slide

_PICTURE = ("11100", "01110", "00111", "00110", "01100")
_CROSS = ((1, 0, 1), (0, 1, 0), (1, 0, 1))


def _shape(layer: Layer, channels: int, side_px: int) -> tuple[int, ...]:
    return layer.output_shape((channels, side_px, side_px))


def _shrunk(layers: int) -> int:
    """The side of 32 x 32 after some 5 x 5 convolutions without padding."""
    side_px = 32
    for _ in range(layers):
        side_px = output_size(side_px, 5)
    return side_px


def _first_value() -> float:
    return float(slide([[int(digit) for digit in row] for row in _PICTURE], _CROSS)[0, 0])


def _discarded_percent() -> float:
    """What a 2 x 2 pooling with stride 2 leaves out of one map."""
    _, height, width = _shape(MaxPool(2, 2), 1, 8)
    return 100 * (1 - height * width / 64)


SIZES: tuple[Claim, ...] = (
    Claim("Convolved feature", "first value", "", 4, _first_value),
    Claim("32 x 32, 5 x 5 filters again and again", "side after one", "px", 28, lambda: _shrunk(1)),
    Claim("32 x 32, 5 x 5 filters again and again", "side after two", "px", 24, lambda: _shrunk(2)),
    Claim("7 x 7, 3 x 3 filter, pad 1", "side", "px", 7, lambda: output_size(7, 3, padding=1)),
    Claim("7 x 7, 3 x 3 filter, stride 2", "side", "px", 3, lambda: output_size(7, 3, 2)),
    Claim("Six 5 x 5 filters on 32 x 32 x 3", "side", "px", 28, lambda: _shape(Conv(6, 5), 3, 32)[1]),
    Claim("Six 5 x 5 filters on 32 x 32 x 3", "maps", "", 6, lambda: _shape(Conv(6, 5), 3, 32)[0]),
    Claim("Ten 5 x 5 filters on 32 x 32 x 3", "parameters of one", "", 76, lambda: (
        cost.table(nn.Conv2d(3, 1, 5, padding=2, device="meta"), (3, 32, 32)).params)),
    Claim("Ten 5 x 5 filters on 32 x 32 x 3, pad 2", "side", "px", 32, lambda: output_size(32, 5, padding=2)),
    Claim("32 x 32 x 3 stretched", "values", "", 3072, lambda: _shape(Flatten(), 3, 32)[0]),
    Claim("2 x 2 x 128 flattened", "values", "", 512, lambda: _shape(Flatten(), 128, 2)[0]),
    Claim("Pooling 2 x 2, stride 2", "discarded", "%", 75, _discarded_percent),
)  # fmt: skip
"""The figures of single layers."""
