"""The ground that textures are painted on: coordinates turned, scaled and shifted at random, and smooth noise.

Shapes: every array is (N, 28, 28); values of a painted texture lie between 0 and 1 before they are mixed.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

SIDE_PX = 28
Field = npt.NDArray[np.floating[Any]]


def uniform(rng: np.random.Generator, n: int, low: float, high: float) -> Field:
    """One number a picture. Shapes: (N, 1, 1)."""
    return rng.uniform(low, high, (n, 1, 1)).astype(np.float32)


def plane(
    rng: np.random.Generator, n: int, period_px: tuple[float, float], turn: float = np.pi
) -> tuple[Field, Field]:
    """Coordinates (u, v) in periods, turned by up to `turn` radians to either side."""
    grid = np.arange(SIDE_PX, dtype=np.float32) - SIDE_PX / 2
    y, x = np.meshgrid(grid, grid, indexing="ij")
    angle, period = uniform(rng, n, -turn, turn), uniform(rng, n, *period_px)
    u = (x * np.cos(angle) + y * np.sin(angle)) / period + uniform(rng, n, 0, 1)
    v = (-x * np.sin(angle) + y * np.cos(angle)) / period + uniform(rng, n, 0, 1)
    return u, v


def polar(rng: np.random.Generator, n: int) -> tuple[Field, Field]:
    """Distance (pixels) and angle (radians, turned at random) from a point near the middle."""
    grid = np.arange(SIDE_PX, dtype=np.float32) - SIDE_PX / 2
    y, x = np.meshgrid(grid, grid, indexing="ij")
    x, y = x - uniform(rng, n, -6, 6), y - uniform(rng, n, -6, 6)
    return np.hypot(x, y), np.arctan2(y, x) + uniform(rng, n, -np.pi, np.pi)


def smooth(rng: np.random.Generator, n: int, size_px: float) -> Field:
    """Noise whose blotches are about `size_px` wide, mean 0 and spread 1."""
    frequency = np.fft.fftfreq(SIDE_PX)[:, None] ** 2 + np.fft.rfftfreq(SIDE_PX)[None] ** 2
    low_pass = np.exp(-frequency * (np.pi * size_px) ** 2 / 2)
    noise = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(n, SIDE_PX, SIDE_PX))) * low_pass, (SIDE_PX, SIDE_PX))
    noise -= noise.mean((1, 2), keepdims=True)
    scaled: Field = (noise / noise.std((1, 2), keepdims=True)).astype(np.float32)
    return scaled


def points(rng: np.random.Generator, n: int, count: int) -> tuple[Field, Field]:
    """Distance to the nearest and to the second nearest of `count` random points."""
    grid = np.arange(SIDE_PX, dtype=np.float32)
    at = rng.uniform(-2, SIDE_PX + 2, (n, count, 2, 1)).astype(np.float32)
    squares = (grid - at) ** 2  # (N, count, 2, 28)
    distance = squares[:, :, 0, :, None] + squares[:, :, 1, None, :]
    distance.partition(1, axis=1)
    return np.sqrt(distance[:, 0]), np.sqrt(distance[:, 1])


def soft(values: Field, sharpness: float = 6.0) -> Field:
    """A soft step at 0: 0 well below, 1 well above."""
    found: Field = 1 / (1 + np.exp(-np.clip(values * sharpness, -30, 30)))
    return found


def wave(values: Field) -> Field:
    """A sine between -1 and 1, once a period."""
    found: Field = np.sin(2 * np.pi * values)
    return found


def between(values: Field) -> Field:
    """Cut off below 0 and above 1."""
    found: Field = np.clip(values, 0, 1)
    return found


def saw(values: Field) -> Field:
    """The part behind the decimal point, 0 to 1."""
    return values - np.floor(values)


def triangle(values: Field) -> Field:
    """Up and down between 0 and 1, once a period."""
    found: Field = np.abs(2 * saw(values) - 1)
    return found


def mixed(rng: np.random.Generator, painted: Field, noise: float) -> npt.NDArray[np.uint8]:
    """Random contrast, brightness and sign, uneven light and noise; as bytes."""
    n = len(painted)
    contrast = uniform(rng, n, 0.35, 0.9) * np.where(rng.random((n, 1, 1)) < 0.5, 1, -1)
    light = uniform(rng, n, 0.4, 0.6) + 0.06 * smooth(rng, n, 12)
    values = light + contrast * (painted - 0.5) + rng.normal(0, noise, painted.shape)
    rounded: npt.NDArray[np.uint8] = (np.clip(values, 0, 1) * 255).round().astype(np.uint8)
    return rounded
