"""The backbones that a race begins from: the files that were measured, and worth having."""

import hashlib
from pathlib import Path

import pytest
import torch

from explorer.networks import embedded
from explorer.transfer import Recipe, anatomy, backbones, drawn, starting

KEPT = sorted(backbones.backbones())


def test_every_network_has_every_source() -> None:
    assert sorted((network, source) for network in backbones.NETWORKS for source in backbones.SOURCES) == KEPT


@pytest.mark.parametrize(("network", "source"), KEPT)
def test_a_file_is_the_one_in_the_credits(network: str, source: str) -> None:
    entry = backbones.backbones()[network, source]
    said = embedded.header(entry.file)
    assert (said["network"], said["source"]) == (network, source)
    assert entry.classes == len(drawn.DRAWINGS[source].classes)
    assert entry.epochs >= 5
    assert entry.pictures >= 20_000
    credit = Path("assets/CREDITS.md").read_text("utf-8")
    row = next(line for line in credit.splitlines() if f"`{entry.file.name}`" in line)
    assert hashlib.sha256(entry.file.read_bytes()).hexdigest() in row
    assert f"{entry.test_accuracy:.2%}" in row


@pytest.mark.parametrize(("network", "source"), KEPT)
def test_a_backbone_knows_its_source(network: str, source: str) -> None:
    said = backbones.backbones()[network, source].test_accuracy
    assert said > 0.95
    assert backbones.measured(network, source) == pytest.approx(said, abs=2e-3)


@pytest.mark.parametrize(("network", "source"), KEPT)
def test_a_run_starts_from_it(network: str, source: str) -> None:
    module = starting.starting(network, source, Recipe(), 7)
    held, head = backbones.state(network, source), anatomy.head_of(module)
    assert module(torch.zeros(2, 1, 28, 28)).shape == (2, 7)
    for name, value in module.state_dict().items():
        assert name.startswith(f"{head}.") or torch.equal(value, held[name])


def test_training_writes_a_file_that_says_what_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(embedded, "FOLDER", tmp_path)
    monkeypatch.setattr(backbones, "HELD_OUT", 256)
    backbones.backbones.cache_clear()
    try:
        assert (
            backbones.main(["small_depthwise", "textures", "--train", "--epochs", "1", "--pictures", "512"])
            == 0
        )
        told = embedded.header(tmp_path / "small_depthwise_textures.safetensors")
        assert (told["pictures"], told["epochs"], told["classes"]) == ("512", "1", "22")
        assert "epoch 1/1: loss" in capsys.readouterr().out
        with pytest.raises(ValueError, match="there is no small_vgg trained on glyphs"):
            backbones.main(["small_vgg", "glyphs", "--check"])
    finally:
        backbones.backbones.cache_clear()
