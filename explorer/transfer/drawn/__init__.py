"""Picture sets that the app draws itself: letters, textures and pictograms, nothing fetched, nobody's photographs.

The same seed always gives the same pictures. Shapes: pictures (N, 28, 28) bytes, labels (N,) bytes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from explorer.transfer.drawn import signs, textures
from explorer.transfer.drawn.signs import Hand

Bytes = npt.NDArray[np.uint8]
_NEAT = Hand()
_ROUGH = Hand(turn=18, move_px=3.5, scale=0.28, blur_px=1.1, noise=0.1)
LATIN = "ABDEFGHIJKLMNOPQRSTUVWXYZabcdefghijkmnpqrtuy"
GEORGIAN = "".join(map(chr, range(0x10D0, 0x10E4)))
_GEORGIAN_NAMES = (
    *("an", "ban", "gan", "don", "en", "vin", "zen", "tan", "in", "k'an"),
    *("las", "man", "nar", "on", "p'ar", "zhar", "rae", "san", "t'ar", "un"),
)
PICTOGRAMS: Mapping[str, str] = MappingProxyType({
    "umbrella": "☂", "snowman": "☃", "telephone": "☎", "anchor": "⚓", "aeroplane": "✈",
    "sun": "☀", "skull": "☠", "knight": "♞", "notes": "♫", "scissors": "✂",
})  # fmt: skip


@dataclass(frozen=True)
class Drawing:
    """One kind of drawn picture set: its class names, and how `count` pictures of it are drawn, class after class."""

    classes: tuple[str, ...]
    draw: Callable[[int, np.random.Generator], Bytes]


def _signs(
    characters: str, fonts: tuple[str, ...], hand: Hand
) -> Callable[[int, np.random.Generator], Bytes]:
    return lambda count, rng: signs.drawn(characters, fonts, count, hand, rng)


def _letters() -> Drawing:
    names = tuple(f"{sign} {name}" for sign, name in zip(GEORGIAN, _GEORGIAN_NAMES, strict=True))
    return Drawing(names, _signs(GEORGIAN, signs.DEJAVU_FONTS, _ROUGH))


def _pictograms() -> Drawing:
    hand = Hand(turn=18, noise=0.25, size=1.2)
    return Drawing(tuple(PICTOGRAMS), _signs("".join(PICTOGRAMS.values()), signs.SYMBOL_FONTS, hand))


DRAWINGS: Mapping[str, Drawing] = MappingProxyType({
    "glyphs": Drawing(tuple(LATIN), _signs(LATIN, signs.LATIN_FONTS, _NEAT)),
    "textures": Drawing(
        tuple(textures.LEARNT), lambda n, rng: textures.drawn(textures.LEARNT, n, rng, noise=0.08)
    ),
    "letters": _letters(),
    "new_textures": Drawing(
        tuple(textures.NEW), lambda n, rng: textures.drawn(textures.NEW, n, rng, noise=0.08)
    ),
    "pictograms": _pictograms(),
})  # fmt: skip


def drawn(name: str, count: int, seed: int) -> tuple[Bytes, Bytes]:
    """`count` pictures and their labels, class after class in turn."""
    drawing = DRAWINGS[name]
    pictures = drawing.draw(count, np.random.default_rng([seed, sorted(DRAWINGS).index(name)]))
    return pictures, (np.arange(count) % len(drawing.classes)).astype(np.uint8)
