"""A lane of the browser as a file that torch writes: a state dict, or ONNX. The page sends its weights when asked."""

import base64
import binascii
import threading
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from explorer import boot

if TYPE_CHECKING:
    from torch import Tensor, nn

MOST_BYTES = 64 << 20
"""Weights of one lane; ResNet-18 has 45 MB."""
_SIDES_PX = range(16, 513)


def onnx_problem() -> str:
    """Why ONNX cannot be written here, in a sentence; nothing where it can."""
    boot.ready()
    from explorer.transfer import export

    return export.onnx_problem()


def file(asked: Mapping[str, Any]) -> bytes:
    """The file: `format` "pt" or "onnx", `network`, `classes`, `input` [C, H, W], `weights` safetensors in base64.

    Raises: ValueError for anything that is not the weights of such a network.
    """
    made = _FORMATS.get(str(asked["format"])[:8])
    if made is None:
        raise ValueError(f"a lane can be written as {' or '.join(_FORMATS)}")
    boot.ready()
    from explorer.transfer import export

    shape = _shape(asked.get("input"))
    data = _decoded(asked.get("weights"))
    with _lock():
        network = _network(asked.get("network"), asked.get("classes"), shape)
        return made(network, export.complete(export.read_tensors(data), network), shape)


@cache
def _lock() -> threading.Lock:
    """One file is written at a time: ONNX takes seconds of the processor."""
    return threading.Lock()


def _state_dict(_network: "nn.Module", state: "Mapping[str, Tensor]", _shape: tuple[int, int, int]) -> bytes:
    from explorer.transfer import export

    return export.state_dict_bytes(state)


def _onnx(network: "nn.Module", state: "Mapping[str, Tensor]", shape: tuple[int, int, int]) -> bytes:
    from explorer.transfer import export

    network.load_state_dict(state)
    return export.onnx_bytes(network, shape)


def _network(name: object, classes: object, shape: tuple[int, int, int]) -> "nn.Module":
    """The network of a lane, its numbers still random."""
    from explorer import networks
    from explorer.browser.transfer import files
    from explorer.transfer import starting
    from explorer.transfer.recipe import Recipe

    if not isinstance(name, str) or not isinstance(classes, int) or isinstance(classes, bool):
        raise ValueError("this question names no network and number of classes")
    if not 2 <= classes <= files.MOST_CLASSES:
        raise ValueError(f"there may be 2 to {files.MOST_CLASSES} classes, got {classes}")
    size_bytes = 4 * sum(weight.numel() for weight in networks.build(name[:80]).parameters())
    if size_bytes > MOST_BYTES:
        raise ValueError(
            f"{name} has {size_bytes / 1e6:,.0f} MB of weights; up to {MOST_BYTES / 1e6:,.0f} MB are written here"
        )
    if networks.NETWORKS[name].channels != shape[0]:
        raise ValueError(f"{name} does not take pictures of {shape[0]} channels")
    return starting.starting(name, None, Recipe.of_lane("scratch"), classes, shape[1])


def _shape(given: object) -> tuple[int, int, int]:
    if not isinstance(given, list) or len(given) != 3 or not all(type(side) is int for side in given):
        raise ValueError("`input` must be three whole numbers: channels, rows, columns")
    channels, rows, columns = given
    if channels not in (1, 3) or rows != columns or rows not in _SIDES_PX:
        raise ValueError(
            f"pictures are square, {_SIDES_PX.start} to {_SIDES_PX.stop - 1} px a side, of 1 or 3 channels, not {given}"
        )
    return channels, rows, columns


def _decoded(given: object) -> bytes:
    if not isinstance(given, str) or not given:
        raise ValueError("there are no weights in this question")
    if len(given) > MOST_BYTES * 4 // 3 + 4:
        raise ValueError(f"these weights are too large: up to {MOST_BYTES / 1e6:,.0f} MB are written here")
    try:
        return base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the weights did not arrive whole") from error


_FORMATS: Mapping[str, Callable[["nn.Module", "Mapping[str, Tensor]", tuple[int, int, int]], bytes]] = (
    MappingProxyType({"pt": _state_dict, "onnx": _onnx})
)
