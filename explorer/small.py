"""Small networks that this project trains itself: always there, no download, fast enough to train while you watch.

Shapes: input (N, 1, 28, 28), for LeNet-5 (N, 1, 32, 32); pixels scaled to mean 0 and spread 1; output (N, classes).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from torch import nn

from explorer.networks.classics import LeNet5
from explorer.networks.tiny import BasicBlock, SmallDepthwise, SmallResNet, SmallVGG

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "BasicBlock",
    "LeNet5",
    "SmallDepthwise",
    "SmallResNet",
    "SmallVGG",
]


@dataclass(frozen=True)
class Architecture:
    """How one small network is made: `make()` gives a module with fresh weights and ten classes.

    Units: input_px is the side of its square, one-channel input.
    """

    name: str
    title: str
    make: Callable[[], nn.Module]
    paper: str
    year: int
    input_px: int = 28


_ARCHITECTURES = (
    Architecture("lenet5", "LeNet-5", LeNet5, "LeCun et al. 1998", 1998, 32),
    Architecture("small_vgg", "Small VGG", SmallVGG, "after Simonyan & Zisserman 2014", 2014),
    Architecture("small_resnet", "Small ResNet", SmallResNet, "after He et al. 2015", 2015),
    Architecture("small_depthwise", "Small depthwise", SmallDepthwise, "after Howard et al. 2017", 2017),
)
ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType({a.name: a for a in _ARCHITECTURES})
