"""The networks to start from in the layer editor, and the reading of a pasted ``nn.Sequential(...)``."""

import json
from collections.abc import Mapping
from typing import Any

from explorer import boot


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; there are no pictures to send with `inline`."""
    boot.ready()
    from explorer.layers import STARTS, write

    return {
        "starts": [
            {"name": name, "input": list(shape), "rows": json.loads(write(layers))}
            for name, (shape, layers) in STARTS.items()
        ]
    }


def answer(asked: object) -> Mapping[str, Any] | None:
    """The layers of the text that the component sent, or the sentence why they cannot be read.

    None for anything that the component does not send.
    """
    if not isinstance(asked, Mapping) or not isinstance(asked.get("text"), str):
        return None
    boot.ready()
    from explorer.layers import parse_sequential, write

    try:
        layers = parse_sequential(asked["text"])
    except ValueError as error:
        return {"n": asked.get("n"), "problem": str(error)}
    return {"n": asked.get("n"), "rows": json.loads(write(layers))}
