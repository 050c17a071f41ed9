"""What stands between two convolutions: a non-linearity for every value, and pooling."""

import streamlit as st

from explorer.browser import activation, component
from explorer.widgets import frame

st.title("Non-linearity and pooling")
st.markdown("After the kernel: bend every value, then keep one number for each window.")
component.show("activation", activation.data)
frame.source(
    "Goodfellow, Bengio, Courville 2016, *Deep Learning*, chapters 6.3 and 9.3",
    "https://www.deeplearningbook.org/contents/convnets.html",
)
frame.source(
    "Zhang 2019, *Making convolutional networks shift-invariant again*", "https://arxiv.org/abs/1904.11486"
)
