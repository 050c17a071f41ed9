"""Every layer type of the editor. Adding one is one class with its formulas, and its name here."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from explorer.layers.joining import Dense, Flatten, Linear, Residual
from explorer.layers.layer import Layer
from explorer.layers.pointwise import Activation, Dropout, Norm
from explorer.layers.sliding import AdaptivePool, AvgPool, Conv, DepthwiseConv, MaxPool

__all__ = [
    "KINDS",
    "Activation",
    "AdaptivePool",
    "AvgPool",
    "Conv",
    "Dense",
    "DepthwiseConv",
    "Dropout",
    "Flatten",
    "Linear",
    "MaxPool",
    "Norm",
    "Residual",
]

KINDS: Mapping[str, type[Layer]] = MappingProxyType(
    {
        layer.kind: layer
        for layer in (
            Conv, DepthwiseConv, MaxPool, AvgPool, AdaptivePool, Norm, Activation,
            Residual, Dense, Flatten, Linear, Dropout,
        )
    }
)  # fmt: skip
"""Every layer type of the editor by the name that is shown."""
