"""What the lectures' slides say beside what is counted here, and how other tools count the same network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from explorer.widgets import cached, inputs

if TYPE_CHECKING:
    from explorer.slides import Finding

EVERY = "every table and statement"


def slides() -> None:
    """Every figure of the slides beside the counted one; the wrong ones first, each with its reason."""
    found = cached.slide_findings()
    wrong = [finding for finding in found if not finding.agrees]
    places = [EVERY, *dict.fromkeys(finding.where for finding in found)]
    place = st.selectbox("Slide", places, key="parameters_slide", bind="query-params")
    st.markdown(
        f"{len(found)} figures checked: **{len(found) - len(wrong)} come out as the slides have them**, "
        f"under their convention (weights only, one FLOP a multiply-add, memory as float32 in KiB); "
        f"**{len(wrong)} do not**."
    )
    shown = [finding for finding in found if place in (EVERY, finding.where)]
    differing = [finding for finding in shown if not finding.agrees]
    if differing:
        st.markdown("##### Where the slide is wrong")
        st.table(pd.DataFrame([_wrong_row(finding) for finding in differing]).set_index("figure"))
    st.markdown("##### All figures")
    st.dataframe(
        pd.DataFrame([_row(finding) for finding in shown]), hide_index=True, key="parameters_findings"
    )


def _row(finding: Finding) -> dict[str, object]:
    return {
        "where": finding.where,
        "figure": finding.figure,
        "unit": finding.unit,
        "slide": finding.slide,
        "counted": finding.computed,
        "agrees": finding.agrees,
    }


def _wrong_row(finding: Finding) -> dict[str, object]:
    unit = f" {finding.unit}" if finding.unit else ""
    return {
        "figure": f"{finding.where}: {finding.figure}",
        "the slide says": f"{finding.slide:,.10g}{unit}",
        "right is": f"{finding.right:,.10g}{unit}",
        "because": finding.reason,
    }


def other_tools() -> None:
    """One network as other tools count it: the same layers, other rules."""
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        name = inputs.network("parameters", "resnet50", field="tool")
    with right:
        shape = inputs.input_shape("parameters", name, field="toolpx")
    ours = cached.cost_table(name, shape)
    rows = [
        {
            "tool": f"{other.tool} {other.version}",
            "reports": f"{other.macs:,}",
            "against ours": f"{other.macs / ours.macs:.3f}×" if ours.macs else "–",
            "its rule": other.rule,
        }
        for other in cached.other_counts(name, shape)
    ]
    here = {"tool": "here", "reports": f"{ours.macs:,}", "against ours": "1.000×"}
    here["its rule"] = "multiply-adds of convolution, linear layers and attention; nothing else"
    st.table(pd.DataFrame([here, *rows]).set_index("tool"))
    st.markdown(
        "All of them call this number *MACs* or *FLOPs*; a FLOP count in the strict sense is twice the MACs. "
        "The rules are applied to our rows; a benchmark in the repository runs the tools themselves beside them."
    )
