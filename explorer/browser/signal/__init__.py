"""The constants of the page "Kernel as a signal": kernels and pictures."""

from collections.abc import Mapping
from typing import Any

from explorer.browser.kernels import presets
from explorer.widgets.pictures import built_in


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {"presets": presets(), "pictures": built_in(inline=inline)}
