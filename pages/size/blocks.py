"""What networks are built of: each block as a drawing, with its cost and a plain alternative beside it."""

import streamlit as st

from explorer.browser import blocks, component
from explorer.widgets import frame

st.title("Building blocks")
st.markdown(
    "Boxes are as wide as their channels and as high as their maps. Change a size: what does it cost?"
)
component.show("blocks", blocks.data)
frame.source(
    "parameters and multiply-adds are counted as torchvision counts them; each block names its paper",
    "https://docs.pytorch.org/vision/stable/models.html",
)
