"""Operations that slide a window over a map, or stretch it: convolution, pooling, up-sampling, padding."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil, floor

from explorer import layouts
from explorer.fields.field import AXES, Field, Inputs, axis_at, first, numbers
from explorer.operators import Operation
from explorer.spans import Span

WRAPS = "exact away from the border: circular padding wraps around there"


def window_of(operation: Operation) -> tuple[list[int], list[int], list[int], list[int]] | None:
    """Kernel, stride, padding and dilation of an operation that slides a window; None for any other."""
    settings = operation.settings
    if "kernel_size" in settings:
        dims = 1 if operation.name.endswith("1d") else 3 if operation.name.endswith("3d") else 2
        kernel = numbers(settings["kernel_size"], dims, 1)
    elif operation.name.startswith("conv") and len(operation.input_shapes) > 1:
        kernel = list(operation.input_shapes[1][2:])
        dims = len(kernel)
    else:
        return None
    is_pool = "kernel_size" in settings
    stride = numbers(settings.get("stride"), dims, kernel if is_pool else 1)
    dilation = numbers(settings.get("dilation"), dims, 1)
    padding = settings.get("padding")
    if padding == "same":
        paddings = [d * (k - 1) // 2 for d, k in zip(dilation, kernel, strict=True)]
    else:
        paddings = numbers(0 if padding == "valid" else padding, dims, 0)
    return kernel, stride, paddings, dilation


def slide(operation: Operation, inputs: Inputs) -> list[Field]:
    """Convolution and pooling: every unit reads a window."""
    window = window_of(operation)
    if window is None:
        raise ValueError("has no window")
    kernel, stride, padding, dilation = window

    def change(span: Span, dim: int, _before: int, _after: int) -> Span:
        return span.windowed(kernel[dim], stride[dim], padding[dim], dilation[dim])

    return _windows(operation, first(inputs), change, kernel)


def slide_transposed(operation: Operation, inputs: Inputs) -> list[Field]:
    window = window_of(operation)
    if window is None:
        raise ValueError("has no window")
    kernel, stride, padding, dilation = window

    def change(span: Span, dim: int, _before: int, _after: int) -> Span:
        return span.transposed(kernel[dim], stride[dim], padding[dim], dilation[dim])

    fields = _windows(operation, first(inputs), change, kernel)
    return [replace(field, is_global=first(inputs).is_global) for field in fields]


def adaptive(operation: Operation, inputs: Inputs) -> list[Field]:
    """Adaptive pooling: as many windows as asked for, spread evenly; one window is the whole map."""
    dims = int(operation.name[-2])

    def change(span: Span, _dim: int, before: int, after_size: int) -> Span:
        def reads(unit: int) -> tuple[int, int]:
            return floor(unit * before / after_size), ceil((unit + 1) * before / after_size) - 1

        return span.resampled(before, after_size, reads)

    field = first(inputs)
    return _windows(operation, field, change, list(operation.input_shapes[0][-dims:]))


def upsample(operation: Operation, inputs: Inputs) -> list[Field]:
    """Up-sampling: each new unit reads the old units around its place."""
    aligned = bool(operation.settings.get("align_corners"))
    reach = {"bilinear": (0, 1), "bicubic": (-1, 2)}.get(
        next((m for m in ("bilinear", "bicubic") if m in operation.name), "")
    )

    def change(span: Span, _dim: int, before: int, after_size: int) -> Span:
        if reach is None:
            return span.resampled(before, after_size, lambda unit: (unit * before // after_size,) * 2)
        if aligned and after_size > 1 and before > 1:
            return span.resampled(
                before - 1, after_size - 1, lambda unit: _around(unit * (before - 1), after_size - 1, reach)
            )
        return span.resampled(
            before,
            after_size,
            lambda unit: _around((2 * unit + 1) * before - after_size, 2 * after_size, reach),
        )

    fields = _windows(operation, first(inputs), change, [1, 1])
    return [replace(field, is_global=first(inputs).is_global) for field in fields]


def _around(numerator: int, denominator: int, reach: tuple[int, int]) -> tuple[int, int]:
    """The units around a place that lies between two: none beyond it when it hits one exactly."""
    below, rest = divmod(numerator, denominator)
    return (below + reach[0], below + reach[1]) if rest else (below, below)


def pixel_shuffle(operation: Operation, inputs: Inputs) -> list[Field]:
    return _windows(
        operation,
        first(inputs),
        lambda span, dim_of, before, after_size: span.resampled(
            before, after_size, lambda o: (o * before // after_size,) * 2
        ),
        [1, 1],
    )


def pixel_unshuffle(operation: Operation, inputs: Inputs) -> list[Field]:
    factor = int(operation.settings["downscale_factor"])  # type: ignore[call-overload]
    return _windows(
        operation,
        first(inputs),
        lambda span, dim_of, _b, _a: span.windowed(factor, factor, 0),
        [factor, factor],
    )


def pad(operation: Operation, inputs: Inputs) -> list[Field]:
    """Padding moves the map; the new border reads what would lie there if the map went on."""
    field = first(inputs)
    pads = numbers(operation.settings.get("pad", operation.settings.get("padding")), 1, 0)
    layout = list(field.layout)
    for position in range(len(pads) // 2):
        index = len(layout) - 1 - position
        before, behind = pads[2 * position], pads[2 * position + 1]
        if before == 0 and behind == 0:
            continue
        size = operation.output_shapes[0][index]
        axis = axis_at(field, index)
        if axis is None:
            layout[index] = layouts.other(size)
        else:
            field = field.with_axis(axis, field.span(axis).moved(-before), size)
            layout[index] = layouts.axis(axis, size)
            if operation.settings.get("mode") == "circular":
                field = replace(field, note=field.note or WRAPS)
    return [replace(field, layout=tuple(layout))]


def _windows(
    operation: Operation,
    field: Field,
    change: Callable[[Span, int, int, int], Span],
    kernel: list[int] | None,
) -> list[Field]:
    """Apply ``change(span, dim, length before, length after)`` along every axis a window slides over."""
    shape = operation.output_shapes[0]
    dims = len(kernel) if kernel is not None else 2
    layout = list(field.layout)
    covers: list[bool] = []
    for position, (index, axis) in enumerate(_spatial(field, dims)):
        after_size = shape[index]
        if axis is None:
            layout[index] = layouts.other(after_size)
            continue
        before = field.length(axis)
        field = field.with_axis(axis, change(field.span(axis), position, before, after_size), after_size)
        layout[index] = layouts.axis(axis, after_size)
        covers.append(
            after_size == 1 and (before == 1 or (kernel is not None and kernel[position] >= before))
        )
    if len(shape) > dims:
        layout[len(shape) - dims - 1] = layouts.other(shape[len(shape) - dims - 1])
    shrank = any(b > 1 for b in operation.input_shapes[0][-dims:])
    is_global = field.is_global or (len(covers) == 2 and all(covers) and shrank)
    return [replace(field, layout=tuple(layout), is_global=is_global)] * len(operation.outputs)


def _spatial(field: Field, dims: int) -> list[tuple[int, str | None]]:
    """The last dimensions and the axis that each one is; None for a dimension that is no place, such as channels."""
    found: list[tuple[int, str | None]] = []
    for offset in range(dims):
        index = len(field.layout) - dims + offset
        dimension = field.layout[index]
        if not dimension:
            found.append((index, AXES[offset] if dims == 2 and field.length(AXES[offset]) == 1 else None))
        elif not layouts.places(dimension):
            found.append((index, None))
        elif (
            len(dimension) == 1
            and dimension[0].axis in AXES
            and dimension[0].step == 1
            and (dimension[0].size == field.length(dimension[0].axis))
        ):
            found.append((index, dimension[0].axis))
        else:
            raise ValueError("slides over places that were rearranged")
    return found
