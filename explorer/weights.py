"""Trained weights: what torchvision offers, what lies in PyTorch's own cache, and fetching it when asked to.

A download goes to a `.partial` file beside its place, is resumed where the server allows it, and is moved into
place only when its SHA-256 begins as its name says. So a file in place is always a whole one. A file that somebody
put there by hand is taken as it is, as torchvision takes it, whatever its digest: it is only loaded as plain tensors,
and has to fit the network.
"""

import hashlib
import http.client
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from explorer import torchvision_operators

CHUNK_BYTES = 1 << 18
PATIENCE_S = 20.0
LARGEST_BYTES = 2 << 30
Progress = Callable[[int, int], bool]
_LOCKS = tuple(threading.Lock() for _ in range(16))


class DownloadError(ValueError):
    """A download that did not succeed; the message is a sentence for the reader."""


@dataclass(frozen=True)
class Weights:
    """One set of trained weights that torchvision offers. Units: size in bytes as torchvision states it."""

    network: str
    name: str
    url: str
    size_bytes: int
    categories: tuple[str, ...]
    transforms: Callable[..., Any]

    @property
    def file(self) -> Path:
        """Where PyTorch keeps it."""
        return cache_folder() / Path(self.url).name

    @property
    def here(self) -> bool:
        """Whether it lies in PyTorch's cache."""
        return self.file.is_file()


def cache_folder() -> Path:
    """PyTorch's own cache of weights ($TORCH_HOME/hub/checkpoints)."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def offered(network: str, name: str = "IMAGENET1K_V1") -> Weights:
    """The weights called `name` of a torchvision network.

    Raises: ValueError where torchvision offers none of that name.
    """
    models = torchvision_operators.models()
    try:
        kinds = models.get_model_weights(network)
    except ValueError:
        raise ValueError(f"torchvision has no network {network!r}, so no trained weights of it") from None
    if name == "DEFAULT":
        entry = kinds.DEFAULT
    elif name in kinds.__members__:
        entry = kinds[name]
    else:
        raise ValueError(f"{network} has no weights {name!r}; there are {', '.join(kinds.__members__)}")
    size = round(entry.meta["_file_size"] * 1e6) if "_file_size" in entry.meta else 0
    return Weights(network, entry.name, entry.url, size, tuple(entry.meta["categories"]), entry.transforms)


def state(weights: Weights) -> dict[str, Tensor]:
    """The tensors of weights that are here.

    Raises: ValueError where they are not here or cannot be read; nothing but tensors is ever loaded.
    """
    if not weights.here:
        raise ValueError(f"the weights {weights.name} of {weights.network} are not on this server yet")
    try:
        loaded = torch.load(weights.file, map_location="cpu", weights_only=True)
    except (RuntimeError, EOFError, ValueError, OSError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"the file {weights.file.name} cannot be read as weights; it may be damaged"
        ) from error
    except Exception as error:
        if type(error).__name__ != "UnpicklingError":
            raise
        raise ValueError(
            f"the file {weights.file.name} is no plain file of weights and was not opened"
        ) from error
    if not isinstance(loaded, dict) or not all(isinstance(value, Tensor) for value in loaded.values()):
        raise ValueError(f"the file {weights.file.name} holds something other than weights")
    return loaded


def download(
    weights: Weights, progress: Progress = lambda done, total: True, *, patience_s: float = PATIENCE_S
) -> Path:
    """Fetch weights into PyTorch's cache and return the file. `progress(done, total)` may return False to stop.

    Units: bytes; total is 0 where the server does not say.
    Raises: DownloadError in a sentence for a cut, refused, slow, wrong or cancelled download; what has come is kept
    and resumed by the next try, unless it was wrong.
    """
    return fetched(
        weights.url, weights.file, progress, lambda partial: _check(partial, weights), patience_s=patience_s
    )


def fetched(
    url: str,
    place: Path,
    progress: Progress,
    check: Callable[[Path], None],
    *,
    what: str = "weights",
    patience_s: float = PATIENCE_S,
) -> Path:
    """Fetch what is at an address into its place, as `download`; `check` raises for a wrong file."""
    with _LOCKS[hash(place.name) % len(_LOCKS)]:
        if place.is_file():
            return place
        place.parent.mkdir(parents=True, exist_ok=True)
        partial = place.with_name(place.name + ".partial")
        try:
            _fetch(url, partial, progress, patience_s)
        except urllib.error.HTTPError as error:
            partial.unlink(missing_ok=True)
            raise DownloadError(f"The server of the {what} refused: {error.code} {error.reason}.") from error
        except TimeoutError as error:
            raise DownloadError(
                f"The server of the {what} stopped answering. What has come is kept: try again."
            ) from error
        except (urllib.error.URLError, http.client.HTTPException, ConnectionError) as error:
            raise DownloadError(f"The {what} could not be fetched: no connection to their server.") from error
        except OSError as error:
            raise DownloadError(f"The {what} could not be written: is the disk full?") from error
        check(partial)
        partial.replace(place)
    return place


def _fetch(url: str, partial: Path, progress: Progress, patience_s: float) -> None:
    """Append to `partial` what is missing of the file at `url`."""
    have = partial.stat().st_size if partial.exists() else 0
    request = urllib.request.Request(  # noqa: S310
        url, headers={"User-Agent": "kernelscope", "Accept-Encoding": "identity"}
    )
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=patience_s)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        partial.unlink()
        return _fetch(url, partial, progress, patience_s)
    except urllib.error.URLError as error:
        if isinstance(error.reason, TimeoutError):
            raise TimeoutError from error
        raise
    with answer:
        _receive(answer, partial, have, progress)
    return None


def _receive(answer: http.client.HTTPResponse, partial: Path, have: int, progress: Progress) -> None:
    """Write an answer to `partial`: behind what is there where the server resumed, from the start otherwise."""
    resumed = answer.status == http.HTTPStatus.PARTIAL_CONTENT
    have = have if resumed else 0
    coming = int(answer.headers.get("Content-Length") or 0)
    total = have + coming if coming else 0
    if total > LARGEST_BYTES:
        raise DownloadError(f"The server offers {total / 1e9:.1f} GB: more than any of these networks has.")
    with partial.open("ab" if resumed else "wb") as held:
        while chunk := answer.read(CHUNK_BYTES):
            held.write(chunk)
            have += len(chunk)
            if have > LARGEST_BYTES:
                raise DownloadError("The server sends more than any of these networks has. Stopped.")
            if not progress(have, total):
                raise DownloadError("Stopped. What has come is kept and will be used when you try again.")
    if total and have < total:
        raise DownloadError(
            f"The connection was cut after {have / 1e6:.1f} of {total / 1e6:.1f} MB: try again, it goes on."
        )


def _check(partial: Path, weights: Weights) -> None:
    """The digest in the file's name must be that of its contents; a wrong file is thrown away."""
    named = re.search(r"-([0-9a-f]{8,})\.", weights.file.name)
    digest = hashlib.sha256()
    with partial.open("rb") as held:
        while chunk := held.read(CHUNK_BYTES):
            digest.update(chunk)
    if named is None or not digest.hexdigest().startswith(named.group(1)):
        partial.unlink()
        raise DownloadError(
            "What came is not the file that was asked for (its checksum differs); it was thrown away."
        )
