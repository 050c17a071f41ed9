"""What a race in the browser begins from: files by address, in pieces; parts of fetched sets; what is not here yet."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load
from streamlit.testing.v1 import AppTest

from explorer import networks, weights
from explorer.browser import transfer
from explorer.browser.transfer import files
from explorer.transfer import DATASETS, PictureSet, Recipe, datasets, downloads, raced, starting

KEPT = (files._drawn_set, files._fetched_set, files._sample, files._graph, files._small_weights)
LARGE = (files._large_weights, files._backbone, files._head, files._script, files._bundle)


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    for kept in (*KEPT, *LARGE):
        kept.cache_clear()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of PyTorch."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return tmp_path


@pytest.fixture
def squeezenet(cache: Path) -> None:
    """Weights under the name of torchvision's, random ones."""
    kept = weights.offered("squeezenet1_1").file
    kept.parent.mkdir(parents=True)
    torch.manual_seed(4)
    torch.save(networks.build("squeezenet1_1", weights=None).state_dict(), kept)


@pytest.fixture
def pets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PictureSet:
    """A fetched set of some pictures a class, uneven, as `downloads` keeps it."""
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    return fetched("pets", tmp_path)


def fetched(name: str, folder: Path, most: int = 9) -> PictureSet:
    """A set as if it had been fetched; its classes have 3 to `most` pictures, every third held out."""
    facts = DATASETS[name]
    counts = [3 + label % (most - 2) for label in range(len(facts.classes))]
    labels = np.repeat(np.arange(len(counts)), counts)
    split = np.concatenate([np.arange(count) % 3 == 2 for count in counts]).astype(np.uint8)
    random = np.random.default_rng(1)
    shape = (len(labels), facts.side_px, facts.side_px, facts.channels)
    images = random.integers(0, 256, shape, dtype=np.uint8)
    made = PictureSet(name, facts.title, facts.classes, images, labels, split)
    (folder / f"{name}.safetensors").write_bytes(made.packed())
    return made


def test_backbone_and_head_are_where_the_server_starts(squeezenet: None) -> None:
    """A browser that joins the two has what torch starts from, seed by seed."""
    backbone = load(files.read("backbones/squeezenet1_1-imagenet.safetensors"))
    for seed in (0, 3):
        head = load(files.read(f"heads/squeezenet1_1-7-{seed}.safetensors"))
        recipe = Recipe("head", seed=seed)
        module = starting.starting("squeezenet1_1", raced.IMAGENET_WEIGHTS, recipe, 7)
        assert not backbone.keys() & head.keys()
        together = {**backbone, **head}
        assert together.keys() == module.state_dict().keys()
        for name, value in module.state_dict().items():
            assert torch.equal(together[name], value), name


def test_a_graph_says_what_its_weights_expect(cache: Path) -> None:
    trained, fresh = (
        json.loads(files.read(f"graphs/mobilenet_v2-{source}-5.json")) for source in ("imagenet", "none")
    )
    assert trained["input"]["mean"] == [0.485, 0.456, 0.406]
    assert trained["input"]["shape"] == [3, 96, 96]
    assert "mean" not in fresh["input"]
    assert trained["nodes"] == fresh["nodes"]
    named = {name for node in fresh["nodes"] for name in node["parameters"].values()}
    assert named == load(files.read("weights/mobilenet_v2-none-5-0.safetensors")).keys()


def test_pieces_are_the_whole(cache: Path) -> None:
    path = "weights/mobilenet_v2-none-5-1.safetensors"
    whole = files.read(path)
    pieces = [files.read(f"pieces/{k}/{path}") for k in range(3)]
    assert [len(piece) for piece in pieces] == [files.PIECE_BYTES, len(whole) - files.PIECE_BYTES, 0]
    assert b"".join(pieces) == whole


@pytest.mark.parametrize(("path", "sentence"), [
    ("backbones/resnet18-imagenet.safetensors", "weights IMAGENET1K_V1 of resnet18 are not on this server yet"),
    ("backbones/small_vgg-glyphs.safetensors", "the weights of small_vgg come in one piece"),
    ("weights/resnet18-glyphs-5-0.safetensors", "resnet18 has no weights from 'glyphs'"),
    ("weights/small_vgg-imagenet-5-0.safetensors", "small_vgg has no weights from 'imagenet'"),
    ("graphs/vgg16-none-5.json", "there is no network 'vgg16' to race; there are small_vgg"),
    ("heads/resnet18-1-0.safetensors", "there may be 2 to 200 classes, got 1"),
    ("sets/mnist.safetensors", "MNIST is not on this machine yet; fetching it takes 12 MB"),
    ("sets/nothing.safetensors", "there is no picture set 'nothing'"),
    ("pieces/0/pieces/0/sets/letters.safetensors", "there is no file"),
])  # fmt: skip
def test_what_is_not_there_is_said(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, sentence: str
) -> None:
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    with pytest.raises(ValueError, match=sentence):
        files.read(path)


@pytest.mark.parametrize("name", downloads.DOWNLOADS)
def test_a_part_is_bounded(name: str) -> None:
    facts = DATASETS[name]
    per_class, test = raced.room(facts)
    pictures = per_class * len(facts.classes) + test
    assert pictures * facts.side_px**2 * facts.channels <= raced.MOST_BYTES
    assert min(per_class, facts.train_per_class) >= min(20, facts.train_per_class)
    assert len(facts.classes) <= test <= raced.MOST_TEST


def test_a_part_is_of_every_class_and_always_the_same(
    pets: PictureSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(raced, "room", lambda facts: (2, 37))
    found = datasets.unpacked(files.read("sets/pets.safetensors"))
    assert found.packed() == raced.part(pets, DATASETS["pets"]).packed()
    assert np.bincount(found.labels[found.train]).tolist() == [2] * 37
    assert len(found.test) == 37
    assert len(set(found.labels[found.test])) > 20
    assert found.mean == pets.mean, "of the whole set, not of its part"
    held = {picture.tobytes() for picture in pets.images[pets.test]}
    assert all(picture.tobytes() in held for picture in found.images[found.test])
    sample = datasets.unpacked(files.read("samples/pets.safetensors"))
    assert sample.labels.tolist() == list(range(37))
    with pytest.raises(ValueError, match="travels to the browser whole"):
        raced.part(datasets.get("letters"), DATASETS["letters"])


def test_a_fetched_set_stays_on_the_disk(pets: PictureSet) -> None:
    found = datasets.get("pets")
    base = found.images
    while isinstance(base, np.ndarray) and base.base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    np.testing.assert_array_equal(found.images, pets.images)
    assert (found.labels == pets.labels).all() and (found.split == pets.split).all()


@pytest.mark.parametrize("damage", [lambda data: data[:5000], lambda data: b"\xff" * 900, lambda data: b""])
def test_a_damaged_set_is_said(pets: PictureSet, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    file = tmp_path / "pets.safetensors"
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(
        ValueError, match=r"pets\.safetensors is no packed set .* delete it and fetch it again"
    ):
        datasets.get("pets")


def test_the_page_knows_what_is_here(squeezenet: None, pets: PictureSet) -> None:
    told = transfer.data(False)
    here = {one["name"]: one["fetch"] and one["fetch"]["here"] for one in told["networks"]}
    assert here == {
        **dict.fromkeys(("small_vgg", "small_resnet", "small_depthwise")),
        **{"squeezenet1_1": True, "mobilenet_v2": False, "resnet18": False},
    }
    sets = {one["name"]: one["fetch"]["here"] for one in told["sets"] if "fetch" in one}
    assert sets == {name: name == "pets" for name in downloads.DOWNLOADS}


def offers(missing: object) -> AppTest:
    def page(missing: object) -> None:
        import streamlit as st

        from explorer.widgets import offers

        offers.for_browser("page", st.container(), missing)

    return AppTest.from_function(page, kwargs={"missing": missing}, default_timeout=60).run()


@pytest.mark.parametrize(
    "missing", [None, "resnet18", {"network": "small_vgg", "set": "letters"}, {"set": 3}]
)
def test_nothing_is_offered_where_nothing_can_be_missing(cache: Path, missing: object) -> None:
    at = offers(missing)
    assert not at.exception and not at.button


def test_what_a_race_lacks_is_offered_and_fetched(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sizes first; after the fetch nothing is left to offer; a failure is a sentence in the box."""
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    at = offers({"network": "resnet18", "set": "mnist"})
    assert [one.label for one in at.button] == ["Fetch 44.7 MB", "Fetch 11.6 MB"]
    assert "resnet18" in at.markdown[0].value and "MNIST" in at.markdown[1].value

    def come(wanted: weights.Weights, progress: weights.Progress) -> Path:
        assert progress(1 << 20, wanted.size_bytes)
        wanted.file.parent.mkdir(parents=True)
        wanted.file.write_bytes(b"weights")
        return wanted.file

    monkeypatch.setattr(weights, "download", come)
    at.button[0].click().run()
    assert [one.label for one in at.button] == ["Fetch 11.6 MB"]

    def fail(*_: object, **__: object) -> Path:
        raise weights.DownloadError("The pictures could not be fetched: no connection to their server.")

    monkeypatch.setattr(weights, "fetched", fail)
    at.button[0].click().run()
    assert "no connection" in at.error[0].value
