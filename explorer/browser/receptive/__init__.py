"""What the page "Receptive field" hands to its component: the layers of a network, and what was measured."""

import base64
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from explorer.spans import Span
from explorer.widgets import cached
from explorer.widgets.pictures import built_in
from explorer.widgets.receptive import Progress, Shape

if TYPE_CHECKING:  # these need torch
    from explorer.growth import Layer

MOST_PX = 320


def data(
    name: str, shape: Shape, layers: "tuple[Layer, ...]", known: Progress | None
) -> Callable[[bool], Mapping[str, Any]]:
    """The function that `component.show` asks; with `inline`, pictures as data: addresses."""
    return lambda inline: {
        "network": facts(name, shape),
        "layers": [described(layer) for layer in layers],
        "measured": measured(known),
        "pictures": built_in(inline=inline),
    }


def facts(name: str, shape: Shape) -> dict[str, Any]:
    """The network itself, and what else has been printed about its field."""
    from explorer import effective
    from explorer.growth import PUBLISHED
    from explorer.networks import NETWORKS

    known = NETWORKS[name]
    return {
        "name": name,
        "year": known.year,
        "paper": known.paper,
        "url": known.url,
        "side_px": shape[1],
        "own_px": known.input_px,
        "channels": shape[0],
        "of_torchvision": known.make is None,
        "published_px": PUBLISHED.get(name),
        "early_striding_px": cached.early_striding(name),
        "has_trained": effective.has_trained(name),
    }


def described(layer: "Layer") -> dict[str, Any]:
    """One layer in plain numbers; columns are left out where they equal the rows."""
    window = layer.window
    return {
        "name": layer.name,
        "kind": layer.kind,
        "rows": _span(layer.rows),
        "columns": None if layer.columns == layer.rows else _span(layer.columns),
        "map": layer.map_px,
        "global": layer.is_global,
        "note": layer.note,
        "window": window and [window.kernel, window.stride, window.padding, window.dilation],
        "parents": layer.parents,
    }


def _span(span: Span) -> dict[str, Any]:
    return {"firsts": span.firsts, "lasts": span.lasts, "round": span.round_px}


def measured(known: Progress | None) -> dict[str, Any] | None:
    """What was measured so far: the map as bytes that grow with the square root, and the figures of it."""
    if known is None:
        return None
    wanted = known.asked
    head = {
        "network": wanted.network,
        "side_px": wanted.shape[1],
        "layer": wanted.layer,
        "kind": wanted.kind,
        "runs": known.runs,
        "of": wanted.runs,
        "why": known.why,
    }
    return head if known.total is None else {**head, **_figures(known)}


def _figures(known: Progress) -> dict[str, Any]:
    import numpy as np

    from explorer import effective

    wanted = known.asked
    unit = cached.effective_unit(wanted.network, wanted.shape, wanted.layer)
    field = effective.summary(unit, known.total, known.runs)
    part, block_px = effective.pooled(field, MOST_PX)
    levels = np.rint(255 * np.sqrt(part / part.max())).astype(np.uint8)
    seen = field.seen
    return {
        "levels": base64.b64encode(levels.tobytes()).decode(),
        "levels_shape": list(levels.shape),
        "block_px": block_px,
        "seen": [seen.top_px, seen.left_px, seen.bottom_px, seen.right_px],
        "cell": list(unit.cell),
        "inside": field.inside,
        "holds_90_px": field.side_px(0.9),
        "luo_px": field.luo_px,
        "spread_px": field.spread_px,
        "across": [round(float(v), 7) for v in field.map.sum(0)],
        "down": [round(float(v), 7) for v in field.map.sum(1)],
    }
