"""Networks to start from in the layer editor."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.layers.layer import Layer
from explorer.layers.types import (
    Activation,
    AdaptivePool,
    AvgPool,
    Conv,
    Dropout,
    Flatten,
    Linear,
    MaxPool,
    Norm,
    Residual,
)
from explorer.operators import Shape

Start = tuple[Shape, tuple[Layer, ...]]

_RELU, _TANH = Activation("relu"), Activation("tanh")


def _lenet() -> Start:
    """LeNet-5. Source: LeCun et al. 1998."""
    layers = (
        Conv(6, 5), _TANH, AvgPool(2),
        Conv(16, 5), _TANH, AvgPool(2),
        Conv(120, 5), _TANH, Flatten(), Linear(84), _TANH, Linear(10),
    )  # fmt: skip
    return (1, 32, 32), layers


def _alexnet() -> Start:
    """AlexNet in one column, as lectures tabulate it. Source: Krizhevsky 2014, One weird trick."""
    layers = (
        Conv(64, 11, 4, 2), _RELU, MaxPool(3, 2),
        Conv(192, 5, 1, 2), _RELU, MaxPool(3, 2),
        Conv(384, 3, 1, 1), _RELU, Conv(256, 3, 1, 1), _RELU, Conv(256, 3, 1, 1), _RELU, MaxPool(3, 2),
        Flatten(), Dropout(), Linear(4096), _RELU, Dropout(), Linear(4096), _RELU, Linear(1000),
    )  # fmt: skip
    return (3, 227, 227), layers


_VGG11 = ((64, 1), (128, 1), (256, 2), (512, 2), (512, 2))
_VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))


def _vgg(stages: tuple[tuple[int, int], ...]) -> Start:
    """VGG-11 and VGG-16. Source: Simonyan, Zisserman 2014, configurations A and D."""
    layers: list[Layer] = []
    for filters, count in stages:
        layers += [layer for _ in range(count) for layer in (Conv(filters, 3, 1, 1), _RELU)]
        layers.append(MaxPool(2))
    layers += [Flatten(), Linear(4096), _RELU, Dropout(), Linear(4096), _RELU, Dropout(), Linear(1000)]
    return (3, 224, 224), tuple(layers)


def _resnet8() -> Start:
    """The ResNet for 32 px pictures with one block a stage, shortcuts projected where the shape changes.

    Source: He et al. 2015, Deep Residual Learning, section 4.2 with n = 1, shortcuts of option B.
    """
    layers: list[Layer] = [Conv(16, 3, 1, 1, bias=False), Norm(), _RELU]
    for filters, stride in ((16, 1), (32, 2), (64, 2)):
        layers += [
            Conv(filters, 3, stride, 1, bias=False), Norm(), _RELU,
            Conv(filters, 3, 1, 1, bias=False), Norm(), Residual(5, stride > 1), _RELU,
        ]  # fmt: skip
    return (3, 32, 32), (*layers, AdaptivePool(1), Flatten(), Linear(10))


STARTS: Mapping[str, Start] = MappingProxyType(
    {
        "LeNet-5": _lenet(),
        "AlexNet": _alexnet(),
        "VGG-11": _vgg(_VGG11),
        "VGG-16": _vgg(_VGG16),
        "ResNet-8": _resnet8(),
        "empty": ((3, 32, 32), ()),
    }
)
"""Input shape and layers of each start."""
