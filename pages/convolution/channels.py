"""Channels: one filter over red, green and blue; many filters make a volume; 1x1 mixes channels."""

import streamlit as st

from explorer.browser import channels, component
from explorer.widgets import frame

st.title("Channels")
st.markdown(
    "A colour picture has three planes, so a filter has three slices: three products, one sum, one map."
)
component.show("channels", channels.data)
frame.source(
    "CS231n, Convolutional Networks: filters as deep as their input",
    "https://cs231n.github.io/convolutional-networks/",
)
frame.source("Lin, Chen, Yan 2013, Network In Network: 1×1 convolution", "https://arxiv.org/abs/1312.4400")
