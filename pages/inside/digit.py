"""LeNet-5 while you draw: every number of every layer, and how it came about."""

import streamlit as st

from explorer.browser import component, digit
from explorer.widgets import frame

st.title("Draw a digit")
st.markdown("LeNet-5 answers while the pen moves. Point at any number to see how it came about.")
component.show("digit", digit.data)
frame.source(
    "LeCun, Bottou, Bengio, Haffner 1998, Gradient-Based Learning Applied to Document Recognition, figure 2",
    "http://yann.lecun.com/exdb/publis/pdf/lecun-01a.pdf",
)
frame.source(
    "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna 2016, Rethinking the Inception Architecture, section 7: label smoothing",
    "https://arxiv.org/abs/1512.00567",
)
