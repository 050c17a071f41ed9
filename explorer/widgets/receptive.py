"""The server's part of the page "Receptive field": which network, and measuring run by run.

The component asks for a measurement by setting its state ``measure``. The page first hands out what is known so far
and then does one run, so that what is on the screen stays there, grows sharper, and can be stopped between two runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.widgets import cached, inputs

if TYPE_CHECKING:
    from explorer.growth import Layer

Shape = tuple[int, int, int]
COMPONENT = "component_receptive"
TOTAL = "receptive_total"
RUNS = 8


@dataclass(frozen=True)
class Asked:
    """One measurement: a layer of a network, the kind of its weights, and how many runs."""

    network: str
    shape: Shape
    layer: str
    kind: str

    @property
    def runs(self) -> int:
        """Equal weights know no chance: one run says all."""
        return 1 if self.kind == "equal" else RUNS


@dataclass(frozen=True)
class Progress:
    """What has come of a measurement so far: the sum of the gradients, the number of runs, or why it failed."""

    asked: Asked
    total: Any
    runs: int
    why: str = ""

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to run."""
        return bool(self.why) or self.runs >= self.asked.runs


def network() -> tuple[str, Shape]:
    """The network and the side of its picture, both in the link."""
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    with left:
        name = inputs.network("receptive", "vgg16")
    with right:
        shape = inputs.input_shape("receptive", name)
    return name, shape


def asked(name: str, shape: Shape, layers: "tuple[Layer, ...]") -> Asked | None:
    """What the component asks to have measured; None where it asks nothing, or of another network."""
    wish = (st.session_state.get(COMPONENT) or {}).get("measure")
    if not isinstance(wish, Mapping) or (wish.get("network"), wish.get("side_px")) != (name, shape[1]):
        return None
    layer, kind = wish.get("layer"), wish.get("kind")
    from explorer.effective import KINDS

    if kind not in KINDS or layer not in {item.name for item in layers}:
        return None
    return Asked(name, shape, str(layer), str(kind))


def progress(wanted: Asked | None) -> Progress | None:
    """What this session has measured of it so far."""
    known = st.session_state.get(TOTAL)
    if wanted is None:
        return None
    return known if isinstance(known, Progress) and known.asked == wanted else Progress(wanted, None, 0)


def go_on(known: Progress | None) -> None:
    """Do one more run, if one is wanted, and show it."""
    if known is None or known.is_done:
        return
    wanted = known.asked
    try:
        run = cached.effective_run(wanted.network, wanted.shape, wanted.layer, wanted.kind, known.runs)
        total = run.astype("float64") if known.total is None else known.total + run
        st.session_state[TOTAL] = Progress(wanted, total, known.runs + 1)
    except ValueError as error:
        st.session_state[TOTAL] = Progress(wanted, None, known.runs, str(error))
    st.rerun()
