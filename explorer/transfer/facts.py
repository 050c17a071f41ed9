"""What is known of a picture set before it is drawn or fetched."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Dataset:
    """The facts of one picture set. `kind` is "drawn", "torchvision" or "own"; `source` says where it is from.

    Units: download_bytes is what is fetched, as the servers state it (0 for none); train_per_class is how many there
    are at most, for fetched sets on average; side_px is the side after preparation.
    """

    name: str
    title: str
    sentence: str
    kind: str
    classes: tuple[str, ...]
    train_per_class: int
    test: int
    side_px: int
    channels: int
    download_bytes: int
    source: str
    licence: str
    like: str = ""
