"""The learner's own pictures on the server's lane: how they come, what should be known of them, and letting them go.

Only the session that brought them holds them, in memory: no other session can see them, and they go with it. Trainings
have copies made fit for their network, until they are over.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from explorer.browser import transfer
from explorer.widgets import errors

if TYPE_CHECKING:
    from explorer.transfer.collection import Collection
    from explorer.transfer.collection.parcel import Arrival
    from explorer.transfer.collection.reading import Report
    from explorer.transfer.collection.square import Bytes
    from explorer.transfer.jobs import Wish
    from explorer.transfer.pictureset import PictureSet

PAGE = "finetune"
OWN = "own"
TITLE = "Own pictures"
HELD, ARRIVAL, SAID = f"{PAGE}_own_held", f"{PAGE}_own_arrival", f"{PAGE}_own_said"
NEXT, TURN = f"{PAGE}_own_next", f"{PAGE}_own_turn"
LEFT_SHOWN, TOLD_EVERY, CLASSES_SHOWN, SPECIMENS, SPECIMEN_PX = 50, 20, 24, 3, 48
PROMISE = (
    "What you choose here **goes to this server**: it reads the zip and lets it go. Of each picture it keeps the "
    "middle square, at most 96 × 96 pixels, in its memory, never on disk, for this visit of yours and until the "
    "trainings with them are over. No other visitor sees them."
)


def held() -> Collection | None:
    """What this session has brought."""
    found: Collection | None = st.session_state.get(HELD)
    return found


def answer(asked: object) -> Mapping[str, Any] | None:
    """What the browser's lane asks: a piece of the own pictures to take, or a file."""
    if isinstance(asked, Mapping) and isinstance(asked.get("own"), Mapping):
        return {"n": asked.get("n"), **_piece(asked["own"])}
    return transfer.answer(asked)


def _piece(piece: Mapping[str, Any]) -> dict[str, Any]:
    """Take the next piece; when all are here they are this session's, and the server's lane comes next."""
    state = st.session_state
    if piece.get("drop"):
        state.pop(ARRIVAL, None)
        return {"taken": 0}
    try:
        arrival = _arrival(piece)
        arrival.take(piece)
        if arrival.is_whole:
            found = arrival.collection()
            _hold(found, arrival)
            state[SAID] = None
            state[NEXT] = piece.get("wants")
    except ValueError as error:
        state.pop(ARRIVAL, None)
        text = str(error)
        return {"problem": text[:1].upper() + text[1:] + ("" if text.endswith((".", "?")) else ".")}
    if arrival.is_whole:
        state.pop(ARRIVAL, None)
    return {"taken": arrival.taken}


def _arrival(piece: Mapping[str, Any]) -> Arrival:
    """What this piece belongs to; a new sending takes the place of one that was broken off."""
    from explorer.transfer.collection import parcel, shelf

    sending = str(piece.get("sending"))[:40]
    before: Arrival | None = st.session_state.get(ARRIVAL)
    if before is not None and before.sending == sending:
        return before
    st.session_state.pop(ARRIVAL, None)
    del before
    made = parcel.Arrival(sending, piece.get("size"))
    shelf.shared().place(made, made.size_bytes)
    st.session_state[ARRIVAL] = made
    return made


def _hold(found: Collection, before: object = None) -> None:
    """These are this session's now, in the place of what it had; `before` held the same bytes until now.

    Raises: ValueError where there is no room.
    """
    from explorer.transfer.collection import shelf

    if before is None:
        shelf.shared().place(found, found.size_bytes)
    else:
        shelf.shared().move(before, found, found.size_bytes)
    st.session_state[HELD] = found


def is_sent() -> bool:
    """Whether the browser's lane has just sent pictures, so that the server's comes next."""
    return NEXT in st.session_state


def wants() -> object:
    """What the browser's lane wants of the server's, for the pictures that it sent; once."""
    return st.session_state.pop(NEXT)


def panel() -> None:
    """The own pictures that are here, or the ways in."""
    with st.container(border=True):
        _said()
        found = held()
        if found is None:
            st.markdown(f"**{TITLE}**: none on this server yet.")
            _way_in()
        else:
            _about(found)


def _way_in() -> None:
    """A zip by class, after the sentence that says where it goes."""
    st.markdown(PROMISE)
    turn = st.session_state.setdefault(TURN, secrets.token_hex(4))
    chosen = st.file_uploader("A zip with a folder for each class", type="zip", key=f"{PAGE}_zip_{turn}")
    st.caption(
        "As the browser's lane exports it, or any zip in which each class has a folder. For folders, webcam, drawings "
        "and more pictures: choose *Own pictures* under *Here in the browser*, bring them together there, and press "
        "*Train these on the server*."
    )
    if chosen is None:
        return
    with errors.shown():
        st.session_state[TURN] = secrets.token_hex(4)  # the next run draws a fresh field: the zip is let go
        st.session_state[SAID] = _read(chosen.getvalue(), chosen.name)
        st.rerun()


def _read(data: bytes, name: str) -> Report:
    """Read a zip and hold what was in it; what is to be said of it."""
    from explorer.transfer.collection import reading
    from explorer.transfer.collection.limits import VISITOR

    bar = st.progress(0.0, "Reading …")

    def told(done: int, of: int) -> None:
        if done % TOLD_EVERY == 0:
            bar.progress(done / of, f"{done:,} of {of:,} files read")

    report = reading.Report()
    try:
        report = reading.read(data, name, VISITOR, told)
        if report.collection:
            _hold(report.collection)
        else:
            report.notes.append("No picture was taken.")
    except ValueError as error:
        text = str(error)
        report.notes.append(text[:1].upper() + text[1:] + ("" if text.endswith(".") else "."))
    report.collection = None  # it is held in one place alone
    return report


def _said() -> None:
    """What came of the last zip."""
    report: Report | None = st.session_state.get(SAID)
    if report is None:
        return
    if report.notes:
        st.warning("\n\n".join(plain(line) for line in report.notes))
    if report.left:
        count = len(report.left)
        told = f"{count:,} {'file was' if count == 1 else 'files were'} left out"
        with st.expander(told, expanded=count <= 3):
            rows = [f"- **{plain(name)}** {plain(why)}" for name, why in report.left[:LEFT_SHOWN]]
            more = [f"- and {count - LEFT_SHOWN:,} more"] if count > LEFT_SHOWN else []
            st.markdown("\n".join(rows + more))


def plain(text: str) -> str:
    """A name that somebody chose, as it is: none of it is taken for markup."""
    signs = {ord(sign): f"\\{sign}" for sign in "\\`*_{}[]()<>#+-.!|~$:"}
    return " ".join(text.encode("utf-8", "replace").decode().split()).translate(signs)


def _about(found: Collection) -> None:
    """What is here, what should be known of it, and letting it go."""
    from explorer.transfer.collection.findings import findings

    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{TITLE}** on this server: {found.told()}.", width="content")
        if st.button("Split anew", key=f"{PAGE}_own_anew", help="Hold out other pictures"):
            _hold(found.split_anew(), found)
            st.rerun()
        if st.button("Take them off the server", icon=":material/delete:", key=f"{PAGE}_own_off"):
            for key in (HELD, SAID):
                st.session_state.pop(key, None)
            st.rerun()
    _specimens(found)
    known = [text for text in (found.hindrance, *findings(found)) if text]
    if known:
        st.markdown("\n".join(f"- {plain(text)}" for text in known))
    st.caption("In the memory of this server for this visit alone; no other visitor sees them.")


def _specimens(found: Collection) -> None:
    """The first pictures of each class."""
    with st.container(horizontal=True, gap="small"):
        for label, (name, count) in enumerate(zip(found.classes, found.counts, strict=True)):
            if label == CLASSES_SHOWN:
                st.caption(f"and {len(found.classes) - CLASSES_SHOWN} more classes")
                break
            first = found.labels.index(label)
            shown = list(found.squares[first : first + min(count, SPECIMENS)])
            with st.container(width=(SPECIMEN_PX + 8) * SPECIMENS, gap=None):
                st.image(shown, width=SPECIMEN_PX, output_format="PNG")
                st.caption(f"{plain(name)}: {count:,}")


def _of(wish: Wish) -> Collection | None:
    """What a training was made from, split as it was, where this session has it."""
    found = held()
    if found is None or found.key != wish.collection:
        return None
    return replace(found, seed=wish.split_seed)


def again(wish: Wish) -> PictureSet | None:
    """The pictures of a training once more, where this session still has them."""
    found = _of(wish)
    return found.fit_for(wish.network, wish.input_px) if found else None


def mistaken(wish: Wish, places: list[int]) -> list[Bytes]:
    """Held-out pictures of a training by their places, as its network saw them; none where they are not here.

    Shapes: (H, W, C) each.
    """
    from explorer.transfer import order

    if (found := _of(wish)) is None:
        return []
    held_out = [row for row, side in enumerate(found.split) if side]
    rows = order.looked_at(found.labels, held_out, len(found.classes), wish.test_pictures)
    return list(
        found.inputs([rows[place] for place in places], *found.shape_for(wish.network, wish.input_px))
    )
