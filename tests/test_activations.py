"""Activation functions and their slopes against torch and its autograd."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings
from collections.abc import Callable

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from explorer.activations import ACTIVATIONS, Activation, elu, leaky_relu, maxout

ORACLES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": lambda x: F.leaky_relu(x, 0.1),
    "elu": F.elu,
    "selu": F.selu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "maxout": lambda x: torch.maximum(x, -0.5 * x + 0.5),
}
X = np.concatenate([np.linspace(-12, 12, 4801), [0.0, 1 / 3, -40, 40, -300, 300]])


def torch_pair(
    function: Callable[[torch.Tensor], torch.Tensor], x: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    inputs = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    outputs = function(inputs)
    outputs.sum().backward()
    assert inputs.grad is not None
    return outputs.detach().numpy(), inputs.grad.numpy()


def assert_as_torch(activation: Activation, function: Callable[[torch.Tensor], torch.Tensor]) -> None:
    value, slope = torch_pair(function, X)
    assert np.allclose(activation.value(X), value, rtol=1e-13, atol=1e-14)
    assert np.allclose(activation.derivative(X), slope, rtol=1e-12, atol=1e-13)


def test_every_entry_has_an_oracle() -> None:
    assert list(ORACLES) == list(ACTIVATIONS)
    with pytest.raises(TypeError):
        ACTIVATIONS["x"] = ACTIVATIONS["relu"]  # type: ignore[index]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_value_and_slope_equal_torch(name: str) -> None:
    assert_as_torch(ACTIVATIONS[name], ORACLES[name])


@pytest.mark.parametrize("slope", [0, 0.01, 0.25, 1])
def test_leaky_relu_takes_any_slope(slope: float) -> None:
    assert_as_torch(leaky_relu(slope), lambda x: F.leaky_relu(x, slope))


@pytest.mark.parametrize("alpha", [0.2, 1, 3.5])
def test_elu_takes_any_alpha(alpha: float) -> None:
    assert_as_torch(elu(alpha), lambda x: F.elu(x, alpha))


PIECES = [
    ((1.0, 0.0), (0.0, 0.0)),
    ((2.0, 1.0), (-1.0, -3.0)),
    ((1.0, 2.0), (1.0, 2.0)),
    ((0.0, 1.0), (0.0, 3.0)),
]


@pytest.mark.parametrize(("first", "second"), PIECES)
def test_maxout_takes_any_two_lines(first: tuple[float, float], second: tuple[float, float]) -> None:
    activation = maxout(first, second)
    assert_as_torch(activation, lambda x: torch.maximum(first[0] * x + first[1], second[0] * x + second[1]))
    assert_bounds(activation)


def assert_bounds(activation: Activation) -> None:
    x = np.concatenate([np.linspace(-60, 60, 240_001), [-1e6, 1e6]])
    value = activation.value(x)
    assert (value >= activation.low - 1e-12).all() and (value <= activation.high + 1e-12).all()
    for bound, reached in ((activation.low, value.min()), (activation.high, value.max())):
        assert abs(reached) > 1e4 if math.isinf(bound) else abs(reached - bound) < 1e-3


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_bounds_hold_and_are_tight(name: str) -> None:
    assert_bounds(ACTIVATIONS[name])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_is_the_slope_of_the_value(name: str) -> None:
    x = np.linspace(-5, 5, 1000) + 1e-4  # beside the kinks
    step = 1e-6
    activation = ACTIVATIONS[name]
    rise = (activation.value(x + step) - activation.value(x - step)) / (2 * step)
    assert np.allclose(rise, activation.derivative(x), atol=1e-6)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_huge_values_give_numbers_and_no_warning(name: str) -> None:
    activation, x = ACTIVATIONS[name], np.array([-1e300, -1e20, 1e20, 1e300])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isfinite(activation.value(x)).all() and np.isfinite(activation.derivative(x)).all()
    if name in {"sigmoid", "tanh"}:
        assert (activation.derivative(x) == 0).all()


def test_the_far_tails_are_not_rounded_away() -> None:
    assert ACTIVATIONS["sigmoid"].derivative(40.0) == pytest.approx(math.exp(-40), rel=1e-12)
    assert ACTIVATIONS["sigmoid"].value(-700.0) == pytest.approx(math.exp(-700), rel=1e-12)
    assert ACTIVATIONS["tanh"].derivative(-25.0) == pytest.approx(4 * math.exp(-50), rel=1e-12)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_shapes_are_kept_and_inputs_left_alone(name: str) -> None:
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    before = x.copy()
    for function in (ACTIVATIONS[name].value, ACTIVATIONS[name].derivative):
        got = function(x)
        assert got.shape == x.shape and got.dtype == np.float64 and np.array_equal(x, before)
        assert function(2).shape == () and function([1, 2]).shape == (2,)


@pytest.mark.parametrize("x", [[np.nan], [np.inf], ["a"], [1j], [], None, [[1], [1, 2]]])
def test_what_is_no_number_is_refused(x: object) -> None:
    for function in (ACTIVATIONS["relu"].value, ACTIVATIONS["gelu"].derivative):
        with pytest.raises(ValueError, match="x must"):
            function(x)  # type: ignore[arg-type]


@pytest.mark.parametrize("slope", [-0.1, 1.5, float("nan"), "0.1", True, None])
def test_a_slope_that_cannot_be_is_refused(slope: object) -> None:
    with pytest.raises(ValueError, match="slope must"):
        leaky_relu(slope)  # type: ignore[arg-type]


def test_other_numbers_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="alpha must be positive, got 0"):
        elu(0)
    with pytest.raises(ValueError, match="w2 must be a finite number, got inf"):
        maxout((1, 0), (math.inf, 0))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_entry_is_complete(name: str) -> None:
    entry = ACTIVATIONS[name]
    assert entry.name == name and entry.title and entry.formula and entry.source and entry.what.endswith(".")


def test_the_texts_read_well() -> None:
    assert leaky_relu(0.01).formula == "max(0.01x, x)"
    assert maxout().formula == "max(x, −0.5x + 0.5)"
    assert maxout((-1, -2), (3, 0)).formula == "max(−x − 2, 3x)"
    assert elu().formula == "x for x > 0, otherwise exp(x) − 1"
    assert ACTIVATIONS["tanh"].range == "−1 to 1" and ACTIVATIONS["leaky_relu"].range == "−∞ to ∞"


def test_the_claim_about_the_approximation_holds() -> None:
    apart = np.abs(ACTIVATIONS["gelu"].value(X) - ACTIVATIONS["gelu_tanh"].value(X)).max()
    assert 0.0004 < apart < 0.0005


def test_the_module_loads_without_torch_and_streamlit() -> None:
    code = "import sys, explorer.activations; print([m for m in ('torch', 'streamlit') if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
