"""Thirty-two kinds of texture, each a formula of two coordinates: 22 to learn from, 10 others to transfer to.

Shapes: a painter returns (N, 28, 28) with values between 0 and 1.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from explorer.transfer.drawn.plane import (
    Field,
    between,
    mixed,
    plane,
    points,
    polar,
    saw,
    smooth,
    soft,
    triangle,
    uniform,
    wave,
)

Painter = Callable[[np.random.Generator, int], Field]
Bytes = npt.NDArray[np.uint8]
_TAU = 2 * np.pi


def _stripes(rng: np.random.Generator, n: int) -> Field:
    return soft(wave(plane(rng, n, (4, 10))[0]), 8)


def _sines(rng: np.random.Generator, n: int) -> Field:
    return 0.5 + 0.5 * wave(plane(rng, n, (4, 10))[0])


def _checks(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (6, 12))
    return soft(wave(u) * wave(v), 16)


def _dots(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (5, 10))
    return soft(uniform(rng, n, 0.2, 0.35) - np.hypot(saw(u) - 0.5, saw(v) - 0.5), 25)


def _rings(rng: np.random.Generator, n: int) -> Field:
    distance, _ = polar(rng, n)
    return soft(wave(distance / uniform(rng, n, 4, 9) + uniform(rng, n, 0, 1)), 5)


def _waves(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (8, 14))
    return soft(wave(2 * u + uniform(rng, n, 0.1, 0.22) * wave(v)), 5)


def _rays(rng: np.random.Generator, n: int) -> Field:
    _, angle = polar(rng, n)
    return soft(np.sin(angle * np.round(uniform(rng, n, 4, 10))), 5)


def _grain(rng: np.random.Generator, n: int) -> Field:
    return between(0.5 + 0.35 * smooth(rng, n, 0.8))


def _clouds(rng: np.random.Generator, n: int) -> Field:
    return between(0.5 + 0.3 * smooth(rng, n, 5))


def _blotches(rng: np.random.Generator, n: int) -> Field:
    return soft(smooth(rng, n, 4), 10)


def _bricks(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (6, 9), 0.5)
    shifted = u / 2 + 0.5 * (np.floor(v) % 2)
    gap = np.minimum(2 * np.minimum(saw(shifted), 1 - saw(shifted)), np.minimum(saw(v), 1 - saw(v)))
    return soft(gap - 0.13, 40)


def _crosses(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (7, 11))
    x, y = np.abs(saw(u) - 0.5), np.abs(saw(v) - 0.5)
    return soft(0.1 - np.minimum(x, y), 30) * soft(0.34 - np.maximum(x, y), 30)


def _triangles(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (7, 12))
    return soft(saw(u) - saw(v), 12)


def _plaid(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (5, 10))
    return (soft(wave(u), 8) + soft(wave(v), 8)) / 2


def _ramp(rng: np.random.Generator, n: int) -> Field:
    u, _ = plane(rng, n, (26, 40))
    return saw(u)


def _saws(rng: np.random.Generator, n: int) -> Field:
    return saw(plane(rng, n, (5, 10))[0])


def _scratches(rng: np.random.Generator, n: int) -> Field:
    nearest = np.full((n, 28, 28), 9.0, np.float32)
    for _ in range(7):
        u, _ = plane(rng, n, (1, 1))
        nearest = np.minimum(nearest, np.abs(u - uniform(rng, n, -12, 12)))
    return soft(0.8 - nearest, 5)


def _speckle(rng: np.random.Generator, n: int) -> Field:
    return soft(uniform(rng, n, 0.9, 1.5) - points(rng, n, 30)[0], 5)


def _cells(rng: np.random.Generator, n: int) -> Field:
    nearest, second = points(rng, n, 16)
    return soft(second - nearest - 0.9, 4)


def _diamonds(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (7, 12))
    return soft(wave(2 * (np.abs(saw(u) - 0.5) + np.abs(saw(v) - 0.5))), 6)


def _moire(rng: np.random.Generator, n: int) -> Field:
    one, other = plane(rng, n, (3.2, 5))[0], plane(rng, n, (3.2, 5))[0]
    return 0.5 + 0.5 * wave(one) * wave(other)


def _drops(rng: np.random.Generator, n: int) -> Field:
    first, second = polar(rng, n)[0], polar(rng, n)[0]
    period = uniform(rng, n, 4, 7)
    return 0.5 + 0.25 * (wave(first / period) + wave(second / period))


def _grid(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (5, 10))
    return soft(np.maximum(triangle(u), triangle(v)) - 0.75, 16)


def _zigzag(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (8, 14))
    return soft(wave(1.6 * u + uniform(rng, n, 0.5, 0.9) * triangle(v)), 6)


def _spiral(rng: np.random.Generator, n: int) -> Field:
    distance, angle = polar(rng, n)
    arms = np.where(rng.random((n, 1, 1)) < 0.5, 1, -1) * np.round(uniform(rng, n, 1, 3))
    return soft(wave(distance / uniform(rng, n, 5, 9) + arms * angle / _TAU), 5)


def _pebbles(rng: np.random.Generator, n: int) -> Field:
    nearest, second = points(rng, n, 18)
    return between((second - nearest) / 5) ** 0.7


def _weave(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (6, 11))
    over = (np.floor(u) + np.floor(v)) % 2
    return np.where(over > 0, 1 - triangle(u), 1 - triangle(v)) * 0.8 + 0.2 * over


def _pinwheel(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (9, 14))
    x, y = saw(u) - 0.5, saw(v) - 0.5
    return soft(np.sin(np.arctan2(y, x) * 4 + 3 * np.hypot(x, y)), 5)


def _scales(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (7, 11))
    distance = np.hypot(saw(u + 0.5 * (np.floor(v) % 2)) - 0.5, saw(v))
    return np.where(distance < 0.55, (distance / 0.55) ** 2, 0.1)


def _stairs(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (5, 8))
    return soft(wave(0.8 * v + uniform(rng, n, 0.25, 0.4) * np.floor(u)), 5)


def _honeycomb(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (6, 9))
    waves = [np.cos(_TAU * (u * np.cos(t) + v * np.sin(t))) for t in (0, np.pi / 3, 2 * np.pi / 3)]
    return soft(sum(waves[1:], waves[0]) + uniform(rng, n, 0.2, 0.7), 5)


def _braid(rng: np.random.Generator, n: int) -> Field:
    u, v = plane(rng, n, (9, 13))
    swing = 0.18 * wave(v)
    strands = [np.abs(saw(u + sign * swing) - 0.5) for sign in (1, -1)]
    return soft(0.11 - np.minimum(*strands), 30)


LEARNT: Mapping[str, Painter] = MappingProxyType({
    "stripes": _stripes, "sine waves": _sines, "checks": _checks, "dots": _dots, "rings": _rings,
    "waves": _waves, "rays": _rays, "grain": _grain, "clouds": _clouds, "blotches": _blotches,
    "bricks": _bricks, "crosses": _crosses, "triangles": _triangles, "plaid": _plaid, "ramp": _ramp,
    "saw teeth": _saws, "scratches": _scratches, "speckle": _speckle, "cells": _cells,
    "diamonds": _diamonds, "moiré": _moire, "two drops": _drops,
})  # fmt: skip
"""The kinds that the texture backbones were trained on."""
NEW: Mapping[str, Painter] = MappingProxyType({
    "grid": _grid, "zigzag": _zigzag, "spiral": _spiral, "pebbles": _pebbles, "weave": _weave,
    "pinwheel": _pinwheel, "scales": _scales, "stairs": _stairs, "honeycomb": _honeycomb, "braid": _braid,
})  # fmt: skip
"""Kinds that no backbone has seen."""


def drawn(kinds: Mapping[str, Painter], count: int, rng: np.random.Generator, noise: float) -> Bytes:
    """`count` pictures, kind after kind in turn. Shapes: (count, 28, 28), bytes."""
    painted = np.empty((count, 28, 28), np.uint8)
    for label, paint in enumerate(kinds.values()):
        rows = painted[label :: len(kinds)]
        for start in range(0, len(rows), 256):
            n = len(rows[start : start + 256])
            rows[start : start + 256] = mixed(rng, np.broadcast_to(paint(rng, n), (n, 28, 28)), noise)
    return painted
