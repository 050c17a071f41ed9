"""What the feature maps' component shows: one sheet of all maps, the numbers of the channels, one channel at large."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import numpy as np

from explorer.widgets import cached

if TYPE_CHECKING:
    from explorer.activity import Activity, Step
    from explorer.subject import Subject

ORDERS = {"activation": "Strongest", "stored": "As stored"}


def data(
    subject: Subject, step: Step, *, shared: bool, dark: bool, order: str, channel: int
) -> dict[str, Any]:
    """Everything about one layer; `channel` is the one at large (-1: the first of the order)."""
    drawn = cached.sheet(subject, step.name, shared, dark)
    activity = cached.activity(subject, step.name)
    ranks = np.argsort(-np.array(activity.activation), kind="stable").tolist()
    shown = ranks if order == "activation" else list(range(len(ranks)))
    chosen = channel if 0 <= channel < len(shown) else shown[0]
    return {
        "network": subject.network,
        "weights": subject.weights or "untrained",
        "layer": step.name,
        "kind": step.kind,
        "shape": step.shape,
        "lies": _lies(step),
        "sheet": _png(drawn.png),
        "columns": drawn.columns,
        "tile": drawn.tile_px,
        "every": drawn.every,
        "limits": [_short(limit) for limit in drawn.limits],
        "order": shown,
        "shared": shared,
        "activity": _numbers(activity),
        "input": _png(cached.seen(subject)),
        "side": subject.how.input_px,
        "detail": _detail(subject, step, chosen),
        "code": _code(subject, step),
    }


def _lies(step: Step) -> str:
    """How the layer's own output differs from maps, in a few words; nothing where it does not."""
    lies = step.arrangement
    if lies.is_plain:
        return ""
    own = " × ".join(map(str, lies.own[1:] if lies.own[0] == 1 else lies.own))
    if lies.tokens is not None:
        return f"The layer gives {own}: {lies.own[1]} tokens. The class token is no place and stands apart."
    if lies.own == (1, *lies.shape[1:], lies.shape[0]):
        return f"The layer gives {own}: channels last. Here every channel is a map."
    return f"The layer gives {own}: the places in windows. Here they are put back in their places."


def _png(png: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(png).decode()


def _short(value: float) -> float:
    return float(f"{value:.5g}")


def _numbers(activity: Activity) -> dict[str, Any]:
    lists = {
        name: [_short(v) for v in getattr(activity, name)]
        for name in ("low", "high", "mean", "activation", "zeros")
    }
    return lists | {
        "dead": activity.dead,
        "saturated": activity.saturated,
        "bounds": activity.bounds,
        "sparsity": _short(activity.sparsity),
        "counts": activity.counts,
        "edges": activity.edges,
    }


def _detail(subject: Subject, step: Step, channel: int) -> dict[str, Any]:
    """One channel: its exact numbers, the places that excite it most, and what a unit sees."""
    from explorer import activity

    plane = cached.plane(subject, step.name, channel)
    return {
        "channel": channel,
        "values": base64.b64encode(np.ascontiguousarray(plane, "<f4").tobytes()).decode(),
        "peaks": activity.peaks(plane),
        "field": _field(step),
        "token": _token(subject, step, channel),
    }


def _field(step: Step) -> dict[str, Any]:
    """The first and last pixel that the units of each row and of each column see."""
    _, height, width = step.shape
    boxes = [step.seen.box(i, i) for i in range(max(height, width))]
    return {
        "rows": [[box.top_px, box.bottom_px] for box in boxes[:height]],
        "columns": [[box.left_px, box.right_px] for box in boxes[:width]],
        "global": step.seen.is_global,
        "note": step.seen.note,
    }


def _token(subject: Subject, step: Step, channel: int) -> list[float]:
    """The channel's value in each token that is no place of the picture."""
    beside = cached.maps(subject, step.name)[1]
    return [] if beside is None else [_short(float(value)) for value in beside[:, channel]]


def _code(subject: Subject, step: Step) -> str:
    return subject.code() + _HOOK.format(
        layer=step.layer, maps=step.arrangement.code(f"runs[{step.run} - 1]")
    )


_HOOK = """
runs = []
module = network.get_submodule("{layer}")
module.register_forward_hook(lambda module, inputs, output: runs.append(output.clone()))  # later layers work in place
with torch.inference_mode():
    network(batch)
maps = {maps}[0]  # (channels, height, width)
strength = maps.abs().mean((1, 2))
for channel in strength.argsort(descending=True)[:5].tolist():
    print(channel, f"{{strength[channel]:.5g}}", f"{{maps[channel].min():.5g}}", f"{{maps[channel].max():.5g}}")
"""
