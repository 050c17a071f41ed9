"""Pickers that several pages share; each is bound to the link by its key, which begins with the page's name."""

import streamlit as st

from explorer import boot

LEAST_PX, MOST_PX = 16, 1024


def network(
    page: str, default: str, *, label: str = "Network", field: str = "net", whole_only: bool = True
) -> str:
    """A network by name, of all that the counting engine knows; its name stands in the link."""
    boot.ready()
    from explorer.networks import NETWORKS

    names = [name for name, facts in NETWORKS.items() if facts.scope == "network" or not whole_only]
    chosen: str = st.selectbox(
        label,
        names,
        index=names.index(default),
        key=f"{page}_{field}",
        bind="query-params",  # what is shown is what stands in the link: the plain name
    )
    return chosen


def input_shape(page: str, name: str, *, field: str = "px") -> tuple[int, int, int]:
    """The input of a network: its channels, and a square of the side chosen here (its own size at first)."""
    from explorer.networks import NETWORKS

    facts = NETWORKS[name]
    side = st.number_input(
        "Picture side, px",
        LEAST_PX,
        MOST_PX,
        value=facts.input_px,
        key=f"{page}_{field}_{name}",
        bind="query-params",
        help=f"{name} was made for {facts.input_px} px.",
    )
    return (facts.channels, int(side), int(side))


def choice(page: str, field: str, label: str, options: dict[str, str]) -> str:
    """One of a few, as a row of buttons; `options` maps what stands in the link to what is read."""
    chosen = st.segmented_control(
        label,
        list(options),
        default=next(iter(options)),
        required=True,
        key=f"{page}_{field}",
        bind="query-params",
        format_func=lambda value: options[value],
    )
    return str(chosen)
