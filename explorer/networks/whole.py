"""Whole networks that torchvision does not have: plain (skip-less) ResNets, MobileNet v1, FCN-32s, U-Net."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class PlainNet(nn.Module):
    """A ResNet with every skip connection cut: the same convolutions, one after the other.

    Source: He, Zhang, Ren, Sun 2015, Deep Residual Learning for Image Recognition, figure 3, middle.
    """

    def __init__(self, blocks: tuple[int, int, int, int], classes: int = 1000) -> None:
        super().__init__()
        self.stem = nn.Sequential(_conv(3, 64, 7, 2), nn.MaxPool2d(3, stride=2, padding=1))
        widths = (64, 64, 128, 256, 512)
        for index, count in enumerate(blocks, start=1):
            layers = [_conv(widths[index - 1], widths[index], 3, 1 if index == 1 else 2)]
            layers += [_conv(widths[index], widths[index], 3, 1) for _ in range(2 * count - 1)]
            self.add_module(f"layer{index}", nn.Sequential(*layers))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(512, classes)

    def forward(self, picture: Tensor) -> Tensor:
        maps = picture
        for layer in self.children():
            maps = layer(maps)
        return maps


def _conv(channels: int, filters: int, kernel: int, stride: int, groups: int = 1) -> nn.Sequential:
    """Convolution, norm, activation."""
    convolution = nn.Conv2d(
        channels, filters, kernel, stride=stride, padding=kernel // 2, groups=groups, bias=False
    )
    return nn.Sequential(convolution, nn.BatchNorm2d(filters), nn.ReLU(inplace=True))


class MobileNetV1(nn.Module):
    """MobileNet: thirteen depthwise separable convolutions after one ordinary one.

    Source: Howard et al. 2017, MobileNets: Efficient Convolutional Neural Networks for Mobile Vision Applications,
    table 1.
    """

    def __init__(self, classes: int = 1000) -> None:
        super().__init__()
        steps = (
            (64, 1),
            (128, 2),
            (128, 1),
            (256, 2),
            (256, 1),
            (512, 2),
            *((512, 1),) * 5,
            (1024, 2),
            (1024, 1),
        )
        layers: list[nn.Module] = [_conv(3, 32, 3, 2)]
        width = 32
        for filters, stride in steps:
            layers += [_conv(width, width, 3, stride, groups=width), _conv(width, filters, 1, 1)]
            width = filters
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(width, classes)

    def forward(self, picture: Tensor) -> Tensor:
        scores: Tensor = self.fc(self.flatten(self.avgpool(self.features(picture))))
        return scores


class FCN32s(nn.Module):
    """VGG-16 with its dense layers read as convolutions: a score for every place, enlarged 32 times.

    Source: Long, Shelhamer, Darrell 2014, Fully Convolutional Networks for Semantic Segmentation, section 4.
    """

    MARGIN_PX = 19

    def __init__(self, classes: int = 21) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for stage in ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512)):
            for filters in stage:
                padding = 1 if layers else 100
                layers += [nn.Conv2d(channels, filters, 3, padding=padding), nn.ReLU(inplace=True)]
                channels = filters
            layers.append(nn.MaxPool2d(2, ceil_mode=True))
        self.features = nn.Sequential(*layers)
        self.head = nn.Sequential(
            nn.Conv2d(512, 4096, 7),
            nn.ReLU(),
            nn.Dropout2d(),
            nn.Conv2d(4096, 4096, 1),
            nn.ReLU(),
            nn.Dropout2d(),
        )
        self.score = nn.Conv2d(4096, classes, 1)
        self.enlarge = nn.ConvTranspose2d(classes, classes, 64, stride=32, bias=False)

    def forward(self, picture: Tensor) -> Tensor:
        scores = self.enlarge(self.score(self.head(self.features(picture))))
        height, width = picture.shape[-2:]
        cut: Tensor = scores[
            ..., self.MARGIN_PX : self.MARGIN_PX + height, self.MARGIN_PX : self.MARGIN_PX + width
        ]
        return cut


class UNet(nn.Module):
    """Down four times, up four times, and at each size the fine maps are laid beside the coarse ones.

    Convolutions are not padded: a picture of 572 px gives a map of 388 px.
    Source: Ronneberger, Fischer, Brox 2015, U-Net: Convolutional Networks for Biomedical Image Segmentation, figure 1.
    """

    WIDTHS = (64, 128, 256, 512, 1024)

    def __init__(self, channels: int = 1, classes: int = 2) -> None:
        super().__init__()
        inward = (channels, *self.WIDTHS[:-1])
        self.down = nn.ModuleList(self._pair(a, b) for a, b in zip(inward, self.WIDTHS, strict=True))
        self.pool = nn.MaxPool2d(2)
        steps = list(zip(self.WIDTHS[:0:-1], self.WIDTHS[-2::-1], strict=True))
        self.enlarge = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in steps)
        self.up = nn.ModuleList(self._pair(a, b) for a, b in steps)
        self.classify = nn.Conv2d(self.WIDTHS[0], classes, 1)

    @staticmethod
    def _pair(channels: int, filters: int) -> nn.Sequential:
        return nn.Sequential(
            nn.Conv2d(channels, filters, 3), nn.ReLU(), nn.Conv2d(filters, filters, 3), nn.ReLU()
        )

    def forward(self, picture: Tensor) -> Tensor:
        maps, skips = picture, []
        for index, stage in enumerate(self.down):
            maps = stage(self.pool(maps) if index else maps)
            skips.append(maps)
        for enlarge, stage, skip in zip(self.enlarge, self.up, skips[-2::-1], strict=True):
            coarse = enlarge(maps)
            maps = stage(torch.cat((self._centre(skip, coarse), coarse), 1))
        scores: Tensor = self.classify(maps)
        return scores

    @staticmethod
    def _centre(maps: Tensor, like: Tensor) -> Tensor:
        """The middle part of a map, as large as another."""
        top, left = (maps.shape[-2] - like.shape[-2]) // 2, (maps.shape[-1] - like.shape[-1]) // 2
        return maps[..., top : top + like.shape[-2], left : left + like.shape[-1]]
