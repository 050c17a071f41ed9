"""Which picture excites one unit most? Climb there from noise, or from a photograph, step by step.

Every step asks the network for the gradient of one activation with respect to the picture, and moves the picture that
way. Left alone, this finds fine patterns that no camera would take: jitter, blur, decay and steps that favour coarse
patterns (*priors*) hold it near pictures that we can read.

Source: Erhan et al. 2009; Yosinski et al. 2015 (decay, blur); Olah, Mordvintsev, Schubert 2017, Feature Visualization,
Distill (jitter, Fourier space, decorrelated colours).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from explorer.arrangement import Arrangement
from explorer.door import borrowed
from explorer.features import module_of, run
from explorer.networks.preprocessing import Preprocessing

Floats = npt.NDArray[np.float32]
MOST_STEPS, MOST_PX, LEAST_PX = 1024, 384, 5
BLUR_EVERY = 4
NOISE = 0.3
ANSWER = "answer"
"""Stands for the layer of the logits: unit 3 is class 3."""
COLOURS = ((0.26, 0.09, 0.02), (0.27, 0.00, -0.05), (0.27, -0.09, 0.03))
"""How the colours of natural pictures go together: the square root of their covariance (Olah et al. 2017, Lucid)."""


@dataclass(frozen=True)
class Goal:
    """One channel of a layer, as the mean of its map or one cell (row, column) of it; or a class of "answer".

    sign 1 looks for what excites it most, -1 for what holds it down most. `lies` says how the maps lie in what the
    layer gives at the size of the climb (`explorer.activity.steps`); without it they are (N, C, H, W).
    """

    layer: str
    unit: int
    cell: tuple[int, int] | None = None
    sign: int = 1
    lies: Arrangement | None = None


@dataclass(frozen=True)
class Settings:
    """How the picture climbs. Each step has the length `rate` (root mean square, in spreads of the network's input).

    Priors: decay (share of the contrast lost at each step), jitter_px (the picture is shifted by up to so many pixels
    before the network sees it), wobble (zoomed by up to this share and turned by up to this many radians), blur_px
    (sigma, every fourth step), spectrum (p: a step at f cycles per pixel is weighted by 1/f^p; 0 is plain pixels),
    colours (steps along the directions in which natural colours vary), bounded (no value that a real picture could
    not have).
    """

    size_px: int = 128
    steps: int = 128
    rate: float = 0.05
    decay: float = 0.01
    jitter_px: int = 8
    wobble: float = 0.1
    blur_px: float = 0.0
    spectrum: float = 0.75
    colours: bool = True
    bounded: bool = True
    seed: int = 0

    def bare(self) -> Settings:
        """The same without a single prior."""
        off = {"decay": 0.0, "jitter_px": 0, "wobble": 0.0, "blur_px": 0.0, "spectrum": 0.0}
        return replace(self, **off, colours=False, bounded=False)  # type: ignore[arg-type]


@dataclass(frozen=True)
class _Range:
    low: float
    high: float
    above: bool = False

    def check(self, name: str, value: float) -> None:
        """Raises: ValueError for what lies outside, or is no number."""
        if not (self.low < value if self.above else self.low <= value) or not value <= self.high:
            least = f"above {self.low:g}" if self.above else f"at least {self.low:g}"
            raise ValueError(f"{name} must be {least} and at most {self.high:g}, got {value:g}")


RANGES: Mapping[str, _Range] = MappingProxyType(
    {
        "size_px": _Range(LEAST_PX, MOST_PX),
        "steps": _Range(1, MOST_STEPS),
        "rate": _Range(0, 1, above=True),
        "decay": _Range(0, 0.5),
        "jitter_px": _Range(0, 64),
        "wobble": _Range(0, 0.5),
        "blur_px": _Range(0, 4),
        "spectrum": _Range(0, 2),
        "seed": _Range(0, 2**31),
    }
)


@dataclass(frozen=True)
class Moment:
    """Where the climb is: the activation of the picture as it is (not shifted, not turned), and the picture.

    Shapes: picture (H, W, C). Units: pixel values with the normalisation undone, 0 black and 1 white; without bounds
    they may lie outside. `silent` counts the steps so far in which nothing the unit saw changed its answer.
    """

    step: int
    activation: float
    picture: Floats
    silent: int


class Ascent:
    """One climb, to be taken step by step; it holds the picture, and never the network.

    Raises: ValueError for impossible settings or a start of the wrong shape.
    """

    def __init__(
        self, goal: Goal, how: Preprocessing, settings: Settings, start: Tensor | None = None
    ) -> None:
        for name, allowed in RANGES.items():
            allowed.check(name, getattr(settings, name))
        if goal.sign not in (1, -1):
            raise ValueError(f"the sign must be 1 or -1, got {goal.sign}")
        self.goal, self.settings = goal, settings
        self.mean = torch.tensor(how.mean)[:, None, None]
        self.std = torch.tensor(how.std)[:, None, None]
        self.random = torch.Generator().manual_seed(settings.seed)
        self.step_count, self.silent = -1, 0
        shape = (1, how.channels, settings.size_px, settings.size_px)
        self.batch = self._noise(shape) if start is None else _fitted(start, shape)

    @property
    def is_done(self) -> bool:
        """Whether all steps have been taken."""
        return self.step_count >= self.settings.steps

    def step(self, network: nn.Module) -> Moment:
        """Take one step (the first only measures the start); the network is left as it was.

        Raises: ValueError for a layer or unit that the network does not have, or where numbers run out of range.
        """
        if self.step_count >= 0:
            self._move(network)
        self.step_count += 1
        with torch.no_grad():
            value = measured(network, self.batch, self.goal).item()
        if not math.isfinite(value):
            raise ValueError(f"the activation is {value} after {self.step_count} steps: take a smaller rate")
        picture = (self.batch[0] * self.std + self.mean).permute(1, 2, 0)  # (H, W, C)
        return Moment(self.step_count, value, picture.numpy().copy(), self.silent)

    def _noise(self, shape: tuple[int, ...]) -> Tensor:
        noise = weighted(torch.randn(shape, generator=self.random), self.settings.spectrum)
        return self._bounded(NOISE * noise / noise.std())

    def _move(self, network: nn.Module) -> None:
        """One step uphill, and what the priors do to the picture afterwards."""
        its = self.settings
        gradient, length = self.goal.sign * self._gradient(network), its.rate
        if (
            not gradient.any()
        ):  # a rectifier that is shut everywhere: look around in long steps, or stay down there
            gradient = torch.randn(gradient.shape, generator=self.random)
            length = NOISE if self.goal.sign > 0 else 0.0
            self.silent += 1
        direction = weighted(gradient, its.spectrum, colours=its.colours)
        direction = direction / direction.square().mean().sqrt()
        moved = (1 - its.decay) * (self.batch + length * direction)
        if its.blur_px and self.step_count % BLUR_EVERY == BLUR_EVERY - 1:
            moved = blurred(moved, its.blur_px)
        self.batch = self._bounded(moved)

    def _gradient(self, network: nn.Module) -> Tensor:
        batch = self.batch.clone().requires_grad_(True)
        with torch.enable_grad(), borrowed(network):
            for parameter in network.parameters():
                parameter.requires_grad_(False)
            value = _measured(network, self._shaken(batch), self.goal)
            (gradient,) = torch.autograd.grad(value, batch)
        return torch.nan_to_num(gradient)

    def _shaken(self, batch: Tensor) -> Tensor:
        """Zoomed, turned and shifted at random."""
        if self.settings.wobble:
            batch = turned(
                batch, *(self.settings.wobble * (2 * torch.rand(2, generator=self.random) - 1)).tolist()
            )
        if most := min(self.settings.jitter_px, batch.shape[-1] - 1):
            shift = torch.randint(-most, most + 1, (2,), generator=self.random).tolist()
            batch = batch.roll(shift, (2, 3))
        return batch

    def _bounded(self, batch: Tensor) -> Tensor:
        """Only values that a picture can have: 0 to 1 before normalising."""
        if not self.settings.bounded:
            return batch
        return batch.clamp((0 - self.mean) / self.std, (1 - self.mean) / self.std)


def climb(
    network: nn.Module, goal: Goal, how: Preprocessing, settings: Settings, start: Tensor | None = None
) -> Iterator[Moment]:
    """All moments of a climb, the start (step 0) first; the same seed gives the same moments.

    The network is shared with others between two steps, and left as it was after each.
    Raises: ValueError at once for impossible settings, at the first step for a unit that is not there.
    """
    ascent = Ascent(goal, how, settings, start)
    return _moments(network, ascent)


def _moments(network: nn.Module, ascent: Ascent) -> Iterator[Moment]:
    while not ascent.is_done:
        yield ascent.step(network)


def measured(network: nn.Module, batch: Tensor, goal: Goal) -> Tensor:
    """The activation of the goal's unit, one number. Nothing after the layer is computed. Shapes: batch (1, C, H, W).

    Raises: ValueError for a layer, unit or cell that the network does not have.
    """
    with borrowed(network):
        return _measured(network, batch, goal)


def _measured(network: nn.Module, batch: Tensor, goal: Goal) -> Tensor:
    output = run(network, batch) if goal.layer == ANSWER else _output(network, batch, goal.layer)
    if goal.lies is not None:
        output = goal.lies.maps(output)
    what = "class" if goal.layer == ANSWER else "channel"
    if not isinstance(output, Tensor) or output.dim() not in (2, 4):
        raise ValueError(f"layer {goal.layer!r} gives no maps to climb on")
    if not 0 <= goal.unit < output.shape[1]:
        raise ValueError(
            f"there is no {what} {goal.unit} in {goal.layer!r}: it has 0 to {output.shape[1] - 1}"
        )
    unit = output[0, goal.unit]
    if goal.cell is None or unit.dim() == 0:
        return unit.mean()
    row, column = goal.cell
    if not (0 <= row < unit.shape[0] and 0 <= column < unit.shape[1]):
        raise ValueError(f"there is no cell {goal.cell} in a map of {unit.shape[0]} x {unit.shape[1]}")
    return unit[row, column]


class _Reached(Exception):  # noqa: N818
    """The layer has answered; the rest of the network need not run."""


def _output(network: nn.Module, batch: Tensor, layer: str) -> Tensor:
    """A layer's own output; "relu@2" is that of its second run. Hooks are taken off by the door."""
    name, _, number = layer.partition("@")
    if number and not number.isdecimal():
        raise ValueError(f"the run of a layer is a whole number after the @, got {layer!r}")
    found: list[Tensor] = []
    module_of(network, name).register_forward_hook(_keep(found, int(number or 1)))
    try:
        run(network, batch)
    except _Reached:
        return found[-1]
    raise ValueError(f"layer {layer!r} did not run in evaluation mode")


def _keep(found: list[Tensor], wanted: int) -> Callable[[nn.Module, object, Tensor], None]:
    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> None:
        found.append(output)
        if len(found) == wanted:
            raise _Reached

    return hook


def weighted(gradient: Tensor, spectrum: float, *, colours: bool = False) -> Tensor:
    """Weight each frequency f of a gradient by 1/f^spectrum, and mix the colours as natural pictures do.

    This is what a step of equal length in Fourier space looks like in pixels. Shapes: (N, C, H, W) -> the same.
    """
    height, width = gradient.shape[-2:]
    if spectrum:
        down, across = torch.fft.fftfreq(height)[:, None], torch.fft.rfftfreq(width)[None]
        fineness = (down**2 + across**2).sqrt().clamp(min=1 / max(height, width))  # cycles per pixel
        gradient = torch.fft.irfft2(torch.fft.rfft2(gradient) / fineness**spectrum, s=(height, width))
    if colours and gradient.shape[1] == 3:
        mixing = torch.tensor(COLOURS)
        gradient = torch.einsum("ij,njhw->nihw", mixing @ mixing.T, gradient)
    return gradient


def turned(batch: Tensor, zoom: float, angle: float) -> Tensor:
    """Zoomed by a share and turned by an angle in radians about the middle; beyond the edges mirrored."""
    cos, sin = (1 + zoom) * math.cos(angle), (1 + zoom) * math.sin(angle)
    matrix = torch.tensor([[[cos, -sin, 0.0], [sin, cos, 0.0]]])
    grid = F.affine_grid(matrix, list(batch.shape), align_corners=False)
    return F.grid_sample(batch, grid, padding_mode="reflection", align_corners=False)


def blurred(batch: Tensor, sigma_px: float) -> Tensor:
    """Blurred by a Gaussian, mirrored at the edges."""
    reach = min(math.ceil(2 * sigma_px), min(batch.shape[-2:]) - 1)
    line = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel = torch.outer(line, line) / line.sum() ** 2
    padded = F.pad(batch, [reach] * 4, mode="reflect")
    return F.conv2d(padded, kernel.expand(batch.shape[1], 1, -1, -1), groups=batch.shape[1])


def _fitted(start: Tensor, shape: tuple[int, int, int, int]) -> Tensor:
    """A preprocessed picture at the size of the climb."""
    if start.dim() != 4 or start.shape[:2] != shape[:2]:
        raise ValueError(
            f"the start must be one picture of {shape[1]} channels, got shape {tuple(start.shape)}"
        )
    return F.interpolate(start, shape[2:], mode="bilinear", antialias=True, align_corners=False)


def usual(how: Preprocessing, size_px: int) -> Settings:
    """Priors that give readable pictures at this size: a jitter of a sixteenth of the side."""
    return Settings(size_px=size_px, jitter_px=round(size_px / 16), colours=how.channels == 3)
