"""Two networks side by side: which of their stages reduce the picture equally, and what each stage costs and sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isqrt, log2

from explorer.drawing import Drawing, Stage
from explorer.receptive import Row as Field

WEIGHTED = frozenset(
    ("conv", "depthwise conv", "grouped conv", "transposed conv", "linear", "attention", "matmul")
)


@dataclass(frozen=True, slots=True)
class StageFacts:
    """One stage of one network. ``level`` counts how often the picture was halved; None in the head.

    ``field_px`` is what a unit of the stage's last layer sees (the side of its receptive field).
    """

    name: str
    level: int | None
    output_shape: tuple[int, ...]
    side_px: float
    channels: float
    layers: int
    skips: int
    params: int
    macs: int
    output_bytes: int
    field_px: int | None
    is_global: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """The stages of two networks at one level; None where one of them has none."""

    first: StageFacts | None
    second: StageFacts | None


def facts(drawing: Drawing, trace: Sequence[Field]) -> tuple[StageFacts, ...]:
    """The facts of each stage. ``trace`` comes from the same network and input."""
    fields = {row.name: row for row in trace}
    picture_px = isqrt(drawing.table.input_shape[1] * drawing.table.input_shape[2])
    return tuple(
        _facts(drawing, number, stage, fields, picture_px) for number, stage in enumerate(drawing.stages)
    )


def _facts(
    drawing: Drawing, number: int, stage: Stage, fields: dict[str, Field], picture_px: int
) -> StageFacts:
    rows = [drawing.table.rows[i] for node in stage.nodes for i in drawing.nodes[node].rows]
    seen = [fields[row.name] for row in rows if row.name in fields]
    last = seen[-1] if seen else None
    shape = drawing.table.rows[drawing.nodes[stage.nodes[-1]].rows[0]].output_shape
    is_head = stage.side_px <= 1
    jumps = [row.jump_px for row in seen if row.map_px != (1, 1) and row.jump_px > 0]
    jump = jumps[-1] if jumps else picture_px / stage.side_px
    return StageFacts(
        stage.name,
        None if is_head else round(log2(max(1.0, float(jump)))),
        shape,
        stage.side_px,
        stage.channels,
        sum(row.kind in WEIGHTED for row in rows),
        sum(
            (join.is_skip or drawing.is_projected(join)) and drawing.nodes[join.node].stage == number
            for join in drawing.joins
        ),
        sum(row.params for row in rows),
        sum(row.macs for row in rows),
        sum(row.output_bytes for row in rows),
        last.size_px if last and not last.is_global else None,
        bool(last and last.is_global),
    )


def align(first: Sequence[StageFacts], second: Sequence[StageFacts]) -> tuple[Pair, ...]:
    """Set two networks beside one another so that as many stages as possible stand at the same level, in order."""
    best = [[0] * (len(second) + 1) for _ in range(len(first) + 1)]
    for i in reversed(range(len(first))):
        for j in reversed(range(len(second))):
            same = first[i].level == second[j].level
            best[i][j] = max(best[i + 1][j], best[i][j + 1], 1 + best[i + 1][j + 1] if same else 0)
    return _read_off(first, second, best)


def _read_off(
    first: Sequence[StageFacts], second: Sequence[StageFacts], best: list[list[int]]
) -> tuple[Pair, ...]:
    pairs: list[Pair] = []
    i = j = 0
    while i < len(first) or j < len(second):
        both = i < len(first) and j < len(second)
        if both and first[i].level == second[j].level and best[i][j] == 1 + best[i + 1][j + 1]:
            pairs.append(Pair(first[i], second[j]))
            i, j = i + 1, j + 1
        elif j == len(second) or (both and best[i + 1][j] >= best[i][j + 1]):
            pairs.append(Pair(first[i], None))
            i += 1
        else:
            pairs.append(Pair(None, second[j]))
            j += 1
    return tuple(pairs)
