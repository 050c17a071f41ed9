"""Pictures that are no photographs: drawn digits, letters and clothes, and what can be done to a photograph.

A network trained on photographs has seen none of these; one trained on digits has seen nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, ImageOps

SIDE_PX = 280
_BOX = 28  # outlines are given on a grid of 28 x 28

Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Drawing:
    """A white drawing on black: a sign of the font, an outline, or strokes. Units: points on a grid of 28 x 28."""

    name: str
    title: str
    sign: str = ""
    outlines: tuple[Points, ...] = ()
    strokes: tuple[Points, ...] = ()

    def picture(self) -> Image.Image:
        """The drawing as a colour picture of 280 x 280 px."""
        drawn = Image.new("L", (SIDE_PX, SIDE_PX), 0)
        pen = ImageDraw.Draw(drawn)
        if self.sign:
            font = ImageFont.load_default(size=230)
            pen.text((SIDE_PX / 2, SIDE_PX / 2), self.sign, 255, font=font, anchor="mm", stroke_width=3)
        for outline in self.outlines:
            pen.polygon(_enlarged(outline), 225)
        for stroke in self.strokes:
            pen.line(_enlarged(stroke), 255, width=24, joint="curve")
        return drawn.filter(ImageFilter.GaussianBlur(3)).convert("RGB")


def _enlarged(points: Points) -> list[tuple[float, float]]:
    factor = SIDE_PX / _BOX
    return [(x * factor, y * factor) for x, y in points]


_SHIRT = (
    (8, 3),
    (11, 4),
    (14, 5),
    (17, 4),
    (20, 3),
    (27, 8),
    (24, 13),
    (21, 11),
    (21, 26),
    (7, 26),
    (7, 11),
    (4, 13),
    (1, 8),
)
_TROUSERS = ((8, 1), (20, 1), (22, 27), (16, 27), (14, 8), (12, 27), (6, 27))
_DRESS = ((11, 1), (12, 4), (16, 4), (17, 1), (18, 10), (21, 27), (7, 27), (10, 10))
_BAG = ((3, 11), (25, 11), (26, 26), (2, 26))
_HANDLE = ((8, 11), (8, 6), (11, 4), (17, 4), (20, 6), (20, 11))
_SHOE = ((1, 12), (5, 11), (7, 14), (15, 12), (20, 16), (27, 19), (27, 22), (1, 22))
_BOOT = ((9, 3), (18, 3), (18, 15), (24, 18), (27, 21), (27, 25), (9, 25))
_CAT = ((5, 9), (5, 2), (10, 6), (18, 6), (23, 2), (23, 9), (25, 15), (22, 22), (14, 25), (6, 22), (3, 15))
_SCRIBBLE = ((4, 8), (12, 4), (8, 14), (22, 6), (10, 22), (24, 14), (16, 25), (25, 22))

_TABLE = (
    *(Drawing(f"digit{digit}", f"Digit {digit}", str(digit)) for digit in range(10)),
    Drawing("letter_a", "Letter A", "A"),
    Drawing("letter_k", "Letter K", "K"),
    Drawing("scribble", "Scribble", strokes=(_SCRIBBLE,)),
    Drawing("shirt", "T-shirt", outlines=(_SHIRT,)),
    Drawing("trousers", "Trousers", outlines=(_TROUSERS,)),
    Drawing("dress", "Dress", outlines=(_DRESS,)),
    Drawing("bag", "Bag", outlines=(_BAG,), strokes=(_HANDLE,)),
    Drawing("shoe", "Sneaker", outlines=(_SHOE,)),
    Drawing("boot", "Ankle boot", outlines=(_BOOT,)),
    Drawing("cat_silhouette", "Cat, silhouette", outlines=(_CAT,)),
)
DRAWINGS: Mapping[str, Drawing] = MappingProxyType({drawing.name: drawing for drawing in _TABLE})


@dataclass(frozen=True)
class Alteration:
    """Something done to a picture that a person would still recognise, or that keeps only its texture."""

    name: str
    title: str
    change: Callable[[Image.Image], Image.Image]
    keeps: str


def _lines(picture: Image.Image) -> Image.Image:
    """Gradient magnitude of the softened grey picture, dark on white."""
    grey = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(1.5)), dtype=np.float32)
    down, right = np.gradient(grey)
    strength = np.hypot(down, right)
    most = max(float(np.quantile(strength, 0.98)), 1e-6)
    return Image.fromarray((255 - 255 * np.clip(strength / most, 0, 1)).astype(np.uint8)).convert("RGB")


def _silhouette(picture: Image.Image) -> Image.Image:
    """Two tones, parted where the variance between them is largest (Otsu 1979)."""
    grey = np.asarray(picture.convert("L").filter(ImageFilter.GaussianBlur(3)))
    counts = np.bincount(grey.ravel(), minlength=256).astype(np.float64)
    below, levels = np.cumsum(counts), np.arange(256)
    above = counts.sum() - below
    mass = np.cumsum(counts * levels)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (mass / below - (mass[-1] - mass) / above) ** 2
    border = int(np.nanargmax(np.where(above > 0, between, np.nan))) if np.ptp(grey) else 127
    return Image.fromarray(np.where(grey > border, 255, 0).astype(np.uint8)).convert("RGB")


def _shuffled(picture: Image.Image) -> Image.Image:
    """Cut into 6 x 6 pieces, which are laid out in another order (always the same one)."""
    square = ImageOps.fit(picture, (240, 240))
    pieces = [square.crop((x, y, x + 40, y + 40)) for y in range(0, 240, 40) for x in range(0, 240, 40)]
    order = np.random.default_rng(4).permutation(len(pieces))
    for place, piece in enumerate(order):
        square.paste(pieces[piece], (place % 6 * 40, place // 6 * 40))
    return square


_ALTERATIONS = (
    Alteration("none", "As it is", lambda picture: picture, "everything"),
    Alteration("lines", "Line drawing", _lines, "edges, no texture"),
    Alteration("silhouette", "Two tones", _silhouette, "the shape, no texture"),
    Alteration("shuffled", "Shuffled pieces", _shuffled, "texture, no shape"),
    Alteration("grey", "Grey", lambda picture: picture.convert("L").convert("RGB"), "brightness, no colour"),
    Alteration("negative", "Negative", ImageOps.invert, "shape and texture, colours reversed"),
    Alteration("upside", "Upside down", ImageOps.flip, "everything, the other way up"),
    Alteration("mirror", "Mirrored", ImageOps.mirror, "everything, left for right"),
)
ALTERATIONS: Mapping[str, Alteration] = MappingProxyType({change.name: change for change in _ALTERATIONS})
