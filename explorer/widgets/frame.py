"""The frame of every page: the word mark, the title, sources and the foot."""

from base64 import b64encode
from pathlib import Path

import streamlit as st

from explorer.contents import entries

ROOT = Path(__file__).resolve().parent.parent.parent
PAGES = ROOT / "pages"
MARK = (ROOT / "assets" / "mark.svg").read_text("utf-8")
WORDMARK = (ROOT / "assets" / "wordmark.svg").read_text("utf-8")
TITLE = "Kernelscope, the CNN explorer"
ICON = "data:image/svg+xml;base64," + b64encode(MARK.encode()).decode()


STYLE = """<style>
.stMainBlockContainer { padding-top: 4.5rem; padding-bottom: 3rem; max-width: 1500px; }
.stMainBlockContainer h1 { padding: .25rem 0 0; }
@media (max-width: 640px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
</style>"""


def draw(title: str) -> None:
    """The word mark above, the browser's title, and the page's own spacing."""
    ink = "#eceaf2" if st.context.theme.type == "dark" else "#221a3d"
    words = WORDMARK.replace("INK", ink)
    st.logo(words, size="large", icon_image=words)
    st.html(STYLE)
    st.set_page_config(page_title=TITLE if title == "Home" else f"{title} · {TITLE}")


def source(label: str, url: str) -> None:
    """Where a figure or a formula of this page comes from."""
    st.markdown(small(f"Source: [{label}]({url})"))


def small(text: str) -> str:
    """A note in Markdown: smaller, and as dark as the rest (`st.caption` fades below what can be read)."""
    return f":small[{text}]"


def open_page(url_path: str | None) -> None:
    """Go to the page of this address, where a card asked for it; anything that is no page is passed over."""
    for entry in entries():
        if entry.url_path == url_path:
            st.switch_page(PAGES / entry.file)
