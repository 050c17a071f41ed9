"""The constants of the page "Kernels": kernels and pictures."""

from collections.abc import Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from explorer.kernels import KERNELS, Kernel
from explorer.widgets.pictures import built_in


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {"presets": presets(), "pictures": built_in(inline=inline)}


def presets() -> list[dict[str, Any]]:
    """Every kernel of the table as cells over a divisor, as textbooks print it."""
    return [
        {
            "name": name,
            "title": k.title,
            "group": k.group,
            "what": k.what,
            "source": k.source,
            "kernel": _cells(k),
        }
        for name, k in KERNELS.items()
    ]


def _cells(kernel: Kernel) -> dict[str, Any]:
    weights = kernel.weights
    divisor = _divisor(weights)
    cells = np.round(weights * divisor) if divisor > 1 else weights
    rows, columns = weights.shape
    return {"rows": rows, "columns": columns, "divisor": divisor, "slices": [cells.ravel().tolist()]}


def _divisor(weights: np.ndarray[Any, np.dtype[np.float64]]) -> int:
    """The smallest number up to 1000 that makes all weights whole; 1 where there is none."""
    common = lcm(*(Fraction(float(w)).limit_denominator(1000).denominator for w in weights.ravel()))
    whole = common <= 1000 and np.allclose(weights * common, np.round(weights * common), atol=1e-9)
    return common if whole else 1
