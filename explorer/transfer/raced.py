"""What races in the browser: the networks, where their weights come from, and how large a part of a set travels there.

The small networks come with the app. Those for photographs have weights of torchvision, which the server fetches when
asked; their races are shorter and look at fewer pictures, because a browser without a graphics card takes so long.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer import weights
from explorer.small import ARCHITECTURES
from explorer.transfer import backbones, order
from explorer.transfer.facts import Dataset
from explorer.transfer.pictureset import PictureSet
from explorer.transfer.starting import SMALLEST_PX
from explorer.weights import Weights

IMAGENET, IMAGENET_WEIGHTS, NONE = "imagenet", "IMAGENET1K_V1", "none"
"""A source, the name that torchvision has for weights from it, and the source of a lane without any."""
MOST_PER_CLASS, MOST_TEST, MOST_BYTES = 100, 800, 80_000_000
"""Of a fetched set so much travels to a browser: training pictures a class, held-out ones, bytes altogether."""


@dataclass(frozen=True)
class Raced:
    """A network that a browser can train. What is not None is what a race starts with instead of the usual.

    Units: side_px of its pictures; rate and backbone_rate are of lanes in which the backbone learns; test: so many of
    the held-out pictures are looked at; looks: how often after the first time.
    """

    name: str
    title: str
    sources: tuple[str, ...]
    side_px: int
    channels: int
    steps: int | None = None
    batch: int | None = None
    rate: float | None = None
    backbone_rate: float | None = None
    test: int | None = None
    looks: int | None = None

    @property
    def weights(self) -> Weights | None:
        """What has to be fetched before it can start from what it has learnt; None where it comes with the app."""
        return weights.offered(self.name, IMAGENET_WEIGHTS) if IMAGENET in self.sources else None


def _photographs(name: str, title: str, steps: int, batch: int) -> Raced:
    """With these batches the whole network learns in 1 to 1.5 GB of a tab's memory."""
    rates = {"rate": 1e-3, "backbone_rate": 1e-4}
    return Raced(name, title, (IMAGENET,), SMALLEST_PX, 3, steps, batch, **rates, test=200, looks=4)


def _networks() -> Mapping[str, Raced]:
    kept = [n for n in backbones.NETWORKS if all((n, s) in backbones.backbones() for s in backbones.SOURCES)]
    small = (Raced(name, ARCHITECTURES[name].title, backbones.SOURCES, 28, 1) for name in kept)
    large = (
        _photographs("squeezenet1_1", "SqueezeNet 1.1", steps=60, batch=16),
        _photographs("mobilenet_v2", "MobileNetV2", steps=60, batch=8),
        _photographs("resnet18", "ResNet-18", steps=60, batch=8),
    )
    return MappingProxyType({one.name: one for one in (*small, *large)})


NETWORKS: Mapping[str, Raced] = _networks()
"""By name, the small ones first."""


def known(name: str) -> Raced:
    """A network that races.

    Raises: ValueError for any other name.
    """
    if name not in NETWORKS:
        raise ValueError(f"there is no network {name!r} to race; there are {', '.join(NETWORKS)}")
    return NETWORKS[name]


def weights_name(source: str) -> str | None:
    """What `starting` calls the weights from a source."""
    return None if source == NONE else IMAGENET_WEIGHTS if source == IMAGENET else source


def room(facts: Dataset) -> tuple[int, int]:
    """Of a fetched set: the training pictures of each class, and the held-out pictures of all, that travel at most."""
    most = MOST_BYTES // (facts.side_px**2 * facts.channels)
    test = min(facts.test, MOST_TEST, most // 4)
    return min(MOST_PER_CLASS, facts.train_per_class, (most - test) // len(facts.classes)), test


def part(dataset: PictureSet, facts: Dataset) -> PictureSet:
    """The part of a fetched set that travels to a browser: the same share of each class, always the same pictures.

    Raises: ValueError for a set that is drawn: it travels whole.
    """
    if facts.kind == "drawn":
        raise ValueError(f"{facts.title} travels to the browser whole: it has no part")
    per_class, test = room(facts)
    labels, classes = dataset.labels.tolist(), len(dataset.classes)
    rows = order.chosen(labels, dataset.train, classes, per_class, 0)
    return dataset.part([*sorted(rows), *order.looked_at(labels, dataset.test, classes, test)])
