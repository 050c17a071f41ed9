"""Reads one layer of a traced network: which operation it is, and with which numbers."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from torch import Tensor, fx, nn

from explorer.transfer.graph_calls import (
    Call,
    average_pool_fields,
    checked_size,
    conv_fields,
    max_pool_fields,
    refused,
)


def of_module(module: nn.Module, step: fx.Node) -> Call:
    """The operation of one layer.

    Raises: ValueError naming a layer that cannot be carried.
    """
    inputs = (*step.args, *step.kwargs.values())
    read = _MODULES.get(type(module))
    if read is None or len(inputs) != 1:
        raise refused(type(module).__name__, str(step.target))
    op, fields = read(module, str(step.target))
    weights = {
        role: tensor
        for role in ("weight", "bias", "running_mean", "running_var")
        if isinstance(tensor := getattr(module, role, None), Tensor)
    }
    return Call(op, inputs, fields, weights, bool(getattr(module, "inplace", False)) and op is not None)


def _conv_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    if module.padding_mode != "zeros":
        raise refused(f"Conv2d with padding_mode {module.padding_mode!r}", where)
    numbers = module.stride, module.padding, module.dilation, module.groups
    return "conv", conv_fields(module.kernel_size, *numbers)


def _norm_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    if not module.track_running_stats or module.running_mean is None:
        raise refused("BatchNorm2d without running statistics", where)
    if module.momentum is None:
        raise refused("BatchNorm2d with a cumulative average (momentum None)", where)
    return "batch_norm", {"eps": module.eps, "momentum": module.momentum}


def _max_pool_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    if module.return_indices:
        raise refused("MaxPool2d with return_indices", where)
    return "max_pool", max_pool_fields(vars(module))


def _average_pool_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    if module.divisor_override is not None:
        raise refused("AvgPool2d with divisor_override", where)
    return "average_pool", average_pool_fields(vars(module))


def _adaptive_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    return "adaptive_average_pool", {"size": checked_size(module.output_size, where)}


def _flatten_module(module: Any, where: str) -> tuple[str, dict[str, Any]]:
    if (module.start_dim, module.end_dim) not in ((1, -1), (1, 3)):
        raise refused(f"Flatten from axis {module.start_dim} to {module.end_dim}", where)
    return "flatten", {}


def _named(op: str | None) -> Callable[[Any, str], tuple[str | None, dict[str, Any]]]:
    return lambda module, where: (op, {})


_MODULES: Mapping[type, Callable[[Any, str], tuple[str | None, dict[str, Any]]]] = MappingProxyType(
    {
        nn.Conv2d: _conv_module,
        nn.Linear: _named("linear"),
        nn.BatchNorm2d: _norm_module,
        nn.ReLU: _named("relu"),
        nn.ReLU6: _named("relu6"),
        nn.SiLU: _named("silu"),
        nn.Hardswish: _named("hardswish"),
        nn.Hardsigmoid: _named("hardsigmoid"),
        nn.Sigmoid: _named("sigmoid"),
        nn.Tanh: _named("tanh"),
        nn.GELU: lambda module, where: ("gelu", {"approximate": module.approximate}),
        nn.MaxPool2d: _max_pool_module,
        nn.AvgPool2d: _average_pool_module,
        nn.AdaptiveAvgPool2d: _adaptive_module,
        nn.Flatten: _flatten_module,
        nn.Dropout: lambda module, where: ("dropout", {"p": module.p}),
        nn.Identity: _named(None),
    }
)
