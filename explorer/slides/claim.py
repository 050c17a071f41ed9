"""What a figure in a slide's text is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Claim:
    """One figure in the slides' text, how to compute it, and the reason where it is wrong.

    ``digits`` is how many digits the right value is given with; without it, as many as the slide has.
    """

    where: str
    figure: str
    unit: str
    slide: float
    compute: Callable[[], float]
    reason: str = ""
    digits: int | None = None
