"""The figures on costs in the text of the lectures' slides, and how each is computed."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from explorer import cost, networks
from explorer.cost import FLOAT32_BYTES, MIB
from explorer.slides.claim import Claim
from explorer.slides.tables import GOOGLENET_STEM, TABLES, counted, in_slide_units, rows_of


def _sum(network: str, kinds: tuple[str, ...], figure: str, stages: int | None = None) -> float:
    """The sum of one figure over the rows of some kinds, up to a number of stages."""
    table = counted(network)
    rows = [row for stage in table.stages[:stages] for row in stage.rows if row.kind in kinds]
    return float(sum(getattr(row, figure) for row in rows))


_CONV, _LISTED = ("conv",), ("conv", "linear")  # the slides sum memory over convolutions alone


def _vgg_start(figure: str) -> float:
    """VGG-16's convolutions from 224 px down to 28 px: its first three stages."""
    return _sum("vgg16", _CONV, figure, 3)


def _stem(column: str) -> float:
    return sum(in_slide_units(row)[column] for row in rows_of(GOOGLENET_STEM))


def _vgg_values() -> float:
    """The values of VGG-16's picture and of every line of its slide."""
    picture = 3 * 224 * 224
    return picture + sum(row.output_bytes // FLOAT32_BYTES for row in rows_of(TABLES["vgg16"]))


def _params_without_auxiliary(network: str) -> float:
    return float(sum(row.params for row in counted(network).rows if row.runs))


def _first_stride_gmacs(name: str) -> float:
    """A ResNet with the paper's striding: in the 1 x 1 convolution, not in the 3 x 3 after it."""
    network = networks.build(name)
    for block in network.modules():
        first, second = getattr(block, "conv1", None), getattr(block, "conv2", None)
        if hasattr(block, "conv3") and isinstance(first, nn.Conv2d) and isinstance(second, nn.Conv2d):
            first.stride, second.stride = second.stride, first.stride
    return cost.table(network, networks.NETWORKS[name].input_shape).macs / 1e9


def _block(network: str, figure: str = "macs") -> float:
    return float(getattr(counted(network), figure))


def _conv_weights(channels: int, filters: int, kernel: int, groups: int = 1) -> float:
    layer = nn.Conv2d(channels, filters, kernel, groups=groups, bias=False, device="meta")
    return float(cost.table(layer, (channels, 32, 32)).weight_params)


_LEFT_OUT = "one of the three 256-channel convolutions is left out"

COSTS: tuple[Claim, ...] = (
    Claim("AlexNet", "outputs", "MiB", 1.9, lambda: _sum("alexnet_slides", _CONV, "output_bytes") / MIB),
    Claim("AlexNet", "all weights", "M", 61, lambda: _sum("alexnet_slides", _LISTED, "weight_params") / 1e6),
    Claim("AlexNet", "operations", "G", 0.7, lambda: _sum("alexnet_slides", _LISTED, "macs") / 1e9),
    Claim("VGG-16", "outputs", "MiB", 48.6, lambda: _sum("vgg16", _CONV, "output_bytes") / MIB, _LEFT_OUT),
    Claim("VGG-16", "all weights", "M", 138, lambda: _sum("vgg16", _LISTED, "weight_params") / 1e6),
    Claim("VGG-16", "operations", "G", 13.6, lambda: _sum("vgg16", _LISTED, "macs") / 1e9, _LEFT_OUT),
    Claim("VGG-16 against AlexNet", "outputs", "times", 25, lambda: (
        _sum("vgg16", _CONV, "output_bytes") / _sum("alexnet_slides", _CONV, "output_bytes")), _LEFT_OUT, 3),
    Claim("VGG-16 against AlexNet", "weights", "times", 2.3, lambda: (
        _sum("vgg16", _LISTED, "weight_params") / _sum("alexnet_slides", _LISTED, "weight_params"))),
    Claim("VGG-16 against AlexNet", "operations", "times", 19.4, lambda: (
        _sum("vgg16", _LISTED, "macs") / _sum("alexnet_slides", _LISTED, "macs")), _LEFT_OUT),
    Claim("VGG-16, layer by layer", "values of all lines", "M", 24, lambda: _vgg_values() / 1e6,
          "the lines of the same slide sum to 15.2 M", 3),
    Claim("VGG-16, layer by layer", "memory of one picture", "MB", 96, lambda: _vgg_values() * 4 / 1e6,
          "the lines of the same slide sum to 15.2 M values of 4 bytes"),
    Claim("GoogLeNet, aggressive stem", "memory", "MiB", 7.5, lambda: _stem("memory_kb") / 1024),
    Claim("GoogLeNet, aggressive stem", "weights", "k", 124, lambda: _stem("params_k")),
    Claim("GoogLeNet, aggressive stem", "operations", "M", 418, lambda: _stem("flop_m"),
          "the lines of the same table sum to 481 M; two digits changed places"),
    Claim("VGG-16 down to 28 px", "memory", "MiB", 42.9, lambda: _vgg_start("output_bytes") / MIB, _LEFT_OUT),
    Claim("VGG-16 down to 28 px", "weights", "M", 1.1, lambda: _vgg_start("weight_params") / 1e6, _LEFT_OUT),
    Claim("VGG-16 down to 28 px", "operations", "M", 7485, lambda: _vgg_start("macs") / 1e6, _LEFT_OUT),
    Claim("VGG-16 against the GoogLeNet stem", "memory", "times", 5.7, lambda: (
        _vgg_start("output_bytes") / MIB / (_stem("memory_kb") / 1024)), _LEFT_OUT),
    Claim("VGG-16 against the GoogLeNet stem", "weights", "times", 8.9, lambda: (
        _vgg_start("weight_params") / 1000 / _stem("params_k")), _LEFT_OUT),
    Claim("VGG-16 against the GoogLeNet stem", "operations", "times", 17.8, lambda: (
        _vgg_start("macs") / 1e6 / _stem("flop_m")), f"{_LEFT_OUT}, and the stem sums to 481 M"),
    Claim("GoogLeNet", "parameters", "M", 5, lambda: _params_without_auxiliary("googlenet") / 1e6,
          "6.6 M without the auxiliary heads", 2),
    Claim("GoogLeNet, classic architectures", "parameters", "M", 4, lambda: (
        _params_without_auxiliary("googlenet") / 1e6), "6.6 M without the auxiliary heads", 2),
    Claim("GoogLeNet", "fewer parameters than AlexNet", "times", 12, lambda: (
        counted("alexnet").params / _params_without_auxiliary("googlenet")), "follows from 5 M; it is 6.6 M"),
    Claim("AlexNet", "parameters", "M", 60, lambda: counted("alexnet").params / 1e6),
    Claim("Inception module, naive", "operations", "M", 854, lambda: _block("inception_naive") / 1e6),
    Claim("Inception module with reduction", "operations", "M", 358, lambda: _block("inception_reduced") / 1e6,
          "the listed products sum to 271 M; 358 counts the 3 x 3 convolution twice"),
    Claim("VGG-16", "weights file", "MiB", 530, lambda: counted("vgg16").param_bytes / MIB),
    Claim("VGG-19", "parameters", "M", 138, lambda: counted("vgg19").params / 1e6,
          "138 M is VGG-16; VGG-19 has 143.7 M", 4),
    Claim("VGG-19", "weights file", "MiB", 500, lambda: counted("vgg19").param_bytes / MIB,
          "143.7 M float32 numbers are 548 MiB", 3),
    Claim("ResNet-18", "operations", "G", 1.8, lambda: _block("resnet18") / 1e9),
    Claim("ResNet-34", "operations", "G", 3.6, lambda: _block("resnet34") / 1e9, "3.66, cut off after one digit", 3),
    Claim("ResNet-50", "operations", "G", 3.8, lambda: _block("resnet50") / 1e9,
          "the paper strides in the 1 x 1 convolution (3.86, cut off); torchvision in the 3 x 3", 3),
    Claim("ResNet-101", "operations", "G", 7.6, lambda: _block("resnet101") / 1e9,
          "the paper strides in the 1 x 1 convolution; torchvision in the 3 x 3", 3),
    Claim("ResNet-152", "operations", "G", 11.3, lambda: _block("resnet152") / 1e9,
          "the paper strides in the 1 x 1 convolution; torchvision in the 3 x 3", 3),
    Claim("200 x 200 picture, 40 k units", "weights", "G", 2, lambda: 200 * 200 * 40_000 / 1e9,
          "40 000 pixels x 40 000 units are 1.6 G", 2),
    Claim("Ten 5 x 5 filters on 32 x 32 x 3", "parameters", "", 760, lambda: (
        cost.table(nn.Conv2d(3, 10, 5, padding=2, device="meta"), (3, 32, 32)).params)),
    Claim("Depthwise separable 4 to 2", "weights", "", 44, lambda: (
        _conv_weights(4, 4, 3, 4) + _conv_weights(4, 2, 1))),
    Claim("Convolution 4 to 2", "weights", "", 72, lambda: _conv_weights(4, 2, 3)),
    Claim("Depthwise separable 512 to 512", "weights", "k", 267, lambda: (
        _block("depthwise_separable_block", "params") / 1000)),
    Claim("Convolution 512 to 512", "weights", "M", 2.4, lambda: _conv_weights(512, 512, 3) / 1e6),
    Claim("Convolution 5 x 5, 256 to 256", "weights", "M", 1.6, lambda: _conv_weights(256, 256, 5) / 1e6),
    Claim("The same through a 1 x 1 bottleneck of 64", "weights", "k", 120, lambda: (
        (_conv_weights(256, 64, 1) + _conv_weights(64, 64, 5)) / 1000)),
)  # fmt: skip
"""The figures on parameters, operations and memory."""


def paper_striding() -> Mapping[str, float]:
    """GMACs of the bottleneck ResNets with the paper's striding: the figures that the slide's table repeats."""
    return {name: _first_stride_gmacs(name) for name in ("resnet50", "resnet101", "resnet152")}
