"""One trivial fragment in a process that has imported everything the app ever imports.

With `?thaw=1` the garbage collector gets back what explorer.boot froze: the control of the measurement.
"""

import gc
import importlib
import pkgutil

import streamlit as st

import explorer
from explorer import boot

boot.ready()
for module in pkgutil.walk_packages(explorer.__path__, "explorer."):
    if module.name not in ("explorer.main", "explorer.script"):
        importlib.import_module(module.name)
if "thaw" in st.query_params:
    gc.unfreeze()


@st.fragment
def counter() -> None:
    st.button("Count", on_click=lambda: st.session_state.update(count=st.session_state.get("count", 0) + 1))
    st.markdown(f"count {st.session_state.get('count', 0)}")


counter()
