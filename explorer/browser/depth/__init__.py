"""What the strip through the depth shows: a picture made for each unit, and the piece of a real one beneath it."""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PIL import Image

from explorer.browser import unit as shared
from explorer.widgets import ascents, cached

if TYPE_CHECKING:
    from explorer.patches import Record
    from explorer.subject import Subject

TILE_PX = 128


def data(
    subject: Subject,
    key: str,
    made: ascents.Walk | None,
    *,
    layers: Sequence[str],
    each: int,
    spread: bool,
    have: int,
    tick: object,
) -> dict[str, Any]:
    """The tiles that the browser does not have yet, and the one under way."""
    steps = {
        step.name: step for step in cached.steps(subject.network, subject.how.input_px, subject.how.channels)
    }
    tiles = made.tiles if made else []
    first = min(have, len(tiles))
    now = made.climb.last if made and made.climb else None
    return {
        "run": key,
        "tick": tick,
        "network": subject.network,
        "weights": subject.weights or "untrained",
        "side": subject.how.input_px,
        "layers": [
            {"name": name, "kind": steps[name].kind if name in steps else "logits"} for name in layers
        ],
        "each": each,
        "spread": spread,
        "first": first,
        "tiles": tiles[first:],
        "now": {"picture": ascents.png(now.picture), "step": now.step, "value": now.activation}
        if now
        else None,
        "total": len(made.plan) if made else len(layers) * each,
        "left": made.left_s() if made else 0.0,
        "started": made is not None,
        "done": made is not None and len(tiles) == len(made.plan),
    }


def tile(
    subject: Subject, layer: str, unit: int, climb: ascents.Climb, records: Mapping[str, Record]
) -> dict[str, Any]:
    """A finished climb, and the strongest piece of a real picture."""
    from explorer import patches

    best = patches.strongest(records, unit, 1)[0]
    last = climb.last
    if last is None:
        raise ValueError("the climb has no start yet")
    return {
        "layer": layer,
        "unit": unit,
        "label": subject.how.label(unit) if layer == "answer" else "",
        "picture": ascents.png(last.picture),
        "start": shared.short(climb.curve[0]),
        "value": shared.short(last.activation),
        "patch": _crop(subject, best.picture, shared.box(subject, layer, best.row, best.column)),
        "found": {"title": patches.TITLES[best.picture], "value": shared.short(best.value)},
    }


def _crop(subject: Subject, name: str, box: Sequence[int]) -> str:
    """The piece at 128 px, grey around what is not square."""
    from explorer.subject import Subject as Pair

    top, left, height, width = box
    with Image.open(io.BytesIO(cached.seen(Pair(subject.network, subject.weights, name)))) as picture:
        piece = picture.convert("RGB").crop((left, top, left + width, top + height))
    scale = TILE_PX / max(piece.size)
    how = Image.Resampling.NEAREST if max(piece.size) <= 32 else Image.Resampling.BICUBIC
    piece = piece.resize([max(1, round(side * scale)) for side in piece.size], how)
    square = Image.new("RGB", (TILE_PX, TILE_PX), (128, 128, 128))
    square.paste(piece, ((TILE_PX - piece.width) // 2, (TILE_PX - piece.height) // 2))
    held = io.BytesIO()
    square.save(held, "WEBP", quality=88)
    return "data:image/webp;base64," + base64.b64encode(held.getvalue()).decode()
