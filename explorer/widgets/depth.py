"""The walk through the depth of a network: one climb after the other, for a few units of a few layers."""

from __future__ import annotations

import hashlib
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from explorer.browser import component
from explorer.browser import depth as strip
from explorer.widgets import ascents, cached, errors, inputs
from explorer.widgets.unit import searched, walked

if TYPE_CHECKING:
    from explorer.subject import Subject

PLACE = "unit_depth"
STEPS = 64
SIDE_PX = 112
SLICE_S = 0.5
FEWEST = 2
LAYERS = (3, 4, 6, 8)
USUAL_LAYERS = 6
WHICH = {"picture": "Your picture's", "spread": "Spread"}
EACH = {1: "1", 2: "2", 3: "3"}


@st.fragment
def walk(subject: Subject) -> None:
    """Choose layers, climb for each on ask, and see edges become textures, parts and objects; or not."""
    st.markdown("### Through the depth: edges → textures → parts → objects?")
    left, count, middle, right = st.columns([9, 4, 5, 4], vertical_alignment="bottom", gap="medium")
    with count:
        most = st.segmented_control(
            "Layers", LAYERS, default=USUAL_LAYERS, required=True, key="unit_layers", bind="query-params"
        )
    with left:
        layers = _layers(subject, int(most or USUAL_LAYERS))
    with middle:
        spread = inputs.choice("unit", "which", "Units", WHICH) == "spread"
    with right:
        each = st.segmented_control(
            "Units a layer", list(EACH), default=2, required=True, key="unit_each", bind="query-params"
        )
    if len(layers) < FEWEST:
        st.info("Choose two different layers.")
        return
    _strip(subject, layers, int(each or 1), spread)


def _layers(subject: Subject, count: int) -> list[str]:
    """Between two that are chosen, in the order in which they run: convolutions spread evenly, and the last one."""
    from explorer.maximisation import ANSWER

    how = subject.how
    steps = cached.steps(subject.network, how.input_px, how.channels)
    names = [step.name for step in steps] + [ANSWER]
    usual = walked(steps)
    first, last = st.select_slider(
        "From the layer … to the layer",
        names,
        (usual[0], ANSWER),
        key=f"unit_depth_{subject.network}",
        bind="query-params",
    )
    between = names[names.index(first) : names.index(last)]
    inner = [name for name in between if name in usual] or between
    among = min(count - 1, len(inner))
    spread = [inner[round(i * (len(inner) - 1) / max(1, among - 1))] for i in range(among)]
    return [*spread, last]


@st.fragment
def _strip(subject: Subject, layers: list[str], each: int, spread: bool) -> None:
    parts = (
        subject.network,
        subject.weights,
        subject.picture,
        subject.alteration,
        hashlib.sha256(subject.data).hexdigest(),
        layers,
        each,
        spread,
    )
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def data(_inline: bool, held: object) -> dict[str, object]:
        tick, run, todo, have = ascents.asked(held)  # type: ignore[arg-type]
        made: ascents.Walk | None = st.session_state.get(PLACE)
        made = made if made is not None and made.key == key else None
        if run == key and tick is not None and (made is None or tick != made.ticked):
            if todo == "again" or (made is None and todo == "go"):
                made = st.session_state[PLACE] = _planned(subject, key, layers, each, spread)
            if made is not None:
                made.ticked = tick
                if todo == "go":
                    _slice(subject, made)
        first = int(have) if have.isdecimal() else 0
        return strip.data(subject, key, made, layers=layers, each=each, spread=spread, have=first, tick=tick)

    with errors.shown():
        component.ask("depth", data, {"ask": {}})


def _planned(subject: Subject, key: str, layers: list[str], each: int, spread: bool) -> ascents.Walk:
    """The units: evenly spread over a layer, or those that find more in this picture than in others."""
    from explorer import patches

    records = searched(subject, tuple(layers))
    own = cached.record(subject, tuple(layers))
    plan = []
    for layer in layers:
        units = len(own[layer].mean)
        chosen = [(2 * i + 1) * units // (2 * each) for i in range(each)]
        if not spread:
            chosen = patches.favourites(own[layer], {n: r[layer] for n, r in records.items()}, each)
        plan += [(layer, unit) for unit in chosen]
    return ascents.Walk(key, plan, records)


def _slice(subject: Subject, made: ascents.Walk) -> None:
    """Half a second of climbing; a finished picture becomes a tile."""
    begun = time.perf_counter()
    network = cached.network(subject.network, subject.weights)
    while len(made.tiles) < len(made.plan) and time.perf_counter() - begun < SLICE_S:
        layer, unit = made.plan[len(made.tiles)]
        made.climb = made.climb or _climb(subject, layer, unit)
        made.climb.slice(network, SLICE_S - (time.perf_counter() - begun))
        if made.climb.ascent.is_done:
            here = {name: entry[layer] for name, entry in made.records.items()}
            made.tiles.append(strip.tile(subject, layer, unit, made.climb, here))
            made.climb = None
    made.spent_s += time.perf_counter() - begun


def _climb(subject: Subject, layer: str, unit: int) -> ascents.Climb:
    from explorer import maximisation
    from explorer.networks import NETWORKS

    how = subject.how
    is_fixed = how.input_px < SIDE_PX or bool(NETWORKS[subject.network].sized_by)
    settings = maximisation.usual(how, how.input_px if is_fixed else SIDE_PX)
    here = {step.name: step for step in cached.steps(subject.network, settings.size_px, how.channels)}
    goal = maximisation.Goal(layer, unit, lies=here[layer].arrangement if layer in here else None)
    return ascents.Climb("", maximisation.Ascent(goal, how, replace(settings, steps=STEPS)))
