"""All maps of a layer as one picture with a palette: exact colours, one request, about a tenth of a second."""

import io
from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
import numpy.typing as npt
from PIL import Image

MOST_PIXELS = 1_300_000
LIGHT = ("#08306b", "#2166ac", "#5a94c9", "#a9cbe4", "#f6f4f0", "#f6cfa4", "#e59245", "#c2540a", "#6e2a02")
DARK = ("#c7e4ff", "#8cc4f7", "#4f93cf", "#285781", "#16181f", "#6f3d17", "#b8651f", "#f59a4c", "#ffdcb8")
ZERO = 128


@dataclass(frozen=True)
class Sheet:
    """One PNG with all maps, row after row in stored order.

    Units: a tile is tile_px high and wide, every `every`-th pixel of the map; `limits` is the magnitude of the full
    colour, one for all or one a map. Palette entry 128 is zero, 1 and 255 are the limits.
    """

    png: bytes
    columns: int
    tile_px: tuple[int, int]
    every: int
    limits: tuple[float, ...]


def palette(dark: bool) -> bytes:
    """256 colours: blue below zero, orange above, zero in the middle (entry 128)."""
    stops = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (DARK if dark else LIGHT)], float)
    at = np.clip((np.arange(256) - ZERO) / 127, -1, 1) * 4 + 4
    colours = np.stack([np.interp(at, np.arange(9), stops[:, channel]) for channel in range(3)], 1)
    return bytes(np.rint(colours).astype(np.uint8))


def levels(maps: npt.NDArray[np.float32], limits: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Palette entries of numbers: 128 + 127 value / limit. Shapes: maps (C, H, W), limits (C,)."""
    safe = np.where(limits > 0, limits, 1).astype(np.float32)[:, None, None]
    found: npt.NDArray[np.uint8] = np.rint(ZERO + 127 * np.clip(maps / safe, -1, 1)).astype(np.uint8)
    return found


def sheet(maps: npt.NDArray[np.float32], *, shared: bool, dark: bool) -> Sheet:
    """Draw. Large maps are thinned out to every second (third ...) pixel, so that the whole stays below 1.3 Mpx."""
    every = max(1, ceil(sqrt(maps.size / MOST_PIXELS)))
    limits = np.abs(maps).reshape(len(maps), -1).max(1)
    if shared:
        limits = np.full_like(limits, limits.max())
    tiles = levels(maps[:, ::every, ::every], limits)
    count, height, width = tiles.shape
    columns = ceil(sqrt(count))
    rows = ceil(count / columns)
    whole = np.full((rows * columns, height, width), ZERO, np.uint8)
    whole[:count] = tiles
    grid = whole.reshape(rows, columns, height, width).swapaxes(1, 2).reshape(rows * height, columns * width)
    picture = Image.fromarray(grid).convert("P")
    picture.putpalette(palette(dark))
    held = io.BytesIO()
    picture.save(held, "PNG", compress_level=1)
    shown = (float(limits[0]),) if shared else tuple(limits.tolist())
    return Sheet(held.getvalue(), columns, (height, width), every, shown)
