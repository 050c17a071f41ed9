"""Plotly figures on a page: one look for all, legible on a projector in light and in dark."""

from typing import Any

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displaylogo": False}
TEXT = {"light": "#4a4c57", "dark": "#d9d6e3"}  # at least 7:1 on the theme's background


def show(figure: go.Figure, key: str, **options: Any) -> Any:
    """`st.plotly_chart` with the axes' texts dark enough; `options` go to it, what it returns comes back."""
    colour = TEXT["dark" if st.context.theme.type == "dark" else "light"]
    axis = {"tickfont_color": colour, "title_font_color": colour}
    figure.update_xaxes(**axis).update_yaxes(**axis).update_layout(legend_font_color=colour)
    figure.for_each_annotation(lambda note: note.update(font_color=note.font.color or colour))
    figure.for_each_trace(lambda bars: bars.update(outsidetextfont_color=colour), {"type": "bar"})
    return st.plotly_chart(figure, key=key, config=CONFIG, **options)
