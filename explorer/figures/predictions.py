"""What a network answers, as figures: class bars, and the winning logit while the picture is moved."""

import io
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go
from PIL import Image, ImageDraw, ImageFont

HEIGHT_PX = 250
COLOURS = ("#7a5be0", "#d9702a", "#3f8fd6")  # told apart on light and dark, and by colour-blind readers


def bars(labels: Sequence[str], shares: Sequence[float], logits: Sequence[float]) -> go.Figure:
    """Probabilities as bars, the likeliest above; the logit beside each. Units: shares between 0 and 1."""
    percent = [100 * share for share in shares]
    figure = go.Figure(
        go.Bar(
            x=percent,
            y=[f"{place}. {label}" for place, label in enumerate(labels, start=1)],
            orientation="h",
            text=[f"{p:.1f} %  (logit {logit:.2f})" for p, logit in zip(percent, logits, strict=True)],
            textposition="auto",
            textfont={"size": 14},
            marker_color=COLOURS[0],
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    figure.update_xaxes(title="probability, %", range=[0, 100], tickfont={"size": 13})
    figure.update_yaxes(autorange="reversed", tickfont={"size": 14}, automargin=True)
    figure.update_layout(
        height=HEIGHT_PX, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False, bargap=0.25
    )
    return figure


def curves(
    amounts: Sequence[float], lines: Sequence[tuple[str, Sequence[float]]], axis: str, rest: float
) -> go.Figure:
    """Logits against the amount of a movement; the first line is the winner of the picture at rest."""
    figure = go.Figure()
    for place, (label, values) in enumerate(lines):
        figure.add_scatter(
            x=list(amounts),
            y=list(values),
            name=label,
            mode="lines+markers",
            line={
                "color": COLOURS[place % len(COLOURS)],
                "width": 3 if place == 0 else 1.5,
                "dash": "solid" if place == 0 else "dot",
            },
            marker={"size": 6 if place == 0 else 4},
        )
    figure.add_vline(rest, line_width=1, line_dash="dash", annotation_text="as it is")
    figure.update_xaxes(title=axis)
    figure.update_yaxes(title="logit")
    figure.update_layout(
        height=340, margin={"l": 8, "r": 8, "t": 24, "b": 8}, legend={"orientation": "h", "y": 1.15}
    )
    return figure


SIDE_PX, GAP_PX, ROW_PX = 260, 24, 44
INK, PAPER, PALE = "#1b1c24", "#fcfbf8", "#e4dfd3"


def card(
    headline: str,
    stages: Sequence[tuple[str, npt.NDArray[np.uint8]]],
    answers: Sequence[tuple[str, float, float]],
) -> bytes:
    """The stages and the likeliest classes as one PNG. `answers`: (label, probability, logit)."""
    width = GAP_PX + len(stages) * (SIDE_PX + GAP_PX)
    top = 84 + SIDE_PX + 2 * GAP_PX
    whole = Image.new("RGB", (width, top + len(answers) * ROW_PX + GAP_PX), PAPER)
    pen = ImageDraw.Draw(whole)
    font = ImageFont.load_default(size=22)
    pen.text((GAP_PX, GAP_PX), headline, INK, font=ImageFont.load_default(size=28))
    for place, (title, pixels) in enumerate(stages):
        left = GAP_PX + place * (SIDE_PX + GAP_PX)
        picture = Image.fromarray(pixels).convert("RGB")
        picture.thumbnail((SIDE_PX, SIDE_PX))
        if picture.width < SIDE_PX // 2:
            picture = picture.resize(
                (SIDE_PX, SIDE_PX * picture.height // picture.width), Image.Resampling.NEAREST
            )
        whole.paste(picture, (left, 112))
        pen.text((left, 78), title, INK, font=font)
    for place, (label, share, logit) in enumerate(answers):
        y = top + place * ROW_PX
        pen.rectangle((GAP_PX, y, width - GAP_PX, y + ROW_PX - 8), PALE)
        pen.rectangle((GAP_PX, y, GAP_PX + share * (width - 2 * GAP_PX), y + ROW_PX - 8), "#b7a1ff")
        pen.text((GAP_PX + 10, y + 5), f"{label}: {share:.1%}, logit {logit:.2f}", INK, font=font)
    held = io.BytesIO()
    whole.save(held, "PNG")
    return held.getvalue()
