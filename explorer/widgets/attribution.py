"""The page "Attribution": two questions about one answer, side by side."""

from __future__ import annotations

import io
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from explorer.browser import attribution as panels
from explorer.browser import component
from explorer.widgets import attribution_checks, cached, errors, evidence, frame

if TYPE_CHECKING:
    from explorer.activity import Floats
    from explorer.evidence import Query
    from explorer.subject import Subject

SIDES = {"a": "integrated_gradients", "b": "grad_cam"}  # each panel and its first method
PREDICTED = "Predicted"


def explain(subject: Subject) -> None:
    """Both questions, their maps, and whether these are to be believed.

    No fragment: a click inside one waits until the run is over, and Stop would never stop anything.
    """
    how = subject.how
    reasons = cached.misfits(subject.network, how.input_px, how.channels)
    scores = cached.logits(subject)
    queries = []
    for side, column in zip(SIDES, st.columns(2, gap="medium"), strict=True):
        with column:
            queries.append(_query(subject, side, scores, reasons))
    with errors.shown():
        maps = evidence.maps(subject, queries)
        component.show("attribution", partial(panels.data, subject, queries, maps))
        _files(subject, queries, maps)
    _not_offered(reasons)
    with errors.shown():
        attribution_checks.sanity(subject, queries)
        attribution_checks.removal(subject, queries, maps)


def _query(subject: Subject, side: str, scores: Floats, reasons: dict[str, str]) -> Query:
    """One question: the method, the class, and what the method can be told."""
    from explorer.evidence import Query

    method_box, class_box, more = st.columns([4, 4, 3], vertical_alignment="bottom")
    with method_box:
        method = _method(side, reasons)
    with class_box:
        target = _target(subject, side, scores)
    with more:
        options = _options(subject, side, method, len(scores))
    return Query(method, target, **options)


def _method(side: str, reasons: dict[str, str]) -> str:
    from explorer.attribution import METHODS

    titles = {m.title: name for name, m in METHODS.items() if name not in reasons}
    first = list(titles.values()).index(SIDES[side]) if SIDES[side] in titles.values() else 0
    chosen = st.selectbox(
        f"Method {side.upper()}",
        list(titles),
        index=first,
        key=f"attribution_method_{side}",
        bind="query-params",
    )
    return titles.get(str(chosen), next(iter(titles.values())))


def _target(subject: Subject, side: str, scores: Floats) -> int:
    """The predicted class, or any other by name; the likeliest come first."""
    names = class_names(subject, len(scores))
    ranked = np.argsort(-scores, kind="stable").tolist()
    rest = sorted((names[i] for i in ranked[5:]), key=str.casefold)
    chosen = st.selectbox(
        f"Class {side.upper()}",
        [PREDICTED, *(names[i] for i in ranked[:5]), *rest],
        key=f"attribution_class_{side}{_labelled(subject, len(scores))}",
        bind="query-params",
        help="The predicted class follows the picture. Then the five likeliest, then all by name.",
    )
    return names.index(str(chosen)) if chosen in names else ranked[0]


def _labelled(subject: Subject, count: int) -> str:
    """What tells the classes of one network from another's in the link: nothing for those of ImageNet."""
    from explorer.networks import EMBEDDED

    if subject.network in EMBEDDED:
        return f"_{EMBEDDED[subject.network].dataset}"
    return "" if subject.how.labels else f"_{count}"


def class_names(subject: Subject, count: int) -> list[str]:
    """A name for every class; where two share one, with their numbers."""
    labels = [subject.how.label(index) for index in range(count)]
    shared = {label for label, times in Counter(labels).items() if times > 1}
    return [f"{label} ({i})" if label in shared else label for i, label in enumerate(labels)]


def _options(subject: Subject, side: str, method: str, classes: int) -> dict[str, Any]:
    """What this method can be told; a layer in sight, numbers behind a button that says them."""
    from explorer.attribution import METHODS

    if METHODS[method].needs_layer:
        return {"layer": _layer(subject, side, classes)}
    makers = {"integrated_gradients": _way, "smooth_grad": _grain}
    if method in makers:
        return makers[method](side)
    return _window(subject, side) if method == "occlusion" else {}


def _layer(subject: Subject, side: str, classes: int) -> str:
    from explorer import evidence

    steps = cached.steps(subject.network, subject.how.input_px, subject.how.channels)
    layers = evidence.places_of_layers(steps)
    last = evidence.last_place(steps, classes)
    chosen = st.selectbox(
        f"Layer {side.upper()}",
        layers,
        index=layers.index(last) if last in layers else 0,
        key=f"attribution_layer_{side}_{subject.network}",
        bind="query-params",
        help="In the order they run. The last before the pooling is usual; earlier ones show where it goes wrong.",
    )
    return str(chosen)


def _way(side: str) -> dict[str, Any]:
    from explorer.evidence import BASELINES, MOST_STEPS

    titles = {title: name for name, title in BASELINES.items()}
    with _told(side, f"{_held(f'attribution_steps_{side}', 50, MOST_STEPS)} steps"):
        steps = st.number_input(
            "Steps from the baseline to the picture",
            2,
            MOST_STEPS,
            value=50,
            key=f"attribution_steps_{side}",
            bind="query-params",
        )
        start = st.selectbox(
            "Baseline", list(titles), key=f"attribution_baseline_{side}", bind="query-params"
        )
    return {"steps": int(steps), "baseline": titles[str(start)]}


def _grain(side: str) -> dict[str, Any]:
    from explorer.evidence import MOST_SAMPLES

    with _told(side, f"{_held(f'attribution_samples_{side}', 20, MOST_SAMPLES)} samples"):
        samples = st.number_input(
            "Noisy copies",
            1,
            MOST_SAMPLES,
            value=20,
            key=f"attribution_samples_{side}",
            bind="query-params",
        )
        noise = st.slider(
            "Noise, share of the input's range",
            0.01,
            1.0,
            value=0.15,
            key=f"attribution_noise_{side}",
            bind="query-params",
        )
    return {"samples": int(samples), "noise": float(noise)}


def _window(subject: Subject, side: str) -> dict[str, Any]:
    from explorer.evidence import places

    most = subject.how.input_px
    usual = max(2, most // 7)
    window_key = f"attribution_window_{side}_{most}"
    with _told(side, f"{_held(window_key, usual, most)} px window"):
        window = st.number_input(
            "Window, px",
            max(1, most // 28),
            most,
            value=usual,
            key=window_key,
            bind="query-params",
            help=f"The network sees {most} × {most} px. Covered with the mean colour.",
        )
        stride = st.number_input(
            "Stride, px",
            max(1, most // 28),
            most,
            value=max(1, usual // 2),
            key=f"attribution_stride_{side}_{most}",
            bind="query-params",
        )
        step = min(int(stride), int(window))
        st.markdown(frame.small(f"{len(places(most, int(window), step)) ** 2} passes of the network"))
    return {"window_px": int(window), "stride_px": step}


def _told(side: str, text: str) -> st.delta_generator.DeltaGenerator:
    return st.popover(text, width="stretch", key=f"attribution_more_{side}")


def _held(key: str, initial: int, most: int) -> int:
    """The number of a field that is drawn later, from this visit or the link; `initial` for what is none."""
    held = str(st.session_state.get(key) or st.query_params.get(key) or "")
    return int(held) if held.isdecimal() and int(held) <= most else initial


def _files(subject: Subject, queries: list[Query], maps: list[Floats | None]) -> None:
    row = st.container(horizontal=True)
    if not subject.is_file:  # the code of the view reads it
        row.download_button(
            "Save the picture",
            subject.png(),
            "picture.png",
            "image/png",
            on_click="ignore",
            key="attribution_png",
        )
    for side, query, found in zip(SIDES, queries, maps, strict=True):
        if found is not None:
            row.download_button(
                f"CSV of map {side.upper()}",
                partial(_csv, found),
                f"{query.method}-{query.target}.csv",
                "text/csv",
                on_click="ignore",
                key=f"attribution_csv_{side}",
            )


def _csv(found: Floats) -> str:
    held = io.StringIO()
    np.savetxt(held, found, fmt="%.7g", delimiter=",")
    return held.getvalue()


def _not_offered(reasons: dict[str, str]) -> None:
    from explorer.attribution import METHODS, NOT_OFFERED

    lines = [f"- **{METHODS[name].title}**: {why}" for name, why in reasons.items()]
    lines += [f"- **{name}** (no network): it {why}" for name, why in NOT_OFFERED.items()]
    here = ", ".join(METHODS[name].title for name in reasons)
    with st.expander(f"Not offered here: {here + ', ' if here else ''}{', '.join(NOT_OFFERED)}"):
        st.markdown("Left out because they would be wrong without a word:\n" + "\n".join(lines))
