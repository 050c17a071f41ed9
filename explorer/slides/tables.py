"""The tables on the lectures' slides, as they are printed there, errors included.

Convention of the slides: float32 outputs in KiB (the slides write KB), weights without biases in thousands, one FLOP
for one multiply-add in millions; a pooling window counts one operation for each value it reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType

from explorer import cost, networks
from explorer.cost import FLOAT32_BYTES, KIB, CostTable, Row


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a slide's table: the map that comes out and the slide's figures; None where it has none.

    Most slides give memory in KiB and thousands of weights; the VGG slide gives thousands of values, and each weight.
    """

    layer: str
    channels: int
    size_px: int
    memory_kb: float | None = None
    params_k: float | None = None
    flop_m: float | None = None
    values_k: float | None = None
    params: float | None = None


@dataclass(frozen=True, slots=True)
class SlideTable:
    """One table of the slides and the network it is about; ``kinds`` are the rows of the engine it lists.

    ``reasons`` says, for "layer column", why a figure of the slide is wrong.
    """

    title: str
    network: str
    kinds: tuple[str, ...]
    lines: tuple[Line, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)


@cache
def counted(network: str) -> CostTable:
    """The engine's table of a network at its usual size."""
    return cost.table(network, networks.NETWORKS[network].input_shape)


def rows_of(table: SlideTable) -> tuple[Row, ...]:
    """The engine's rows that a slide table lists, in its order."""
    return counted(table.network).only(table.kinds).rows[: len(table.lines)]


def in_slide_units(row: Row) -> Mapping[str, float]:
    """One engine row in the slides' units, by the names of the columns of ``Line``."""
    reads = row.kernel[0] * row.kernel[1] if row.kernel and "pool" in row.kind else 0
    values = row.output_bytes // FLOAT32_BYTES
    return {
        "memory_kb": row.output_bytes / KIB,
        "params_k": row.weight_params / 1000,
        "flop_m": (row.macs + reads * values) / 1e6,
        "values_k": values / 1000,
        "params": float(row.weight_params),
    }


_ALEXNET = SlideTable(
    "AlexNet, layer by layer",
    "alexnet_slides",
    ("conv", "max pool", "flatten", "linear"),
    (
        Line("conv1", 64, 56, 784, 23, 73),
        Line("pool1", 64, 27, 182, 0, 0),
        Line("conv2", 192, 27, 547, 307, 224),
        Line("pool2", 192, 13, 127, 0, 0),
        Line("conv3", 384, 13, 254, 664, 112),
        Line("conv4", 256, 13, 169, 885, 145),
        Line("conv5", 256, 13, 169, 590, 100),
        Line("pool5", 256, 6, 36, 0, 0),
        Line("flatten", 9216, 1, 36, 0, 0),
        Line("fc6", 4096, 1, 16, 37749, 38),
        Line("fc7", 4096, 1, 16, 16777, 17),
        Line("fc8", 1000, 1, 4, 4096, 4),
    ),
    MappingProxyType(
        {"conv4 flop_m": "256 x 13 x 13 places x 384 x 3 x 3 products make 149.5 M; 145 is a slip"}
    ),
)


def _vgg_lines() -> tuple[Line, ...]:
    """The VGG-16 slide: the values of each output to two digits, and each weight."""
    lines: list[Line] = []
    size_px, weights = (
        224,
        iter((1728, 36864, 73728, 147456, 294912, 589824, 589824, 1179648, *(2359296,) * 5)),
    )
    stages = (
        (64, 2, 3200, 800),
        (128, 2, 1600, 400),
        (256, 3, 800, 200),
        (512, 3, 400, 100),
        (512, 3, 100, 25),
    )
    for filters, count, values_k, pooled_k in stages:
        name = f"CONV3-{filters}"
        lines += [Line(name, filters, size_px, values_k=values_k, params=next(weights)) for _ in range(count)]
        size_px //= 2
        lines.append(Line("POOL2", filters, size_px, values_k=pooled_k, params=0))
    heads = ((4096, 4.1, 102760448), (4096, 4.1, 16777216), (1000, 1, 4096000))
    return (
        *lines,
        *(Line("FC", features, 1, values_k=values, params=count) for features, values, count in heads),
    )


_STEM = (Line("conv", 64, 112, 3136, 9, 118), Line("max-pool", 64, 56, 784, 0, 2))

GOOGLENET_STEM = SlideTable(
    "GoogLeNet, aggressive stem",
    "googlenet",
    ("conv", "max pool"),
    (
        *_STEM,
        Line("conv 1x1", 64, 56, 784, 4, 13),
        Line("conv 3x3", 192, 56, 2352, 111, 347),
        Line("max-pool 2", 192, 28, 588, 0, 1),
    ),
)

_GOOGLENET_HEAD = SlideTable(
    "GoogLeNet, global average pooling",
    "googlenet",
    ("adaptive average pool", "linear"),
    (Line("avg-pool", 1024, 1, 4, 0, 0), Line("fc", 1000, 1, 0, 1025, 1)),
    MappingProxyType(
        {
            "fc memory_kb": "1000 scores x 4 bytes are 3.9 KiB, as in the line fc8 of the other tables",
            "fc params_k": "1025 counts the 1000 biases; every other line of the slides leaves biases out",
        }
    ),
)

_VGG_HEAD = SlideTable(
    "VGG-16, fully connected head",
    "vgg16",
    ("flatten", "linear"),
    (
        Line("flatten", 25088, 1, 98, None, None),
        Line("fc6", 4096, 1, 16, 102760, 103),
        Line("fc7", 4096, 1, 16, 16777, 17),
        Line("fc8", 1000, 1, 4, 4096, 4),
    ),
)

TABLES: Mapping[str, SlideTable] = MappingProxyType(
    {
        "alexnet": _ALEXNET,
        "vgg16": SlideTable("VGG-16, layer by layer", "vgg16", ("conv", "max pool", "linear"), _vgg_lines()),
        "vgg16 head": _VGG_HEAD,
        "googlenet stem": GOOGLENET_STEM,
        "googlenet head": _GOOGLENET_HEAD,
        "resnet stem": SlideTable("ResNet, stem", "resnet50", ("conv", "max pool"), _STEM),
    }
)
"""The slides' tables by a short name."""
