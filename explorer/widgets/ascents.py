"""The climb of this visitor: a slice of steps whenever the browser has shown the last one and asks for more.

Nothing runs in between. A visitor who stops, leaves or closes the page asks no more; so nothing is left running.
"""

from __future__ import annotations

import base64
import io
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from PIL import Image

if TYPE_CHECKING:
    from torch import nn

    from explorer.maximisation import Ascent, Floats, Moment
    from explorer.patches import Record

SLICE_S = 0.2
_TURNS = threading.BoundedSemaphore(
    2
)  # so many slices at once on the whole server; the others wait their turn


@dataclass
class Climb:
    """One run, and what has been seen of it. `ticked` is the last request that was answered."""

    key: str
    ascent: Ascent
    caption: str = ""
    curve: list[float] = field(default_factory=list)
    last: Moment | None = None
    spent_s: float = 0.0
    ticked: object = None
    noise: float = 0.0
    before: dict[str, Any] | None = None

    def take(self, network: nn.Module) -> None:
        """One step."""
        self.last = self.ascent.step(network)
        self.curve.append(self.last.activation)

    def slice(self, network: nn.Module, budget_s: float = SLICE_S) -> None:
        """As many steps as fit; at least one."""
        with _TURNS:
            begun = time.perf_counter()
            while not self.ascent.is_done:
                self.take(network)
                if time.perf_counter() - begun > budget_s:
                    break
            self.spent_s += time.perf_counter() - begun

    def left_s(self) -> float:
        """How long the steps that are left will take; 0 before the first."""
        taken = len(self.curve) - 1
        return self.spent_s / taken * (self.ascent.settings.steps - taken) if taken > 0 else 0.0


@dataclass
class Walk:
    """A climb for each of some units of some layers, one after the other: the plan, what is made, what is under way."""

    key: str
    plan: list[tuple[str, int]]
    records: dict[str, dict[str, Record]]
    tiles: list[dict[str, Any]] = field(default_factory=list)
    climb: Climb | None = None
    ticked: object = None
    spent_s: float = 0.0

    def left_s(self) -> float:
        """How long the rest will take, if it goes as before."""
        under_way = len(self.climb.curve) / (self.climb.ascent.settings.steps + 1) if self.climb else 0.0
        made = len(self.tiles) + under_way
        return self.spent_s / made * (len(self.plan) - made) if made else 0.0


def current(place: str, key: str, make: Callable[[], Climb]) -> Climb:
    """The climb under `place` in this session; a new one where the key is another. The picture of the last is kept."""
    held: Climb | None = st.session_state.get(place)
    if held is not None and held.key == key:
        return held
    made = make()
    if held is not None:
        made.before = summary(held) if len(held.curve) > 1 else held.before
    st.session_state[place] = made
    return made


def again(place: str, climb: Climb, make: Callable[[], Climb]) -> Climb:
    """The same climb from its start."""
    made = make()
    made.before = climb.before
    st.session_state[place] = made
    return made


def asked(held: Mapping[str, Any]) -> tuple[object, str, str, str]:
    """What the browser asked, whatever it sent: (number, run, what to do, what it has)."""
    sent = held.get("ask")
    values = sent if isinstance(sent, Mapping) else {}
    tick = values.get("tick")
    words = (str(values.get(name, ""))[:400] for name in ("run", "todo", "have"))
    return (tick if isinstance(tick, int | float) else None, *words)  # type: ignore[return-value]


def summary(climb: Climb) -> dict[str, Any]:
    """What is shown of a climb that is over."""
    last = climb.last
    if last is None:
        return {}
    return {
        "picture": png(last.picture),
        "activation": last.activation,
        "step": last.step,
        "caption": climb.caption,
    }


def limits(picture: Floats) -> tuple[float, float]:
    """The values shown as black and white: 0 and 1, or further out where the picture goes beyond."""
    return min(0.0, float(picture.min())), max(1.0, float(picture.max()))


def png(picture: Floats) -> str:
    """A picture as a data: address, by the range of `limits`. Shapes: (H, W, C)."""
    low, high = limits(picture)
    levels = np.rint(255 * np.clip((picture - low) / (high - low), 0, 1)).astype(np.uint8)
    held = io.BytesIO()
    Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels).save(held, "PNG", compress_level=3)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()
