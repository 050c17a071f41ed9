"""The learner's pictures by class as the server holds them; the twin is the browser's own/collection.js and set.js."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from explorer.transfer import datasets, order
from explorer.transfer.collection.limits import (
    KEPT_PX,
    MOST_CLASSES,
    MOST_PICTURES,
    TEST_SHARE,
    key_of,
    pictures,
    quoted,
    tidied,
)
from explorer.transfer.collection.square import Bytes, network_input
from explorer.transfer.pictureset import PictureSet

TITLE = "Own pictures"
PIECE = 64  # pictures that are made fit at once


@dataclass(frozen=True, eq=False)
class Collection:
    """Pictures class by class, each a square of at most 96 px in colour, and the seed of their split.

    Shapes: squares (s, s, 3) bytes, s of each its own; labels rise.
    Raises: ValueError for what is no such collection.
    """

    classes: tuple[str, ...]
    squares: tuple[Bytes, ...]
    labels: tuple[int, ...]
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.squares:
            raise ValueError("there is no picture in it")
        if len(self.squares) > MOST_PICTURES or len(self.classes) > MOST_CLASSES:
            raise ValueError(f"at most {MOST_PICTURES:,} pictures of {MOST_CLASSES} classes can be taken")
        if any(not name or name != tidied(name) for name in self.classes):
            raise ValueError("every class needs a name of one line")
        if len({key_of(name) for name in self.classes}) < len(self.classes):
            raise ValueError("two classes have one name")
        if list(self.labels) != sorted(self.labels) or set(self.labels) != set(range(len(self.classes))):
            raise ValueError("every class needs pictures, one class after the other")
        if len(self.labels) != len(self.squares) or any(not _is_kept(one) for one in self.squares):
            raise ValueError(f"every picture must be a square of 3 to {KEPT_PX} px in colour, with its class")
        if not 0 <= self.seed < 1000:
            raise ValueError(f"the split's seed must lie between 0 and 999, got {self.seed}")

    @property
    def size_bytes(self) -> int:
        """The memory that the pictures take."""
        return sum(square.nbytes for square in self.squares)

    @property
    def side_px(self) -> tuple[int, int]:
        """Height and width of the largest."""
        side = max(square.shape[0] for square in self.squares)
        return (side, side)

    @cached_property
    def key(self) -> str:
        """The same for the same pictures and classes, however split; nothing can be learnt of them from it."""
        digest = hashlib.sha256(repr((self.classes, self.labels)).encode("utf-8", "replace"))
        for square in self.squares:
            digest.update(len(square).to_bytes(2) + square.tobytes())
        return digest.hexdigest()

    @cached_property
    def split(self) -> tuple[int, ...]:
        """0 (train) or 1 (test) for each picture, the same share of every class: as in the browser."""
        return tuple(order.split(self.labels, len(self.classes), TEST_SHARE, self.seed))

    @property
    def counts(self) -> list[int]:
        """How many pictures each class has."""
        found: list[int] = np.bincount(self.labels, minlength=len(self.classes)).tolist()
        return found

    @property
    def hindrance(self) -> str:
        """Why nothing can be trained on these, in a sentence; nothing where it can."""
        if len(self.classes) < 2:
            return (
                f"All pictures are of {quoted(self.classes[0])}: a second class is needed, to tell it from."
            )
        if 1 not in self.split:
            return "Every class has a single picture, so none can be held out to test on: add some more."
        return ""

    def split_anew(self) -> "Collection":
        """The same pictures, others of them held out."""
        return replace(self, seed=(self.seed + 1) % 1000)

    def inputs(self, rows: Sequence[int], side_px: int, channels: int) -> Bytes:
        """What a network gets of some of the pictures. Shapes: (rows, side_px, side_px, channels)."""
        found = np.empty((len(rows), side_px, side_px, channels), np.uint8)
        sides = np.array([self.squares[row].shape[0] for row in rows])
        for side in np.unique(sides):
            places = np.flatnonzero(sides == side)
            for start in range(0, len(places), PIECE):
                piece = places[start : start + PIECE]
                stacked = np.stack([self.squares[rows[place]] for place in piece])
                found[piece] = network_input(stacked, side_px, channels)
        return found

    def prepared(self, side_px: int, channels: int) -> PictureSet:
        """The set that a network of this side and these channels takes: as the browser's lane makes it.

        Raises: ValueError where they cannot be trained on.
        """
        if self.hindrance:
            raise ValueError(self.hindrance)
        images = self.inputs(range(len(self.squares)), side_px, channels)
        return datasets.own(TITLE, self.classes, images, self.labels, split=self.split)

    def fit_for(self, network: str, input_px: int | None = None) -> PictureSet:
        """The set for a network; beyond 96 px it comes in its own side, and is enlarged as every set is.

        Raises: ValueError for a network or a side that does not exist, and as `prepared`.
        """
        return self.prepared(*self.shape_for(network, input_px))

    def shape_for(self, network: str, input_px: int | None = None) -> tuple[int, int]:
        """Side and channels of the set for a network. Raises: ValueError as `fit_for`."""
        from explorer.transfer import starting

        channels, side = starting.input_of(network, self, input_px)
        return (side, channels) if side <= KEPT_PX or channels == 1 else (max(8, *self.side_px), channels)

    def told(self) -> str:
        """How many there are, of what, and how they are split, in a line."""
        held = sum(self.split)
        total = len(self.squares)
        kinds = "1 class" if len(self.classes) == 1 else f"{len(self.classes)} classes"
        return f"{pictures(total)}, {kinds}, {total - held:,} to train on and {held:,} to test on"


def _is_kept(square: Bytes) -> bool:
    side = square.shape[0]
    return square.dtype == np.uint8 and 3 <= side <= KEPT_PX and square.shape == (side, side, 3)
