"""The sections of the page "Compare": the chart with its pins."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from explorer.figures import compare as figures
from explorer.widgets import cached, charts, frame, question, stopwatch
from explorer.widgets.frame import PAGES
from explorer.widgets.network import link

if TYPE_CHECKING:
    from explorer.comparison import Entry

RECIPES = {"best, ImageNet alone": "best", "first (V1)": "first", "all": "all"}
MACS, PARAMS, FILE, MEMORY, LATENCY = "MACs", "parameters", "file", "memory", "time"
TITLES: Mapping[str, str] = {
    MACS: "GMACs for one picture",
    PARAMS: "Parameters, million",
    FILE: "Weights file, MiB",
    MEMORY: "Memory of all outputs, MiB (float32, one picture)",
    LATENCY: "Time of one picture on this server, times that of resnet18",
}
PUBLISHED: Mapping[str, Callable[[Entry], float]] = {
    MACS: lambda entry: entry.gmacs,
    PARAMS: lambda entry: entry.params / 1e6,
    FILE: lambda entry: entry.file_mib,
}
MIB = 2**20
PINS = {"first": "resnet50", "second": "mobilenet_v2"}


def choice(field: str, label: str, options: Sequence[str]) -> str:
    """One of a few; what is read also stands in the link."""
    chosen = st.segmented_control(
        label, options, default=options[0], required=True, key=f"compare_{field}", bind="query-params"
    )
    return str(chosen)


def recipes(field: str = "weights") -> tuple[Entry, ...]:
    """The trained networks under the chosen recipes."""
    return cached.trained_entries(RECIPES[choice(field, "Weights", list(RECIPES))])


def memory_mib(entries: Sequence[Entry]) -> dict[tuple[str, int], float]:
    """Count the outputs of each network at its own picture size; slow the first time, so its progress is shown."""
    wanted = sorted({(entry.network, entry.input_px) for entry in entries})
    with stopwatch.progress("Counting the outputs of", len(wanted)) as step:
        found = {}
        for name, side in wanted:
            step(name)
            found[name, side] = cached.totals(name, (3, side, side))[2] / MIB
    return found


@dataclass(frozen=True)
class Costs:
    """What each entry costs under one measure; entries that were not measured are left out."""

    title: str
    values: Mapping[Entry, float]


def costs(measure: str, entries: Sequence[Entry]) -> Costs:
    """The horizontal axis of the chart."""
    if measure == MEMORY:
        memory = memory_mib(entries)
        return Costs(TITLES[measure], {entry: memory[entry.network, entry.input_px] for entry in entries})
    if measure == LATENCY:
        times = stopwatch.times()
        known = [entry for entry in entries if (entry.network, entry.input_px) in times]
        return Costs(TITLES[measure], {entry: times[entry.network, entry.input_px].ratio for entry in known})
    return Costs(TITLES[measure], {entry: PUBLISHED[measure](entry) for entry in entries})


def chart() -> None:
    """Accuracy against one cost, the front drawn, and two networks pinned."""
    boxes = st.columns([5, 4, 2], gap="small")
    with boxes[0]:
        measure = choice("cost", "Accuracy against", list(TITLES))
    with boxes[1]:
        entries = recipes()
    with boxes[2]:
        merit = choice("merit", "Accuracy", ["top-1", "top-5"])
    if measure == LATENCY:
        stopwatch.panel(entries)
    shown = costs(measure, entries)
    if not shown.values:
        st.info("Nothing has been measured yet: press Measure. Only what was measured here is drawn.")
        return
    names = list(dict.fromkeys(entry.network for entry in cached.trained_entries("all")))
    pins = [st.session_state.get(f"compare_{field}", default) for field, default in PINS.items()]
    points, best = _points(shown, merit, pins)
    families = tuple(dict.fromkeys(entry.family for entry in cached.trained_entries("all")))
    title = f"{merit} accuracy on ImageNet-1K, %"
    figure = figures.bubbles(points, best, shown.title, title, families)
    charts.show(figure, key="compare_chart", on_select=_pin, selection_mode="points")
    note = (
        "Area: parameters. Dotted: the Pareto front, the networks that none beats at the same cost or less. "
        "Accuracy, parameters, MACs and file sizes are torchvision's published metadata, read offline; the counting "
        "engine gives the same parameters and MACs. Memory is counted here, time is measured here."
    )
    st.markdown(frame.small(note))
    pinned(names, entries, shown)
    table(points, best, shown.title, merit)


def _points(shown: Costs, merit: str, pins: Sequence[str]) -> tuple[list[figures.Bubble], tuple[int, ...]]:
    from explorer import comparison

    points = []
    for entry, value in shown.values.items():
        accuracy = entry.top1_percent if merit == "top-1" else entry.top5_percent
        pin = "".join("AB"[i] for i, name in enumerate(pins) if name == entry.network)
        key = (entry.network, entry.weights)
        points.append(
            figures.Bubble(key, entry.label, entry.family, value, accuracy, entry.params, _lines(entry), pin)
        )
    return points, comparison.front([(point.cost, point.merit) for point in points])


def _lines(entry: Entry) -> tuple[str, ...]:
    data = "first trained on other pictures too" if entry.more_data else "ImageNet-1K alone"
    return (
        f"{entry.family}, {entry.year}",
        f"top-1 {entry.top1_percent:.2f} %, top-5 {entry.top5_percent:.2f} %",
        f"{entry.params / 1e6:.1f} M parameters, {entry.gmacs:.3g} GMACs at {entry.input_px} px",
        f"file {entry.file_mib:.0f} MiB; {data}",
    )


def _pin() -> None:
    """A click pins a network: it becomes the second, the one that was second the first."""
    points = st.session_state.compare_chart.selection.points
    name = points[-1]["customdata"][0] if points and points[-1].get("customdata") else None
    if name and name != st.session_state.get("compare_second", PINS["second"]):
        st.session_state.compare_first = st.session_state.get("compare_second", PINS["second"])
        st.session_state.compare_second = name


def pinned(names: Sequence[str], entries: Sequence[Entry], shown: Costs) -> None:
    """Two networks, their facts side by side, and the way to their stages."""
    st.subheader("Two networks")
    boxes = st.columns([2, 2, 2], vertical_alignment="bottom")
    picked = [
        box.selectbox(
            f"{letter} (or click a point)",
            names,
            index=names.index(PINS[field]),
            key=f"compare_{field}",
            bind="query-params",
        )
        for box, letter, field in zip(boxes, "AB", PINS, strict=False)
    ]
    with boxes[2]:
        st.page_link(
            PAGES / "networks" / "network.py",
            label="Stage by stage, layer by layer",
            icon=":material/schema:",
            query_params=dict(link(*picked)),
        )
    chosen = [next((entry for entry in entries if entry.network == name), None) for name in picked]
    if None in chosen:
        st.info("One of the two has no weights of this kind; choose other weights above.")
        return
    st.table(pd.DataFrame(_side_by_side([entry for entry in chosen if entry], shown)).set_index("fact"))


def _side_by_side(pair: Sequence[Entry], shown: Costs) -> list[dict[str, str]]:
    memory = memory_mib(pair)
    times = stopwatch.times()
    facts: list[tuple[str, list[Any], str]] = [
        ("top-1, %", [entry.top1_percent for entry in pair], ".2f"),
        ("top-5, %", [entry.top5_percent for entry in pair], ".2f"),
        ("parameters, million", [entry.params / 1e6 for entry in pair], ".2f"),
        ("GMACs", [entry.gmacs for entry in pair], ".3f"),
        ("memory of outputs, MiB", [memory[entry.network, entry.input_px] for entry in pair], ".1f"),
        ("weights file, MiB", [entry.file_mib for entry in pair], ".1f"),
    ]
    known = [times.get((entry.network, entry.input_px)) for entry in pair]
    if all(known):
        facts.append(("time on this server, ms", [found.median_ms for found in known if found], ".1f"))
        facts.append(("the same, times resnet18", [found.ratio for found in known if found], ".2f"))
    labels = [f"A: {pair[0].label}", f"B: {pair[1].label}"]
    rows = [
        {"fact": name, labels[0]: f"{one:{form}}", labels[1]: f"{two:{form}}", "B − A": f"{two - one:+{form}}",
         "B / A": f"{two / one:.2f}"}
        for name, (one, two), form in facts
    ]  # fmt: skip
    words = [(entry.family, str(entry.year), f"{entry.input_px} px", entry.paper) for entry in pair]
    for name, one, two in zip(("family", "year", "picture", "paper"), *words, strict=True):
        rows.append({"fact": name, labels[0]: one, labels[1]: two, "B − A": "", "B / A": ""})
    return rows


def table(points: Sequence[figures.Bubble], best: Sequence[int], title: str, merit: str) -> None:
    """The same numbers as a table, and as CSV."""
    on_front = {points[i].key for i in best}
    rows = pd.DataFrame(
        {
            "network": point.label,
            "family": point.family,
            title: point.cost,
            f"{merit}, %": point.merit,
            "parameters": point.params,
            "on the front": point.key in on_front,
        }
        for point in sorted(points, key=lambda point: point.cost)
    )
    with st.expander("The chart as a table"):
        st.dataframe(rows, hide_index=True, key="compare_table")
        st.download_button(
            "Save as CSV", rows.to_csv(index=False), "networks.csv", "text/csv", key="compare_csv"
        )


def predict() -> None:
    """How little does it take to beat VGG-16? The answer is looked up among the first recipes."""
    entries = cached.trained_entries("first")
    vgg = next(entry for entry in entries if entry.network == "vgg16")
    better = min((e for e in entries if e.top1_percent > vgg.top1_percent), key=lambda e: e.gmacs)
    times = vgg.gmacs / better.gmacs
    why = (
        f"{better.label} ({better.year}) reaches {better.top1_percent:.2f} % with {better.gmacs:.3g} GMACs, "
        f"{times:.0f} times fewer; VGG-16 ({vgg.year}) has {vgg.top1_percent:.2f} % with {vgg.gmacs:.3g}."
    )
    bounds = (
        (1, 5, "1 to 5 times fewer"),
        (5, 20, "5 to 20 times fewer"),
        (20, 1e9, "more than 20 times fewer"),
    )
    question.ask(
        "compare",
        "How many operations does it take at least to be more accurate than VGG-16?",
        tuple(question.Choice(label, why, low <= times < high) for low, high, label in bounds),
    )


def take_home() -> None:
    """A program that prints the front from torchvision's own metadata."""
    from explorer import comparison

    with st.expander("PyTorch code for this page"):
        st.code(comparison.program(), language="python")
