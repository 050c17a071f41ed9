"""Whatever file a visitor brings: a picture, or a sentence; never a dead page, and never a request."""

import io
import re
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from tests.browser.tab import Tab
from tests.browser.test_kernels import component, grey_of, messages, opened, output, photograph, read, upload

RNG_SEED = 3
RED, GREEN, BLUE = (254, 0, 0), (0, 128, 0), (0, 0, 254)


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def noise(width: int = 60, height: int = 40) -> Image.Image:
    return Image.fromarray(
        np.random.default_rng(RNG_SEED).integers(0, 256, (height, width, 3), dtype=np.uint8)
    )


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side_px: int = 60_000) -> bytes:
    """A small, well-formed PNG that claims an enormous size."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")


def spoilt_png() -> bytes:
    """Whole, by its chunks, but its pixels are no zlib stream."""
    header = struct.pack(">IIBBBBB", 30, 30, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", b"no pixels here")
        + chunk(b"IEND", b"")
    )


def jpeg_with_thumbnail() -> bytes:
    """A JPEG with a whole small JPEG in its metadata, as cameras write them."""
    exif = Image.Exif()
    exif[0x010E] = "a camera"
    inner = saved(noise(16, 16), "JPEG")
    whole = saved(noise(), "JPEG", exif=exif)
    segment = b"\xff\xe2" + struct.pack(">H", len(inner) + 2) + inner
    return whole[:2] + segment + whole[2:]


REFUSED = {
    "text.png": (b"Dear reader, this is a letter.\n" * 40, "is no picture that can be read here"),
    "nothing.png": (b"", r"is empty \(0 bytes\)"),
    "one.png": (saved(Image.new("RGB", (1, 1)), "PNG"), "has only 1 × 1 pixels"),
    "cut.png": (saved(noise(), "PNG")[:-400], "PNG file ends too early"),
    "head.png": (saved(noise(), "PNG")[:20], "PNG file ends too early"),
    "cut.jpg": (saved(noise(), "JPEG")[:-300], "JPEG file ends too early"),
    "thumbnail.jpg": (jpeg_with_thumbnail()[:-300], "JPEG file ends too early"),
    "progressive.jpg": (saved(noise(), "JPEG", progressive=True)[:-300], "JPEG file ends too early"),
    "start.jpg": (saved(noise(), "JPEG")[:100], "JPEG file ends too early"),
    "cut.webp": (saved(noise(), "WEBP")[:-300], "WebP file ends too early"),
    "cut.gif": (saved(noise(), "GIF")[:-300], "GIF file ends too early"),
    "bomb.png": (bomb(), "claims 60,000 × 60,000 pixels: too large to open safely"),
    "spoilt.png": (spoilt_png(), "PNG file is damaged"),
    "drawing.svg": (
        b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="9e9"/>',
        "SVG drawing",
    ),
    "phone.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "HEIC photograph"),
    "scan.tiff": (saved(noise(), "TIFF"), "TIFF file"),
    "film.mp4": (b"\0\0\0\x18ftypisom\0\0\0\0isommp42" + bytes(99), "is a film"),
    "page.pdf": (b"%PDF-1.7\n" + bytes(99), "PDF document"),
    "old.heif.jpg": (b"\xff\xd8\xff", "JPEG file ends too early"),
}


def alert(page: Page) -> Locator:
    return component(page).locator(".picker").get_by_role("alert")


def test_what_is_no_picture_gives_a_sentence_and_the_last_one_stays(tab: Tab, tmp_path: Path) -> None:
    requests: list[str] = []
    tab.page.on("request", lambda request: requests.append(f"{request.method} {request.url}"))
    sent = messages(tab.page)
    page = opened(tab, "?pic=coins&k=identity")
    assert sent, "the websocket is not being watched"
    sent.clear()
    for name, (data, sentence) in REFUSED.items():
        upload(
            page, "fine.png", saved(Image.new("RGB", (9, 8), RED), "PNG")
        )  # so that each sentence is its own
        expect(page.get_by_text("Input · 8 × 9")).to_be_visible()
        expect(alert(page)).to_be_hidden()
        upload(page, name, data)
        expect(alert(page), name).to_have_text(_sentence(sentence))
        assert read(page, "n.input.size") == [8, 9]
    large = tmp_path / "large.png"
    with large.open("wb") as file:
        file.truncate(41_000_000)
    page.locator('input[type="file"]').set_input_files(large)
    expect(alert(page)).to_have_text(_sentence("has 41 MB; at most 40 MB"))
    page.get_by_role("button", name="Coins").click()
    expect(page.get_by_text("Input · 303 × 384")).to_be_visible()
    np.testing.assert_allclose(output(page)[0], grey_of(photograph("coins")), atol=1e-6)
    assert not sent, "a file was sent"
    assert not [request for request in requests if not request.startswith("GET")]


def _sentence(text: str) -> re.Pattern[str]:
    return re.compile(rf"^This .*{text}.* The last picture stays\.$")


def animated(kind: str) -> bytes:
    first, *rest = (Image.new("RGB", (40, 30), colour) for colour in (RED, BLUE, GREEN))
    return saved(first, kind, save_all=True, append_images=rest, duration=40, lossless=True)


def turned() -> bytes:
    """Stored lying, with the note that it stands: the left half, which is red, belongs at the top."""
    lying = Image.new("RGB", (60, 40), BLUE)
    lying.paste(RED, (0, 0, 30, 40))
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(lying, "JPEG", exif=exif, quality=95, subsampling=0)


@dataclass(frozen=True)
class Opened:
    """A file that opens: its size then, the colour of its top left corner, and what is said of it."""

    name: str
    data: bytes
    size: list[int]
    corner: tuple[float, float, float]
    note: str = ""
    tolerance: float = 1.0


SIXTEEN = (np.arange(30 * 40, dtype=np.uint16) * 50 + 25_700).reshape(30, 40)
ANIMATION = "an animation, its first frame is used"
OPENED = (
    Opened(
        "inks.jpg",
        saved(Image.new("CMYK", (40, 30), (0, 255, 255, 0)), "JPEG"),
        [30, 40],
        RED,
        "CMYK inks",
        30,
    ),
    Opened(
        "deep.png", saved(Image.fromarray(SIXTEEN), "PNG"), [30, 40], (100, 100, 100), "16 bits a channel"
    ),
    Opened("moving.gif", animated("GIF"), [30, 40], RED, ANIMATION),
    Opened("moving.webp", animated("WEBP"), [30, 40], RED, ANIMATION),
    Opened("moving.png", animated("PNG"), [30, 40], RED, ANIMATION),
    Opened("turned.jpg", turned(), [60, 40], RED, "", 6),
    Opened("motion.jpg", turned() + b"\0\0\0\x18ftypmp42" + bytes(9000), [60, 40], RED, "", 6),
    Opened("thumbnail.jpg", jpeg_with_thumbnail(), [40, 60], (128, 128, 128), "", 128),
    Opened("glass.png", saved(Image.new("RGBA", (40, 30), (9, 9, 9, 0)), "PNG"), [30, 40], (255, 255, 255)),
    Opened("letter.txt", saved(Image.new("RGB", (41, 31), GREEN), "PNG"), [31, 41], GREEN),
    Opened(
        "large.jpg",
        saved(Image.new("RGB", (3000, 1000), BLUE), "JPEG"),
        [171, 512],
        BLUE,
        "scaled from 3000 × 1000",
        3,
    ),
    Opened("plain.bmp", saved(Image.new("RGB", (40, 30), BLUE), "BMP"), [30, 40], BLUE),
)


def test_pictures_of_all_kinds_open(tab: Tab) -> None:
    page = opened(tab, "?pic=coins")
    status = component(page).locator(".picker").get_by_role("status")
    for given in OPENED:
        upload(page, "between.png", saved(noise(9, 8), "PNG"))
        expect(page.get_by_text("Input · 8 × 9")).to_be_visible()
        upload(page, given.name, given.data)
        height, width = given.size
        expect(page.get_by_text(f"Input · {height} × {width}"), given.name).to_be_visible()
        expect(alert(page)).to_be_hidden()
        if given.note:
            expect(status).to_contain_text(given.note)
        planes = np.reshape(read(page, "n.input.colour"), (3, height, width))
        np.testing.assert_allclose(planes[:, 0, 0], given.corner, atol=given.tolerance, err_msg=given.name)
        if given.name == "turned.jpg":
            np.testing.assert_allclose(planes[:, -1, -1], BLUE, atol=6)
        if given.name == "deep.png":
            np.testing.assert_allclose(planes[0], SIXTEEN / 257, atol=1)


def test_a_dropped_file_is_opened_wherever_it_falls(tab: Tab) -> None:
    page = opened(tab, "?pic=coins")
    data = list(saved(Image.new("RGB", (12, 10), GREEN), "PNG"))
    page.get_by_role("application").evaluate(
        """(target, data) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([Uint8Array.from(data)], 'dropped.png'));
          const how = { dataTransfer, bubbles: true, composed: true, cancelable: true };
          target.dispatchEvent(new DragEvent('drop', how));
        }""",
        data,
    )
    expect(page.get_by_text("Input · 10 × 12")).to_be_visible()
    assert read(page, "s.pic") == "file"
