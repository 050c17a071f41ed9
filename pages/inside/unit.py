"""What excites one unit of a network most: a picture made for it, and pieces of real pictures."""

import streamlit as st

from explorer.widgets import depth, frame, subject, unit

st.title("One unit")
st.markdown(
    "Ask one unit what it wants to see: start from noise, and change the picture until the unit is as excited "
    "as it can be."
)
chosen = subject.pick("unit")
unit.one(chosen)
depth.walk(chosen)
frame.source(
    "Olah, Mordvintsev, Schubert 2017, Feature Visualization",
    "https://distill.pub/2017/feature-visualization/",
)
frame.source(
    "Yosinski et al. 2015, Understanding neural networks through deep visualization",
    "https://arxiv.org/abs/1506.06579",
)
