"""Pickers of the page "One network": plain names, so that links can be written by hand."""

from collections.abc import Mapping

import streamlit as st

from explorer import boot

VIEW, PAIR = "Drawing", "Two networks"


def view() -> str:
    """What is shown: one network drawn, or two side by side."""
    chosen = st.segmented_control(
        "Show", [VIEW, PAIR], default=VIEW, required=True, key="network_view", bind="query-params"
    )
    return str(chosen)


def picker(label: str, field: str, default: str) -> str:
    """A network or a building block by name."""
    boot.ready()
    from explorer.networks import NETWORKS

    names = list(NETWORKS)
    chosen: str = st.selectbox(
        label, names, index=names.index(default), key=f"network_{field}", bind="query-params"
    )
    return chosen


def link(first: str, second: str | None = None) -> Mapping[str, str]:
    """The query of a link to this page: one network drawn, or two side by side."""
    if second is None:
        return {"network_net": first}
    return {"network_view": PAIR, "network_net": first, "network_other": second}
