"""The constants of the page "Channels": filters, channel mixings, layers and pictures."""

from collections.abc import Mapping
from typing import Any

from explorer.browser.channels.presets import FILTERS, LAYERS, MIXINGS
from explorer.widgets.pictures import built_in


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; with `inline`, pictures as data: addresses."""
    return {
        "filters": [
            {"name": f.name, "title": f.title, "what": f.what, "slices": f.weights().reshape(3, -1).tolist()}
            for f in FILTERS.values()
        ],
        "mixings": [
            {
                "name": m.name,
                "title": m.title,
                "what": m.what,
                "source": m.source,
                "rows": [list(row) for row in m.rows],
                "bias": list(m.bias),
            }
            for m in MIXINGS.values()
        ],
        "layers": [vars(layer) for layer in LAYERS.values()],
        "pictures": built_in(inline=inline),
    }
