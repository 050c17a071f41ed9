"""The constants of the page "Non-linearity and pooling": activation functions, kernels and pictures."""

from collections.abc import Mapping
from typing import Any

from explorer.activations import ACTIVATIONS, SELU_ALPHA, SELU_SCALE
from explorer.kernels import KERNELS
from explorer.widgets.pictures import built_in

SATURATED_SLOPE = 0.05
"""A unit counts as saturated where less than this share of the gradient passes back."""


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {
        "activations": activations(),
        "constants": {"selu_alpha": SELU_ALPHA, "selu_scale": SELU_SCALE},
        "saturated_slope": SATURATED_SLOPE,
        "kernels": kernels(),
        "pictures": built_in(inline=inline),
    }


def activations() -> list[dict[str, Any]]:
    """Every activation function of the table, with what is to be read about it."""
    return [
        {
            "name": name,
            "title": f.title,
            "formula": f.formula,
            "range": f.range,
            "what": f.what,
            "source": f.source,
        }
        for name, f in ACTIVATIONS.items()
    ]


def kernels() -> list[dict[str, Any]]:
    """Every kernel of the table, its weights row after row."""
    return [
        {
            "name": name,
            "title": k.title,
            "group": k.group,
            "rows": k.weights.shape[0],
            "columns": k.weights.shape[1],
            "weights": k.weights.ravel().tolist(),
        }
        for name, k in KERNELS.items()
    ]
