"""Room for the own pictures of all sessions together: bounded, and free again when a session lets go of its own."""

import gc
import threading
from functools import cache
from weakref import WeakKeyDictionary

from explorer import memory
from explorer.transfer.collection.limits import size

MOST_BYTES = 1 << 29
SPARE = 4
"""A collection is taken where so many times its size is free: it is copied when it is made fit for a network."""
FULL = (
    "the pictures of others fill the room that this server has; try again in a while, or race in the browser"
)


class Shelf:
    """Who holds how many bytes. It holds none of the pictures itself: what nobody holds any more is free.

    Units: bytes.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._lock = threading.Lock()
        self._held: WeakKeyDictionary[object, int] = WeakKeyDictionary()

    @property
    def held_bytes(self) -> int:
        """What all hold together."""
        with self._lock:
            return sum(self._held.values())

    def place(self, holder: object, size_bytes: int) -> None:
        """Count what `holder` holds, from now on until it is gone. Raises: ValueError where there is no room."""
        free = memory.free_bytes()
        if free is not None and SPARE * size_bytes > free:
            raise ValueError(f"this server has not enough free memory for {size(size_bytes)} of pictures")
        with self._lock:
            if sum(self._held.values()) + size_bytes > self.most_bytes:
                gc.collect()  # what ended sessions held
            if sum(self._held.values()) + size_bytes > self.most_bytes:
                raise ValueError(FULL)
            self._held[holder] = size_bytes

    def move(self, holder: object, other: object, size_bytes: int) -> None:
        """What one held is the other's now."""
        with self._lock:
            self._held.pop(holder, None)
            self._held[other] = size_bytes


@cache
def shared() -> Shelf:
    """The shelf of this server process."""
    return Shelf()
