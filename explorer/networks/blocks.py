"""The building blocks the lectures compare, each on its own.

Norms are left out of the blocks, as in the lectures' counts, so that their totals are the figures on the slides.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class InceptionNaive(nn.Module):
    """Four branches side by side on the full depth: 1 x 1, 3 x 3, 5 x 5 and pooling, concatenated.

    Source: Szegedy et al. 2014, Going Deeper with Convolutions, figure 2a.
    """

    def __init__(self, channels: int = 256) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(channels, 128, 1)
        self.conv3x3 = nn.Conv2d(channels, 192, 3, padding=1)
        self.conv5x5 = nn.Conv2d(channels, 96, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        branches = (self.conv1x1(maps), self.conv3x3(maps), self.conv5x5(maps), self.pool(maps))
        out: Tensor = self.relu(torch.cat(branches, 1))
        return out


class InceptionReduced(nn.Module):
    """The inception module with 1 x 1 convolutions that thin the maps out before the expensive filters.

    Source: Szegedy et al. 2014, Going Deeper with Convolutions, figure 2b.
    """

    def __init__(self, channels: int = 256, thin: int = 64) -> None:
        super().__init__()
        self.conv1x1 = nn.Conv2d(channels, 128, 1)
        self.reduce3x3 = nn.Conv2d(channels, thin, 1)
        self.conv3x3 = nn.Conv2d(thin, 192, 3, padding=1)
        self.reduce5x5 = nn.Conv2d(channels, thin, 1)
        self.conv5x5 = nn.Conv2d(thin, 96, 5, padding=2)
        self.pool = nn.MaxPool2d(3, stride=1, padding=1)
        self.project = nn.Conv2d(channels, thin, 1)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        branches = (
            self.conv1x1(maps),
            self.conv3x3(self.relu(self.reduce3x3(maps))),
            self.conv5x5(self.relu(self.reduce5x5(maps))),
            self.project(self.pool(maps)),
        )
        out: Tensor = self.relu(torch.cat(branches, 1))
        return out


class Bottleneck(nn.Module):
    """Thin, look, widen, add what came in; with ``groups`` above 1 it is ResNeXt's block.

    Source: He et al. 2015, Deep Residual Learning, figure 5; Xie et al. 2016, Aggregated Residual Transformations,
    figure 1.
    """

    def __init__(self, channels: int, thin: int, groups: int = 1) -> None:
        super().__init__()
        self.compress = nn.Conv2d(channels, thin, 1, bias=False)
        self.look = nn.Conv2d(thin, thin, 3, padding=1, groups=groups, bias=False)
        self.widen = nn.Conv2d(thin, channels, 1, bias=False)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        change = self.widen(self.relu(self.look(self.relu(self.compress(maps)))))
        out: Tensor = self.relu(change + maps)
        return out


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions and a skip connection around them.

    Source: He et al. 2015, Deep Residual Learning for Image Recognition, figure 2.
    """

    def __init__(self, channels: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        change = self.conv2(self.relu(self.conv1(maps)))
        out: Tensor = self.relu(change + maps)
        return out


class DepthwiseSeparable(nn.Module):
    """One 3 x 3 filter for each channel, then a 1 x 1 convolution that mixes the channels.

    Source: Howard et al. 2017, MobileNets, section 3.1.
    """

    def __init__(self, channels: int = 512, filters: int = 512) -> None:
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False)
        self.relu = nn.ReLU()
        self.pointwise = nn.Conv2d(channels, filters, 1, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        out: Tensor = self.relu(self.pointwise(self.relu(self.depthwise(maps))))
        return out


class SqueezeExcitation(nn.Module):
    """Average each map, let two small layers decide how much it counts, and scale it.

    Source: Hu, Shen, Albanie, Sun, Wu 2017, Squeeze-and-Excitation Networks, figure 2.
    """

    def __init__(self, channels: int = 256, reduction: int = 16) -> None:
        super().__init__()
        self.squeeze = nn.AdaptiveAvgPool2d(1)
        self.reduce = nn.Conv2d(channels, channels // reduction, 1)
        self.relu = nn.ReLU()
        self.expand = nn.Conv2d(channels // reduction, channels, 1)
        self.sigmoid = nn.Sigmoid()

    def forward(self, maps: Tensor) -> Tensor:
        gate: Tensor = self.sigmoid(self.expand(self.relu(self.reduce(self.squeeze(maps)))))
        return maps * gate


class DenseBlock(nn.Module):
    """Each layer reads everything before it and adds a few maps of its own.

    Source: Huang, Liu, van der Maaten, Weinberger 2016, Densely Connected Convolutional Networks, figure 1.
    """

    def __init__(self, channels: int = 64, growth: int = 32, layers: int = 4) -> None:
        super().__init__()
        widths = [channels + growth * index for index in range(layers)]
        self.layers = nn.ModuleList(nn.Conv2d(width, growth, 3, padding=1, bias=False) for width in widths)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        for layer in self.layers:
            maps = torch.cat((maps, self.relu(layer(maps))), 1)
        return maps


class OctaveConv(nn.Module):
    """A convolution on two sizes of map at once: fine ones, and coarse ones at half the resolution.

    Source: Chen et al. 2019, Drop an Octave, figure 2.
    """

    def __init__(self, channels: int, filters: int, coarse_in: float, coarse_out: float) -> None:
        super().__init__()
        low_in, low_out = int(channels * coarse_in), int(filters * coarse_out)
        high_in, high_out = channels - low_in, filters - low_out
        self.high_to_high = nn.Conv2d(high_in, high_out, 3, padding=1, bias=False)
        self.high_to_low = nn.Conv2d(high_in, low_out, 3, padding=1, bias=False) if low_out else None
        self.low_to_high = nn.Conv2d(low_in, high_out, 3, padding=1, bias=False) if low_in else None
        self.low_to_low = nn.Conv2d(low_in, low_out, 3, padding=1, bias=False) if low_in and low_out else None

    def forward(self, high: Tensor, low: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        fine: Tensor = self.high_to_high(high)
        coarse: Tensor | None = (
            self.high_to_low(F.avg_pool2d(high, 2)) if self.high_to_low is not None else None
        )
        if low is not None and self.low_to_high is not None:
            fine = fine + F.interpolate(self.low_to_high(low), scale_factor=2, mode="nearest")
        if low is not None and self.low_to_low is not None and coarse is not None:
            coarse = coarse + self.low_to_low(low)
        return fine, coarse


class OctaveBlock(nn.Module):
    """Three octave convolutions: split into two resolutions, stay there, and come back to one.

    Source: Chen et al. 2019, Drop an Octave, section 3.
    """

    def __init__(self, channels: int = 64, coarse: float = 0.5) -> None:
        super().__init__()
        self.split = OctaveConv(channels, channels, 0.0, coarse)
        self.stay = OctaveConv(channels, channels, coarse, coarse)
        self.join = OctaveConv(channels, channels, coarse, 0.0)
        self.relu = nn.ReLU()

    def forward(self, maps: Tensor) -> Tensor:
        high, low = self.split(maps)
        high, low = self.stay(self.relu(high), self.relu(low))
        high, _ = self.join(self.relu(high), self.relu(low))
        out: Tensor = self.relu(high)
        return out
