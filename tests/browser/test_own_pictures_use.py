"""Own pictures in use: names, deleting, dropping, no storage, the camera, drawing, and what a race leaves."""

import csv
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect

from explorer.transfer import datasets
from tests.browser.conftest import QUIET, NewTab
from tests.browser.served import Server
from tests.browser.tab import Tab
from tests.browser.test_finetune import finished, press, wait_for
from tests.browser.test_own_pictures import (
    STORED,
    bring,
    by_class,
    classes,
    encoded,
    noise,
    own,
    packed,
    said,
    shown,
)


def test_names_deleting_and_taking_along(tab: Tab, tmp_path: Path) -> None:
    page = shown(tab)
    bring(page, packed(tmp_path / "set.zip", by_class({"left": 4, "right": 5, "up/down?": 2})))
    names = page.get_by_label("Name of the class")
    names.nth(1).fill("Left")
    names.nth(1).press("Enter")
    page.get_by_role("button", name="Keep the name “right”").click()
    assert list(classes(page)) == ["left", "right", "down?"]
    names.nth(1).fill("turn")
    names.nth(1).press("Enter")
    page.get_by_role("button", name="Delete picture 5 of turn").click()
    wait_for(page, lambda found: dict(found["own"]["classes"])["turn"] == 4)
    press(page, "Put back")
    wait_for(page, lambda found: dict(found["own"]["classes"])["turn"] == 5)
    before = own(page, "hashes")
    with page.expect_download() as download:
        press(page, "Export as zip")
    copy = Path(download.value.path())
    with zipfile.ZipFile(copy) as archive:
        assert archive.testzip() is None
        assert {name.split("/")[0] for name in archive.namelist()} == {"left", "turn", "down_"}
        stored = np.asarray(Image.open(archive.open("left/0001.png")).convert("RGB"))
    np.testing.assert_array_equal(stored, noise(1)[0])
    names.nth(1).fill("LEFT")
    names.nth(1).press("Enter")
    press(page, "Put them together")
    wait_for(page, lambda found: found["own"]["classes"] == [["left", 9], ["down?", 2]])
    page.reload()
    wait_for(
        page, lambda found: bool(found["own"] and found["own"]["classes"] == [["left", 9], ["down?", 2]])
    )
    press(page, "Delete all")
    page.locator("dialog").get_by_role("button", name="Delete all").click()
    wait_for(page, lambda found: found["own"]["total"] == 0)
    page.reload()
    wait_for(page, lambda found: bool(found["own"] and found["own"]["loaded"]))
    assert page.evaluate(STORED)[0] == 0
    renamed = copy.rename(tmp_path / "again.zip")
    bring(page, renamed)
    assert own(page, "hashes") == before


DROP = """(card, bytes) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.png', { type: 'image/png' }));
    card.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
}"""


def test_dropping_on_a_class_and_a_second_tab(tab: Tab) -> None:
    page = shown(tab)
    for i, one in enumerate(noise(3)):
        page.locator(".own-card").nth(i % 2).evaluate(DROP, list(encoded(one)))
        wait_for(page, lambda found, i=i: found["own"]["total"] == i + 1)  # type: ignore[misc]
    assert classes(page) == {"Class 1": 2, "Class 2": 1}
    other = page.context.new_page()
    other.goto(page.url)
    wait_for(other, lambda found: bool(found["own"] and found["own"]["total"] == 3))
    other.get_by_role("button", name="Delete the class Class 2").click()
    other.get_by_role("button", name="Delete", exact=True).click()
    wait_for(page, lambda found: found["own"]["classes"] == [["Class 1", 2]])


REFUSING = """IDBObjectStore.prototype.put = function () {
    throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
};"""


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        (
            "Object.defineProperty(window, 'indexedDB', { value: undefined });",
            "your pictures last until the tab is closed",
        ),
        (REFUSING, "storage is full: 6 pictures will be gone"),
    ],
    ids=["no database", "full"],
)
def test_without_storage_it_works_and_says_so(
    new_tab: NewTab, tmp_path: Path, script: str, sentence: str
) -> None:
    tab = new_tab(gpu=False)
    tab.page.add_init_script(script)
    page = shown(tab, "&lanes=scratch:n2&n=2")
    bring(page, packed(tmp_path / "set.zip", by_class({"a": 3, "b": 3})))
    said(page, sentence)
    wait_for(page, lambda found: found["state"] == "ready")
    press(page, "Race")
    wait_for(page, finished)


@pytest.fixture
def camera_page(playwright_: Playwright, browser_program: str) -> Iterator[Page]:
    """A browser with a camera that films a test pattern."""
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--disable-gpu")
    launched: Browser = playwright_.chromium.launch(executable_path=browser_program, args=[*QUIET, *fake])
    yield launched.new_context(viewport={"width": 1280, "height": 720}).new_page()
    launched.close()


def test_recording_while_held_drawing_and_a_folder(camera_page: Page, server: Server, tmp_path: Path) -> None:
    page = shown(Tab(camera_page, server))
    page.get_by_role("button", name="Webcam").first.click()
    hold = page.get_by_role("button", name="Hold to record")
    expect(hold).to_be_enabled()
    hold.scroll_into_view_if_needed()
    hold.hover()
    page.mouse.down()
    page.wait_for_timeout(1500)
    page.mouse.up()
    taken = classes(page)["Class 1"]
    assert 4 <= taken <= 14
    page.wait_for_timeout(400)
    assert classes(page)["Class 1"] == taken, "nothing is taken once the button is let go"
    hold.focus()
    page.keyboard.down("Space")
    page.wait_for_timeout(500)
    page.keyboard.up("Space")
    assert taken + 2 <= classes(page)["Class 1"] <= taken + 8
    taken = classes(page)["Class 1"]
    page.get_by_role("button", name="Draw").nth(1).click()
    expect(hold).to_be_hidden()
    pad = page.locator(".own-pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box
    for i in range(2):
        page.mouse.move(box["x"] + 40, box["y"] + 40 + 60 * i)
        page.mouse.down()
        page.mouse.move(box["x"] + 180, box["y"] + 90, steps=4)
        page.mouse.up()
        press(page, "Add the drawing")
    assert classes(page)["Class 2"] == 2
    for name, content in by_class({"gnu": 2, "yak": 3}).items():
        target = tmp_path / "zoo" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    page.get_by_label("A folder with a folder for each class").set_input_files(str(tmp_path / "zoo"))
    wait_for(page, lambda found: found["own"]["total"] == taken + 7)
    assert classes(page) == {"Class 1": taken, "Class 2": 2, "gnu": 2, "yak": 3}


def test_a_race_is_repeated_in_torch_and_tried_on_the_webcam(
    camera_page: Page, server: Server, tmp_path: Path
) -> None:
    """The zip is packed in the tab; its program gives the losses of the page. Then the lanes name what is filmed."""
    page = shown(Tab(camera_page, server), "&lanes=whole:n3&n=5&view=runs")
    bring(page, packed(tmp_path / "set.zip", by_class({"a": 6, "b": 9, "c": 1})))
    wait_for(page, lambda found: found["state"] == "ready")
    press(page, "Race")
    lane = wait_for(page, finished)["lanes"][0]
    with page.expect_download() as download:
        press(page, "Whole network in PyTorch")
    with zipfile.ZipFile(download.value.path()) as archive:
        archive.extractall(tmp_path)
    pictures = datasets.unpacked((tmp_path / "pictures.safetensors").read_bytes())
    afresh = datasets.own("", pictures.classes, pictures.images, pictures.labels.tolist())
    assert (afresh.split == pictures.split).all() and pictures.classes == ("a", "b", "c")
    assert pictures.mean + pictures.std == pytest.approx(afresh.mean + afresh.std, abs=1e-4)
    call = subprocess.run(
        [sys.executable, tmp_path / "repeat.py"], capture_output=True, text=True, check=False, timeout=120
    )
    assert call.returncode == 0, call.stderr
    with (tmp_path / "repeated.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [float(row["loss"]) for row in rows] == pytest.approx(lane["loss"], rel=1e-3)
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(lane["test"][-1][1], abs=1e-6)
    page.get_by_role("radio", name="Try it").check(force=True)
    press(page, "Webcam")
    page.wait_for_function(
        """() => {  // the ground of the test pattern is one colour, the noise of the classes is not
            const inside = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).filter(Boolean);
            const seen = inside.map((shadow) => shadow.querySelector('.seen')).find(Boolean);
            const at = (x, y) => seen.getContext('2d').getImageData(x, y, 1, 1).data[0];
            const ground = [at(1, 26), at(26, 26), at(1, 20), at(26, 20)];
            return Math.max(...ground) - Math.min(...ground) < 5;
        }"""
    )
    expect(page.locator(".trial-answers li")).to_have_count(3)
    press(page, "Stop the webcam")
