"""Measuring networks on the server, one after the other, with progress, time left, and a way to stop."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer import boot

if TYPE_CHECKING:
    from explorer.comparison import Entry
    from explorer.latency import Latency

Key = tuple[str, int]
FRONT, TWO, ALL = "the front (by MACs)", "the two pinned", "all that are small enough"
SHOWN_AFTER_S = 0.6


@contextmanager
def progress(what: str, count: int) -> Iterator[Callable[[str], None]]:
    """A bar for work in steps: call the yielded function with a name before each. Quick work shows none."""
    began, done, bar = perf_counter(), 0, st.empty()

    def step(name: str) -> None:
        nonlocal done
        spent = perf_counter() - began
        if spent > SHOWN_AFTER_S:
            left = f", about {spent / done * (count - done):.0f} s left" if done else ""
            bar.progress(done / max(1, count), f"{what} {name} ({done + 1} of {count}{left})")
        done += 1

    try:
        yield step
    finally:
        bar.empty()


def times() -> Mapping[Key, Latency]:
    """What this visitor has measured so far: (network, side of the picture) -> time."""
    held: dict[Key, Latency] = st.session_state.setdefault("compare_times", {})
    return held


def panel(entries: Sequence[Entry]) -> None:
    """Choose what is measured, measure it, stop it, and see the times beside the reference's of the same run."""
    boxes = st.columns([3, 1, 1], vertical_alignment="bottom")
    with boxes[0]:
        which = st.segmented_control(
            "Measure", [FRONT, TWO, ALL], default=FRONT, required=True, key="compare_measured"
        )
    go = boxes[1].button("Measure", key="compare_measure", width="stretch")
    boxes[2].button("Stop", key="compare_stop", width="stretch", help="What was measured stays")
    wanted, refused = _wanted(entries, str(which))
    if go:
        _run(wanted)
    _report()
    if refused:
        with st.expander(f"{len(refused)} networks are not measured here"):
            st.markdown("\n".join(f"- {name} {reason}" for name, reason in refused.items()))


def _wanted(entries: Sequence[Entry], which: str) -> tuple[list[Key], dict[str, str]]:
    """The networks to measure, cheapest first, and those that are too large, with the reason."""
    boot.ready()
    from explorer import comparison, latency

    chosen = list(entries)
    if which == FRONT:
        chosen = [
            chosen[i] for i in comparison.front([(entry.gmacs, entry.top1_percent) for entry in chosen])
        ]
    if which == TWO:
        names = (
            st.session_state.get("compare_first", "resnet50"),
            st.session_state.get("compare_second", "mobilenet_v2"),
        )
        chosen = [entry for entry in chosen if entry.network in names]
    reasons = {entry.label: latency.too_large(entry.params, entry.gmacs * 1e9) for entry in chosen}
    chosen = sorted((entry for entry in chosen if not reasons[entry.label]), key=lambda entry: entry.gmacs)
    wanted = dict.fromkeys((entry.network, entry.input_px) for entry in chosen)
    return list(wanted), {name: reason for name, reason in reasons.items() if reason}


def _run(wanted: Sequence[Key]) -> None:
    """One network after the other; a click anywhere ends the run, and what was measured stays."""
    from explorer import latency

    held = st.session_state.setdefault("compare_times", {})
    with progress("Measuring", len(wanted)) as step:
        for name, side in wanted:
            step(name)
            held[name, side] = latency.measure(name, (3, side, side))


def _report() -> None:
    """Each time, its spread, and how many times the reference's."""
    held = times()
    if not held:
        return
    threads = next(iter(held.values())).threads
    st.markdown(
        "Batch of one, float32, random weights, "
        f"{threads} thread{'s' if threads > 1 else ''}; each network's passes took turns with those of resnet18. "
        "The milliseconds hold for this server as busy as it was; the ratio, of the fastest passes, travels better."
    )
    rows = [
        {
            "network": name,
            "picture": f"{side} px",
            "times resnet18": found.ratio,
            "median, ms": found.median_ms,
            "fastest, ms": found.fastest_ms,
            "slowest, ms": found.slowest_ms,
            "resnet18 meanwhile, fastest, ms": found.reference_ms,
            "passes": found.passes,
        }
        for (name, side), found in sorted(held.items(), key=lambda item: item[1].ratio)
    ]
    with st.expander("The times as a table"):
        number = st.column_config.NumberColumn
        formats = {name: number(format="%.2f") for name in rows[0] if "ms" in name or "times" in name}
        st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=formats, key="compare_times_table")
