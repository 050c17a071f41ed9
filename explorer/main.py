"""The page list becomes the menu; the frame goes around every page."""

from pathlib import Path
from typing import Any

import streamlit as st

from explorer.contents import HOME, SECTIONS, Entry
from explorer.widgets import errors, frame

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Draw the frame and the page that the address names."""
    st.set_page_config(page_title=frame.TITLE, page_icon=frame.ICON, layout="wide")
    home = st.Page(_file(HOME), title=HOME.title, icon=HOME.icon, default=True)
    sections = {name: [_page(entry) for entry in entries] for name, entries in SECTIONS.items()}
    page = st.navigation({"": [home], **sections}, position="top")
    frame.draw(page.title)
    with errors.shown():
        page.run()


def _file(entry: Entry) -> Path:
    return ROOT / "pages" / entry.file


def _page(entry: Entry) -> Any:
    return st.Page(_file(entry), url_path=entry.url_path, title=entry.title, icon=entry.icon)
