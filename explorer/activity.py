"""How busy the channels of one layer are on one picture: dead, saturated, sparse, strongest places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from explorer import arrangement, graph, receptive
from explorer.arrangement import Arrangement
from explorer.door import alone
from explorer.features import four_dimensional
from explorer.graph import Graph, Output
from explorer.operators import CONSTANT
from explorer.receptive import Row

Floats = npt.NDArray[np.float32]
VECTOR = 2
SATURATED_SHARE = 0.95
NEAR = 0.01
BOUNDS = {nn.Tanh: (-1.0, 1.0), nn.Sigmoid: (0.0, 1.0), nn.ReLU6: (0.0, 6.0), nn.Hardsigmoid: (0.0, 1.0)}
"""What a rectifier cannot leave; ReLU has no upper bound."""


@dataclass(frozen=True)
class Step:
    """One layer that gives maps. `run` counts from 1 where a module runs several times in a pass.

    `is_read`: whether its places still reach the answer; after the last attention of a network with a class token only
    that token is read. Shapes: shape is (channels, height, width), whichever way the layer's own output lies.
    """

    layer: str
    run: int
    runs: int
    kind: str
    arrangement: Arrangement
    seen: Row
    is_read: bool = True

    @property
    def name(self) -> str:
        """What `explorer.features.maps` takes: the run after an @ where there are several."""
        return f"{self.layer}@{self.run}" if self.runs > 1 else self.layer

    @property
    def shape(self) -> tuple[int, int, int]:
        """The channels, and the height and width of each map."""
        return self.arrangement.shape


@dataclass(frozen=True)
class Mapless:
    """A layer without maps, and why."""

    layer: str
    kind: str
    reason: str


def steps(network: nn.Module, batch: Tensor) -> tuple[Step, ...]:
    """Every layer that gives maps for this batch, in the order in which they run.

    Blocks are listed where they do something of their own after their last layer (join branches, add the skip).
    """
    four_dimensional(batch)
    with alone(network):
        walked = graph.walk(network, tuple(batch.shape[1:]))
    return steps_of(walked)


def steps_of(walked: Graph) -> tuple[Step, ...]:
    """As `steps`, from a walk over the network."""
    rows_of_tokens, mixing = arrangement.sequences(walked), arrangement.last_mixing(walked)
    seen = [
        (output, found, receptive.row(output.path, output.module_class, field))
        for output in _own(walked)
        if len(output.shape) > VECTOR
        and (field := walked.fields.get(output.value)) is not None
        and (found := arrangement.of_field(field, output.shape, rows_of_tokens)) is not None
    ]
    names = [output.path for output, _, _ in seen]
    return tuple(
        Step(
            output.path,
            names[: place + 1].count(output.path),
            names.count(output.path),
            output.module_class,
            found,
            row,
            found.tokens is None or output.value < mixing,
        )
        for place, (output, found, row) in enumerate(seen)
    )


def _own(walked: Graph) -> Iterator[Output]:
    """The outputs of all layers, and of the blocks that do something of their own after their last layer."""
    last: int | None = None
    for output in walked.outputs:
        if output.path and (output.is_leaf or output.value != last):
            yield output
        last = output.value


def without_maps(walked: Graph) -> tuple[Mapless, ...]:
    """The layers that ran and are not among `steps_of`, each with the reason."""
    mapped = {step.layer for step in steps_of(walked)}
    found = {
        output.path: Mapless(output.path, output.module_class, _reason(output))
        for output in _own(walked)
        if output.path not in mapped and (output.is_leaf or not output.shape)
    }
    return tuple(found.values())


def _reason(output: Output) -> str:
    if not output.shape:
        return "gives several tensors, not one"
    if output.value == CONSTANT:
        return "the same for every picture"
    if len(output.shape) <= VECTOR:
        return f"{output.shape[-1]:,} numbers without a place"
    return "its places were rearranged and can no longer be told apart"


@dataclass(frozen=True)
class Activity:
    """Numbers of the channels of one layer; each tuple has one entry a channel.

    `activation` is the mean magnitude; dead: one and the same value everywhere on this picture; saturated: 95 % of
    the values within 1 % of a bound of the rectifier (`bounds`, None where there is none); zeros: the share of zeros.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    mean: tuple[float, ...]
    activation: tuple[float, ...]
    zeros: tuple[float, ...]
    dead: tuple[bool, ...]
    saturated: tuple[bool, ...]
    bounds: tuple[float, float] | None
    counts: tuple[int, ...]
    edges: tuple[float, float]

    @property
    def sparsity(self) -> float:
        """The share of values of the whole layer that are exactly zero."""
        return float(np.mean(self.zeros))


def of(maps: Floats, bounds: tuple[float, float] | None = None, *, bins: int = 60) -> Activity:
    """Count. Shapes: maps (channels, height, width)."""
    flat = maps.reshape(len(maps), -1)
    low, high = flat.min(1), flat.max(1)
    saturated = np.zeros(len(maps), bool)
    if bounds is not None:
        slack = NEAR * (bounds[1] - bounds[0])
        near = (flat >= bounds[1] - slack) | ((flat <= bounds[0] + slack) & (bounds[0] < 0))
        saturated = near.mean(1) >= SATURATED_SHARE
    counts, edges = np.histogram(flat, bins)
    return Activity(
        low=tuple(low.tolist()),
        high=tuple(high.tolist()),
        mean=tuple(flat.mean(1).tolist()),
        activation=tuple(np.abs(flat).mean(1).tolist()),
        zeros=tuple((flat == 0).mean(1).tolist()),
        dead=tuple((low == high).tolist()),
        saturated=tuple(saturated.tolist()),
        bounds=bounds,
        counts=tuple(counts.tolist()),
        edges=(float(edges[0]), float(edges[-1])),
    )


def bounds_of(module: nn.Module) -> tuple[float, float] | None:
    """The bounds of a rectifier; None where it has none, or the module is something else."""
    return BOUNDS.get(type(module))


def peaks(plane: Floats, count: int = 6) -> list[tuple[int, int, float]]:
    """The places of the largest values, (row, column, value), none within an eighth of the map of a larger one."""
    left = plane.astype(np.float64)
    reach = max(1, max(plane.shape) // 8)
    found = []
    for _ in range(min(count, plane.size)):
        row, column = (int(i) for i in np.unravel_index(int(left.argmax()), left.shape))
        if not np.isfinite(left[row, column]):
            break
        found.append((row, column, float(plane[row, column])))
        left[max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1] = -np.inf
    return found
