"""What a race on the server can begin from: networks, their weights, and whether there is room for it."""

from collections.abc import Mapping
from types import MappingProxyType

from explorer import memory, networks
from explorer.networks import preprocessing
from explorer.transfer import backbones
from explorer.transfer.datasets import DATASETS
from explorer.transfer.device import checked
from explorer.transfer.recipe import Recipe
from explorer.transfer.starting import SMALLEST_PX

UNTRAINED = "untrained"
SIDES_PX = (96, 128, 160, 224)
NUMBER_BYTES = 4
_STATES: Mapping[str, int] = MappingProxyType({"sgd": 0, "momentum": 1, "adam": 2})


def offered_networks() -> list[str]:
    """Our own small ones first, then three usual ones, then all of torchvision's that give classes."""
    small = [*backbones.NETWORKS, "lenet5", "squeezenet1_1", "mobilenet_v2", "resnet18"]
    others = [
        name
        for name, facts in networks.NETWORKS.items()
        if facts.make is None and facts.scope == "network" and name not in small
    ]
    return [*small, *others]


def offered_weights(network: str) -> dict[str, str]:
    """The weights that a network can start from, each with what it has learnt; the last is none at all."""
    facts = networks.NETWORKS[network]
    found = {
        source: DATASETS[source].title
        for source in backbones.SOURCES
        if (network, source) in backbones.backbones()
    }
    if facts.make is None:
        found |= {name: "ImageNet" for name in preprocessing.names(facts)[:1] if name}
    elif network in networks.EMBEDDED:
        found["embedded"] = networks.EMBEDDED[network].title.partition(",")[0]
    return found | {UNTRAINED: "Untrained"}


def sides_px(network: str) -> tuple[int, ...]:
    """The picture sides to choose from; none where the network has one size."""
    facts = networks.NETWORKS[network]
    return () if facts.sized_by or facts.input_px <= 64 else SIDES_PX


def usual_side_px(network: str, picture_px: int) -> int:
    """The side that is taken where nothing else is asked for, for pictures of a side."""
    facts = networks.NETWORKS[network]
    if not sides_px(network):
        return facts.input_px
    return min(max(SMALLEST_PX, picture_px), facts.input_px)


def needed_bytes(params: int, output_bytes: int, recipe: Recipe) -> int:
    """About what a training takes: weights, gradients, the optimiser's state, a copy to save, and the outputs kept.

    Units: output_bytes are those of all layers for one picture.
    """
    numbers = 3 + _STATES[recipe.optimiser] if recipe.lane != "head" else 2
    kept = 1 if recipe.lane == "head" else 2
    return NUMBER_BYTES * params * numbers + kept * output_bytes * recipe.batch


def room_bytes(device: str) -> int | None:
    """The memory that is free for a training there; None where it is not known."""
    where = checked(device)
    if where.type == "cuda":
        import torch

        return torch.cuda.mem_get_info(where)[0]
    return memory.free_bytes()


def problem(needed: int, room: int | None) -> str:
    """Why a training does not fit, in a sentence; nothing where it does, or where the room is not known."""
    if room is None or needed <= room:
        return ""
    return (
        f"this training would take about {needed / 2**30:.1f} GiB, and {room / 2**30:.1f} GiB are free: "
        "take a smaller network, batch or picture side"
    )
