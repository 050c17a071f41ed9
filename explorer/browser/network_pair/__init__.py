"""Two networks beside one another, stage by stage, with what differs."""

from collections.abc import Callable
from typing import Any

from explorer.widgets import cached

JsonLike = Any


def of(first: str, second: str) -> Callable[[bool], dict[str, JsonLike]]:
    """The component's data for two networks by name."""

    def data(inline: bool) -> dict[str, JsonLike]:
        return dict(cached.network_pair(first, second))

    return data
