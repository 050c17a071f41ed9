"""Weights from a server that misbehaves: a sentence on the page, nothing half kept, and the page goes on."""

import hashlib
import io
from pathlib import Path

import pytest
import torch
from playwright.sync_api import expect

from explorer import networks
from tests.browser.conftest import NewTab
from tests.browser.served import serve
from tests.misbehaving import misbehaving

SENTENCES = {
    "cut": "The connection was cut after",
    "slow": "The server of the weights stopped answering",
    "corrupt": "not the file that was asked for",
    "503": "The server of the weights refused: 503",
}


def test_a_bad_download_is_a_sentence_and_the_next_try_succeeds(
    new_tab: NewTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = io.BytesIO()
    torch.manual_seed(0)
    torch.save(networks.build("squeezenet1_1", device="cpu").state_dict(), held)
    contents = held.getvalue()
    name = f"squeezenet1_1-{hashlib.sha256(contents).hexdigest()[:8]}.pth"
    cache = tmp_path / "hub" / "checkpoints"
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with misbehaving(contents) as far:
        monkeypatch.setenv("WEIGHTS_URL", f"http://127.0.0.1:{far.port}/{name}")
        with serve(Path(__file__).parent / "download" / "launcher.py") as running:
            tab = new_tab(served=running)
            page = tab.open("/predictions?predictions_net=squeezenet1_1")
            fetch = page.get_by_role("button", name="Fetch")
            for manner, sentence in SENTENCES.items():
                far.manner = manner
                fetch.click()
                expect(page.get_by_text(sentence)).to_be_visible(timeout=30_000)
                expect(page.get_by_text("squeezenet1_1 (untrained) says")).to_be_visible(timeout=30_000)
                expect(page.get_by_role("button", name="Stop")).to_have_count(0)
                assert not list(cache.glob("*.pth")), manner
            page.goto(f"{running.url}/predictions?predictions_net=small_resnet")
            expect(page.get_by_text("small_resnet (trained, embedded) says")).to_be_visible(timeout=30_000)
            page.goto(f"{running.url}/predictions?predictions_net=squeezenet1_1")
            far.manner = "well"
            fetch.click()
            trained = page.get_by_text("squeezenet1_1 (trained, IMAGENET1K_V1) says")
            expect(trained).to_be_visible(timeout=30_000)
            assert (cache / name).read_bytes() == contents
            assert not list(cache.glob("*.partial"))
            tab.close()
