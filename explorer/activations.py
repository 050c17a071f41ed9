"""Activation functions: the bend between two layers, without which they would be one."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from explorer.sliding import Floats, numbers

Curve = Callable[[Floats], Floats]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


@dataclass(frozen=True)
class Activation:
    """A function applied to every value of a feature map, with its slope.

    low and high bound what can come out. At a kink the slope is the one that PyTorch uses.
    """

    name: str
    title: str
    formula: str
    low: float
    high: float
    what: str
    source: str
    curve: Curve
    slope: Curve

    def value(self, x: npt.ArrayLike) -> Floats:
        """What comes out for each value that goes in.

        Shapes: any; unchanged.
        """
        with np.errstate(over="ignore"):
            return self.curve(numbers(x, "x"))

    def derivative(self, x: npt.ArrayLike) -> Floats:
        """How steep the curve is at each value: the share of the gradient that passes back.

        Shapes: any; unchanged.
        """
        with np.errstate(over="ignore"):
            return self.slope(numbers(x, "x"))

    @property
    def range(self) -> str:
        """The bounds of what can come out, to read."""
        return f"{_bound(self.low)} to {_bound(self.high)}"


def _bound(value: float) -> str:
    return f"{value:.3g}".replace("inf", "∞").replace("-", "−")


def leaky_relu(slope: float = 0.1) -> Activation:
    """ReLU with a gentle slope where it would be zero; PyTorch's own default is 0.01."""
    _check(slope, "slope")
    if not 0 <= slope <= 1:
        raise ValueError(f"slope must lie between 0 and 1, got {slope}")
    return Activation(
        "leaky_relu",
        "Leaky ReLU",
        f"max({slope:g}x, x)",
        -math.inf if slope else 0.0,
        math.inf,
        "Negative values shrink but survive, so no unit is ever without a gradient.",
        "Maas, Hannun, Ng 2013, Rectifier nonlinearities improve neural network acoustic models",
        lambda x: np.where(x > 0, x, slope * x),
        lambda x: np.where(x > 0, 1.0, slope),
    )


def elu(alpha: float = 1.0) -> Activation:
    """The identity for positive values; below, a curve that levels out at minus alpha."""
    _check(alpha, "alpha")
    if alpha <= 0:
        raise ValueError(f"alpha must be positive, got {alpha}")
    return Activation(
        "elu",
        "ELU",
        f"x for x > 0, otherwise {'exp(x) − 1' if alpha == 1 else f'{alpha:g} · (exp(x) − 1)'}",
        -alpha,
        math.inf,
        "Smooth at zero, and its negative values pull the mean of a map towards zero.",
        "Clevert, Unterthiner, Hochreiter 2015, Fast and accurate deep network learning by ELUs",
        lambda x: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
        lambda x: np.where(x > 0, 1.0, alpha * np.exp(np.minimum(x, 0))),
    )


def maxout(first: tuple[float, float] = (1.0, 0.0), second: tuple[float, float] = (-0.5, 0.5)) -> Activation:
    """The larger of two straight lines, each a weight and a bias: a network learns all four numbers."""
    for name, value in zip(("w1", "b1", "w2", "b2"), (*first, *second), strict=True):
        _check(value, name)
    (w1, b1), (w2, b2) = first, second
    return Activation(
        "maxout",
        "Maxout, two pieces",
        f"max({_line(w1, b1)}, {_line(w2, b2)})",
        _lowest(first, second),
        math.inf if w1 or w2 else max(b1, b2),
        "A bend that is learnt: ReLU, leaky ReLU and the absolute value are all special cases.",
        "Goodfellow and others 2013, Maxout networks",
        lambda x: np.maximum(w1 * x + b1, w2 * x + b2),
        lambda x: w1 + (w2 - w1) * np.heaviside((w2 * x + b2) - (w1 * x + b1), 0.5),
    )


def _lowest(first: tuple[float, float], second: tuple[float, float]) -> float:
    """The least that the larger of two lines can be: where they cross, unless both fall the same way."""
    (w1, b1), (w2, b2) = first, second
    if w1 == w2 == 0:
        return max(b1, b2)
    if w1 == w2 or w1 * w2 > 0:
        return -math.inf
    return (w1 * b2 - w2 * b1) / (w1 - w2)


def _line(weight: float, bias: float) -> str:
    signed = f" {'+' if bias > 0 else '−'} {abs(bias):g}" if bias else ""
    factor = "" if abs(weight) == 1 else f"{abs(weight):g}"
    return f"{'−' if weight < 0 else ''}{factor}x{signed}"


def _check(value: object, name: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise ValueError(f"{name} must be a number, got {value!r}")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, got {value!r}")


def _sigmoid(x: Floats) -> Floats:
    tail = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, tail) / (1.0 + tail)


def _sigmoid_slope(x: Floats) -> Floats:
    tail = np.exp(-np.abs(x))
    return np.asarray(tail / np.square(1.0 + tail))


def _normal_share(x: Floats) -> Floats:
    """The share of a normal distribution below x."""
    shares = [math.erfc(-value / math.sqrt(2.0)) / 2.0 for value in x.ravel().tolist()]
    return np.array(shares, dtype=np.float64).reshape(x.shape)


def _gelu_slope(x: Floats) -> Floats:
    near = np.clip(x, -50.0, 50.0)  # further out the bell is 0
    return np.asarray(_normal_share(x) + near * np.exp(-0.5 * near * near) / math.sqrt(2.0 * math.pi))


def _gelu_tanh_parts(x: Floats) -> tuple[Floats, Floats]:
    """tanh(sqrt(2/pi) (x + 0.044715 x^3)) and its slope."""
    near = np.clip(x, -50.0, 50.0)  # further out tanh is 1
    inside = math.sqrt(2.0 / math.pi) * (near + 0.044715 * near**3)
    steepness = math.sqrt(2.0 / math.pi) * (1.0 + 3.0 * 0.044715 * near**2)
    return np.tanh(inside), 4.0 * _sigmoid_slope(2.0 * inside) * steepness


def _gelu_tanh(x: Floats) -> Floats:
    return np.asarray(0.5 * x * (1.0 + _gelu_tanh_parts(x)[0]))


def _gelu_tanh_slope(x: Floats) -> Floats:
    bend, steepness = _gelu_tanh_parts(x)
    return np.asarray(0.5 * (1.0 + bend) + 0.5 * np.clip(x, -50.0, 50.0) * steepness)


_ELU = elu(SELU_ALPHA)
_GELU_PAPER = "Hendrycks and Gimpel 2016, Gaussian error linear units (GELUs)"

_TABLE = (
    Activation(
        "sigmoid",
        "Sigmoid",
        "1 / (1 + exp(−x))",
        0.0,
        1.0,
        "Large values of either sign are flattened: there the slope, and with it the gradient, vanishes.",
        "Rumelhart, Hinton, Williams 1986, Learning representations by back-propagating errors",
        _sigmoid,
        _sigmoid_slope,
    ),
    Activation(
        "tanh",
        "Tanh",
        "tanh(x) = 2σ(2x) − 1",
        -1.0,
        1.0,
        "A sigmoid centred on zero: steeper in the middle, and as flat at both ends.",
        "LeCun, Bottou, Orr, Müller 1998, Efficient BackProp",
        np.tanh,
        lambda x: 4.0 * _sigmoid_slope(2.0 * x),
    ),
    Activation(
        "relu",
        "ReLU",
        "max(0, x)",
        0.0,
        math.inf,
        "Negative answers become zero: the map is sparse, and the positive part passes unchanged.",
        "Nair and Hinton 2010, Rectified linear units improve restricted Boltzmann machines",
        lambda x: np.maximum(x, 0.0),
        lambda x: np.where(x > 0, 1.0, 0.0),
    ),
    leaky_relu(),
    elu(),
    Activation(
        "selu",
        "SELU",
        f"{SELU_SCALE:.4f} · ELU(x) with α = {SELU_ALPHA:.4f}",
        -SELU_SCALE * SELU_ALPHA,
        math.inf,
        "An ELU scaled so that, layer after layer, values keep mean 0 and variance 1.",
        "Klambauer and others 2017, Self-normalizing neural networks",
        lambda x: SELU_SCALE * _ELU.curve(x),
        lambda x: SELU_SCALE * _ELU.slope(x),
    ),
    Activation(
        "gelu",
        "GELU",
        "x · Φ(x)",
        -0.1699712074799036,  # at x = -0.7518
        math.inf,
        "A rounded ReLU that dips below zero first: small negative values are let through a little.",
        _GELU_PAPER,
        lambda x: x * _normal_share(x),
        _gelu_slope,
    ),
    Activation(
        "gelu_tanh",
        "GELU, by tanh",
        "0.5x · (1 + tanh(√(2/π) · (x + 0.044715x³)))",
        -0.1700407505712528,  # at x = -0.7525
        math.inf,
        "The quick approximation: compare it with GELU, the curves differ by less than 0.0005.",
        _GELU_PAPER,
        _gelu_tanh,
        _gelu_tanh_slope,
    ),
    maxout(),
)

ACTIVATIONS: Mapping[str, Activation] = MappingProxyType({entry.name: entry for entry in _TABLE})
