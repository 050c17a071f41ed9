"""The other sections of the page "Compare": the challenge, kinds, growth, and which network to take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer import boot
from explorer.figures import compare as figures
from explorer.figures.compare import Dot
from explorer.widgets import cached, charts, compare, frame

if TYPE_CHECKING:
    from explorer.comparison import Entry

SIDES_PX = (112, 160, 224, 320, 448)
SCALED = ("resnet50", "vit_b_16", "swin_t")


def winners() -> None:
    """The challenge by year: error, depth, the trained person, and where each figure comes from."""
    from explorer import challenge

    people, first = challenge.TRAINED_PERSON, challenge.first_below_people()
    charts.show(figures.winners(challenge.RESULTS, people.top5_error_percent), key="compare_winners")
    st.markdown(
        f"{first.method} ({first.year}) is the first winner below the {people.top5_error_percent} % of the person who "
        f"trained for it: {people.note} ({people.source}). Hatched: not the winner of that year. The slide "
        "“What about ILSVRC 2016? No more ImageNet classification” came too early: the challenge ran until 2017."
    )
    rows = [
        {"year": result.year, "team": result.team, "method": result.method,
         "top-5 error, %": f"{result.top5_error_percent:g}", "layers": str(result.layers or "several networks"),
         "place": "first" if result.won else "second", "note": result.note,
         "source": f"[{result.source}]({result.url})"}
        for result in challenge.RESULTS
    ]  # fmt: skip
    st.table(pd.DataFrame(rows).set_index("year"))
    frame.source(f"human level: {people.source}", people.url)


def kinds() -> None:
    """Convolution against attention: accuracy for the same cost, and how the cost grows with the picture."""
    boxes = st.columns(2)
    with boxes[0]:
        entries = compare.recipes("kind_weights")
    with boxes[1]:
        by = compare.choice("kind_cost", "Against", [compare.MACS, compare.PARAMS])
    shown = compare.costs(by, entries)
    title = "top-1 accuracy on ImageNet-1K, %"
    charts.show(figures.kinds(_groups(entries, shown), shown.title, title), key="compare_kinds")
    st.markdown(
        "Trained on ImageNet-1K alone, neither kind wins everywhere; the large vision transformers lead once they "
        "have seen billions of other pictures (choose *all*: the recipes called SWAG)."
    )
    st.subheader("How the cost grows with the picture")
    lines = [
        (name, SIDES_PX, [cached.totals(name, (3, side, side))[1] / 1e9 for side in SIDES_PX])
        for name in SCALED
    ]
    charts.show(figures.against_side(lines), key="compare_sides")
    sentences = [
        f"{name}: {gmacs[-1] / gmacs[2]:.2f} times the operations for four times the pixels (448 px against 224 px)"
        for name, _, gmacs in lines
    ]
    st.markdown("; ".join(sentences) + ". Attention among all patches grows with the square of their number.")
    _slide_on_vit()


def _slide_on_vit() -> None:
    table = cached.cost_table("vit_b_16", (3, 224, 224))
    share = sum(row.macs for row in table.rows if "conv" in row.kind) / table.macs
    st.markdown(
        "The slide calls ViT “a recent CNN architecture”. Its one convolution cuts the picture into patches "
        f"({share:.2%} of the operations of vit_b_16); everything after it is attention and dense layers."
    )


def _groups(
    entries: Sequence[Entry], shown: compare.Costs
) -> list[tuple[str, Sequence[Dot], tuple[int, ...]]]:
    from explorer import comparison

    found: list[tuple[str, Sequence[Dot], tuple[int, ...]]] = []
    for kind in ("convolution", "attention", "both"):
        dots = [
            Dot(kind, entry.label, shown.values[entry], entry.top1_percent)
            for entry in entries
            if entry.kind == kind
        ]
        if dots:
            found.append((kind, dots, comparison.front([(dot.x, dot.y) for dot in dots])))
    return found


def growth() -> None:
    """Accuracy, parameters and operations by the year of the paper."""
    entries = compare.recipes("growth_weights")
    panels = [
        ("top-1, %", [Dot(e.family, e.label, e.year, e.top1_percent) for e in entries], False),
        ("Parameters, million", [Dot(e.family, e.label, e.year, e.params / 1e6) for e in entries], True),
        ("GMACs", [Dot(e.family, e.label, e.year, e.gmacs) for e in entries], True),
    ]
    charts.show(figures.growth(panels), key="compare_growth")
    smallest = min(entries, key=lambda entry: entry.params)
    size = f"{smallest.params / 1e6:.2f} M"
    st.markdown(
        "The line joins the records. Accuracy and size grew together at first; then a second path begins, towards the "
        f"small: {smallest.label}, of {smallest.year}, has the fewest parameters here, {size}. "
        "The year is that of the paper; many weights were trained later, with better recipes."
    )
    frame.source("torchvision's table of weights", "https://docs.pytorch.org/vision/stable/models.html")


def which() -> None:
    """A filter: what fits into a budget, and the lecture's advice beside what the filter finds."""
    entries = compare.recipes("which_weights")
    boxes = st.columns(4)
    params = boxes[0].number_input(
        "Parameters, million, at most", 0.5, 700.0, 30.0, key="compare_params", bind="query-params"
    )
    gmacs = boxes[1].number_input(
        "GMACs at most", 0.01, 1100.0, 5.0, key="compare_gmacs", bind="query-params"
    )
    memory = boxes[2].number_input(
        "Memory of outputs, MiB, at most (0: any)", 0, 10000, 0, key="compare_memory", bind="query-params"
    )
    top1 = boxes[3].number_input(
        "Top-1 at least, %", 0.0, 90.0, 75.0, key="compare_top1", bind="query-params"
    )
    boot.ready()
    from explorer import comparison

    known = compare.memory_mib(entries) if memory else None
    budget = comparison.Budget(params * 1e6, gmacs, memory or None, top1)
    found = comparison.fitting(entries, budget, known)
    if not found:
        st.warning(
            "No network of this collection fits: allow more parameters or operations, or ask for less accuracy."
        )
    else:
        _answers(found)
    _lecture(entries)


def _answers(found: Sequence[Entry]) -> None:
    from explorer.widgets import stopwatch

    times = stopwatch.times()
    measured = [entry for entry in found if (entry.network, entry.input_px) in times]
    shown = [
        ("Most accurate", found[0], ""),
        ("Fewest operations", min(found, key=lambda e: e.gmacs), ""),
        ("Fewest parameters", min(found, key=lambda e: e.params), ""),
    ]
    if measured:
        fast = min(measured, key=lambda entry: times[entry.network, entry.input_px].ratio)
        ms = times[fast.network, fast.input_px].median_ms
        shown.append(("Fastest of those measured here", fast, f"{ms:.1f} ms; "))
    for box, (label, entry, figure) in zip(st.columns(len(shown)), shown, strict=True):
        box.markdown(f"{label}  \n**{entry.label}**")
        cost = f"{entry.params / 1e6:.1f} M parameters, {entry.gmacs:.3g} GMACs"
        box.markdown(frame.small(f"{figure}top-1 {entry.top1_percent:.2f} %, {cost}"))
    rows = pd.DataFrame(
        {"network": e.label, "family": e.family, "top-1, %": e.top1_percent, "GMACs": e.gmacs,
         "parameters, million": e.params / 1e6, "picture, px": e.input_px, "weights file, MiB": e.file_mib}
        for e in found
    )  # fmt: skip
    with st.expander(f"All {len(found)} that fit, the most accurate first"):
        st.dataframe(rows, hide_index=True, key="compare_fitting")


def _lecture(entries: Sequence[Entry]) -> None:
    """The slide's advice, and what this collection has that is more accurate for no more."""
    from explorer import comparison

    st.subheader("The lecture's advice, beside what the filter finds")
    st.markdown(f"> **Which architecture should I use?** {comparison.DO_NOT_BE_A_HERO}")
    for advice in comparison.ADVICE:
        st.markdown(f"> {advice.quote}.")
        rows = []
        for entry in (entry for entry in entries if advice.means(entry)):
            better = comparison.better_for_less(entry, entries)
            rows.append(
                {"network": entry.label, "top-1, %": f"{entry.top1_percent:.2f}", "GMACs": f"{entry.gmacs:.3g}",
                 "parameters, million": f"{entry.params / 1e6:.1f}",
                 "more accurate with no more of either": f"{better[0].label} ({better[0].top1_percent:.2f} %)" if better
                 else "none here: a sound choice", "how many": str(len(better))}
            )  # fmt: skip
        st.table(pd.DataFrame(rows).set_index("network"))


def lecture_resnets() -> None:
    """The lecture's table of ResNets beside torchvision's figures and the engine's."""
    from explorer import comparison

    first = {entry.network: entry for entry in cached.trained_entries("first")}
    best = {entry.network: entry for entry in cached.trained_entries("best")}
    slide = {finding.where: finding for finding in cached.slide_findings() if finding.figure == "operations"}
    rows = []
    for name, error in comparison.SLIDE_TOP5_ERROR.items():
        operations = slide[name.replace("resnet", "ResNet-")]
        rows.append(
            {"network": name, "GFLOP on the slide": f"{operations.slide:g}",
             "GMACs counted": f"{operations.computed:.3f}",
             "why": operations.reason, "top-5 error on the slide, %": f"{error:.2f}",
             "torchvision, same recipe (V1), %": f"{100 - first[name].top5_percent:.2f}",
             "best recipe, %": f"{100 - best[name].top5_percent:.2f} ({best[name].weights[-2:]})"}
        )  # fmt: skip
    st.table(pd.DataFrame(rows).set_index("network"))
    st.markdown(
        "The slide writes GFLOP for multiply-adds. Its errors are those of torchvision's first weights, one crop of "
        "224 px; the last digits moved when they were measured again. With the later recipe the same networks, not a "
        "layer changed, err less."
    )
