"""The picture sets to train on: drawn by the app, fetched by torchvision when asked, or the learner's own."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from explorer.transfer import downloads, drawn
from explorer.transfer.facts import Dataset
from explorer.transfer.pictureset import PictureSet, own, unpacked

__all__ = ["DATASETS", "Dataset", "PictureSet", "get", "own", "packed", "unpacked"]
HELD_OUT = 800
_DRAWN = "drawn by this app, so there is nothing to download and no licence to keep"


def _of_drawing(name: str, title: str, sentence: str, like: str, per_class: int = 100) -> Dataset:
    classes = drawn.DRAWINGS[name].classes
    return Dataset(
        name,
        title,
        sentence,
        "drawn",
        classes,
        per_class,
        HELD_OUT,
        28,
        1,
        0,
        _DRAWN,
        "MIT, as the app",
        like,
    )


_TABLE = (
    _of_drawing(
        "letters",
        "Georgian letters",
        "Twenty letters of the Georgian script in twelve fonts: another script than the glyphs, the same strokes.",
        "glyphs",
    ),
    _of_drawing(
        "new_textures",
        "New textures",
        "Ten kinds of texture that no backbone here has seen: grids, spirals, weaves, pebbles and more.",
        "textures",
    ),
    _of_drawing(
        "pictograms",
        "Noisy pictograms",
        "Ten small signs, an umbrella, an anchor, a snowman and others, under heavy noise.",
        "",
    ),
    _of_drawing(
        "glyphs",
        "Latin glyphs",
        "Forty-four Latin letters in twenty-two fonts: what the glyph backbones were trained on.",
        "glyphs",
    ),
    _of_drawing(
        "textures",
        "Textures",
        "Twenty-two kinds of texture: what the texture backbones were trained on.",
        "textures",
    ),
    *downloads.DOWNLOADS.values(),
)
DATASETS: Mapping[str, Dataset] = MappingProxyType({facts.name: facts for facts in _TABLE})
"""Every picture set by name, the drawn ones first."""


def get(name: str, *, download: bool = False) -> PictureSet:
    """The pictures of a set by name. A drawn one is drawn (and kept); others must be here, or be asked for.

    Raises: ValueError for an unknown name, or a set that is not here and may not be fetched.
    """
    if name not in DATASETS:
        raise ValueError(f"there is no picture set {name!r}; there are {', '.join(DATASETS)}")
    return _of_kind_drawn(name) if DATASETS[name].kind == "drawn" else downloads.get(name, download=download)


@lru_cache(maxsize=8)
def _of_kind_drawn(name: str) -> PictureSet:
    facts = DATASETS[name]
    count = facts.train_per_class * len(facts.classes)
    train, train_labels = drawn.drawn(name, count, seed=1)
    test, test_labels = drawn.drawn(name, facts.test, seed=2)
    return PictureSet(
        name,
        facts.title,
        facts.classes,
        np.concatenate([train, test])[..., None],
        np.concatenate([train_labels, test_labels]).astype(np.int64),
        np.repeat(np.array([0, 1], np.uint8), (count, facts.test)),
    )


def packed(name: str, *, download: bool = False) -> bytes:
    """A set as safetensors bytes: images (N, H, W, C), labels, split; classes, mean and std in its head."""
    return get(name, download=download).packed()
