"""What a network costs: parameters, multiply-adds and output memory, layer by layer.

One rule, the one behind torchvision's published figures: a multiply-add (MAC) for every product that is summed in
convolutions, linear layers and attention; biases, norms, activations and pooling count as nothing. A layer whose
operations have no rule is named in ``not_counted``, and counts as unknown, not as zero.

Units: MACs (a FLOP count is twice as large), bytes, parameters. Shapes: without the batch.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from explorer import fields, networks, operators, shapes
from explorer.graph import Graph, Step
from explorer.operators import Operation, Shape

KIB = 1024
MIB = 1024 * 1024
FLOAT32_BYTES = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One layer, or one operation between layers. Sizes are None where a layer has no window."""

    name: str
    kind: str
    kernel: tuple[int, ...] | None
    stride: tuple[int, ...] | None
    padding: tuple[int, ...] | None
    dilation: tuple[int, ...] | None
    groups: int | None
    input_shape: Shape
    output_shape: Shape
    weight_params: int
    bias_params: int
    macs: int
    output_bytes: int
    module_class: str = ""
    sources: tuple[str, ...] = ()
    map_px: tuple[int, int] | None = None
    stage: str = ""
    is_counted: bool = True
    runs: bool = True

    @property
    def params(self) -> int:
        """Weights and biases together."""
        return self.weight_params + self.bias_params

    @property
    def flops(self) -> int:
        """A multiply and an add for every MAC."""
        return 2 * self.macs


@dataclass(frozen=True, slots=True)
class Stage:
    """The layers that work at one resolution, one after the other."""

    name: str
    map_px: tuple[int, int]
    channels: int
    rows: tuple[Row, ...]

    @property
    def params(self) -> int:
        return sum(row.params for row in self.rows)

    @property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def output_bytes(self) -> int:
        return sum(row.output_bytes for row in self.rows)


@dataclass(frozen=True, slots=True)
class CostTable:
    """All rows of one network on one input; every total is the sum over the rows."""

    network: str
    input_shape: Shape
    batch: int
    element_bytes: int
    rows: tuple[Row, ...]

    @property
    def params(self) -> int:
        return sum(row.params for row in self.rows)

    @property
    def weight_params(self) -> int:
        return sum(row.weight_params for row in self.rows)

    @property
    def bias_params(self) -> int:
        return sum(row.bias_params for row in self.rows)

    @property
    def macs(self) -> int:
        return sum(row.macs for row in self.rows)

    @property
    def flops(self) -> int:
        return 2 * self.macs

    @property
    def output_bytes(self) -> int:
        """The outputs of all rows, in place or not. What a backward pass keeps is another figure: ``saved_bytes``."""
        return sum(row.output_bytes for row in self.rows)

    @property
    def param_bytes(self) -> int:
        return self.params * self.element_bytes

    @property
    def not_counted(self) -> tuple[str, ...]:
        """The rows whose multiply-adds are not known, by name; the total leaves them out."""
        return tuple(row.name for row in self.rows if not row.is_counted)

    @property
    def not_run(self) -> tuple[str, ...]:
        """The rows that hold parameters and take no part in the pass, such as auxiliary heads."""
        return tuple(row.name for row in self.rows if not row.runs)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """The rows gathered by resolution, in the order in which they run."""
        gathered: dict[str, list[Row]] = {}
        for row in self.rows:
            gathered.setdefault(row.stage, []).append(row)
        return tuple(_stage(name, rows) for name, rows in gathered.items())

    def only(self, kinds: Iterable[str]) -> CostTable:
        """The same table with the rows of some kinds alone, as the lectures list convolutions and pooling."""
        wanted = set(kinds)
        rows = tuple(row for row in self.rows if row.kind in wanted)
        return CostTable(self.network, self.input_shape, self.batch, self.element_bytes, rows)


def table(
    network: str | nn.Module | Graph,
    input_shape: Shape,
    *,
    batch: int = 1,
    element_bytes: int = FLOAT32_BYTES,
) -> CostTable:
    """Count a network, by name or as a module, on an input of one shape. No weights are stored or loaded.

    Shapes: ``input_shape`` is (C, H, W). Units: ``element_bytes`` is 4 for float32, 2 for half precision.
    Raises: ValueError for an unknown name, an impossible shape, or a network that cannot run on shapes alone.
    """
    for name, number in (("batch", batch), ("element_bytes", element_bytes)):
        if isinstance(number, bool) or not isinstance(number, int) or number < 1:
            raise ValueError(f"{name} must be a whole number of at least 1, got {number!r}")
    walked = network if isinstance(network, Graph) else networks.walk(network, input_shape)
    name = network if isinstance(network, str) else type(network).__name__
    stages = _stage_names(walked)
    rows = tuple(
        _row(step, stage, walked, batch, element_bytes)
        for step, stage in zip(walked.steps, stages, strict=True)
    )
    return CostTable(name, walked.input_shape, batch, element_bytes, rows)


def saved_bytes(network: str | nn.Module, input_shape: Shape) -> int:
    """Measure what a backward pass would have to keep of one picture's forward pass, in bytes.

    Counts each piece of memory once and leaves the weights out; measured with PyTorch's saved-tensor hooks.
    """
    shape = shapes.checked_shape(input_shape)
    module = networks.build(network, image_px=shape[1]) if isinstance(network, str) else network
    private = shapes.shapes_only(module).requires_grad_(True).train()
    weights = {int(tensor.untyped_storage()._cdata) for tensor in (*private.parameters(), *private.buffers())}
    kept: dict[int, tuple[int, Tensor]] = {}

    def keep(tensor: Tensor) -> Tensor:
        memory = tensor.untyped_storage()
        if int(memory._cdata) not in weights:
            kept[int(memory._cdata)] = (memory.nbytes(), tensor)
        return tensor

    picture = torch.empty((2, *shape), device="meta")  # two pictures: batch norm needs more than one value
    with torch.enable_grad(), torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        try:
            output = private(picture)
        except Exception as error:
            raise ValueError(f"the network cannot be trained on an input of {shape}: {error}") from error
        del output
    return sum(size for size, _ in kept.values()) // 2


def _row(step: Step, stage: str, walked: Graph, batch: int, element_bytes: int) -> Row:
    counts = [operators.macs(operation) for operation in step.operations]
    window, groups = _window(step.operations)
    biases = sum(walked.parameters[name] for name in step.parameters if name.endswith("bias"))
    weights = sum(walked.parameters[name] for name in step.parameters) - biases
    kernel, stride, padding, dilation = window or (None, None, None, None)
    return Row(
        name=step.name,
        kind=_grouped(step, groups),
        kernel=kernel,
        stride=stride,
        padding=padding,
        dilation=dilation,
        groups=groups,
        input_shape=_one_picture(step.input_shape),
        output_shape=_one_picture(step.output_shape),
        weight_params=weights,
        bias_params=biases,
        macs=batch * sum(count or 0 for count in counts),
        output_bytes=batch * prod(step.output_shape) * element_bytes if step.output_shape else 0,
        module_class=step.module_class,
        sources=step.sources,
        map_px=_map_px(step, walked),
        stage=stage,
        is_counted=None not in counts,
        runs=step.runs,
    )


def _window(operations: tuple[Operation, ...]) -> tuple[tuple[tuple[int, ...], ...] | None, int | None]:
    """Kernel, stride, padding and dilation of a step, and its groups."""
    for operation in operations:
        window = fields.window_of(operation)
        if window is not None:
            groups = operation.settings.get("groups", 1) if operation.name.startswith("conv") else None
            return tuple(tuple(numbers) for numbers in window), int(groups) if groups is not None else None  # type: ignore[call-overload]
        if operation.name.startswith("adaptive_"):
            before, after = operation.input_shapes[0][2:], operation.output_shapes[0][2:]
            if all(a and b % a == 0 for b, a in zip(before, after, strict=True)):
                kernel = tuple(b // a for b, a in zip(before, after, strict=True))
                return (kernel, kernel, (0,) * len(kernel), (1,) * len(kernel)), None
    return None, None


def _grouped(step: Step, groups: int | None) -> str:
    """Tell depthwise and grouped convolutions from full ones."""
    if step.kind != "conv" or groups is None or groups == 1:
        return step.kind
    return "depthwise conv" if groups == step.input_shape[1] else "grouped conv"


def _one_picture(shape: Shape) -> Shape:
    """A shape without the batch of one; shapes whose first size counts windows or tokens stay as they are."""
    return shape[1:] if len(shape) > 1 and shape[0] == 1 else shape


def _stage_names(walked: Graph) -> list[str]:
    """A stage is a run of steps at one resolution; what has no resolution belongs to the run around it."""
    sizes = [_map_px(step, walked) for step in walked.steps]
    last_map = max((i for i, size in enumerate(sizes) if size is not None), default=-1)
    names: list[str] = []
    current, resolution = "", (0, 0)
    for index, (step, size) in enumerate(zip(walked.steps, sizes, strict=True)):
        if size is not None and size != resolution:
            resolution, current = size, f"{size[0]} x {size[1]}"
            again = sum(1 for name in dict.fromkeys(names) if name.partition(" (")[0] == current)
            current = f"{current} ({again + 1})" if again else current
        names.append("not run" if not step.runs else "head" if index > last_map else current or "input")
    return names


_PASSING = frozenset(("pad", "rearrange", "look up", "linear", "matmul", "attention", "softmax", "dropout"))
"""Kinds whose output may have a size of its own for a moment, inside attention, without a new stage beginning."""


def _map_px(step: Step, walked: Graph) -> tuple[int, int] | None:
    """The resolution of a step's output, when it is a map of more than one unit."""
    field = walked.fields.get(step.output) if step.kind not in _PASSING else None
    if field is None or field.map_px == (1, 1):
        return None
    whole = {
        digit.axis
        for dimension in field.layout
        if len(dimension) == 1
        for digit in dimension
        if (digit.step == 1 and digit.axis in fields.AXES and digit.size == field.length(digit.axis))
    }
    return field.map_px if all(axis in whole or field.length(axis) == 1 for axis in fields.AXES) else None


def _stage(name: str, rows: list[Row]) -> Stage:
    last = next((row for row in reversed(rows) if row.map_px is not None), None)
    if last is None or last.map_px is None:
        return Stage(name, (1, 1), prod(rows[-1].output_shape), tuple(rows))
    return Stage(name, last.map_px, prod(last.output_shape) // prod(last.map_px), tuple(rows))
