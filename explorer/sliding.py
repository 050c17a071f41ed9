"""Sliding a window over a picture: the output size, the border, and the sums themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Padding = int | Literal["same"]

# torch's name of each border -> numpy's
PADDING_MODES: Mapping[str, Literal["constant", "reflect", "edge", "wrap"]] = MappingProxyType(
    {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
)
MAX_VALUES = 50_000_000  # of the padded picture: 400 MB


def slide(
    picture: npt.ArrayLike,
    weights: npt.ArrayLike,
    *,
    stride: int = 1,
    dilation: int = 1,
    padding: Padding = 0,
    padding_mode: str = "zeros",
    bias: float = 0.0,
) -> Floats:
    """Lay the kernel on the picture, multiply what lies on each other, add up, move on.

    This is cross-correlation, which deep learning calls convolution: the kernel is not flipped. With padding
    "same" the output is as large as the picture; an odd remainder goes to the bottom and the right, as in
    PyTorch.

    Shapes: picture (H, W) or (C, H, W), each channel alone; weights (kh, kw); output likewise, in float64.
    Raises: ValueError for settings that cannot be, such as a window that does not fit.
    """
    values, taps = numbers(picture, "picture", (2, 3)), numbers(weights, "weights", (2,))
    offset = _finite_number(bias, "bias")
    height_px, width_px = values.shape[-2:]
    rows = output_size(height_px, taps.shape[0], stride, dilation, padding)
    columns = output_size(width_px, taps.shape[1], stride, dilation, padding)
    border = [
        _border(size_px, kernel_px, dilation, padding, padding_mode)
        for size_px, kernel_px in zip((height_px, width_px), taps.shape, strict=True)
    ]
    padded = _padded(values.reshape(-1, height_px, width_px), border, padding_mode)
    sums = _sums(padded, taps, stride, dilation, np.full((len(padded), rows, columns), offset))
    return sums.reshape(*values.shape[:-2], rows, columns)


def _sums(padded: Floats, taps: Floats, stride: int, dilation: int, output: Floats) -> Floats:
    """One pass over the picture for every weight, added onto output (which holds the bias)."""
    product = np.empty_like(output)
    _, rows, columns = output.shape
    with np.errstate(over="ignore", invalid="ignore"):
        for (row, column), weight in np.ndenumerate(taps):
            if weight == 0:
                continue
            top, left = row * dilation, column * dilation
            seen = padded[  # (C, rows, columns): what this weight meets at every position
                :,
                top : top + (rows - 1) * stride + 1 : stride,
                left : left + (columns - 1) * stride + 1 : stride,
            ]
            output += np.multiply(seen, weight, out=product)
    if not np.isfinite(output).all():
        raise ValueError("the sums are too large for a 64-bit number: use smaller values")
    return output


def output_size(
    size_px: int, kernel_px: int, stride: int = 1, dilation: int = 1, padding: Padding = 0
) -> int:
    """How many positions the kernel finds along one side of the picture.

    floor((size + 2 padding - dilation (kernel - 1) - 1) / stride) + 1

    Raises: ValueError where the kernel does not fit.
    Source: Dumoulin and Visin 2016, A guide to convolution arithmetic for deep learning, relationship 15.
    """
    for name, value in (("size", size_px), ("kernel", kernel_px), ("stride", stride), ("dilation", dilation)):
        whole_number(value, name, 1)
    before, after = padding_px(kernel_px, stride, dilation, padding)
    window_px, room_px = dilation * (kernel_px - 1) + 1, size_px + before + after
    if window_px > room_px:
        raise ValueError(
            f"the window covers {window_px} px, more than the {room_px} px of the picture with its padding"
        )
    return (room_px - window_px) // stride + 1


def output_size_formula(
    size_px: int, kernel_px: int, stride: int = 1, dilation: int = 1, padding: Padding = 0
) -> str:
    """The output size, worked out with these numbers."""
    result = output_size(size_px, kernel_px, stride, dilation, padding)
    before, after = padding_px(kernel_px, stride, dilation, padding)
    both = f"2·{before}" if before == after else f"{before} + {after}"
    return f"⌊({size_px} + {both} − {dilation}·({kernel_px} − 1) − 1) / {stride}⌋ + 1 = {result}"


def padding_px(kernel_px: int, stride: int, dilation: int, padding: Padding) -> tuple[int, int]:
    """Pixels added before and after one side."""
    if isinstance(padding, str):
        if padding != "same":
            raise ValueError(f'padding must be a whole number of at least 0 or "same", got {padding!r}')
        if stride != 1:
            raise ValueError(f'padding "same" needs stride 1, got stride {stride}')
        both = dilation * (kernel_px - 1)
        return both // 2, both - both // 2
    whole_number(padding, "padding", 0)
    return padding, padding


def _border(size_px: int, kernel_px: int, dilation: int, padding: Padding, mode: str) -> tuple[int, int]:
    if not isinstance(mode, str) or mode not in PADDING_MODES:
        raise ValueError(f"padding_mode must be one of {', '.join(PADDING_MODES)}, got {mode!r}")
    before, after = padding_px(kernel_px, 1, dilation, padding)
    largest_px, widest_px = {"reflect": size_px - 1, "circular": size_px}.get(mode), max(before, after)
    if largest_px is not None and widest_px > largest_px:
        raise ValueError(
            f"{mode} padding can be at most {largest_px} px on a side of {size_px} px, got {widest_px}"
        )
    return before, after


def _padded(values: Floats, border: list[tuple[int, int]], mode: str) -> Floats:
    """(C, H, W) with its border; refused where that would fill the memory."""
    count = len(values)
    for size_px, (before, after) in zip(values.shape[1:], border, strict=True):
        count *= size_px + before + after
    if count > MAX_VALUES:
        raise ValueError(
            f"with its padding the picture would hold {count:,} values; at most {MAX_VALUES:,} are allowed"
        )
    return np.pad(values, [(0, 0), *border], mode=PADDING_MODES[mode])


def numbers(values: npt.ArrayLike, name: str, dimensions: tuple[int, ...] | None = None) -> Floats:
    """An array of finite real numbers, in float64; of one of these numbers of dimensions, or of any.

    Raises: ValueError for anything else.
    """
    try:
        array: npt.NDArray[Any] = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be a full rectangle of numbers") from None
    except (TypeError, RuntimeError) as error:  # a tensor with a gradient, or a sparse one
        raise ValueError(f"{name} cannot be read as an array: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must hold real numbers, got values of type {array.dtype.name}")
    if dimensions is not None and array.ndim not in dimensions:
        allowed = " or ".join(str(count) for count in dimensions)
        raise ValueError(f"{name} must have {allowed} dimensions, got {array.ndim}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got the shape {array.shape}")
    with np.errstate(over="ignore"):
        values_64 = array.astype(np.float64)
    if not np.isfinite(values_64).all():
        raise ValueError(f"{name} must hold finite numbers, got infinity or not-a-number")
    return values_64


def whole_number(value: object, name: str, least: int) -> int:
    """The value, when it is a whole number that is large enough.

    Raises: ValueError for anything else; True and 2.0 are no whole numbers here.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise ValueError(f"{name} must be a whole number, got {value!r}")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, got {value}")
    return int(value)


def _finite_number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{name} must be a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:
        number = np.inf
    if not np.isfinite(number):
        raise ValueError(f"{name} must be finite, got {number}")
    return number
