"""What the page "Fine-tuning" keeps of a race: weights that answer for an earlier step, and files to take along."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect
from safetensors.numpy import load

from explorer import features
from explorer.transfer import Recipe, datasets, export, starting
from tests.browser.tab import Tab
from tests.browser.test_finetune import ROOT, bytes_sent, finished, opened, press, wait_for


def test_what_the_networks_saw_at_an_earlier_step(tab: Tab) -> None:
    """Maps and answers at step 0 are those of the weights at the start; also when the worker with the lanes is gone."""
    layer = "features.0.0"
    page = opened(tab, f"lanes=whole:n4,r0.03,k0.03~head:n4&n=2&view=inside&layer={layer}")
    press(page, "Race")
    wait_for(page, finished)
    last = maps(page, 4)
    page.get_by_label("Step shown").focus()
    page.keyboard.press("Home")
    first = maps(page, 0)
    expect(page.get_by_text("Maps at step 0").first).to_be_visible()
    network, x = at_the_start(first[0]["picture"])
    seen = features.maps(network, x, [layer])[layer][0].numpy().transpose(1, 2, 0).ravel()
    for lane in first:
        assert lane["data"] == pytest.approx(seen, abs=1e-4)
    whole, head = (np.abs(np.subtract(a["data"], b["data"])).max() for a, b in zip(last, first, strict=True))
    assert whole > 1e-2
    assert head < 1e-5, "the head alone trains"
    page.locator(ROOT).evaluate("(root) => root.__crash()")
    press(page, "Now")
    for before, after in zip(last, maps(page, 4), strict=True):
        assert after["data"] == pytest.approx(before["data"], abs=1e-5)
    page.get_by_label("Step shown").focus()
    page.keyboard.press("Home")
    page.get_by_role("radio", name="Try it").check(force=True)
    wait_for(page, lambda found: found["tried"] == [0, 0])
    tried = page.locator(ROOT).evaluate("(root) => root.__tried()")
    network, x = at_the_start(tried["pictures"])
    with torch.no_grad():
        shares = network(x).softmax(1)[0].numpy()
    for lane in tried["answers"]:
        assert lane["probabilities"] == pytest.approx(shares, abs=1e-4)
    expect(page.get_by_text("at step 0").first).to_be_visible()


def maps(page: Page, step: int) -> Any:
    """Of every lane, once all of them belong to that step."""
    wait_for(page, lambda found: all(one and one["step"] == step for one in found["inside"] or [None]))
    return page.locator(ROOT).evaluate("(root) => root.__maps()")


def at_the_start(picture: list[int]) -> tuple[torch.nn.Module, torch.Tensor]:
    """The network as the lane "whole" starts on the letters, and a picture as it gets it."""
    letters = datasets.get("letters")
    network = starting.starting("small_vgg", "glyphs", Recipe.of_lane("whole"), len(letters.classes)).eval()
    pixels = torch.tensor(picture, dtype=torch.float32).reshape(1, 1, 28, 28) / 255
    return network, (pixels - letters.mean[0]) / letters.std[0]


def test_a_lane_as_a_file_of_torch(tab: Tab) -> None:
    """The server writes what the page sends: the weights of one lane, when its button is pressed; ONNX where it can."""
    sent = bytes_sent(tab.page)
    page = opened(tab, "lanes=head:n2~whole:n2&n=1&view=runs")
    press(page, "Race")
    wait_for(page, finished)
    sent.clear()
    with page.expect_download() as plain:
        press(page, "Whole network safetensors")
    assert sum(sent) < 2_000
    with page.expect_download() as torchs:
        press(page, "Whole network torch .pt")
    kept = load(Path(plain.value.path()).read_bytes())
    assert sum(sent) > sum(4 * value.size for value in kept.values())
    state = torch.load(torchs.value.path(), weights_only=True)
    for name, value in kept.items():
        np.testing.assert_array_equal(state[name].numpy(), value)
    network = starting.starting("small_vgg", None, Recipe.of_lane("scratch"), len(state["head.bias"]))
    network.load_state_dict(state, strict=True)
    expect(page.get_by_text("race-1-whole.pt holds the weights of step 2.")).to_be_visible()
    onnx = page.get_by_role("button", name="Whole network ONNX", exact=True)
    if problem := export.onnx_problem():
        expect(onnx).to_be_disabled()
        expect(page.get_by_text(problem)).to_be_visible()
    else:
        with page.expect_download() as written:
            onnx.click()
        assert b"logits" in Path(written.value.path()).read_bytes()
