"""What a component needs to know of the built-in pictures."""

import base64
import io
from functools import cache
from pathlib import Path
from typing import TypedDict

from PIL import Image

from explorer.browser import served
from explorer.pictures import BUILT_IN


class Picture(TypedDict):
    """One built-in picture as a component gets it."""

    name: str
    title: str
    url: str
    thumb: str
    credit: str
    alt: str
    file: str


def built_in(*, inline: bool) -> list[Picture]:
    """All built-in pictures; with `inline` as data: addresses (where the app's routes cannot be reached)."""
    return [
        Picture(
            name=picture.name,
            title=picture.title,
            url=served.picture_url(picture.file, inline=inline),
            thumb=_thumbnail(picture.file),
            credit=f"{picture.title}: {picture.credit} ({picture.licence})",
            alt=picture.alt,
            file=picture.file.name,
        )
        for picture in BUILT_IN.values()
    ]


@cache
def _thumbnail(file: Path) -> str:
    """The picture at 96 x 80 px as a data: address of about 2 kB, so that a strip of all costs no request."""
    with Image.open(file) as picture:
        small = picture.convert("RGB")
    side = min(small.width / 96, small.height / 80)
    small = small.resize((round(small.width / side), round(small.height / side)), Image.Resampling.LANCZOS)
    left, top = (small.width - 96) // 2, (small.height - 80) // 2
    held = io.BytesIO()
    small.crop((left, top, left + 96, top + 80)).save(held, "WEBP", quality=80)
    return "data:image/webp;base64," + base64.b64encode(held.getvalue()).decode()
