"""What the layer editor gets from the server: networks to start from, and answers to pasted text."""

import json

import pytest

from explorer.browser import build
from explorer.layers import STARTS, Norm, measure, module, write


def test_every_start_fits_its_input() -> None:
    sent = build.data(False)["starts"]
    assert [start["name"] for start in sent] == list(STARTS)
    for start, (shape, layers) in zip(sent, STARTS.values(), strict=True):
        assert start["input"] == list(shape) and start["rows"] == json.loads(write(layers))
        assert not any(row.problem for row in measure(layers, shape))


@pytest.mark.parametrize(
    ("name", "params"),
    [("LeNet-5", 61_706), ("AlexNet", 61_100_840), ("VGG-11", 132_863_336), ("VGG-16", 138_357_544)],
)
def test_starts_have_the_published_parameters(name: str, params: int) -> None:
    shape, layers = STARTS[name]
    assert sum(row.params for row in measure(layers, shape)) == params


def test_the_small_resnet_is_the_one_of_pytorch() -> None:
    shape, layers = STARTS["ResNet-8"]
    network = module(layers, shape)
    assert sum(p.numel() for p in network.parameters()) == sum(row.params for row in measure(layers, shape))


def test_pasted_text_is_answered_with_rows_or_with_the_line() -> None:
    good = build.answer({"n": 7, "text": "nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU())"})
    assert good == {"n": 7, "rows": [["conv", {"filters": 2, "channels": 1}], ["activation"]]}
    bad = build.answer({"n": 8, "text": "nn.Sequential(\n  nn.ReLU(),\n  open('x'),\n)"})
    assert bad is not None and bad["n"] == 8 and bad["problem"].startswith("line 3")
    huge = build.answer({"n": 9, "text": "#" * 10**6})
    assert huge is not None and "longer than" in huge["problem"]


@pytest.mark.parametrize("asked", [None, 3, "nn.Sequential()", [], {}, {"n": 1}, {"n": 1, "text": 5}])
def test_what_the_page_does_not_send_is_passed_over(asked: object) -> None:
    assert build.answer(asked) is None


def test_a_norm_over_one_value_is_named() -> None:
    for norm in (Norm("instance"), Norm("group", 8)):
        (row,) = measure((norm,), (8, 1, 1))
        assert row.problem == "needs more than one value to take the mean of, gets 8 x 1 x 1"
        assert not measure((norm,), (8, 1, 2))[0].problem
