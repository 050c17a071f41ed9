"""Where each family of networks was published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a network was published."""

    family: str
    year: int
    authors: str
    title: str
    url: str

    def __str__(self) -> str:
        return f"{self.authors} {self.year}, {self.title}"


ARXIV = "https://arxiv.org/abs/"
LECUN = "https://doi.org/10.1109/5.726791"

_PAPERS = (
    Paper("LeNet", 1998, "LeCun et al.", "Gradient-Based Learning Applied to Document Recognition", LECUN),
    Paper(
        "AlexNet",
        2012,
        "Krizhevsky, Sutskever, Hinton",
        "ImageNet Classification with Deep Convolutional Neural Networks",
        "https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html",
    ),
    Paper(
        "ZFNet",
        2013,
        "Zeiler, Fergus",
        "Visualizing and Understanding Convolutional Networks",
        ARXIV + "1311.2901",
    ),
    Paper("NiN", 2013, "Lin, Chen, Yan", "Network In Network", ARXIV + "1312.4400"),
    Paper(
        "VGG",
        2014,
        "Simonyan, Zisserman",
        "Very Deep Convolutional Networks for Large-Scale Image Recognition",
        ARXIV + "1409.1556",
    ),
    Paper("GoogLeNet", 2014, "Szegedy et al.", "Going Deeper with Convolutions", ARXIV + "1409.4842"),
    Paper(
        "FCN",
        2014,
        "Long, Shelhamer, Darrell",
        "Fully Convolutional Networks for Semantic Segmentation",
        ARXIV + "1411.4038",
    ),
    Paper(
        "U-Net",
        2015,
        "Ronneberger, Fischer, Brox",
        "U-Net: Convolutional Networks for Biomedical Image Segmentation",
        ARXIV + "1505.04597",
    ),
    Paper(
        "Inception",
        2015,
        "Szegedy et al.",
        "Rethinking the Inception Architecture for Computer Vision",
        ARXIV + "1512.00567",
    ),
    Paper(
        "ResNet",
        2015,
        "He, Zhang, Ren, Sun",
        "Deep Residual Learning for Image Recognition",
        ARXIV + "1512.03385",
    ),
    Paper(
        "SqueezeNet",
        2016,
        "Iandola et al.",
        "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters",
        ARXIV + "1602.07360",
    ),
    Paper("Wide ResNet", 2016, "Zagoruyko, Komodakis", "Wide Residual Networks", ARXIV + "1605.07146"),
    Paper("DenseNet", 2016, "Huang et al.", "Densely Connected Convolutional Networks", ARXIV + "1608.06993"),
    Paper(
        "ResNeXt",
        2016,
        "Xie et al.",
        "Aggregated Residual Transformations for Deep Neural Networks",
        ARXIV + "1611.05431",
    ),
    Paper(
        "MobileNet",
        2017,
        "Howard et al.",
        "MobileNets: Efficient CNNs for Mobile Vision Applications",
        ARXIV + "1704.04861",
    ),
    Paper("SENet", 2017, "Hu et al.", "Squeeze-and-Excitation Networks", ARXIV + "1709.01507"),
    Paper(
        "MobileNetV2",
        2018,
        "Sandler et al.",
        "MobileNetV2: Inverted Residuals and Linear Bottlenecks",
        ARXIV + "1801.04381",
    ),
    Paper(
        "MNASNet",
        2018,
        "Tan et al.",
        "MnasNet: Platform-Aware Neural Architecture Search for Mobile",
        ARXIV + "1807.11626",
    ),
    Paper(
        "ShuffleNetV2",
        2018,
        "Ma et al.",
        "ShuffleNet V2: Practical Guidelines for Efficient CNN Architecture Design",
        ARXIV + "1807.11164",
    ),
    Paper(
        "OctConv",
        2019,
        "Chen et al.",
        "Drop an Octave: Reducing Spatial Redundancy with Octave Convolution",
        ARXIV + "1904.05049",
    ),
    Paper("MobileNetV3", 2019, "Howard et al.", "Searching for MobileNetV3", ARXIV + "1905.02244"),
    Paper(
        "EfficientNet",
        2019,
        "Tan, Le",
        "EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks",
        ARXIV + "1905.11946",
    ),
    Paper("RegNet", 2020, "Radosavovic et al.", "Designing Network Design Spaces", ARXIV + "2003.13678"),
    Paper(
        "ViT",
        2020,
        "Dosovitskiy et al.",
        "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
        ARXIV + "2010.11929",
    ),
    Paper(
        "Swin",
        2021,
        "Liu et al.",
        "Swin Transformer: Hierarchical Vision Transformer using Shifted Windows",
        ARXIV + "2103.14030",
    ),
    Paper(
        "EfficientNetV2",
        2021,
        "Tan, Le",
        "EfficientNetV2: Smaller Models and Faster Training",
        ARXIV + "2104.00298",
    ),
    Paper(
        "SwinV2",
        2021,
        "Liu et al.",
        "Swin Transformer V2: Scaling Up Capacity and Resolution",
        ARXIV + "2111.09883",
    ),
    Paper("ConvNeXt", 2022, "Liu et al.", "A ConvNet for the 2020s", ARXIV + "2201.03545"),
    Paper("MaxViT", 2022, "Tu et al.", "MaxViT: Multi-Axis Vision Transformer", ARXIV + "2204.01697"),
)
"""One paper for each family; the year is that of the first publication."""

PAPERS: Mapping[str, Paper] = MappingProxyType({paper.family: paper for paper in _PAPERS})
"""The paper of each family."""

_PREFIXES = (
    ("alexnet", "AlexNet"),
    ("convnext", "ConvNeXt"),
    ("densenet", "DenseNet"),
    ("efficientnet_v2", "EfficientNetV2"),
    ("efficientnet", "EfficientNet"),
    ("googlenet", "GoogLeNet"),
    ("inception_v3", "Inception"),
    ("maxvit", "MaxViT"),
    ("mnasnet", "MNASNet"),
    ("mobilenet_v2", "MobileNetV2"),
    ("mobilenet_v3", "MobileNetV3"),
    ("regnet", "RegNet"),
    ("resnet", "ResNet"),
    ("resnext", "ResNeXt"),
    ("shufflenet_v2", "ShuffleNetV2"),
    ("squeezenet", "SqueezeNet"),
    ("swin_v2", "SwinV2"),
    ("swin", "Swin"),
    ("vgg", "VGG"),
    ("vit", "ViT"),
    ("wide_resnet", "Wide ResNet"),
)
"""The family of a torchvision name; the first prefix that fits."""


def family_of(name: str) -> str:
    """The family of a torchvision name. Raises: ValueError for a name of no known family."""
    for prefix, family in _PREFIXES:
        if name.startswith(prefix):
            return family
    raise ValueError(f"the family of {name!r} is not known: add it to the papers")
