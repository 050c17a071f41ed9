"""From a picture to the bytes that are kept, and from those to what a network gets.

The middle square, each new pixel the mean of what lies under it; kept are at most 96 x 96 pixels in colour. The twin is
explorer/browser/transfer/own/prepare.js: the same kept bytes give the same bytes for a network, to the last one.
"""

from functools import lru_cache
from math import ceil, floor

import numpy as np
import numpy.typing as npt
from PIL import Image

from explorer.transfer.collection.limits import KEPT_PX, SMALLEST_PX

Bytes = npt.NDArray[np.uint8]
Array64 = npt.NDArray[np.float64]
Plan = tuple[npt.NDArray[np.int64], Array64]
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601


@lru_cache(maxsize=64)
def spans(source_px: int, target_px: int) -> Plan:
    """For each target pixel of a row: the source pixels under it, and their shares; filled up with shares of 0.

    Shapes: places and shares (K, target_px).
    """
    rows = []
    for i in range(target_px):
        low, high = i * source_px / target_px, (i + 1) * source_px / target_px
        first = floor(low + 1e-9)
        count = max(1, ceil(high - 1e-9) - first)
        rows.append(
            [(p, (min(high, p + 1) - max(low, p)) / (high - low)) for p in range(first, first + count)]
        )
    longest = max(len(row) for row in rows)
    filled = [row + [(row[-1][0], 0.0)] * (longest - len(row)) for row in rows]
    return np.array([[p for p, _ in row] for row in filled]).T, np.array(
        [[share for _, share in row] for row in filled]
    ).T


def area_resized(pictures: Bytes, target_px: int) -> Bytes:
    """Square pictures at another side: means, as bytes. Shapes: (N, s, s, 3) -> (N, target_px, target_px, 3).

    Every sum is taken in the order and precision of the browser's, so that every byte comes out the same.
    """
    plan = spans(pictures.shape[1], target_px)
    rows = _weighed(pictures, 2, plan).astype(np.float32)  # (N, s, target, 3)
    return _rounded(_weighed(rows, 1, plan))


def _weighed(values: npt.NDArray[np.generic], axis: int, plan: Plan) -> Array64:
    """Means along one axis, one source pixel after the other."""
    along = [1, 1, 1, 1]
    along[axis] = -1
    total: Array64 = np.zeros(())
    for places, shares in zip(*plan, strict=True):
        total = total + shares.reshape(along) * values.take(places, axis).astype(np.float64)
    return total


def _rounded(values: Array64) -> Bytes:
    """To the nearest byte; a half goes up, as in JavaScript."""
    return np.floor(values + 0.5).astype(np.uint8)


def network_input(pictures: Bytes, side_px: int, channels: int) -> Bytes:
    """What a network gets of kept pictures of one side. Shapes: (N, s, s, 3) -> (N, side_px, side_px, channels)."""
    colour = pictures if pictures.shape[1] == side_px else area_resized(pictures, side_px)
    if channels == 3:
        return colour
    red, green, blue = (colour[..., c].astype(np.float64) * _LUMA[c] for c in range(3))
    return _rounded(red + green + blue)[..., None]


def square_of(picture: Image.Image) -> Bytes:
    """The middle square of a picture, as it is kept. Shapes: (s, s, 3), s at most 96.

    Raises: ValueError for a picture that is too small.
    """
    width, height = picture.size
    crop = min(width, height)
    if crop < SMALLEST_PX:
        least = f"{SMALLEST_PX} x {SMALLEST_PX}"
        raise ValueError(f"This picture has only {width} x {height} pixels: there must be at least {least}.")
    left, top = (width - crop) // 2, (height - crop) // 2
    pixels = np.asarray(picture.crop((left, top, left + crop, top + crop)).convert("RGB"))
    return pixels if crop <= KEPT_PX else area_resized(pixels[None], KEPT_PX)[0]
