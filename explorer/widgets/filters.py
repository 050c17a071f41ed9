"""The page "Filters": the choice of a convolution and the component that shows and edits its filters."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer.browser import component
from explorer.browser import filters as bank
from explorer.widgets import cached, inputs

if TYPE_CHECKING:
    from explorer.subject import Subject


@st.fragment
def layer(subject: Subject) -> None:
    """One convolution; only this part of the page runs again while filters are chosen and edited."""
    from explorer import features, filterbank

    layers = features.convolutions(cached.network(subject.network, subject.weights))
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        name = st.select_slider(
            "Convolution, from the first to the last; ← and → walk",
            layers,
            key=f"filters_layer_{subject.network}",
            bind="query-params",
        )
    with right:
        order = inputs.choice("filters", "order", "Sorted by", filterbank.ORDERS)
    states = {"chosen": -1, "edits": ""}

    def made(_inline: bool, asked: object) -> dict[str, object]:
        wanted = dict(asked)  # type: ignore[call-overload]
        chosen = wanted["chosen"] if isinstance(wanted["chosen"], int) else -1
        text = str(wanted["edits"]) if wanted["edits"] else ""
        own = text.partition("|")  # the layer that the edits belong to
        edits = own[2] if own[0] == f"{subject.network}/{name}" else ""
        return bank.data(subject, str(name), order=order, chosen=chosen, text=edits, layers=layers)

    component.ask("filters", made, states)
    _csv(subject, str(name))


def _csv(subject: Subject, name: str) -> None:
    _, described = cached.filters(subject.network, subject.weights, name)
    table = pd.DataFrame([vars(entry) for entry in described])
    if not subject.is_file:  # the code of the view reads it
        st.download_button("Save the picture", subject.png(), "picture.png", "image/png", on_click="ignore")
    st.download_button(
        "CSV of all filters", table.to_csv(index=False), f"{name}.csv", "text/csv", on_click="ignore"
    )
