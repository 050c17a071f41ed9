"""What the filters of a network look like, and what the network says when one of them is changed."""

import streamlit as st

from explorer.widgets import filters, frame, subject

st.title("Filters")
st.markdown("Nobody drew these: they were learnt. Click one, break it, and watch the answer.")
filters.layer(subject.pick("filters"))
frame.source(
    "Krizhevsky, Sutskever, Hinton 2012, figure 3: the first filters of AlexNet",
    "https://proceedings.neurips.cc/paper/2012/hash/c399862d3b9d6b76c8436e924a68c45b-Abstract.html",
)
