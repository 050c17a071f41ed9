"""Starts the app as app.py does, with every network's weights at the address in WEIGHTS_URL, waited for a second."""

import os
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from explorer import boot, weights
from explorer.browser import library, served

torchvisions = weights.offered
weights.offered = lambda *names: replace(torchvisions(*names), url=os.environ["WEIGHTS_URL"])
weights.download = partial(weights.download, patience_s=1.0)

boot.start()
library.start()
app = st.App(Path(__file__).resolve().parents[3] / "explorer" / "script.py", routes=served.routes())
