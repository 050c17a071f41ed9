"""What a network answers: the likeliest classes, what each stage of the preprocessing does to them, and probes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from explorer import features
from explorer.door import alone
from explorer.networks import preprocessing
from explorer.networks.preprocessing import STAGES, Preprocessing

BATCH = 8


@dataclass(frozen=True)
class Answer:
    """One class with its probability (softmax of all logits) and its logit."""

    index: int
    label: str
    probability: float
    logit: float


@dataclass(frozen=True)
class Probe:
    """A way to move a picture before the network sees it; the first amount of `rest` changes nothing."""

    name: str
    title: str
    unit: str
    amounts: tuple[float, ...]
    rest: float


def _steps(low: float, high: float, count: int) -> tuple[float, ...]:
    return tuple(round(float(v), 4) for v in np.linspace(low, high, count))


_PROBES = (
    Probe("shift", "Shift to the right", "px", _steps(-16, 16, 33), 0.0),
    Probe("scale", "Scale", "×", _steps(0.5, 1.5, 21), 1.0),
    Probe("rotate", "Rotate", "°", _steps(-90, 90, 37), 0.0),
)
PROBES: Mapping[str, Probe] = MappingProxyType({probe.name: probe for probe in _PROBES})


def logits(network: nn.Module, batch: Tensor) -> Tensor:
    """The logits of a batch. Shapes: (N, C, H, W) -> (N, classes)."""
    features.four_dimensional(batch)
    with alone(network), torch.inference_mode():
        return features.run(network, batch)


def answers(scores: Tensor, how: Preprocessing, k: int = 5) -> list[Answer]:
    """The k likeliest classes of one picture's logits, the likeliest first. Shapes: (classes,)."""
    shares = scores.softmax(0)
    top = shares.topk(min(k, len(shares))).indices.tolist()
    return [Answer(i, how.label(i), shares[i].item(), scores[i].item()) for i in top]


def switched(network: nn.Module, picture: Image.Image, how: Preprocessing) -> dict[str, list[Answer]]:
    """The top 5 with all stages ("") and with each one left out."""
    choices = ["", *STAGES]
    batches = [preprocessing.batch(picture, how, {name} - {""}) for name in choices]
    scores = logits(network, torch.cat(batches))
    return {name: answers(row, how) for name, row in zip(choices, scores, strict=True)}


def moved(picture: Image.Image, how: Preprocessing, probe: str, amount: float) -> Image.Image:
    """The picture, resized as the network wants it, moved about its middle and cut out of its surroundings.

    Beyond its edges a photograph is mirrored; around a picture that is laid on black it stays black. Whole shifts
    move whole pixels; everything else is interpolated bilinearly.
    Raises: ValueError for an unknown probe or an impossible amount.
    """
    if probe not in PROBES:
        raise ValueError(f"unknown probe {probe!r}; there are {', '.join(PROBES)}")
    if probe == "scale" and amount <= 0:
        raise ValueError(f"a scale must be above 0, got {amount}")
    grey = how.channels == 1
    values = preprocessing.stages(picture, how)[0].values
    pixels = values.permute(1, 2, 0).numpy()
    side = how.input_px
    margins = [(side + max(0, side - size) // 2 + side % 2,) * 2 for size in pixels.shape[:2]]
    surrounded = np.pad(pixels, [*margins, (0, 0)], mode="constant" if grey else "symmetric")
    source = Image.fromarray(surrounded[..., 0] if grey else surrounded)
    return source.transform(
        (side, side),
        Image.Transform.AFFINE,
        _affine(source.size, side, probe, amount),
        Image.Resampling.BILINEAR,
    )


def _affine(size: tuple[int, int], side: int, probe: str, amount: float) -> tuple[float, ...]:
    """From places of the output to places of the source: rows a b c, d e f."""
    angle = math.radians(amount) if probe == "rotate" else 0.0
    zoom = 1 / amount if probe == "scale" else 1.0
    dx = amount if probe == "shift" else 0.0
    cos, sin = zoom * math.cos(angle), zoom * math.sin(angle)
    # The middle of the centre crop, as torchvision cuts it: its first row is round((size - side) / 2).
    left, top = (round((length - side) / 2) for length in size)
    half = side / 2
    x, y = left + half - cos * (half + dx) + sin * half, top + half - sin * (half + dx) - cos * half
    return (cos, -sin, x, sin, cos, y)


def probed(
    network: nn.Module, picture: Image.Image, how: Preprocessing, probe: str, amounts: Sequence[float]
) -> Iterator[Tensor]:
    """The logits of the moved pictures, a few at a time. Shapes: each (n, classes), n at most 8."""
    still = Preprocessing(how.channels, how.input_px, how.input_px, how.mean, how.std, how.labels)
    for start in range(0, len(amounts), BATCH):
        pictures = [moved(picture, how, probe, amount) for amount in amounts[start : start + BATCH]]
        yield logits(network, torch.cat([preprocessing.batch(one, still) for one in pictures]))
