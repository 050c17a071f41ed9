"""Which will do best: from scratch, the last layer alone, or the whole network? All of them train at once, here."""

import streamlit as st

from explorer.widgets import frame, training

words, choice = st.columns([5, 2], vertical_alignment="bottom")
words.title("Fine-tuning")
words.markdown(
    "From scratch, the last layer alone, or the whole network: which will do best? **Predict, then race.**"
)
with choice:
    where = training.place()
if where == "browser":
    training.browser()
else:
    training.lane()
frame.source(
    "Yosinski, Clune, Bengio, Lipson 2014, How transferable are features in deep neural networks?",
    "https://arxiv.org/abs/1411.1792",
)
