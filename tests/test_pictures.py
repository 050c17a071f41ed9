"""Whatever a learner uploads becomes an RGB picture or one clear sentence."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageFile

from explorer import pictures
from explorer.pictures import BUILT_IN, MAX_SIDE_PX, open_picture

CREDITS = (Path(pictures.__file__).resolve().parent.parent / "assets" / "CREDITS.md").read_text("utf-8")
JARGON = ("PIL", "Pillow", "BytesIO", "/", "\\", "0x", "Error", "Exception", "Traceback", "None")


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def noise(width_px: int, height_px: int, seed: int = 0) -> Image.Image:
    values = np.random.default_rng(seed).integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    return Image.fromarray(values)


def halves(mode: str, left: object, right: object) -> Image.Image:
    picture = Image.new(mode, (64, 32), left)
    picture.paste(right, (32, 0, 64, 32))
    return picture


def header_only_png(width_px: int, height_px: int) -> bytes:
    """A PNG of any size: 1 bit grey, its pixels a short run of compressed zeros."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width_px, height_px, 1, 0, 0, 0, 0)
    body = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def refusal(source: object) -> str:
    with pytest.raises(ValueError) as caught:
        open_picture(source)  # type: ignore[arg-type]
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence[0].isupper() and "\n" not in sentence
    assert not [word for word in JARGON if word in sentence]
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return sentence


# --- the built-in photographs ---------------------------------------------------------------------------


def test_the_cat_comes_first_and_the_table_is_read_only() -> None:
    assert next(iter(BUILT_IN)) == "chelsea"
    with pytest.raises(TypeError):
        BUILT_IN["x"] = BUILT_IN["chelsea"]  # type: ignore[index]


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_picture_is_what_its_entry_says(name: str) -> None:
    entry = BUILT_IN[name]
    with Image.open(entry.file) as stored:
        assert stored.size == (entry.width_px, entry.height_px) and max(stored.size) <= MAX_SIDE_PX
        assert not {"exif", "icc_profile", "xmp"} & set(stored.info)
        pixels = np.asarray(stored.convert("RGB"))
    opened = open_picture(entry.file)
    assert opened.mode == "RGB" and np.array_equal(np.asarray(opened), pixels)
    assert pixels.std() > 10
    grey = (pixels == pixels[..., :1]).all()
    assert grey == entry.alt.endswith("grey.")
    assert entry.alt.endswith(".") and entry.title and entry.name == name


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_built_in_picture_is_credited(name: str) -> None:
    entry = BUILT_IN[name]
    row = next(line for line in CREDITS.splitlines() if f"`{entry.file.name}`" in line)
    assert entry.credit.split(",")[0] in row and entry.licence in row


def test_every_stored_picture_has_an_entry_and_they_are_light() -> None:
    stored = sorted(BUILT_IN["chelsea"].file.parent.iterdir())
    assert [file.stem for file in stored] == sorted(BUILT_IN)
    assert sum(file.stat().st_size for file in stored) < 3_000_000


# --- what is refused ------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [b"\x00", b"hello, I am no picture", b"<svg/>", b"%PDF-1.7", bytes(5000)])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    assert "no picture" in refusal(data)


def test_text_renamed_png_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "holiday.png"
    file.write_text("not pixels")
    assert "no picture" in refusal(file)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    assert "empty" in refusal(b"")
    file = tmp_path / "empty.png"
    file.touch()
    assert "empty" in refusal(file)


def test_a_heic_picture_is_refused_with_a_way_out() -> None:
    assert "save this one as JPEG" in refusal(b"\x00\x00\x00\x18ftypheic" + bytes(64))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
@pytest.mark.parametrize("kept", [0.02, 0.3, 0.7, 0.95])
def test_a_truncated_picture_is_refused(kind: str, kept: float) -> None:
    data = encoded(noise(150, 90), kind)
    open_picture(data)
    refusal(data[: int(len(data) * kept)])


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_damaged_bytes_give_a_picture_or_a_sentence(kind: str) -> None:
    data = encoded(noise(40, 30), kind)
    random = np.random.default_rng(1)
    for _ in range(60):
        broken = bytearray(data)
        for place in random.integers(0, len(data), 6):
            broken[place] = random.integers(0, 256)
        try:
            assert open_picture(bytes(broken)).mode == "RGB"
        except ValueError as error:
            assert not [word for word in JARGON if word in str(error)]


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (10_000, 5_001), (12_000, 9_000)])
def test_a_bomb_is_refused_from_its_header(size: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def decode(_: object) -> None:
        pytest.fail("the pixels were decoded")

    monkeypatch.setattr(ImageFile.ImageFile, "load", decode)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        sentence = refusal(header_only_png(*size))
    assert "too large" in sentence and "50 million pixels" in sentence


def test_a_large_picture_is_told_its_size() -> None:
    assert "10,000 x 5,001" in refusal(header_only_png(10_000, 5_001))


def test_a_file_too_heavy_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(pictures, "MAX_FILE_BYTES", 1_000_000)
    file = tmp_path / "heavy.bmp"
    file.write_bytes(bytes(2_000_000))
    assert "2 MB: at most 1 MB" in refusal(file) and "2 MB" in refusal(bytes(2_000_000))


@pytest.mark.parametrize("source", [None, 7, 1.5, ["a.png"], io.BytesIO(b"x"), np.zeros(3)])
def test_a_wrong_type_is_refused(source: object) -> None:
    with pytest.raises(ValueError, match="from the bytes of a file or from its path"):
        open_picture(source)  # type: ignore[arg-type]


def test_a_path_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    for source in (tmp_path / "missing.png", str(tmp_path / "missing.png"), tmp_path, "a\0b", "x" * 5000):
        refusal(source)


@pytest.mark.parametrize("side", [0, -1, 1.5, True, "512"])
def test_a_side_that_cannot_be_is_refused(side: object) -> None:
    with pytest.raises(ValueError, match="max_side_px must be a whole number of at least 1"):
        open_picture(encoded(noise(3, 3)), max_side_px=side)  # type: ignore[arg-type]


# --- what is opened -------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "BMP", "TIFF"])
def test_lossless_formats_keep_every_pixel(kind: str, tmp_path: Path) -> None:
    picture = noise(37, 21)
    data = encoded(picture, kind, **({"lossless": True} if kind == "WEBP" else {}))
    file = tmp_path / "picture"
    file.write_bytes(data)
    for source in (data, bytearray(data), file, str(file)):
        assert np.array_equal(np.asarray(open_picture(source)), np.asarray(picture))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "side", "expected"),
    [
        ((1024, 512), 512, (512, 256)),
        ((300, 600), 100, (50, 100)),
        ((40, 30), 512, (40, 30)),
        ((1, 1), 512, (1, 1)),
        ((2000, 1), 64, (64, 1)),
        ((5, 5), 1, (1, 1)),
    ],
)
def test_the_size_is_at_most_what_is_asked(
    size: tuple[int, int], side: int, expected: tuple[int, int]
) -> None:
    for kind in ("PNG", "JPEG"):
        assert open_picture(encoded(noise(*size), kind), max_side_px=side).size == expected


def test_a_one_pixel_picture_keeps_its_colour() -> None:
    opened = open_picture(encoded(Image.new("RGB", (1, 1), (12, 200, 99))))
    assert opened.getpixel((0, 0)) == (12, 200, 99)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_stands_upright(orientation: int, kind: str) -> None:
    upright = Image.new("RGB", (60, 40), "black")
    upright.paste("white", (0, 0, 20, 20))  # a mark in the top left corner
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation > 1 else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    opened = open_picture(encoded(stored, kind, exif=exif))
    assert opened.size == (60, 40)
    assert min(opened.getpixel((6, 6))) > 200 and max(opened.getpixel((50, 30))) < 50
    assert not opened.info and not dict(opened.getexif())


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_a_broken_orientation_note_counts_as_upright() -> None:
    data = encoded(noise(20, 10), "JPEG", exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff\x00\x01garbage")
    assert open_picture(data).size == (20, 10)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF"])
def test_a_moving_picture_shows_its_first_frame(kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    red, green, blue = open_picture(data).getpixel((8, 8))
    assert red > 240 and green < 15 and blue < 15


def test_cmyk_becomes_rgb() -> None:
    picture = halves("CMYK", (0, 255, 255, 0), (0, 0, 0, 255))  # red ink beside black ink
    for kind in ("JPEG", "TIFF"):
        opened = open_picture(encoded(picture, kind))
        red, black = opened.getpixel((10, 16)), opened.getpixel((54, 16))
        assert red[0] > 220 and red[1] < 40 and red[2] < 40 and max(black) < 25


def test_cmyk_jpeg_with_the_mark_of_adobe_is_not_turned_into_its_negative() -> None:
    data = encoded(halves("CMYK", (0, 0, 0, 0), (255, 255, 255, 255)), "JPEG")
    assert b"Adobe" in data
    opened = open_picture(data)
    assert min(opened.getpixel((10, 16))) > 235 and max(opened.getpixel((54, 16))) < 20


def test_sixteen_bit_grey_is_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65535, 256).round().astype(np.uint16).reshape(16, 16)
    for kind in ("PNG", "TIFF"):
        opened = np.asarray(open_picture(encoded(Image.fromarray(ramp), kind)))
        assert np.array_equal(opened[..., 0].ravel(), np.arange(256))
        assert (opened == opened[..., :1]).all()


def test_sixteen_bit_colour_is_scaled() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    row = b"\x00" + struct.pack(">HHH", 65535, 32896, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 16, 2, 0, 0, 0))
    data += chunk(b"IDAT", zlib.compress(row)) + chunk(b"IEND", b"")
    assert open_picture(data).getpixel((0, 0)) == (255, 128, 0)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[0, 128, 255]], np.int32), [0, 128, 255]),
        (np.array([[0, 32896, 65535]], np.int32), [0, 128, 255]),
        (np.array([[0, 500_000, 1_000_000]], np.int32), [0, 128, 255]),
        (np.array([[-10, 0, 10]], np.int32), [0, 128, 255]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 100.0, 200.0]], np.float32), [0, 100, 200]),
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[np.nan, np.inf, 1.0]], np.float32), [0, 0, 255]),
        (np.array([[-3.0, -3.0, -3.0]], np.float32), [0, 0, 0]),
    ],
)
def test_deep_grey_is_brought_to_eight_bits(values: np.ndarray, expected: list[int]) -> None:
    opened = np.asarray(open_picture(encoded(Image.fromarray(values), "TIFF")))
    assert np.abs(opened[0, :, 0].astype(int) - expected).max() <= 1


def test_what_is_transparent_lies_on_white() -> None:
    clear = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
    half = Image.new("RGBA", (8, 8), (255, 0, 0, 128))
    for kind in ("PNG", "WEBP", "TIFF"):
        assert open_picture(encoded(clear, kind)).getpixel((4, 4)) == (255, 255, 255)
    assert open_picture(encoded(half)).getpixel((4, 4)) == (255, 127, 127)
    assert open_picture(encoded(Image.new("LA", (8, 8), (0, 0)))).getpixel((4, 4)) == (255, 255, 255)
    assert open_picture(encoded(Image.new("LA", (8, 8), (90, 255)))).getpixel((4, 4)) == (90, 90, 90)


def test_palette_pictures_keep_colours_and_holes() -> None:
    picture = halves("RGB", "red", "blue").convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    for kind in ("PNG", "GIF"):
        opened = open_picture(encoded(picture, kind))
        assert opened.getpixel((5, 5)) == (255, 0, 0) and opened.getpixel((60, 5)) == (0, 0, 255)
    hole = picture.getpixel((5, 5))
    for kind in ("PNG", "GIF"):
        opened = open_picture(encoded(picture, kind, transparency=hole))
        assert opened.getpixel((5, 5)) == (255, 255, 255) and opened.getpixel((60, 5)) == (0, 0, 255)


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_and_grey_become_rgb(mode: str) -> None:
    opened = open_picture(encoded(halves(mode, 0, 255)))
    assert opened.mode == "RGB"
    assert opened.getpixel((5, 5)) == (0, 0, 0) and opened.getpixel((60, 5)) == (255, 255, 255)


def test_nothing_but_pixels_is_kept() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exif = Image.Exif()
    exif[0x8298] = "someone"
    opened = open_picture(encoded(noise(9, 9), "JPEG", icc_profile=profile, exif=exif, comment=b"secret"))
    assert type(opened) is Image.Image and opened.info == {}
    assert b"someone" not in encoded(opened, "JPEG")


def test_many_at_once_give_the_same_picture() -> None:
    data = [encoded(noise(200, 150, seed), kind) for seed in range(4) for kind in ("PNG", "GIF", "JPEG")]
    alone = [open_picture(each, 64).tobytes() for each in data]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda each: open_picture(each, 64).tobytes(), data * 4))
    assert together == alone * 4
