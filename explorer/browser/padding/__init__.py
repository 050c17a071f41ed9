"""The constants of the page "Padding, stride, dilation": presets, pictures, and kernels for the border."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from explorer.browser.padding.presets import PRESETS
from explorer.kernels import KERNELS
from explorer.sliding import Floats
from explorer.widgets.pictures import built_in

BLUR_PX = 15


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {
        "presets": [asdict(preset) for preset in PRESETS],
        "operations": operations(),
        "pictures": built_in(inline=inline),
    }


def operations() -> list[dict[str, Any]]:
    """What is done to a photo's border: one blur, wide enough to see, and one edge detector.

    `passes` are the grids slid one after the other: the blur is a column, then a row (30 products, not 225).
    """
    laplacian = KERNELS["edge_3"]
    return [
        {
            "name": "blur",
            "title": f"Blur {BLUR_PX}×{BLUR_PX}",
            "side_px": BLUR_PX,
            "passes": [_grid(np.full((BLUR_PX, 1), 1 / BLUR_PX)), _grid(np.full((1, BLUR_PX), 1 / BLUR_PX))],
        },
        {
            "name": "edges",
            "title": "Edges",
            "side_px": laplacian.weights.shape[0],
            "passes": [_grid(laplacian.weights)],
        },
    ]


def _grid(weights: Floats) -> dict[str, Any]:
    rows, columns = weights.shape
    return {"rows": rows, "columns": columns, "weights": weights.ravel().tolist()}
