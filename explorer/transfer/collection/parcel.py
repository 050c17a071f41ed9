"""How a collection travels from the browser to the server: safetensors, in pieces, each checked as it arrives.

`pixels` are all squares, one after the other, `sides` and `labels` say what they are; `classes` and `seed` stand in the
header. Nothing is compressed, so nothing can grow. The twin is the browser's own/bundle.js.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from explorer.transfer import tensorfile
from explorer.transfer.collection.collection import Collection
from explorer.transfer.collection.limits import (
    KEPT_PX,
    MOST_PICTURES,
    MOST_PIXEL_BYTES,
    SMALLEST_PX,
    key_of,
    size,
    tidied,
)

MOST_BYTES = MOST_PIXEL_BYTES + 200_000
MOST_PIECE_BYTES = 4 << 20
BROKEN = "what arrived is no collection of pictures"


def packed(found: Collection) -> bytes:
    """A collection as the browser sends it."""
    tensors: dict[str, npt.NDArray[np.generic]] = {
        "pixels": np.concatenate([square.ravel() for square in found.squares]),
        "sides": np.array([square.shape[0] for square in found.squares], np.uint8),
        "labels": np.array(found.labels, np.uint8),
    }
    return tensorfile.written(
        tensors, {"classes": json.dumps(found.classes, ensure_ascii=False), "seed": str(found.seed)}
    )


def unpacked(data: bytes) -> Collection:
    """The collection that arrived. Raises: ValueError where it is none."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    if len(data) > MOST_BYTES:
        raise ValueError(f"at most {size(MOST_BYTES)} of pictures can be sent, got {size(len(data))}")
    try:
        tensors, said = load(data), tensorfile.metadata(data)
        pixels, sides, labels = (_bytes(tensors[name]) for name in ("pixels", "sides", "labels"))
        names, seed = json.loads(said["classes"]), said["seed"]
    except (SafetensorError, KeyError, ValueError, TypeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(BROKEN) from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(BROKEN)
    if not re.fullmatch(r"\d{1,3}", seed, re.ASCII):
        raise ValueError(BROKEN)
    return Collection(
        _told_apart(names), _squares(pixels, sides), tuple(int(label) for label in labels), int(seed)
    )


def _bytes(values: npt.NDArray[np.generic]) -> npt.NDArray[np.uint8]:
    if values.dtype != np.uint8 or values.ndim != 1:
        raise ValueError(BROKEN)
    return values.astype(np.uint8)


def _squares(
    pixels: npt.NDArray[np.uint8], sides: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.uint8], ...]:
    """The pictures, cut from the row of all pixels."""
    counts = 3 * sides.astype(np.int64) ** 2
    if not 0 < len(sides) <= MOST_PICTURES or sides.min() < SMALLEST_PX or sides.max() > KEPT_PX:
        raise ValueError(BROKEN)
    if counts.sum() != len(pixels):
        raise ValueError("the pictures did not arrive whole: please send them again")
    ends = np.cumsum(counts)
    return tuple(
        pixels[end - count : end].reshape(side, side, 3)
        for end, count, side in zip(ends, counts, sides.astype(int), strict=True)
    )


def _told_apart(names: list[str]) -> tuple[str, ...]:
    """Tidied names, none twice."""
    found: list[str] = []
    for name in names:
        stem = tidied(name) or "Class"
        free, number = stem, 2
        while key_of(free) in {key_of(other) for other in found}:
            free, number = f"{stem[:34]} {number}", number + 1
        found.append(free)
    return tuple(found)


class Arrival:
    """A collection on its way: `size_bytes` are announced, its pieces come in order.

    Raises: ValueError for a size that is none.
    """

    def __init__(self, sending: str, size_bytes: object) -> None:
        if not isinstance(size_bytes, int) or isinstance(size_bytes, bool) or size_bytes < 1:
            raise ValueError(BROKEN)
        if size_bytes > MOST_BYTES:
            raise ValueError(f"at most {size(MOST_BYTES)} of pictures can be sent, got {size(size_bytes)}")
        self.sending, self.size_bytes = sending, size_bytes
        self._held = bytearray()

    @property
    def taken(self) -> int:
        """How many bytes are here."""
        return len(self._held)

    @property
    def is_whole(self) -> bool:
        """Whether all has come."""
        return self.taken == self.size_bytes

    def take(self, piece: Mapping[str, object]) -> None:
        """The next piece: {at, base64}; one that is here already is passed over.

        Raises: ValueError for a piece that does not follow, is too long, or no base64.
        """
        at, text = piece.get("at"), piece.get("base64")
        if not isinstance(at, int) or not isinstance(text, str) or len(text) > MOST_PIECE_BYTES * 4 // 3 + 4:
            raise ValueError(BROKEN)
        try:
            data = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError(BROKEN) from error
        if at + len(data) <= self.taken:
            return
        if at != self.taken or at + len(data) > self.size_bytes:
            raise ValueError("a piece of the pictures is missing: please send them again")
        self._held += data

    def collection(self) -> Collection:
        """What has arrived. Raises: ValueError where it is not whole, or no collection."""
        if not self.is_whole:
            raise ValueError("the pictures did not arrive whole: please send them again")
        return unpacked(bytes(self._held))
