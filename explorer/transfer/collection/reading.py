"""From a zip by class to a collection: what is no picture is named and left out, the rest goes on.

A picture's class is the folder that it lies in; folders of one name become one class. The twin in the browser is
own/gather.js with own/import.js: the same zip gives the same classes and pictures in the same order.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from explorer.pictures import open_picture, size_of
from explorer.transfer.collection.collection import Collection
from explorer.transfer.collection.limits import (
    KEPT_PX,
    MOST_CLASSES,
    MOST_PICTURES,
    OWNER,
    ZipLimits,
    key_of,
    pictures,
    quoted,
    size,
    tidied,
)
from explorer.transfer.collection.square import Bytes, square_of
from explorer.transfer.collection.unzip import Entry, Zip

NOISE = re.compile(r"(^|/)(__MACOSX/|\.|thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
"""What systems leave in folders."""
OPENED_PX = 16 * KEPT_PX
"""Pictures are opened at this side at most, before their middle square is taken."""
Told = Callable[[int, int], None]


@dataclass
class Report:
    """What came of a zip: the collection, what was left out with the reason, and what should be known.

    `collection` is None where there was no picture in it.
    """

    collection: Collection | None = None
    left: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class _EnoughError(Exception):
    """Reading ends here, for the reason that is said; what came before stays."""


@dataclass
class _Intake:
    """Pictures by class as they come in; the first spelling of a name stays."""

    names: dict[str, str] = field(default_factory=dict)
    squares: dict[str, list[Bytes]] = field(default_factory=lambda: defaultdict(list))

    def take(self, group: str, square: Bytes) -> None:
        key = key_of(group)
        if key not in self.names and len(self.names) >= MOST_CLASSES:
            raise _EnoughError(
                f"There are {MOST_CLASSES} classes already: no more can be told apart here. Reading ended there."
            )
        self.names.setdefault(key, group)
        self.squares[key].append(square)

    @property
    def count(self) -> int:
        return sum(len(own) for own in self.squares.values())

    def collection(self) -> Collection | None:
        if not self.names:
            return None
        by_class = [self.squares[key] for key in self.names]
        labels = [label for label, own in enumerate(by_class) for _ in own]
        return Collection(
            tuple(self.names.values()), tuple(one for own in by_class for one in own), tuple(labels)
        )


def read(data: bytes, name: str, limits: ZipLimits = OWNER, told: Told | None = None) -> Report:
    """The pictures of a zip. `name` is the file's, for pictures that lie in no folder; `told` hears how far it is.

    Raises: ValueError, in a sentence, for a zip that should not be opened.
    """
    archive, report, intake = Zip(data, limits), Report(), _Intake()
    fallback = tidied(re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)) or "Pictures"
    wanted = [entry for entry in archive.entries() if _is_wanted(entry, report)]
    grouped = [(entry, tidied(_folder(entry).rpartition("/")[2]) or fallback) for entry in wanted]
    report.notes += _together(grouped)
    budget = limits.pixels
    for done, (entry, group) in enumerate(grouped, start=1):
        try:
            budget = _taken(archive, entry, group, intake, budget)
        except ValueError as error:
            report.left.append((entry.path, str(error)))
        except _EnoughError as error:
            report.notes.append(str(error))
            break
        if told:
            told(done, len(grouped))
    report.collection = intake.collection()
    return report


def read_file(file: Path, seed: int = 0) -> Report:
    """The pictures of a zip on one's own machine, split with a seed. Raises: ValueError as `read`."""
    try:
        if file.stat().st_size > OWNER.zip_bytes:
            raise ValueError(f"{file} has more than {size(OWNER.zip_bytes)}. It was not opened.")
        data = file.read_bytes()
    except OSError:
        raise ValueError(f"{file} cannot be read") from None
    report = read(data, file.name)
    if report.collection:
        report.collection = replace(report.collection, seed=seed)
    return report


def _taken(archive: Zip, entry: Entry, group: str, intake: _Intake, budget: int) -> int:
    """Take one picture in; how many pixels may still be decoded."""
    if intake.count >= MOST_PICTURES:
        raise _EnoughError(f"There is room for {pictures(MOST_PICTURES)}: those beyond were left out.")
    data = archive.unpack(entry)
    width, height = size_of(data)
    if width * height > budget:
        raise _EnoughError(
            f"The pictures of this zip have more than {archive.limits.pixels / 1e6:,.0f} million pixels together: "
            f"reading ended at {entry.path}."
        )
    intake.take(group, square_of(open_picture(data, OPENED_PX)))
    return budget - width * height


def _folder(entry: Entry) -> str:
    """The folder that an entry lies in, "" for none."""
    return "/".join([part for part in entry.path.split("/") if part][:-1])


def _is_wanted(entry: Entry, report: Report) -> bool:
    """Whether an entry may be a picture; one whose path leads out of the zip is named."""
    if ".." in entry.path.split("/"):
        report.left.append((entry.path, "Its path leads out of the zip."))
        return False
    return not NOISE.search(entry.path)


def _together(grouped: list[tuple[Entry, str]]) -> list[str]:
    """Which folders are one class, in sentences."""
    names: dict[str, str] = {}
    places: dict[str, dict[str, None]] = defaultdict(dict)
    for entry, group in grouped:
        names.setdefault(key_of(group), group)
        places[key_of(group)][_folder(entry)] = None
    return [
        f"{len(folders):,} folders are called {quoted(names[key])} ({', '.join(list(folders)[:3])}"
        f"{', …' if len(folders) > 3 else ''}): their pictures were put together in one class."
        for key, folders in places.items()
        if len(folders) > 1
    ]
