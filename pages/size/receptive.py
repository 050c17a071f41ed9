"""How much of the picture one unit sees, and how much of that it listens to."""

import streamlit as st

from explorer.browser import component
from explorer.browser import receptive as shown
from explorer.widgets import cached, frame, receptive

st.title("Receptive field")
st.markdown("How much of the picture one unit sees, layer by layer, and to how much of that it listens.")
name, shape = receptive.network()
layers = cached.receptive_layers(name, shape)
known = receptive.progress(receptive.asked(name, shape, layers))
component.show("receptive", shown.data(name, shape, layers, known))
frame.source(
    "Araujo, Norris, Sim 2019, *Computing Receptive Fields of Convolutional Neural Networks*, Distill",
    "https://distill.pub/2019/computing-receptive-fields/",
)
frame.source(
    "Luo, Li, Urtasun, Zemel 2016, *Understanding the Effective Receptive Field in Deep Convolutional Neural Networks*",
    "https://arxiv.org/abs/1701.04128",
)
frame.source(
    "Simonyan, Zisserman 2015, *Very Deep Convolutional Networks*, section 2.3: three 3×3 instead of one 7×7",
    "https://arxiv.org/abs/1409.1556",
)
receptive.go_on(known)
