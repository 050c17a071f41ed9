"""The layer types of the field, and networks built from them row by row."""

from explorer.layers.layer import Layer, Window
from explorer.layers.sequential import parse_sequential
from explorer.layers.stack import Row, check, code, made, measure, module, read, write
from explorer.layers.starts import STARTS
from explorer.layers.types import (
    KINDS,
    Activation,
    AdaptivePool,
    AvgPool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    Linear,
    MaxPool,
    Norm,
    Residual,
)

__all__ = [
    "KINDS",
    "STARTS",
    "Activation",
    "AdaptivePool",
    "AvgPool",
    "Conv",
    "Dense",
    "DepthwiseConv",
    "Dropout",
    "Flatten",
    "Layer",
    "Linear",
    "MaxPool",
    "Norm",
    "Residual",
    "Row",
    "Window",
    "check",
    "code",
    "made",
    "measure",
    "module",
    "parse_sequential",
    "read",
    "write",
]
