"""What is accepted of a learner's own pictures, and how it is said; the twin is the browser's own/limits.js."""

import re
import unicodedata
from dataclasses import dataclass

MOST_PICTURES = 5000
MOST_CLASSES = 200
NAME_UNITS = 40
"""Characters of a class's name, counted as JavaScript counts them: in 16-bit units."""
KEPT_PX = 96
"""The longest side that is kept of a picture."""
SMALLEST_PX = 3
TEST_SHARE = 0.2
MOST_PIXEL_BYTES = MOST_PICTURES * KEPT_PX * KEPT_PX * 3


@dataclass(frozen=True)
class ZipLimits:
    """What a zip may hold.

    Units: bytes, but for `entries` and `pixels`: those that are decoded, of all pictures together. `ratio` is unpacked
    to packed, from `ratio_from_bytes` on.
    """

    zip_bytes: int
    pixels: int
    entries: int = 20_000
    file_bytes: int = 40_000_000
    unpacked_bytes: int = 1_000_000_000
    ratio: int = 120
    ratio_from_bytes: int = 50_000_000


VISITOR = ZipLimits(zip_bytes=100_000_000, pixels=1_000_000_000)
"""A zip that a visitor brings to a shared server."""
OWNER = ZipLimits(zip_bytes=1_000_000_000, pixels=20_000_000_000)
"""A zip on one's own machine, for the command line."""


def tidied(name: str) -> str:
    """A class's name as it is kept: one line, composed letters, not too long."""
    composed = unicodedata.normalize("NFC", name)
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf") else sign for sign in composed)
    units = re.sub(r"\s+", " ", plain).strip().encode("utf-16-le", "surrogatepass")
    return units[: 2 * NAME_UNITS].decode("utf-16-le", "ignore").strip()


def key_of(name: str) -> str:
    """Names that differ in capitals alone are one name."""
    return tidied(name).lower()


def quoted(name: str) -> str:
    """A name in quotation marks."""
    return f"“{name}”"


def pictures(count: int) -> str:
    """ "1 picture", "2,000 pictures"."""
    return "1 picture" if count == 1 else f"{count:,} pictures"


def classes(count: int) -> str:
    """ "1 class", "3 classes"."""
    return "1 class" if count == 1 else f"{count} classes"


def size(count: int) -> str:
    """So many bytes, in words."""
    if count >= 1e9:
        return f"{count / 1e9:.1f} GB"
    return f"{count / 1e6:.0f} MB" if count >= 1e6 else f"{-(-count // 1000):,} kB"
