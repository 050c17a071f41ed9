"""The arithmetic of a moving window: how large the output gets, and which cells are read how often."""

import streamlit as st

from explorer.browser import component, padding
from explorer.widgets import frame

st.title("Padding, stride, dilation")
st.markdown(
    "A window moves over a grid. How far it jumps, what lies around the grid and how wide it spreads decide the output."
)
component.show("padding", padding.data)
frame.source(
    "Dumoulin and Visin 2016, *A guide to convolution arithmetic for deep learning*",
    "https://arxiv.org/abs/1603.07285",
)
frame.source(
    "CS231n, *Convolutional Networks*: spatial arrangement, 7×7 with 3×3, 32 → 28 → 24",
    "https://cs231n.github.io/convolutional-networks/",
)
