"""Where a run starts: the network with its first weights, and the pictures made fit for it."""

from dataclasses import replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from PIL import Image
from torch import nn

from explorer import networks
from explorer.networks import preprocessing
from explorer.transfer import anatomy, backbones
from explorer.transfer.lanes import LANES
from explorer.transfer.pictureset import MOST_BYTES, PictureSet
from explorer.transfer.recipe import Recipe
from explorer.weights import offered

SMALLEST_PX = 96
"""To this side small pictures are enlarged for networks that were made for photographs."""
_LUMA = (0.299, 0.587, 0.114)
_SIDE_HEADS = ("aux1", "aux2", "AuxLogits")


def starting(network: str, weights: str | None, recipe: Recipe, classes: int, input_px: int = 0) -> nn.Module:
    """The network as a run starts, with a fresh head for `classes`; the same for the same recipe, in both engines.

    `weights`: None, "embedded", "glyphs", "textures" or a name of torchvision's. The lane "scratch" takes none.
    Raises: ValueError for a network or weights that do not exist or are not here; nothing is downloaded.
    """
    known(network, weights)
    if weights is None or not LANES[recipe.lane].pretrained:
        module = _untrained(network, recipe.seed, input_px)
    elif weights in backbones.SOURCES:
        module = _from_backbone(network, weights)
    else:
        module = networks.build(network, weights=weights)
    for name in _SIDE_HEADS:  # the side heads of GoogLeNet and Inception take no part
        if getattr(module, name, None) is not None:
            setattr(module, name, None)
    if hasattr(module, "aux_logits"):
        setattr(module, "aux_logits", False)  # noqa: B010
    return anatomy.with_head(module, classes, recipe.seed)


def known(network: str, weights: str | None) -> None:
    """Nothing, where a run could start from these.

    Raises: ValueError for a network or weights that do not exist or are not here.
    """
    facts = _answers_with_classes(network)
    if weights in backbones.SOURCES:
        if (network, weights) not in backbones.backbones():
            backbones.state(network, weights)  # raises, with what there is
    elif weights == "embedded":
        if network not in networks.EMBEDDED:
            raise ValueError(f"{network} has no embedded weights; {', '.join(networks.EMBEDDED)} have")
    elif weights is not None and facts.make is not None:
        raise ValueError(f"{network} has no weights {weights!r}")
    elif weights is not None and not (offer := offered(network, weights)).here:
        size = f"{offer.size_bytes / 1e6:,.0f} MB"
        raise ValueError(f"the weights {weights} of {network} are not on this machine yet: {size} to fetch")


def _untrained(network: str, seed: int, input_px: int) -> nn.Module:
    _answers_with_classes(network)
    with anatomy.seeded(seed):
        return networks.build(network, device="cpu", image_px=input_px or None)


def _from_backbone(network: str, source: str) -> nn.Module:
    held = backbones.state(network, source)
    module = backbones.fresh(network, source, 0)
    module.load_state_dict(held)
    return module.eval()


def _answers_with_classes(network: str) -> networks.Network:
    """The facts of a network.

    Raises: ValueError for one that is unknown, or does not answer with classes.
    """
    if network not in networks.NETWORKS:
        networks.build(network)  # raises, with the names that come close
    facts = networks.NETWORKS[network]
    preprocessing.plan(facts, None)
    return facts


class Sided(Protocol):
    """Pictures of a size."""

    @property
    def side_px(self) -> tuple[int, int]:
        """Height and width."""


def input_of(network: str, dataset: Sided, input_px: int | None = None) -> tuple[int, int]:
    """Channels and side of what the network is given. A fixed size wins over a wish.

    Raises: ValueError for a size that no network takes.
    """
    facts = _answers_with_classes(network)
    if input_px is not None and not 16 <= input_px <= 512:
        raise ValueError(f"input_px must lie between 16 and 512, got {input_px}")
    if facts.sized_by or network == "lenet5":
        return facts.channels, facts.input_px
    if facts.input_px <= 64:
        return facts.channels, input_px or facts.input_px
    return facts.channels, input_px or min(max(SMALLEST_PX, *dataset.side_px), facts.input_px)


def fitted(dataset: PictureSet, network: str, weights: str | None, input_px: int | None = None) -> PictureSet:
    """The same pictures in the size and channels that the network takes, and the mean and spread it expects.

    With torchvision's weights the mean and spread are those of its preprocessing, else those of the set.
    """
    channels, side = input_of(network, dataset, input_px)
    images = dataset.images
    if dataset.side_px != (side, side) or dataset.channels != channels:
        if (size_bytes := len(images) * side * side * channels) > MOST_BYTES:
            raise ValueError(
                f"{len(images):,} pictures of {side} px take {size_bytes / 2**30:.1f} GiB, 1 GiB is allowed: choose "
                "fewer pictures a class, or a smaller side"
            )
        images = np.stack([_fitted(picture, side, channels) for picture in images])
    mean, std = _spread(dataset, network, weights, channels)
    return replace(dataset, images=images, mean=mean, std=std)


def _fitted(picture: npt.NDArray[np.uint8], side: int, channels: int) -> npt.NDArray[np.uint8]:
    """Shapes: (H, W, C) -> (side, side, channels)."""
    drawn = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    drawn = drawn.convert("L" if channels == 1 else "RGB")
    if drawn.size != (side, side):
        drawn = drawn.resize((side, side), Image.Resampling.BILINEAR)
    return np.asarray(drawn).reshape(side, side, channels)


def _spread(
    dataset: PictureSet, network: str, weights: str | None, channels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if weights not in (None, "embedded", *backbones.SOURCES):
        how = preprocessing.plan(networks.NETWORKS[network], weights)
        return how.mean, how.std
    if channels == dataset.channels:
        return dataset.mean, dataset.std
    if channels == 3:
        return dataset.mean * 3, dataset.std * 3
    mean = sum(share * value for share, value in zip(_LUMA, dataset.mean, strict=True))
    return (round(mean, 4),), (round(sum(dataset.std) / 3, 4),)
