"""A kernel as a signal: which waves it lets through, and how it splits and joins with others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.sliding import Floats, numbers, slide, whole_number

Complexes = npt.NDArray[np.complex128]

MAX_KERNEL_PX = 255
MAX_SAMPLES = 2048


@dataclass(frozen=True)
class Multiplies:
    """The price of one output pixel: the whole kernel at once, or a column and then a row.

    Units: multiplications per output pixel, zeros counted; separable is None where two passes cannot do it.
    """

    full: int
    separable: int | None


def frequencies(samples: int) -> Floats:
    """The waves that are tried along each side, from the finest through none at all to the finest.

    Units: cycles per pixel, -0.5 to 0.5; 0 lies at samples // 2.
    """
    whole_number(samples, "samples", 1)
    if samples > MAX_SAMPLES:
        raise ValueError(f"samples must be at most {MAX_SAMPLES}, got {samples}")
    return np.fft.fftshift(np.fft.fftfreq(samples))


def frequency_response(weights: npt.ArrayLike, samples: int) -> Complexes:
    """How much the kernel strengthens and shifts a wave of each fineness and direction.

    Sliding the kernel over exp(2 pi i (fy y + fx x)) gives that wave times the response. The kernel's centre
    is its pixel ((kh - 1) // 2, (kw - 1) // 2). Because the kernel is not flipped, this is the complex
    conjugate of its Fourier transform.

    Shapes: (samples, samples); rows fy, columns fx, both as in `frequencies`; no wave at all in the middle.
    Source: Oppenheim and Schafer, Discrete-Time Signal Processing, frequency response of linear systems.
    """
    kernel, along = _kernel(weights), frequencies(samples)
    rows, columns = (np.arange(size_px) - (size_px - 1) // 2 for size_px in kernel.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        response = _waves(along, rows) @ kernel @ _waves(along, columns).T
    if not np.isfinite(response).all():
        raise ValueError("the weights are too large for a 64-bit number: use smaller ones")
    return np.asarray(response, dtype=np.complex128)


def _waves(along: Floats, offsets: npt.NDArray[np.int64]) -> Complexes:
    return np.asarray(np.exp(2j * np.pi * np.outer(along, offsets)))


def rank(weights: npt.ArrayLike) -> int:
    """How many column-and-row pairs it takes to make the kernel: 1 means that it is separable.

    Raises: ValueError for what is no kernel.
    """
    kernel = _kernel(weights)
    largest = np.abs(kernel).max()
    return int(np.linalg.matrix_rank(kernel / largest)) if largest > 0 else 0


def separable_factors(weights: npt.ArrayLike) -> tuple[Floats, Floats] | None:
    """The column and the row whose products are the kernel, or None where there are none.

    Of all pairs a readable one: whole numbers stay whole; otherwise a factor that averages sums to 1; the
    averaging factor is positive.

    Shapes: column (kh,), row (kw,); outer(column, row) is the kernel.
    """
    kernel = _kernel(weights)
    if rank(kernel) > 1:
        return None
    top, left = np.unravel_index(np.abs(kernel).argmax(), kernel.shape)
    if kernel[top, left] == 0:
        return np.zeros(kernel.shape[0]), np.zeros(kernel.shape[1])
    column, row = kernel[:, left], kernel[top] / kernel[top, left]
    scale = _scale(kernel, column, row)
    return column / scale + 0.0, row * scale + 0.0  # + 0.0 turns -0 into 0


def _scale(kernel: Floats, column: Floats, row: Floats) -> float:
    """What to divide the column by, and multiply the row with."""
    column_sum, row_sum = (_sum(factor) for factor in (column, row))
    if _whole(kernel):
        divisor = float(np.gcd.reduce(column.astype(np.int64)))
        first = column[np.flatnonzero(column)[0]]
        sign = column_sum or row_sum or first
        return float(np.copysign(divisor, sign))
    if column_sum:
        return column_sum
    if row_sum:
        return 1.0 / row_sum
    return float(np.copysign(np.sqrt(np.abs(column).max() / np.abs(row).max()), column[0] or 1.0))


def _sum(factor: Floats) -> float:
    """The sum, or 0 where it is only rounding."""
    total = float(factor.sum())
    return total if abs(total) > 1e-9 * np.abs(factor).sum() else 0.0


def _whole(kernel: Floats) -> bool:
    return bool((kernel == np.rint(kernel)).all() and np.abs(kernel).max() < 2**53)


def multiplies(weights: npt.ArrayLike) -> Multiplies:
    """What one output pixel costs, with the whole kernel and, where it is separable, with two passes.

    Units: multiplications per output pixel: 9 becomes 6, 49 becomes 14.
    """
    kernel = _kernel(weights)
    height_px, width_px = kernel.shape
    return Multiplies(height_px * width_px, height_px + width_px if rank(kernel) <= 1 else None)


def compose(first: npt.ArrayLike, second: npt.ArrayLike) -> Floats:
    """The one kernel that does what sliding the first and then the second does.

    It is the full convolution of the two, so their order does not matter.

    Shapes: (h1, w1) and (h2, w2) give (h1 + h2 - 1, w1 + w2 - 1).
    """
    inner, outer = _kernel(first), _kernel(second)
    border = [(size_px - 1, size_px - 1) for size_px in outer.shape]
    return slide(np.pad(inner, border), flip(outer))


def flip(weights: npt.ArrayLike) -> Floats:
    """The kernel turned by half a turn: sliding this is true convolution with the kernel as it was.

    Shapes: unchanged.
    """
    return _kernel(weights)[::-1, ::-1].copy()


def _kernel(weights: npt.ArrayLike) -> Floats:
    kernel = numbers(weights, "weights", (2,))
    if max(kernel.shape) > MAX_KERNEL_PX:
        raise ValueError(
            f"a kernel can be at most {MAX_KERNEL_PX} px on a side, got the shape {kernel.shape}"
        )
    return kernel
