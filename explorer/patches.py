"""Which pieces of real pictures excite a unit most: a search over every place of every picture that comes with the app.

The other half of looking at a unit: a picture made by climbing shows what it could answer to, these what it meets.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from explorer import features, predictions
from explorer.arrangement import Arrangement
from explorer.drawings import DRAWINGS
from explorer.maximisation import ANSWER
from explorer.pictures import BUILT_IN

Floats = npt.NDArray[np.float32]
PLACES = 3

PHOTOGRAPHS = tuple(BUILT_IN)
DRAWN = tuple(DRAWINGS)
TITLES: Mapping[str, str] = MappingProxyType(
    {name: entry.title for name, entry in BUILT_IN.items()}
    | {name: entry.title for name, entry in DRAWINGS.items()}
)


@dataclass(frozen=True)
class Record:
    """What the channels of one layer answer to one picture.

    Shapes: mean (channels,), the mean of each map; values, rows, columns (channels, places), the strongest places of
    each map, none within an eighth of the map of a stronger one; -inf where a map has no further place. The classes
    of the answer have one place, at row and column -1.
    """

    mean: Floats
    values: Floats
    rows: npt.NDArray[np.int16]
    columns: npt.NDArray[np.int16]


@dataclass(frozen=True)
class Place:
    """One place of one picture, and the value of the unit there."""

    picture: str
    row: int
    column: int
    value: float


def record(
    network: nn.Module,
    batch: Tensor,
    layers: Sequence[str],
    sign: int = 1,
    lie: Mapping[str, Arrangement] = MappingProxyType({}),
) -> dict[str, Record]:
    """What every channel of the layers answers to one picture; sign -1 looks for the lowest values.

    `lie` says how the maps lie in what a layer gives (`explorer.activity.steps`); without it they are (N, C, H, W).

    Shapes: batch (1, C, H, W), preprocessed.
    Raises: ValueError for a layer that the network does not have, or that gives no maps.
    """
    inner = [layer for layer in layers if layer != ANSWER]
    found = features.maps(network, batch, inner) if inner else {}
    maps = {name: lie[name].maps(own) if name in lie else own for name, own in found.items()}
    for name, planes in maps.items():
        if planes.dim() != 4:
            raise ValueError(f"layer {name!r} gives no maps, but a tensor of shape {tuple(planes.shape)}")
    answers = {name: _places(planes[0].contiguous().numpy(), sign) for name, planes in maps.items()}
    if ANSWER in layers:
        scores: Floats = predictions.logits(network, batch)[0].numpy()
        nowhere = np.full((len(scores), 1), -1, np.int16)
        answers[ANSWER] = Record(scores, scores[:, None], nowhere, nowhere)
    return {layer: answers[layer] for layer in layers}


def _places(planes: Floats, sign: int) -> Record:
    """The strongest places of all maps at once. Shapes: (channels, height, width)."""
    channels, height, width = planes.shape
    left = sign * planes.reshape(channels, -1)
    reach = max(1, max(height, width) // 8)
    down, across = (index.reshape(-1) for index in np.indices((height, width)))
    rows = np.zeros((channels, PLACES), np.int16)
    columns, values = rows.copy(), np.zeros((channels, PLACES), np.float32)
    for place in range(PLACES):
        best = left.argmax(1)
        values[:, place] = sign * np.where(np.isfinite(left.max(1)), left[np.arange(channels), best], -np.inf)
        rows[:, place], columns[:, place] = down[best], across[best]
        near = (np.abs(down - down[best][:, None]) <= reach) & (
            np.abs(across - across[best][:, None]) <= reach
        )
        left = np.where(near, -np.inf, left)
    return Record(planes.reshape(channels, -1).mean(1), values, rows, columns)


def strongest(records: Mapping[str, Record], unit: int, count: int = 9, sign: int = 1) -> list[Place]:
    """The strongest places of one unit over all pictures (the weakest for sign -1).

    Raises: ValueError for a unit that the layer does not have.
    """
    places = [
        Place(name, int(row), int(column), float(value))
        for name, entry in records.items()
        for row, column, value in _of_unit(entry, unit)
        if np.isfinite(value)
    ]
    return sorted(places, key=lambda place: -sign * place.value)[:count]


def _of_unit(entry: Record, unit: int) -> Sequence[tuple[int, int, float]]:
    if not 0 <= unit < len(entry.mean):
        raise ValueError(f"there is no unit {unit}: this layer has 0 to {len(entry.mean) - 1}")
    return list(zip(entry.rows[unit], entry.columns[unit], entry.values[unit], strict=True))


def favourites(own: Record, others: Mapping[str, Record], count: int) -> list[int]:
    """The channels that find something in one picture which they do not find in others: by how much their highest
    value stands out of their map (where there is a map), compared with the same on the others, in spreads.
    """
    rest = np.stack([_standing_out(entry) for entry in others.values()])  # (pictures, channels)
    spread = rest.std(0)
    above = (_standing_out(own) - rest.mean(0)) / np.where(spread > 0, spread, np.inf)
    return [int(channel) for channel in np.argsort(-above, kind="stable")[:count]]


def _standing_out(entry: Record) -> Floats:
    has_maps = np.isfinite(entry.values[:, -1]).all() and entry.values.shape[1] > 1
    found: Floats = entry.values[:, 0] - entry.mean if has_maps else entry.values[:, 0]
    return found


def noise(channels: int, side_px: int) -> Tensor:
    """Plain noise as a network gets it: mean 0 and spread 1. Shapes: (1, C, side, side)."""
    return torch.randn((1, channels, side_px, side_px), generator=torch.Generator().manual_seed(0))
