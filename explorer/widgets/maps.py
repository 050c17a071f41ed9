"""The page "Feature maps": the choice of a layer, and everything that it holds."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer.browser import component
from explorer.browser import maps as sheet
from explorer.widgets import cached, inputs

if TYPE_CHECKING:
    from explorer.activity import Step
    from explorer.subject import Subject

SCALES = {"own": "Each own", "shared": "Shared"}


@st.fragment
def layers(subject: Subject) -> None:
    """Walk through the depth: only this part of the page runs again."""
    depth, left, right = st.columns([5, 2, 2], vertical_alignment="bottom")
    with depth:
        step = _step(subject)
    with left:
        scale = inputs.choice("maps", "scale", "Colour scale", SCALES)
    with right:
        order = inputs.choice("maps", "order", "Order", sheet.ORDERS)
    dark = st.context.theme.type == "dark"
    made = partial(sheet.data, subject, step, shared=scale == "shared", dark=dark, order=order)
    component.ask("maps", lambda _inline, asked: made(channel=_whole(asked["channel"])), {"channel": -1})
    _csv(subject, step)
    _without(subject)


def _step(subject: Subject) -> Step:
    how = subject.how
    steps = {step.name: step for step in cached.steps(subject.network, how.input_px, how.channels)}
    name = st.select_slider(
        f"Layer, from the picture to the answer ({len(steps)}); ← and → walk",
        list(steps),
        key=f"maps_layer_{subject.network}",
        bind="query-params",
    )
    return steps[str(name)]


def _whole(value: object) -> int:
    return value if isinstance(value, int) else -1


def _without(subject: Subject) -> None:
    """The layers that the walk passes by, each with the reason."""
    how = subject.how
    found = cached.without_maps(subject.network, how.input_px, how.channels)
    if found:
        with st.expander(f"{len(found)} layer{'s' * (len(found) > 1)} without maps"):
            st.markdown("\n".join(f"- `{one.layer}` ({one.kind}): {one.reason}" for one in found))


def _csv(subject: Subject, step: Step) -> None:
    activity = cached.activity(subject, step.name)
    names = ("low", "high", "mean", "activation", "zeros", "dead", "saturated")
    table = pd.DataFrame({name: getattr(activity, name) for name in names}).rename_axis("channel")
    st.download_button(
        "CSV of all channels", table.to_csv(), f"{step.name}.csv", "text/csv", on_click="ignore"
    )
