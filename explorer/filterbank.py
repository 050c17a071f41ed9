"""What the filters of a layer look for: how strong they are, which colour, which direction, how fine."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from explorer.spectrum import frequencies, frequency_response

Floats = npt.NDArray[np.float32]
SAMPLES = 33
ORDERS = {"stored": "As stored", "norm": "Norm", "hue": "Hue", "orientation": "Direction"}


@dataclass(frozen=True)
class Filter:
    """Numbers of one filter.

    Units: orientation in degrees, 0 to 180, of the edges it answers to (90: upright edges), from the strongest
    frequency of its sum over the inputs; hue in degrees of the colour it favours; colour is the share of its energy
    that differs between the inputs (0: it sees brightness alone); cycles_per_px of the strongest frequency.
    """

    index: int
    norm: float
    orientation: float
    cycles_per_px: float
    hue: float
    colour: float


def describe(weights: Floats) -> list[Filter]:
    """One entry a filter. Shapes: (out, in / groups, kh, kw)."""
    return [_described(index, weights[index].astype(np.float64)) for index in range(len(weights))]


def _described(index: int, weights: npt.NDArray[np.float64]) -> Filter:
    energy = float((weights**2).sum())
    mean = weights.mean(0)
    fy, fx = _strongest(mean)
    share = float(((weights - mean) ** 2).sum() / energy) if energy else 0.0
    return Filter(
        index=index,
        norm=float(np.sqrt(energy)),
        orientation=float((np.degrees(np.arctan2(fy, fx)) + 90) % 180),
        cycles_per_px=float(np.hypot(fy, fx)),
        hue=_hue(weights) if weights.shape[0] == 3 else 0.0,
        colour=share,
    )


def response(plane: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """How much waves of each fineness pass. Shapes: (33, 33); no wave at all in the middle."""
    return np.abs(frequency_response(plane, SAMPLES))


def _strongest(plane: npt.NDArray[np.float64]) -> tuple[float, float]:
    """The frequency (rows, columns) that passes best, in cycles per pixel."""
    strength = response(plane) if min(plane.shape) > 1 else np.zeros((SAMPLES, SAMPLES))
    row, column = np.unravel_index(int(strength.argmax()), strength.shape)
    along = frequencies(SAMPLES)
    return float(along[row]), float(along[column])


def _hue(weights: npt.NDArray[np.float64]) -> float:
    """The hue of the colour that the filter answers to most: its strongest direction among red, green and blue."""
    flat = (weights - weights.mean(0)).reshape(3, -1)
    values, directions = np.linalg.eigh(flat @ flat.T)
    colour = directions[:, int(values.argmax())]
    colour = colour if colour[np.abs(colour).argmax()] > 0 else -colour
    red, green, blue = np.clip(0.5 + 0.5 * colour, 0, 1)
    return 360 * colorsys.rgb_to_hsv(float(red), float(green), float(blue))[0]


def order(filters: list[Filter], by: str) -> list[int]:
    """Indices in the order asked for; the norm from the largest. Raises: ValueError for an unknown order."""
    if by not in ORDERS:
        raise ValueError(f"unknown order {by!r}; there are {', '.join(ORDERS)}")
    keys = {
        "stored": lambda f: (f.index,),
        "norm": lambda f: (-f.norm,),
        "hue": lambda f: (f.colour < 0.2, f.hue),  # grey ones last
        "orientation": lambda f: (f.cycles_per_px == 0, f.orientation),  # those without a direction last
    }
    return [f.index for f in sorted(filters, key=keys[by])]
