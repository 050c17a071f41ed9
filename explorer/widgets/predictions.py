"""The sections of the page "Predictions"."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import streamlit as st

from explorer.figures import predictions as figures
from explorer.widgets import cached, charts, frame, inputs

if TYPE_CHECKING:
    from explorer.networks.preprocessing import Stage
    from explorer.predictions import Answer
    from explorer.subject import Subject


def seen(subject: Subject) -> None:
    """The stages of the preprocessing, each with its switch, and the answer beside them."""
    left, right = st.columns([3, 2], gap="medium")
    with left:
        off = _stages(subject)
    now, effects = cached.switched(subject, off)
    with right:
        _answer(now, subject)
    _effects(effects)
    _code(subject, now, off)


def _stages(subject: Subject) -> tuple[str, ...]:
    from explorer.networks import preprocessing

    columns = st.columns(4)
    switches = [
        column.toggle(stage.title(), value=True, key=f"predictions_{stage}", bind="query-params")
        for stage, column in zip(preprocessing.STAGES, columns, strict=True)
    ]
    off = tuple(stage for stage, on in zip(preprocessing.STAGES, switches, strict=True) if not on)
    for stage, column in zip(
        preprocessing.stages(subject.shown, subject.how, frozenset(off)), columns, strict=True
    ):
        with column:
            st.image(_visible(stage), width=152, output_format="PNG", alt=f"{stage.title}: {stage.sentence}")
            low, high = float(stage.values.min()), float(stage.values.max())
            st.markdown(f":small[{stage.sentence} Values {low:.4g} … {high:.4g}.]")
    return off


def _visible(stage: Stage) -> npt.NDArray[np.uint8]:
    """Numbers of any range as a picture: 0..255 and 0..1 as they are, signed ones with 0 as mid-grey."""
    values = stage.values.float().permute(1, 2, 0).numpy()  # (H, W, C)
    if values.min() < 0:
        values = 127.5 + 127.5 * values / np.abs(values).max()
    elif values.max() <= 1:
        values = 255 * values
    elif values.max() > 255:
        values = values * (255 / values.max())
    pixels: npt.NDArray[np.uint8] = np.rint(values).astype(np.uint8)
    return pixels[..., 0] if pixels.shape[-1] == 1 else pixels


def _answer(now: list[Answer], subject: Subject) -> None:
    state = f"trained, {subject.weights}" if subject.weights else "untrained"
    st.markdown(f"**{subject.network}** ({state}) says **{now[0].label}**, {now[0].probability:.1%}")
    figure = figures.bars([a.label for a in now], [a.probability for a in now], [a.logit for a in now])
    charts.show(figure, key="predictions_bars")


def _effects(effects: dict[str, list[Answer]]) -> None:
    rows = [
        {
            "left out": stage or "nothing",
            "says": found[0].label,
            "probability": f"{found[0].probability:.1%}",
            "then": ", ".join(f"{a.label} {a.probability:.1%}" for a in found[1:]),
        }
        for stage, found in effects.items()
    ]
    st.markdown("##### What each stage does to the answer")
    st.table(pd.DataFrame(rows).set_index("left out"))
    st.download_button(
        "CSV of these answers", partial(_listed, effects), "stages.csv", "text/csv", on_click="ignore"
    )


def _listed(effects: dict[str, list[Answer]]) -> str:
    """Every answer of every choice in full."""
    rows = [
        {"left out": stage or "nothing", **vars(answer)}
        for stage, found in effects.items()
        for answer in found
    ]
    return str(pd.DataFrame(rows).to_csv(index=False))


def _card(subject: Subject, off: tuple[str, ...], now: list[Answer]) -> bytes:
    """The view as a picture: the stages and the top 5."""
    from explorer.networks import preprocessing

    stages = preprocessing.stages(subject.shown, subject.how, frozenset(off))
    shown = [(f"{stage.title}{'' if stage.is_on else ', left out'}", _visible(stage)) for stage in stages]
    state = f"trained, {subject.weights}" if subject.weights else "untrained"
    answers = [(answer.label, answer.probability, answer.logit) for answer in now]
    return figures.card(f"{subject.network} ({state})", shown, answers)


def probes(subject: Subject) -> None:
    """The winning logit while the picture is moved, and the two classes that come next."""
    from explorer.predictions import PROBES

    st.markdown("##### Move the picture a little")
    choices = {name: probe.title for name, probe in PROBES.items()}
    probe = PROBES[inputs.choice("predictions", "probe", "Probe", choices)]
    logits = np.array(_measured(subject, probe.name, probe.amounts))
    rest = logits[int(np.argmin([abs(amount - probe.rest) for amount in probe.amounts]))]
    first = np.argsort(rest)[::-1][:3]
    lines = [(subject.how.label(int(index)), logits[:, index].tolist()) for index in first]
    axis = f"{probe.title.lower()}, {probe.unit}"
    charts.show(figures.curves(probe.amounts, lines, axis, probe.rest), key="predictions_curve")
    st.markdown(
        _spread(probe.name, logits[:, first[0]], int((logits.argmax(1) == first[0]).sum()), len(logits))
    )
    table = pd.DataFrame({axis: probe.amounts, **dict(lines)})
    st.download_button(
        "CSV of these curves", table.to_csv(index=False), "probe.csv", "text/csv", on_click="ignore"
    )


def _spread(probe: str, winner: npt.NDArray[np.float64], kept: int, count: int) -> str:
    jumps = float(np.abs(np.diff(winner)).max())
    text = (
        f"The winning logit moves between {winner.min():.2f} and {winner.max():.2f}, by up to **{jumps:.2f} in one "
        f"step**; the class stays first in {kept} of {count} pictures."
    )
    if probe == "shift":
        text += (
            " Convolutions are *equivariant*: their maps move along. Every stride keeps only each second pixel, "
            "and fine patterns fall between the grid lines (*aliasing*): a saw-tooth with the period of the strides."
        )
    return text


def _measured(subject: Subject, probe: str, amounts: tuple[float, ...]) -> list[list[float]]:
    """The logits, part by part and each part kept; a click on Stop, as on anything, ends the run."""
    from explorer.predictions import BATCH

    place = st.empty()
    begun, found = time.monotonic(), []
    for start in range(0, len(amounts), BATCH):
        found += cached.probed(subject, probe, amounts[start : start + BATCH])
        spent = time.monotonic() - begun
        if spent > 1 and len(found) < len(amounts):
            left = spent / len(found) * (len(amounts) - len(found))
            place.progress(
                len(found) / len(amounts), f"{len(found)} of {len(amounts)} pictures, {left:.0f} s left"
            )
    place.empty()
    return found


def _code(subject: Subject, now: list[Answer], off: tuple[str, ...]) -> None:
    with st.expander("PyTorch code for this view"):
        if off:
            st.markdown(frame.small(f"With every stage on; switched off here: {', '.join(off)}."))
        if not subject.is_file:
            st.download_button(
                "Save the picture",
                subject.png(),
                "picture.png",
                "image/png",
                on_click="ignore",
                key="predictions_png",
            )
        labels = [subject.how.label(i) for i in range(len(subject.how.labels))]
        names = labels if 0 < len(labels) <= 10 else None
        st.code(subject.code() + _PRINT.format(labels=names), "python")
    rows = pd.DataFrame([vars(answer) for answer in now])
    row = st.container(horizontal=True)
    row.download_button(
        "Save PNG",
        partial(_card, subject, off, now),
        f"{subject.network}.png",
        "image/png",
        on_click="ignore",
        key="predictions_card",
    )
    row.download_button(
        "CSV of the top 5", rows.to_csv(index=False), "top5.csv", "text/csv", on_click="ignore"
    )


_PRINT = """
with torch.inference_mode():
    logits = network(batch)[0]
labels = {labels}
for share, index in zip(*logits.softmax(0).topk(5)):
    print(int(index), labels[index] if labels else "", f"{{share:.4f}}", f"{{logits[index]:.4f}}")
"""


def question() -> None:
    """Predict before looking."""
    st.markdown(
        "**Predict:** the cat's outline alone, or pieces of its fur in disorder: which still is a cat to the net?"
    )
    answer = st.segmented_control(
        "Your guess",
        ["the outline", "the fur", "both", "neither"],
        key="predictions_guess",
        label_visibility="collapsed",
    )
    if answer:
        st.markdown(
            "Choose a network trained on ImageNet, the cat, and *Changed to* two tones, then shuffled pieces. Networks "
            "trained on ImageNet lean on **texture** more than on shape (Geirhos et al. 2019): people do the opposite."
        )
