"""A race in figures: loss and accuracy as the lanes learn, then who is taken for whom and which layers moved.

Lanes differ by colour, by line and by mark, the same here as in the browser's race.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import plotly.graph_objects as go

MARGIN = {"t": 8, "b": 8, "l": 8, "r": 8}
MOST_NUMBERS, MOST_NAMES = 24, 40
_STYLES = (
    ("#c2540a", "#ff9d57", "solid", "circle"),
    ("#0067a5", "#6cbcff", "dash", "square"),
    ("#00795a", "#37d6a3", "longdash", "triangle-up"),
    ("#a33f86", "#f39bd3", "dot", "diamond"),
)  # after Okabe & Ito; lighter in the dark


@dataclass(frozen=True)
class Curve:
    """One lane so far, at every `steps[i]`; `tests` are pairs of a step and the accuracy on held-out pictures.

    Units: accuracies are shares between 0 and 1; `place` is the lane's number from 0, which gives its style.
    """

    place: int
    title: str
    steps: Sequence[int]
    losses: Sequence[float]
    train_accuracies: Sequence[float]
    tests: Sequence[tuple[int, float]]


def smoothed(values: Sequence[float], share: float) -> list[float]:
    """A running average: each value pulls it by `share`, the first ones by more, so that it does not lag."""
    found: list[float] = []
    for count, value in enumerate(values, start=1):
        pull = max(share, 1 / count)
        found.append(value if not found else found[-1] + pull * (value - found[-1]))
    return found


def _share(steps: int) -> float:
    """Short runs are smoothed less: the average must not lag behind all of them."""
    return min(0.6, max(0.05, 40 / max(steps, 1)))


def thinned(count: int, most: int = 300) -> list[int]:
    """Places of at most so many of `count` values, evenly, the last among them."""
    if count <= most:
        return list(range(count))
    return [(place + 1) * count // most - 1 for place in range(most)]


def colour(place: int, dark: bool) -> str:
    """The colour of a lane."""
    return _STYLES[place % len(_STYLES)][1 if dark else 0]


def loss(curves: Sequence[Curve], steps: int, *, dark: bool = False) -> go.Figure:
    """The loss of each batch, faint, and its running average."""
    figure = go.Figure()
    for curve in curves:
        kept = thinned(len(curve.steps))
        x = [curve.steps[i] for i in kept]
        average = smoothed(curve.losses, _share(steps))
        raw = {"color": colour(curve.place, dark), "width": 1}
        figure.add_scatter(
            x=x,
            y=[curve.losses[i] for i in kept],
            mode="lines",
            line=raw,
            opacity=0.3,
            hoverinfo="skip",
            showlegend=False,
        )
        _line(figure, curve, x, [average[i] for i in kept], dark=dark, told="loss %{y:.3f}")
    figure.update_yaxes(title="training loss", rangemode="tozero")
    return _framed(figure, steps)


def accuracy(curves: Sequence[Curve], steps: int, *, dark: bool = False) -> go.Figure:
    """Right on held-out pictures: lines with marks; right in the batches seen: faint running average. In percent."""
    figure = go.Figure()
    for curve in curves:
        kept = thinned(len(curve.steps))
        average = smoothed(curve.train_accuracies, _share(steps))
        figure.add_scatter(
            x=[curve.steps[i] for i in kept],
            y=[100 * average[i] for i in kept],
            mode="lines",
            line={"color": colour(curve.place, dark), "width": 1.5},
            opacity=0.4,
            showlegend=False,
            hovertemplate=f"{curve.title}, step %{{x}}: %{{y:.1f}} % of its batches<extra></extra>",
        )
        x, y = [step for step, _ in curve.tests], [100 * share for _, share in curve.tests]
        _line(figure, curve, x, y, dark=dark, told="%{y:.1f} % of the held-out", marks=True)
    figure.update_yaxes(title="right, %", range=[0, 103])
    return _framed(figure, steps)


def _line(
    figure: go.Figure,
    curve: Curve,
    x: Sequence[int],
    y: Sequence[float],
    *,
    dark: bool,
    told: str,
    marks: bool = False,
) -> None:
    _, _, dash, mark = _STYLES[curve.place % len(_STYLES)]
    figure.add_scatter(
        x=list(x),
        y=list(y),
        name=curve.title,
        mode="lines+markers" if marks else "lines",
        line={"color": colour(curve.place, dark), "width": 3, "dash": dash},
        marker={"symbol": mark, "size": 9},
        hovertemplate=f"{curve.title}, step %{{x}}: {told}<extra></extra>",
    )


def _framed(figure: go.Figure, steps: int) -> go.Figure:
    figure.update_xaxes(title="step", range=[0, max(steps, 1) * 1.02], tickfont={"size": 13})
    figure.update_yaxes(tickfont={"size": 13})
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 14}}
    figure.update_layout(height=330, margin=MARGIN, legend=legend, showlegend=True, uirevision="race")
    return figure


def confusion(classes: Sequence[str], matrix: Sequence[Sequence[int]], *, dark: bool = False) -> go.Figure:
    """Rows are what is shown, columns what it is taken for. Colour: the share of the row; numbers: pictures."""
    shares = [[100 * n / max(sum(row), 1) for n in row] for row in matrix]
    few = len(classes) <= MOST_NUMBERS
    ground, deep = ("#171a22", "#8f74f0") if dark else ("#fcfbf8", "#5b35c9")
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=list(range(len(classes))),
            y=list(range(len(classes))),
            text=[[str(n) if n else "" for n in row] for row in matrix],
            texttemplate="%{text}" if few else None,
            customdata=[
                [f"{n} of {sum(row)} {shown} taken for {told}" for n, told in zip(row, classes, strict=True)]
                for row, shown in zip(matrix, classes, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
            colorscale=[[0, ground], [1, deep]],
            zmin=0,
            zmax=100,
            showscale=False,
            xgap=1,
            ygap=1,
        )
    )
    named = len(classes) <= MOST_NAMES
    ticks = {"tickvals": list(range(len(classes))), "ticktext": list(classes), "showticklabels": named}
    figure.update_xaxes(title="taken for", constrain="domain", **ticks)
    figure.update_yaxes(title="shown", autorange="reversed", **ticks)
    figure.update_layout(height=max(380, min(620, 130 + 22 * len(classes))), margin=MARGIN)
    return figure


def per_class(
    classes: Sequence[str], shares: Sequence[float], *, place: int = 0, dark: bool = False
) -> go.Figure:
    """How much of each class is right, in percent, the least first. Classes without held-out pictures are left out."""
    told = sorted((share, name) for share, name in zip(shares, classes, strict=True) if not isnan(share))
    figure = go.Figure(
        go.Bar(
            x=[100 * share for share, _ in told],
            y=[name for _, name in told],
            orientation="h",
            text=[f"{share:.0%}" for share, _ in told],
            textposition="auto",
            marker_color=colour(place, dark),
            hovertemplate="%{y}: %{x:.1f} % right<extra></extra>",
        )
    )
    figure.update_xaxes(title="right, %", range=[0, 103])
    figure.update_yaxes(
        autorange="reversed", type="category", automargin=True, dtick=1 if len(told) <= MOST_NAMES else None
    )
    figure.update_layout(height=max(380, min(620, 130 + 22 * len(told))), margin=MARGIN, bargap=0.2)
    return figure


def changes(
    layers: Sequence[str],
    relative: Sequence[float],
    kinds: Sequence[str],
    *,
    place: int = 0,
    dark: bool = False,
) -> go.Figure:
    """How far each layer has moved, in percent of its length, the first layer above; what stood still says so."""
    figure = go.Figure()
    for kind, pattern in (("weight", ""), ("statistics", "/")):
        own = [i for i, told in enumerate(kinds) if told == kind]
        if not own:
            continue
        figure.add_bar(
            x=[100 * relative[i] for i in own],
            y=[layers[i] for i in own],
            name="weights" if kind == "weight" else "running mean and variance",
            orientation="h",
            text=["frozen" if relative[i] == 0 else f"{relative[i]:.1%}" for i in own],
            textposition="outside",
            cliponaxis=False,
            marker={"color": colour(place, dark), "pattern": {"shape": pattern}},
            hovertemplate="%{y}: moved by %{x:.2f} %<extra></extra>",
        )
    order = list(dict.fromkeys(layers))
    ends = max((100 * value for value in relative), default=0.0)
    figure.update_xaxes(title="change, % of the length before", range=[0, max(ends, 1.0) * 1.18])
    figure.update_yaxes(
        type="category",
        categoryorder="array",
        categoryarray=order,
        autorange="reversed",
        automargin=True,
        showticklabels=len(order) <= MOST_NAMES,
    )
    legend = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": 13}}
    height = max(380, min(900, 110 + 34 * len(order)))
    figure.update_layout(height=height, margin=MARGIN, legend=legend, barmode="group", showlegend=True)
    return figure
