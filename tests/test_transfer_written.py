"""What the browser's lanes send to be written as files: what is right comes back whole, all else with a sentence."""

import base64
import io
from functools import cache
from typing import Any

import pytest
import torch

from explorer.browser import transfer
from explorer.browser.transfer import written
from explorer.transfer import Recipe, export, graph, starting

LANE = Recipe.of_lane("whole", seed=4)


@cache
def sent_bytes() -> bytes:
    """As the engine writes weights: under torch's names, without counters."""
    return graph.export_graph(starting.starting("small_vgg", "glyphs", LANE, 33), (1, 28, 28))[1]


def asked(**changed: object) -> dict[str, Any]:
    """As the page asks."""
    question: dict[str, Any] = {"format": "pt", "network": "small_vgg", "classes": 33, "input": [1, 28, 28]}
    return {**question, "weights": base64.b64encode(sent_bytes()).decode(), **changed}


def packed(**tensors: torch.Tensor) -> str:
    return base64.b64encode(export.tensor_bytes(tensors)).decode()


def with_bias(bias: torch.Tensor) -> str:
    return packed(**{**export.read_tensors(sent_bytes()), "head.bias": bias})


def test_the_state_dict_is_that_of_the_lane() -> None:
    sent = export.read_tensors(sent_bytes())
    told = transfer.answer({**asked(), "n": 7})
    assert told is not None
    assert told["n"] == 7
    state = torch.load(io.BytesIO(base64.b64decode(told["base64"])), weights_only=True)
    module = starting.starting("small_vgg", None, Recipe.of_lane("scratch"), 33)
    assert not torch.equal(module.state_dict()["head.weight"], sent["head.weight"])
    module.load_state_dict(state, strict=True)
    for name, value in sent.items():
        assert torch.equal(module.state_dict()[name], value), name
    assert {name.rpartition(".")[2] for name in state.keys() - sent.keys()} <= {"num_batches_tracked"}


def test_onnx_is_written_or_it_is_said_what_is_missing() -> None:
    told = transfer.answer({**asked(format="onnx"), "n": 1})
    assert told is not None
    assert transfer.data(False)["onnx_problem"] == written.onnx_problem() == export.onnx_problem()
    if problem := written.onnx_problem():
        assert told == {"n": 1, "problem": problem}
        return
    module = starting.starting("small_vgg", "glyphs", LANE, 33)
    assert base64.b64decode(told["base64"]) == export.onnx_bytes(module, (1, 28, 28))


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"format": "exe"}, "can be written as pt or onnx"),
    ({"format": None}, "can be written as pt or onnx"),
    ({"format": ["pt"]}, "can be written as pt or onnx"),
    ({"network": "small_vgh"}, "small_vgg"),
    ({"network": None}, "names no network"),
    ({"network": "vgg16"}, "MB of weights"),
    ({"classes": 10}, "head.bias must be float32 (10,)"),
    ({"classes": 1}, "2 to 200 classes"),
    ({"classes": True}, "names no network and number"),
    ({"classes": "33"}, "names no network and number"),
    ({"input": [3, 28, 28]}, "does not take pictures of 3 channels"),
    ({"input": [1, 28, 32]}, "pictures are square"),
    ({"input": [1, 9000, 9000]}, "pictures are square"),
    ({"input": "1x28x28"}, "three whole numbers"),
    ({"weights": ""}, "no weights in this question"),
    ({"weights": 3}, "no weights in this question"),
    ({"weights": "ä"}, "did not arrive whole"),
    ({"weights": base64.b64encode(b"x" * 99).decode()}, "no safetensors file"),
    ({"weights": lambda: packed(one=torch.zeros(1))}, "these weights lack"),
    ({"weights": lambda: with_bias(torch.zeros(32))}, "float32 (33,) in this network, and is float32 (32,)"),
    ({"weights": lambda: with_bias(torch.zeros(33, dtype=torch.float16))}, "and is float16 (33,)"),
    ({"weights": lambda: with_bias(torch.full((33,), torch.nan))}, "head.bias holds a number that is not finite"),
])  # fmt: skip
def test_anything_else_is_answered_with_a_sentence(changed: dict[str, object], sentence: str) -> None:
    given = {name: value() if callable(value) else value for name, value in changed.items()}
    told = transfer.answer({**asked(**given), "n": 2})
    assert told is not None
    assert sentence in told["problem"]
    assert told.keys() == {"n", "problem"}


def test_foreign_names_and_too_much_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    tensors = export.read_tensors(sent_bytes())
    with pytest.raises(ValueError, match=r"have stranger, which this network does not"):
        written.file(asked(weights=packed(**tensors, stranger=torch.zeros(1))))
    monkeypatch.setattr(written, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="too large"):
        written.file(asked())


def test_what_is_no_question_is_not_answered() -> None:
    assert [transfer.answer(given) for given in (None, "pt", 3, [], {}, {"address": 3})] == [None] * 6
