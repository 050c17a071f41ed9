"""The page "One unit": the choice of a unit and of how to climb, and everything that is shown of it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from explorer.browser import component
from explorer.browser import unit as figure
from explorer.widgets import ascents, cached, errors, inputs
from explorer.widgets.stopwatch import progress

if TYPE_CHECKING:
    from explorer.activity import Step
    from explorer.maximisation import Goal, Settings
    from explorer.patches import Record
    from explorer.subject import Subject

STARTS = {"noise": "Noise", "picture": "Picture"}
PRIORS = {"on": "On", "off": "Off", "own": "Own"}
SIGNS = {"most": "Most", "least": "Least"}
PARTS = {"map": "Whole map", "cell": "One cell"}
SIZES_PX = (96, 128, 160, 224)
PLACE = "unit_climb"
_MIXING = ("Conv2d", "Linear")


@st.fragment
def one(subject: Subject) -> None:
    """Choose a unit, climb, and compare; only this part of the page runs again."""
    goal_place, (side, stage) = st.container(), st.columns([1, 4], gap="medium")
    with side:
        settings, start = _settings(subject)
    with goal_place, errors.shown():
        goal = _goal(subject, settings.size_px)
        with stage, errors.shown():
            found = searched(subject, (goal.layer,), goal.sign)
            _climb(subject, goal, settings, start, {name: here[goal.layer] for name, here in found.items()})


def _goal(subject: Subject, size_px: int) -> Goal:
    """The unit: a layer, a channel or class, the whole map or one cell, and the direction."""
    from explorer.maximisation import ANSWER, Goal

    how = subject.how
    steps = {step.name: step for step in cached.steps(subject.network, how.input_px, how.channels)}
    layer_at, unit_at, part_at, sign_at = st.columns([5, 2, 2, 2], vertical_alignment="bottom")
    with layer_at:
        layer = _layer(subject, steps)
    with unit_at:
        unit = _class(subject) if layer == ANSWER else _channel(subject, steps[layer])
    with sign_at:
        sign = 1 if inputs.choice("unit", "sign", "Excite it", SIGNS) == "most" else -1
    cell = None
    with part_at:
        if layer == ANSWER:
            st.markdown(":small[A class is one number: it has no map.]")
        elif inputs.choice("unit", "part", "Of its map", PARTS) == "cell":
            cell = _cell(subject, layer, size_px)
    here = {step.name: step for step in cached.steps(subject.network, size_px, how.channels)}
    return Goal(layer, unit, cell, sign, here[layer].arrangement if layer != ANSWER else None)


def _layer(subject: Subject, steps: dict[str, Step]) -> str:
    """A layer; at first a convolution three quarters down, where no rectifier can be shut."""
    from explorer.maximisation import ANSWER

    names = list(steps)
    usual = walked(tuple(steps.values()))
    chosen = st.select_slider(
        f"Layer, from the picture to the answer ({len(names) + 1}); ← and → walk",
        [*names, ANSWER],
        value=usual[round(0.75 * (len(usual) - 1))],
        key=f"unit_layer_{subject.network}",
        bind="query-params",
    )
    return str(chosen)


def walked(steps: tuple[Step, ...]) -> list[str]:
    """The layers that tell most of the way down: the convolutions, without those that only carry a shortcut past
    others; where they are few, as in a transformer, the dense layers that mix the channels of each place.
    """
    found = [
        step.name
        for step in steps
        if step.kind == "Conv2d" and not {"shortcut", "downsample"} & set(step.name.split("."))
    ]
    mixing = [step.name for step in steps if step.kind == "Linear"]
    return found if len(found) > len(mixing) / 4 else [step.name for step in steps if step.kind in _MIXING]


def _channel(subject: Subject, step: Step) -> int:
    """A channel by its number; at first one that answers to this picture more than to others."""
    from explorer import patches

    others = {name: found[step.name] for name, found in searched(subject, (step.name,)).items()}
    own = cached.record(_linked(subject), (step.name,))[step.name]
    most = step.shape[0] - 1
    found = st.number_input(
        f"Channel, 0 to {most}",
        0,
        most,
        patches.favourites(own, others, 1)[0],
        key=f"unit_channel_{subject.network}_{step.name}",
        bind="query-params",
    )
    return int(found)


def _class(subject: Subject) -> int:
    """A class by its name; at first the one that the network sees in the picture."""
    from explorer.maximisation import ANSWER

    scores = cached.record(_linked(subject), (ANSWER,))[ANSWER].mean
    labels = [f"{i}: {subject.how.label(i)}" for i in range(len(scores))]
    chosen = st.selectbox(
        "Class",
        labels,
        index=int(scores.argmax()),
        key=f"unit_class_{subject.network}",
        bind="query-params",
    )
    return labels.index(chosen)


def _linked(subject: Subject) -> Subject:
    """The picture that a link opens: for an own picture, which no link holds, the cat; so the unit stays the same."""
    return replace(subject, data=b"", picture="chelsea") if subject.data else subject


def _cell(subject: Subject, layer: str, size_px: int) -> tuple[int, int]:
    """Row and column in the map that a picture of this size has; the middle at first."""
    found = {step.name: step for step in cached.steps(subject.network, size_px, subject.how.channels)}
    _, height, width = found[layer].shape
    row_at, column_at = st.columns(2)
    key = f"{subject.network}_{layer}_{size_px}"
    row = row_at.number_input("Row", 0, height - 1, height // 2, key=f"unit_row_{key}", bind="query-params")
    column = column_at.number_input(
        "Column", 0, width - 1, width // 2, key=f"unit_column_{key}", bind="query-params"
    )
    return int(row), int(column)


def _settings(subject: Subject) -> tuple[Settings, str]:
    """How to climb, and from where."""
    from explorer import maximisation

    start = inputs.choice("unit", "start", "Start from", STARTS)
    priors = inputs.choice("unit", "priors", "Priors: keep it near a picture", PRIORS)
    with st.popover("Steps, rate, size", width="stretch"):
        size_px = _size(subject)
        usual = maximisation.usual(subject.how, size_px)
        steps = st.slider("Steps", 16, 512, usual.steps, 16, key="unit_steps", bind="query-params")
        rate = st.slider(
            "Rate: length of a step", 0.01, 0.3, usual.rate, 0.01, key="unit_rate", bind="query-params"
        )
        seed = st.number_input("Seed", 0, 9999, 0, key="unit_seed", bind="query-params")
    chosen = replace(usual, steps=steps, rate=rate, seed=int(seed))
    if priors == "off":
        chosen = chosen.bare()
    if priors == "own":
        chosen = _own(chosen, subject.how.channels == 3)
    return chosen, start


def _size(subject: Subject) -> int:
    """The side of the picture; a network that takes one size only gets that."""
    from explorer.networks import NETWORKS

    own = subject.how.input_px
    if own < min(SIZES_PX) or NETWORKS[subject.network].sized_by:
        st.markdown(f":small[This network takes {own} × {own} px.]")
        return own
    return int(st.select_slider("Side of the picture, px", SIZES_PX, 128, key="unit_px", bind="query-params"))


def _own(usual: Settings, is_colour: bool) -> Settings:
    """Every prior by itself."""

    def slider(name: str, label: str, most: float, step: float, value: float) -> float:
        return float(st.slider(label, 0.0, most, value, step, key=f"unit_{name}", bind="query-params"))

    most_px = max(2, usual.size_px // 8)
    jitter = st.slider(
        "Jitter: shifted by up to, px",
        0,
        most_px,
        min(most_px, usual.jitter_px),
        key=f"unit_jitter_{usual.size_px}",
        bind="query-params",
    )
    return replace(
        usual,
        jitter_px=int(jitter),
        wobble=slider("wobble", "Turn and zoom, up to", 0.3, 0.02, usual.wobble),
        decay=slider("decay", "Decay a step", 0.1, 0.005, usual.decay),
        blur_px=slider("blur", "Blur every 4th step, σ px", 2.0, 0.1, usual.blur_px),
        spectrum=slider("spectrum", "Fourier: steps by 1/fᵖ, p", 2.0, 0.05, usual.spectrum),
        colours=is_colour
        and st.toggle("Colours as in nature", usual.colours, key="unit_colours", bind="query-params"),
        bounded=st.toggle(
            "Only 0 … 1, as pixels are", usual.bounded, key="unit_bounded", bind="query-params"
        ),
    )


@st.fragment
def _climb(subject: Subject, goal: Goal, settings: Settings, start: str, records: dict[str, Record]) -> None:
    """Answer what the browser asks for, a slice of steps or a new start, and show what there is: this part alone."""
    network = cached.network(subject.network, subject.weights)
    key = _key(subject, goal, settings, start)

    def make() -> ascents.Climb:
        return _new(subject, goal, settings, start)

    def data(_inline: bool, held: object) -> dict[str, object]:
        tick, run, todo, have = ascents.asked(held)  # type: ignore[arg-type]
        climb = ascents.current(PLACE, key, make)
        if run == key and tick is not None and tick != climb.ticked:
            if todo == "again":
                climb = ascents.again(PLACE, climb, make)
            climb.ticked = tick
            if todo == "go":
                climb.slice(network)
        return figure.data(subject, goal, start, climb, records=records, have=have)

    with errors.shown():
        component.ask("unit", data, {"ask": {}})
    if start == "picture" and not subject.is_file:  # the code of the view reads it
        st.download_button("Save the picture", subject.png(), "picture.png", "image/png", on_click="ignore")


def _key(subject: Subject, goal: Goal, settings: Settings, start: str) -> str:
    parts = [subject.network, subject.weights, goal, settings, start]
    if start == "picture":
        parts += [subject.picture, subject.alteration, hashlib.sha256(subject.data).hexdigest()]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def _new(subject: Subject, goal: Goal, settings: Settings, start: str) -> ascents.Climb:
    """A climb at its start, and what the unit answers to plain noise."""
    import torch

    from explorer import maximisation, patches
    from explorer.networks import preprocessing

    network = cached.network(subject.network, subject.weights)
    begun = preprocessing.batch(subject.shown, subject.how) if start == "picture" else None
    ascent = maximisation.Ascent(goal, subject.how, settings, begun)
    climb = ascents.Climb(_key(subject, goal, settings, start), ascent)
    climb.caption = figure.caption(goal, settings, start)
    climb.take(network)
    with torch.no_grad():
        batch = patches.noise(subject.how.channels, settings.size_px)
        climb.noise = maximisation.measured(network, batch, goal).item()
    return climb


def searched(subject: Subject, layers: tuple[str, ...], sign: int = 1) -> dict[str, dict[str, Record]]:
    """What the layers answer to each picture that comes with the app; drawings too for a network with one channel."""
    from explorer import patches
    from explorer.subject import Subject as Pair

    names = patches.PHOTOGRAPHS + (patches.DRAWN if subject.how.channels == 1 else ())
    found: dict[str, dict[str, Record]] = {}
    with progress("Searching", len(names)) as step:
        for name in names:
            step(patches.TITLES[name])
            found[name] = cached.record(Pair(subject.network, subject.weights, name), layers, sign)
    return found
