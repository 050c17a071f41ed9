"""Picture sets: drawn alike each time, packed and unpacked, downloaded only when asked; one's own in sentences."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load

from explorer.transfer import DATASETS, PictureSet, datasets, downloads, drawn, tensorfile

DRAWN = [name for name, facts in DATASETS.items() if facts.kind == "drawn"]


@pytest.mark.parametrize("name", DRAWN)
def test_a_drawn_set_is_what_its_facts_say(name: str) -> None:
    facts, found = DATASETS[name], datasets.get(name)
    assert found.images.shape[1:] == (28, 28, 1)
    assert len(found.test) == facts.test == 800
    per_class = np.bincount(found.labels[found.train])
    assert per_class.tolist() == [facts.train_per_class] * len(facts.classes)
    held = np.bincount(found.labels[found.test])
    assert held.max() - held.min() <= 1
    assert found.mean[0] == pytest.approx(found.images[found.train].mean() / 255, abs=1e-4)
    assert found.std[0] == pytest.approx(found.images[found.train].std() / 255, abs=1e-4)
    pictures = {picture.tobytes() for picture in found.images}
    assert len(pictures) == len(found.images), "a held-out picture is also trained on"


@pytest.mark.parametrize("name", DRAWN)
def test_the_same_seed_draws_the_same_and_classes_differ(name: str) -> None:
    count = 2 * len(DATASETS[name].classes)
    one, labels = drawn.drawn(name, count, 5)
    again, _ = drawn.drawn(name, count, 5)
    other, _ = drawn.drawn(name, count, 6)
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)
    assert labels.tolist() == [i % len(DATASETS[name].classes) for i in range(count)]
    assert len({picture.tobytes() for picture in one}) == count
    assert one.std() > 20


def test_every_sign_is_in_its_fonts() -> None:
    from PIL import ImageFont

    from explorer.transfer.drawn import signs

    for characters, fonts in (
        (drawn.LATIN, signs.LATIN_FONTS),
        (drawn.GEORGIAN, signs.DEJAVU_FONTS),
        ("".join(drawn.PICTOGRAMS.values()), signs.SYMBOL_FONTS),
    ):
        for font in fonts:
            face = ImageFont.truetype(signs.font_folder() / f"{font}.ttf", 20)
            missing = bytes(face.getmask("\uffff"))
            assert all(bytes(face.getmask(sign)) != missing for sign in characters), font


def test_a_packed_set_is_plain_safetensors_and_always_the_same() -> None:
    data = datasets.packed("pictograms")
    assert data == datasets.get("pictograms").packed()
    tensors = load(data)
    assert {name: value.dtype.name for name, value in tensors.items()} == {
        "images": "uint8", "labels": "uint8", "split": "uint8",
    }  # fmt: skip
    back = datasets.unpacked(data)
    assert back.packed() == data
    assert back.classes == DATASETS["pictograms"].classes
    assert np.array_equal(back.images, datasets.get("pictograms").images)
    with pytest.raises(ValueError, match="no packed set"):
        datasets.unpacked(data[:100])
    with pytest.raises(ValueError, match="no packed set"):
        datasets.unpacked(tensorfile.written({"x": np.zeros(3, np.float32)}))


def test_a_tensor_file_is_read_by_the_safetensors_package(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    tensors = {
        "a": rng.normal(size=(3, 5)).astype(np.float32),
        "odd": rng.integers(0, 9, 7, dtype=np.uint8),
        "step": np.array(9, np.int64),
        "none": np.zeros((0, 2), np.float32),
    }
    file = tmp_path / "x.safetensors"
    file.write_bytes(tensorfile.written(tensors, {"b": "é", "a": "1"}))
    with safe_open(file, "np") as held:
        assert held.metadata() == {"a": "1", "b": "é"}
        for name, value in tensors.items():
            np.testing.assert_array_equal(held.get_tensor(name), value)
    with pytest.raises(ValueError, match="of type complex64"):
        tensorfile.written({"z": np.zeros(1, np.complex64)})


IMAGES = np.arange(6 * 784, dtype=np.uint32).reshape(6, 28, 28).astype(np.uint8)


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"classes": ["a"]}, "at least 2 classes to tell apart, got 1"),
    ({"classes": ["a", " a"]}, "two classes are called 'a'"),
    ({"classes": ["a", "b", "c"]}, "class 2 has no training picture"),
    ({"labels": [0, 0, 0, 1, 1]}, "6 pictures need as many labels"),
    ({"labels": [0, 0, 0, 1, 1, 2]}, "labels must lie between 0 and 1"),
    ({"images": IMAGES.astype(np.float32)}, "pictures must be bytes of shape"),
    ({"images": IMAGES[:, :4, :4]}, "8 to 512 px"),
    ({"images": IMAGES[:0], "labels": []}, "1 to 200,000 pictures"),
    ({"split": [1, 1, 1, 0, 0, 0]}, "class 0 has no training picture"),
    ({"split": [0, 0, 0, 0, 0, 7]}, "must be 0 \\(train\\) or 1"),
    ({"test_share": 1.5}, "test_share must lie between 0 and 1"),
])  # fmt: skip
def test_own_pictures_that_do_not_fit_are_said(changed: dict[str, object], sentence: str) -> None:
    settings = {"classes": ["a", "b"], "images": IMAGES, "labels": [0, 0, 0, 1, 1, 1], **changed}
    with pytest.raises(ValueError, match=sentence):
        datasets.own("Mine", **settings)


def test_own_pictures_are_split_and_can_be_packed() -> None:
    mine = datasets.own("Mine", ["a", "b"], IMAGES, [0, 0, 0, 1, 1, 1], test_share=0.3)
    assert (len(mine.train), len(mine.test)) == (4, 2)
    assert isinstance(datasets.unpacked(mine.packed()), PictureSet)
    single = datasets.own("Mine", ["a", "b"], IMAGES, [0, 0, 0, 0, 0, 1])
    assert 5 in single.train


@pytest.mark.parametrize("name", downloads.DOWNLOADS)
def test_nothing_is_fetched_unless_asked(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    facts = DATASETS[name]
    assert facts.kind == "torchvision"
    assert facts.download_bytes > 1e7
    assert not downloads.is_here(name)
    with pytest.raises(
        ValueError, match=f"not on this machine yet; fetching it takes {facts.download_bytes / 1e6:,.0f} MB"
    ):
        datasets.get(name)
    assert list(tmp_path.iterdir()) == []
    rng = np.random.default_rng(0)
    shape = (2 * len(facts.classes), facts.side_px, facts.side_px, *([3] if facts.channels == 3 else []))
    labels = np.arange(shape[0]) % len(facts.classes)
    half = (rng.integers(0, 256, shape, dtype=np.uint8), labels)
    monkeypatch.setattr(downloads, "_READERS", {name: lambda folder: (half, half)})
    found = datasets.get(name, download=True)
    assert found.channels == facts.channels
    assert downloads.is_here(name)
    monkeypatch.setattr(downloads, "_READERS", {})
    assert datasets.get(name).packed() == found.packed()


def test_a_failed_download_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fails(folder: Path) -> None:
        raise OSError("no route")

    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(downloads, "_READERS", {"mnist": fails})
    with pytest.raises(ValueError, match="MNIST could not be fetched: no route"):
        datasets.get("mnist", download=True)
    assert not downloads.is_here("mnist")


def test_cifars_binary_form_is_read() -> None:
    red = bytes([7]) + bytes([10] * 1024 + [20] * 1024 + [30] * 1024)
    images, labels = downloads.cifar_rows(red * 2)
    assert images.shape == (2, 32, 32, 3)
    assert images[0, 5, 5].tolist() == [10, 20, 30]
    assert labels.tolist() == [7, 7]


def test_matlabs_numbers_are_read() -> None:
    def part(kind: int, body: bytes) -> bytes:
        return struct.pack("<II", kind, len(body)) + body + b"\0" * (-len(body) % 8)

    def matrix(name: str, values: np.ndarray, kind: int) -> bytes:
        small = struct.pack("<I", len(name) << 16 | 1) + name.encode().ljust(4, b"\0")
        named = small if len(name) <= 4 else part(1, name.encode())
        size = part(5, np.array([1, len(values)], "<i4").tobytes())
        body = part(6, struct.pack("<II", 6, 0)) + size + named + part(kind, values.tobytes())
        squeezed = zlib.compress(struct.pack("<II", 14, len(body)) + body)
        return struct.pack("<II", 15, len(squeezed)) + squeezed

    labels, ids = np.array([1, 77, 102, 3, 5], "u1"), np.array([6765, 1], "<u2")
    found = downloads.matlab_rows(bytes(128) + matrix("labels", labels, 2) + matrix("ids", ids, 4))
    assert found["labels"].tolist() == labels.tolist()
    assert found["ids"].tolist() == [6765, 1]


def test_an_unknown_set_is_said() -> None:
    with pytest.raises(ValueError, match="no picture set 'imagenet'; there are letters"):
        datasets.get("imagenet")


def test_facts_are_whole() -> None:
    for facts in DATASETS.values():
        assert facts.source
        assert facts.licence
        assert facts.sentence.endswith(".")
        assert len(set(facts.classes)) == len(facts.classes) >= 2
