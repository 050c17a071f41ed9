"""A building block as a PyTorch module: real layers, put together as the block's drawing shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import torch
from torch import Tensor, nn

from explorer.buildingblocks.part import Layer

_ACTIVATIONS: Mapping[str, type[nn.Module]] = MappingProxyType(
    {"ReLU": nn.ReLU, "ReLU6": nn.ReLU6, "sigmoid": nn.Sigmoid}
)


class Assembled(nn.Module):
    """Runs layers in their order, each on the outputs it names; several loose ends come out as a tuple."""

    def __init__(self, layers: Sequence[Layer], device: str = "cpu") -> None:
        super().__init__()
        self.plan = tuple(layers)
        modules = {layer.name: _modules(layer, device) for layer in self.plan[1:]}
        self.run = nn.ModuleDict({name: nn.Sequential(*found) for name, found in modules.items() if found})
        read = {name for layer in self.plan for name in layer.inputs}
        self.ends = tuple(layer.name for layer in self.plan if layer.name not in read)

    def forward(self, x: Tensor) -> Tensor | tuple[Tensor, ...]:
        held = {"x": x}
        for layer in self.plan[1:]:
            met = _met(layer, [held[name] for name in layer.inputs])
            held[layer.name] = self.run[layer.name](met) if layer.name in self.run else met
        found = tuple(held[name] for name in self.ends)
        return found[0] if len(found) == 1 else found


def _met(layer: Layer, inputs: list[Tensor]) -> Tensor:
    """What reaches a layer: its one input, or its inputs put together."""
    if layer.kind == "add":
        return inputs[0] + inputs[1]
    if layer.kind == "multiply":
        return inputs[0] * inputs[1]
    if layer.kind == "concat":
        return torch.cat(inputs, 1)
    if layer.kind == "slice":
        return inputs[0][:, layer.first : layer.first + layer.channels]
    return inputs[0]


def _modules(layer: Layer, device: str) -> list[nn.Module]:
    """The layer itself, its norm, its activation."""
    found = [_layer(layer, device)] if layer.kind not in ("add", "multiply", "concat", "slice") else []
    if layer.has_norm:
        found.append(nn.BatchNorm2d(layer.channels, device=device))
    if layer.activation:
        found.append(_ACTIVATIONS[layer.activation]())
    return found


def _layer(layer: Layer, device: str) -> nn.Module:
    into, out, kernel, stride = layer.channels_in, layer.channels, layer.kernel, layer.stride
    bias = layer.has_bias
    if layer.kind == "conv":
        return nn.Conv2d(
            into, out, kernel, stride, layer.padding, groups=layer.groups, bias=bias, device=device
        )
    if layer.kind == "transposed conv":
        return nn.ConvTranspose2d(into, out, kernel, stride, bias=bias, device=device)
    if layer.kind == "linear":
        return nn.Linear(into, out, bias=bias, device=device)
    if layer.kind == "max pool":
        return nn.MaxPool2d(kernel, stride, layer.padding)
    if layer.kind == "average pool":
        return nn.AvgPool2d(kernel, stride, layer.padding)
    without_sizes: Mapping[str, nn.Module] = {
        "global pool": nn.AdaptiveAvgPool2d(1),
        "upsample": nn.Upsample(scale_factor=stride, mode="nearest"),
        "flatten": nn.Flatten(),
        "dropout": nn.Dropout(layer.percent / 100),
        "shuffle": nn.ChannelShuffle(layer.groups),
    }
    return without_sizes[layer.kind]
