"""After a race on the server: who is taken for whom, what really changed, the worst mistakes, and what to take home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

from explorer.figures import training as figures
from explorer.widgets import charts, errors, training_own, training_race

if TYPE_CHECKING:
    from explorer.transfer.jobs import Status
    from explorer.transfer.outcome import Outcome
    from explorer.transfer.queue import Queue

PAGE = "finetune"
SHOWN_PX, MOST_SHOWN = 84, 24
MOST_BUNDLE_BYTES = 200 << 20
GONE = "The server keeps the results of own pictures, not the pictures."


def show(queue: Queue, jobs: list[str]) -> None:
    """The results of one lane of those that are done, and its exports."""
    states = {place: queue.status(job) for place, job in enumerate(jobs)}
    done = {place: status for place, status in states.items() if status.state == "done"}
    if not done:
        return
    names = {str(place + 1): training_race.title(place, status) for place, status in done.items()}
    chosen = st.segmented_control(
        "What came of",
        list(names),
        default=max(names),
        required=True,
        format_func=lambda number: names[number],
        key=f"{PAGE}_shown_{jobs[0]}",
    )
    place = int(str(chosen)) - 1
    with errors.shown():
        found = queue.outcome(done[place].job_id)
        _figures(found, place)
        _mistakes(found, done[place])
    with errors.shown():
        _take_home(queue, done[place])


def _figures(found: Outcome, place: int) -> None:
    dark = st.context.theme.type == "dark"
    first, second, third = st.columns([4, 3, 4])
    with first:
        matrix = found.confusion()
        told = f"{int(matrix.trace()):,} of {len(found.labels):,} held-out pictures right"
        st.markdown(f"**Taken for whom**: {told}")
        charts.show(figures.confusion(found.classes, matrix.tolist(), dark=dark), f"{PAGE}_confusion")
    with second:
        st.markdown("**Class by class**, the hardest first")
        bars = figures.per_class(found.classes, found.per_class(), place=place, dark=dark)
        charts.show(bars, f"{PAGE}_classes")
    with third:
        st.markdown("**What really changed**: each layer since the start; the head starts at random")
        rows = found.changes
        moved = figures.changes(
            [row.layer for row in rows],
            [row.relative for row in rows],
            [row.kind for row in rows],
            place=place,
            dark=dark,
        )
        charts.show(moved, f"{PAGE}_changes")


def _mistakes(found: Outcome, status: Status) -> None:
    """The mistakes that the network was surest of, as pictures."""
    st.markdown("**Worst mistakes**, the surest first: what is shown → what it is taken for")
    if not len(found.wrong):
        st.caption("None: every held-out picture is right.")
        return
    shares, captions = found.probabilities[found.wrong[:MOST_SHOWN]], []
    for place, answers in zip(found.wrong[:MOST_SHOWN], shares, strict=True):
        told = int(answers.argmax())
        shown, taken = (training_own.plain(found.classes[c]) for c in (int(found.labels[place]), told))
        captions.append(f"{shown} → {taken} {answers[told]:.0%}")
    if isinstance(status.wish.dataset, str):
        pictures = [enlarged(picture) for picture in found.pictures[:MOST_SHOWN]]
    else:
        seen = training_own.mistaken(status.wish, found.wrong[:MOST_SHOWN].tolist())
        pictures = [enlarged(picture) for picture in seen]
    if not pictures:
        st.caption(f"{GONE} To see the mistakes, bring the same pictures.")
        st.markdown(" · ".join(captions))
        return
    st.image(pictures, caption=captions, width=SHOWN_PX, output_format="PNG")


def enlarged(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Image.Image:
    """A small picture with its pixels as squares. Shapes: (H, W, 1 or 3)."""
    drawn = Image.fromarray(picture[..., 0] if picture.shape[2] == 1 else picture)
    grown = max(1, SHOWN_PX // max(drawn.size))
    drawn = drawn.resize((drawn.width * grown, drawn.height * grown), Image.Resampling.NEAREST)
    return ImageOps.expand(drawn.convert("RGBA"), 3, (0, 0, 0, 0))


def _take_home(queue: Queue, status: Status) -> None:
    """The files of a training, and the command line that repeats it."""
    from explorer.transfer import export
    from explorer.transfer.command import command

    job, stem = status.job_id, f"{status.wish.network}_{status.wish.recipe.lane}"

    def state_dict() -> bytes:
        return export.state_dict_bytes(export.read_tensors(queue.weights(job)))

    st.markdown("**Take home**")
    files = (
        ("Weights, safetensors", f"{stem}.safetensors", lambda: queue.weights(job)),
        ("Weights, torch state dict", f"{stem}.pt", state_dict),
        ("The run, CSV", f"{stem}.csv", lambda: export.table(queue.records(job)).encode()),
    )
    columns = st.columns(5)
    for column, (label, name, made) in zip(columns, files, strict=False):
        column.download_button(
            label, made, name, on_click="ignore", key=f"{PAGE}_get_{name}_{job}", width="stretch"
        )
    with columns[3]:
        _prepared("ONNX", f"{stem}.onnx", job, lambda: _onnx(queue, status), export.onnx_problem())
    with columns[4]:
        _prepared("PyTorch script, zip", f"{stem}.zip", job, lambda: _bundle(queue, status), "")
    said = "The same run from the command line:"
    if not isinstance(status.wish.dataset, str):
        said = (
            "The same run from the command line, with your pictures as the zip that you brought, or that the browser's "
            "lane exports:"
        )
    st.caption(said)
    st.code(command(status.wish), language="bash", wrap_lines=True)


def _prepared(label: str, name: str, job: str, made: object, problem: str) -> None:
    """A file that takes a while: made when asked for, then offered."""
    key = f"{PAGE}_made_{name}_{job}"
    if problem:
        st.button(label, disabled=True, key=f"{key}_not", width="stretch", help=problem)
        st.caption(problem)
        return
    held = st.session_state.get(f"{PAGE}_made")
    if held and held[0] == key:
        st.download_button(
            f"Save {name}",
            held[1],
            name,
            on_click="ignore",
            key=f"{key}_save",
            type="primary",
            width="stretch",
        )
    elif st.button(label, key=key, width="stretch") and callable(made):
        with errors.shown(), st.spinner("Writing …"):
            st.session_state[f"{PAGE}_made"] = (key, made())  # one file at a time, so that memory stays small
            st.rerun()


def _onnx(queue: Queue, status: Status) -> bytes:
    from explorer.transfer import datasets, export, starting

    wish = status.wish
    pictures = datasets.get(wish.dataset) if isinstance(wish.dataset, str) else wish.dataset
    channels, side = starting.input_of(wish.network, pictures, wish.input_px)
    module = starting.starting(wish.network, wish.weights, wish.recipe, len(pictures.classes), side)
    module.load_state_dict(export.read_tensors(queue.weights(status.job_id)))
    return export.onnx_bytes(module, (channels, side, side))


def _bundle(queue: Queue, status: Status) -> bytes:
    from explorer.transfer import datasets, repeat, starting

    wish = status.wish
    pictures = datasets.get(wish.dataset) if isinstance(wish.dataset, str) else training_own.again(wish)
    if pictures is None:
        raise ValueError(f"{GONE} Bring the same pictures, and the script can be packed with them")
    channels, side = starting.input_of(wish.network, pictures, wish.input_px)
    size_bytes = len(pictures.images) * channels * side * side
    if size_bytes > MOST_BUNDLE_BYTES:
        raise ValueError(
            f"the script travels with its pictures, here {size_bytes / 1e6:,.0f} MB: too much for a download; "
            "the command line below repeats the run"
        )
    return repeat.bundle(
        wish.recipe,
        pictures,
        network=wish.network,
        weights=wish.weights,
        input_px=wish.input_px,
        records=queue.records(status.job_id),
    )
