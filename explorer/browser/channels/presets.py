"""What the page "Channels" offers to choose from: filters over R, G, B; mixings of channels; layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from explorer.kernels import KERNELS

CHANNELS = 3


@dataclass(frozen=True)
class Filter:
    """A filter over a colour picture: one slice for each of R, G, B, each a multiple of a known kernel."""

    name: str
    title: str
    what: str
    kernel: str
    factors: tuple[float, float, float]

    def weights(self) -> npt.NDArray[np.float64]:
        """The three slices, one behind the other.

        Shapes: (3, 3, 3): channel, row, column.
        """
        kernel = KERNELS[self.kernel].weights
        return np.stack([factor * kernel if factor else np.zeros_like(kernel) for factor in self.factors])


@dataclass(frozen=True)
class Mixing:
    """A 1x1 convolution: every output channel is a weighted sum of R, G and B at the same pixel."""

    name: str
    title: str
    what: str
    rows: tuple[tuple[float, float, float], ...]
    source: str
    bias: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not self.bias:
            object.__setattr__(self, "bias", (0.0,) * len(self.rows))


@dataclass(frozen=True)
class Layer:
    """Settings of one convolutional layer on a square input."""

    name: str
    title: str
    size_px: int
    channels: int
    kernel_px: int
    filters: int
    stride: int
    padding: int


_FILTERS = (
    Filter(
        "red_green_edge",
        "Red against green, edges",
        "edges where red turns into green. Edges of brightness alone step alike in both planes and cancel.",
        "sobel_x",
        (1, -1, 0),
    ),
    Filter(
        "luminance",
        "Luminance",
        "three dimmed planes that add up to the grey picture: 0.299 R + 0.587 G + 0.114 B.",
        "identity",
        (0.299, 0.587, 0.114),
    ),
    Filter(
        "same_sobel",
        "Same Sobel x in all",
        "upright edges of any colour. Equal slices cannot tell one colour from another.",
        "sobel_x",
        (1, 1, 1),
    ),
    Filter(
        "same_sobel_y",
        "Same Sobel y in all",
        "level edges of any colour: the same slices, turned by a quarter.",
        "sobel_y",
        (1, 1, 1),
    ),
    Filter(
        "red_sobel",
        "One channel only: Sobel x in red",
        "two maps that are zero everywhere: this filter sees the red plane alone.",
        "sobel_x",
        (1, 0, 0),
    ),
    Filter(
        "blue_yellow",
        "Blue against yellow, areas",
        "sky and water positive, skin and gold negative, greys near zero.",
        "gaussian_3x3",
        (-8, -8, 16),
    ),
    Filter(
        "redness",
        "Red against the rest, areas",
        "what is redder than it is green or blue; white cancels out.",
        "gaussian_3x3",
        (16, -8, -8),
    ),
    Filter(
        "spots",
        "Spots of any colour",
        "fine detail; flat areas of whatever colour answer zero.",
        "edge_3",
        (1, 1, 1),
    ),
    Filter(
        "sum",
        "Sum of all 27",
        "a blur without colour: all 27 numbers count the same. Divided by 27 it would be their mean.",
        "box_blur",
        (9, 9, 9),
    ),
    Filter(
        "green_copy",
        "One channel only: copy green",
        "the green plane itself, copied; red and blue are multiplied by zero.",
        "identity",
        (0, 1, 0),
    ),
    Filter(
        "empty",
        "Empty: all zeros",
        "what each cell does when you give it a weight.",
        "identity",
        (0, 0, 0),
    ),
)
FILTERS: Mapping[str, Filter] = MappingProxyType({f.name: f for f in _FILTERS})

_ROOT2, _ROOT3, _ROOT6 = 2**0.5, 3**0.5, 6**0.5
_OWN = "made for this app"
_MIXINGS = (
    Mixing(
        "grey",
        "RGB → grey",
        "three channels become one: each pixel keeps its brightness and loses its colour.",
        ((0.299, 0.587, 0.114),),
        "ITU-R BT.601",
    ),
    Mixing(
        "sepia",
        "Sepia",
        "all three outputs are nearly the same mixture, red the strongest: hence one brown tone.",
        ((0.393, 0.769, 0.189), (0.349, 0.686, 0.168), (0.272, 0.534, 0.131)),
        "W3C Filter Effects Module Level 1, sepia",
    ),
    Mixing(
        "opponent",
        "Opponent colours",
        "red against green, yellow against blue, and brightness, each in a channel of its own.",
        (
            (1 / _ROOT2, -1 / _ROOT2, 0.0),
            (1 / _ROOT6, 1 / _ROOT6, -2 / _ROOT6),
            (1 / _ROOT3, 1 / _ROOT3, 1 / _ROOT3),
        ),
        "van de Sande, Gevers and Snoek 2010, Evaluating color descriptors, section 3",
    ),
    Mixing(
        "swap",
        "Swap red and blue",
        "blue where there was red: a matrix with a single 1 in each row only moves channels around.",
        ((0, 0, 1), (0, 1, 0), (1, 0, 0)),
        _OWN,
    ),
    Mixing(
        "ycbcr",
        "Luma and two chromas",
        "nearly all detail sits in the first channel; JPEG stores the other two more coarsely.",
        ((0.299, 0.587, 0.114), (-0.168736, -0.331264, 0.5), (0.5, -0.418688, -0.081312)),
        "ITU-T T.871 (JPEG File Interchange Format), section 7",
        (0.0, 128.0, 128.0),
    ),
    Mixing(
        "two",
        "3 → 2: grey and red − green",
        "fewer channels, the same height and width: what the two rows do not ask for is gone.",
        ((0.299, 0.587, 0.114), (0.5, -0.5, 0)),
        _OWN,
    ),
    Mixing(
        "four",
        "3 → 4: R, G, B and grey",
        "a channel more, and no information more: the fourth is a mixture of the other three.",
        ((1, 0, 0), (0, 1, 0), (0, 0, 1), (0.299, 0.587, 0.114)),
        _OWN,
    ),
    Mixing("identity", "Identity", "nothing changes.", ((1, 0, 0), (0, 1, 0), (0, 0, 1)), _OWN),
)
MIXINGS: Mapping[str, Mixing] = MappingProxyType({m.name: m for m in _MIXINGS})

_LAYERS = (
    Layer("six", "Lecture: 6 filters", 32, 3, 5, 6, 1, 0),
    Layer("ten", "Lecture: 10 filters, pad 2", 32, 3, 5, 10, 1, 2),
    Layer("rgba", "RGBA: 4 channels", 32, 4, 5, 6, 1, 0),
    Layer("half", "Halved: 3×3, stride 2", 32, 16, 3, 32, 2, 1),
    Layer("vgg", "VGG, second layer", 224, 64, 3, 64, 1, 1),
    Layer("deep", "Deep: 7×7×512", 7, 512, 3, 512, 1, 1),
)
LAYERS: Mapping[str, Layer] = MappingProxyType({layer.name: layer for layer in _LAYERS})
