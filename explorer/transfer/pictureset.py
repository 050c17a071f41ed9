"""A set of labelled pictures with its split, as arrays and as the safetensors bytes that travel to the browser."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from explorer.transfer import order, tensorfile

MOST_PICTURES, MOST_CLASSES, MOST_BYTES = 200_000, 200, 1 << 30
Array = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class PictureSet:
    """Pictures with labels and a split into training and test.

    Shapes: images (N, H, W, C) bytes with C = 1 or 3, labels (N,), split (N,): 0 train, 1 test.
    Units: mean and std per channel of the training pictures, of values between 0 and 1.
    Raises: ValueError where the parts do not fit together.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    images: npt.NDArray[np.uint8]
    labels: npt.NDArray[np.int64]
    split: npt.NDArray[np.uint8]
    mean: tuple[float, ...] = field(default=())
    std: tuple[float, ...] = field(default=())

    def __post_init__(self) -> None:
        _check_images(self.images)
        _check_labels(self.labels, self.split, len(self.images), len(self.classes))
        if not self.mean:
            mean, std = _spread(self.images[self.split == 0])
            object.__setattr__(self, "mean", mean)
            object.__setattr__(self, "std", std)
        if len(self.mean) != self.channels or len(self.std) != self.channels or min(self.std) <= 0:
            raise ValueError(f"mean and std must hold {self.channels} numbers, std above 0")

    @property
    def side_px(self) -> tuple[int, int]:
        """Height and width."""
        return (self.images.shape[1], self.images.shape[2])

    @property
    def channels(self) -> int:
        """1 for grey, 3 for colour."""
        return int(self.images.shape[3])

    @property
    def train(self) -> list[int]:
        """The rows that may be trained on."""
        rows: list[int] = np.flatnonzero(self.split == 0).tolist()
        return rows

    @property
    def test(self) -> list[int]:
        """The rows that are held out."""
        rows: list[int] = np.flatnonzero(self.split == 1).tolist()
        return rows

    def chosen(self, per_class: int | None, seed: int) -> list[int]:
        """The training rows of a run."""
        return order.chosen(self.labels.tolist(), self.train, len(self.classes), per_class, seed)

    def part(self, rows: Sequence[int]) -> "PictureSet":
        """These rows alone, in this order; mean and spread stay those of the whole."""
        taken = list(rows)
        return replace(self, images=self.images[taken], labels=self.labels[taken], split=self.split[taken])

    def packed(self) -> bytes:
        """The set as safetensors: images, labels, split; metadata classes, mean and std (JSON), name and title."""
        tensors = {
            "images": self.images,
            "labels": self.labels.astype(np.uint8 if len(self.classes) <= 256 else np.int32),
            "split": self.split,
        }
        said = {"classes": self.classes, "mean": self.mean, "std": self.std}
        texts = {key: json.dumps(value, ensure_ascii=False) for key, value in said.items()}
        return tensorfile.written(tensors, {"name": self.name, "title": self.title, **texts})


def unpacked(data: bytes) -> PictureSet:
    """The set that `packed` bytes hold.

    Raises: ValueError where they are no packed set.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        return _of_tensors(load(data), tensorfile.metadata(data))
    except (SafetensorError, KeyError, ValueError, TypeError) as error:
        raise ValueError("this is no packed set of pictures") from error


def opened(file: Path) -> PictureSet:
    """A packed set whose pictures stay on the disk until they are looked at.

    Raises: ValueError where the file is no packed set.
    """
    try:
        return _of_tensors(*tensorfile.opened(file))
    except (KeyError, ValueError, TypeError) as error:
        raise ValueError(f"{file.name} is no packed set of pictures; delete it and fetch it again") from error


def _of_tensors(tensors: Mapping[str, Array], said: Mapping[str, str]) -> PictureSet:
    parts = {key: tuple(json.loads(said[key])) for key in ("classes", "mean", "std")}
    images, labels, split = (tensors[key] for key in ("images", "labels", "split"))
    return PictureSet(
        said["name"], said["title"], images=images, labels=labels.astype(np.int64), split=split, **parts
    )


def own(
    title: str,
    classes: Sequence[str],
    images: npt.NDArray[np.uint8],
    labels: Sequence[int],
    *,
    split: Sequence[int] | None = None,
    test_share: float = 0.2,
    seed: int = 0,
) -> PictureSet:
    """A learner's own pictures, all of one size; without a split every class gives `test_share` of its pictures.

    Shapes: images (N, H, W) or (N, H, W, C) bytes.
    Raises: ValueError for fewer than two classes, two of one name, a class without training pictures or no test.
    """
    names = [str(name).strip() for name in classes]
    if len(names) < 2:
        raise ValueError(f"there must be at least 2 classes to tell apart, got {len(names)}")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two classes are called {twice[0]!r}: each needs a name of its own")
    if not 0 < test_share < 1:
        raise ValueError(f"test_share must lie between 0 and 1, got {test_share}")
    pictures = images[..., None] if images.ndim == 3 else images
    _check_images(pictures)
    targets = np.asarray(labels, np.int64)
    _check_labels(targets, np.zeros(len(targets), np.uint8), len(pictures), len(names))
    sides = order.split(targets.tolist(), len(names), test_share, seed) if split is None else list(split)
    return PictureSet("own", title, tuple(names), pictures, targets, np.asarray(sides, np.uint8))


def _check_images(images: Array) -> None:
    if images.dtype != np.uint8 or images.ndim != 4 or images.shape[3] not in (1, 3):
        raise ValueError(
            "pictures must be bytes of shape (N, height, width, 1 or 3), "
            f"got {images.dtype} of shape {images.shape}"
        )
    if (
        not 0 < len(images) <= MOST_PICTURES
        or not 8 <= min(images.shape[1:3]) <= max(images.shape[1:3]) <= 512
    ):
        raise ValueError(
            f"there may be 1 to {MOST_PICTURES:,} pictures of 8 to 512 px, got {len(images):,} of "
            f"{images.shape[1]} x {images.shape[2]} px"
        )
    if images.nbytes > MOST_BYTES:
        raise ValueError(f"the pictures take {images.nbytes / 2**30:.1f} GiB; 1 GiB is allowed")


def _check_labels(labels: Array, split: Array, count: int, classes: int) -> None:
    if not 2 <= classes <= MOST_CLASSES:
        raise ValueError(f"there may be 2 to {MOST_CLASSES} classes, got {classes}")
    if labels.shape != (count,) or split.shape != (count,):
        raise ValueError(
            f"{count} pictures need as many labels and sides, got {labels.shape} and {split.shape}"
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie between 0 and {classes - 1}, got {labels.min()} to {labels.max()}")
    if not set(np.unique(split).tolist()) <= {0, 1}:
        raise ValueError("the split must be 0 (train) or 1 (test) for each picture")
    without = sorted(set(range(classes)) - set(labels[split == 0].tolist()))
    if without:
        raise ValueError(f"class {without[0]} has no training picture")


def _spread(images: npt.NDArray[np.uint8]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation per channel, of values between 0 and 1, to four digits."""
    counts = np.stack(
        [np.bincount(images[..., channel].ravel(), minlength=256) for channel in range(images.shape[3])]
    )
    values = np.arange(256) / 255
    mean = counts @ values / counts.sum(1)
    std = np.sqrt(np.maximum(counts @ values**2 / counts.sum(1) - mean**2, 1e-6))
    return tuple(round(float(x), 4) for x in mean), tuple(round(float(x), 4) for x in std)
