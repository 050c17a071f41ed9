"""Pooling: one number for each window of a feature map."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from explorer.sliding import Floats, numbers, output_size, slide, whole_number

KINDS = ("max", "average", "sum")


def pool(picture: npt.ArrayLike, kind: str, window_px: int, stride: int | None = None) -> Floats:
    """Keep the largest value, the mean or the sum of each window, and drop the rest.

    Without a stride the windows lie side by side. Rows and columns that fill no whole window are left out.

    Shapes: picture (H, W) or (C, H, W), each channel alone; output likewise, in float64.
    Raises: ValueError for an unknown kind or a window that does not fit.
    """
    if not isinstance(kind, str) or kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, got {kind!r}")
    values, step = _checked(picture, window_px, stride)
    if kind == "max":
        return np.asarray(_windows(values, window_px, step).max(axis=(-2, -1)))
    weight = 1.0 if kind == "sum" else 1.0 / window_px**2
    return slide(values, np.full((window_px, window_px), weight), stride=step)


def winners(picture: npt.ArrayLike, window_px: int, stride: int | None = None) -> npt.NDArray[np.bool_]:
    """The values that max pooling keeps: all others have no say, and get no gradient.

    Of equal values in a window the first counts, row by row, as in PyTorch.

    Shapes: as the picture.
    """
    values, step = _checked(picture, window_px, stride)
    windows = _windows(values, window_px, step)  # (..., rows, columns, window, window)
    first = windows.reshape(*windows.shape[:-2], window_px**2).argmax(axis=-1)
    *channel, row, column = np.indices(first.shape)
    kept = np.zeros(values.shape, dtype=np.bool_)
    kept[(*channel, row * step + first // window_px, column * step + first % window_px)] = True
    return kept


def _checked(picture: npt.ArrayLike, window_px: int, stride: int | None) -> tuple[Floats, int]:
    values = numbers(picture, "picture", (2, 3))
    whole_number(window_px, "window", 1)
    step = window_px if stride is None else whole_number(stride, "stride", 1)
    for size_px in values.shape[-2:]:
        output_size(size_px, window_px, step)
    return values, min(step, max(values.shape))  # a longer step finds one window all the same


def _windows(values: Floats, window_px: int, step: int) -> Floats:
    """Every window, as a view."""
    windows = np.lib.stride_tricks.sliding_window_view(values, (window_px, window_px), axis=(-2, -1))
    return windows[..., ::step, ::step, :, :]
