"""From PyTorch's layers and their settings to ours: what each call of ``nn.NAME(...)`` becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from explorer.layers.layer import LARGEST_WINDOW, MOST_CHANNELS, Layer, Pair, whole
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
)

Settings = dict[str, Any]

IGNORED = ("inplace", "device", "dtype", "eps", "momentum", "track_running_stats")
"""Settings that change neither a size nor a cost."""
NOTHING = ("Identity",)
"""Layers that do nothing."""


def _required(settings: Settings, *names: str) -> None:
    for name in names:
        if name not in settings:
            raise ValueError(f"{name} is missing")


def _conv(settings: Settings) -> Layer:
    _required(settings, "in_channels", "out_channels", "kernel_size")
    if settings.get("padding_mode", "zeros") != "zeros":
        raise ValueError(f"padding_mode must be 'zeros', got {settings['padding_mode']!r}")
    layer = Conv(
        settings["out_channels"],
        settings["kernel_size"],
        settings.get("stride", 1),
        _padding(settings),
        settings.get("dilation", 1),
        settings.get("groups", 1),
        settings.get("bias", True),
        settings["in_channels"],
    )
    if settings["in_channels"] % layer.groups or layer.filters % layer.groups:
        given = f"in_channels {settings['in_channels']} and out_channels {layer.filters}"
        raise ValueError(f"groups must divide {given}, got {layer.groups}")
    return layer


def _padding(settings: Settings) -> int | Pair:
    """The padding as numbers; "same" pads so that the size stays."""
    padding: int | Pair | str = settings.get("padding", 0)
    if padding == "valid":
        return 0
    if padding != "same":
        return padding if isinstance(padding, tuple) else whole("padding", padding, 0, LARGEST_WINDOW)
    sides = Conv(
        1, settings["kernel_size"], settings.get("stride", 1), 0, settings.get("dilation", 1)
    ).window((1, 1, 1))
    if sides.stride != (1, 1):
        raise ValueError("padding 'same' needs a stride of 1")
    reach = tuple(d * (k - 1) for d, k in zip(sides.dilation, sides.kernel, strict=True))
    if any(r % 2 for r in reach):
        raise ValueError("padding 'same' with an even kernel pads one side more, which is not known here")
    return reach[0] // 2, reach[1] // 2


def _pool(make: type[MaxPool]) -> Callable[[Settings], Layer]:
    def maker(settings: Settings) -> Layer:
        _required(settings, "kernel_size")
        if settings.get("dilation", 1) not in (1, (1, 1)):
            raise ValueError(f"dilation must be 1 in pooling, got {settings['dilation']!r}")
        _usual(settings, return_indices=False, count_include_pad=True, divisor_override=None)
        return make(
            settings["kernel_size"],
            settings.get("stride"),
            settings.get("padding", 0),
            settings.get("ceil_mode", False),
        )

    return maker


def _adaptive(mode: str) -> Callable[[Settings], Layer]:
    def maker(settings: Settings) -> Layer:
        _required(settings, "output_size")
        return AdaptivePool(settings["output_size"], mode)

    return maker


def _norm(over: str, channels: str) -> Callable[[Settings], Layer]:
    def maker(settings: Settings) -> Layer:
        _required(settings, channels)
        usual = over == "instance" and settings.get("affine", False) is False
        if not usual and (over == "instance" or settings.get("affine", True) is not True):
            raise ValueError("affine other than usual is not known here")
        _usual(settings, bias=True)
        groups = whole("num_groups", settings.get("num_groups", 32), 1, MOST_CHANNELS)
        if over == "group" and whole(channels, settings[channels], 1, MOST_CHANNELS) % groups:
            raise ValueError(f"num_groups must divide {settings[channels]} channels, got {groups}")
        return Norm(over, groups, settings[channels])

    return maker


def _linear(settings: Settings) -> Layer:
    _required(settings, "in_features", "out_features")
    features, bias = settings["out_features"], settings.get("bias", True)
    return Linear(features, bias, settings["in_features"])


def _dropout(settings: Settings) -> Layer:
    return Dropout(settings.get("p", 0.5))


def _flatten(settings: Settings) -> Layer:
    if settings.get("start_dim", 1) != 1 or settings.get("end_dim", -1) != -1:
        raise ValueError("flattens other dimensions than a network's last step does")
    return Flatten()


def _usual(settings: Settings, **usual: object) -> None:
    """Raises: ValueError when one of these settings has another value than the usual one."""
    for name, value in usual.items():
        if settings.get(name, value) != value:
            raise ValueError(f"{name} must be the usual {value}, got {settings[name]!r}")


def _activation(function: str) -> Callable[[Settings], Layer]:
    def maker(settings: Settings) -> Layer:
        _usual(settings, alpha=1.0, beta=1, threshold=20, approximate="none")
        if function.endswith("softmax") and settings.get("dim", 1) not in (1, None):
            raise ValueError(f"dim must be 1, over the channels or the features, got {settings['dim']!r}")
        return Activation(function, settings.get("negative_slope", Activation.slope))

    return maker


_CONV = (
    "in_channels",
    "out_channels",
    "kernel_size",
    "stride",
    "padding",
    "dilation",
    "groups",
    "bias",
    "padding_mode",
)
_MAX = ("kernel_size", "stride", "padding", "dilation", "return_indices", "ceil_mode")
_AVG = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")
_BATCH = ("num_features", "eps", "momentum", "affine", "track_running_stats", "bias")

_SHAPING: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "LeakyReLU": ("negative_slope", "inplace"),
        "ELU": ("alpha", "inplace"),
        "GELU": ("approximate",),
        "Softplus": ("beta", "threshold"),
        "Softmax": ("dim",),
        "LogSoftmax": ("dim",),
    }
)

MAKERS: Mapping[str, tuple[tuple[str, ...], Callable[[Settings], Layer]]] = MappingProxyType(
    {
        "Conv2d": (_CONV, _conv),
        "MaxPool2d": (_MAX, _pool(MaxPool)),
        "AvgPool2d": (_AVG, _pool(AvgPool)),
        "AdaptiveAvgPool2d": (("output_size",), _adaptive("average")),
        "AdaptiveMaxPool2d": (("output_size",), _adaptive("max")),
        "BatchNorm2d": (_BATCH, _norm("batch", "num_features")),
        "BatchNorm1d": (_BATCH, _norm("batch", "num_features")),
        "InstanceNorm2d": (_BATCH, _norm("instance", "num_features")),
        "GroupNorm": (
            ("num_groups", "num_channels", "eps", "affine", "bias"),
            _norm("group", "num_channels"),
        ),
        "Linear": (("in_features", "out_features", "bias"), _linear),
        "Flatten": (("start_dim", "end_dim"), _flatten),
        "Dropout": (("p", "inplace"), _dropout),
        "Dropout2d": (("p", "inplace"), _dropout),
    }
    | {
        name: (_SHAPING.get(name, ("inplace",)), _activation(function))
        for function, name in Activation.FUNCTIONS.items()
    }
)
