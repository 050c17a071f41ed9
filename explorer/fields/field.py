"""What the units of one tensor see, and the changes that several operations share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from explorer import layouts
from explorer.layouts import COLUMN, PLACES, ROW, Digit, Layout
from explorer.operators import Operation
from explorer.spans import Span

AXES = (ROW, COLUMN)


@dataclass(frozen=True, slots=True)
class Field:
    """What the units of one tensor see, along the rows and along the columns."""

    rows: Span
    columns: Span
    map_px: tuple[int, int]
    layout: Layout
    is_global: bool = False
    note: str = ""

    def span(self, axis: str) -> Span:
        return self.rows if axis == ROW else self.columns

    def length(self, axis: str) -> int:
        return self.map_px[AXES.index(axis)]

    def with_axis(self, axis: str, span: Span, length: int) -> Field:
        if axis == ROW:
            return replace(self, rows=span, map_px=(length, self.map_px[1]))
        return replace(self, columns=span, map_px=(self.map_px[0], length))


Inputs = list[Field | None]
Rule = Callable[[Operation, Inputs], list[Field]]


def reduce(field: Field, digits: tuple[Digit, ...], only: int | None = None) -> Field:
    """Sum places away: each group becomes one unit (or the one place ``only`` is kept)."""
    whole = covers_everything(field, digits)
    for digit in sorted(digits, key=lambda d: d.step):
        if digit.axis in AXES:
            span, length = field.span(digit.axis), field.length(digit.axis)
            field = field.with_axis(
                digit.axis, span.reduced(digit.size, digit.step, only), max(1, length // digit.size)
            )
    if any(digit.axis == PLACES for digit in digits):
        field = mix_everything(field)
    layout = field.layout
    for digit in sorted(digits, key=lambda d: -d.step):
        layout = layouts.without(layout, digit)
    return replace(field, layout=layout, is_global=field.is_global or (whole and only is None))


def mix(field: Field, digits: tuple[Digit, ...]) -> Field:
    """Let every unit read its whole group, and keep the units apart (attention)."""
    if any(digit.axis == PLACES for digit in digits):
        return mix_everything(field)
    whole = covers_everything(field, digits)
    for digit in digits:
        field = field.with_axis(
            digit.axis, field.span(digit.axis).mixed(digit.size, digit.step), field.length(digit.axis)
        )
    return replace(field, is_global=field.is_global or whole)


def mix_everything(field: Field) -> Field:
    for axis in AXES:
        length = field.length(axis)
        field = field.with_axis(axis, field.span(axis).mixed(length, 1), length)
    return replace(field, is_global=True)


def covers_everything(field: Field, digits: tuple[Digit, ...]) -> bool:
    """Whether these digits run over the whole map."""
    if any(digit.axis == PLACES for digit in digits):
        return True
    covered = dict.fromkeys(AXES, 1)
    for digit in digits:
        covered[digit.axis] *= digit.size
    return max(covered.values()) > 1 and all(covered[axis] >= field.length(axis) for axis in AXES)


def meet(fields: list[Field], name: str) -> Field:
    """Several maps meet place by place. A vector that meets a map brings the whole picture, but no window."""
    largest = max(field.map_px for field in fields)
    maps = [field for field in fields if field.map_px == largest]
    met = maps[0]
    for field in maps[1:]:
        try:
            met = replace(met, rows=met.rows.joined(field.rows), columns=met.columns.joined(field.columns))
        except ValueError as error:
            met = replace(met, note=met.note or f"{name}: {error}")
    is_global = any(field.is_global for field in fields) or len(maps) < len(fields)
    note = next((field.note for field in (met, *fields) if field.note), "")
    return replace(met, is_global=is_global, note=note)


def first(inputs: Inputs) -> Field:
    """The first input that depends on the picture."""
    return next(field for field in inputs if field is not None)


def axis_at(field: Field, index: int) -> str | None:
    """The axis that a dimension is; None for channels and the like. Raises: ValueError when it is a mixture."""
    dimension = field.layout[index]
    if not dimension or not layouts.places(dimension):
        is_map = not dimension and len(field.layout) == 4 and index >= 2
        return AXES[index - 2] if is_map and field.length(AXES[index - 2]) == 1 else None
    digit = dimension[0]
    if (
        len(dimension) == 1
        and digit.axis in AXES
        and digit.step == 1
        and digit.size == field.length(digit.axis)
    ):
        return digit.axis
    raise ValueError("changes places that were rearranged")


def lost(operation: Operation, inputs: Inputs, note: str) -> list[Field]:
    """Where places cannot be followed: keep what was known before, and say where it ends."""
    met = meet([field for field in inputs if field is not None], operation.name)
    found = []
    for shape in operation.output_shapes:
        same = len(shape) == len(met.layout) and all(
            layouts.size_of(d) == size for d, size in zip(met.layout, shape, strict=True)
        )
        layout = met.layout if same else layouts.unknown(shape)
        found.append(replace(met, layout=layout, note=met.note or note))
    return found


def numbers(value: Any, dims: int, default: int | list[int]) -> list[int]:
    """A setting as one number for each axis."""
    if value is None or value == []:
        value = default
    numbers = list(value) if isinstance(value, (list, tuple)) else [value]
    return [int(n) for n in (numbers * dims if len(numbers) == 1 else numbers)]


def dim_of(value: Any, dims: int) -> int:
    return int(value) % dims
