"""Which pictures, in which order, moved how: the same numbers here and in the browser, from one small generator.

Everything is random access: the rows and moves of step s follow from the seed and s alone, so a run that goes on from
a checkpoint sees what an uninterrupted one would have seen. The twin is explorer/browser/transfer/engine/order.js.
All arithmetic is on unsigned 32-bit integers. A lane's settings change none of it: lanes with one seed see the same.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

CHOICE, SHUFFLE, MOVES, SPLIT = 1, 2, 3, 4
"""What a stream of numbers is for."""
_MASK = 0xFFFFFFFF


class Move(NamedTuple):
    """How one picture of a batch is moved: rows down, columns right (pixels), and mirrored or not."""

    down_px: int
    right_px: int
    flip: bool


def mixed(value: int) -> int:
    """Scatter the bits of a 32-bit number. Source: Austin Appleby, MurmurHash3, the final mix."""
    value = (value ^ value >> 16) * 0x85EBCA6B & _MASK
    value = (value ^ value >> 13) * 0xC2B2AE35 & _MASK
    return value ^ value >> 16


class Generator:
    """A stream of 32-bit numbers for one purpose. Source: Tommy Ettinger 2017, mulberry32."""

    def __init__(self, seed: int, *purpose: int) -> None:
        self.state = mixed(seed & _MASK)
        for number in purpose:
            self.state = mixed(self.state ^ (number + 1) * 0x9E3779B9 & _MASK)

    def below(self, n: int) -> int:
        """A number from 0 to n - 1; n up to two million."""
        self.state = self.state + 0x6D2B79F5 & _MASK
        t = (self.state ^ self.state >> 15) * (self.state | 1) & _MASK
        t ^= t + ((t ^ t >> 7) * (t | 61) & _MASK) & _MASK
        return ((t ^ t >> 14) & _MASK) * n >> 32

    def shuffled(self, rows: Sequence[int]) -> list[int]:
        """The rows in a new order. Source: Fisher and Yates, as Durstenfeld 1964."""
        found = list(rows)
        for i in range(len(found) - 1, 0, -1):
            j = self.below(i + 1)
            found[i], found[j] = found[j], found[i]
        return found


def chosen(
    labels: Sequence[int], train: Sequence[int], classes: int, per_class: int | None, seed: int
) -> list[int]:
    """The training rows of a run: as many of each class, class after class; None takes all.

    With one seed, fewer pictures are always the first of more. A class that has fewer gives all it has.
    """
    by_class: list[list[int]] = [[] for _ in range(classes)]
    for row in train:
        by_class[labels[row]].append(row)
    rows: list[int] = []
    for label, own in enumerate(by_class):
        rows += Generator(seed, CHOICE, label).shuffled(own)[:per_class]
    return rows


def looked_at(labels: Sequence[int], test: Sequence[int], classes: int, most: int | None) -> list[int]:
    """At most so many of the held-out rows, each class by its share; always the same ones, in their order.

    Raises: ValueError for fewer than 1.
    """
    if most is None or len(test) <= most:
        return list(test)
    if most < 1:
        raise ValueError(f"test_pictures must be at least 1, got {most}")
    rows = chosen(labels, test, classes, None, 0)  # class after class
    return sorted(rows[place * len(rows) // most] for place in range(most))


@lru_cache(maxsize=16)
def _permutation(count: int, seed: int, epoch: int) -> tuple[int, ...]:
    return tuple(Generator(seed, SHUFFLE, epoch).shuffled(range(count)))


def batch(count: int, size: int, seed: int, step: int) -> list[int]:
    """Which of `count` chosen pictures step `step` (from 0) sees.

    One shuffled epoch follows the other without a gap, so every batch is full, also where there are fewer pictures
    than a batch holds, and after each epoch every picture has been seen equally often.
    """
    found = []
    for place in range(step * size, (step + 1) * size):
        epoch, position = divmod(place, count)
        found.append(_permutation(count, seed, epoch)[position])
    return found


def reach_px(side_px: int) -> int:
    """How far augmentation moves a picture: a fourteenth of its side, at least one pixel."""
    return max(1, side_px // 14)


def moves(augmentation: str, size: int, side_px: int, seed: int, step: int) -> list[Move]:
    """The moves of the pictures of one batch ("none", "shift", "shift and flip")."""
    if augmentation == "none":
        return [Move(0, 0, False)] * size
    stream, reach = Generator(seed, MOVES, step), reach_px(side_px)
    found = []
    for _ in range(size):
        down, right = stream.below(2 * reach + 1) - reach, stream.below(2 * reach + 1) - reach
        found.append(Move(down, right, stream.below(2) == 1 and augmentation == "shift and flip"))
    return found


def moved(pictures: npt.NDArray[np.uint8], plan: Sequence[Move]) -> npt.NDArray[np.uint8]:
    """Pictures after their moves; what comes in at an edge repeats the edge. Shapes: (N, H, W, C), as it came.

    A mirrored picture is mirrored first and moved then.
    """
    if not any(any(move) for move in plan):
        return pictures
    height, width = pictures.shape[1:3]
    found = np.empty_like(pictures)
    for i, (down, right, flip) in enumerate(plan):
        rows = np.clip(np.arange(height) - down, 0, height - 1)
        columns = np.clip(np.arange(width) - right, 0, width - 1)
        found[i] = pictures[i][rows[:, None], (width - 1 - columns if flip else columns)[None]]
    return found


def split(labels: Sequence[int], classes: int, test_share: float, seed: int) -> list[int]:
    """0 (train) or 1 (test) for each picture: the same share of every class, at least one of each on both sides.

    A class with a single picture trains with it.
    """
    by_class: list[list[int]] = [[] for _ in range(classes)]
    for row, label in enumerate(labels):
        by_class[label].append(row)
    sides = [0] * len(labels)
    for label, own in enumerate(by_class):
        held = min(len(own) - 1, max(1, int(len(own) * test_share + 0.5)))
        for row in Generator(seed, SPLIT, label).shuffled(own)[: max(0, held)]:
            sides[row] = 1
    return sides
