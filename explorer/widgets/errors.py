"""One place where an error becomes a sentence: no page is ever blank, none shows a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

UNEXPECTED = (
    "Something unexpected happened here. The rest of the app goes on; reloading the page brings this back."
)


@contextmanager
def shown() -> Iterator[None]:
    """A ValueError of a concept is said in its own words; the unexpected is logged and said plainly."""
    try:
        yield
    except ValueError as error:
        text = str(error)
        st.error(text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else "."))
    except Exception:
        logging.getLogger(__name__).exception("a page failed")
        st.error(UNEXPECTED)
