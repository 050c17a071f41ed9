"""Layers in a row: shapes, costs and receptive field row by row, and the same network as PyTorch.

A row that cannot be is answered at that row: it carries a sentence, and the rows below it wait.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import Field, dataclass, fields
from math import prod

from torch import Tensor, nn

from explorer.layers.layer import Layer, text_of
from explorer.layers.types import KINDS, AdaptivePool, Linear, Residual
from explorer.operators import Shape
from explorer.shapes import checked_shape
from explorer.spans import PICTURE, Span

MOST_ROWS = 1000
FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One measured row. Where the row cannot be, ``problem`` says why and the shapes are empty."""

    number: int
    layer: Layer
    input_shape: Shape = ()
    output_shape: Shape = ()
    weight_params: int = 0
    bias_params: int = 0
    macs: int = 0
    output_bytes: int = 0
    rows: Span = PICTURE
    columns: Span = PICTURE
    is_global: bool = False
    problem: str = ""

    @property
    def params(self) -> int:
        return self.weight_params + self.bias_params

    @property
    def size_px(self) -> int:
        """How many pixels of the picture unit 0 sees along the rows."""
        first, last = self.rows.at(0)
        return last - first + 1

    @property
    def jump_px(self) -> int | float:
        return self.rows.jump_px


def measure(
    layers: Sequence[Layer], input_shape: Shape, *, element_bytes: int = FLOAT32_BYTES
) -> tuple[Row, ...]:
    """Measure layers in a row on an input (C, H, W). A row that cannot be ends the measuring, and says why.

    Raises: ValueError when the input shape itself is impossible, or there are too many rows.
    """
    shape = checked_shape(input_shape)
    if len(layers) > MOST_ROWS:
        raise ValueError(f"a network here has at most {MOST_ROWS} rows, got {len(layers)}")
    states = [_State(shape, PICTURE, PICTURE, (shape[1], shape[2]), False)]
    rows: list[Row] = []
    for number, layer in enumerate(layers, start=1):
        if rows and rows[-1].problem:
            rows.append(Row(number, layer, problem=f"waits for row {_broken(rows)}"))
            continue
        try:
            row = _measured(number, layer, states, element_bytes)
        except ValueError as error:
            rows.append(Row(number, layer, input_shape=states[-1].shape, problem=str(error)))
            continue
        rows.append(row)
        states.append(
            _State(row.output_shape, row.rows, row.columns, _map_px(row, states[-1]), row.is_global)
        )
    return tuple(rows)


def check(layers: Sequence[Layer], input_shape: Shape) -> tuple[Row, ...]:
    """Measure layers that must fit. Raises: ValueError naming the first row that does not."""
    rows = measure(layers, input_shape)
    for row in rows:
        if row.problem:
            raise ValueError(f"row {row.number} ({row.layer.kind}) {row.problem}")
    return rows


@dataclass(frozen=True, slots=True)
class _State:
    """What stands between two rows: a shape, and what its units see."""

    shape: Shape
    rows: Span
    columns: Span
    map_px: tuple[int, int]
    is_global: bool


def _map_px(row: Row, below: _State) -> tuple[int, int]:
    """How many places a row's output has; a flattened map still has them, a dense layer's output has one."""
    if len(row.output_shape) == 3:
        return row.output_shape[1], row.output_shape[2]
    return (1, 1) if isinstance(row.layer, Linear) else below.map_px


def _broken(rows: list[Row]) -> int:
    return next(row.number for row in rows if row.problem)


def _measured(number: int, layer: Layer, states: list[_State], element_bytes: int) -> Row:
    below = states[-1]
    skip = _skipped(layer, states)
    shape, other = below.shape, skip.shape if skip else None
    output = layer.output_shape(shape, other)
    rows, columns = _seen(layer, below, skip)
    return Row(
        number,
        layer,
        shape,
        output,
        layer.weight_params(shape, other),
        layer.bias_params(shape, other),
        layer.macs(shape, other),
        prod(output) * element_bytes,
        rows,
        columns,
        below.is_global or (skip is not None and skip.is_global) or _sees_all(layer, below, output),
    )


def _sees_all(layer: Layer, below: _State, output: Shape) -> bool:
    """Whether a unit sees every place below, where there are several: by its type, or with one window over all."""
    if prod(below.map_px) == 1:
        return False
    window = layer.window(below.shape)
    covers = (
        window is not None
        and output[1:] == (1, 1)
        and all(kernel >= size for kernel, size in zip(window.kernel, below.map_px, strict=True))
    )
    return layer.mixes(below.shape) or covers


def _skipped(layer: Layer, states: list[_State]) -> _State | None:
    if layer.rows_back == 0:
        return None
    index = len(states) - 1 - layer.rows_back
    if index < 0:
        raise ValueError(f"reads {layer.rows_back} rows above, and there are {len(states) - 1}")
    return states[index]


def _seen(layer: Layer, below: _State, skip: _State | None) -> tuple[Span, Span]:
    """What the units of a row see of the picture."""
    if skip is not None:
        rows, columns = skip.rows, skip.columns
        if isinstance(layer, Residual) and layer.project:
            stride = layer._stride(below.shape, skip.shape)
            rows, columns = rows.windowed(1, stride[0], 0), columns.windowed(1, stride[1], 0)
        return below.rows.joined(rows), below.columns.joined(columns)
    if isinstance(layer, AdaptivePool):
        _, height, width = below.shape
        high, wide = layer.output_shape(below.shape)[1:]
        return _spread(below.rows, height, high), _spread(below.columns, width, wide)
    if isinstance(layer, Linear):
        return below.rows.reduced(below.map_px[0], 1), below.columns.reduced(below.map_px[1], 1)
    window = layer.window(below.shape)
    if window is None:
        return below.rows, below.columns
    sides = zip(window.kernel, window.stride, window.padding, window.dilation, strict=True)
    rows, columns = (
        span.windowed(*side) for span, side in zip((below.rows, below.columns), sides, strict=True)
    )
    return rows, columns


def _spread(span: Span, before: int, after: int) -> Span:
    """Adaptive pooling: window o covers floor(o H / O) to ceil((o + 1) H / O) - 1."""
    return span.resampled(before, after, lambda o: (o * before // after, -(-(o + 1) * before // after) - 1))


# --- PyTorch -----------------------------------------------------------------------------------------------------


class Network(nn.Module):
    """The layers as one PyTorch network; rows that read above get both inputs."""

    def __init__(self, rows: Sequence[Row], inputs: Sequence[Shape]) -> None:
        super().__init__()
        self.backs = [row.layer.rows_back for row in rows]
        self.rows = nn.ModuleList(
            row.layer.module(
                row.input_shape, inputs[i - row.layer.rows_back] if row.layer.rows_back else None
            )
            for i, row in enumerate(rows)
        )

    def forward(self, picture: Tensor) -> Tensor:
        between = [picture]
        for layer, back in zip(self.rows, self.backs, strict=True):
            inputs = (between[-1], between[-1 - back]) if back else (between[-1],)
            between.append(layer(*inputs))
        return between[-1]


def module(layers: Sequence[Layer], input_shape: Shape) -> nn.Module:
    """Return the network in PyTorch, in evaluation mode. Raises: ValueError naming the row that does not fit."""
    rows = check(layers, input_shape)
    return Network(rows, [row.input_shape for row in rows]).eval()


def code(layers: Sequence[Layer], input_shape: Shape) -> str:
    """Return PyTorch code that makes this network. Raises: ValueError naming the row that does not fit."""
    rows = check(layers, input_shape)
    head = "import torch\nfrom torch import nn\n\n"
    size = ", ".join(str(n) for n in checked_shape(input_shape))
    tail = f"\nprint(network(torch.zeros(1, {size})).shape)\n"
    if any(row.layer.rows_back for row in rows):
        return f"{head}\n{_class_code(rows)}\n\nnetwork = Network().eval()\n{tail}"
    lines = [f"    {row.layer.code(row.input_shape)},  # {text_of(row.output_shape)}" for row in rows]
    return f"{head}network = nn.Sequential(\n" + "\n".join(lines) + f"\n).eval()\n{tail}"


def _class_code(rows: Sequence[Row]) -> str:
    """A module class, for networks whose rows read further up."""
    made, run = [], ["        x0 = picture"]
    for index, row in enumerate(rows, start=1):
        back = index - 1 - row.layer.rows_back
        skip = rows[back].input_shape if row.layer.rows_back else None
        made.append(f"        self.row{index} = {row.layer.code(row.input_shape, skip)}")
        step = f"self.row{index}(x{index - 1})"
        if row.layer.kind == "residual":
            step = f"x{index - 1} + self.row{index}(x{back})"
        elif row.layer.kind == "dense":
            step = f"torch.cat((x{back}, x{index - 1}), 1)"
        run.append(f"        x{index} = {step}  # {text_of(row.output_shape)}")
    body = "\n".join(made)
    steps = "\n".join(run)
    return (
        "class Network(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"{body}\n\n    def forward(self, picture):\n{steps}\n        return x{len(rows)}\n"
    )


# --- sharing -----------------------------------------------------------------------------------------------------


def write(layers: Sequence[Layer]) -> str:
    """Return the layers as a short text for a link; ``read`` takes it back."""
    rows: list[list[object]] = []
    for layer in layers:
        now = {
            known.name: (_short(getattr(layer, known.name)), known.default) for known in settings_of(layer)
        }
        settings = {name: value for name, (value, usual) in now.items() if value != usual}
        rows.append([layer.kind, settings] if settings else [layer.kind])
    return json.dumps(rows, separators=(",", ":"))


def settings_of(layer: Layer | type[Layer]) -> tuple[Field[object], ...]:
    """The settings of a layer type, with their names and usual values."""
    return fields(layer)  # type: ignore[arg-type]


def _short(value: object) -> object:
    """A pair of equal numbers as one number."""
    return value[0] if isinstance(value, tuple) and len(set(value)) == 1 else value


def read(text: str) -> tuple[Layer, ...]:
    """Return the layers that ``write`` wrote. Raises: ValueError naming the row that cannot be read."""
    if len(text) > 100_000:
        raise ValueError(f"the text of a network is at most 100000 characters, got {len(text)}")
    try:
        rows = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ValueError(f"this is not a network: {error}") from error
    if not isinstance(rows, list) or len(rows) > MOST_ROWS:
        raise ValueError(f"a network is a list of at most {MOST_ROWS} rows")
    return tuple(made(number, row) for number, row in enumerate(rows, start=1))


def made(number: int, row: object) -> Layer:
    """Return one layer from [kind, settings]. Raises: ValueError naming the row."""
    kind, settings = (*row, {})[:2] if isinstance(row, list) and row else ("", {})
    if not isinstance(kind, str) or kind not in KINDS or not isinstance(settings, dict):
        raise ValueError(f"row {number}: there is no layer type {kind!r}; the types are {', '.join(KINDS)}")
    known = {setting.name for setting in settings_of(KINDS[kind])}
    if not set(settings) <= known:
        raise ValueError(f"row {number} ({kind}): unknown setting {sorted(set(settings) - known)[0]!r}")
    try:
        return KINDS[kind](**settings)
    except (ValueError, TypeError) as error:
        raise ValueError(f"row {number} ({kind}): {error}") from error
