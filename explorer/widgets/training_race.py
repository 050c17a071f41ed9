"""How the lanes of a race on the server stand: curves, progress, place in the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from explorer.figures import training as figures
from explorer.widgets import charts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from explorer.transfer.jobs import Status
    from explorer.transfer.queue import Queue
    from explorer.transfer.training import Record

PAGE = "finetune"


def title(place: int, status: Status) -> str:
    """A lane's name in the race: its number tells two of one kind apart."""
    from explorer.transfer.lanes import LANES

    return f"{place + 1} {LANES[status.wish.recipe.lane].title}"


def curve(place: int, status: Status, records: Sequence[Record]) -> figures.Curve:
    """A lane's records as the figures take them."""
    return figures.Curve(
        place,
        title(place, status),
        [record.step for record in records],
        [record.loss for record in records],
        [record.train_accuracy for record in records],
        [(record.step, record.test_accuracy) for record in records if record.test_accuracy is not None],
    )


def show(queue: Queue, states: Sequence[Status]) -> None:
    """A line for each lane, and the two figures."""
    found = [curve(place, status, queue.records(status.job_id)) for place, status in enumerate(states)]
    wish = states[0].wish
    st.markdown(f"##### {wish.network} from {wish.weights or 'random weights'}, {_about(states[0])}")
    for column, status, one in zip(st.columns(len(states)), states, found, strict=True):
        with column:
            _standing(status, one)
    steps = max(status.steps for status in states)
    dark = st.context.theme.type == "dark"
    left, right = st.columns(2)
    with left:
        charts.show(figures.accuracy(found, steps, dark=dark), f"{PAGE}_accuracy")
    with right:
        charts.show(figures.loss(found, steps, dark=dark), f"{PAGE}_loss")
    st.caption(
        "Left, with marks: right on held-out pictures, as in the figures above; faint: in the batches it trains on. "
        "Right: the loss of each batch, faint, and its running average."
    )


def _about(status: Status) -> str:
    from explorer.transfer.datasets import DATASETS

    dataset, amount = status.wish.dataset, status.wish.recipe.pictures_per_class
    shown = DATASETS[dataset].title if isinstance(dataset, str) else dataset.title.lower()
    count = "all pictures" if amount is None else f"{amount} picture{'s' if amount > 1 else ''} a class"
    return f"{shown}, {count}, on {status.wish.device.upper()}"


def _standing(status: Status, one: figures.Curve) -> None:
    """Name, accuracy so far, progress."""
    last = f"{one.tests[-1][1]:.1%}" if one.tests else "–"
    st.metric(one.title, last)
    st.progress(status.step / status.steps, text=standing(status))
    if status.sentence and status.state in ("failed", "waiting"):
        st.caption(status.sentence)


def standing(status: Status) -> str:
    """Where a training stands, in a few words."""
    at = f"step {status.step:,} of {status.steps:,}"
    if status.state == "waiting":
        return f"waiting, {status.ahead} before it" if status.ahead else "next"
    if status.stopping:
        return f"{at}, stopping"
    if status.state == "running":
        left = status.seconds_left
        return f"{at}, {_duration(left)} left" if left is not None else f"{at}, preparing"
    words = {
        "done": f"done, {status.steps:,} steps",
        "cancelled": f"stopped at {at}",
        "failed": f"failed at {at}",
    }
    return words[status.state]


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
