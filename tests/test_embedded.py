"""The networks that come with the app: the files that were measured, small, and preprocessed as in training."""

import hashlib
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from explorer import networks, pretrain
from explorer.networks import EMBEDDED, NETWORKS, embedded, preprocessing
from explorer.transfer import backbones

TOTAL_BYTES = 5_000_000


def test_all_files_together_stay_small_and_none_is_unknown() -> None:
    kept = [*EMBEDDED.values(), *backbones.backbones().values()]
    files = [entry.file for entry in kept]
    assert sorted(files) == sorted(embedded.FOLDER.iterdir())
    assert sum(file.stat().st_size for file in files) < TOTAL_BYTES


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_file_is_the_one_that_was_measured(name: str) -> None:
    entry = EMBEDDED[name]
    assert hashlib.sha256(entry.file.read_bytes()).hexdigest() == entry.sha256
    said = embedded.header(entry.file)
    assert (said["network"], said["dataset"]) == (name, entry.dataset)
    assert float(said["test_accuracy"]) == entry.test_accuracy
    credit = Path("assets/CREDITS.md").read_text("utf-8")
    assert entry.file.name in credit
    assert entry.sha256 in credit
    assert f"{entry.test_accuracy:.2%}" in credit
    assert f"{name} {entry.dataset} assets/weights/{entry.file.name} --check" in Path("README.md").read_text()


def test_lenet_reads_99_of_100_digits() -> None:
    assert EMBEDDED["lenet5"].test_accuracy >= 0.99


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_built_network_has_the_weights_of_the_file(name: str) -> None:
    module = networks.build(name, weights="embedded")
    held = embedded.state(name)
    assert module.state_dict().keys() == held.keys()
    assert all(torch.equal(value, held[key]) for key, value in module.state_dict().items())
    assert not module.training
    assert module(torch.zeros(2, *NETWORKS[name].input_shape)).shape == (2, len(EMBEDDED[name].labels))


def test_a_changed_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EMBEDDED["lenet5"]
    copy = tmp_path / "copy.safetensors"
    data = bytearray(entry.file.read_bytes())
    data[-1] ^= 1
    copy.write_bytes(data)
    changed = embedded.Embedded(**{**vars(entry), "file": copy})
    monkeypatch.setattr(embedded, "EMBEDDED", {"lenet5": changed})
    with pytest.raises(ValueError, match="not the one whose accuracy was measured"):
        embedded.state("lenet5")


@pytest.mark.parametrize("name", EMBEDDED)
def test_a_picture_of_the_data_is_prepared_as_in_training(name: str, tmp_path: Path) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    labels = np.zeros(3, np.int64)
    npz = tmp_path / "data.npz"
    kinds = {"train_images": pictures, "train_labels": labels, "test_images": pictures, "test_labels": labels}
    np.savez(npz, **kinds)
    data = pretrain.load(EMBEDDED[name].dataset, npz, EMBEDDED[name].input_px)
    how = preprocessing.plan(NETWORKS[name], "embedded")
    ours = torch.cat([preprocessing.batch(Image.fromarray(picture), how) for picture in pictures])
    theirs = (
        data.test_pictures * data.std + data.mean
    )  # mean and spread there are those of these random pictures
    torch.testing.assert_close(ours * how.std[0] + how.mean[0], theirs, atol=1e-5, rtol=0)


def test_the_prediction_is_the_networks() -> None:
    picture = Image.open("assets/pictures/text.webp")
    how = preprocessing.plan(NETWORKS["lenet5"], "embedded")
    with torch.inference_mode():
        logits = networks.build("lenet5", weights="embedded")(preprocessing.batch(picture, how))[0]
    found = dict(networks.predict("lenet5", picture, 10))
    assert sum(found.values()) == pytest.approx(1, abs=1e-5)
    assert max(found, key=lambda label: found[label]) == str(int(logits.argmax()))


@pytest.mark.parametrize(
    "off", [set(), {"resize"}, {"crop"}, {"scale"}, {"normalise"}, set(preprocessing.STAGES)]
)
def test_whatever_is_switched_off_the_network_can_take_it(off: set[str]) -> None:
    how = preprocessing.plan(NETWORKS["squeezenet1_1"], None)
    picture = Image.open("assets/pictures/text.webp")  # 448 x 172: lower than the crop
    found = preprocessing.stages(picture, how, off)
    assert [stage.key for stage in found] == list(preprocessing.STAGES)
    assert {stage.key for stage in found if not stage.is_on} == off
    assert preprocessing.batch(picture, how, off).shape == (1, 3, 224, 224)


@pytest.mark.parametrize("name", ["resnet18", "efficientnet_b0", "inception_v3", "vit_b_16"])
def test_the_stages_are_torchvisions(name: str) -> None:
    from explorer.weights import offered

    picture = Image.open("assets/pictures/coffee.webp")
    how = preprocessing.plan(NETWORKS[name], "IMAGENET1K_V1")
    theirs = offered(name).transforms()(picture)[None]
    torch.testing.assert_close(preprocessing.batch(picture, how), theirs, atol=1e-6, rtol=0)


@pytest.mark.parametrize(("name", "k", "sentence"), [
    ("unet", 5, "does not answer with one class"),
    ("basic_block", 5, "does not answer with one class"),
    ("lenet5", 0, "at least 1, got 0"),
    ("lenet5", 2.5, "whole number of at least 1, got 2.5"),
    ("lenet5", True, "whole number of at least 1, got True"),
    ("lenet6", 5, "did you mean lenet5"),
])  # fmt: skip
def test_what_cannot_be_predicted_is_said(name: str, k: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        networks.predict(name, Image.new("RGB", (30, 30)), k)
    with pytest.raises(ValueError, match="must be an image of Pillow, got ndarray"):
        networks.predict("lenet5", np.zeros((28, 28)))  # type: ignore[arg-type]


def test_a_stage_that_does_not_exist_is_named() -> None:
    how = preprocessing.plan(NETWORKS["lenet5"], "embedded")
    with pytest.raises(ValueError, match="no stage sharpen"):
        preprocessing.stages(Image.new("L", (30, 30)), how, {"sharpen"})
