"""The constants of the page "From dense to convolution": kernels, sizes from the lectures, pictures."""

from collections.abc import Mapping
from typing import Any

from explorer.browser.dense.presets import PRESETS
from explorer.kernels import KERNELS
from explorer.widgets.pictures import built_in


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {
        "presets": [
            {
                "name": preset.name,
                "title": preset.title,
                "source": preset.source,
                "what": preset.what,
                "sizes": preset.sizes,
                "claims": [vars(claim) for claim in preset.claims],
            }
            for preset in PRESETS.values()
        ],
        "kernels": [
            {
                "name": name,
                "title": kernel.title,
                "group": kernel.group,
                "size": kernel.weights.shape[0],
                "weights": kernel.weights.ravel().tolist(),
            }
            for name, kernel in KERNELS.items()
            if kernel.weights.shape[0] == kernel.weights.shape[1]
        ],
        "pictures": built_in(inline=inline),
    }
