"""A computation is given up between two operations, forwards and backwards; the numbers stay those without it."""

import numpy as np
import pytest
import torch
from torch import nn

from explorer import interruption
from explorer.attribution import METHODS, attribute
from explorer.interruption import Interruptible
from tests.test_attribution import LAYERS, batch_of, small
from tests.test_features import state_of


class GivenUpError(BaseException):
    """As Streamlit ends a run: no ordinary exception."""


def asked(module: nn.Module, method: str) -> np.ndarray:
    layer = LAYERS["small_resnet"] if METHODS[method].needs_layer else None
    return attribute(module, batch_of(), method=method, target=3, layer=layer)


@pytest.mark.parametrize("method", METHODS)
def test_the_numbers_are_those_without_it(method: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "EVERY_S", 0.0)
    module = small("small_resnet")
    plain = asked(module, method)
    looks: list[int] = []
    with Interruptible(lambda: looks.append(1)):
        watched = asked(module, method)
    assert np.array_equal(plain, watched)
    assert len(looks) > 50


def test_it_looks_on_the_way_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "EVERY_S", 0.0)
    module, picture = small("small_resnet"), batch_of(1).requires_grad_(True)
    looks: list[int] = []
    with Interruptible(lambda: looks.append(1)):
        logit = module(picture)[0, 3]
        forwards = len(looks)
        torch.autograd.grad(logit, picture)
    assert len(looks) - forwards >= 15  # as many as there are layers


@pytest.mark.parametrize("at", [1, 40, 150, 300])
def test_what_is_given_up_leaves_the_network_as_it_was(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interruption, "EVERY_S", 0.0)
    module = small("small_resnet")
    before, looks = state_of(module), [0]

    def check() -> None:
        looks[0] += 1
        if looks[0] == at:
            raise GivenUpError

    with pytest.raises(GivenUpError), Interruptible(check):
        asked(module, "guided_backprop")
        asked(module, "grad_cam")
    assert looks[0] == at
    assert state_of(module) == before


def test_quick_work_is_not_disturbed() -> None:
    looks: list[int] = []
    with Interruptible(lambda: looks.append(1)):
        torch.zeros(3) + 1
    assert not looks
