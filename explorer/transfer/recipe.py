"""Everything that decides one training run, in one frozen record: the same in torch and in the browser.

What the settings mean, in both engines:

* **Step s** (from 0) sees batch s of `order`; the loss is the mean cross-entropy of that batch with
  `label_smoothing` e: the target is 1 - e for the class plus e / classes for every class.
* **Rates**: the head (the last linear or convolutional layer that gives the classes) trains at `rate`, what trains of
  the backbone at `backbone_rate`; in the lane "scratch" everything trains at `rate`. With the schedule "cosine" both
  are multiplied by (1 + cos(pi s / steps)) / 2 at step s, with "constant" by 1.
* **Optimisers**, g being the gradient, r the rate and d the weight decay, for every parameter that trains:
  "sgd": w -= r (g + d w). "momentum": v = 0.9 v + (g + d w), w -= r v (v starts at the first g + d w).
  "adam": w -= r d w, then m = 0.9 m + 0.1 g, v = 0.999 v + 0.001 g^2,
  w -= r (m / (1 - 0.9^t)) / (sqrt(v / (1 - 0.999^t)) + 1e-8) with t = s + 1.
* **Batch norm**: frozen (`freeze_batch_norm`, and always in stages that do not train) means that it runs as in
  evaluation and that its statistics, scale and shift all stay. Otherwise it trains, momentum 0.1 as in torch
  (unbiased variance into the running variance).
* **Lane "head"**: the network runs once, in evaluation mode, over all chosen and all test pictures; what enters the
  head is standardised per channel, (f - mean) / sqrt(var + 1e-5), mean and (biased) variance over the chosen training
  pictures; the head, with the weights it is given, trains on that. Reading the weights folds the standardisation into
  them: weight / s and bias - sum(weight mean / s), with s = sqrt(var + 1e-5).
* **Augmentation** moves the bytes of the picture before they are scaled: see `order`. The lane "head" has none.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any

from explorer.transfer.lanes import LANES

OPTIMISERS = ("sgd", "momentum", "adam")
SCHEDULES = ("cosine", "constant")
AUGMENTATIONS = ("none", "shift", "shift and flip")
_WHOLE = {"seed": (0, 2**32 - 1), "steps": (1, 100_000), "batch": (2, 1024)}
_REAL = {
    "rate": (0.0, 100.0),
    "backbone_rate": (0.0, 100.0),
    "weight_decay": (0.0, 10.0),
    "label_smoothing": (0.0, 0.9),
}
_NAMED = {
    "lane": tuple(LANES),
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "augmentation": AUGMENTATIONS,
}


@dataclass(frozen=True)
class Recipe:
    """One run: the lane, what it sees, and how it learns. The defaults are those of the lane "head".

    Units: pictures_per_class None means all; steps are batches; rates are per step.
    Raises: ValueError for a setting that is none, with what is allowed.
    """

    lane: str = "head"
    seed: int = 0
    pictures_per_class: int | None = 10
    steps: int = 200
    batch: int = 32
    optimiser: str = "adam"
    rate: float = 1e-2
    backbone_rate: float = 1e-3
    schedule: str = "cosine"
    weight_decay: float = 0.0
    freeze_batch_norm: bool = False
    augmentation: str = "none"
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        for name, allowed in _NAMED.items():
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {getattr(self, name)!r}")
        for name, (least, most) in _WHOLE.items():
            _check_whole(name, getattr(self, name), least, most)
        if self.pictures_per_class is not None:
            _check_whole("pictures_per_class", self.pictures_per_class, 1, 1_000_000)
        for name, (low, high) in _REAL.items():
            _check_real(name, getattr(self, name), low, high)
        if not isinstance(self.freeze_batch_norm, bool):
            raise ValueError(f"freeze_batch_norm must be true or false, got {self.freeze_batch_norm!r}")
        if LANES[self.lane].caches_features and self.augmentation != "none":
            raise ValueError(
                "the lane head computes its features once, so nothing can be augmented: augmentation must be none, "
                f"got {self.augmentation!r}"
            )

    @classmethod
    def of_lane(cls, lane: str, **changed: Any) -> "Recipe":
        """The recipe that a lane starts with, with some settings changed.

        Raises: ValueError for a lane or a setting that does not exist.
        """
        if lane not in LANES:
            raise ValueError(f"lane must be one of {', '.join(LANES)}, got {lane!r}")
        facts = LANES[lane]
        start = {name: getattr(facts, name) for name in ("rate", "backbone_rate", "freeze_batch_norm")}
        return cls.from_dict({"lane": lane, **start, **changed})

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "Recipe":
        """A recipe from what `dataclasses.asdict` gave, or a page sent.

        Raises: ValueError for a setting that does not exist or is not allowed.
        """
        known = {field.name for field in dataclasses.fields(cls)}
        unknown = sorted(set(settings) - known)
        if unknown:
            raise ValueError(f"a recipe has no setting {unknown[0]!r}; it has {', '.join(sorted(known))}")
        return cls(**settings)


def usual_steps(pictures_per_class: int | None) -> int:
    """How many steps a race takes by the number of pictures a class, as in the prepared experiments."""
    count = 1000 if pictures_per_class is None else pictures_per_class
    return next((steps for most, steps in ((5, 150), (20, 200), (50, 400)) if count <= most), 600)


def _check_whole(name: str, value: object, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least:,} to {most:,}, got {value!r}")


def _check_real(name: str, value: object, low: float, high: float) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise ValueError(f"{name} must be a number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must lie between {low:g} and {high:g}, got {value:g}")
