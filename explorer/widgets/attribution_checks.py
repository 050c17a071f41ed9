"""Two checks of attribution maps, run when asked: randomised weights, and pixels taken away and given back."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from explorer.browser import cascade, component
from explorer.figures import attribution as figures
from explorer.widgets import cached, charts, errors, evidence, frame
from explorer.widgets.question import Choice, ask

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from explorer.activity import Floats
    from explorer.evidence import Query
    from explorer.subject import Subject

Line = tuple[str, list[float], list[float]]
MOST_DEPTHS = 10
MOST_PARAMS = 80_000_000
STEPS, PART = 16, 4
CHOICES = (
    Choice(
        "Grad-CAM",
        "Its weights come from the gradients above the layer: fresh weights there, another map. Choose it and run.",
    ),
    Choice(
        "Guided backpropagation",
        "It keeps the outlines of the picture while half of the network holds random numbers: an edge detector "
        "that never asked the network. Choose it, and run the check.",
        right=True,
    ),
    Choice(
        "Saliency",
        "Much of it goes with the last layers; the strong edges of the picture stay a little. Choose it and run.",
    ),
)


def sanity(subject: Subject, queries: Sequence[Query]) -> None:
    """Fresh weights in ever more layers, the last first: a map that does not change explains nothing."""
    st.markdown("#### Sanity check: does the map depend on what was learnt?")
    ask(
        "attribution",
        "the weights of half of the layers become random numbers. Which map still looks the same?",
        CHOICES,
    )
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        "Put random weights into the last layer, then the last two, down to all. "
        "**A map that does not change is no explanation**: it would say the same of a network that knows nothing."
    )
    if _asked("sanity", (subject, tuple(queries)), right, "Run the check"):
        with errors.shown():
            _sanity(subject, queries)


def removal(subject: Subject, queries: Sequence[Query], maps: Sequence[Floats | None]) -> None:
    """Take the best pixels away, or give them back first: does the class go, or come, with them?"""
    st.markdown("#### Faithfulness: do these pixels carry the answer?")
    left, right = st.columns([4, 1], vertical_alignment="center")
    left.markdown(
        "Take away the pixels with the highest values first (**deletion**), or begin with none and give them back "
        "(**insertion**). What is away is a strong blur. A map has to beat a **random order**."
    )
    shown = [found for found in maps if found is not None]
    if len(shown) < len(maps):
        left.markdown(frame.small("Both maps are needed first."))
    elif _asked("removal", (subject, tuple(queries)), right, "Measure"):
        with errors.shown():
            _removal(subject, queries, shown)


def _asked(name: str, wanted: object, place: st.delta_generator.DeltaGenerator, label: str) -> bool:
    """Whether this was asked for: by the button now, or before and nothing has changed since."""
    key = f"attribution_asked_{name}"
    if place.button(label, key=f"attribution_run_{name}", width="stretch"):
        st.session_state[key] = wanted
    return bool(st.session_state.get(key) == wanted)


def _forget(name: str) -> None:
    st.session_state[f"attribution_asked_{name}"] = None


def _sanity(subject: Subject, queries: Sequence[Query]) -> None:
    from explorer.faithfulness import likeness

    how = subject.how
    _small_enough(subject)
    layers = cached.layers_that_run(subject.network, how.input_px, how.channels)
    depths = [0, *_depths(len(layers))]
    coarse = list(dict.fromkeys(query.coarse(how.input_px) for query in queries))
    count = sum(query.parts(how.input_px) for query in coarse) * len(depths)
    with evidence.work("sanity", "Randomising", count, partial(_forget, "sanity")) as tick:
        made = [[evidence.whole(subject, query, tick, depth) for depth in depths] for query in coarse]
    names = ["as it is", *(layers[-depth] for depth in depths[1:])]
    alike = [[likeness(row[0], found) for found in row] for row in made]
    dark = st.context.theme.type == "dark"
    rows = [
        (_name(subject, query), [figures.thumbnail(found, dark) for found in found_row], values)
        for query, found_row, values in zip(coarse, made, alike, strict=True)
    ]
    component.show("cascade", partial(cascade.data, subject.network, names, depths, rows))
    empty = [[float(np.ptp(found)) == 0 for found in row] for row in made]
    told = zip(rows, empty, strict=True)
    st.markdown("  \n".join(_verdict(name, depths, values, gone) for (name, _, values), gone in told))
    _note(queries, coarse, (len(layers), len(depths) - 1), any(map(any, empty)))
    table = pd.DataFrame({"layers with fresh weights": depths, "down to": names})
    _csv(table.assign(**{name: values for name, _, values in rows}), "sanity")


def _depths(layers: int) -> list[int]:
    return sorted({round(float(depth)) for depth in np.linspace(1, layers, min(layers, MOST_DEPTHS))})


def _small_enough(subject: Subject) -> None:
    """Raises: ValueError for a network whose copy would take more memory than one visitor may have."""
    how = subject.how
    params = cached.totals(subject.network, (how.channels, how.input_px, how.input_px))[0]
    if params > MOST_PARAMS:
        raise ValueError(
            f"the check needs a second copy of the network: {4 * params / 1e6:,.0f} MB for {subject.network}, and "
            f"this server gives at most {4 * MOST_PARAMS / 1e6:,.0f} MB; choose a smaller network"
        )


def _name(subject: Subject, query: Query) -> str:
    from explorer.attribution import METHODS

    return f"{METHODS[query.method].title}, {subject.how.label(query.target)}"


def _verdict(name: str, depths: Sequence[int], values: Sequence[float], empty: Sequence[bool]) -> str:
    middle = min(range(len(depths)), key=lambda place: abs(depths[place] - depths[-1] / 2))
    text = f"**{name}**: likeness {values[middle]:.2f} with {depths[middle]} of {depths[-1]} layers random, "
    text += f"{values[-1]:.2f} with all. "
    if empty[middle]:
        return (
            text
            + "With these weights its class has no slope at all, so the map is empty and the check says little."
        )
    if values[middle] > 0.7:
        return text + "It hardly notices: it draws the picture more than what the network learnt."
    if values[middle] > 0.4:
        return text + "It changes, and something of the picture stays in it whatever the weights."
    return text + "It depends on what was learnt."


def _note(queries: Sequence[Query], coarse: Sequence[Query], counts: tuple[int, int], empty: bool) -> None:
    layers, depths = counts
    notes = [
        "Likeness: Spearman's rank correlation of the magnitudes, 1 for the same order; each map at its own scale."
    ]
    if depths < layers:
        notes.append(f"{depths} depths of {layers} are shown.")
    if empty:
        notes.append("An empty map is 0 everywhere: this class's logit no longer answers to the picture.")
    if any(query not in queries for query in coarse):
        notes.append("For speed with at most 16 steps, 8 samples or a larger window.")
    st.markdown(frame.small(" ".join(notes)))


def _removal(subject: Subject, queries: Sequence[Query], maps: Sequence[Floats]) -> None:
    orders: dict[tuple[str, int], Floats | None] = {
        (f"{letter}: {_name(subject, query)}", query.target): found
        for letter, query, found in zip("AB", queries, maps, strict=True)
    }
    targets = list(dict.fromkeys(query.target for query in queries))
    orders |= {
        (f"random order, {subject.how.label(target)}" if len(targets) > 1 else "random order", target): None
        for target in targets
    }
    share = np.linspace(0, 1, STEPS + 1)
    chunks = [tuple(chunk.tolist()) for chunk in np.array_split(share, -(-len(share) // PART))]
    count = len(orders) * 2 * len(chunks)
    lines: list[Line] = []
    with evidence.work("removal", "Taking pixels away", count, partial(_forget, "removal")) as tick:
        for (name, target), scores in orders.items():
            curve = partial(_curve, subject, scores, target, chunks)
            both = [curve(insertion=insertion, tick=tick) for insertion in (False, True)]
            lines.append((name, both[0], both[1]))
    charts.show(figures.removal(share.tolist(), lines), key="attribution_removal")
    st.markdown("**Area under the curve** (mean probability)")
    st.table(_areas(share, lines, [target for _, target in orders]))
    columns = {
        f"{name}, {kind}": values
        for name, d, i in lines
        for kind, values in (("deletion", d), ("insertion", i))
    }
    _csv(pd.DataFrame({"share of pixels": share, **columns}), "removal")


def _areas(share: NDArray[np.float64], lines: Sequence[Line], targets: Sequence[int]) -> pd.DataFrame:
    """The areas of every order, and whether it beats the random order of its class."""
    from explorer.faithfulness import area

    areas = [[area(share, np.array(values)) for values in both] for _, *both in lines]
    chance = dict(zip(targets, areas, strict=True))  # the random orders come last
    rows = []
    for (name, *_), target, (deletion, insertion) in zip(lines, targets, areas, strict=True):
        won = [
            *(["deletion"] if deletion < chance[target][0] else []),
            *(["insertion"] if insertion > chance[target][1] else []),
        ]
        verdict = "" if name.startswith("random") else " and ".join(won) or "neither"
        rows.append(
            {
                "order": name,
                "deletion (low is good)": f"{deletion:.4f}",
                "insertion (high is good)": f"{insertion:.4f}",
                "better than random": verdict,
            }
        )
    return pd.DataFrame(rows).set_index("order")


def _curve(
    subject: Subject,
    scores: Floats | None,
    target: int,
    chunks: Sequence[tuple[float, ...]],
    *,
    insertion: bool,
    tick: evidence.Tick,
) -> list[float]:
    found: list[float] = []
    for chunk in chunks:
        tick()
        with evidence.stoppable():
            found += cached.removed(subject, scores, target, chunk, insertion)
    return found


def _csv(table: pd.DataFrame, name: str) -> None:
    st.download_button(
        "CSV of these numbers",
        table.to_csv(index=False),
        f"{name}.csv",
        "text/csv",
        on_click="ignore",
        key=f"attribution_csv_{name}",
    )
