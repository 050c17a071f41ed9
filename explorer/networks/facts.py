"""Who published which network, when, and how well it did."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import isnan
from typing import Any

from torch import nn

from explorer import torchvision_operators
from explorer.networks import blocks, classics, tiny, whole
from explorer.networks.papers import ARXIV, LECUN, PAPERS, family_of


@dataclass(frozen=True, slots=True)
class Published:
    """One published result. Percentages are None where the source gives none; ``other`` holds other measures."""

    weights: str
    dataset: str
    top1_percent: float | None
    top5_percent: float | None
    input_px: int
    source: str
    other: str = ""
    params: int | None = None
    gmacs: float | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """The facts of one network. ``scope`` is "network" or "block"."""

    name: str
    year: int
    paper: str
    url: str
    family: str
    input_px: int
    published: tuple[Published, ...]
    channels: int = 3
    scope: str = "network"
    note: str = ""
    make: Callable[[], nn.Module] | None = None
    sized_by: str = ""

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """The usual input. Shapes: (C, H, W)."""
        return (self.channels, self.input_px, self.input_px)


_NOTES = {
    "alexnet": "the one-column form of Krizhevsky 2014, https://arxiv.org/abs/1404.5997",
    "googlenet": "with both auxiliary heads; the published count of parameters leaves them out",
    "inception_v3": "with its auxiliary head",
    "resnet50": "torchvision strides in the 3 x 3 convolution; the paper in the 1 x 1 before it",
}


def torchvision_networks() -> tuple[Network, ...]:
    """Every classification network of torchvision, with the results torchvision publishes. Nothing is downloaded."""
    models = torchvision_operators.models()
    return tuple(
        _torchvision_network(name, models.get_model_weights(name))
        for name in models.list_models(module=models)
    )


def _torchvision_network(name: str, entries: Iterable[Any]) -> Network:
    paper = PAPERS[family_of(name)]
    published = tuple(result for entry in entries if (result := _torchvision_result(entry)) is not None)
    return Network(
        name=name,
        year=paper.year,
        paper=str(paper),
        url=paper.url,
        family=paper.family,
        input_px=min(entry.transforms().crop_size[0] for entry in entries),
        published=published,
        note=_NOTES.get(name, ""),
        sized_by={"ViT": "image_size", "MaxViT": "input_size"}.get(paper.family, ""),
    )


def _torchvision_result(entry: Any) -> Published | None:
    """What torchvision writes beside one set of weights; None for weights without a classifier."""
    dataset, measured = next(iter(entry.meta["_metrics"].items()))
    if isnan(measured["acc@1"]):
        return None
    return Published(
        weights=entry.name,
        dataset=dataset,
        top1_percent=measured["acc@1"],
        top5_percent=measured["acc@5"],
        input_px=entry.transforms().crop_size[0],
        source=f"torchvision {entry.meta['recipe']}",
        params=entry.meta["num_params"],
        gmacs=entry.meta["_ops"],
    )


def _own(name: str, family: str, input_px: int, make: Callable[[], nn.Module], **facts: object) -> Network:
    paper = PAPERS[family]
    known: dict[str, object] = {"published": (), **facts}
    return Network(name, paper.year, str(paper), paper.url, family, input_px, make=make, **known)  # type: ignore[arg-type]


def _result(
    dataset: str, top1: float | None, px: int, source: str, *, top5: float | None = None, other: str = ""
) -> tuple[Published, ...]:
    return (Published("paper", dataset, top1, top5, px, source, other),)


_BLOCK = "one block on its own, norms left out"
_PLAIN = ARXIV + "1512.03385, table 2 (ten crops)"

OWN = (
    _own(
        "lenet5",
        "LeNet",
        32,
        classics.LeNet5,
        channels=1,
        published=_result("MNIST", 99.05, 32, LECUN + ", section III.C (0.95 % error)"),
        note="the third layer reads all six maps; the paper's leaves some out",
    ),
    _own(
        "small_vgg",
        "VGG",
        28,
        tiny.SmallVGG,
        channels=1,
        note="VGG's plan made small, for Fashion-MNIST; ours: its accuracy stands with its weights",
    ),
    _own(
        "small_resnet",
        "ResNet",
        28,
        tiny.SmallResNet,
        channels=1,
        note="the plan of the CIFAR-10 ResNets with n = 1, for Fashion-MNIST; ours",
    ),
    _own(
        "small_depthwise",
        "MobileNet",
        28,
        tiny.SmallDepthwise,
        channels=1,
        note="depthwise separable convolutions as MobileNet's, for Fashion-MNIST; ours",
    ),
    _own(
        "alexnet_slides",
        "AlexNet",
        227,
        classics.AlexNetOfTheSlides,
        note="as lectures draw it: 227 px, padding 2",
    ),
    _own(
        "zfnet",
        "ZFNet",
        224,
        classics.ZFNet,
        published=_result(
            "ImageNet-1K", 61.6, 224, ARXIV + "1311.2901, table 2, one convnet as in figure 3", top5=83.5
        ),
    ),
    _own(
        "nin_cifar10",
        "NiN",
        32,
        classics.NetworkInNetwork,
        published=_result("CIFAR-10", 91.19, 32, ARXIV + "1312.4400, table 1 (with augmentation)"),
    ),
    _own(
        "plain18",
        "ResNet",
        224,
        lambda: whole.PlainNet((2, 2, 2, 2)),
        note="ResNet-18 with its skips cut",
        published=_result("ImageNet-1K", 72.06, 224, _PLAIN),
    ),
    _own(
        "plain34",
        "ResNet",
        224,
        lambda: whole.PlainNet((3, 4, 6, 3)),
        note="ResNet-34 with its skips cut",
        published=_result("ImageNet-1K", 71.46, 224, _PLAIN),
    ),
    _own(
        "mobilenet_v1",
        "MobileNet",
        224,
        whole.MobileNetV1,
        published=_result("ImageNet-1K", 70.6, 224, ARXIV + "1704.04861, table 8"),
    ),
    _own(
        "fcn32s",
        "FCN",
        224,
        whole.FCN32s,
        note="21 classes, a score for every pixel",
        published=_result("PASCAL VOC 2011", None, 500, ARXIV + "1411.4038, table 2", other="mean IU 59.4 %"),
    ),
    _own(
        "unet",
        "U-Net",
        572,
        whole.UNet,
        channels=1,
        note="as in the paper: 572 px in, 388 px out",
        published=_result("PhC-U373", None, 572, ARXIV + "1505.04597, table 2", other="IOU 92.03 %"),
    ),
    _own("inception_naive", "GoogLeNet", 28, blocks.InceptionNaive, channels=256, scope="block", note=_BLOCK),
    _own(
        "inception_reduced",
        "GoogLeNet",
        28,
        blocks.InceptionReduced,
        channels=256,
        scope="block",
        note=_BLOCK,
    ),
    _own("basic_block", "ResNet", 56, blocks.BasicBlock, channels=64, scope="block", note=_BLOCK),
    _own(
        "bottleneck_block",
        "ResNet",
        56,
        lambda: blocks.Bottleneck(256, 64),
        channels=256,
        scope="block",
        note=_BLOCK,
    ),
    _own(
        "resnext_block",
        "ResNeXt",
        56,
        lambda: blocks.Bottleneck(256, 128, 32),
        channels=256,
        scope="block",
        note=_BLOCK,
    ),
    _own("dense_block", "DenseNet", 56, blocks.DenseBlock, channels=64, scope="block", note=_BLOCK),
    _own(
        "depthwise_separable_block",
        "MobileNet",
        14,
        blocks.DepthwiseSeparable,
        channels=512,
        scope="block",
        note=_BLOCK,
    ),
    _own(
        "squeeze_excitation_block",
        "SENet",
        56,
        blocks.SqueezeExcitation,
        channels=256,
        scope="block",
        note=_BLOCK,
    ),
    _own("octconv_block", "OctConv", 56, blocks.OctaveBlock, channels=64, scope="block", note=_BLOCK),
)
"""The networks and blocks that are defined here."""
