"""What each layer of a network makes of the picture: all its maps at once."""

import streamlit as st

from explorer.widgets import frame, maps, subject

st.title("Feature maps")
st.markdown(
    "Every channel of a layer is a picture of where its pattern was found. Walk from the first to the last."
)
maps.layers(subject.pick("maps"))
frame.source(
    "Zeiler, Fergus 2013, Visualizing and understanding convolutional networks",
    "https://arxiv.org/abs/1311.2901",
)
