"""Letters and pictograms drawn from fonts, each a little different: moved, turned, bolder or thinner, blurred, noisy.

The fonts are those in matplotlib's package: the DejaVu families, STIX and Computer Modern; nothing is fetched.
Shapes: pictures (N, 28, 28), white on black. Units: angles in degrees, moves in pixels, noise as a share of white.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sin
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIDE_PX = 28
_TILE_PX = 44
Pictures = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]

_SANS = ("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique")
_MONO = ("DejaVuSansMono", "DejaVuSansMono-Bold")
_MONO_SLANTED = ("DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique")
_SERIF = ("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic")
_STIX = ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta")
_COMPUTER_MODERN = ("cmr10", "cmb10", "cmss10", "cmti10", "cmtt10", "cmmi10")
DEJAVU_FONTS = (*_SANS, *_MONO, *_MONO_SLANTED, *_SERIF)
SYMBOL_FONTS = (*_SANS, *_MONO)
LATIN_FONTS = (*DEJAVU_FONTS, *_STIX, *_COMPUTER_MODERN)


@dataclass(frozen=True)
class Hand:
    """How differently the same sign is drawn: the widest each thing varies to either side.

    Units: turn in degrees, move in pixels, scale as a share, blur as a radius in pixels, noise as a share of white;
    size is what all of them are scaled by.
    """

    turn: float = 12.0
    move_px: float = 3.0
    scale: float = 0.2
    blur_px: float = 0.8
    noise: float = 0.05
    size: float = 1.0


def font_folder() -> Path:
    """Where matplotlib keeps its fonts; matplotlib itself is not imported.

    Raises: ValueError where it is not installed.
    """
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise ValueError("the fonts of the drawn letters come with matplotlib, which is not installed")
    return Path(found.origin).parent / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=32)
def _font(name: str) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font_folder() / f"{name}.ttf", 25, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=2048)
def _tile(sign: str, font: str, weight: int) -> Image.Image:
    """One sign in the middle of a tile. `weight` is -1 (thinner), 0 or 1 (bolder)."""
    tile = Image.new("L", (_TILE_PX, _TILE_PX))
    left, top, right, bottom = ImageDraw.Draw(tile).textbbox((0, 0), sign, _font(font))
    at = ((_TILE_PX - left - right) / 2, (_TILE_PX - top - bottom) / 2)
    ImageDraw.Draw(tile).text(at, sign, 255, _font(font))
    if not weight:
        return tile
    filtered = tile.filter(ImageFilter.MaxFilter(3) if weight > 0 else ImageFilter.MinFilter(3))
    return Image.blend(tile, filtered, 0.55 if weight > 0 else 0.4)


def drawn(
    signs: Sequence[str], fonts: Sequence[str], count: int, hand: Hand, rng: np.random.Generator
) -> Pictures:
    """`count` pictures, sign after sign in turn. Shapes: (count, 28, 28)."""
    pictures = np.empty((count, SIDE_PX, SIDE_PX), np.uint8)
    chosen = rng.integers(len(fonts), size=count)
    weights = rng.integers(-1, 2, count)
    free = rng.uniform(-1, 1, (count, 5))
    for i in range(count):
        tile = _tile(signs[i % len(signs)], fonts[chosen[i]], int(weights[i]))
        pictures[i] = _placed(tile, hand, free[i])
    bright = rng.uniform(0.7, 1.0, (count, 1, 1))
    noisy = pictures / 255 * bright + rng.normal(0, hand.noise, pictures.shape)
    rounded: Pictures = (np.clip(noisy, 0, 1) * 255).round().astype(np.uint8)
    return rounded


def _placed(tile: Image.Image, hand: Hand, free: npt.NDArray[np.float64]) -> Pictures:
    """The tile turned, scaled, moved and blurred. `free` holds five numbers between -1 and 1."""
    angle, scale = radians(hand.turn * free[0]), hand.size * (1 + hand.scale * free[1])
    a, b = cos(angle) / scale, sin(angle) / scale
    x, y = (hand.move_px * number - SIDE_PX / 2 for number in free[2:4])
    middle = _TILE_PX / 2
    affine = (
        a,
        b,
        middle + a * x + b * y,
        -b,
        a,
        middle - b * x + a * y,
    )  # from a pixel to its place in the tile
    placed = tile.transform((SIDE_PX, SIDE_PX), Image.Transform.AFFINE, affine, Image.Resampling.BICUBIC)
    radius = hand.blur_px * abs(float(free[4]))
    return np.asarray(placed.filter(ImageFilter.GaussianBlur(radius)) if radius > 0.2 else placed)
