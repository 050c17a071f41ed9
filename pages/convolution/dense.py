"""From dense to convolution: fewer weights by locality and sharing, and what that means when things move."""

import streamlit as st

from explorer.browser import component, dense
from explorer.widgets import frame

st.title("From dense to convolution")
st.markdown(
    "Look only nearby, then use the same weights everywhere: a fully connected layer becomes a convolution."
)
component.show("dense", dense.data)
frame.source(
    "Goodfellow, Bengio, Courville 2016, Deep Learning, section 9.2: sparse interactions, shared weights",
    "https://www.deeplearningbook.org/contents/convnets.html",
)
frame.source(
    "Zhang 2019, Making Convolutional Networks Shift-Invariant Again: stride and shifts",
    "https://arxiv.org/abs/1904.11486",
)
