"""A network put together row by row: what comes out, what it stores and computes, and how far it sees."""

import streamlit as st

from explorer.browser import build, component
from explorer.widgets import frame

st.title("Build your own")
st.markdown("Stack layers, change any number: every row says at once what comes out and what it costs.")
component.show("build", build.data, build.answer)
frame.source(
    "receptive fields after Araujo, Norris, Sim 2019, Computing Receptive Fields of Convolutional Neural Networks",
    "https://distill.pub/2019/computing-receptive-fields/",
)
