"""What can be learnt here, as a path of cards; and what runs where."""

import streamlit as st

from explorer.browser import component, home
from explorer.widgets import frame, machine

st.title("See inside convolutional networks")
st.markdown("Everything computes while you touch it, on these pictures or on your own.")
asked = component.show("home", home.data)
machine.server_panel()
frame.open_page(asked)
