"""The early networks, as their papers and the lectures draw them."""

from __future__ import annotations

from torch import Tensor, nn


class LeNet5(nn.Sequential):
    """LeNet-5: two convolutions, two poolings, three layers on top, for digits of 32 x 32.

    The third layer reads all six maps below it; the paper's table of connections leaves some of them out.
    Source: LeCun, Bottou, Bengio, Haffner 1998, Gradient-Based Learning Applied to Document Recognition, figure 2.
    """

    def __init__(self) -> None:
        super().__init__()
        self.c1 = nn.Conv2d(1, 6, 5)
        self.tanh1 = nn.Tanh()
        self.s2 = nn.AvgPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.tanh3 = nn.Tanh()
        self.s4 = nn.AvgPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.tanh5 = nn.Tanh()
        self.flatten = nn.Flatten()
        self.f6 = nn.Linear(120, 84)
        self.tanh6 = nn.Tanh()
        self.output = nn.Linear(84, 10)


class AlexNetOfTheSlides(nn.Sequential):
    """AlexNet as lectures tabulate it: one column of filters, pictures of 227 px, a first padding of 2.

    Source: Krizhevsky 2014, One weird trick for parallelizing convolutional neural networks (the one-column form).
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 11, stride=4, padding=2)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2)
        self.conv2 = nn.Conv2d(64, 192, 5, padding=2)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(3, stride=2)
        self.conv3 = nn.Conv2d(192, 384, 3, padding=1)
        self.relu3 = nn.ReLU()
        self.conv4 = nn.Conv2d(384, 256, 3, padding=1)
        self.relu4 = nn.ReLU()
        self.conv5 = nn.Conv2d(256, 256, 3, padding=1)
        self.relu5 = nn.ReLU()
        self.pool5 = nn.MaxPool2d(3, stride=2)
        self.flatten = nn.Flatten()
        self.dropout6 = nn.Dropout()
        self.fc6 = nn.Linear(9216, 4096)
        self.relu6 = nn.ReLU()
        self.dropout7 = nn.Dropout()
        self.fc7 = nn.Linear(4096, 4096)
        self.relu7 = nn.ReLU()
        self.fc8 = nn.Linear(4096, 1000)


class ZFNet(nn.Sequential):
    """ZFNet: AlexNet with a smaller first filter (7 x 7) and stride (2), and so a sharper first map.

    Source: Zeiler, Fergus 2013, Visualizing and Understanding Convolutional Networks, figure 3.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 96, 7, stride=2, padding=1)
        self.relu1 = nn.ReLU()
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm1 = nn.LocalResponseNorm(5)
        self.conv2 = nn.Conv2d(96, 256, 5, stride=2)
        self.relu2 = nn.ReLU()
        self.pool2 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.norm2 = nn.LocalResponseNorm(5)
        self.conv3 = nn.Conv2d(256, 384, 3, padding=1)
        self.relu3 = nn.ReLU()
        self.conv4 = nn.Conv2d(384, 384, 3, padding=1)
        self.relu4 = nn.ReLU()
        self.conv5 = nn.Conv2d(384, 256, 3, padding=1)
        self.relu5 = nn.ReLU()
        self.pool5 = nn.MaxPool2d(3, stride=2)
        self.flatten = nn.Flatten()
        self.dropout6 = nn.Dropout()
        self.fc6 = nn.Linear(9216, 4096)
        self.relu6 = nn.ReLU()
        self.dropout7 = nn.Dropout()
        self.fc7 = nn.Linear(4096, 4096)
        self.relu7 = nn.ReLU()
        self.fc8 = nn.Linear(4096, 1000)


class NetworkInNetwork(nn.Module):
    """Network in Network: 1 x 1 convolutions between the others, and no dense layer: the last maps are the classes.

    Source: Lin, Chen, Yan 2013, Network In Network (the CIFAR-10 network).
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.block1 = self._block(3, 5, (192, 160, 96))
        self.pool1 = nn.MaxPool2d(3, stride=2, ceil_mode=True)
        self.dropout1 = nn.Dropout()
        self.block2 = self._block(96, 5, (192, 192, 192))
        self.pool2 = nn.AvgPool2d(3, stride=2, ceil_mode=True)
        self.dropout2 = nn.Dropout()
        self.block3 = self._block(192, 3, (192, 192, classes))
        self.average = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()

    @staticmethod
    def _block(channels: int, kernel: int, filters: tuple[int, int, int]) -> nn.Sequential:
        first, second, third = filters
        return nn.Sequential(
            nn.Conv2d(channels, first, kernel, padding=kernel // 2),
            nn.ReLU(),
            nn.Conv2d(first, second, 1),
            nn.ReLU(),
            nn.Conv2d(second, third, 1),
            nn.ReLU(),
        )

    def forward(self, picture: Tensor) -> Tensor:
        maps = self.dropout1(self.pool1(self.block1(picture)))
        maps = self.dropout2(self.pool2(self.block2(maps)))
        scores: Tensor = self.flatten(self.average(self.block3(maps)))
        return scores
