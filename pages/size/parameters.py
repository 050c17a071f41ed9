"""How many numbers a network stores, how many operations it takes, and how much memory its maps need."""

import streamlit as st

from explorer.widgets import frame, inputs, parameters, slides

st.title("Parameters and operations")
st.markdown("Memory is early, parameters are late, operations are in the convolutions. Is that so? Count.")
section = inputs.choice(
    "parameters",
    "part",
    "Show",
    {
        "layers": "Layer by layer",
        "pair": "Side by side",
        "slides": "What the slides say",
        "tools": "Other tools",
    },
)
if section == "layers":
    parameters.layers(parameters.convention())
if section == "pair":
    parameters.compared(parameters.convention())
if section == "slides":
    slides.slides()
if section == "tools":
    slides.other_tools()
frame.source(
    "the counting rule is torchvision's (multiply-adds of convolution, linear layers and attention)",
    "https://docs.pytorch.org/vision/stable/models.html",
)
