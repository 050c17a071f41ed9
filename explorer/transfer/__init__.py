"""Transfer learning: what a trained network is worth on other pictures. Lanes, recipes, picture sets, training.

`train(recipe, dataset, network=..., weights=..., device=...)` yields a record a step; the browser runs the same
recipe on the graph and weights that `export_graph` writes.
"""

from typing import TYPE_CHECKING, Any

from explorer.transfer.datasets import DATASETS, Dataset, PictureSet
from explorer.transfer.lanes import LANES, Lane
from explorer.transfer.recipe import Recipe

if TYPE_CHECKING:
    from explorer.transfer.graph import export_graph
    from explorer.transfer.training import Record, Training, train

__all__ = [
    "DATASETS",
    "LANES",
    "Dataset",
    "Lane",
    "PictureSet",
    "Recipe",
    "Record",
    "Training",
    "export_graph",
    "train",
]


def __getattr__(name: str) -> Any:
    """What needs torch is imported when it is first asked for."""
    if name == "export_graph":
        from explorer.transfer.graph import export_graph

        return export_graph
    if name in ("Record", "Training", "train"):
        from explorer.transfer import training

        return getattr(training, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
