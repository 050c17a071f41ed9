"""Starts `script.py` the way app.py starts the app."""

import streamlit as st

from explorer import boot

boot.start()
app = st.App("script.py")
