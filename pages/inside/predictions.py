"""What a network answers to a picture, what it was really shown, and how steady the answer is."""

import streamlit as st

from explorer.widgets import frame, predictions, subject

st.title("Predictions")
st.markdown(
    "A network never sees your picture: it sees what the preprocessing leaves of it. Switch each stage off."
)
chosen = subject.pick("predictions")
predictions.seen(chosen)
predictions.probes(chosen)
predictions.question()
frame.source(
    "Geirhos et al. 2019, ImageNet-trained CNNs are biased towards texture",
    "https://arxiv.org/abs/1811.12231",
)
frame.source(
    "Zhang 2019, Making convolutional networks shift-invariant again", "https://arxiv.org/abs/1904.11486"
)
