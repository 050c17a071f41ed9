"""Random stacks of layers, as the layer editor and as `explorer.layers` measure them."""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from explorer.layers import (
    KINDS,
    Activation,
    AdaptivePool,
    AvgPool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    Layer,
    Linear,
    MaxPool,
    Norm,
    Residual,
    Row,
    write,
)

Stack = tuple[tuple[int, int, int], tuple[Layer, ...]]
NOT_ONE_WINDOW = ("two maps meet", "the pattern of receptive fields")


def _sides(rng: random.Random, low: int, high: int) -> Any:
    """One number, or two."""
    one = rng.randint(low, high)
    return one if rng.random() < 0.7 else (one, rng.randint(low, high))


def _conv(rng: random.Random) -> Layer:
    kernel, groups = rng.choice((1, 2, 3, 3, 5, (1, 5), (7, 3))), rng.choice((1, 1, 1, 2, 4))
    filters = rng.choice((4, 8, 12, 16, 24)) if groups > 1 else rng.randint(1, 24)
    return Conv(
        filters,
        kernel,
        _sides(rng, 1, 2),
        _sides(rng, 0, 3),
        rng.choice((1, 1, 2, (1, 3))),
        groups,
        rng.random() < 0.6,
        rng.choice((None, None, None, 8)),
    )


def _depthwise(rng: random.Random) -> Layer:
    return DepthwiseConv(
        kernel=_sides(rng, 1, 4),
        stride=rng.randint(1, 2),
        padding=1,
        bias=rng.random() < 0.5,
        multiplier=rng.choice((1, 1, 2)),
    )


def _pool(rng: random.Random) -> Layer:
    make = rng.choice((MaxPool, AvgPool))
    kernel = rng.randint(2, 4)
    return make(kernel, rng.choice((None, 1, 2, 3, (2, 1))), rng.randint(0, kernel // 2), rng.random() < 0.4)


def _adaptive(rng: random.Random) -> Layer:
    return AdaptivePool(rng.choice((1, 2, 3, 6, 7, (4, 5))), rng.choice(("average", "max")))


def _norm(rng: random.Random) -> Layer:
    return Norm(rng.choice(("batch", "batch", "group", "instance")), rng.choice((1, 2, 4, 32)))


MAKERS: Sequence[Callable[[random.Random], Layer]] = (
    _conv, _conv, _conv, _depthwise, _pool, _adaptive, _norm,
    lambda rng: Activation(rng.choice(list(Activation.FUNCTIONS))),
    lambda rng: Activation("leaky relu", rng.choice((0.01, 0.1, 0.25))),
    lambda rng: Residual(rng.randint(1, 4), rng.random() < 0.6),
    lambda rng: Dense(rng.randint(1, 4)),
    lambda rng: Dropout(rng.choice((0.5, 0.25, 0.125))),
    lambda rng: Conv(8, 3, 1, 1),
    lambda rng: Norm(),
)  # fmt: skip


def random_stack(seed: int) -> Stack:
    """Layers of which most fit; some stacks end in a dense layer, some contain a row that cannot be."""
    rng = random.Random(seed)
    shape = (rng.choice((1, 3, 8, 12)), rng.randint(9, 70), rng.randint(9, 70))
    layers = [rng.choice(MAKERS)(rng) for _ in range(rng.randint(1, 14))]
    if rng.random() < 0.5:
        layers += [Flatten(), Dropout(0.5), Linear(rng.randint(1, 300), rng.random() < 0.7), Linear(7)]
    return shape, tuple(layers)


def as_sent(stack: Stack) -> dict[str, Any]:
    """A stack as the page gets it from the server."""
    shape, layers = stack
    return {"input": [str(size) for size in shape], "rows": json.loads(write(layers))}


def expected(row: Row) -> dict[str, Any]:
    """What the page has to show for a row that fits."""
    return {
        "shape": list(row.output_shape),
        "weights": row.weight_params,
        "biases": row.bias_params,
        "macs": row.macs,
        "bytes": row.output_bytes,
        "first": [row.rows.at(0)[0], row.columns.at(0)[0]],
        "last": [row.rows.at(0)[1], row.columns.at(0)[1]],
        "third": [row.rows.at(3)[1], row.columns.at(3)[1]],
        "jump": [row.rows.jump_px, row.columns.jump_px],
        "is_global": row.is_global,
    }


def usual_settings() -> Mapping[str, Mapping[str, object]]:
    """The usual values of every layer type, by the names of its settings."""
    return {
        name: {known.name: known.default for known in kind.__dataclass_fields__.values()}
        for name, kind in KINDS.items()
    }
