"""Running a network on shapes alone: the private copy without numbers, and the answers an operation then gives."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from operator import index
from types import BuiltinFunctionType, FunctionType
from typing import Any, SupportsIndex

import torch
from torch import Tensor, nn

from explorer.operators import Shape

LARGEST_SIDE_PX = 65_536


def checked_shape(input_shape: Shape) -> Shape:
    """Return (C, H, W) as plain integers. Raises: ValueError when they are not three sizes of at least 1."""
    sizes = tuple(input_shape) if isinstance(input_shape, Iterable) else ()
    whole = [index(size) for size in sizes if isinstance(size, SupportsIndex) and not isinstance(size, bool)]
    if len(sizes) != 3 or len(whole) != 3:
        raise ValueError(f"input_shape must be three whole numbers (C, H, W), got {input_shape!r}")
    if min(whole) < 1 or max(whole) > LARGEST_SIDE_PX:
        raise ValueError(f"each size of input_shape must be 1 to {LARGEST_SIDE_PX}, got {input_shape!r}")
    return (whole[0], whole[1], whole[2])


def shapes_only(network: nn.Module) -> nn.Module:
    """Return a copy of a network without its numbers, in evaluation mode; the original is only read.

    Raises: ValueError when a part of the network cannot be copied.
    """
    if not isinstance(network, nn.Module):
        raise ValueError(f"network must be a name or a torch.nn.Module, got {type(network).__name__}")
    if any(isinstance(module, torch.jit.ScriptModule) for module in network.modules()):
        raise ValueError(
            "a TorchScript module keeps its operations to itself: count the module it was made from"
        )
    memo: dict[int, Any] = {}
    for tensor in _tensors(network):
        if nn.parameter.is_lazy(tensor):
            raise ValueError(
                "a lazy layer has no size before its first run: run the network once, then count it"
            )
        memo[id(tensor)] = _without_numbers(tensor)
    if all(_is_plain_module(module) for module in network.modules()):
        return _twin(network, memo).eval()
    try:
        private = copy.deepcopy(network, memo)
    except Exception as error:
        raise ValueError(f"{type(network).__name__} cannot be copied: {first_line(error)}") from error
    for module in private.modules():
        _drop_foreign_hooks(module)
    return private.eval()


_STORES = ("_parameters", "_buffers", "_modules")
_PLAIN = (
    type(None),
    bool,
    int,
    float,
    str,
    type,
    FunctionType,
    BuiltinFunctionType,
    torch.dtype,
    torch.device,
)


def _is_plain_module(module: nn.Module) -> bool:
    """Whether a module holds nothing but its tensors, its modules and settings, and no hooks: then a twin is easy."""
    return not hasattr(type(module), "__deepcopy__") and all(
        name in _STORES or (not value if _is_hook_store(name) else _is_plain(value))
        for name, value in vars(module).items()
    )


def _is_hook_store(name: str) -> bool:
    return name.endswith("_hooks") or "_hooks_" in name


def _is_plain(value: object) -> bool:
    """Whether a setting may be shared between a module and its twin, or copied item by item."""
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(isinstance(item, _PLAIN) for item in value)
    return isinstance(value, (*_PLAIN, partial)) and not isinstance(value, Tensor)


def _twin(module: nn.Module, memo: dict[int, Any]) -> nn.Module:
    """A module with the same settings and tensors without numbers; five times as fast as a deep copy."""
    if id(module) in memo:
        known: nn.Module = memo[id(module)]
        return known
    twin = object.__new__(type(module))
    memo[id(module)] = twin
    for name, value in vars(module).items():  # hook stores are empty here, and each module needs its own
        vars(twin)[name] = (
            type(value)()
            if _is_hook_store(name)
            else value.copy()
            if isinstance(value, (list, set))
            else value
        )
    for store in ("_parameters", "_buffers"):
        vars(twin)[store] = {k: v if v is None else memo[id(v)] for k, v in vars(module)[store].items()}
    vars(twin)["_modules"] = {k: v if v is None else _twin(v, memo) for k, v in module._modules.items()}
    return twin


def _tensors(network: nn.Module) -> Iterator[Tensor]:
    """Every tensor that a network holds, registered or not."""
    for module in network.modules():
        for store in (module._parameters, module._buffers, vars(module)):
            yield from (value for value in store.values() if isinstance(value, Tensor))


def _without_numbers(tensor: Tensor) -> Tensor:
    empty = torch.empty_like(tensor, device="meta", requires_grad=False)
    return nn.Parameter(empty, requires_grad=False) if isinstance(tensor, nn.Parameter) else empty


def _drop_foreign_hooks(module: nn.Module) -> None:
    """A caller's hooks are copied along; they are the caller's and must not see the walk. PyTorch's own stay."""
    for store in (module._forward_hooks, module._forward_pre_hooks):
        for key in [k for k, hook in store.items() if not type(hook).__module__.startswith("torch.nn.utils")]:
            del store[key]


def precision(network: nn.Module) -> torch.dtype:
    """The number format of the weights: a network in half precision wants a picture in half precision."""
    return next((p.dtype for p in network.parameters() if p.is_floating_point()), torch.float32)


def first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def tensors_in(value: object) -> list[Tensor]:
    """Every tensor in nested tuples, lists and mappings."""
    found: list[Tensor] = []
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Tensor):
            found.append(item)
        elif isinstance(item, (tuple, list)):
            waiting.extend(item[::-1])
        elif isinstance(item, Mapping):
            waiting.extend(list(item.values())[::-1])
    return found


def to_meta(value: Any) -> Any:
    """Drop the numbers of every tensor in a structure: one constant with numbers would stop the walk."""
    if isinstance(value, (tuple, list)):
        return type(value)(to_meta(item) for item in value)
    if isinstance(value, dict):
        return {key: to_meta(item) for key, item in value.items()}
    return value.to("meta") if isinstance(value, Tensor) and value.device.type != "meta" else value


_SAME_SHAPE = frozenset(
    (
        "relu",
        "relu6",
        "gelu",
        "silu",
        "sigmoid",
        "tanh",
        "hardswish",
        "hardsigmoid",
        "hardtanh",
        "leaky_relu",
        "elu",
    )
)


def obvious(known: str, name: str, args: tuple[Any, ...], tensors: list[Tensor]) -> Tensor | None:
    """Answer for common operations whose result has an obvious shape; PyTorch's own answer takes ten times as long.

    None where the shape is not obvious, or where the inputs do not fit: then PyTorch answers, or complains.
    """
    if known == "cat":
        return _laid_together(tensors, args[1] if len(args) > 1 else 0)
    if not tensors or not isinstance(args[0], Tensor) or not args[0].is_floating_point():
        return None
    first, others = args[0], [tuple(x.shape) for x in tensors[1:]]
    keeps = (
        known in _SAME_SHAPE
        or (known == "dropout")
        or (known in ("add", "mul") and len(args) == 2 and all(shape == first.shape for shape in others))
        or (known == "batch_norm" and first.ndim > 1 and all(shape == first.shape[1:2] for shape in others))
        or (known == "layer_norm" and _fits_last(first, tuple(args[1]), others))
    )
    if keeps:
        return first if name.endswith("_") or known == "dropout" else first.new_empty(first.shape)
    if known == "linear" and first.dtype == tensors[1].dtype and tensors[1].ndim == 2:
        out, inward = tensors[1].shape
        if first.shape[-1:] == (inward,) and all(shape == (out,) for shape in others[1:]):
            return first.new_empty((*first.shape[:-1], out))
    return None


def _laid_together(tensors: list[Tensor], dim: Any) -> Tensor | None:
    """The concatenation of tensors that differ in one dimension alone."""
    first = tensors[0]
    if (
        not isinstance(dim, int)
        or first.ndim == 0
        or any(x.ndim != first.ndim or x.dtype != first.dtype for x in tensors)
    ):
        return None
    axis = dim % first.ndim
    rests = {(*x.shape[:axis], *x.shape[axis + 1 :]) for x in tensors}
    if len(rests) > 1:
        return None
    return first.new_empty(
        (*first.shape[:axis], sum(x.shape[axis] for x in tensors), *first.shape[axis + 1 :])
    )


def _fits_last(tensor: Tensor, sizes: Shape, others: list[Shape]) -> bool:
    """Whether a norm's sizes are the last sizes of a tensor, and its weights have these sizes too."""
    return sizes == tuple(tensor.shape[tensor.ndim - len(sizes) :]) and all(
        shape == sizes for shape in others
    )


def settings(func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Mapping[str, object]:
    """The settings of a call by name, tensors left out."""
    declared = func._schema.arguments
    pairs = zip((argument.name for argument in declared), args, strict=False)
    found = {name: value for name, value in pairs if not _holds_tensor(value)}
    found.update((name, value) for name, value in kwargs.items() if not _holds_tensor(value))
    return found


def _holds_tensor(value: object) -> bool:
    return isinstance(value, Tensor) or (
        isinstance(value, (list, tuple)) and any(isinstance(v, Tensor) for v in value)
    )


def mismatch(module: nn.Module, shape: Shape) -> str:
    """Say what a layer takes and what it gets, where it states this."""
    gets = " x ".join(str(size) for size in shape[1:])
    for name, axis, what in (
        ("in_channels", 1, "channels"),
        ("num_features", 1, "channels"),
        ("in_features", -1, "features"),
    ):
        takes = getattr(module, name, None)
        if isinstance(takes, int) and len(shape) > 1 and shape[axis] != takes:
            return f"takes {takes} {what} and gets {shape[axis]} ({gets})"
    return f"does not accept what reaches it ({gets})"
