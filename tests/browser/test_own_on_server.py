"""Own pictures to the server's lane: nothing before the yes, then all of them, and the same race there as here."""

import base64
import csv
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, WebSocket, expect

from tests.browser.conftest import NewTab
from tests.browser.test_finetune import by_lane, finished, patience, press, wait_for
from tests.browser.test_own_pictures import bring, by_class, noise, packed, said, shown

COUNTS = {"ant": 9, "bee": 6}
SETTINGS = "&n=5&lanes=scratch:r0.004,o1,n4,b4,l0.1,s3~head:n4,b4,r0.02"
SEND = "Train these on the server"


class Wire:
    """All that goes from a page to the server."""

    def __init__(self, page: Page) -> None:
        self.frames: list[bytes] = []
        self.bodies: list[bytes] = []
        page.on("websocket", self._listen)
        page.on("request", self._hear)

    def _listen(self, socket: WebSocket) -> None:
        socket.on(
            "framesent",
            lambda frame: self.frames.append(frame.encode() if isinstance(frame, str) else frame),
        )

    def _hear(self, request: Request) -> None:
        if body := request.post_data_buffer:
            self.bodies.append(body)

    def pictures(self) -> int:
        """How many of the pictures went over, as raw bytes or in base64 at any of its three offsets."""
        sent = b"".join([*self.frames, *self.bodies])
        found = 0
        for one in noise(sum(COUNTS.values())):
            row = one[3].tobytes()
            forms = [row, *(base64.b64encode(bytes(skip) + row)[4:-4] for skip in range(3))]
            found += any(form in sent for form in forms)
        return found


def asked_and_kept(page: Page, wire: Wire) -> None:
    """The question, twice answered with no: nothing has gone over."""
    dialog = page.locator("dialog")
    for no in (lambda: press(page, "Keep them here"), lambda: page.keyboard.press("Escape")):
        press(page, SEND)
        expect(dialog).to_contain_text("Send 15 pictures of 2 classes to localhost")
        expect(dialog).to_contain_text("never on disk")
        no()
        expect(dialog).to_have_count(0)
        said(page, "Nothing was sent.")
    press(page, SEND)
    expect(dialog).to_be_visible()
    assert wire.frames and wire.pictures() == 0 and sum(map(len, wire.frames)) < 20_000 and not wire.bodies


def same_curve(page: Page, place: int, lane: str, here: dict[str, Any], limit_ms: float) -> None:
    """What the server's lane took home is what the browser's showed."""
    page.get_by_test_id("stButtonGroup").get_by_text(re.compile(f"^{place} ")).last.click()
    expect(page.get_by_text(f"--lane {lane}")).to_be_visible(timeout=limit_ms)
    with page.expect_download(timeout=limit_ms) as table:
        page.get_by_role("button", name="The run, CSV").click()
    rows = list(csv.DictReader(Path(table.value.path()).read_text("utf-8").splitlines()))
    assert {row["lane"] for row in rows} == {lane}
    assert [float(row["loss"]) for row in rows] == pytest.approx(here["loss"], rel=1e-3)
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(here["test"][-1][1], abs=1e-6)


def test_nothing_is_sent_before_the_yes_and_then_the_server_races_as_the_browser_did(
    new_tab: NewTab, tmp_path: Path
) -> None:
    tab = new_tab(gpu=False)
    wire, limit_ms = Wire(tab.page), 30_000 * patience()
    page = shown(tab, SETTINGS)
    expect(page.get_by_role("button", name=SEND)).to_be_disabled()
    bring(page, packed(tmp_path / "set.zip", by_class(COUNTS)))
    wait_for(page, lambda found: found["state"] == "ready")
    press(page, "Race")
    here = by_lane(wait_for(page, finished))
    page.locator(".own summary").first.click()
    asked_and_kept(page, wire)
    press(page, "Send them")
    arrived = page.get_by_text("15 pictures, 2 classes, 12 to train on and 3 to test on")
    expect(arrived).to_be_visible(timeout=limit_ms)
    assert wire.pictures() == 15, "what is looked for would have been seen"
    assert not wire.bodies
    expect(page).to_have_url(re.compile("finetune_set=Own\\+pictures"), timeout=limit_ms)
    press(page, "Start")
    expect(page.get_by_text("Take home")).to_be_visible(timeout=2 * limit_ms)
    same_curve(page, 2, "head", here["head"], limit_ms)
    same_curve(page, 1, "scratch", here["scratch"], limit_ms)
    page.reload()
    expect(page.get_by_text("Take home")).to_be_visible(timeout=2 * limit_ms)
    page.get_by_text("Network, pictures and lanes").click()
    expect(page.get_by_text("none on this server yet")).to_be_visible(timeout=limit_ms)
    page.locator("input[type=file]").set_input_files(str(tmp_path / "set.zip"))
    expect(arrived).to_be_visible(timeout=limit_ms)
