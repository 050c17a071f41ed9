"""The constants of the home page: its cards and one small picture for their previews."""

from collections.abc import Mapping
from typing import Any

from explorer.contents import SECTIONS
from explorer.widgets.pictures import built_in


def data(inline: bool) -> Mapping[str, Any]:
    """Sections with their cards, and the thumbnail that the previews compute on."""
    sections = [
        {"name": name, "cards": [{"path": e.url_path, "title": e.title, "about": e.about} for e in entries]}
        for name, entries in SECTIONS.items()
    ]
    first = built_in(inline=inline)[0]
    return {"sections": sections, "thumb": first["thumb"]}
