"""Changing filters in a copy of a network: what happens to the answer when one detector is gone?"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import torch
from torch import Tensor, nn

from explorer.features import module_of

MOST_EDITS = 64
_SOBEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))


@dataclass(frozen=True)
class Edit:
    """One change of one filter: its kind, and for "swap" the other filter, for "set" (input, row, column)."""

    filter: int
    kind: str
    where: tuple[int, ...] = ()
    value: float = 0.0


def _sobel(weights: Tensor, turned: bool) -> Tensor:
    """A Sobel kernel in the middle, the same for every input, as strong as the filter was (equal norm).

    Shapes: (inputs, kh, kw).
    """
    height, width = weights.shape[-2:]
    if min(height, width) < 3:
        raise ValueError(f"a Sobel kernel needs a filter of at least 3 x 3, this one is {height} x {width}")
    sobel = torch.tensor(_SOBEL).T if turned else torch.tensor(_SOBEL)
    put = torch.zeros_like(weights)
    top, left = (height - 3) // 2, (width - 3) // 2
    put[:, top : top + 3, left : left + 3] = sobel
    strength = weights.norm()
    found: Tensor = put * ((strength if strength > 0 else 1.0) / put.norm())
    return found


KINDS: Mapping[str, Callable[[Tensor], Tensor]] = MappingProxyType(
    {
        "zero": torch.zeros_like,
        "negate": lambda weights: -weights,
        "mirror": lambda weights: weights.flip(-1),
        "flip": lambda weights: weights.flip(-2),
        "sobel_x": lambda weights: _sobel(weights, False),
        "sobel_y": lambda weights: _sobel(weights, True),
    }
)
"""Changes of a whole filter, (inputs, kh, kw) -> the same; "swap" and "set" stand beside them."""


def parse(text: str) -> tuple[Edit, ...]:
    """Edits as a link holds them: "3:zero;5:swap:9;8:set:0:1:1:0.25".

    Raises: ValueError for what is no edit, or too many.
    """
    parts = [part for part in text.split(";") if part]
    if len(parts) > MOST_EDITS:
        raise ValueError(f"at most {MOST_EDITS} edits at once, got {len(parts)}")
    return tuple(_parsed(part) for part in parts)


def _parsed(part: str) -> Edit:
    fields = part.split(":")
    try:
        if fields[1] == "set" and len(fields) == 6:
            value = float(fields[5])
            if abs(value) <= 1e6:  # also refuses what is no number
                return Edit(int(fields[0]), "set", (int(fields[2]), int(fields[3]), int(fields[4])), value)
        if fields[1] == "swap" and len(fields) == 3:
            return Edit(int(fields[0]), "swap", (int(fields[2]),))
        if fields[1] in KINDS and len(fields) == 2:
            return Edit(int(fields[0]), fields[1])
    except (ValueError, IndexError):
        pass
    raise ValueError(f"{part[:40]!r} is no edit of a filter; there are {', '.join(KINDS)}, swap and set")


def edited(network: nn.Module, layer: str, edits: Sequence[Edit]) -> nn.Module:
    """A copy of the network with filters of one convolution changed; all other weights are shared with it.

    Raises: ValueError where the layer is no convolution, or an edit does not fit it.
    """
    original = module_of(network, layer)
    if not isinstance(original, nn.Conv2d):
        raise ValueError(f"layer {layer!r} is a {type(original).__name__}; only a convolution has filters")
    tensors = (*network.parameters(), *network.buffers())
    made = copy.deepcopy(network, {id(tensor): tensor for tensor in tensors})
    weights = original.weight.detach().clone()  # (out, in / groups, kh, kw)
    for edit in edits:
        _apply(weights, edit)
    module = made.get_submodule(layer)
    module.weight = nn.Parameter(weights, requires_grad=False)
    return made


def _apply(weights: Tensor, edit: Edit) -> None:
    for index in (edit.filter, *(edit.where if edit.kind == "swap" else ())):
        if not 0 <= index < len(weights):
            raise ValueError(f"there is no filter {index}: this layer has 0 to {len(weights) - 1}")
    if edit.kind == "swap":
        weights[[edit.filter, edit.where[0]]] = weights[[edit.where[0], edit.filter]]
    elif edit.kind == "set":
        if any(not 0 <= place < size for place, size in zip(edit.where, weights.shape[1:], strict=True)):
            raise ValueError(
                f"a filter of this layer is {tuple(weights.shape[1:])}: there is no weight {edit.where}"
            )
        weights[(edit.filter, *edit.where)] = edit.value
    else:
        weights[edit.filter] = KINDS[edit.kind](weights[edit.filter])
