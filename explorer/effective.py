"""Which pixels a unit really listens to: the *effective* receptive field, measured by gradient.

The theoretical field says which pixels can matter. How much each does matter is the size of the unit's gradient:
run the network up to the layer, ask how the centre cell changes with every pixel, and average over several runs.
With random weights the answer is a bump in the middle that leaves most of the theoretical field nearly unused.

With all weights equal and the non-linearities left out, the gradient counts the ways from a pixel to the unit: it
is above zero on the theoretical field, and nowhere else.

Only the layers up to the one asked for get numbers; the rest of the network stays without (VGG-16's convolutions
need 59 MB, its dense head another 494 MB that never exist).

Units: pixels of the network's input; bytes.
Source: Luo, Li, Urtasun, Zemel 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural
Networks, https://arxiv.org/abs/1701.04128.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn

from explorer import memory, networks, shapes, weights
from explorer.graph import Graph
from explorer.operators import Shape
from explorer.prefix import Reading, run_to
from explorer.receptive import Box

Floats = NDArray[np.float64]
KINDS = ("random", "trained", "equal")
MOST_BYTES = 448 << 20
EXACT_BYTES = 128 << 20
MOST_FILE_BYTES = 256 << 20
LUO_SHARE = 1 - 0.9545
_LENET5 = Path(__file__).resolve().parent.parent / "assets" / "weights" / "lenet5_mnist.safetensors"
_ALONE = threading.Lock()  # one measurement at a time: memory is what a small server has least of


@dataclass(frozen=True, slots=True)
class Unit:
    """The centre cell of one layer, and what it takes to measure it."""

    network: str
    layer: str
    input_shape: Shape
    map_px: tuple[int, int]
    cell: tuple[int, int]
    box: Box
    is_global: bool
    parameters: tuple[str, ...]
    needs_bytes: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A measured field: how much each pixel matters, summed over colours and averaged over runs.

    Shapes: ``map`` is (H, W); its sum is 1.
    """

    unit: Unit
    map: Floats
    runs: int

    @property
    def seen(self) -> Box:
        """The theoretical field, as far as it lies in the picture."""
        return self.unit.box.clipped(*self.unit.input_shape[1:])

    @property
    def inside(self) -> float:
        """The share of all gradient that lies in the theoretical field: 1, unless something looks past the windows."""
        return float(_cut(self.map, self.seen).sum())

    @property
    def luo_px(self) -> float:
        """The side of a square with as many pixels as reach 4.55 % of the largest (Luo et al., section 3)."""
        return float(np.sqrt((self.map > LUO_SHARE * self.map.max()).sum()))

    @property
    def spread_px(self) -> float:
        """Standard deviation of the gradient along the rows and the columns, averaged."""
        return float(np.mean([_spread(self.map.sum(axis)) for axis in (0, 1)]))

    def side_px(self, share: float = 0.9) -> int:
        """The side of the smallest square around the field's centre that holds this share of the gradient."""
        middle = [(first + last) / 2 for first, last in _ends(self.unit.box)]
        rows, columns = (np.abs(np.arange(n) - m) for n, m in zip(self.map.shape, middle, strict=True))
        reach = np.maximum(rows[:, None], columns[None, :]).ravel()  # half a side reaches so far
        order = np.argsort(reach, kind="stable")
        held = np.cumsum(self.map.ravel()[order])
        place = min(int(np.searchsorted(held, share - 1e-12)), held.size - 1)
        return round(2 * float(reach[order[place]])) + 1


def unit(network: str | nn.Module, input_shape: Shape, layer: str) -> Unit:
    """The centre cell of a layer, and how much memory its measurement takes.

    Raises: ValueError where the layer is unknown, its places cannot be followed, or it takes too much memory.
    """
    return _unit(networks.walk(network, input_shape), _name(network), layer)


def _unit(graph: Graph, name: str, layer: str) -> Unit:
    found = next((i for i, step in enumerate(graph.steps) if step.name == layer and step.runs), None)
    field = graph.fields.get(graph.steps[found].output) if found is not None else None
    if found is None or field is None:
        raise ValueError(f"{name} has no layer {layer!r} that looks at the picture")
    upto = graph.steps[: found + 1]
    parameters = tuple(parameter for step in upto for parameter in step.parameters)
    outputs = sum(prod(step.output_shape) for step in upto if step.operations)
    cell = (field.map_px[0] // 2, field.map_px[1] // 2)
    (top, bottom), (left, right) = field.rows.at(cell[0]), field.columns.at(cell[1])
    needs = 4 * (outputs + sum(graph.parameters[parameter] for parameter in parameters))
    box = Box(top, left, bottom, right)
    return Unit(name, layer, graph.input_shape, field.map_px, cell, box, field.is_global, parameters, needs)


def gradient(
    network: str | nn.Module,
    input_shape: Shape,
    layer: str,
    kind: str = "random",
    seed: int = 0,
    *,
    most_bytes: int | None = None,
) -> Floats:
    """How much the centre cell of a layer changes with every pixel, in one run: |d cell / d pixel|, colours summed.

    ``kind`` says which weights: "random" (He et al. 2015, drawn anew for each seed), "trained" (where they are
    here), or "equal" (every weight 1 / fan-in, non-linearities left out, maximum replaced by mean; float64 where that
    takes at most 128 MiB). The input is noise of mean 0 and spread 1; the cell is one random mixture of its channels.
    ``most_bytes`` bounds the numbers that are kept: half of the free memory, and at most 448 MiB, where not given.

    Shapes: returns (H, W).
    Raises: ValueError for what is unknown, too large, or not here.
    """
    if kind not in KINDS:
        raise ValueError(f"the weights are one of {', '.join(KINDS)}, got {kind!r}")
    name = _name(network)
    graph = networks.walk(network, input_shape)
    wanted = _unit(graph, name, layer)
    _check_size(wanted, allowed_bytes() if most_bytes is None else most_bytes)
    is_exact = kind == "equal" and 2 * wanted.needs_bytes <= EXACT_BYTES
    dtype = torch.float64 if is_exact else torch.float32
    with _ALONE:
        part = shapes.shapes_only(network) if isinstance(network, nn.Module) else _made(network, input_shape)
        trained = _trained(name) if kind == "trained" else {}
        _fill(part, wanted.parameters, trained, kind, seed)
        return _run(part.to(dtype), wanted, kind, seed, dtype)


def allowed_bytes() -> int:
    """How much a measurement may keep: a run takes up to twice that for a moment."""
    free = memory.free_bytes()
    return MOST_BYTES if free is None else min(MOST_BYTES, free // 2)


def _check_size(wanted: Unit, most_bytes: int) -> None:
    if wanted.needs_bytes > most_bytes:
        raise ValueError(
            f"measuring at {wanted.layer} takes about {wanted.needs_bytes >> 20} MiB, and at most "
            f"{most_bytes >> 20} MiB are allowed here now: choose an earlier layer or a smaller picture"
        )


def summary(wanted: Unit, total: Floats, runs: int) -> Measured:
    """A measured field from the sum of the gradients of several runs.

    Raises: ValueError when no pixel had any gradient.
    """
    if not total.sum() > 0:
        raise ValueError(f"the centre cell of {wanted.layer} was silent in every run: no pixel changes it")
    return Measured(wanted, total / total.sum(), runs)


def measure(
    network: str | nn.Module, input_shape: Shape, layer: str, kind: str = "random", runs: int = 8
) -> Measured:
    """Measure the effective field of the centre cell of a layer over several runs.

    Raises: ValueError as ``gradient`` does.
    """
    if runs < 1:
        raise ValueError(f"runs must be at least 1, got {runs}")
    total = sum(gradient(network, input_shape, layer, kind, seed) for seed in range(runs))
    return summary(unit(network, input_shape, layer), np.asarray(total), runs)


def has_trained(name: str) -> bool:
    """Whether trained weights of a network are on this server, and small enough to be read for a measurement."""
    if name == "lenet5":
        return _LENET5.is_file()
    try:
        offered = weights.offered(name)
    except ValueError:
        return False
    return offered.here and offered.file.stat().st_size <= MOST_FILE_BYTES


def _name(network: str | nn.Module) -> str:
    return network if isinstance(network, str) else type(network).__name__


def _made(name: str, input_shape: Shape) -> nn.Module:
    return networks.build(name, image_px=input_shape[1])


def _trained(name: str) -> Mapping[str, Tensor]:
    if not has_trained(name):
        raise ValueError(f"trained weights of {name} are not on this server: choose random ones")
    return load_file(_LENET5) if name == "lenet5" else weights.state(weights.offered(name))


def _fill(
    network: nn.Module, parameters: tuple[str, ...], trained: Mapping[str, Tensor], kind: str, seed: int
) -> None:
    """Give numbers to these parameters and to the running averages of the norms; nothing else gets any."""
    for path, module in network.named_modules():
        for leaf in list(module._buffers):
            module._buffers[leaf] = _buffer(module, path, leaf, trained)
    for name in parameters:
        path, _, leaf = name.rpartition(".")
        module = network.get_submodule(path)
        size = module._parameters[leaf].shape  # type: ignore[union-attr]
        values = (
            trained[name] if trained else initial(module, leaf, size, kind, zlib.crc32(name.encode()) + seed)
        )
        module._parameters[leaf] = nn.Parameter(values, requires_grad=False)


def _buffer(module: nn.Module, path: str, leaf: str, trained: Mapping[str, Tensor]) -> Tensor | None:
    meta = module._buffers[leaf]
    if meta is None:
        return None
    if not leaf.startswith(("running_", "num_batches")):
        raise ValueError(
            f"{type(module).__name__} keeps a table of its own ({leaf}): this network is not measured here"
        )
    full = f"{path}.{leaf}" if path else leaf
    if full in trained:
        return trained[full]
    return torch.ones(meta.shape) if leaf == "running_var" else torch.zeros(meta.shape)


def initial(module: nn.Module, leaf: str, size: torch.Size, kind: str, seed: int) -> Tensor:
    """The first numbers of one parameter: He's for weights, ones for scales, zeros for biases.

    Source: He, Zhang, Ren, Sun 2015, Delving Deep into Rectifiers, equation 10.
    """
    if len(size) == 1 or leaf == "layer_scale":
        is_scale = leaf == "layer_scale" or "weight" in leaf
        return torch.full(size, 1.0 if is_scale else 0.0)
    fan_in: int = prod(size[1:])
    if isinstance(module, nn.ConvTranspose2d):
        fan_in = int(size[0]) * prod(size[2:]) // prod(module.stride)
    if kind == "equal":
        return torch.full(size, 1.0 / fan_in)
    drawn: Tensor = torch.randn(size, generator=torch.Generator().manual_seed(seed))
    return drawn * float((2.0 / fan_in) ** 0.5)


def _run(network: nn.Module, wanted: Unit, kind: str, seed: int, dtype: torch.dtype) -> Floats:
    """The gradient of one run. The prefix is private: it is filled, used once and thrown away."""
    chance = torch.Generator().manual_seed(seed)
    is_equal = kind == "equal"
    shape = (1, *wanted.input_shape)
    picture = torch.ones(shape, dtype=dtype) if is_equal else torch.randn(shape, generator=chance)
    picture.requires_grad_(True)
    output = run_to(network, picture, Reading(wanted.layer, is_linear=is_equal))
    channels = _at(output, wanted)
    mixture = torch.ones_like(channels) if is_equal else torch.randn(channels.shape, generator=chance)
    (slopes,) = torch.autograd.grad((channels * mixture).sum(), picture)
    seen: Floats = slopes.abs().sum(1)[0].double().numpy()  # (H, W)
    return seen


def _at(output: Tensor, wanted: Unit) -> Tensor:
    """The channels of one cell. Shapes: (N, C, H, W), (N, H, W, C), (N, tokens, C) or (N, C)."""
    (height, width), (row, column) = wanted.map_px, wanted.cell
    size = tuple(output.shape)
    if len(size) == 4 and size[2:] == (height, width):
        return output[0, :, row, column]
    if len(size) == 4 and size[1:3] == (height, width):
        return output[0, row, column]
    tokens = height * width
    if len(size) == 3 and size[1] in (tokens, tokens + 1):
        return output[0, row * width + column + size[1] - tokens]  # a class token comes first
    if len(size) == 2 and tokens == 1:
        return output[0]
    raise ValueError(f"{wanted.layer} has no map of {height} x {width} cells to measure")


def _cut(plane: Floats, box: Box) -> Floats:
    return plane[box.top_px : box.bottom_px + 1, box.left_px : box.right_px + 1]


def _ends(box: Box) -> tuple[tuple[int, int], tuple[int, int]]:
    return (box.top_px, box.bottom_px), (box.left_px, box.right_px)


def _spread(line: Floats) -> float:
    places = np.arange(line.size)
    mean = float((places * line).sum() / line.sum())
    return float(np.sqrt(((places - mean) ** 2 * line).sum() / line.sum()))


def pooled(measured: Measured, most_px: int) -> tuple[Floats, int]:
    """The map inside the theoretical field, averaged over whole blocks so that no side is over ``most_px``.

    Returns the blocks, and how many pixels a side each stands for.
    """
    part = _cut(measured.map, measured.seen)
    block = max(1, -(-max(part.shape) // most_px))
    rows, columns = (-(-n // block) for n in part.shape)
    padded = np.zeros((rows * block, columns * block))
    padded[: part.shape[0], : part.shape[1]] = part
    return padded.reshape(rows, block, columns, block).mean((1, 3)), block
