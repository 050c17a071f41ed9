"""Trained networks compared: accuracy against what it costs, which of them no other beats, and which to take.

Accuracies, parameters and MACs are those that torchvision publishes with each set of weights; the counting engine
gives the same parameters and MACs. Memory and time are not published: they are counted and measured.

Units: top-1 and top-5 in percent of ImageNet-1K's validation set; MACs in G; parameters in numbers; files in MiB.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from explorer import torchvision_operators
from explorer.networks import NETWORKS, Network, Published

ATTENTION = frozenset(("ViT", "Swin", "SwinV2"))
MIXED = frozenset(("MaxViT",))
WIDER_DATA = "SWAG"
"""Weights of this recipe were first trained on 3.6 billion pictures from elsewhere."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One set of trained weights of one network. ``kind`` is "convolution", "attention" or "both"."""

    network: str
    weights: str
    family: str
    year: int
    kind: str
    top1_percent: float
    top5_percent: float
    input_px: int
    params: int
    gmacs: float
    file_mib: float
    more_data: bool
    paper: str
    url: str
    source: str

    @property
    def label(self) -> str:
        """The network, and its weights where they are not the first."""
        recipe = self.weights.removeprefix("IMAGENET1K_")
        return self.network if recipe == "V1" else f"{self.network} ({recipe.replace('_', ' ')})"


def entries(recipes: str = "best") -> tuple[Entry, ...]:
    """The trained networks: "first" recipe of each, "best" without more data, or "all" sets of weights.

    Raises: ValueError for another word.
    """
    if recipes not in RECIPES:
        raise ValueError(f"recipes must be one of {', '.join(RECIPES)}, got {recipes!r}")
    return tuple(
        entry
        for network in NETWORKS.values()
        if network.make is None
        for entry in RECIPES[recipes]([_entry(network, result) for result in network.published])
    )


def _entry(network: Network, result: Published) -> Entry:
    if result.top1_percent is None or result.top5_percent is None or not result.params or not result.gmacs:
        raise ValueError(
            f"{network.name} {result.weights}: torchvision publishes no accuracy, parameters or MACs"
        )
    kind = (
        "attention" if network.family in ATTENTION else "both" if network.family in MIXED else "convolution"
    )
    weights = torchvision_operators.models().get_model_weights(network.name)[result.weights]
    return Entry(
        network.name,
        result.weights,
        network.family,
        network.year,
        kind,
        result.top1_percent,
        result.top5_percent,
        result.input_px,
        result.params,
        result.gmacs,
        float(weights.meta["_file_size"]),
        WIDER_DATA in result.weights,
        network.paper,
        network.url,
        result.source,
    )


def _first(found: list[Entry]) -> list[Entry]:
    return [entry for entry in found if entry.weights.endswith("K_V1")][:1]


def _best(found: list[Entry]) -> list[Entry]:
    plain = [entry for entry in found if not entry.more_data]
    return [max(plain, key=lambda entry: entry.top1_percent)] if plain else []


RECIPES: Mapping[str, Callable[[list[Entry]], list[Entry]]] = MappingProxyType(
    {"first": _first, "best": _best, "all": lambda found: found}
)
"""Which sets of weights of one network are taken."""


def front(points: Sequence[tuple[float, float]]) -> tuple[int, ...]:
    """The points that no other beats: none costs at most as much and is at least as good. By rising cost.

    ``points`` are (cost, merit); less cost and more merit are better. Of equal points the first stays.
    """
    found: list[int] = []
    for index in sorted(range(len(points)), key=lambda i: (points[i][0], -points[i][1], i)):
        if not found or points[index][1] > points[found[-1]][1]:
            found.append(index)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Budget:
    """What a network may cost and must reach; None sets no limit. Memory is that of all outputs, one picture."""

    params: float | None = None
    gmacs: float | None = None
    memory_mib: float | None = None
    top1_percent: float | None = None


def fitting(
    candidates: Sequence[Entry], budget: Budget, memory_mib: Mapping[tuple[str, int], float] | None = None
) -> tuple[Entry, ...]:
    """The entries inside a budget, the most accurate first. ``memory_mib`` maps (network, input_px) to MiB.

    Raises: ValueError when memory is limited and that of a candidate is not known.
    """

    def memory(entry: Entry) -> float:
        if memory_mib is None or (entry.network, entry.input_px) not in memory_mib:
            raise ValueError(f"the memory of {entry.network} at {entry.input_px} px has not been counted")
        return memory_mib[entry.network, entry.input_px]

    def fits(entry: Entry) -> bool:
        return (
            (budget.params is None or entry.params <= budget.params)
            and (budget.gmacs is None or entry.gmacs <= budget.gmacs)
            and (budget.top1_percent is None or entry.top1_percent >= budget.top1_percent)
            and (budget.memory_mib is None or memory(entry) <= budget.memory_mib)
        )

    return tuple(sorted(filter(fits, candidates), key=lambda entry: (-entry.top1_percent, entry.gmacs)))


def better_for_less(entry: Entry, candidates: Sequence[Entry]) -> tuple[Entry, ...]:
    """What is more accurate with no more parameters and no more MACs, the most accurate first."""
    inside = fitting(candidates, Budget(params=entry.params, gmacs=entry.gmacs))
    return tuple(other for other in inside if other.top1_percent > entry.top1_percent)


@dataclass(frozen=True, slots=True)
class Advice:
    """One sentence of the lecture's slide "Which architecture should I use?", and the networks it means."""

    quote: str
    prefixes: tuple[str, ...]

    def means(self, entry: Entry) -> bool:
        return entry.network.startswith(self.prefixes)


ADVICE = (
    Advice(
        "If you just care about accuracy, ResNet-50 or ResNet-101 are great choices",
        ("resnet50", "resnet101"),
    ),
    Advice(
        "If you want an efficient network (real-time, run on mobile, etc) try MobileNets and ShuffleNets",
        ("mobilenet", "shufflenet"),
    ),
)
DO_NOT_BE_A_HERO = (
    "Don't be a hero. For most problems you should use an off-the-shelf architecture; "
    "don't try to design your own!"
)

SLIDE_TOP5_ERROR: Mapping[str, float] = MappingProxyType(
    {"resnet18": 10.92, "resnet34": 8.58, "resnet50": 7.13, "resnet101": 6.44, "resnet152": 5.94}
)
"""The top-5 errors of the lecture's table of ResNets, in percent, as printed there."""


def program() -> str:
    """A PyTorch program that prints the front of accuracy against MACs from torchvision's own metadata."""
    return """from torchvision.models import get_model_weights, list_models
import torchvision.models as models

found = []
for name in list_models(module=models):
    for weights in get_model_weights(name):
        measured = weights.meta["_metrics"]["ImageNet-1K"]
        if "SWAG" not in weights.name:  # those were first trained on other pictures
            label = f"{name} {weights.name}"
            found.append((weights.meta["_ops"], measured["acc@1"], weights.meta["num_params"], label))

best = 0.0
for gmacs, top1, params, label in sorted(found, key=lambda entry: (entry[0], -entry[1])):
    if top1 > best:  # nothing cheaper is as accurate: on the Pareto front
        best = top1
        print(f"{gmacs:8.3f} GMACs  {params / 1e6:6.1f} M  {top1:.3f} %  {label}")
"""
