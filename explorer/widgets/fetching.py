"""Fetching something large when a visitor asks for it: the size first, then progress, time left and a way to stop."""

import time
from collections.abc import Callable

import streamlit as st

from explorer.widgets import errors

Progress = Callable[[int, int], bool]


def offer(key: str, text: str, size_bytes: int, fetch: Callable[[Progress], object]) -> None:
    """A box that says what is missing, with a button that fetches it. `fetch` calls its progress with bytes.

    What goes wrong is said in the box; when all is here the page runs again.
    """
    size = f"{size_bytes / 1e6:,.1f} MB"
    place = st.container(border=True)
    place.markdown(text)
    if not place.button(f"Fetch {size}", key=f"{key}_fetch", icon=":material/download:"):
        return
    under_way = place.empty()
    with under_way.container():
        bar = st.progress(0.0, "Asking for the file …")
        st.button("Stop", key=f"{key}_stop")  # any click ends this run, and with it the download
    begun = time.monotonic()

    def progress(done: int, total: int) -> bool:
        left = (time.monotonic() - begun) / max(done, 1) * max(total - done, 0)
        told = f"{done / 1e6:.1f} of {total / 1e6:,.1f} MB, about {left:.0f} s left"
        is_whole = done >= total > 0
        bar.progress(
            min(1.0, done / max(total, done, 1)), "All here; unpacking and preparing …" if is_whole else told
        )
        return True

    with place, errors.shown():
        try:
            fetch(progress)
        except ValueError:
            under_way.empty()
            raise
        st.rerun()
