"""Starts the app: `streamlit run app.py` finds `app` here, a plain-script host runs the last two lines."""

import streamlit as st

from explorer import boot
from explorer.browser import library, served

boot.start()
library.start()
app = st.App("explorer/script.py", routes=served.routes())

if __name__ == "__main__":
    from explorer.main import main

    main()
