"""Choosing what is looked at: a network, its weights (fetched when asked for), and a picture."""

from __future__ import annotations

import base64
import binascii
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from explorer import boot
from explorer.browser import pad
from explorer.widgets import errors, fetching

if TYPE_CHECKING:
    from explorer.subject import Subject

FIRST = (
    "small_resnet",
    "small_vgg",
    "small_depthwise",
    "lenet5",
    "squeezenet1_1",
    "resnet18",
    "alexnet",
    "vgg11",
    "mobilenet_v2",
)
OWN = {"Upload …": "upload", "Camera …": "camera", "Draw …": "draw"}
START = {"mnist": "digit3", "fashion_mnist": "shirt", "": "chelsea"}


def pick(page: str, *, default: str = "small_resnet") -> Subject:
    """The pickers in one row, what they need below it, and the choice. All but an own picture stands in the link."""
    boot.ready()
    from explorer.networks import EMBEDDED
    from explorer.subject import Subject

    columns = st.columns([3, 2, 3, 2], vertical_alignment="bottom")
    with columns[0]:
        name = _network(page, default)
    with columns[1]:
        asked = _weights(page, name)
    with columns[2]:
        picture = _picture(page, EMBEDDED[name].dataset if name in EMBEDDED else "")
    with columns[3]:
        alteration = _alteration(page)
    weights = _here(page, name, asked)
    data, picture = _own(page, picture)
    return Subject(name, weights, picture, data, alteration)


def offered() -> list[str]:
    """The networks that can be looked into: our own and those with weights, the usual ones first."""
    from explorer.networks import NETWORKS

    others = [
        name
        for name, facts in NETWORKS.items()
        if facts.make is None and facts.scope == "network" and name not in FIRST
    ]
    return [*FIRST, *others]


def _network(page: str, default: str) -> str:
    names = offered()
    chosen: str = st.selectbox(
        "Network", names, index=names.index(default), key=f"{page}_net", bind="query-params"
    )
    return chosen


def _weights(page: str, name: str) -> str | None:
    from explorer.networks import EMBEDDED, best

    usual = best(name) or ""
    about = EMBEDDED[name].title if name in EMBEDDED else f"ImageNet, torchvision's {usual}"
    chosen = st.segmented_control(
        "Weights",
        ["Trained", "Untrained"],
        default="Trained",
        required=True,
        key=f"{page}_weights",
        bind="query-params",
        help=f"Trained on {about}; or random numbers, for comparison.",
    )
    return usual if chosen == "Trained" else None


def _picture(page: str, dataset: str) -> str:
    from explorer.drawings import DRAWINGS
    from explorer.pictures import BUILT_IN

    names = {picture.title: name for name, picture in BUILT_IN.items()}
    names |= {drawing.title: name for name, drawing in DRAWINGS.items()} | OWN
    chosen: str = st.selectbox(
        "Picture",
        list(names),
        index=list(names.values()).index(START[dataset]),
        key=f"{page}_picture" + (f"_{dataset}" if dataset else ""),
        bind="query-params",
    )
    return names[chosen]


def _alteration(page: str) -> str:
    from explorer.drawings import ALTERATIONS

    names = {alteration.title: name for name, alteration in ALTERATIONS.items()}
    return names[st.selectbox("Changed to", list(names), key=f"{page}_changed", bind="query-params")]


def _here(page: str, name: str, asked: str | None) -> str | None:
    """The weights asked for where they are here; else the way to fetch them, and the untrained network."""
    if asked is None or asked == "embedded":
        return asked
    from explorer import weights

    offer = weights.offered(name, asked)
    if offer.here:
        return asked
    text = (
        f"The trained weights of **{name}** are not on this server: **{offer.size_bytes / 1e6:,.1f} MB** from "
        "download.pytorch.org, kept for the next time. Until they are here, this page shows the network *untrained*."
    )
    fetching.offer(f"{page}_{name}", text, offer.size_bytes, partial(weights.download, offer))
    return None


def _own(page: str, picture: str) -> tuple[bytes, str]:
    """The file of an own picture and the name of what is shown; the cat until there is one."""
    if picture not in OWN.values():
        return b"", picture
    data = b""
    if picture == "upload":
        held = st.file_uploader(
            "A picture of your own: it stays on this server's memory only", key=f"{page}_upload"
        )
        data = held.getvalue() if held else b""
    if picture == "camera":
        taken = st.camera_input("A picture from the camera", key=f"{page}_camera")
        data = taken.getvalue() if taken else b""
    if picture == "draw":
        data = _decoded(pad.drawn())
    opened = b""
    if data:
        with errors.shown():
            opened = _opened(data)
    return (opened, picture) if opened else (b"", "chelsea")


def _opened(data: bytes) -> bytes:
    """The picture as a small PNG, so that caches keep no large files. Raises: ValueError for what is no picture."""
    import io

    from explorer.pictures import open_picture

    picture = open_picture(data)
    if min(picture.size) < 3:
        raise ValueError(
            f"a picture needs at least 3 x 3 pixels, this one has {picture.width} x {picture.height}"
        )
    held = io.BytesIO()
    picture.save(held, "PNG", compress_level=1)
    return held.getvalue()


def _decoded(address: str) -> bytes:
    head, _, body = address.partition(",")
    if head != "data:image/png;base64":
        return b""
    try:
        return base64.b64decode(body, validate=True)
    except binascii.Error:
        return b""
