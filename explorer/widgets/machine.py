"""The server's half of the panel "What runs where". PyTorch may still be loading: the page does not wait."""

import streamlit as st

from explorer import boot


def server_panel() -> None:
    """The server's devices, one sentence each; while PyTorch loads, a sentence renewed every second."""
    st.fragment(_panel, run_every=None if boot.is_ready() else 1.0)()


def _panel() -> None:
    st.markdown("##### The server")
    if not boot.is_ready():
        st.markdown(
            "PyTorch is still being loaded in the background. The pages on convolution do not need it."
        )
        return
    from explorer.devices import devices

    for device in devices():
        mark = ":material/check_circle:" if device.here else ":material/do_not_disturb_on:"
        st.markdown(f"{mark} **{device.kind}** · {device.sentence}")
