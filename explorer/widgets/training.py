"""The server lane of the page "Fine-tuning": choose, start, watch, stop, and see what came of it.

The ids of a race's trainings stand in the link: opening it again, in any browser, finds them, running or finished.
"""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

import streamlit as st

from explorer import boot
from explorer.browser import component, transfer
from explorer.widgets import errors, inputs, offers, training_own

if TYPE_CHECKING:
    from explorer.transfer.jobs import Status
    from explorer.transfer.queue import Queue
    from explorer.transfer.recipe import Recipe
    from explorer.widgets.training_lanes import Subject

PAGE = "finetune"
LINK = f"{PAGE}_jobs"
EVERY_S = 0.5
MOST_LANES = 4


def place() -> str:
    """Where the page trains, as the link says: "browser" or "server"; there where own pictures were sent."""
    if training_own.is_sent():
        boot.ready()
        from explorer.widgets import training_lanes

        training_lanes.follow(training_own.wants())
        st.session_state[f"{PAGE}_where"] = "server"
        _link([])
    return inputs.choice(
        PAGE, "where", "Train", {"browser": "Here in the browser", "server": "On the server"}
    )


def browser() -> None:
    """The whole of the browser's lane; own pictures that it sends are followed to the server's."""
    above = st.container()
    told = component.told("transfer", transfer.data, {"missing": None}, training_own.answer)
    offers.for_browser(PAGE, above, told["missing"])
    if training_own.is_sent():
        st.rerun()


def lane() -> None:
    """The whole of the server lane."""
    boot.ready()
    from explorer.transfer.queue import shared
    from explorer.widgets import training_lanes

    queue = shared()
    raced = _known(queue, linked())
    is_live = _is_live(queue, raced)
    with errors.shown():
        with st.expander("Network, pictures and lanes", expanded=not raced):
            chosen = training_lanes.subject()
            wanted = training_lanes.recipes(chosen)
        if not is_live and _is_started(chosen, wanted):
            _link(queue.submit_all(chosen.wishes(wanted, _owner())))
            st.rerun()
    if raced:
        _race(queue, raced, is_live)


def _is_started(chosen: Subject, wanted: list[Recipe]) -> bool:
    """The button that starts a race, with what it trains on, or why it cannot start."""
    from explorer.widgets import training_lanes

    problem = training_lanes.problem(chosen, wanted)
    columns = st.columns([1, 4], vertical_alignment="center")
    columns[1].caption(_advice(chosen, problem))
    return columns[0].button(
        "Start", type="primary", icon=":material/play_arrow:", disabled=bool(problem), width="stretch"
    )


def _advice(chosen: Subject, problem: str) -> str:
    """Why it cannot start, or what it trains on."""
    from explorer.widgets import training_lanes

    if problem:
        return f":material/block: {problem[:1].upper()}{problem[1:]}."
    title, classes, test = chosen.about
    most = training_lanes.MOST_TEST
    held = f", {most:,} of {test:,} looked at" if test > most else f", {test:,} held out"
    about = f"{title}: {classes} classes{held}."
    device = training_lanes.device_sentence(chosen.device)
    return f"{about} {device} One training at a time a device; the others wait."


def _owner() -> str:
    """A name for this session, so that it cannot fill the queue alone."""
    name: str = st.session_state.setdefault(f"{PAGE}_owner", secrets.token_hex(8))
    return name


def _link(jobs: list[str]) -> None:
    """Put a race into the link and keep it for when this visitor comes back to the page; none takes it out."""
    st.session_state[f"{PAGE}_kept"] = ".".join(jobs)
    if jobs:
        st.query_params[LINK] = ".".join(jobs)
    else:
        st.query_params.pop(LINK, None)


def linked() -> list[str]:
    """The trainings that the link names, or that this session last started; what is no id is passed over."""
    text = st.query_params.get(LINK, "") or st.session_state.get(f"{PAGE}_kept", "")
    return [part for part in str(text).split(".") if re.fullmatch(r"[\w-]{16}", part, re.ASCII)][:MOST_LANES]


def _race(queue: Queue, jobs: list[str], is_live: bool) -> None:
    """The trainings of the link, live while any is not over."""
    if LINK not in st.query_params:
        _link(jobs)
    st.fragment(_live, run_every=EVERY_S if is_live else None)(jobs, is_live)
    if not is_live:
        from explorer.widgets import training_results

        training_results.show(queue, jobs)


def _known(queue: Queue, jobs: list[str]) -> list[str]:
    """Those that are still kept; a sentence for the others."""
    if LINK in st.query_params and not jobs:
        st.warning("This link names no training.")
    found = []
    for job in dict.fromkeys(jobs):
        try:
            queue.status(job)
        except ValueError as error:
            lost = str(error)
        else:
            found.append(job)
    if len(found) < len(set(jobs)):
        text = "This training is" if not found else "Some trainings of this link are"
        st.info(f"{text} {lost.removeprefix('this training is ')}.")
    return found


def _is_live(queue: Queue, jobs: list[str]) -> bool:
    return not all(_is_over(queue.status(job)) for job in jobs)


def _is_over(status: Status) -> bool:
    return status.state not in ("waiting", "running")


def _live(jobs: list[str], is_live: bool) -> None:
    """The curves and how each lane stands. When the last one ends, the whole page is drawn once more."""
    from explorer.transfer.queue import shared
    from explorer.widgets import training_race

    queue = shared()
    with errors.shown():
        states = [queue.status(job) for job in jobs]
        is_over = all(_is_over(status) for status in states)
        if is_live and is_over:
            st.rerun()
        _buttons(queue, states, is_over)
        training_race.show(queue, states)


def _buttons(queue: Queue, states: list[Status], is_over: bool) -> None:
    stopped = [status for status in states if status.state in ("cancelled", "failed")]
    with st.container(horizontal=True, vertical_alignment="center"):
        if not is_over and st.button("Stop", icon=":material/stop:", key=f"{PAGE}_stop"):
            for status in states:
                queue.cancel(status.job_id)
        if is_over and stopped and st.button("Go on", icon=":material/resume:", key=f"{PAGE}_resume"):
            for status in stopped:
                queue.resume(status.job_id, training_own.again(status.wish))
            st.rerun()
        if st.button("New race", icon=":material/add:", key=f"{PAGE}_new"):
            _link([])
            st.rerun()
        st.caption("The link of this page finds this race again: reload it, or open it on another machine.")
