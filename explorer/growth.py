"""How the receptive field grows through a network: the layers that matter, and the path that makes each field.

Norms and activations look at one place only, so their field is the one before them: they are left out. Where paths
meet, the widest one makes the field; ``parents`` lead back along it to the picture, for rows and columns each.

Units: pixels of the network's input.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import nn

from explorer import networks, receptive
from explorer.fields import Field, window_of
from explorer.graph import Graph, Step
from explorer.networks import NETWORKS
from explorer.operators import Shape
from explorer.spans import PICTURE, Span

LISTED = frozenset(("conv", "transposed conv", "max pool", "average pool", "attention"))

PUBLISHED: Mapping[str, int] = MappingProxyType(
    {
        "alexnet": 195,
        "vgg16": 212,
        "mobilenet_v1": 315,
        "inception_v3": 1311,
        "resnet50": 483,
        "resnet101": 1027,
        "resnet152": 1507,
    }
)
"""Sizes in pixels that Araujo, Norris and Sim 2019 print for the last map of these networks."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a layer slides, each (rows, columns)."""

    kernel: tuple[int, int]
    stride: tuple[int, int]
    padding: tuple[int, int]
    dilation: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Layer:
    """What the units of one layer see.

    ``parents`` are the places in the list that the widest paths come from (rows, columns): -1 for the picture, None
    where no single path makes the whole field.
    """

    name: str
    kind: str
    rows: Span
    columns: Span
    map_px: tuple[int, int]
    is_global: bool
    note: str
    window: Window | None
    parents: tuple[int | None, int | None]

    @property
    def size_px(self) -> int:
        """The larger side of what unit 0 sees."""
        return max(last - first + 1 for first, last in (self.rows.at(0), self.columns.at(0)))


def layers(network: str | nn.Module | Graph, input_shape: Shape) -> tuple[Layer, ...]:
    """The layers at which the field may change, in the order in which they run.

    Raises: ValueError as ``explorer.receptive.trace`` does.
    """
    graph = network if isinstance(network, Graph) else networks.walk(network, input_shape)
    return tuple(_listed(graph))


def _listed(graph: Graph) -> Iterator[Layer]:
    places: dict[str, int] = {"input": -1}  # a step -> the listed layer with its field
    fields: dict[str, Field] = {"input": graph.fields[0]}
    count = 0
    for step in graph.steps:
        field = graph.fields.get(step.output)
        if field is None or not step.runs:
            continue
        sources = [name for name in step.sources if name in places]
        fields[step.name] = field
        is_quiet = step.kind not in LISTED or field.map_px == (1, 1)
        if is_quiet and len(sources) == 1 and _alike(fields[sources[0]], field):
            places[step.name] = places[sources[0]]
            continue
        places[step.name] = count
        count += 1
        found = {places[name]: fields[name] for name in sources}
        parents = (_widest(found, "rows"), _widest(found, "columns"))
        yield Layer(
            step.name,
            step.kind,
            field.rows,
            field.columns,
            field.map_px,
            field.is_global,
            field.note,
            _window(step),
            parents,
        )


def _alike(one: Field, other: Field) -> bool:
    """Whether two maps see the same; a map that was flattened keeps its places."""
    return (one.rows, one.columns, one.is_global, one.map_px) == (
        other.rows,
        other.columns,
        other.is_global,
        other.map_px,
    )


def _widest(sources: Mapping[int, Field], axis: str) -> int | None:
    """The source whose field no other exceeds at either end, of those with the largest map."""
    largest = max((field.map_px for field in sources.values()), default=None)
    spans: dict[int, Span] = {
        place: getattr(field, axis) for place, field in sources.items() if field.map_px == largest
    }
    ends = [span.at(0) for span in spans.values()]
    for place, span in spans.items():
        first, last = span.at(0)
        if all(first <= a and last >= b for a, b in ends):
            return place
    return None


def _window(step: Step) -> Window | None:
    for operation in step.operations:
        found = window_of(operation)
        if found is not None and len(found[0]) == 2:
            kernel, stride, padding, dilation = ((pair[0], pair[1]) for pair in found)
            return Window(kernel, stride, padding, dilation)
    return None


def path(listed: tuple[Layer, ...], place: int, axis: int = 0) -> list[tuple[int, int, int]] | None:
    """The windows (kernel, stride, padding) that make the field of one layer along one axis, the picture's first.

    A dilated window stands here as wide as it reaches. None where no single path, or no plain window, makes it.
    Axes: 0 along the rows, 1 along the columns.
    """
    steps: list[tuple[int, int, int]] = []
    while place >= 0:
        parent = listed[place].parents[axis]
        if parent is None:
            return None
        after = _span(listed[place], axis)
        before = _span(listed[parent], axis) if parent >= 0 else PICTURE
        if after.units > 1 or before.units > 1 or after.round_px % before.round_px:
            return None
        (first, last), (a, b), jump = after.at(0), before.at(0), before.round_px
        steps.append((1 + (last - first - b + a) // jump, after.round_px // jump, (a - first) // jump))
        place = parent
    return steps[::-1]


def _span(layer: Layer, axis: int) -> Span:
    return layer.columns if axis else layer.rows


def early_striding(name: str) -> int | None:
    """The field of a bottleneck ResNet's last map if it strides in the 1 x 1, as in the paper; None for others.

    torchvision strides in the 3 x 3 after it ("ResNet v1.5"), which narrows the field: the 3 x 3 then looks at
    the finer map.
    Units: pixels.
    """
    if name not in ("resnet50", "resnet101", "resnet152"):
        return None
    network = networks.build(name)
    for module in network.modules():
        one, three = getattr(module, "conv1", None), getattr(module, "conv2", None)
        if isinstance(one, nn.Conv2d) and isinstance(three, nn.Conv2d) and three.stride == (2, 2):
            one.stride, three.stride = (2, 2), (1, 1)
    rows = receptive.trace(network, NETWORKS[name].input_shape)
    return max(row.size_px for row in rows if not row.is_global)
