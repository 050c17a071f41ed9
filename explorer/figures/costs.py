"""Cost tables as figures and rows: where the memory, the parameters and the operations are."""

from collections.abc import Sequence
from typing import Any, Protocol

import plotly.graph_objects as go
from plotly.subplots import make_subplots

KIB, K, M = 1024, 1e3, 1e6
COLOURS = ("#8455d4", "#d9772b", "#3f86c6")  # readable on light and dark alike


class CostRow(Protocol):
    """What a row of a cost table offers here."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def kernel(self) -> tuple[int, ...] | None: ...
    @property
    def stride(self) -> tuple[int, ...] | None: ...
    @property
    def padding(self) -> tuple[int, ...] | None: ...
    @property
    def groups(self) -> int | None: ...
    @property
    def input_shape(self) -> tuple[int, ...]: ...
    @property
    def output_shape(self) -> tuple[int, ...]: ...
    @property
    def weight_params(self) -> int: ...
    @property
    def bias_params(self) -> int: ...
    @property
    def macs(self) -> int: ...
    @property
    def output_bytes(self) -> int: ...
    @property
    def is_counted(self) -> bool: ...


def params_of(row: CostRow, *, with_bias: bool) -> int:
    """Parameters under one convention."""
    return row.weight_params + (row.bias_params if with_bias else 0)


def lecture_rows(rows: Sequence[CostRow], *, with_bias: bool, flops: bool) -> list[dict[str, Any]]:
    """Rows with the lectures' columns. Units: memory KiB, parameters thousands, operations millions."""
    unit = "FLOP (M)" if flops else "MAC (M)"
    is_grouped = any(row.groups and row.groups > 1 for row in rows)
    return [
        {
            "layer": row.name,
            "kind": row.kind,
            "in C": row.input_shape[0],
            "in H×W": _plane(row.input_shape),
            "filters": row.output_shape[0] if row.kind in ("conv", "linear") else None,
            "kernel": _pair(row.kernel),
            "stride": _pair(row.stride),
            "pad": _pair(row.padding),
            **({"groups": row.groups if row.groups and row.groups > 1 else None} if is_grouped else {}),
            "out C": row.output_shape[0],
            "out H×W": _plane(row.output_shape),
            "memory (KiB)": row.output_bytes / KIB,
            "params (k)": params_of(row, with_bias=with_bias) / K,
            unit: row.macs * (2 if flops else 1) / M if row.is_counted else None,
        }
        for row in rows
    ]


def _plane(shape: tuple[int, ...]) -> str:
    return "×".join(str(n) for n in shape[1:]) if len(shape) > 1 else ""


def _pair(window: tuple[int, ...] | None) -> str:
    if window is None:
        return ""
    return str(window[0]) if len(set(window)) == 1 else "×".join(str(n) for n in window)


def three_bars(rows: Sequence[CostRow], *, with_bias: bool, flops: bool) -> go.Figure:
    """Memory, parameters and operations of each layer, one above the other, layers from left to right."""
    names = [row.name for row in rows]
    titles = (
        "Memory of the outputs, KiB",
        "Parameters, thousands",
        f"Operations, million {'FLOPs' if flops else 'MACs'}",
    )
    series = (
        [row.output_bytes / KIB for row in rows],
        [params_of(row, with_bias=with_bias) / K for row in rows],
        [row.macs * (2 if flops else 1) / M for row in rows],
    )
    figure = make_subplots(rows=3, cols=1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.08)
    for i, values in enumerate(series, start=1):
        figure.add_bar(
            x=list(range(len(names))),
            y=values,
            customdata=names,
            marker_color=COLOURS[i - 1],
            hovertemplate="%{customdata}: %{y:,.4~g}<extra></extra>",
            row=i,
            col=1,
        )
    figure.update_xaxes(showticklabels=False)
    few = len(names) <= 30
    figure.update_xaxes(
        tickvals=list(range(len(names))), ticktext=names, showticklabels=few, tickangle=-40, row=3, col=1
    )
    figure.update_layout(
        showlegend=False, height=560, margin={"t": 40, "b": 10, "l": 10, "r": 10}, bargap=0.15
    )
    return figure


def side_by_side(names: Sequence[str], totals: Sequence[Sequence[float]], titles: Sequence[str]) -> go.Figure:
    """Totals of a few networks, one panel a measure; each bar carries its number and its ratio to the first."""
    figure = make_subplots(rows=1, cols=len(titles), subplot_titles=list(titles))
    for i, values in enumerate(totals, start=1):
        labels = [_label(v, values[0], k) for k, v in enumerate(values)]
        figure.add_bar(
            x=list(names),
            y=list(values),
            text=labels,
            textposition="outside",
            cliponaxis=False,
            marker_color=COLOURS[i - 1],
            row=1,
            col=i,
        )
        figure.update_yaxes(range=[0, max(values) * 1.22], row=1, col=i)
    figure.update_layout(showlegend=False, height=380, margin={"t": 40, "b": 10, "l": 10, "r": 10})
    return figure


def _label(value: float, first: float, place: int) -> str:
    ratio = f" ({value / first:.1f}×)" if place and first else ""
    return f"{value:,.4g}{ratio}"
