"""What the cascade shows: for each method a row of maps over ever more randomised layers, and how alike they stay."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

Row = tuple[str, Sequence[str], Sequence[float]]
"""A name, and for each depth a picture (a data: address) and its likeness to the first."""


def data(
    network: str, layers: Sequence[str], depths: Sequence[int], rows: Sequence[Row], _inline: bool
) -> dict[str, Any]:
    """`layers` names the layer that each depth reaches; depth 0 is the network as it is."""
    return {
        "network": network,
        "layers": list(layers),
        "depths": list(depths),
        "rows": [
            {"name": name, "pictures": list(pictures), "likeness": [float(value) for value in likeness]}
            for name, pictures, likeness in rows
        ],
    }
