"""One signed map of what spoke for a class, made in parts: a page can show how far it is, stop, and go on.

Joined, the parts are what `explorer.attribution.attribute` gives at once, its colours summed (where it has colours).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import torch
from torch import Tensor, nn

from explorer import attribution, features
from explorer.activity import Step
from explorer.arrangement import Arrangement
from explorer.attribution import METHODS, Floats
from explorer.door import alone
from explorer.faithfulness import blurred
from explorer.networks.preprocessing import Preprocessing

PART = 8
AT_ONCE = 2  # pictures in one pass: what is begun is soon through, and can be given up
BASELINES: Mapping[str, str] = MappingProxyType(
    {"mean": "mean colour", "black": "black", "white": "white", "blur": "blurred picture"}
)
UNITS: Mapping[str, str] = MappingProxyType(
    {
        "saliency": "logit per unit of input",
        "smooth_grad": "logit per unit of input",
        "guided_backprop": "rectified logit per unit of input",
        "input_x_gradient": "logit",
        "integrated_gradients": "logit",
        "occlusion": "logit",
        "grad_cam": "mean gradient × activation",
        "hires_cam": "logit",
    }
)
"""What the numbers of a method's map count."""
MOST_STEPS, MOST_SAMPLES = 300, 100
_NO_PLACE = ("Pool", "Dropout", "StochasticDepth", "Permute", "Identity", "Flatten")


@dataclass(frozen=True)
class Query:
    """Which map is asked for: the method, the class, and what the method can be told.

    Units: noise is a share of the input's range; window_px and stride_px are pixels of the network's input.
    """

    method: str
    target: int
    layer: str | None = None
    steps: int = 50
    baseline: str = "mean"
    samples: int = 20
    noise: float = 0.15
    window_px: int = 8
    stride_px: int = 4

    def parts(self, side_px: int) -> int:
        """In how many parts the map of a square picture is made."""
        if self.method == "integrated_gradients":
            return math.ceil(self.steps / PART)
        if self.method == "smooth_grad":
            return math.ceil(self.samples / PART)
        return len(places(side_px, self.window_px, self.stride_px)) if self.method == "occlusion" else 1

    def passes(self, side_px: int) -> int:
        """How many passes of the network the map takes; one forward and backward counts three."""
        if self.method == "occlusion":
            return len(places(side_px, self.window_px, self.stride_px)) ** 2
        often = {"integrated_gradients": self.steps, "smooth_grad": self.samples}
        return 3 * often.get(self.method, 1)

    def coarse(self, side_px: int) -> Query:
        """The same with fewer steps, samples and places, for a check that asks many times."""
        window = max(self.window_px, side_px // 4)
        fewer: dict[str, dict[str, int]] = {
            "integrated_gradients": {"steps": min(self.steps, 2 * PART)},
            "smooth_grad": {"samples": min(self.samples, PART)},
            "occlusion": {"window_px": window, "stride_px": max(self.stride_px, window // 2)},
        }
        return replace(self, **fewer.get(self.method, {}))  # type: ignore[arg-type]

    def options(self) -> dict[str, int | float]:
        """What `attribute` is told, but for the baseline."""
        names = {
            "integrated_gradients": ("steps",),
            "smooth_grad": ("samples", "noise"),
            "occlusion": ("window_px", "stride_px"),
        }
        return {name: getattr(self, name) for name in names.get(self.method, ())}


def places(side_px: int, window_px: int, stride_px: int) -> list[tuple[int, int]]:
    """First and last (exclusive) pixel of every place of a window that slides over a side; the last may be cut.

    Raises: ValueError for a window or a stride that leaves pixels uncovered.
    """
    if not 1 <= window_px <= side_px:
        raise ValueError(f"window_px must be a whole number from 1 to {side_px}, got {window_px}")
    if not 1 <= stride_px <= window_px:
        raise ValueError(f"stride_px must be a whole number from 1 to {window_px}, got {stride_px}")
    count = math.ceil((side_px - window_px) / stride_px) + 1
    return [(i * stride_px, min(i * stride_px + window_px, side_px)) for i in range(count)]


def baseline(batch: Tensor, how: Preprocessing, name: str) -> Tensor:
    """What integrated gradients start from. Shapes: as the batch.

    Raises: ValueError for a baseline that there is not.
    """
    if name not in BASELINES:
        raise ValueError(f"there is no baseline {name!r}; there are {', '.join(BASELINES)}")
    if name == "blur":
        return blurred(batch)
    if name == "mean":
        return torch.zeros_like(batch)
    mean, std = (torch.tensor(v, dtype=batch.dtype)[None, :, None, None] for v in (how.mean, how.std))
    return (((1.0 if name == "white" else 0.0) - mean) / std).expand_as(batch)


def part(  # noqa: PLR0917
    network: nn.Module,
    batch: Tensor,
    how: Preprocessing,
    query: Query,
    index: int,
    lies: Arrangement | None = None,
) -> Floats:
    """Part `index` of a map. `lies` as for `attribute`.

    Shapes: batch (1, C, H, W); gives (H, W), for Grad-CAM at the layer's own size; for occlusion one row of windows,
    (places, classes): by how much each logit falls, for every class at once.
    """
    if query.method == "integrated_gradients":
        return _along_the_way(network, batch, how, query, index)
    if query.method == "smooth_grad":
        return _among_noise(network, batch, query, index)
    if query.method == "occlusion":
        return _covered(network, batch, query, index)
    told = {} if lies is None else {"lies": lies}
    return _plane(
        attribution.attribute(
            network, batch, method=query.method, target=query.target, layer=query.layer, **told
        )
    )


def joined(parts: Sequence[Floats], query: Query, side_px: int) -> Floats:
    """The whole map of all its parts. Shapes: (H, W)."""
    if query.method != "occlusion":
        return np.asarray(np.sum(parts, axis=0), dtype=np.float32)
    spans = places(side_px, query.window_px, query.stride_px)
    total, covers = np.zeros((2, side_px, side_px))
    for (top, bottom), row in zip(spans, parts, strict=True):
        for (left, right), falls in zip(spans, row, strict=True):
            total[top:bottom, left:right] += falls[query.target]
            covers[top:bottom, left:right] += 1
    return np.asarray(total / covers, dtype=np.float32)


def _plane(maps: Floats) -> Floats:
    """One picture's map with its colours summed. Shapes: (1, C, H, W) or (1, H, W) -> (H, W)."""
    return np.asarray(maps[0].sum(0) if maps.ndim == 4 else maps[0], dtype=np.float32)


def _gradients(network: nn.Module, batch: Tensor, target: int) -> Tensor:
    parts = [
        attribution.attribute(network, few, method="saliency", target=target)
        for few in torch.split(batch, AT_ONCE)
    ]
    return torch.from_numpy(np.concatenate(parts))


def _along_the_way(network: nn.Module, batch: Tensor, how: Preprocessing, query: Query, index: int) -> Floats:
    """Gauss-Legendre nodes on the straight way from the baseline to the picture, as captum places them."""
    nodes, weights = np.polynomial.legendre.leggauss(query.steps)
    chosen = slice(index * PART, (index + 1) * PART)
    at, share = (
        torch.tensor(values[chosen] / 2, dtype=batch.dtype)[:, None, None, None]
        for values in (1 + nodes, weights)
    )
    start = baseline(batch, how, query.baseline)
    way = batch - start
    slopes = _gradients(network, start + at * way, query.target)
    return _plane(((share * slopes).sum(0, keepdim=True) * way).numpy())


def _among_noise(network: nn.Module, batch: Tensor, query: Query, index: int) -> Floats:
    generator = torch.Generator().manual_seed(0)
    spread = query.noise * (batch.max() - batch.min()).item()
    count = min(PART, query.samples - index * PART)
    for _ in range(index * PART):  # the noise of the parts before
        torch.randn(batch.shape, generator=generator)
    noisy = [batch + torch.randn(batch.shape, generator=generator).to(batch) * spread for _ in range(count)]
    slopes = _gradients(network, torch.cat(noisy), query.target)
    return _plane((slopes.sum(0, keepdim=True) / query.samples).numpy())


def _covered(network: nn.Module, batch: Tensor, query: Query, index: int) -> Floats:
    spans = places(batch.shape[-1], query.window_px, query.stride_px)
    top, bottom = spans[index]
    pictures = [batch]
    for left, right in spans:
        covered = batch.clone()
        covered[..., top:bottom, left:right] = 0
        pictures.append(covered)
    with alone(network), torch.inference_mode():
        logits = torch.cat([features.run(network, torch.cat(part)) for part in _in_parts(pictures)])
    return np.asarray((logits[:1] - logits[1:]).numpy(), dtype=np.float32)


def _in_parts(pictures: list[Tensor]) -> list[list[Tensor]]:
    return [pictures[start : start + AT_ONCE] for start in range(0, len(pictures), AT_ONCE)]


def places_of_layers(steps: Sequence[Step]) -> tuple[str, ...]:
    """The layers at which Grad-CAM can be asked: those whose maps have height and width, in the order they run.

    A layer that runs several times counts with its last run. Left out are tokens after the last attention: the answer
    reads the class token alone there, so that no place has a gradient.
    """
    kept = [s for s in steps if s.run == s.runs and min(s.shape[1:]) > 1 and s.is_read]
    return tuple(s.layer for s in kept)


def last_place(steps: Sequence[Step], classes: int) -> str | None:
    """The usual layer for Grad-CAM: the last that works on maps, before the pooling and the classes."""
    offered = set(places_of_layers(steps))
    fitting = [
        s.layer
        for s in steps
        if s.layer in offered and s.shape[0] != classes and not any(word in s.kind for word in _NO_PLACE)
    ]
    return fitting[-1] if fitting else next(iter(sorted(offered)), None)


def misfits(network: nn.Module, shape: tuple[int, int, int], steps: Sequence[Step]) -> dict[str, str]:
    """The methods that are not offered for a network, each with the reason."""
    found = {name: attribution.misfit(network, name, shape) for name in METHODS}
    reasons = {name: why for name, why in found.items() if why}
    if not places_of_layers(steps):
        cams = [name for name, method in METHODS.items() if method.needs_layer]
        reasons |= dict.fromkeys(cams, "No layer of this network gives maps with height and width.")
    return reasons
