"""Is an attribution map to be believed? Completeness, deletion and insertion, and randomised weights tell."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.attribution import Floats
from explorer.door import alone
from explorer.features import run


def completeness_error(
    network: nn.Module, batch: Tensor, maps: Floats, *, target: int, baseline: Tensor | None = None
) -> Floats:
    """By how much the parts miss the whole: sum of the map minus the change of the logit from the baseline (zeros).

    Units: logits. Shapes: (N,).
    Source: Sundararajan, Taly, Yan 2017, proposition 1.
    """
    start = torch.zeros_like(batch) if baseline is None else baseline.expand_as(batch)
    with alone(network), torch.inference_mode():
        change = network(batch)[:, target] - network(start)[:, target]
    return np.asarray(maps.reshape(len(maps), -1).sum(1) - change.cpu().numpy(), dtype=np.float32)


@dataclass(frozen=True)
class Curve:
    """Probability of the class while pixels are taken away (deletion) or given back (insertion), most important first.

    `area` is the mean height: low is good for deletion, high for insertion. `random_area` is the same for a random
    order: what a map must beat.
    """

    share: npt.NDArray[np.float64]
    probability: npt.NDArray[np.float64]
    area: float
    random_area: float


def faithfulness(
    network: nn.Module,
    picture: Tensor,
    scores: Floats,
    *,
    target: int,
    steps: int = 16,
    insertion: bool = False,
) -> Curve:
    """Take away (or give back) pixels in the order of their scores and watch the class.

    What is away is replaced by a strong blur of the picture. Shapes: picture (1, C, H, W), scores (H, W) or coarser.
    Raises: ValueError for shapes that do not fit.
    Source: Petsiuk, Das, Saenko 2018, RISE, section 4.
    """
    if picture.dim() != 4 or len(picture) != 1:
        raise ValueError(f"one picture (1, C, H, W) is needed, got shape {tuple(picture.shape)}")
    if scores.ndim != 2:
        raise ValueError(f"scores (H, W) are needed, got shape {scores.shape}")
    share = np.linspace(0, 1, steps + 1)
    kept = [removed(network, picture, s, share, target=target, insertion=insertion) for s in (scores, None)]
    probability, by_chance = kept
    return Curve(share, probability, area(share, probability), area(share, by_chance))


def area(share: npt.NDArray[np.float64], probability: npt.NDArray[np.float64]) -> float:
    """The mean height of a curve of `removed`, by the trapezoidal rule."""
    return float(np.trapezoid(probability, share))


def removed(
    network: nn.Module,
    picture: Tensor,
    scores: Floats | None,
    share: npt.NDArray[np.float64],
    *,
    target: int,
    insertion: bool = False,
) -> npt.NDArray[np.float64]:
    """The probability of the class when a share of the pixels is taken away (or given back), best scores first.

    Without scores the order is random (always the same). Shapes: as for `faithfulness`; share (n,), gives (n,).
    """
    size = picture.shape[-2:]
    if scores is None:
        order = torch.randperm(size[0] * size[1], generator=torch.Generator().manual_seed(0))
    else:
        fine = torch.from_numpy(np.array(scores, dtype=np.float32))[None, None]
        fine = functional.interpolate(fine, size=size, mode="bilinear", align_corners=False)[0, 0]
        order = fine.flatten().argsort(descending=True)
    away = blurred(picture)
    ends = (away, picture) if insertion else (picture, away)
    return _probabilities(network, ends, order, share, target=target)


def _probabilities(
    network: nn.Module,
    ends: tuple[Tensor, Tensor],
    order: Tensor,
    share: npt.NDArray[np.float64],
    *,
    target: int,
) -> npt.NDArray[np.float64]:
    start, end = ends
    found = []
    with alone(network), torch.inference_mode():
        for part in share:
            mixed = start.clone().flatten(2)
            chosen = order[: round(part * len(order))]
            mixed[..., chosen] = end.flatten(2)[..., chosen]
            found.append(network(mixed.view_as(start)).softmax(1)[0, target].item())
    return np.asarray(found)


def blurred(picture: Tensor) -> Tensor:
    """The picture through a Gaussian of a tenth of its side."""
    side = min(picture.shape[-2:])
    reach = max(1, side // 5)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1, dtype=torch.float32) / (side / 10)) ** 2)
    line = (line / line.sum()).to(picture)
    depth = picture.shape[1]
    padded = functional.pad(picture, (reach, reach, reach, reach), mode="replicate")
    rows = functional.conv2d(padded, line.view(1, 1, -1, 1).repeat(depth, 1, 1, 1), groups=depth)
    return functional.conv2d(rows, line.view(1, 1, 1, -1).repeat(depth, 1, 1, 1), groups=depth)


def layers_that_run(network: nn.Module, batch: Tensor) -> tuple[str, ...]:
    """Names of the convolutions and dense layers in the order in which they run on this batch."""
    seen: list[str] = []

    def note(name: str) -> Callable[[nn.Module, object], None]:
        return lambda _module, _inputs: seen.append(name)

    with alone(network), torch.inference_mode():
        weighted = [(n, m) for n, m in network.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
        handles = [module.register_forward_pre_hook(note(name)) for name, module in weighted]
        try:
            run(network, batch)
        finally:
            for handle in handles:
                handle.remove()
    return tuple(dict.fromkeys(seen))


def randomised_from_top(
    network: nn.Module, *, seed: int = 0, layers: Sequence[str] | None = None
) -> Iterator[tuple[str, nn.Module]]:
    """The sanity check: copies of the network with fresh weights in ever more layers, the last layer first.

    `layers` are the layers in the order in which they run (`layers_that_run`); without it, as they were defined.
    Yields the name of the layer just randomised and the network so far (one copy, changed further each time).
    Source: Adebayo et al. 2018, Sanity checks for saliency maps (cascading randomisation).
    """
    with alone(network):  # nobody else's hooks come along
        changed = copy.deepcopy(network)
    weighted = [name for name, m in changed.named_modules() if isinstance(m, nn.Conv2d | nn.Linear)]
    generator = torch.Generator().manual_seed(seed)
    for name in reversed(weighted if layers is None else layers):
        layer = changed.get_submodule(name)
        if not isinstance(layer, nn.Conv2d | nn.Linear):
            raise ValueError(f"layer {name!r} is a {type(layer).__name__}: it has no weights to randomise")
        with torch.no_grad():
            spread = layer.weight.std().item()
            layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator) * spread)
            if layer.bias is not None:
                layer.bias.zero_()
        yield name, changed


def randomised(
    network: nn.Module, depth: int, *, seed: int = 0, layers: Sequence[str] | None = None
) -> nn.Module:
    """A copy in which the last `depth` layers have fresh weights, as `randomised_from_top` gives them.

    Raises: ValueError where there are fewer layers.
    """
    for place, (_, changed) in enumerate(randomised_from_top(network, seed=seed, layers=layers), start=1):
        if place == depth:
            return changed
    raise ValueError(f"the network has no {depth} layers with weights")


def likeness(first: Floats, second: Floats) -> float:
    """How alike two maps are: Spearman's rank correlation of their magnitudes, from -1 to 1.

    A map that is the same everywhere is like no other: 0.

    Raises: ValueError for different shapes.
    """
    if first.shape != second.shape:
        raise ValueError(f"maps of one shape are needed, got {first.shape} and {second.shape}")
    ranks = [_ranks(np.abs(m).ravel()) for m in (first, second)]
    if any(np.ptp(r) == 0 for r in ranks):
        return 0.0  # a map that is the same everywhere says nothing
    return float(np.corrcoef(ranks[0], ranks[1])[0, 1])


def _ranks(values: Floats) -> npt.NDArray[np.float64]:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[place], dtype=np.float64)
