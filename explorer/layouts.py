"""Where the rows and columns of a map went when a tensor was reshaped.

Networks reshape their maps: to channels-last, to a row of tokens, to windows, to one long vector. A layout
remembers, for each dimension of a tensor, which digits of the row number, of the column number, or of anything
else it holds, outermost first, so that a later operation over a dimension can be read as one over places.

Example: 56 x 56 tokens in windows of 7 x 7 have the dimensions (row // 7, column // 7) and (row % 7, column % 7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

from explorer.operators import Shape

ROW, COLUMN, OTHER, PLACES = "row", "column", "other", "places"


@dataclass(frozen=True, slots=True)
class Digit:
    """``size`` values of one axis, ``step`` units apart; PLACES stands for places that can no longer be told apart."""

    axis: str
    size: int
    step: int = 1


Dimension = tuple[Digit, ...]
Layout = tuple[Dimension, ...]


def of_map(shape: Shape) -> Layout:
    """The layout of (N, C, H, W)."""
    return (other(shape[0]), other(shape[1]), axis(ROW, shape[2]), axis(COLUMN, shape[3]))


def axis(name: str, size: int) -> Dimension:
    """A dimension that is one whole axis; an axis of one unit has no digits."""
    return (Digit(name, size),) if size > 1 else ()


def other(size: int) -> Dimension:
    """A dimension that says nothing about places, such as channels."""
    return axis(OTHER, size)


def places(dimension: Iterable[Digit]) -> tuple[Digit, ...]:
    """The digits of a dimension that are about places."""
    return tuple(digit for digit in dimension if digit.axis != OTHER)


def of_layout(layout: Layout) -> tuple[Digit, ...]:
    """All digits of a layout that are about places."""
    return tuple(digit for dimension in layout for digit in places(dimension))


def reshaped(layout: Layout, shape: Shape) -> Layout | None:
    """The layout after a reshape, or None where it cuts across digits."""
    waiting = [digit for dimension in layout for digit in dimension]
    result: list[Dimension] = []
    for whole in shape:
        taken: list[Digit] = []
        size = whole
        while size > 1:
            if not waiting:
                return None
            first = waiting.pop(0)
            if size % first.size == 0:
                taken.append(first)
                size //= first.size
            elif first.size % size == 0:
                inner = first.size // size
                taken.append(Digit(first.axis, size, first.step * inner))
                waiting.insert(0, Digit(first.axis, inner, first.step))
                size = 1
            else:
                return None
        result.append(_merged(taken))
    return tuple(result) if not waiting else None


def _merged(digits: list[Digit]) -> Dimension:
    """Neighbouring digits of one axis that count on become one digit again."""
    merged: list[Digit] = []
    for digit in digits:
        last = merged[-1] if merged else None
        counts_on = last is not None and last.axis == digit.axis and last.step == digit.step * digit.size
        if last is not None and last.axis == digit.axis and (counts_on or digit.axis in (OTHER, PLACES)):
            merged[-1] = Digit(digit.axis, last.size * digit.size, digit.step)
        else:
            merged.append(digit)
    return tuple(merged)


def without(layout: Layout, gone: Digit) -> Layout:
    """The layout after a digit was summed away: the digits above it count in smaller steps."""

    def kept(digit: Digit) -> Digit:
        above = (
            digit.axis == gone.axis and digit.axis in (ROW, COLUMN) and digit.step >= gone.step * gone.size
        )
        return Digit(digit.axis, digit.size, digit.step // gone.size) if above else digit

    return tuple(tuple(kept(digit) for digit in dimension if digit != gone) for dimension in layout)


def permuted(layout: Layout, order: Iterable[int]) -> Layout:
    """The layout after its dimensions were put into another order."""
    return tuple(layout[index] for index in order)


def unknown(shape: Shape) -> Layout:
    """The layout of a tensor whose places were lost: any dimension may hold any place."""
    return tuple(axis(PLACES, size) for size in shape)


def size_of(dimension: Dimension) -> int:
    """How many values a dimension holds."""
    return prod(digit.size for digit in dimension)
