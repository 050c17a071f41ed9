"""A kernel seen as a signal: which frequencies it lets through, its factors, and two kernels that are one."""

import streamlit as st

from explorer.browser import component, signal
from explorer.widgets import frame

st.title("Kernel as a signal")
st.markdown(
    "Which waves a kernel lets through, when it falls apart into a column and a row, and how two kernels make one."
)
component.show("signal", signal.data)
frame.source(
    "Smith, *The Scientist and Engineer's Guide to Digital Signal Processing*, chapter 24: linear image processing",
    "https://www.dspguide.com/ch24.htm",
)
frame.source(
    "Treitel and Shanks 1971, *The design of multistage separable planar filters*",
    "https://doi.org/10.1109/TGE.1971.271457",
)
frame.source(
    "Simonyan and Zisserman 2015, *Very deep convolutional networks*, section 2.3: two 3x3 layers see 5x5",
    "https://arxiv.org/abs/1409.1556",
)
