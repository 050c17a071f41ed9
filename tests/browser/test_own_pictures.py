"""Own pictures on the page "Fine-tuning": they come in, stay over a reload, are raced on, and never leave the tab."""

import hashlib
import io
import random
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image
from playwright.sync_api import Page, Request, WebSocket, expect

from explorer.transfer import order
from tests.browser.conftest import NewTab
from tests.browser.tab import Tab
from tests.browser.test_finetune import ROOT, finished, numbers, press, wait_for
from tests.browser.test_frame import AXE
from tests.browser.test_kernels_use import grave

ZIP = "A zip with a folder for each class"
SIDE = 28
STORED = """async () => {
  const database = await new Promise((done) => {
    const opening = indexedDB.open('cnn-explorer own pictures');
    opening.onsuccess = () => done(opening.result);
  });
  const list = await new Promise((done) => {
    const reading = database.transaction('pictures').objectStore('pictures').getAll();
    reading.onsuccess = () => done(reading.result);
  });
  database.close();
  const whole = new Uint8Array(await new Blob(list.map((one) => one.bytes)).arrayBuffer());
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', whole));
  return [list.length, Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')];
}"""
Pixels = npt.NDArray[np.uint8]


def noise(count: int, side: int = SIDE, seed: int = 0) -> Pixels:
    """Pictures of random colours: no two alike. Shapes: (count, side, side, 3)."""
    return np.random.default_rng(seed).integers(0, 256, (count, side, side, 3), np.uint8)


def encoded(pixels: Pixels, kind: str = "PNG", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, kind, **options)
    return target.getvalue()


def packed(path: Path, files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def by_class(counts: Mapping[str, int], seed: int = 0) -> dict[str, bytes]:
    pixels = iter(noise(sum(counts.values()), seed=seed))
    return {f"{name}/{i:04}.png": encoded(next(pixels)) for name, n in counts.items() for i in range(n)}


def shown(tab: Tab, query: str = "") -> Page:
    page = tab.open(f"/finetune?set=own{query}")
    wait_for(page, lambda found: bool(found["own"] and found["own"]["loaded"]))
    return page


def bring(page: Page, *files: Path) -> None:
    """Choose zips, and wait until they are read."""
    page.get_by_label(ZIP).set_input_files([str(file) for file in files])
    expect(page.locator(".own-said").get_by_text(re.compile("added[.]$")).first).to_be_visible(timeout=60_000)


def classes(page: Page) -> dict[str, int]:
    return dict(numbers(page)["own"]["classes"])


def own(page: Page, what: str) -> Any:
    return page.locator(ROOT).evaluate(f"(root) => root.__own.{what}()")


def said(page: Page, text: str) -> None:
    expect(page.locator(".own").get_by_text(text)).to_be_visible()


def test_two_thousand_survive_a_reload_and_a_race_tells_nobody(new_tab: NewTab, tmp_path: Path) -> None:
    """Nothing is lost, to the pixel; the split is the one of the command line; nothing of them is ever sent."""
    tab = new_tab(gpu=False)
    pixels = noise(2000)
    names = [f"{c}/{i:04}.png" for c in ("ant", "bee", "cat", "dog") for i in range(500)]
    file = packed(
        tmp_path / "many.zip", {name: encoded(one) for name, one in zip(names, pixels, strict=True)}
    )
    frames: list[bytes] = []
    requests: list[Request] = []

    def listen(socket: WebSocket) -> None:
        socket.on(
            "framesent", lambda frame: frames.append(frame.encode() if isinstance(frame, str) else frame)
        )

    tab.page.on("websocket", listen)
    tab.page.on("request", lambda request: requests.append(request))  # noqa: PLW0108
    page = shown(tab, "&n=50&lanes=head:n20")
    assert frames, "the websocket is not being watched"
    bring(page, file)
    assert classes(page) == {"ant": 500, "bee": 500, "cat": 500, "dog": 500}
    before = own(page, "hashes")
    assert len(set(before)) == 2000
    page.reload()
    wait_for(page, lambda found: bool(found["own"] and found["own"]["total"] == 2000))
    assert own(page, "hashes") == before
    assert page.evaluate(STORED) == [2000, hashlib.sha256(pixels.tobytes()).hexdigest()]
    sides = own(page, "split")
    assert sides == order.split([label for label in range(4) for _ in range(500)], 4, 0.2, 0)
    wait_for(page, lambda found: found["state"] == "ready")
    press(page, "Race")
    lanes = wait_for(page, finished)["lanes"]
    assert [lane["steps"] for lane in lanes] == [20]
    assert all(0 <= lane["test"][-1][1] <= 1 for lane in lanes)
    sent = b"".join(frames)
    assert len(sent) < 20_000
    for one in pixels[::40]:
        assert one[0].tobytes() not in sent and encoded(one)[40:80] not in sent
    assert not [request.url for request in requests if request.post_data_buffer]


def lying(path: Path) -> Path:
    """A zip whose list says that an entry of 30 MB of zeros has 1,000 bytes."""
    packed(path, {"a/zeros.bmp": bytes(30_000_000), **by_class({"b": 2})}, zipfile.ZIP_DEFLATED)
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000)))
    return path


def overlapping(path: Path) -> Path:
    """A zip in which two entries are the same bytes: how small files become petabytes."""
    packed(path, by_class({"a": 2}))
    content = bytearray(path.read_bytes())
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = bytes(4)
    path.write_bytes(content)
    return path


def test_bombs_are_refused_before_and_while_they_unpack(tab: Tab, tmp_path: Path) -> None:
    page = shown(tab)
    zeros = {f"a/{i}.bmp": bytes(15_000_000) for i in range(5)}
    for file, sentence in (
        (packed(tmp_path / "bomb.zip", zeros, zipfile.ZIP_DEFLATED), "as zip bombs do"),
        (overlapping(tmp_path / "over.zip"), "lie over one another"),
        (
            packed(tmp_path / "wide.zip", dict.fromkeys((f"a/{i}.png" for i in range(20_001)), b"")),
            "20,001 entries",
        ),
    ):
        bring(page, file)
        said(page, sentence)
        assert classes(page) == {"Class 1": 0, "Class 2": 0}
    bring(page, lying(tmp_path / "lying.zip"))
    said(page, "Unpacks to more than the 1 kB that the zip announced")
    assert classes(page) == {"b": 2}


def test_what_cannot_be_opened_is_named_and_the_rest_goes_on(tab: Tab, tmp_path: Path) -> None:
    files = by_class({"train/owl": 6, "test/Owl": 3, "train/fox": 5, "train/elk": 1})
    damaged = "train/fox/0002.png"
    huge = (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I4sIIBBBBB", 13, b"IHDR", 60_000, 60_000, 8, 2, 0, 0, 0)
        + bytes(16)
    )
    more = {
        "train/fox/copy.png": files["train/fox/0000.png"],
        "train/fox/list.txt": b"foxes",
        "train/fox/huge.png": huge,
    }
    file = packed(tmp_path / "mixed.zip", {**files, **more, "__MACOSX/train/fox/x.png": b"?"})
    content = bytearray(file.read_bytes())
    at = content.index(files[damaged]) + 300
    content[at] ^= 0xFF
    file.write_bytes(content)
    page = shown(tab)
    bring(page, file)
    assert classes(page) == {"owl": 9, "fox": 5, "elk": 1}
    for sentence in (
        "15 pictures added.",
        "2 folders are called “owl” (train/owl, test/Owl)",
        f"{damaged} Damaged in the zip: its checksum is wrong.",
        "train/fox/list.txt This file is no picture",
        "60,000 × 60,000 pixels: too large",
        "“elk” has a single picture: it cannot be split, so it is trained on and never tested.",
        "always answers “owl” would be right in 60 % of all cases",
        "1 picture is an exact copy of another",
    ):
        said(page, sentence)
    page.add_script_tag(path=AXE)
    assert grave(page) == []
    press(page, "Remove the copies")
    wait_for(page, lambda found: found["own"]["total"] == 14)
    bring(page, packed(tmp_path / "more.zip", by_class({"FOX": 2}, seed=7)))
    said(page, "“fox” was there already: the new pictures were added to it.")
    assert classes(page) == {"owl": 9, "fox": 6, "elk": 1}


def test_what_the_network_gets(tab: Tab, tmp_path: Path) -> None:
    """The middle square, upright, each pixel the mean of what lies under it, in grey."""
    wide = noise(1, 112)[0][:56]  # 56 high, 112 wide
    lying_down = np.zeros((60, 60, 3), np.uint8)
    lying_down[:20] = 255  # white above; turned by EXIF, the white comes to the right
    exif = Image.Exif()
    exif[0x0112] = 6
    file = packed(
        tmp_path / "set.zip",
        {
            "a/0.png": encoded(wide),
            "b/0.jpg": encoded(lying_down, "JPEG", exif=exif, quality=95),
            **by_class({"a": 2, "b": 2}),
        },
    )
    page = shown(tab)
    bring(page, file)
    images = np.array(own(page, "images")).reshape(-1, SIDE, SIDE)
    colour = np.floor(wide[:, 28:84].reshape(SIDE, 2, SIDE, 2, 3).mean((1, 3)) + 0.5)
    assert np.abs(images[0] - colour @ [0.299, 0.587, 0.114]).max() <= 0.501
    turned = images[3]
    assert turned[:, 20:].min() > 240 and turned[:, :17].max() < 15


def test_a_fuzzed_zip_never_breaks_the_page(tab: Tab, tmp_path: Path) -> None:
    """Random damage anywhere: a sentence or some pictures, never an error."""
    page = shown(tab)
    whole = packed(tmp_path / "whole.zip", by_class({"a": 3}), zipfile.ZIP_DEFLATED).read_bytes()
    damage = random.Random(5)
    files = []
    for i in range(25):
        content = bytearray(whole[: damage.randrange(10, len(whole))] if i % 5 == 0 else whole)
        for _ in range(damage.randrange(1, 40)):
            content[damage.randrange(len(content))] = damage.randrange(256)
        files.append(tmp_path / f"{i}.zip")
        files[-1].write_bytes(content)
    bring(page, *files)
    said(page, "left out")
    tab.check()
