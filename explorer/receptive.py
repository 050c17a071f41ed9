"""How much of the picture one unit sees.

Unit i of a map sees the pixels a + j i to b + j i: the *theoretical* receptive field. A window (kernel k, stride s,
padding p, dilation d) gives a -= p j, b += (d (k - 1) - p) j, j *= s; where paths meet, the widest counts. Global
pooling, and a squeeze-and-excitation gate, make everything after them depend on the whole picture; such rows say
``is_global``, and their interval is the one that the windows alone give.

Units: pixels of the network's input; pixel 0 is the first, and padding lies below 0 or beyond the last.
Source: Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks, Distill.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn

from explorer import networks
from explorer.fields.field import Field
from explorer.graph import Graph
from explorer.operators import Shape
from explorer.spans import Span


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of pixels, first and last included."""

    top_px: int
    left_px: int
    bottom_px: int
    right_px: int

    def clipped(self, height_px: int, width_px: int) -> Box:
        """The part inside the picture."""
        return Box(
            max(0, self.top_px),
            max(0, self.left_px),
            min(height_px - 1, self.bottom_px),
            min(width_px - 1, self.right_px),
        )


@dataclass(frozen=True, slots=True)
class Row:
    """What the units of one layer see. The plain numbers hold along the rows; ``columns`` holds the other axis."""

    name: str
    kind: str
    rows: Span
    columns: Span
    map_px: tuple[int, int]
    is_global: bool
    note: str = ""

    @property
    def first_px(self) -> int:
        """The first pixel that unit 0 sees; negative where it sees padding."""
        return self.rows.at(0)[0]

    @property
    def last_px(self) -> int:
        """The last pixel that unit 0 sees."""
        return self.rows.at(0)[1]

    @property
    def size_px(self) -> int:
        """How many pixels unit 0 sees along the rows."""
        return self.last_px - self.first_px + 1

    @property
    def jump_px(self) -> int | float:
        """How far apart neighbouring units look."""
        return self.rows.jump_px

    @property
    def width_px(self) -> int:
        """How many pixels unit 0 sees along the columns; differs from ``size_px`` for windows such as 1 x 7."""
        first, last = self.columns.at(0)
        return last - first + 1

    def box(self, row: int, column: int) -> Box:
        """The pixels that the unit at (row, column) sees, padding included."""
        (top, bottom), (left, right) = self.rows.at(row), self.columns.at(column)
        return Box(top, left, bottom, right)


def trace(network: str | nn.Module | Graph, input_shape: Shape) -> list[Row]:
    """Return what a unit of every layer sees, in the order in which the layers run.

    Shapes: ``input_shape`` is (C, H, W). The names are those of ``explorer.cost.table``.
    Raises: ValueError for an unknown name, an impossible shape, or a network that cannot run on shapes alone.
    """
    walked = network if isinstance(network, Graph) else networks.walk(network, input_shape)
    return [
        row(step.name, step.kind, field)
        for step in walked.steps
        if (field := walked.fields.get(step.output)) is not None
    ]


def row(name: str, kind: str, field: Field) -> Row:
    """What the units of one value of a walk see."""
    return Row(name, kind, field.rows, field.columns, field.map_px, field.is_global, field.note)
