"""Own pictures on the server: whatever a zip holds, it is read safely, and what is wrong with it is said."""

import gc
import io
import random
import struct
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from explorer.transfer import __main__
from explorer.transfer.collection import Collection, parcel, reading
from explorer.transfer.collection.findings import findings
from explorer.transfer.collection.limits import VISITOR
from explorer.transfer.collection.shelf import Shelf
from explorer.transfer.collection.square import area_resized

Pixels = npt.NDArray[np.uint8]


def noise(count: int, height: int = 28, width: int = 28, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (count, height, width, 3), np.uint8)


def encoded(pixels: Pixels, kind: str = "PNG", **options: object) -> bytes:
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, kind, **options)
    return held.getvalue()


def packed(files: Mapping[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


def by_class(counts: Mapping[str, int], seed: int = 0) -> dict[str, bytes]:
    pixels = iter(noise(sum(counts.values()), seed=seed))
    return {f"{name}/{i:04}.png": encoded(next(pixels)) for name, n in counts.items() for i in range(n)}


def collection(counts: Mapping[str, int], sides: tuple[int, ...] = (28,), seed: int = 0) -> Collection:
    labels = [label for label, count in enumerate(counts.values()) for _ in range(count)]
    squares = [noise(1, *[sides[row % len(sides)]] * 2, seed=row)[0] for row in range(len(labels))]
    return Collection(tuple(counts), tuple(squares), tuple(labels), seed)


def zipped(mine: Collection, folders: Sequence[str] | None = None) -> bytes:
    """As the browser's lane exports it."""
    names = folders or mine.classes
    return packed({
        f"{names[label]}/{row:04}.png": encoded(square)
        for row, (label, square) in enumerate(zip(mine.labels, mine.squares, strict=True))
    })  # fmt: skip


def chunk(kind: bytes, data: bytes) -> bytes:
    """One chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def counted(report: reading.Report) -> dict[str, int]:
    found = report.collection
    return dict(zip(found.classes, found.counts, strict=True)) if found else {}


@pytest.mark.parametrize(
    ("source", "target"), [(96, 28), (30, 28), (28, 96), (56, 48), (3, 28), (33, 32), (7, 7)]
)
def test_each_new_pixel_is_the_mean_of_what_lies_under_it(source: int, target: int) -> None:
    pixels = noise(2, source, source)
    fine = pixels.repeat(target, 1).repeat(
        target, 2
    )  # every old and every new pixel is a whole number of these
    means = fine.reshape(2, target, source, target, source, 3).mean((2, 4))
    assert np.abs(area_resized(pixels, target) - means).max() <= 0.5001


@pytest.mark.parametrize(
    ("network", "input_px", "shape"),
    [
        ("small_vgg", None, (28, 28, 1)),
        ("lenet5", None, (32, 32, 1)),
        ("squeezenet1_1", None, (96, 96, 3)),
        ("resnet18", 224, (60, 60, 3)),
    ],
)
def test_any_network_gets_pictures_that_fit(
    network: str, input_px: int | None, shape: tuple[int, ...]
) -> None:
    """Beyond what is kept they come in their own side: they are enlarged as every set is, when the run begins."""
    from explorer.transfer.starting import fitted

    found = collection({"a": 3, "b": 3}, (60, 44)).fit_for(network, input_px)
    assert found.images.shape[1:] == shape
    side = fitted(found, network, None, input_px).side_px[0]
    assert side == (input_px or shape[0])


def test_a_zip_by_class_is_read_in_order_and_folders_of_one_name_are_one_class() -> None:
    files = by_class({"set/train/owl": 3, "set/test/Owl": 2, "set/train/fox": 2, "set/train/elk": 1})
    more = {"set/train/fox/copy.png": files["set/train/fox/0000.png"], "__MACOSX/set/train/fox/x.png": b"?"}
    report = reading.read(
        packed({**files, **more, "loose.png": encoded(noise(1, seed=9)[0])}), "My zoo.ZIP", VISITOR
    )
    assert counted(report) == {"owl": 5, "fox": 3, "elk": 1, "My zoo": 1}
    assert report.left == []
    assert report.notes == [
        "2 folders are called “owl” (set/train/owl, set/test/Owl): their pictures were put together in one class."
    ]
    np.testing.assert_array_equal(np.stack(report.collection.squares[:3]), noise(9)[:3])
    assert findings(report.collection) == [
        "“elk”, “My zoo” have a single picture: it cannot be split, so it is trained on and never tested.",
        "“owl” has 5 pictures, “elk” 1: a network that always answers “owl” would be right in 50% of all cases.",
        "1 picture is an exact copy of another; 1 of them stands on both sides of the split, so a network may remember "
        "instead of recognise.",
    ]
    assert [sum(report.collection.split[low:high]) for low, high in ((0, 5), (5, 8), (8, 10))] == [1, 1, 0]


def test_what_is_no_picture_is_named_and_the_rest_goes_on() -> None:
    files = by_class({"a": 4, "b": 4})
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    huge = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    more = {
        "a/list.txt": b"ants", "a/empty.png": b"", "a/huge.png": huge,
        "a/short.png": files["a/0000.png"][:300], "a/dot.png": encoded(noise(1, 2, 9)[0]), "b/inner.zip": packed(files),
        "../../up.png": files["a/0000.png"], "c/..\\..\\win.png": files["a/0000.png"],
    }  # fmt: skip
    data = bytearray(packed({**files, **more}))
    data[data.index(files["b/0001.png"]) + 300] ^= 0xFF
    report = reading.read(bytes(data), "x.zip", VISITOR)
    assert counted(report) == {"a": 4, "b": 3}
    left = dict(report.left)
    assert set(left) == {*more, "b/0001.png"} - {"c/..\\..\\win.png"} | {"c/../../win.png"}
    for name, said in {
        "b/0001.png": "Damaged in the zip",
        "a/list.txt": "This is no picture that can be opened",
        "a/empty.png": "This file is empty",
        "a/huge.png": "This picture is too large: at most 50 million pixels",
        "a/short.png": "This picture is damaged or cut off",
        "a/dot.png": "This picture has only 9 x 2 pixels",
        "b/inner.zip": "This is no picture",
        "../../up.png": "leads out of the zip",
        "c/../../win.png": "leads out of the zip",
    }.items():
        assert said in left[name]
        assert left[name].endswith(".")


def test_names_without_a_mark_of_their_encoding_are_still_read() -> None:
    """Zips of many systems hold UTF-8 without saying so, or the Windows code page."""
    data = packed(by_class({"k__t": 2, "b_r": 2}))
    data = data.replace(b"k__t/", "kät/".encode()).replace(b"b_r/", "bär/".encode("windows-1252"))
    assert counted(reading.read(data, "x.zip")) == {"kät": 2, "bär": 2}


def lying() -> bytes:
    """A zip whose list says that an entry of 30 MB of zeros has 1,000 bytes."""
    data = packed({"a/zeros.bmp": bytes(30_000_000), **by_class({"b": 2, "c": 2})}, zipfile.ZIP_DEFLATED)
    return data.replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000))


def overlapping() -> bytes:
    """A zip in which two entries are the same bytes: how small files become petabytes."""
    content = bytearray(packed(by_class({"a": 2})))
    second = content.rindex(b"PK\x01\x02")
    content[second + 42 : second + 46] = bytes(4)
    return bytes(content)


def in_one_entry(claimed: int) -> bytes:
    """A zip whose only entry claims so many bytes."""
    data = packed({"a/x.bmp": bytes(500_000)}, zipfile.ZIP_DEFLATED)
    return data.replace(struct.pack("<I", 500_000), struct.pack("<I", claimed))


@pytest.mark.parametrize(("made", "said"), [
    (lambda: packed({f"a/{i}.bmp": bytes(15_000_000) for i in range(5)}, zipfile.ZIP_DEFLATED), "as zip bombs do"),
    (overlapping, "lie over one another"),
    (lambda: packed(dict.fromkeys((f"a/{i}.png" for i in range(20_001)), b"")), "20,001 entries"),
    (lambda: in_one_entry(2_000_000_000), "would unpack to 2.0 GB"),
    (lambda: b"PK" + bytes(5000), "no zip"),
    (lambda: b"", "no zip"),
    (lambda: packed(by_class({"a": 2}))[:-60], "no zip"),
])  # fmt: skip
def test_bombs_are_refused_before_anything_is_unpacked(made: object, said: str) -> None:
    data = made()  # type: ignore[operator]
    with pytest.raises(ValueError, match=said):
        reading.read(data, "x.zip", VISITOR)


def test_limits_hold_while_a_zip_is_unpacked() -> None:
    """What unpacks to more than it announced is cut off there: no 30 MB are ever held."""
    data = lying()
    tracemalloc.start()
    try:
        report = reading.read(data, "x.zip", VISITOR)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert counted(report) == {"b": 2, "c": 2}
    assert [name for name, _ in report.left] == ["a/zeros.bmp"]
    assert "Damaged in the zip" in report.left[0][1]
    assert peak < 5e6


def test_pictures_that_are_bombs_themselves_end_the_reading() -> None:
    """A picture of one colour packs a thousandfold: so many pixels are decoded in all, and no more."""
    flat = encoded(np.zeros((1000, 1000, 3), np.uint8))
    data = packed({f"{'ab'[i % 2]}/{i}.png": flat for i in range(9)})
    report = reading.read(data, "x.zip", replace(VISITOR, pixels=4_500_000))
    assert counted(report) == {"a": 2, "b": 2}
    assert report.notes[-1].startswith("The pictures of this zip have more than 4 million pixels together")
    with pytest.raises(ValueError, match="at most 1 kB can be read"):
        reading.read(data, "x.zip", replace(VISITOR, zip_bytes=1000))


def test_too_many_pictures_or_classes_and_strange_packings_are_sentences() -> None:
    tiny = encoded(noise(1, 3, 3)[0])
    many = packed({f"{i % 2}/{i}.png": tiny for i in range(5003)})
    report = reading.read(many, "x.zip", VISITOR)
    assert len(report.collection.squares) == 5000
    assert report.notes == ["There is room for 5,000 pictures: those beyond were left out."]
    report = reading.read(packed({f"class {i}/x.png": tiny for i in range(203)}), "x.zip", VISITOR)
    assert len(report.collection.classes) == 200
    assert "There are 200 classes already" in report.notes[0]
    strange = reading.read(packed(by_class({"a": 1}), zipfile.ZIP_LZMA), "x.zip", VISITOR)
    assert strange.collection is None
    assert strange.left == [("a/0000.png", "Packed in a way that is not unpacked here (method 14).")]
    locked = bytearray(packed(by_class({"a": 1})))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[locked.index(signature) + offset] |= 1
    assert reading.read(bytes(locked), "x.zip").left == [("a/0000.png", "Locked with a password in the zip.")]


def test_a_fuzzed_zip_is_a_sentence_or_some_pictures() -> None:
    whole = packed(by_class({"a": 3, "b": 2}), zipfile.ZIP_DEFLATED)
    damage = random.Random(5)
    for i in range(400):
        content = bytearray(whole[: damage.randrange(10, len(whole))] if i % 5 == 0 else whole)
        tail = damage.random() < 0.5  # half of the damage in the list of contents
        for _ in range(damage.randrange(1, 30)):
            low = len(content) * 9 // 10 if tail else 0
            content[damage.randrange(low, len(content))] = damage.randrange(256)
        try:
            report = reading.read(bytes(content), "x.zip", VISITOR)
        except ValueError as error:
            assert str(error).endswith(".")
        else:
            assert report.collection or report.left or report.notes is not None


def test_fewer_than_two_classes_cannot_be_raced_on() -> None:
    with pytest.raises(ValueError, match="All pictures are of “a”: a second class is needed"):
        collection({"a": 5}).prepared(28, 1)
    with pytest.raises(ValueError, match="Every class has a single picture"):
        collection({"a": 1, "b": 1}).prepared(28, 1)


@pytest.mark.parametrize("changed", [
    {"classes": ("a", "A")}, {"classes": ("a", "")}, {"classes": ("a", "b\n")}, {"labels": (0, 1, 0)},
    {"labels": (0, 0, 0)}, {"labels": (0, 1)}, {"seed": 1000}, {"squares": ()},
    {"squares": (np.zeros((97, 97, 3), np.uint8),) * 3}, {"squares": (np.zeros((9, 8, 3), np.uint8),) * 3},
])  # fmt: skip
def test_what_is_no_collection_is_refused(changed: dict[str, object]) -> None:
    parts = {"classes": ("a", "b"), "squares": tuple(noise(3)), "labels": (0, 0, 1)}
    assert Collection(**parts).key
    with pytest.raises(ValueError, match=r"\w"):
        Collection(**{**parts, **changed})


def test_the_shelf_is_bounded_and_free_again_when_nobody_holds_the_pictures() -> None:
    first, second = collection({"a": 4, "b": 3}), collection({"a": 2, "b": 2})
    shelf = Shelf(first.size_bytes + second.size_bytes - 1)
    shelf.place(first, first.size_bytes)
    with pytest.raises(ValueError, match="the pictures of others fill the room"):
        shelf.place(second, second.size_bytes)
    arrival = parcel.Arrival("x", 100)
    shelf.place(arrival, 100)
    shelf.move(arrival, second, 50)
    assert shelf.held_bytes == first.size_bytes + 50
    del first
    gc.collect()
    assert shelf.held_bytes == 50
    with pytest.raises(ValueError, match="has not enough free memory"):
        Shelf(1 << 60).place(second, 1 << 55)


def test_the_command_line_takes_a_zip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "own pictures.zip"
    file.write_bytes(packed({**by_class({"a": 6, "b": 5}), "a/x.txt": b"?"}))
    settings = ["--lane", "scratch", "--network", "small_depthwise", "--steps", "2", "--batch", "4"]
    assert __main__.main(["--dataset", str(file), "--split-seed", "4", *settings]) == 0
    told = capsys.readouterr()
    assert "11 pictures, 2 classes, 9 to train on and 2 to test on" in told.out and "step 2/2" in told.out
    assert "left out: a/x.txt: This is no picture" in told.err
    for name, said in (("missing.zip", "cannot be read"), ("own pictures.zip", "a second class is needed")):
        file.write_bytes(packed(by_class({"a": 6})))
        assert __main__.main(["--dataset", str(tmp_path / name), *settings]) == 2
        assert said in capsys.readouterr().err
    with pytest.raises(SystemExit):
        __main__.main(["--dataset", "leters"])
    assert "'leters' is no zip and none of letters" in capsys.readouterr().err
