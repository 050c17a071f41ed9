"""What one call of a traced network is, and the numbers of its operation as the graph format writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor


@dataclass(frozen=True)
class Call:
    """One operation: its maps, its weights by role, its numbers. `op` None: the value itself is passed on.

    `flat`: the result is one row a picture, so a flatten follows.
    """

    op: str | None
    inputs: tuple[object, ...]
    fields: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[str, Tensor] = field(default_factory=dict)
    in_place: bool = False
    flat: bool = False


def name_of(target: object) -> str:
    """What a called function, method or module is called."""
    return str(getattr(target, "__name__", target))


def refused(what: str, where: str) -> ValueError:
    return ValueError(f"{what} ({where}) is no operation that the engine in the browser knows")


def _pair(value: Any) -> list[int]:
    return [int(value)] * 2 if isinstance(value, int) else [int(n) for n in value]


def _padding(padding: Any, kernel: list[int], dilation: list[int]) -> list[list[int]]:
    """Rows above and below, columns left and right."""
    if padding == "valid":
        return [[0, 0], [0, 0]]
    if padding == "same":
        totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
        return [[total // 2, total - total // 2] for total in totals]
    return [[n, n] for n in _pair(padding)]


def conv_fields(kernel: Any, stride: Any, padding: Any, dilation: Any, groups: int) -> dict[str, Any]:
    return {
        "kernel": _pair(kernel),
        "stride": _pair(stride),
        "padding": _padding(padding, _pair(kernel), _pair(dilation)),
        "dilation": _pair(dilation),
        "groups": int(groups),
    }


def max_pool_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    kernel = _pair(given["kernel_size"])
    return {
        "kernel": kernel,
        "stride": _pair(given["stride"]) if given["stride"] not in (None, []) else kernel,
        "padding": _pair(given["padding"]),
        "dilation": _pair(given["dilation"]),
        "ceil_mode": bool(given["ceil_mode"]),
    }


def average_pool_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    kernel = _pair(given["kernel_size"])
    return {
        "kernel": kernel,
        "stride": _pair(given["stride"]) if given["stride"] not in (None, []) else kernel,
        "padding": _pair(given["padding"]),
        "ceil_mode": bool(given["ceil_mode"]),
        "count_include_pad": bool(given["count_include_pad"]),
    }


def checked_size(size: Any, where: str) -> list[int]:
    if size is None or (not isinstance(size, int) and None in size):
        raise refused("AdaptiveAvgPool2d with an output size of None", where)
    return _pair(size)
