"""Networks compared: bubbles with their front, the challenge's winners, growth over the years, kinds of networks.

Families differ by colour and by shape, so that neither is needed alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log10, sqrt
from typing import Protocol

import plotly.graph_objects as go
from plotly.subplots import make_subplots

SHAPES = (
    *(
        "circle",
        "square",
        "diamond",
        "cross",
        "x",
        "triangle-up",
        "triangle-down",
        "pentagon",
        "hexagon",
        "star",
    ),
    *(
        "hexagram",
        "star-square",
        "star-diamond",
        "diamond-tall",
        "diamond-wide",
        "hourglass",
        "bowtie",
        "octagon",
    ),
    *("triangle-left", "triangle-right", "star-triangle-up", "hexagon2", "triangle-ne", "triangle-sw"),
)
SMALLEST_PX, LARGEST_PX = 8, 40
PEOPLE = "#c98a00"  # readable on light and dark alike
MARGIN = {"t": 20, "b": 10, "l": 10, "r": 10}


@dataclass(frozen=True, slots=True)
class Bubble:
    """One network in the chart. ``key`` comes back when it is clicked; ``lines`` are read on hover."""

    key: tuple[str, str]
    label: str
    family: str
    cost: float
    merit: float
    params: int
    lines: tuple[str, ...]
    pin: str = ""


class Winner(Protocol):
    """What a result of the challenge offers here."""

    @property
    def year(self) -> int: ...
    @property
    def method(self) -> str: ...
    @property
    def team(self) -> str: ...
    @property
    def top5_error_percent(self) -> float: ...
    @property
    def layers(self) -> int | None: ...
    @property
    def won(self) -> bool: ...
    @property
    def note(self) -> str: ...


def diameter_px(params: int, most: int) -> float:
    """A bubble's area grows with the parameters; the smallest can still be hit with a pointer."""
    return max(SMALLEST_PX, LARGEST_PX * sqrt(params / most))


def bubbles(
    points: Sequence[Bubble], best: Sequence[int], cost_title: str, merit_title: str, families: Sequence[str]
) -> go.Figure:
    """Merit against cost (logarithmic); the line joins the points that no other beats, by their numbers in ``best``.

    ``families`` are all there are, in order: each keeps its colour and its shape whatever is shown.
    """
    figure = go.Figure()
    most = max((point.params for point in points), default=1)
    figure.add_scatter(
        x=[points[i].cost for i in best],
        y=[points[i].merit for i in best],
        mode="lines",
        line={"width": 2, "dash": "dot", "shape": "hv", "color": "#888"},
        name="Pareto front",
        hoverinfo="skip",
    )
    for number, family in enumerate(families):
        own = [point for point in points if point.family == family]
        _family(figure, family, own, SHAPES[number % len(SHAPES)], most)
    for point in points:
        if point.pin:
            _mark(figure, point)
    figure.update_xaxes(type="log", title=cost_title, dtick="D2" if _decades(points) < 1.5 else 1)
    figure.update_yaxes(title=merit_title)
    below = {
        "orientation": "h",
        "yanchor": "top",
        "y": -0.16,
        "x": 0,
        "itemsizing": "constant",
        "font": {"size": 13},
    }
    figure.update_layout(height=560, margin=MARGIN, legend=below, hoverlabel={"align": "left"})
    return figure


def _family(figure: go.Figure, name: str, own: Sequence[Bubble], shape: str, most: int) -> None:
    """The bubbles of one family, in one shape."""
    figure.add_scatter(
        x=[point.cost for point in own],
        y=[point.merit for point in own],
        mode="markers",
        name=name,
        showlegend=bool(own),
        marker={
            "symbol": shape,
            "size": [diameter_px(point.params, most) for point in own],
            "opacity": 0.8,
            "line": {"width": 1, "color": "rgba(40,40,60,0.7)"},
        },
        customdata=[[*point.key, point.label, "<br>".join(point.lines)] for point in own],
        hovertemplate="<b>%{customdata[2]}</b><br>%{customdata[3]}<extra></extra>",
        selected={"marker": {"opacity": 0.95}},
        unselected={"marker": {"opacity": 0.65}},
    )


def _mark(figure: go.Figure, point: Bubble) -> None:
    figure.add_annotation(
        x=log10(point.cost),
        y=point.merit,
        text=f"<b>{point.pin}</b> {point.label}",
        showarrow=True,
        arrowhead=2,
        ax=0,
        ay=-34,
        font={"size": 13, "color": "#1b1c24"},
        bgcolor="#ffd400",
        borderpad=3,
    )


def _decades(points: Sequence[Bubble]) -> float:
    costs = [point.cost for point in points]
    return log10(max(costs) / min(costs)) if costs else 0.0


def winners(results: Sequence[Winner], people_percent: float) -> go.Figure:
    """Top-5 error and depth by year; winners filled, second places hatched, the trained person as a line."""
    figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.62, 0.38], vertical_spacing=0.1)
    names = [f"{result.year}<br>{result.method.split(',')[0].split(' and ')[0]}" for result in results]
    names = [
        name if result.layers else f"{result.year}<br>ensemble"
        for name, result in zip(names, results, strict=True)
    ]
    pattern = {"shape": ["" if result.won else "/" for result in results]}
    notes = [[result.team, result.method, result.note] for result in results]
    hover = "<b>%{customdata[0]}</b>: %{customdata[1]}<br>%{y}<br>%{customdata[2]}<extra></extra>"
    errors = [result.top5_error_percent for result in results]
    depths = [result.layers for result in results]
    common = {"x": names, "customdata": notes, "hovertemplate": hover, "marker": {"pattern": pattern}}
    figure.add_bar(y=errors, row=1, col=1, **common)
    figure.add_bar(y=depths, row=2, col=1, **common)
    # above the line, not on it
    heights = [error if error > people_percent else people_percent + 0.6 for error in errors]
    _labels(figure, names, heights, [f"{error} %" for error in errors], 1)
    _labels(figure, names, [depth or 0 for depth in depths], [str(depth or "several") for depth in depths], 2)
    figure.add_hline(y=people_percent, line_dash="dash", line_width=2.5, line_color=PEOPLE, row=1, col=1)
    person = f"a trained person: {people_percent} %"
    place = {
        "x": names[-2],
        "y": people_percent,
        "yshift": 40,
        "showarrow": False,
        "font": {"size": 15, "color": PEOPLE},
    }
    figure.add_annotation(text=person, row=1, col=1, **place)
    figure.update_yaxes(title="Top-5 error, %", range=[0, 32], row=1, col=1)
    figure.update_yaxes(title="Layers", range=[0, 185], row=2, col=1)
    figure.update_xaxes(tickfont={"size": 13})
    figure.update_layout(height=560, margin=MARGIN, showlegend=False)
    return figure


def _labels(
    figure: go.Figure, names: Sequence[str], heights: Sequence[float], texts: Sequence[str], row: int
) -> None:
    """Numbers above the bars."""
    text = {"text": list(texts), "textposition": "top center", "textfont": {"size": 14}}
    figure.add_scatter(x=list(names), y=list(heights), mode="text", hoverinfo="skip", row=row, col=1, **text)


@dataclass(frozen=True, slots=True)
class Dot:
    """One network by its year, or by its cost, with what is read on hover."""

    group: str
    label: str
    x: float
    y: float


def growth(panels: Sequence[tuple[str, Sequence[Dot], bool]]) -> go.Figure:
    """One panel a measure over the years: (title, dots, whether its axis is logarithmic). A line joins the records."""
    figure = make_subplots(rows=1, cols=len(panels), subplot_titles=[title for title, _, _ in panels])
    for column, (_, dots, logarithmic) in enumerate(panels, start=1):
        figure.add_scatter(
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            mode="markers",
            marker={"size": 9, "opacity": 0.7},
            customdata=[dot.label for dot in dots],
            hovertemplate="%{customdata}, %{x}: %{y:.4~g}<extra></extra>",
            row=1,
            col=column,
        )
        record = _record(dots)
        figure.add_scatter(
            x=[dot.x for dot in record],
            y=[dot.y for dot in record],
            mode="lines+markers",
            line={"shape": "hv", "width": 2},
            marker={"size": 11, "symbol": "diamond"},
            customdata=[dot.label for dot in record],
            hovertemplate="most so far: %{customdata}, %{x}: %{y:.4~g}<extra></extra>",
            row=1,
            col=column,
        )
        figure.update_xaxes(title="Year of the paper", dtick=2, row=1, col=column)
        if logarithmic:
            figure.update_yaxes(type="log", dtick=1, row=1, col=column)
    figure.update_layout(height=430, margin=MARGIN, showlegend=False)
    return figure


def _record(dots: Sequence[Dot]) -> list[Dot]:
    """The dots above all before them, in the order of years."""
    found: list[Dot] = []
    for dot in sorted(dots, key=lambda dot: (dot.x, -dot.y)):
        if not found or dot.y > found[-1].y:
            found.append(dot)
    return found


def kinds(
    groups: Sequence[tuple[str, Sequence[Dot], Sequence[int]]], x_title: str, y_title: str
) -> go.Figure:
    """Kinds of networks against one another: (name, dots, the numbers of those on its own front)."""
    figure = go.Figure()
    for number, (name, dots, best) in enumerate(groups):
        symbol = ("circle", "diamond", "star")[number % 3]
        figure.add_scatter(
            x=[dot.x for dot in dots],
            y=[dot.y for dot in dots],
            mode="markers",
            name=name,
            legendgroup=name,
            marker={"symbol": symbol, "size": 11, "opacity": 0.85},
            customdata=[dot.label for dot in dots],
            hovertemplate="%{customdata}<br>%{x:.4~g}, %{y:.2f} %<extra></extra>",
        )
        figure.add_scatter(
            x=[dots[i].x for i in best],
            y=[dots[i].y for i in best],
            mode="lines",
            name=f"front of {name}",
            legendgroup=name,
            line={"dash": ("solid", "dash", "dot")[number % 3], "shape": "hv", "color": "#8a8a94"},
            hoverinfo="skip",
        )
    figure.update_xaxes(type="log", title=x_title, dtick=1)
    figure.update_yaxes(title=y_title)
    figure.update_layout(height=460, margin=MARGIN, legend={"font": {"size": 13}})
    return figure


def against_side(lines: Sequence[tuple[str, Sequence[int], Sequence[float]]]) -> go.Figure:
    """Operations against the side of the picture: (name, sides, GMACs)."""
    figure = go.Figure()
    for number, (name, sides, gmacs) in enumerate(lines):
        figure.add_scatter(
            x=list(sides),
            y=list(gmacs),
            mode="lines+markers",
            name=name,
            marker={"symbol": SHAPES[number], "size": 10},
            hovertemplate="%{x} px: %{y:.4~g} GMACs<extra>" + name + "</extra>",
        )
    figure.update_xaxes(
        type="log", title="Side of the picture, px", tickvals=list(lines[0][1]) if lines else None
    )
    figure.update_yaxes(type="log", title="GMACs", dtick=1)
    figure.update_layout(height=420, margin=MARGIN)
    return figure
