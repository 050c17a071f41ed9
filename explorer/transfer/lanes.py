"""The lanes of a race: from scratch, the head alone, the deepest stages, the whole network.

Which will do best? That depends on how alike the old and the new pictures are, and on how many new ones there are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Lane:
    """One way to train. `rate` and `backbone_rate` are what the lane starts with; `trains` says what is free.

    `pretrained`: begins from trained weights. `caches_features`: the frozen part runs once a picture, so that there
    is nothing to augment and no batch norm to train. `backbone`: which stages train ("all", "deepest" or "none").
    """

    name: str
    title: str
    sentence: str
    trains: str
    backbone: str
    pretrained: bool
    rate: float
    backbone_rate: float
    freeze_batch_norm: bool
    caches_features: bool = False


_LANES = (
    Lane(
        "scratch",
        "From scratch",
        "Fresh random weights everywhere: all that it knows it learns from these pictures.",
        "every weight, at one rate",
        "all",
        pretrained=False,
        rate=1e-2,
        backbone_rate=1e-2,
        freeze_batch_norm=False,
    ),
    Lane(
        "head",
        "Head only",
        "The trained backbone stays as it is; a new last layer learns to read its features.",
        "the last layer alone; the features are computed once and standardised",
        "none",
        pretrained=True,
        rate=1e-2,
        backbone_rate=0.0,
        freeze_batch_norm=True,
        caches_features=True,
    ),
    Lane(
        "deep",
        "Deepest stages",
        "Early stages see edges and stay; the deepest stages and a new last layer learn.",
        "the deeper half of the stages at the backbone's rate, the last layer at its own",
        "deepest",
        pretrained=True,
        rate=1e-2,
        backbone_rate=1e-3,
        freeze_batch_norm=False,
    ),
    Lane(
        "whole",
        "Whole network",
        "Everything learns, the backbone more slowly than the new last layer, lest it forget what it knows.",
        "every weight: the backbone at its own, smaller rate",
        "all",
        pretrained=True,
        rate=1e-2,
        backbone_rate=1e-3,
        freeze_batch_norm=False,
    ),
)
LANES: Mapping[str, Lane] = MappingProxyType({lane.name: lane for lane in _LANES})
"""The lanes by name, in the order in which the lectures ask for them."""
