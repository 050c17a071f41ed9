"""Reading a zip that anybody may have made: what it claims is checked before, what it holds while it is unpacked.

Nothing is written to disk, so a name in it leads nowhere. The twin is the browser's own/zip-read.js.
"""

import io
import zipfile
import zlib
from dataclasses import dataclass

from explorer.transfer.collection.limits import ZipLimits, size

LISTED = b"PK\x01\x02"
LOCAL_BYTES = 30
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
UNICODE, LOCKED = 0x800, 0x1
NOT_OPENED = "It was not opened."


@dataclass(frozen=True)
class Entry:
    """One file in a zip. `path` uses slashes."""

    path: str
    info: zipfile.ZipInfo


class Zip:
    """The files in a zip. Raises: ValueError, in a sentence, where it should not be opened."""

    def __init__(self, data: bytes, limits: ZipLimits) -> None:
        self.limits = limits
        if len(data) > limits.zip_bytes:
            raise ValueError(
                f"This zip has {size(len(data))}; at most {size(limits.zip_bytes)} can be read. {NOT_OPENED}"
            )
        listed = data.count(LISTED)  # no list of contents has more entries than this, whatever it says
        if listed > limits.entries:
            raise ValueError(
                f"This zip has {listed:,} entries; at most {limits.entries:,} are opened. {NOT_OPENED}"
            )
        try:
            self._archive = zipfile.ZipFile(io.BytesIO(data))
        except (
            Exception
        ):  # damaged lists raise BadZipFile, struct.error, UnicodeDecodeError, OverflowError, ...
            raise ValueError(
                "This file is no zip, or its list of contents is damaged: it may have been cut off on its way."
            ) from None
        self._check_claims()

    def _check_claims(self) -> None:
        """Sizes that no honest set of pictures has, and entries that lie over one another, end the matter here."""
        infos, limits = self._archive.infolist(), self.limits
        packed, unpacked = sum(one.compress_size for one in infos), sum(one.file_size for one in infos)
        if unpacked > limits.unpacked_bytes:
            raise ValueError(
                f"This zip would unpack to {size(unpacked)}; at most {size(limits.unpacked_bytes)} is unpacked. "
                f"{NOT_OPENED}"
            )
        if unpacked > limits.ratio_from_bytes and unpacked > packed * limits.ratio:
            raise ValueError(
                f"This zip would unpack {size(packed)} to {size(unpacked)}, as zip bombs do: pictures never shrink "
                f"that much. {NOT_OPENED}"
            )
        places = sorted((one.header_offset, one.compress_size) for one in infos)
        ends = [*(place for place, _ in places[1:]), self._archive.start_dir]
        if any(
            place + LOCAL_BYTES + packed > end for (place, packed), end in zip(places, ends, strict=False)
        ):
            raise ValueError(
                f"The entries of this zip lie over one another, as in zip bombs, or it is damaged. {NOT_OPENED}"
            )

    def entries(self) -> list[Entry]:
        """The files, in the order of the list of contents; folders are left out."""
        named = [Entry(_path(info), info) for info in self._archive.infolist()]
        return [entry for entry in named if not entry.path.endswith("/")]

    def unpack(self, entry: Entry) -> bytes:
        """One file's bytes; never more than the zip announced. Raises: ValueError in a sentence."""
        info = entry.info
        if info.flag_bits & LOCKED:
            raise ValueError("Locked with a password in the zip.")
        if info.file_size > self.limits.file_bytes:
            most = size(self.limits.file_bytes)
            raise ValueError(f"This file has {size(info.file_size)}; at most {most} can be opened.")
        if info.compress_type not in METHODS:
            raise ValueError(f"Packed in a way that is not unpacked here (method {info.compress_type}).")
        try:
            with self._archive.open(info) as file:
                data = file.read(info.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
            raise ValueError(
                "Damaged in the zip: it cannot be unpacked, or is not what the list of contents says."
            ) from None
        if len(data) != info.file_size:
            raise ValueError("Damaged in the zip: it ends too early.")
        return data


def _path(info: zipfile.ZipInfo) -> str:
    """The name of an entry: UTF-8 wherever it can be, as browsers read it."""
    name = info.orig_filename
    if not info.flag_bits & UNICODE:
        raw = name.encode("cp437", "replace")
        try:
            name = raw.decode("utf-8")
        except UnicodeDecodeError:
            name = raw.decode("windows-1252", "replace")
    return name.replace("\\", "/").replace("\0", " ")
