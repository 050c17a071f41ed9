"""Small networks for pictures of 28 px in grey: fast enough to train while you watch.

Shapes: input (N, 1, 28, 28); output (N, classes).
"""

from itertools import pairwise

import torch
from torch import Tensor, nn


def _conv_norm(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    return [nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs)]


class SmallVGG(nn.Module):
    """3x3 convolutions and pooling only, as VGG, with global average pooling at the end; about 61,000 parameters.

    Source: the plan of Simonyan & Zisserman 2014, made small.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        widths = (1, 16, 32, 64, 64)
        stages: list[nn.Module] = []
        for i, (inputs, outputs) in enumerate(pairwise(widths)):
            pool: list[nn.Module] = [] if i == 2 else [nn.MaxPool2d(2)]
            stages.append(nn.Sequential(*_conv_norm(inputs, outputs), nn.ReLU(), *pool))
        self.features = nn.Sequential(*stages)  # (N, 64, 3, 3)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes)."""
        return self.head(torch.flatten(self.pool(self.features(x)), 1))  # type: ignore[no-any-return]


class BasicBlock(nn.Module):
    """Two 3x3 convolutions and the way around them.

    Source: He, Zhang, Ren, Sun 2015, Deep residual learning for image recognition, figure 2.
    """

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = _conv_norm(inputs, outputs, stride)
        self.relu1 = nn.ReLU()
        self.conv2, self.bn2 = _conv_norm(outputs, outputs)
        self.relu2 = nn.ReLU()
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        y = self.relu1(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return self.relu2(y + self.shortcut(x))  # type: ignore[no-any-return]


class SmallResNet(nn.Module):
    """A residual network of eight layers, 16-32-64 channels wide; about 78,000 parameters.

    Source: He et al. 2015, section 4.2 (the CIFAR-10 networks), with n = 1.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv, self.bn = _conv_norm(1, 16)
        self.relu = nn.ReLU()
        self.stage1 = BasicBlock(16, 16, 1)  # 28
        self.stage2 = BasicBlock(16, 32, 2)  # 14
        self.stage3 = BasicBlock(32, 64, 2)  # 7
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(64, classes)

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes)."""
        x = self.stage3(self.stage2(self.stage1(self.relu(self.bn(self.conv(x))))))
        return self.head(torch.flatten(self.pool(x), 1))  # type: ignore[no-any-return]


class SmallDepthwise(nn.Module):
    """Depthwise separable convolutions, as MobileNet; about 20,000 parameters.

    Source: Howard et al. 2017, MobileNets, table 1, made small; ReLU6 as Sandler et al. 2018.
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.stem = nn.Sequential(*_conv_norm(1, 16), nn.ReLU6())  # 28
        plan = ((16, 32, 2), (32, 64, 1), (64, 96, 2), (96, 96, 1))
        self.blocks = nn.Sequential(*(self._separable(*numbers) for numbers in plan))  # (N, 96, 7, 7)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.head = nn.Linear(96, classes)

    @staticmethod
    def _separable(inputs: int, outputs: int, stride: int) -> nn.Sequential:
        depthwise = nn.Conv2d(inputs, inputs, 3, stride, padding=1, groups=inputs, bias=False)
        pointwise = nn.Conv2d(inputs, outputs, 1, bias=False)
        norms = nn.BatchNorm2d(inputs), nn.BatchNorm2d(outputs)
        return nn.Sequential(depthwise, norms[0], nn.ReLU6(), pointwise, norms[1], nn.ReLU6())

    def forward(self, x: Tensor) -> Tensor:
        """Logits (N, classes)."""
        return self.head(torch.flatten(self.pool(self.blocks(self.stem(x))), 1))  # type: ignore[no-any-return]
