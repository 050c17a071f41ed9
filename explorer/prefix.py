"""The first layers of a network, run until one layer has answered, and no further.

The run stops by itself where the layer's output appears, so nothing after it is computed. Layers are named as in
``explorer.graph``: a module by its path, an operation between layers by its path and name ("layer1.0.add"), and a
number after an underscore from the second call on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

_BETWEEN = re.compile(r"^_*[ir]?(add|sub|mul|cat|concat|mean|max_pool2d|avg_pool2d|adaptive_avg_pool2d)_*$")


@dataclass(frozen=True, slots=True)
class Reading:
    """Where to read. ``is_linear`` leaves out what bends or scales the numbers: activations, norms, gates, maxima."""

    layer: str
    is_linear: bool = False


class _Reached(Exception):  # noqa: N818
    """The layer has answered."""

    def __init__(self, output: Tensor) -> None:
        super().__init__()
        self.output = output


def run_to(network: nn.Module, picture: Tensor, reading: Reading) -> Tensor:
    """The output of one layer. The network must be private to the caller: hooks stay on it.

    Raises: ValueError when the layer is never reached as a whole.
    """
    watch = _Watch(reading)
    for path, module in network.named_modules():
        module.register_forward_pre_hook(watch.entering(path))
        module.register_forward_hook(watch.leaving)
    try:
        with watch:
            network(picture)
    except _Reached as reached:
        return reached.output
    raise ValueError(f"{reading.layer} cannot be measured: it is computed together with its neighbours")


class _Watch(TorchFunctionMode):
    """Follows the modules that run and the operations between them, and stops at the one asked for."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading
        self.inside: list[tuple[str, bool]] = []
        self.names: list[str] = []
        self.used: Counter[str] = Counter()

    def _called(self, name: str) -> str:
        repeat = self.used[name]
        self.used[name] += 1
        return f"{name}_{repeat}" if repeat else name

    def entering(self, path: str) -> Callable[[nn.Module, tuple[object, ...]], None]:
        def enter(module: nn.Module, inputs: tuple[object, ...]) -> None:
            in_layer = bool(self.inside) and self.inside[-1][1]
            is_layer = in_layer or not list(module.children())
            self.inside.append((path, is_layer))
            self.names.append(
                "" if in_layer or not is_layer else self._called(path or type(module).__name__.lower())
            )

        return enter

    def leaving(self, module: nn.Module, inputs: object, output: object) -> None:
        self.inside.pop()
        if self.names.pop() == self.reading.layer and isinstance(output, Tensor):
            raise _Reached(output)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        instead = _LINEAR.get(name.strip("_")) if self.reading.is_linear else None
        result = instead(*args, **kwargs) if instead else func(*args, **kwargs)
        between = _BETWEEN.match(name)
        if (
            between
            and self.inside
            and not self.inside[-1][1]
            and isinstance(result, Tensor)
            and result.requires_grad
        ):
            path = self.inside[-1][0]
            called = self._called(f"{path}.{between[1]}" if path else between[1])
            if called == self.reading.layer:
                raise _Reached(result)
        return result


def _itself(numbers: Tensor, *_: object, **__: object) -> Tensor:
    return numbers


def _open_gate(numbers: Tensor, *_: object, **__: object) -> Tensor:
    return torch.ones_like(numbers)


def _refused(*_: object, **__: object) -> Tensor:
    raise ValueError("attention chooses by the numbers it sees: with equal weights there is nothing to count")


def _mean_pool(  # noqa: PLR0917
    numbers: Tensor,
    kernel_size: int | tuple[int, int],
    stride: int | tuple[int, int] | None = None,
    padding: int | tuple[int, int] = 0,
    dilation: int | tuple[int, int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """The mean of each window instead of its maximum: every pixel of the window counts."""
    if dilation not in (1, (1, 1)) or return_indices:
        raise ValueError("a maximum over a dilated window has no mean to stand in for it")
    return F.avg_pool2d(numbers, kernel_size, stride, padding, ceil_mode)


_LINEAR: Mapping[str, Callable[..., Tensor]] = MappingProxyType(
    dict.fromkeys(
        (
            *(
                "relu",
                "relu6",
                "hardtanh",
                "leaky_relu",
                "elu",
                "silu",
                "hardswish",
                "gelu",
                "tanh",
                "softplus",
            ),
            *("batch_norm", "layer_norm", "group_norm", "instance_norm", "local_response_norm"),
        ),
        _itself,
    )
    | dict.fromkeys(("sigmoid", "hardsigmoid"), _open_gate)
    | dict.fromkeys(("multi_head_attention_forward", "scaled_dot_product_attention", "softmax"), _refused)
    | {"max_pool2d": _mean_pool}
)
