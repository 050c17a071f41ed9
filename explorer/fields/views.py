"""Operations that move places to other dimensions, or take a part of them; they compute nothing."""

from __future__ import annotations

from dataclasses import replace

from explorer import layouts
from explorer.fields.field import AXES, Field, Inputs, axis_at, dim_of, first, numbers, reduce
from explorer.layouts import OTHER, PLACES, Layout
from explorer.operators import Operation


def part(operation: Operation, inputs: Inputs) -> list[Field]:
    field = first(inputs)
    index = dim_of(operation.settings.get("dim", 0), len(field.layout))
    before, size = operation.input_shapes[0][index], operation.output_shapes[0][index]
    start = int(operation.settings.get("start") or 0)  # type: ignore[call-overload]
    start = max(0, start + before if start < 0 else start)
    step = int(operation.settings.get("step") or 1)  # type: ignore[call-overload]
    return [_taken(field, index, range(start, start + step * size, step), before)]


def _taken(field: Field, index: int, units: range, before: int) -> Field:
    """The field of some units, evenly apart, of one dimension."""
    size = len(units)
    if before == size:
        return field
    layout = list(field.layout)
    dimension = layout[index]
    if any(digit.axis == PLACES for digit in dimension) or not layouts.places(dimension):
        layout[index] = layouts.axis(PLACES if layouts.places(dimension) else OTHER, size)
        return replace(field, layout=tuple(layout))
    axis = axis_at(field, index)
    if axis is None:
        raise ValueError("takes a part of places that were rearranged")
    layout[index] = layouts.axis(axis, size)
    return replace(
        field.with_axis(axis, field.span(axis).strided(units.start, units.step), size), layout=tuple(layout)
    )


def split(operation: Operation, inputs: Inputs) -> list[Field]:
    """chunk, split, unbind: the pieces in order."""
    field = first(inputs)
    index = dim_of(operation.settings.get("dim", 0), len(field.layout))
    before = operation.input_shapes[0][index]
    fields, start = [], 0
    for shape in operation.output_shapes:
        fields.append(_taken(field, index, range(start, start + shape[index]), before))
        start += shape[index]
    return fields


def select(operation: Operation, inputs: Inputs) -> list[Field]:
    """One index of one dimension, which goes away."""
    field = first(inputs)
    index = dim_of(operation.settings.get("dim", 0), len(field.layout))
    chosen = int(operation.settings.get("index", 0)) % operation.input_shapes[0][index]  # type: ignore[call-overload]
    return [_selected(field, index, chosen)]


def _selected(field: Field, index: int, chosen: int) -> Field:
    digits = layouts.places(field.layout[index])
    rest = [d for d in digits if d.axis in AXES]
    if rest:
        if len(field.layout[index]) > 1:
            raise ValueError("takes one of several places that were rearranged")
        field = reduce(field, tuple(rest), only=chosen)
    return replace(field, layout=field.layout[:index] + field.layout[index + 1 :])


def unbind(operation: Operation, inputs: Inputs) -> list[Field]:
    field = first(inputs)
    index = dim_of(operation.settings.get("dim", 0), len(field.layout))
    return [_selected(field, index, chosen) for chosen in range(len(operation.outputs))]


def reshape(operation: Operation, inputs: Inputs) -> list[Field]:
    """Views: the places stay what they are, in other dimensions."""
    field = first(inputs)
    fields = []
    for shape in operation.output_shapes:
        layout = layouts.reshaped(field.layout, shape)
        if layout is None:
            note = "" if field.is_global else f"{operation.name}: places can no longer be told apart"
            fields.append(replace(field, layout=layouts.unknown(shape), note=field.note or note))
        else:
            fields.append(replace(field, layout=layout))
    return fields


def expand(operation: Operation, inputs: Inputs) -> list[Field]:
    """Repeating along dimensions of size one."""
    field = first(inputs)
    shape = operation.output_shapes[0]
    layout: Layout = ((),) * (len(shape) - len(field.layout)) + field.layout
    grown = tuple(
        layouts.other(size) if layouts.size_of(dimension) != size else dimension
        for dimension, size in zip(layout, shape, strict=True)
    )
    return [replace(field, layout=grown)]


def permute(operation: Operation, inputs: Inputs) -> list[Field]:
    field = first(inputs)
    return [replace(field, layout=layouts.permuted(field.layout, _order(operation, len(field.layout))))]


def _order(operation: Operation, dims: int) -> list[int]:
    """The order of the old dimensions in the new tensor."""
    settings, order = operation.settings, list(range(dims))
    if operation.name == "permute":
        return [dim_of(d, dims) for d in numbers(settings["dims"], 1, 0)]
    if operation.name in ("t", "numpy_T"):
        return order[::-1]
    if operation.name in ("movedim", "moveaxis"):
        sources = [dim_of(d, dims) for d in numbers(settings["source"], 1, 0)]
        targets = [dim_of(d, dims) for d in numbers(settings["destination"], 1, 0)]
        rest = iter(d for d in order if d not in sources)
        return [sources[targets.index(i)] if i in targets else next(rest) for i in order]
    names = [name for name in ("dim0", "axis0", "dim1", "axis1") if name in settings]
    one, two = (dim_of(settings[name], dims) for name in names) if names else (dims - 2, dims - 1)
    order[one], order[two] = order[two], order[one]
    return order


def roll(operation: Operation, inputs: Inputs) -> list[Field]:
    """A cyclic shift; what wraps around at the border is left out, and the field says so."""
    field = first(inputs)
    note = field.note or "exact away from the border: a cyclic shift wraps around there"
    shifts = numbers(operation.settings["shifts"], 1, 0)
    for shift, dim in zip(shifts, numbers(operation.settings.get("dims"), 1, 0), strict=True):
        axis = axis_at(field, dim_of(dim, len(field.layout)))
        if axis is not None:
            field = replace(
                field.with_axis(axis, field.span(axis).moved(-shift), field.length(axis)), note=note
            )
    return [field]
