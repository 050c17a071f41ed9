"""How deep the slides' networks are, how their table of ResNets is made up, and how often each errs."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from explorer import challenge, comparison, networks
from explorer.slides.claim import Claim
from explorer.slides.tables import counted

_RESNETS = {  # blocks of the four stages, and layers in a block
    "resnet18": ((2, 2, 2, 2), 2),
    "resnet34": ((3, 4, 6, 3), 2),
    "resnet50": ((3, 4, 6, 3), 3),
    "resnet101": ((3, 4, 23, 3), 3),
    "resnet152": ((3, 8, 36, 3), 3),
}
_MEASURED_AGAIN = "the last digit moved when torchvision measured these weights again"


def depth(network: str) -> int:
    """How many layers with weights lie on the longest way through a network; norms do not count."""
    longest: dict[str, int] = {}
    for row in counted(network).rows:
        before = max((longest.get(source, 0) for source in row.sources), default=0)
        longest[row.name] = before + (row.macs > 0 and row.weight_params > 0)
    return max(longest.values())


def _stage_blocks(network: str, stage: int) -> int:
    names = (row.name.split(".") for row in counted(network).rows)
    return len({parts[1] for parts in names if parts[0] == f"layer{stage}"})


def _stage_layers(network: str, stage: int) -> int:
    """The convolutions of a stage on the main path: the projections of the shortcuts are left out."""
    inside = (row for row in counted(network).rows if row.name.startswith(f"layer{stage}."))
    return sum(1 for row in inside if row.kind == "conv" and "downsample" not in row.name)


def _resnet_table() -> Iterator[Claim]:
    """The slide's table of ResNets, line by line."""
    for name, (blocks, layers) in _RESNETS.items():
        title = name.replace("resnet", "ResNet-")
        for stage, count in enumerate(blocks, start=1):
            where = f"{title}, stage {stage}"
            yield Claim(where, "blocks", "", count, partial(_stage_blocks, name, stage))
            yield Claim(where, "layers", "", count * layers, partial(_stage_layers, name, stage))
        error = comparison.SLIDE_TOP5_ERROR[name]
        yield Claim(title, "top-5 error", "%", error, partial(_top5_error, name), _MEASURED_AGAIN, 4)


def _top5_error(network: str) -> float:
    """Of the first weights that torchvision published, one crop."""
    return 100 - _known(networks.NETWORKS[network].published[0].top5_percent)


def _top1(network: str) -> float:
    return _known(networks.NETWORKS[network].published[0].top1_percent)


def _known(percent: float | None) -> float:
    if percent is None:
        raise ValueError("nothing is published for this network")
    return percent


def _challenge(method: str) -> float:
    return next(r.top5_error_percent for r in challenge.RESULTS if r.method == method)


def _widths() -> list[int]:
    return [row.output_shape[0] for row in counted("googlenet").rows if row.kind == "concat"]


ARCHITECTURES: tuple[Claim, ...] = (
    Claim("AlexNet", "layers", "", 8, lambda: depth("alexnet")),
    Claim("AlexNet", "top-5 error", "%", 16, lambda: _challenge("AlexNet")),
    Claim("AlexNet's runner-up", "top-5 error", "%", 26, lambda: _challenge("Fisher vectors, several features")),
    Claim("VGG-16", "layers", "", 16, lambda: depth("vgg16")),
    Claim("AlexNet against VGG", "top-5 error", "times", 2, lambda: _challenge("AlexNet") / _challenge("VGG")),
    Claim("GoogLeNet", "layers", "", 22, lambda: depth("googlenet")),
    Claim("GoogLeNet", "top-5 error", "%", 6.7, lambda: _challenge("Inception v1")),
    Claim("GoogLeNet", "narrowest inception module", "filters", 256, lambda: min(_widths())),
    Claim("GoogLeNet", "widest inception module", "filters", 1024, lambda: max(_widths())),
    Claim("ResNet-152", "layers", "", 152, lambda: depth("resnet152")),
    Claim("ResNeXt", "top-5 error", "%", 3.0, lambda: _challenge("ResNeXt-101")),
    Claim("A trained person", "top-5 error", "%", 5.1, lambda: challenge.TRAINED_PERSON.top5_error_percent),
    Claim("MobileNetV2 against VGG", "top-1 accuracy", "times", 1, lambda: _top1("mobilenet_v2") / _top1("vgg16")),
    *_resnet_table(),
)  # fmt: skip
"""The figures on depth, make-up and errors."""
