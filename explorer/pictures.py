"""Pictures to look at: the built-in photographs, and opening anything a learner brings without harm."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageOps

MAX_SIDE_PX = 512
MAX_PIXELS = 50_000_000
MAX_FILE_BYTES = 200_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")

_ALLOWED = f"at most {MAX_PIXELS // 1_000_000} million pixels can be opened"
_FOLDER = Path(__file__).resolve().parent.parent / "assets" / "pictures"
_CC0 = "CC0 1.0"
_CC_BY = "CC BY 2.0"
_PUBLIC_DOMAIN = "public domain"


@dataclass(frozen=True)
class BuiltIn:
    """A photograph that comes with the app.

    Units: pixels of the stored file.
    """

    name: str
    title: str
    width_px: int
    height_px: int
    credit: str
    licence: str
    alt: str

    @property
    def file(self) -> Path:
        """Where the photograph lies: a lossless WebP."""
        return _FOLDER / f"{self.name}.webp"


_TABLE = (
    BuiltIn(
        "chelsea", "Cat", 451, 300, "Stéfan van der Walt", _CC0, "The face of a tabby cat with green eyes."
    ),
    BuiltIn(
        "coffee",
        "Coffee",
        512,
        341,
        "Rachel Michetti, courtesy of Pikolo Espresso Bar",
        _CC0,
        "An espresso in a red cup with a spoon, on a wooden table.",
    ),
    BuiltIn(
        "camera",
        "Photographer",
        512,
        512,
        "Lav Varshney",
        _CC0,
        "A man in a dark coat looking through a camera on a tripod; grey.",
    ),
    BuiltIn(
        "china",
        "Pagoda",
        512,
        342,
        "danielbuechele, Flickr",
        _CC_BY,
        "A many-storeyed Chinese tower above a lake.",
    ),
    BuiltIn(
        "flower",
        "Flower",
        512,
        342,
        "vultilion, Flickr",
        _CC_BY,
        "An orange dahlia before dark green leaves.",
    ),
    BuiltIn(
        "astronaut",
        "Astronaut",
        512,
        512,
        "NASA",
        _PUBLIC_DOMAIN,
        "Eileen Collins in an orange space suit before a flag and a model shuttle.",
    ),
    BuiltIn(
        "rocket",
        "Rocket",
        512,
        342,
        "SpaceX",
        _PUBLIC_DOMAIN,
        "A lit rocket on its launch pad at dusk, between lattice towers.",
    ),
    BuiltIn(
        "brick",
        "Bricks",
        512,
        512,
        "CC0Textures",
        _CC0,
        "A brick wall with upright bricks and bright joints; grey.",
    ),
    BuiltIn("grass", "Grass", 512, 512, "linolafett", _CC0, "Blades of grass seen from above; grey."),
    BuiltIn("gravel", "Gravel", 512, 512, "CC0Textures", _CC0, "Small stones seen from above; grey."),
    BuiltIn(
        "coins",
        "Coins",
        384,
        303,
        "Brooklyn Museum",
        "no known copyright restrictions",
        "Four rows of six Greek coins on a dark ground; grey.",
    ),
    BuiltIn(
        "text",
        "Handwriting",
        448,
        172,
        "Wikipedia, Corner.png",
        _PUBLIC_DOMAIN,
        "Formulas written by hand on lined paper, seen at a slant; grey.",
    ),
    BuiltIn(
        "hubble_deep_field",
        "Galaxies",
        512,
        446,
        "NASA",
        _PUBLIC_DOMAIN,
        "Thousands of small galaxies on a black sky.",
    ),
)

BUILT_IN: Mapping[str, BuiltIn] = MappingProxyType({picture.name: picture for picture in _TABLE})


def open_picture(source: bytes | str | Path, max_side_px: int = MAX_SIDE_PX) -> Image.Image:
    """Open a picture safely: upright, in colour, and no larger than asked.

    PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF. Of a moving picture the first frame; what is transparent is laid
    on white; 16 bits are scaled to 8; CMYK becomes RGB; a smaller picture is not enlarged. The size in the
    header is checked before anything is decoded. No metadata is kept, and no colour profile is applied.

    Raises: ValueError, in a sentence for the learner, for what cannot be opened.
    """
    if isinstance(max_side_px, bool) or not isinstance(max_side_px, int) or max_side_px < 1:
        raise ValueError(f"max_side_px must be a whole number of at least 1, got {max_side_px!r}")
    data = _read(source)
    with _identify(data) as opened:
        _check_size(opened)
        return _decode(opened, max_side_px)


def size_of(source: bytes | str | Path) -> tuple[int, int]:
    """Width and height that a picture's header claims, before it is turned upright; nothing is decoded.

    Units: pixels.
    Raises: ValueError, in a sentence for the learner, for what cannot be opened.
    """
    with _identify(_read(source)) as opened:
        _check_size(opened)
        return opened.size


def _read(source: object) -> bytes:
    if isinstance(source, bytes | bytearray | memoryview):
        data = bytes(source)
    elif isinstance(source, str | Path):
        data = _read_file(Path(source))
    else:
        kind = type(source).__name__
        raise ValueError(f"A picture is opened from the bytes of a file or from its path, not from {kind}.")
    if not data:
        raise ValueError("This file is empty: it holds 0 bytes.")
    if len(data) > MAX_FILE_BYTES:
        raise ValueError(_too_heavy(len(data)))
    return data


def _read_file(path: Path) -> bytes:
    try:
        if path.is_file():
            if path.stat().st_size > MAX_FILE_BYTES:
                raise ValueError(_too_heavy(path.stat().st_size))
            return path.read_bytes()
    except OSError:
        raise ValueError("This file cannot be read.") from None
    raise ValueError("There is no such file.")


def _too_heavy(size_bytes: int) -> str:
    allowed = f"at most {MAX_FILE_BYTES / 1e6:,.0f} MB can be opened"
    return f"This file is too large, {size_bytes / 1e6:,.0f} MB: {allowed}."


def _identify(data: bytes) -> Image.Image:
    """Read the header alone."""
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ValueError(f"This picture is too large: {_ALLOWED}.") from None
    except Exception:  # decoders raise almost anything on broken files
        raise ValueError(_not_a_picture(data)) from None


def _not_a_picture(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in {b"heic", b"heix", b"mif1", b"msf1", b"hevc"}:
        return "HEIC pictures cannot be opened here: save this one as JPEG or PNG first."
    return "This is no picture that can be opened: PNG, JPEG, WebP, GIF, BMP, TIFF and AVIF files can."


def _check_size(opened: Image.Image) -> None:
    width_px, height_px = opened.size
    if width_px < 1 or height_px < 1:
        raise ValueError(f"This picture has no pixels: its size is {width_px} x {height_px}.")
    if width_px * height_px > MAX_PIXELS:
        raise ValueError(f"This picture is too large, {width_px:,} x {height_px:,} pixels: {_ALLOWED}.")


def _decode(opened: Image.Image, max_side_px: int) -> Image.Image:
    try:
        opened.draft(None, (2 * max_side_px, 2 * max_side_px))  # JPEG: decode at a fraction of the size
        opened.load()
    except MemoryError:
        raise ValueError("This picture needs more memory than there is: try a smaller one.") from None
    except Exception:  # damaged data raise OSError, SyntaxError, struct.error, EOFError, ...
        raise ValueError("This picture is damaged or cut off: it cannot be read to its end.") from None
    try:
        return _on_white(_upright(_shrunk(_direct_colour(opened), max_side_px)))
    except ValueError:  # a colour space without a way to RGB, such as LAB
        raise ValueError("The colours of this picture are stored in a way that cannot be shown.") from None


def _direct_colour(picture: Image.Image) -> Image.Image:
    """8 bits a channel, RGB or RGBA; metadata stay for the moment."""
    if picture.mode in {"I", "F"} or picture.mode.startswith("I;16"):
        return _eight_bits(picture)
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Bring deep grey values to 0..255: 16 bits by 65535, other ranges that do not fit are stretched."""
    values = np.array(picture, dtype=np.float32)
    values[~np.isfinite(values)] = 0.0
    black, white = _range(picture.mode, float(values.min()), float(values.max()))
    values -= black
    if white > black:
        values *= 255.0 / (white - black)
    grey = Image.fromarray(np.rint(values, out=values).astype(np.uint8)).convert("RGB")
    grey.info = picture.info  # the orientation
    return grey


def _range(mode: str, low: float, high: float) -> tuple[float, float]:
    """The values that become black and white."""
    if mode.startswith("I;16"):
        return 0.0, 65535.0
    usual = (1.0, 255.0, 65535.0) if mode == "F" else (255.0, 65535.0)
    white = next((limit for limit in usual if high <= limit), None)
    return (0.0, white) if low >= 0 and white is not None else (low, high)


def _shrunk(picture: Image.Image, max_side_px: int) -> Image.Image:
    """At most the size asked for; never larger than it was."""
    if max(picture.size) > max_side_px:
        picture.thumbnail((max_side_px, max_side_px), Image.Resampling.LANCZOS)
    return picture


def _upright(picture: Image.Image) -> Image.Image:
    """Turn as the camera was held; an orientation note that cannot be read counts as upright."""
    try:
        return ImageOps.exif_transpose(picture)
    except Exception:
        return picture


def _on_white(picture: Image.Image) -> Image.Image:
    """Nothing but opaque pixels."""
    clean = Image.new("RGB", picture.size, "white")
    clean.paste(picture, mask=picture if picture.mode == "RGBA" else None)
    return clean
