"""Putting trained weights into a network, as torchvision does it; nothing is ever downloaded here."""

from __future__ import annotations

import re
from typing import Any

from torch import Tensor, nn

from explorer import weights
from explorer.networks import embedded

_OLD_DENSENET = re.compile(r"^(.*denselayer\d+\.(?:norm|relu|conv))\.([12]\.\w+)$")
SETTINGS: dict[str, dict[str, object]] = {
    "googlenet": {"aux_logits": True, "transform_input": True},
    "inception_v3": {"transform_input": True},
}
"""What torchvision asks for where trained weights go in."""


def state(name: str, chosen: str) -> dict[str, Tensor]:
    """The tensors of `chosen` weights under the names that the network uses.

    Raises: ValueError where there are none, or they are not on this machine.
    """
    if chosen == "embedded":
        return embedded.state(name)
    found = weights.state(weights.offered(name, chosen))
    for old in [
        key for key in found if _OLD_DENSENET.match(key)
    ]:  # in place: the file's format version stays on it
        found[_OLD_DENSENET.sub(r"\1\2", old)] = found.pop(old)
    return found


def fill(network: nn.Module, name: str, tensors: dict[str, Tensor]) -> nn.Module:
    """Put tensors in the place of a network's weights, strictly: every one, in its shape.

    Raises: ValueError where they do not fit.
    """
    try:
        network.load_state_dict(tensors, strict=True, assign=True)
    except RuntimeError as error:
        raise ValueError(f"these weights do not fit {name}: the file is of another network") from error
    left = [key for key, value in (*network.named_parameters(), *network.named_buffers()) if value.is_meta]
    if left:
        raise ValueError(f"these weights of {name} are not whole: {left[0]} is missing")
    if name == "googlenet":  # torchvision drops the two side heads after loading
        without: Any = network
        without.aux_logits, without.aux1, without.aux2 = False, None, None
    return network
