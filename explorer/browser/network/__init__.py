"""One network as a drawing: stages that open to layers, skips as arcs, and the facts of each layer."""

from collections.abc import Callable
from typing import Any

from explorer.widgets import cached, subject
from explorer.widgets.pictures import built_in

JsonLike = Any


def of(name: str) -> Callable[[bool], dict[str, JsonLike]]:
    """The component's data for one network by name."""

    def data(inline: bool) -> dict[str, JsonLike]:
        return {
            **cached.blueprint(name),
            "pictures": built_in(inline=inline),
            "hasInside": name in subject.offered(),
        }

    return data
