"""What the component of the page "One unit" shows: the climb so far, and the pieces of real pictures beside it."""

from __future__ import annotations

import base64
import hashlib
import io
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PIL import Image

from explorer.browser.unit import code
from explorer.widgets import ascents, cached

if TYPE_CHECKING:
    from explorer.maximisation import Goal, Settings
    from explorer.patches import Place, Record
    from explorer.subject import Subject

PATCHES = 9
FLAT = 0.03


def data(
    subject: Subject,
    goal: Goal,
    start: str,
    climb: ascents.Climb,
    *,
    records: Mapping[str, Record],
    have: str,
) -> dict[str, Any]:
    """The climb; and once, as long as the browser does not `have` it, what stays the same while it climbs."""
    last = climb.last
    if last is None:
        raise ValueError("the climb has no start yet")
    about = _identity(subject, climb, records)
    found: dict[str, Any] = {
        "run": climb.key,
        "tick": climb.ticked,
        "step": last.step,
        "steps": climb.ascent.settings.steps,
        "done": climb.ascent.is_done,
        "curve": [short(value) for value in climb.curve],
        "picture": ascents.png(last.picture),
        "limits": [short(limit) for limit in ascents.limits(last.picture)],
        "activation": last.activation,
        "silent": last.silent,
        "flat": float(last.picture.std(axis=(0, 1)).max()) < FLAT,
        "left": climb.left_s(),
        "noise": short(climb.noise),
        "about": about,
    }
    if have != about:
        found["fixed"] = _fixed(subject, goal, start, climb, records)
    return found


def short(value: float) -> float:
    """Six digits: more than can be seen, and half the message."""
    return float(f"{value:.6g}")


def _identity(subject: Subject, climb: ascents.Climb, records: Mapping[str, Record]) -> str:
    before = climb.before["step"] if climb.before else None
    parts = repr((subject.network, subject.weights, climb.key, tuple(records), before))
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def caption(goal: Goal, settings: Settings, start: str) -> str:
    """A climb in a few words."""
    bare = settings == settings.bare()
    unit = f"{goal.layer}, {'class' if goal.layer == 'answer' else 'channel'} {goal.unit}"
    where = f", cell {goal.cell}" if goal.cell else ""
    begun = "a picture" if start == "picture" else "noise"
    return f"{unit}{where}, {'no priors' if bare else 'with priors'}, from {begun}"


def _fixed(
    subject: Subject, goal: Goal, start: str, climb: ascents.Climb, records: Mapping[str, Record]
) -> dict[str, Any]:
    from explorer import patches

    places = patches.strongest(records, goal.unit, PATCHES, goal.sign)
    best, value = _best(goal, records)
    return {
        "network": subject.network,
        "weights": subject.weights or "untrained",
        "layer": goal.layer,
        "unit": goal.unit,
        "cell": goal.cell,
        "sign": goal.sign,
        "label": subject.how.label(goal.unit) if goal.layer == "answer" else "",
        "caption": climb.caption,
        "what": _what(goal),
        "size": climb.ascent.settings.size_px,
        "side": subject.how.input_px,
        "bare": climb.ascent.settings == climb.ascent.settings.bare(),
        "searched": len(records),
        "best": {"title": patches.TITLES[best], "value": short(value)},
        "field": _field_text(subject, goal),
        "patches": [_patch(subject, goal, place) for place in places],
        "pictures": {name: _picture(subject, name) for name in {place.picture for place in places}},
        "titles": {place.picture: patches.TITLES[place.picture] for place in places},
        "before": climb.before,
        "code": code.written(subject, goal, climb.ascent.settings, start),
    }


def _what(goal: Goal) -> str:
    if goal.layer == "answer":
        return "logit of the class"
    if goal.cell is not None:
        return f"value of its cell {goal.cell}"
    has_tokens = goal.lies is not None and goal.lies.tokens is not None
    return "mean of its map (class token left out)" if has_tokens else "mean of its map"


def _best(goal: Goal, records: Mapping[str, Record]) -> tuple[str, float]:
    """The real picture with the most of what is climbed on: the mean of the map, or one cell at its best place."""
    by_mean = goal.cell is None
    values = {
        name: float(entry.mean[goal.unit] if by_mean else entry.values[goal.unit, 0])
        for name, entry in records.items()
    }
    name = max(values, key=lambda picture: goal.sign * values[picture])
    return name, values[name]


def _field_text(subject: Subject, goal: Goal) -> str:
    if goal.layer == "answer":
        return "A class sees the whole picture."
    row = _row(subject, goal.layer)
    if row is None:
        return "What one cell sees is not known here; the whole picture is shown."
    if row.is_global or row.size_px >= 2 * subject.how.input_px:
        return "One cell sees the whole picture."
    return f"One cell sees {row.size_px} × {row.width_px} px (framed)."


def _row(subject: Subject, layer: str) -> Any:
    return cached.step(subject, layer).seen


def _patch(subject: Subject, goal: Goal, place: Place) -> dict[str, Any]:
    return {
        "picture": place.picture,
        "value": short(place.value) if math.isfinite(place.value) else 0.0,
        "cell": [place.row, place.column],
        "box": box(subject, goal.layer, place.row, place.column),
    }


def box(subject: Subject, layer: str, row: int, column: int) -> list[int]:
    """What a cell sees, [top, left, height, width] in pixels of the network's input: at most the whole of it."""
    side = subject.how.input_px
    found = None if row < 0 else _row(subject, layer)
    if found is None or found.is_global:
        return [0, 0, side, side]
    seen = found.box(row, column).clipped(side, side)
    return [seen.top_px, seen.left_px, seen.bottom_px - seen.top_px + 1, seen.right_px - seen.left_px + 1]


def _picture(subject: Subject, name: str) -> str:
    """What the network sees of a picture, small enough to be sent: WebP, without loss where it is tiny."""
    from explorer.subject import Subject as Pair

    seen = cached.seen(Pair(subject.network, subject.weights, name))
    held = io.BytesIO()
    with Image.open(io.BytesIO(seen)) as picture:
        picture.convert("RGB").save(held, "WEBP", quality=88, lossless=picture.width <= 64)
    return "data:image/webp;base64," + base64.b64encode(held.getvalue()).decode()
