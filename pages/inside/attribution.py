"""Which pixels spoke for an answer, by eight methods; and whether such a map is to be believed."""

import streamlit as st

from explorer.widgets import attribution, frame, subject

st.title("Attribution")
st.markdown("Why this class? Ask two methods, or ask about two classes, and compare. Then check the maps.")
attribution.explain(subject.pick("attribution"))
frame.source(
    "Adebayo et al. 2018, Sanity checks for saliency maps",
    "https://arxiv.org/abs/1810.03292",
)
frame.source(
    "Sundararajan, Taly, Yan 2017, Axiomatic attribution for deep networks",
    "https://arxiv.org/abs/1703.01365",
)
frame.source("Petsiuk, Das, Saenko 2018, RISE: deletion and insertion", "https://arxiv.org/abs/1806.07421")
