"""Editing filters in a copy, and what filters look for."""

import numpy as np
import pytest
import torch
from torch import nn

from explorer import editing, features, filterbank, networks
from explorer.browser.filters import _code
from explorer.editing import KINDS, Edit, edited, parse
from explorer.subject import Subject
from tests.programs import printed_by


@pytest.fixture
def network() -> nn.Module:
    return networks.build("small_resnet", weights="embedded")


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_edited_filter_of_the_copy_changes(network: nn.Module, kind: str) -> None:
    before = features.filters(network, "stage1.conv1")
    copy = edited(network, "stage1.conv1", [Edit(3, kind)])
    after = features.filters(copy, "stage1.conv1")
    assert np.array_equal(features.filters(network, "stage1.conv1"), before), (
        "the shared network stays as it was"
    )
    assert np.array_equal(np.delete(after, 3, 0), np.delete(before, 3, 0))
    assert not np.array_equal(after[3], before[3])
    if kind != "zero":
        assert np.linalg.norm(after[3]) == pytest.approx(np.linalg.norm(before[3]), rel=1e-5)
    assert copy.stage1.conv2.weight is network.stage1.conv2.weight, "all other weights are shared"


def test_what_each_edit_does(network: nn.Module) -> None:
    w = features.filters(network, "conv")

    def after(text: str) -> np.ndarray:
        return features.filters(edited(network, "conv", parse(text)), "conv")

    assert not after("0:zero")[0].any()
    assert np.array_equal(after("0:negate")[0], -w[0])
    assert np.array_equal(after("0:mirror")[0], w[0][..., ::-1])
    assert np.array_equal(after("0:flip")[0], w[0][..., ::-1, :])
    assert np.array_equal(after("0:swap:5")[[0, 5]], w[[5, 0]])
    assert after("2:set:0:1:2:0.25")[2, 0, 1, 2] == 0.25
    sobel = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    scaled = after("0:sobel_x")[0, 0]
    assert np.allclose(scaled / scaled[1, 2] * 2, sobel)
    assert np.allclose(after("0:sobel_y")[0, 0], scaled.T)
    assert np.array_equal(after("0:negate;0:negate"), w)


def test_a_zeroed_filter_gives_a_zero_map_and_another_answer(network: nn.Module) -> None:
    batch = torch.rand(1, 1, 28, 28)
    copy = edited(network, "conv", [Edit(4, "zero")])
    assert not features.maps(copy, batch, ["conv"])["conv"][0, 4].any()
    with torch.inference_mode():
        assert not torch.equal(copy(batch), network(batch))


@pytest.mark.parametrize(
    "text", ["x", "1:melt", "1:swap", "1:set:0:0", "a:zero", "0:set:0:0:0:nan", "0:set:0:0:0:1e9"]
)
def test_what_is_no_edit_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="is no edit of a filter"):
        parse(text)


@pytest.mark.parametrize(("layer", "text", "sentence"), [
    ("conv", "16:zero", "there is no filter 16: this layer has 0 to 15"),
    ("conv", "0:swap:-1", "there is no filter -1"),
    ("conv", "0:set:1:0:0:1", "there is no weight"),
    ("stage2.shortcut.0", "0:sobel_x", "at least 3 x 3, this one is 1 x 1"),
    ("bn", "0:zero", "only a convolution has filters"),
])  # fmt: skip
def test_an_edit_that_does_not_fit_is_said(network: nn.Module, layer: str, text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        edited(network, layer, parse(text))


def test_there_is_a_limit() -> None:
    with pytest.raises(ValueError, match="at most 64 edits"):
        parse("0:zero;" * 65)
    assert parse("") == ()


@pytest.mark.parametrize("angle", [0, 30, 60, 90, 120, 150])
def test_the_direction_of_a_wave_is_found(angle: int) -> None:
    y, x = np.mgrid[-5:6, -5:6]
    across = np.radians(angle - 90)  # the wave runs across its edges
    wave = np.cos(2 * np.pi * 0.2 * (x * np.cos(across) + y * np.sin(across))) * np.exp(-(x**2 + y**2) / 18)
    (found,) = filterbank.describe(np.float32(wave - wave.mean())[None, None])
    difference = (found.orientation - angle + 90) % 180 - 90
    assert abs(difference) < 10
    assert found.cycles_per_px == pytest.approx(0.2, abs=0.04)
    assert found.colour == 0


def test_colour_hue_and_norm() -> None:
    weights = np.zeros((3, 3, 3, 3), np.float32)
    weights[0, 0] = 1  # red alone
    weights[1, :] = 2  # brightness alone
    weights[2, 2] = 0.5  # blue alone
    found = filterbank.describe(weights)
    assert found[0].hue in (pytest.approx(0, abs=1), pytest.approx(360, abs=1))
    assert found[2].hue == pytest.approx(240, abs=1)
    assert found[1].colour == pytest.approx(0)
    assert found[0].colour > 0.6
    assert [f.norm for f in found] == pytest.approx([3, np.sqrt(27 * 4), 1.5])
    assert filterbank.order(found, "norm") == [1, 0, 2]
    assert filterbank.order(found, "hue")[-1] == 1, "grey last"
    assert filterbank.order(found, "stored") == [0, 1, 2]
    with pytest.raises(ValueError, match="unknown order"):
        filterbank.order(found, "taste")


@pytest.mark.parametrize(
    "text", ["", "3:zero;1:sobel_x;2:sobel_y;4:swap:5;6:mirror;7:flip;8:negate;9:set:0:1:1:0.5"]
)
def test_the_code_of_the_view_prints_the_edited_answer(network: nn.Module, text: str) -> None:
    subject = Subject("small_resnet", "embedded", "text")
    code = _code(subject, "conv", parse(text))
    from explorer.networks import preprocessing

    copy = edited(network, "conv", parse(text))
    with torch.inference_mode():
        logits = copy(preprocessing.batch(subject.shown, subject.how))[0]
    printed = [float(line.split()[2]) for line in printed_by(code).splitlines()]
    assert printed == pytest.approx(logits.sort(descending=True).values[:5].tolist(), abs=2e-4)
    assert len(parse(text)) <= editing.MOST_EDITS
