"""A network as something that can be drawn: layers side by side, the paths between them, stages and blocks.

A *node* is what a reader sees as one layer: a convolution, a pooling, a dense layer, an addition; the norm, the
activation and the dropout that follow it belong to it. A *join* is a node where paths meet again, and its *fork* is
the node at which they parted: a residual addition joins two paths, an inception module four, a skip of U-Net two that
are far apart. A *stage* is a run of nodes at about one resolution.

Shapes: without the batch. Units: pixels of the maps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from math import prod, sqrt

from explorer.cost import CostTable, Row
from explorer.paths import INPUT, between, branches, forks

DRAWN = frozenset(
    (
        *("conv", "depthwise conv", "grouped conv", "transposed conv", "linear", "attention", "matmul"),
        *("max pool", "average pool", "adaptive average pool", "adaptive max pool", "mean", "upsample"),
    )
)
"""Kinds that stand as nodes of their own; what follows them is drawn with them."""

NEW_STAGE = 1.5
"""A stage ends where the side of the maps changes by this factor; unpadded convolutions change it by less."""


@dataclass(frozen=True, slots=True)
class Node:
    """One drawn layer: its rows in the cost table, the nodes it reads, and where it stands in its stage.

    ``side_px`` is the side of its map (the root of the number of places), ``channels`` the numbers at one place.
    """

    rows: tuple[int, ...]
    kind: str
    sources: tuple[int, ...]
    side_px: float
    channels: float
    stage: int
    column: int
    lane: int


@dataclass(frozen=True, slots=True)
class Join:
    """Where paths meet: the node, how ("add", "concat", "multiply"), the fork, and the nodes of each path between."""

    node: int
    how: str
    fork: int
    paths: tuple[tuple[int, ...], ...]

    @property
    def is_skip(self) -> bool:
        """Whether one path goes straight from the fork to the join, past all the others."""
        return () in self.paths and len(self.paths) > 1


@dataclass(frozen=True, slots=True)
class Stage:
    """Nodes at about one resolution; ``channels`` are those of its last layer. The head has a side of 1 px."""

    name: str
    side_px: float
    channels: float
    nodes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A module in which paths part and meet, such as a residual block, and its nodes."""

    name: str
    stage: int
    nodes: tuple[int, ...]


@dataclass(frozen=True)
class Drawing:
    """A network laid out. ``not_run`` holds the rows that take no part in the pass: they have no place in it."""

    table: CostTable
    nodes: tuple[Node, ...]
    stages: tuple[Stage, ...]

    @cached_property
    def joins(self) -> tuple[Join, ...]:
        """Every place where paths meet, in order."""
        sources = [node.sources for node in self.nodes]
        parted = forks(sources)
        return tuple(
            Join(index, node.kind, parted[index], branches(sources, index, parted[index]))
            for index, node in enumerate(self.nodes)
            if len(node.sources) > 1
        )

    def is_projected(self, join: Join) -> bool:
        """Whether an addition's one path is a skip through a 1 x 1 convolution that fits its shape."""
        lengths = sorted(map(len, join.paths))
        return (
            join.how == "add" and lengths[0] == 1 < lengths[-1] and any(map(self._is_projection, join.paths))
        )

    def _is_projection(self, path: tuple[int, ...]) -> bool:
        row = self.table.rows[self.nodes[path[0]].rows[0]]
        return len(path) == 1 and row.kind == "conv" and row.kernel == (1, 1)

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The modules in which paths part and meet, and their like beside them."""
        names = [self.table.rows[node.rows[0]].name for node in self.nodes]
        parents = _parents(
            [[names[i] for i in {join.node}.union(*map(set, join.paths))] for join in self.joins]
        )
        found: dict[tuple[str, int], list[int]] = {}
        for index, node in enumerate(self.nodes):
            block = _block(names[index], parents)
            if block:
                found.setdefault((block, node.stage), []).append(index)
        return tuple(
            Block(name, stage, tuple(nodes)) for (name, stage), nodes in found.items() if len(nodes) > 1
        )

    @property
    def not_run(self) -> tuple[int, ...]:
        return tuple(i for i, row in enumerate(self.table.rows) if not row.runs)


@dataclass(frozen=True, slots=True)
class _Outline:
    """Nodes before they are placed: the rows of each, what each reads, and the side of its map where it has one."""

    table: CostTable
    groups: list[list[int]]
    sources: list[tuple[int, ...]]
    sides: list[float | None]

    def main(self, node: int) -> Row:
        return self.table.rows[self.groups[node][0]]

    def map_px(self, node: int) -> tuple[int, int] | None:
        """The size of a node's map, as the last of its rows that has one leaves it."""
        sizes = [self.table.rows[i].map_px for i in self.groups[node]]
        return next((size for size in reversed(sizes) if size), None)


def drawing(table: CostTable) -> Drawing:
    """Lay out the network of a cost table.

    Raises: ValueError when nothing of the network depends on the picture, so that there is nothing to draw.
    """
    groups = _groups(table.rows)
    if not groups:
        raise ValueError(f"{table.network} has no layer that reads the picture: there is nothing to draw")
    sides = [_side(table.rows, group) for group in groups]
    outline = _Outline(table, groups, _node_sources(table.rows, groups), sides)
    stage_of, stages = _stages(outline)
    return Drawing(table, _placed(outline, stage_of, stages), stages)


def _groups(rows: Sequence[Row]) -> list[list[int]]:
    """The rows of each node: a drawn layer first, then what follows it."""
    groups: list[list[int]] = []
    owner: dict[str, int] = {}
    waiting: list[
        int
    ] = []  # rows that read no picture, such as tables of positions: they go with their reader
    for index, row in enumerate(rows):
        if not row.runs:
            continue
        if not row.sources:
            waiting.append(index)
            continue
        before = owner.get(row.sources[0])
        if before is None or _stands_alone(row, rows, groups[before]):
            groups.append([index])
            before = len(groups) - 1
        else:
            groups[before].append(index)
        groups[before] += waiting
        owner.update((rows[i].name, before) for i in (index, *waiting))
        waiting = []
    return groups


def _stands_alone(row: Row, rows: Sequence[Row], group: list[int]) -> bool:
    if row.kind in DRAWN or len(row.sources) > 1:
        return True
    sizes = [rows[i].map_px for i in group if rows[i].map_px]
    return row.map_px is not None and bool(sizes) and row.map_px != sizes[-1]


def _node_sources(rows: Sequence[Row], groups: list[list[int]]) -> list[tuple[int, ...]]:
    """The nodes that each node reads, each once."""
    owner = {rows[i].name: number for number, group in enumerate(groups) for i in group}
    found = []
    for number, group in enumerate(groups):
        read = dict.fromkeys(owner.get(name, INPUT) for i in group for name in rows[i].sources)
        found.append(tuple(node for node in read if node < number))
    return found


def _side(rows: Sequence[Row], group: list[int]) -> float | None:
    """The side of a node's map; 1 for a vector, None where its values are arranged otherwise (windows, tokens)."""
    main = rows[group[0]]
    maps = [rows[i].map_px for i in group if rows[i].map_px]
    if maps and maps[0]:
        return sqrt(prod(maps[0]))
    if len(main.output_shape) == 1 or main.output_shape[1:] == (1, 1):
        return 1.0
    return None


def _stages(outline: _Outline) -> tuple[list[int], tuple[Stage, ...]]:
    """The stage of each node, and the stages."""
    levels = _levels(outline)
    numbers: list[int] = []
    firsts: list[float] = []
    for side in levels:
        if not firsts or not 1 / NEW_STAGE < side / firsts[-1] < NEW_STAGE:
            firsts.append(side)
        numbers.append(len(firsts) - 1)
    members = [[i for i, number in enumerate(numbers) if number == stage] for stage in range(len(firsts))]
    return numbers, tuple(_stage(outline, levels, nodes) for nodes in members)


def _levels(outline: _Outline) -> list[float]:
    """The side that decides each node's stage: a block that shrinks its map belongs, whole, to the smaller side."""
    levels = _own_levels(outline)
    if len(levels) <= SMALL and _wavers(levels):
        return [max(levels)] * len(levels)
    parted = forks(outline.sources)
    for join in (i for i, read in enumerate(outline.sources) if len(read) > 1):
        inside = between(outline.sources, join, parted[join])
        here = levels[join]
        if inside and all(here <= levels[i] <= 2.2 * here for i in inside):
            levels = [here if i in inside else level for i, level in enumerate(levels)]
    return levels


def _own_levels(outline: _Outline) -> list[float]:
    """The side of each node, where vectors inside a block take the side around them; the head has 1."""
    maps = [i for i, side in enumerate(outline.sides) if side is not None and side > 1]
    last_map = max(maps, default=-1)
    levels: list[float] = []
    for index, side in enumerate(outline.sides):
        if index > last_map:
            tokens = _tokens(outline, index)
            levels.append(sqrt(tokens) if tokens else 1.0)
        elif side is not None and side > 1:
            levels.append(side)
        else:
            levels.append(levels[-1] if levels else outline.sides[maps[0]] or 1.0)
    return levels


SMALL = 24
"""A network of fewer nodes whose maps go up and down, such as one octave block, is one stage."""


def _wavers(levels: list[float]) -> bool:
    """Whether the side shrinks and grows again, or grows and shrinks again, from node to node more than once."""
    steps = [after - before for before, after in pairwise(levels)]
    return sum(one * two < 0 for one, two in pairwise(steps)) > 1


def _tokens(outline: _Outline, node: int) -> int | None:
    """How many tokens there are at a node of a transformer; None once one vector is left."""
    rows = [outline.table.rows[i] for group in outline.groups[node:] for i in group]
    shapes = [row.output_shape for row in rows if row.kind in TOKEN_KINDS]
    return next((shape[0] for shape in shapes if len(shape) == 2 and shape[0] > 1), None)


TOKEN_KINDS = frozenset(("linear", "attention", "concat", "add", "norm"))
"""Kinds whose output of two dimensions is (tokens, features)."""


def _stage(outline: _Outline, levels: list[float], nodes: list[int]) -> Stage:
    at_level = [i for i in nodes if outline.sides[i] == levels[i]]
    last = (at_level or nodes)[-1]
    side, numbers = levels[last], prod(outline.main(last).output_shape)
    if all(levels[i] <= 1 for i in nodes):
        return Stage("head", 1.0, float(numbers), tuple(nodes))
    map_px = outline.map_px(last)
    name = f"{map_px[0]} × {map_px[1]}" if map_px else f"{side * side:.0f} tokens"
    return Stage(name, side, numbers / side**2, tuple(nodes))


def _placed(outline: _Outline, stage_of: list[int], stages: tuple[Stage, ...]) -> tuple[Node, ...]:
    """The nodes with their columns and lanes."""
    columns: list[int] = []
    for index, read in enumerate(outline.sources):
        inside = [columns[i] for i in read if i != INPUT and stage_of[i] == stage_of[index]]
        columns.append(1 + max(inside, default=-1))
    lanes = _lanes(outline.sources, columns, stage_of)
    nodes = []
    for index, group in enumerate(outline.groups):
        row, read = outline.main(index), outline.sources[index]
        side = outline.sides[index] or stages[stage_of[index]].side_px
        channels = prod(row.output_shape) / (side * side)
        stage, column, lane = stage_of[index], columns[index], lanes[index]
        nodes.append(Node(tuple(group), row.kind, read, side, channels, stage, column, lane))
    return tuple(nodes)


def _lanes(sources: list[tuple[int, ...]], columns: list[int], stage_of: list[int]) -> list[int]:
    """A row for each path inside a stage: the longest path in the first, and none over another."""
    tails = [0] * len(sources)
    for index in reversed(range(len(sources))):
        for source in sources[index]:
            if source != INPUT and stage_of[source] == stage_of[index]:
                tails[source] = max(tails[source], tails[index] + 1)
    lanes = [0] * len(sources)
    taken: dict[int, list[int]] = {}  # stage -> the last column in each lane
    for index in sorted(range(len(sources)), key=lambda i: (stage_of[i], columns[i], -tails[i], i)):
        ends = taken.setdefault(stage_of[index], [])
        inside = [i for i in sources[index] if i != INPUT and stage_of[i] == stage_of[index]]
        wanted = min((lanes[i] for i in inside), default=0) if len(inside) != 1 else lanes[inside[0]]
        free = [lane for lane, end in enumerate(ends) if end < columns[index]]
        lane = wanted if wanted in free else next(iter(free), len(ends))
        ends += [-1] * (lane + 1 - len(ends))
        ends[lane] = columns[index]
        lanes[index] = lane
    return lanes


def _parents(groups: list[list[str]]) -> set[str]:
    """The modules that hold blocks: one above the module shared by all layers between a fork and its join."""
    shared = {_shared(names) for names in groups if names}
    outer = {
        name for name in shared if name and not any(name.startswith(f"{other}.") for other in shared if other)
    }
    return {name.rpartition(".")[0] for name in outer}


def _shared(names: list[str]) -> str:
    """The path of the module that holds all these layers."""
    split = [name.split(".")[:-1] for name in names]
    path: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        path.append(parts[0])
    return ".".join(path)


def _block(name: str, parents: set[str]) -> str:
    """The block a layer is in: the child of the outermost of these modules that leads to it."""
    parts = name.split(".")
    for depth in range(len(parts) - 1):
        if ".".join(parts[:depth]) in parents:
            return ".".join(parts[: depth + 1])
    return ""
