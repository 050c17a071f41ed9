"""Attribution maps made while the reader waits: in parts, with progress, time left, and a way to stop and go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING

import streamlit as st

from explorer.widgets import cached

if TYPE_CHECKING:
    from explorer.activity import Floats
    from explorer.evidence import Query
    from explorer.subject import Subject

SHOWN_AFTER_S = 0.6
SLOW_MACS = 10e9  # what shows how far it is, and its Stop, from the beginning: about half a second
MOST_KNOWN = 32
MOST_MACS = 300e9  # what is begun without asking: about 20 s of a slow server
Tick = Callable[[], None]


def maps(subject: Subject, queries: Sequence[Query]) -> list[Floats | None]:
    """The map of every query. None where it takes long and was not asked for yet, or was stopped: a button makes it."""
    wanted = (subject, tuple(dict.fromkeys(queries)))
    if st.session_state.get("attribution_stopped") == wanted:
        left, right = st.columns([4, 1], vertical_alignment="center")
        left.markdown("Stopped. What was computed is kept.")
        if not right.button("Go on", key="attribution_go_on", width="stretch"):
            return [None for _ in queries]
        st.session_state["attribution_stopped"] = None
    now = _allowed(subject, wanted[1])
    count = sum(query.parts(subject.how.input_px) for query in now)
    known: list[object] = st.session_state.setdefault("attribution_known", [])
    new = [query for query in now if (subject, query) not in known]
    is_slow = _macs(subject, new) > SLOW_MACS
    with work("maps", "Making the maps", count, lambda: _stop(wanted), at_once=is_slow) as tick:
        made = {query: whole(subject, query, tick) for query in now}
    known[:] = [*known, *((subject, query) for query in new)][-MOST_KNOWN:]
    return [made.get(query) for query in queries]


def _macs(subject: Subject, queries: Sequence[Query]) -> float:
    """How much the maps take; one pass of a network counts what its table says."""
    how = subject.how
    once = cached.totals(subject.network, (how.channels, how.input_px, how.input_px))[1]
    return float(once * sum(query.passes(how.input_px) for query in queries))


def _allowed(subject: Subject, queries: Sequence[Query]) -> list[Query]:
    """The queries that may run: those that take long only when the reader says so."""
    heavy = [query for query in queries if _macs(subject, [query]) > MOST_MACS]
    if not heavy or st.session_state.get("attribution_allowed") == (subject, heavy):
        return list(queries)
    passes = sum(query.passes(subject.how.input_px) for query in heavy)
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        f"This needs {passes} passes of {subject.network}, {_macs(subject, heavy) / 1e9:,.0f} GMACs: a minute or more."
    )
    if right.button("Make the map", key="attribution_allow", width="stretch"):
        st.session_state["attribution_allowed"] = (subject, heavy)
        return list(queries)
    return [query for query in queries if query not in heavy]


def _stop(wanted: object) -> None:
    st.session_state["attribution_stopped"] = wanted


def whole(subject: Subject, query: Query, tick: Tick = lambda: None, depth: int = 0) -> Floats:
    """One map, part by part; `tick` is called before each. With `depth`, of a copy with fresh weights."""
    from explorer import evidence

    side_px, parts = subject.how.input_px, []
    with stoppable():
        for index in range(query.parts(side_px)):
            tick()
            parts.append(cached.evidence_part(subject, query, index, depth))
    return evidence.joined(parts, query, side_px)


@contextmanager
def stoppable() -> Iterator[None]:
    """A click ends what is computed in here, also in the middle of a pass: Streamlit ends a run where it is asked for
    something, and inside it is asked ten times a second.
    """
    from explorer.interruption import Interruptible

    with Interruptible(lambda: "attribution_stopped" in st.session_state):
        yield


@contextmanager
def work(
    name: str, what: str, count: int, stop: Callable[[], None], *, at_once: bool = False
) -> Iterator[Tick]:
    """A bar with a Stop button for work in `count` steps; quick work shows none, and `at_once` from the beginning."""
    began, done, place = perf_counter(), 0, st.empty()
    bars: list[st.delta_generator.DeltaGenerator] = []

    def tick() -> None:
        nonlocal done
        spent = perf_counter() - began
        if at_once or spent > SHOWN_AFTER_S:
            if not bars:
                with place.container():
                    left, right = st.columns([4, 1], vertical_alignment="center")
                    right.button("Stop", key=f"attribution_stop_{name}", on_click=stop, width="stretch")
                    bars.append(left.empty())
            rest = f", about {spent / done * (count - done):.0f} s left" if done else ""
            bars[0].progress(min(1.0, done / max(1, count)), f"{what}: part {done + 1} of {count}{rest}")
        done += 1

    yield tick
    place.empty()
