"""Operations in which several places or several maps meet: sums, concatenation, norms, dense layers, attention."""

from __future__ import annotations

from dataclasses import replace

from explorer import layouts
from explorer.fields.field import (
    Field,
    Inputs,
    axis_at,
    covers_everything,
    dim_of,
    first,
    lost,
    meet,
    mix,
    numbers,
    reduce,
)
from explorer.layouts import OTHER, PLACES, Digit, Layout
from explorer.operators import KINDS, Operation


def pointwise(operation: Operation, inputs: Inputs) -> list[Field]:
    """Element by element: several inputs meet, and each unit sees what any of them sees."""
    fields = [
        (field, shape)
        for field, shape in zip(inputs, operation.input_shapes, strict=True)
        if field is not None
    ]
    met = meet([field for field, _ in fields], operation.name)
    shape = operation.output_shapes[0] if operation.output_shapes else ()
    layout: Layout | None = None
    for field, own in fields:
        wide = ((),) * (len(shape) - len(own)) + field.layout
        if len(wide) == len(shape):
            grown = tuple(
                dimension if layouts.size_of(dimension) == size else ()
                for dimension, size in zip(wide, shape, strict=True)
            )
            layout = grown if layout is None else tuple(a or b for a, b in zip(layout, grown, strict=True))
    full = tuple(
        dimension or layouts.other(size)
        for dimension, size in zip(layout or ((),) * len(shape), shape, strict=True)
    )
    return [replace(met, layout=full)] * len(operation.outputs)


def written(operation: Operation, inputs: Inputs) -> list[Field]:
    """Values written into a part of a tensor: over channels both meet; over places it is not followed."""
    whole, part = operation.input_shapes
    field = first(inputs)
    changed = [i for i, (a, b) in enumerate(zip(whole, part, strict=False)) if a != b]
    if len(whole) != len(part) or any(layouts.places(field.layout[i]) for i in changed):
        return lost(operation, inputs, "values are written into a part of a map")
    met = meet([known for known in inputs if known is not None], "write")
    layout = tuple(layouts.other(whole[i]) if i in changed else d for i, d in enumerate(met.layout))
    return [replace(met, layout=layout)]


def concat(operation: Operation, inputs: Inputs) -> list[Field]:
    """Concatenation: over channels the maps meet place by place; over places they can no longer be told apart."""
    fields = [field for field in inputs if field is not None]
    met = meet(fields, operation.name)
    shape = operation.output_shapes[0]
    if operation.name == "stack" or len(shape) != len(met.layout):
        index = dim_of(operation.settings.get("dim", 0), len(shape))
        return [replace(met, layout=(*met.layout[:index], layouts.other(shape[index]), *met.layout[index:]))]
    index = dim_of(operation.settings.get("dim", 0), len(shape))
    over_places = any(layouts.places(field.layout[index]) for field in fields)
    dimension = layouts.axis(PLACES if over_places else OTHER, shape[index])
    note = met.note
    if over_places and _axis_or_none(met, index) is not None:
        note = note or f"{operation.name}: maps side by side"
    return [replace(met, layout=(*met.layout[:index], dimension, *met.layout[index + 1 :]), note=note)]


def _axis_or_none(field: Field, index: int) -> str | None:
    try:
        return axis_at(field, index)
    except ValueError:
        return None


def statistic(operation: Operation, inputs: Inputs) -> list[Field]:
    """A norm divides by a statistic: over channels a unit stays local, over places it depends on the whole map."""
    field = first(inputs)
    if operation.name in ("group_norm", "instance_norm", "native_group_norm"):
        dims = list(range(2, len(field.layout)))
    elif "normalized_shape" in operation.settings:
        count = len(numbers(operation.settings["normalized_shape"], 1, 0))
        dims = list(range(len(field.layout) - count, len(field.layout)))
    else:
        dims = [dim_of(operation.settings.get("dim", -1), len(field.layout))]
    digits = tuple(d for index in dims for d in layouts.places(field.layout[index]))
    everywhere = bool(digits) and (covers_everything(field, digits) or any(d.axis == PLACES for d in digits))
    if digits and not everywhere:  # along one axis: a unit reads its whole line
        field = mix(field, digits)
    return [replace(field, is_global=field.is_global or everywhere)] * len(operation.outputs)


def reduction(operation: Operation, inputs: Inputs) -> list[Field]:
    """mean, sum, max and the like over some dimensions: their places become one unit."""
    field = first(inputs)
    if len(operation.input_shapes) > 1:
        return pointwise(operation, inputs)
    dims = len(field.layout)
    given = operation.settings.get("dim")
    chosen = range(dims) if given is None or given == [] else [dim_of(d, dims) for d in numbers(given, 1, 0)]
    digits = tuple(d for index in chosen for d in layouts.places(field.layout[index]))
    reduced = reduce(field, digits) if digits else field
    kept = len(operation.output_shapes[0]) == dims
    layout = tuple(
        () if index in chosen else dimension
        for index, dimension in enumerate(reduced.layout)
        if kept or index not in chosen
    )
    return [replace(reduced, layout=layout)] * len(operation.outputs)


def linear(operation: Operation, inputs: Inputs) -> list[Field]:
    """A linear layer sums over the last dimension; over a flattened map that is every place."""
    field = first(inputs)
    digits = layouts.places(field.layout[-1])
    if digits:
        field = reduce(field, digits)
    return [replace(field, layout=(*field.layout[:-1], layouts.other(operation.output_shapes[0][-1])))]


def matmul(operation: Operation, inputs: Inputs) -> list[Field]:
    """A matrix product sums over one dimension of each factor; between two maps that is attention."""
    left, right = inputs[1:3] if operation.name in ("addmm", "baddbmm") else inputs[:2]
    shape = operation.output_shapes[0]
    one, two = (_dimensions(factor, len(shape)) for factor in (left, right))
    batch = tuple(a if layouts.places(a) else b for a, b in zip(one[:-2], two[:-2], strict=True))
    keeps_columns = bool(layouts.places(two[-1])) and not layouts.of_layout(one[:-1])
    layout = tuple(
        dimension if layouts.size_of(dimension) == size else layouts.other(size)
        for dimension, size in zip((*batch, one[-2], two[-1] if keeps_columns else ()), shape, strict=True)
    )
    kept = set(layouts.of_layout(layout))
    parts = [] if left is None else [_contracted(left, layouts.places(one[-1]), kept)]
    if right is not None:
        columns = () if keeps_columns else layouts.places(two[-1])
        parts.append(_contracted(right, (*layouts.places(two[-2]), *columns), kept))
    return [replace(meet(parts, operation.name), layout=layout)]


def _dimensions(field: Field | None, dims: int) -> Layout:
    """A factor's layout, with the batch dimensions that broadcasting adds."""
    layout = field.layout if field is not None else ((), ())
    return ((),) * (dims - len(layout)) + layout


def _contracted(field: Field, digits: tuple[Digit, ...], kept: set[Digit]) -> Field:
    """Sum over places: those that the result still has stay apart as units, the others become one."""
    staying = tuple(d for d in digits if d in kept)
    going = tuple(d for d in digits if d not in kept)
    field = mix(field, staying) if staying else field
    return reduce(field, going) if going else field


def attention(operation: Operation, inputs: Inputs) -> list[Field]:
    """Attention: every query reads all keys and values of its group."""
    query, key, value = inputs[:3]
    shape = operation.output_shapes[0]
    layout = (*_dimensions(query, len(shape))[:-1], layouts.other(shape[-1]))
    kept = set(layouts.of_layout(layout))
    parts = [query] if query is not None else []
    parts += [_contracted(f, layouts.places(f.layout[-2]), kept) for f in (key, value) if f is not None]
    return [replace(meet([p for p in parts if p is not None], "attention"), layout=layout)]


def look_up(operation: Operation, inputs: Inputs) -> list[Field]:
    """Picking values by an index: harmless over channels, lost over places."""
    field = first(inputs)
    shape = operation.output_shapes[0]
    changed = [i for i, (a, b) in enumerate(zip(operation.input_shapes[0], shape, strict=False)) if a != b]
    if (
        len(shape) == len(field.layout)
        and not any(layouts.places(field.layout[i]) for i in changed)
        and changed
    ):
        layout = list(field.layout)
        for index in changed:
            layout[index] = layouts.other(shape[index])
        return [replace(field, layout=tuple(layout))]
    return lost(operation, inputs, f"{operation.name}: picks places by an index")


def unknown(operation: Operation, inputs: Inputs) -> list[Field]:
    """Element-wise operations pass; any other operation is named."""
    if operation.name in KINDS and KINDS[operation.name] in ("element-wise", "activation", "dropout"):
        return pointwise(operation, inputs)
    return lost(operation, inputs, f"{operation.name}: not followed")
