"""The sizes that the lectures count with, and what the slides say about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

LayerKind = Literal["dense", "local", "conv"]
CountKind = Literal["weights", "params"]


@dataclass(frozen=True)
class Claim:
    """A number that a lecture gives for one of the three layers; `reason` is needed where it is not the right one."""

    layer: LayerKind
    count: CountKind
    who: str
    words: str
    value: int
    reason: str = ""


@dataclass(frozen=True)
class Preset:
    """Sizes of a picture and of the layers over it.

    Units: height_px, width_px, kernel_px in pixels.
    """

    name: str
    title: str
    source: str
    what: str
    height_px: int
    width_px: int
    channels: int
    units: int
    kernel_px: int
    filters: int
    claims: tuple[Claim, ...] = ()
    padding: Literal["same", "valid"] = "same"

    @property
    def sizes(self) -> Mapping[str, Any]:
        """The sizes under the short names that a link carries."""
        return {
            "h": self.height_px,
            "w": self.width_px,
            "c": self.channels,
            "u": self.units,
            "k": self.kernel_px,
            "f": self.filters,
            "pad": self.padding,
        }


PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset(
                "forty_thousand",
                "200×200, 40,000 units",
                "Slide “Deep Neural Networks for images”",
                "A grey picture and as many hidden units as pixels.",
                200,
                200,
                1,
                40_000,
                3,
                1,
                (
                    Claim(
                        "dense",
                        "weights",
                        "the slide",
                        "“~2B parameters!”",
                        2_000_000_000,
                        "1.6 was rounded up to 2: 200 · 200 · 40,000 weights, and 40,000 biases do not change that.",
                    ),
                ),
            ),
            Preset(
                "stretched",
                "32×32×3, stretched to 3,072",
                "Slide “Fully connected layer” and the lecture's exercise",
                "The picture is stretched to 3,072 numbers for 10 units; or 10 filters of 5×5×3 with padding 2.",
                32,
                32,
                3,
                10,
                5,
                10,
                (Claim("conv", "params", "the exercise", "760 parameters", 760),),
            ),
            Preset(
                "units_or_filters",
                "128×128×3, 256 units or 256 filters",
                "Lecture exercise",
                "The same 256 stands for 256 numbers in one layer and for 256 whole maps in the other.",
                128,
                128,
                3,
                256,
                3,
                256,
                (
                    Claim("dense", "params", "the exercise", "12,583,168 parameters", 12_583_168),
                    Claim("conv", "params", "the exercise", "7,168 parameters", 7_168),
                ),
            ),
            Preset(
                "grey",
                "32×32 grey",
                "Slide “32 x 32 grayscale image: fully-connected layer”",
                "The slide draws no number of units: 10 here, against one 3×3 filter.",
                32,
                32,
                1,
                10,
                3,
                1,
                padding="valid",
            ),
        )
    }
)
