"""One kernel sliding over one picture: what a convolution computes."""

import streamlit as st

from explorer.browser import component, kernels
from explorer.widgets import frame

st.title("Kernels")
st.markdown("A kernel slides over a picture. At each place: multiply, add up, write one number.")
component.show("kernels", kernels.data)
frame.source(
    "kernels as listed in *Kernel (image processing)*, Wikipedia, and in the entries' papers",
    "https://en.wikipedia.org/wiki/Kernel_(image_processing)",
)
