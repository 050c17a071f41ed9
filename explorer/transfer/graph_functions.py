"""Reads one called function or method of a traced network: which operation it is, and with which numbers."""

import inspect
import operator
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Any

import torch
from torch import Tensor, fx
from torch.nn import functional as F

from explorer.transfer.graph_calls import (
    Call,
    average_pool_fields,
    checked_size,
    conv_fields,
    max_pool_fields,
    name_of,
    refused,
)

Fetched = Mapping[fx.Node, Tensor]


def of_function(step: fx.Node, fetched: Fetched, sizes: Collection[fx.Node]) -> Call:
    """The operation of one called function or method.

    Raises: ValueError naming a function that cannot be carried.
    """
    name = name_of(step.target)
    read = _FUNCTIONS.get(name)
    if read is None:
        raise refused(name, step.name)
    return read(_Arguments(step, fetched, sizes))


class _Arguments:
    """The arguments of one call by name or place."""

    def __init__(self, step: fx.Node, fetched: Fetched, sizes: Collection[fx.Node]) -> None:
        self.step, self.fetched, self.sizes = step, fetched, sizes
        self.name = name_of(step.target)

    def bound(self, like: Callable[..., Any]) -> dict[str, Any]:
        """The arguments as the signature of `like` names them, defaults filled in."""
        found = inspect.signature(like).bind(*self.step.args, **self.step.kwargs)
        found.apply_defaults()
        return {
            name: self.fetched.get(value, value) if isinstance(value, fx.Node) else value
            for name, value in found.arguments.items()
        }

    def refused(self, why: str = "") -> ValueError:
        return refused(f"{self.name} {why}".strip(), self.step.name)


def _conv(a: _Arguments) -> Call:
    given = a.bound(lambda input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1: None)
    weights = _weights(a, given, ("weight", "bias"))
    kernel = list(weights["weight"].shape[2:])
    numbers = conv_fields(kernel, given["stride"], given["padding"], given["dilation"], given["groups"])
    return Call("conv", (given["input"],), numbers, weights)


def _linear(a: _Arguments) -> Call:
    given = a.bound(lambda input, weight, bias=None: None)
    return Call("linear", (given["input"],), {}, _weights(a, given, ("weight", "bias")))


def _norm(a: _Arguments) -> Call:
    given = a.bound(F.batch_norm)
    weights = _weights(a, given, ("running_mean", "running_var", "weight", "bias"))
    if len(weights) < 2 or "running_mean" not in weights:
        raise a.refused("without running statistics")
    return Call(
        "batch_norm", (given["input"],), {"eps": given["eps"], "momentum": given["momentum"]}, weights
    )


def _weights(a: _Arguments, given: Mapping[str, Any], roles: tuple[str, ...]) -> dict[str, Tensor]:
    found = {role: given[role] for role in roles if given[role] is not None}
    if not all(isinstance(tensor, Tensor) for tensor in found.values()):
        raise a.refused("with computed weights")
    return found


def _activation(op: str) -> Callable[[_Arguments], Call]:
    def read(a: _Arguments) -> Call:
        given = a.bound(lambda input, inplace=False: None)
        return Call(op, (given["input"],), in_place=bool(given["inplace"]) or a.name.endswith("_"))

    return read


def _gelu(a: _Arguments) -> Call:
    given = a.bound(lambda input, approximate="none": None)
    return Call("gelu", (given["input"],), {"approximate": given["approximate"]})


def _max_pool(a: _Arguments) -> Call:
    given = a.bound(
        lambda input, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False: (
            None
        )
    )
    if given["return_indices"]:
        raise a.refused("with return_indices")
    return Call("max_pool", (given["input"],), max_pool_fields(given))


def _average_pool_arguments(  # noqa: PLR0917
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> None:
    """As torch's own function takes them; it has no signature that could be read."""


def _average_pool(a: _Arguments) -> Call:
    given = a.bound(_average_pool_arguments)
    if given["divisor_override"] is not None:
        raise a.refused("with divisor_override")
    return Call("average_pool", (given["input"],), average_pool_fields(given))


def _adaptive(a: _Arguments) -> Call:
    given = a.bound(lambda input, output_size: None)
    return Call(
        "adaptive_average_pool", (given["input"],), {"size": checked_size(given["output_size"], a.step.name)}
    )


def _mean(a: _Arguments) -> Call:
    given = a.bound(lambda input, dim=None, keepdim=False: None)
    axes = given["dim"]
    if not isinstance(axes, list | tuple) or sorted(n % 4 for n in axes) != [2, 3]:
        raise a.refused("other than over both sides of the maps")
    return Call(
        "adaptive_average_pool", (given["input"],), {"size": [1, 1]}, flat=given["keepdim"] is not True
    )


def _both(op: str) -> Callable[[_Arguments], Call]:
    def read(a: _Arguments) -> Call:
        if len(a.step.args) != 2 or a.step.kwargs:
            raise a.refused("with other than two arguments")
        first, second = a.step.args
        in_place = a.name.startswith("i") or a.name.endswith("_")
        if isinstance(first, fx.Node) and isinstance(second, fx.Node):
            return Call(op, (first, second), in_place=in_place)
        number, maps = (first, second) if isinstance(second, fx.Node) else (second, first)
        if not isinstance(number, int | float):
            raise a.refused("with something other than maps and numbers")
        fields = (
            {"scale": 1.0, "shift": float(number)} if op == "add" else {"scale": float(number), "shift": 0.0}
        )
        return Call("affine", (maps,), fields, in_place=in_place)

    return read


def _minus(a: _Arguments) -> Call:
    first, second = a.step.args
    if a.step.kwargs or isinstance(first, fx.Node) == isinstance(second, fx.Node):
        raise a.refused("of maps from maps")
    if isinstance(first, fx.Node):
        return Call("affine", (first,), {"scale": 1.0, "shift": -float(second)}, in_place=a.name == "isub")  # type: ignore[arg-type]
    return Call("affine", (second,), {"scale": -1.0, "shift": float(first)})  # type: ignore[arg-type]


def _divided(a: _Arguments) -> Call:
    first, second = a.step.args
    if a.step.kwargs or not isinstance(second, int | float) or second == 0:
        raise a.refused("by something other than a number")
    return Call("affine", (first,), {"scale": 1 / second, "shift": 0.0}, in_place=a.name == "itruediv")


def _concat(a: _Arguments) -> Call:
    given = a.bound(lambda tensors, dim=0: None)
    if given["dim"] not in (1, -3) or not isinstance(given["tensors"], list | tuple):
        raise a.refused("along another axis than the channels")
    return Call("concat", tuple(given["tensors"]))


def _flatten(a: _Arguments) -> Call:
    given = a.bound(lambda input, start_dim=0, end_dim=-1: None)
    if (given["start_dim"], given["end_dim"]) not in ((1, -1), (1, 3)):
        raise a.refused(f"from axis {given['start_dim']} to {given['end_dim']}")
    return Call("flatten", (given["input"],))


def _view(a: _Arguments) -> Call:
    maps, *shape = a.step.args
    sides = list(shape[0]) if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    if len(sides) != 2 or sides[1] != -1 or sides[0] not in a.sizes:
        raise a.refused("into another shape than one row a picture")
    return Call("flatten", (maps,))


def _dropout(a: _Arguments) -> Call:
    given = a.bound(lambda input, p=0.5, training=True, inplace=False: None)
    return Call("dropout", (given["input"],), {"p": float(given["p"])})


def _itself(a: _Arguments) -> Call:
    return Call(None, (a.step.args[0],))


_ACTIVATIONS = ("relu", "relu6", "silu", "hardswish", "hardsigmoid", "sigmoid", "tanh")
_FUNCTIONS: Mapping[str, Callable[[_Arguments], Call]] = MappingProxyType(
    {
        **{name: _activation(name) for name in _ACTIVATIONS},
        **{f"{name}_": _activation(name) for name in ("relu", "sigmoid", "tanh")},
        "gelu": _gelu,
        "conv2d": _conv,
        "linear": _linear,
        "batch_norm": _norm,
        name_of(torch.max_pool2d): _max_pool,
        name_of(F.max_pool2d): _max_pool,
        "avg_pool2d": _average_pool,
        "adaptive_avg_pool2d": _adaptive,
        "mean": _mean,
        **{name: _both("add") for name in ("add", "iadd", "add_")},
        **{name: _both("multiply") for name in ("mul", "imul", "mul_", "multiply")},
        **dict.fromkeys(("sub", "isub"), _minus),
        **dict.fromkeys(("truediv", "itruediv", "div"), _divided),
        **dict.fromkeys(("cat", "concat", "concatenate"), _concat),
        "flatten": _flatten,
        "view": _view,
        "reshape": _view,
        "dropout": _dropout,
        "contiguous": _itself,
        name_of(operator.pos): _itself,
    }
)
