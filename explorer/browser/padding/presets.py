"""What the page "Padding, stride, dilation" offers to begin with: settings of one moving window."""

from dataclasses import dataclass
from typing import Literal

BINARY = "11100-01110-00111-00110-01100"


@dataclass(frozen=True)
class Preset:
    """Settings of one window over one grid, and the size that the lecture (or the formula) gives.

    Units: everything in cells. `numbers` are the cells, row by row, or a kind of numbers.
    """

    name: str
    title: str
    what: str
    size_px: int = 7
    kernel_px: int = 3
    stride: int = 1
    dilation: int = 1
    padding: int | Literal["same"] = 0
    padding_mode: str = "zeros"
    numbers: str = "digits"
    kernel: str = "cross"
    output_px: int = 5


PRESETS = (
    Preset(
        "plain",
        "7×7, filter 3×3",
        "The window finds 5 places along each side, so the output is 5×5: two cells fewer.",
    ),
    Preset(
        "pad",
        "pad 1",
        "With a border of one cell, the window may stand over every cell of the input: the size is kept.",
        padding=1,
        output_px=7,
    ),
    Preset(
        "stride2",
        "stride 2",
        "The window jumps two cells at a time: 3 places along each side.",
        stride=2,
        output_px=3,
    ),
    Preset(
        "stride3",
        "stride 3",
        "(7 − 3) / 3 + 1 = 2.33 is not whole. Libraries round down and leave the last row and column unread.",
        stride=3,
        output_px=2,
    ),
    Preset(
        "same5",
        "F = 5, pad 2",
        "(F − 1) / 2 keeps the size: 1 for F = 3, 2 for F = 5, 3 for F = 7.",
        kernel_px=5,
        padding=2,
        output_px=7,
    ),
    Preset(
        "same7",
        "F = 7, pad 3",
        "(F − 1) / 2 keeps the size: 1 for F = 3, 2 for F = 5, 3 for F = 7. Here most windows touch the padding.",
        kernel_px=7,
        padding=3,
        output_px=7,
    ),
    Preset(
        "half",
        "halve: stride 2, pad 1",
        "The usual way to halve the size: K = 3, P = 1, S = 2. Part of the padding is never read.",
        size_px=8,
        stride=2,
        padding=1,
        output_px=4,
    ),
    Preset(
        "dilated",
        "dilation 2",
        "Nine weights with gaps between them: the window covers 2·(3 − 1) + 1 = 5 cells along each side.",
        dilation=2,
        output_px=3,
    ),
    Preset(
        "binary",
        "5×5 of zeros and ones",
        "The classic example: count the ones under the five ones of the cross.",
        size_px=5,
        numbers=BINARY,
        output_px=3,
    ),
)
