"""Fetching a public picture set when a visitor asks: the size first, progress, resumed and checked, stopped at a word.

The archives are put where torchvision looks for them, so that `downloads.get` only has to unpack and prepare.
"""

import hashlib
import shutil
import threading
from dataclasses import dataclass
from pathlib import Path

from explorer import weights
from explorer.transfer import downloads
from explorer.weights import CHUNK_BYTES, DownloadError, Progress

_UNPACKING = threading.Lock()
ROOM = 4
"""An archive, its unpacked files and the prepared set take so many times the download."""


@dataclass(frozen=True)
class Archive:
    """One file of a set: where it is, where torchvision wants it, and its checksum."""

    url: str
    place: Path
    md5: str


def archives(name: str) -> tuple[Archive, ...]:
    """The files of a set.

    Raises: ValueError for a set that is not fetched.
    """
    if name not in downloads.DOWNLOADS:
        raise ValueError(f"there is no set {name!r} to fetch; there are {', '.join(downloads.DOWNLOADS)}")
    folder = downloads.cache_folder()
    if name == "cifar10":
        return (_archive(downloads.CIFAR_URL, folder, downloads.CIFAR_MD5),)
    sets = downloads._torchvision()
    if name in ("mnist", "fashion_mnist"):
        kind = "MNIST" if name == "mnist" else "FashionMNIST"
        made = getattr(sets, kind)
        return tuple(
            _archive(made.mirrors[0] + file, folder / kind / "raw", md5) for file, md5 in made.resources
        )
    if name == "flowers102":
        made, base = sets.Flowers102, folder / "flowers-102"
        return tuple(
            _archive(made._download_url_prefix + file, base, md5) for file, md5 in made._file_dict.values()
        )
    if name == "pets":
        return tuple(
            _archive(url, folder / "oxford-iiit-pet", md5) for url, md5 in sets.OxfordIIITPet._RESOURCES
        )
    return (_archive(sets.Imagenette._ARCHIVES["160px"][0], folder, sets.Imagenette._ARCHIVES["160px"][1]),)


def _archive(url: str, folder: Path, md5: str) -> Archive:
    return Archive(url, folder / Path(url).name, md5)


def fetch(name: str, progress: Progress = lambda done, total: True) -> None:
    """Fetch a set, unpack it and keep it prepared. `progress(done, total)` may return False to stop.

    Units: bytes of the whole set.
    Raises: DownloadError in a sentence; what has come is kept and resumed by the next try, unless it was wrong.
    """
    total = downloads.DOWNLOADS[name].download_bytes if name in downloads.DOWNLOADS else 0
    wanted = archives(name)
    _check_room(total)
    before = 0
    for archive in wanted:

        def so_far(done: int, _: int, start: int = before) -> bool:
            return progress(start + done, max(total, start + done))

        def check(partial: Path, archive: Archive = archive) -> None:
            _check(partial, archive.md5)

        weights.fetched(archive.url, archive.place, so_far, check, what="pictures")
        before += archive.place.stat().st_size
    with _UNPACKING:
        downloads.get(name, download=True)
    for archive in wanted:  # what is prepared is kept alone
        archive.place.unlink(missing_ok=True)


def _check_room(download_bytes: int) -> None:
    folder = downloads.cache_folder()
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < ROOM * download_bytes:
        needed = f"{ROOM * download_bytes / 1e6:,.0f} MB"
        raise DownloadError(
            f"This server has {free / 1e6:,.0f} MB of disk left; the set needs {needed} to unpack."
        )


def _check(partial: Path, md5: str) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    with partial.open("rb") as held:
        while chunk := held.read(CHUNK_BYTES):
            digest.update(chunk)
    if digest.hexdigest() != md5:
        partial.unlink()
        raise DownloadError(
            "What came is not the file that was asked for (its checksum differs); it was thrown away."
        )
