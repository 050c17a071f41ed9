"""Whether a map is to be believed: small maps for comparing, and curves of deletion and insertion."""

import base64
import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image
from plotly.subplots import make_subplots

from explorer.figures.predictions import COLOURS
from explorer.figures.sheets import levels, palette

SHARE_IN_SCALE = 99
THUMB_PX = 112
GREY = "#8a8794"
DASHES = ("solid", "dash")


def thumbnail(plane: npt.NDArray[np.float32], dark: bool) -> str:
    """A signed map as a small picture, at its own scale: full colour for 1 % of its places. A data: address."""
    every = -(-max(plane.shape) // THUMB_PX)
    small = _strongest(plane, every)
    limit = np.percentile(np.abs(plane), SHARE_IN_SCALE).astype(np.float32)
    tones = levels(small[None], limit[None])[0]
    times = max(1, THUMB_PX // max(tones.shape))  # few places stay squares
    picture = Image.fromarray(tones.repeat(times, 0).repeat(times, 1)).convert("P")
    picture.putpalette(palette(dark))
    held = io.BytesIO()
    picture.save(held, "PNG", compress_level=6)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode()


def _strongest(plane: npt.NDArray[np.float32], every: int) -> npt.NDArray[np.float32]:
    """Of each block of every x every places the value of the largest magnitude, with its sign."""
    height, width = (length // every * every for length in plane.shape)
    blocks = plane[:height, :width].reshape(height // every, every, width // every, every)
    high, low = blocks.max((1, 3)), blocks.min((1, 3))
    strongest: npt.NDArray[np.float32] = np.where(high >= -low, high, low)
    return strongest


def removal(
    share: Sequence[float], lines: Sequence[tuple[str, Sequence[float], Sequence[float]]]
) -> go.Figure:
    """Deletion and insertion beside one another. `lines`: (name, deletion, insertion); random orders come dotted."""
    figure = make_subplots(
        1,
        2,
        shared_yaxes=True,
        horizontal_spacing=0.05,
        subplot_titles=("<b>Deletion</b><br>low is good", "<b>Insertion</b><br>high is good"),
    )
    percent = [100 * part for part in share]
    randoms = [name for name, *_ in lines if name.startswith("random")]
    for place, (name, *both) in enumerate(lines):
        look = _look(place, randoms.index(name) if name in randoms else None, len(randoms))
        for column, values in enumerate(both, start=1):
            figure.add_scatter(
                x=percent,
                y=list(values),
                name=name,
                legendgroup=name,
                showlegend=column == 1,
                row=1,
                col=column,
                **look,
            )
    figure.update_xaxes(title="pixels taken away, %", row=1, col=1)
    figure.update_xaxes(title="pixels given back, %", row=1, col=2)
    figure.update_yaxes(title="probability of the class", rangemode="tozero", row=1, col=1)
    figure.update_layout(
        height=360,
        margin={"l": 8, "r": 8, "t": 52, "b": 8},
        legend={"orientation": "h", "y": -0.32, "font": {"size": 14}},
    )
    return figure


def _look(place: int, random: int | None, randoms: int) -> dict[str, object]:
    """How a curve is drawn: a random order dotted, in the colour of its class where there are several."""
    if random is not None:
        colour = GREY if randoms == 1 else COLOURS[random % 2]
        return {"mode": "lines", "line": {"color": colour, "width": 2.5, "dash": "dot"}}
    return {
        "mode": "lines+markers",
        "line": {"color": COLOURS[place % 2], "width": 3, "dash": DASHES[place % 2]},
        "marker": {"size": 7, "symbol": ("circle", "square")[place % 2]},
    }
