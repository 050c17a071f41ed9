"""Which pixels spoke for a class: gradients, integrated gradients, Grad-CAM, occlusion. The only importer of captum.

Every map is signed: above zero speaks for the class, below zero against it.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from explorer import arrangement, graph
from explorer.arrangement import Arrangement
from explorer.door import borrowed
from explorer.features import four_dimensional, module_of, run

Floats = npt.NDArray[np.float32]
Targets = int | Tensor
"""One class for all pictures, or one for each: whole numbers."""
NO_MAPS = "the layer gives no maps of rows and columns: choose a convolution or a block before the head"


@dataclass(frozen=True)
class Method:
    """One way to ask. `compute(network, batch, target, layer, options)` gives a tensor (N, C, H, W).

    `claims` and `cannot` say in a sentence what its map can and cannot tell.
    """

    name: str
    title: str
    compute: Callable[[nn.Module, Tensor, Targets, nn.Module | None, dict[str, Any]], Tensor]
    needs_layer: bool
    claims: str
    cannot: str
    source: str


def attribute(
    network: nn.Module,
    batch: Tensor,
    *,
    method: str,
    target: Targets,
    layer: str | None = None,
    **options: Any,
) -> Floats:
    """A signed map of what spoke for class `target`; the network is left as it was.

    Options: `steps` and `baseline` (integrated gradients), `samples`, `noise` and `seed` (SmoothGrad), `window_px`
    and `stride_px` (occlusion), `lies` (Grad-CAM and HiResCAM: how the maps lie in what the layer gives, an
    `explorer.arrangement.Arrangement`; without it a walk over the network finds out).

    Shapes: batch (N, C, H, W) preprocessed; gives (N, C, H, W), or (N, H', W') at the layer's own resolution for
    Grad-CAM and HiResCAM, also where the layer's channels come last or its places in windows or tokens.
    Raises: ValueError for an unknown method, layer, class or option, or a method that does not fit the network.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; there are {', '.join(METHODS)}")
    chosen = METHODS[method]
    four_dimensional(batch)
    module = _layer(network, chosen, layer)
    why = misfit(network, method, tuple(batch.shape[1:]))
    if why:
        raise ValueError(why)
    target = _classes(target, len(batch))
    with torch.inference_mode(mode=False), borrowed(network), torch.enable_grad():
        if layer is not None and chosen.needs_layer and "lies" not in options:
            options["lies"] = _lies(network, tuple(batch.shape[1:]), layer)
        for parameter in network.parameters():
            parameter.requires_grad_(False)
        _class_exists(network, batch, target)
        found = chosen.compute(network, batch.detach().clone().requires_grad_(True), target, module, options)
    if options:
        raise ValueError(f"{chosen.title} does not know the option {', '.join(options)}")
    maps = found.detach().to("cpu", torch.float32)
    return (maps[:, 0] if chosen.needs_layer else maps).numpy()


def _layer(network: nn.Module, method: Method, layer: str | None) -> nn.Module | None:
    if not method.needs_layer:
        return None
    if layer is None:
        raise ValueError(f"{method.title} needs a layer")
    return module_of(network, layer)


def _lies(network: nn.Module, shape: tuple[int, ...], layer: str) -> Arrangement | None:
    """How the maps lie in what a layer gives; None, for (N, C, H, W), where the network cannot run on shapes alone.

    Raises: ValueError for a layer without maps.
    """
    try:
        walked = graph.walk(network, shape)
    except ValueError:
        return None
    found = arrangement.of_layer(walked, layer)
    if found is None:
        raise ValueError(NO_MAPS)
    return found


def _classes(target: object, pictures: int) -> Targets:
    """The target as one whole number, or as one for each picture. Raises: ValueError for anything else."""
    try:
        asked = torch.as_tensor(target)
    except (RuntimeError, TypeError, ValueError):
        asked = torch.tensor(math.nan)
    is_whole = not (asked.is_floating_point() or asked.is_complex() or asked.dtype == torch.bool)
    if not is_whole or asked.dim() > 1 or asked.numel() not in (1, pictures):
        raise ValueError(
            f"target must be a class, a whole number, or one for each of {pictures} pictures, got {target!r}"
        )
    return int(asked) if asked.numel() == 1 else asked.long()


def _class_exists(network: nn.Module, batch: Tensor, target: Targets) -> None:
    with torch.no_grad():
        scores = run(network, batch.clone())
    if not isinstance(scores, Tensor) or scores.dim() != 2:
        raise ValueError(
            "the network does not answer with one class for a picture, so nothing speaks for one"
        )
    classes, asked = scores.shape[1], torch.as_tensor(target)
    low, high = int(asked.min()), int(asked.max())
    if low < 0 or high >= classes:
        raise ValueError(
            f"class {low if low < 0 else high} does not exist: the network has classes 0 to {classes - 1}"
        )


def misfit(network: nn.Module, method: str, shape: tuple[int, ...]) -> str | None:
    """Why `method` would be silently wrong on this network, in a sentence; None where it fits.

    Guided backpropagation replaces the backward pass of ReLU modules. Other rectifiers, and ReLUs called as
    functions, would keep their ordinary gradient without a word.
    """
    if method != "guided_backprop":
        return None
    kinds = sorted({type(m).__name__ for m in network.modules() if isinstance(m, _OTHER_RECTIFIERS)})
    if kinds:
        return f"Guided backpropagation is defined for ReLU; this network also rectifies with {', '.join(kinds)}."
    counter = _FunctionalRelus()
    modules = [m for m in network.modules() if isinstance(m, nn.ReLU)]
    with borrowed(network), torch.no_grad():
        handles = [m.register_forward_pre_hook(counter.module_ran) for m in modules]
        parameter = next(network.parameters())
        with counter:
            run(network, torch.zeros(1, *shape, device=parameter.device, dtype=parameter.dtype))
        for handle in handles:
            handle.remove()
    if counter.functions > counter.modules:
        return "Guided backpropagation needs every ReLU to be a module; this network calls some as functions."
    return None if modules else "Guided backpropagation is defined for ReLU; this network has none."


_OTHER_RECTIFIERS = (
    nn.SiLU,
    nn.GELU,
    nn.Hardswish,
    nn.ReLU6,
    nn.ELU,
    nn.SELU,
    nn.LeakyReLU,
    nn.PReLU,
    nn.Sigmoid,
)
_OTHER_RECTIFIERS += (nn.Tanh, nn.Hardsigmoid)  # type: ignore[assignment]


class _FunctionalRelus(torch.overrides.TorchFunctionMode):
    """Counts the ReLUs that run, and those of them that run inside a ReLU module."""

    functions = 0
    modules = 0

    def module_ran(self, _module: nn.Module, _inputs: object) -> None:
        self.modules += 1

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        if function in (torch.nn.functional.relu, torch.nn.functional.relu_):
            self.functions += 1
        return function(*args, **(kwargs or {}))


def _saliency(network: nn.Module, batch: Tensor, target: Targets, _layer: object, _options: object) -> Tensor:
    from captum.attr import Saliency

    return Saliency(network).attribute(batch, target=target, abs=False)  # type: ignore[no-any-return]


def _input_x_gradient(
    network: nn.Module, batch: Tensor, target: Targets, _layer: object, _options: object
) -> Tensor:
    from captum.attr import InputXGradient

    return InputXGradient(network).attribute(batch, target=target)  # type: ignore[no-any-return]


def _integrated(
    network: nn.Module, batch: Tensor, target: Targets, _layer: object, options: dict[str, Any]
) -> Tensor:
    from captum.attr import IntegratedGradients

    steps = _whole(options, "steps", 50, 2, 1000)
    baseline = options.pop("baseline", None)
    if isinstance(baseline, Tensor) and tuple(baseline.shape) not in (
        (1, *batch.shape[1:]),
        tuple(batch.shape),
    ):
        raise ValueError(
            f"baseline must have the shape of the batch, {tuple(batch.shape)}, got {tuple(baseline.shape)}"
        )
    if not (baseline is None or isinstance(baseline, Tensor | int | float)):
        raise ValueError(f"baseline must be a number or a tensor, got {type(baseline).__name__}")
    return IntegratedGradients(network).attribute(  # type: ignore[no-any-return]
        batch, baselines=baseline, target=target, n_steps=steps, internal_batch_size=max(8, len(batch))
    )


def _smooth_grad(
    network: nn.Module, batch: Tensor, target: Targets, _layer: object, options: dict[str, Any]
) -> Tensor:
    samples = _whole(options, "samples", 20, 1, 500)
    seed = _whole(options, "seed", 0, 0, 2**31)
    noise = options.pop("noise", 0.15)
    if not isinstance(noise, int | float) or not 0 < noise <= 2:
        raise ValueError(
            f"noise must lie above 0 and at most 2 (a share of the batch's range), got {noise!r}"
        )
    spread = noise * (batch.max() - batch.min()).item()
    generator = torch.Generator().manual_seed(seed)
    total = torch.zeros_like(batch)
    for _ in range(samples):
        grain = torch.randn(batch.shape, generator=generator).to(batch) * spread
        total += _saliency(network, (batch.detach() + grain).requires_grad_(True), target, None, None)
    return total / samples


def _guided(network: nn.Module, batch: Tensor, target: Targets, _layer: object, _options: object) -> Tensor:
    from captum.attr import GuidedBackprop

    return GuidedBackprop(network).attribute(batch, target=target)  # type: ignore[no-any-return]


def _occlusion(
    network: nn.Module, batch: Tensor, target: Targets, _layer: object, options: dict[str, Any]
) -> Tensor:
    from captum.attr import Occlusion

    side = min(batch.shape[-2:])
    window = _whole(options, "window_px", max(1, side // 8), 1, side)
    stride = _whole(options, "stride_px", max(1, window // 2), 1, window)
    depth = batch.shape[1]
    with torch.no_grad():
        return Occlusion(network).attribute(  # type: ignore[no-any-return]
            batch.detach(),
            sliding_window_shapes=(depth, window, window),
            strides=(depth, stride, stride),
            target=target,
        )


def _grad_cam(
    network: nn.Module, batch: Tensor, target: Targets, layer: nn.Module | None, options: dict[str, Any]
) -> Tensor:
    output, gradient = _at_layer(network, batch, target, layer, options.pop("lies", None))
    weights = gradient.mean(dim=(2, 3), keepdim=True)  # (N, channels, 1, 1)
    return (weights * output).sum(dim=1, keepdim=True)


def _hires_cam(
    network: nn.Module, batch: Tensor, target: Targets, layer: nn.Module | None, options: dict[str, Any]
) -> Tensor:
    output, gradient = _at_layer(network, batch, target, layer, options.pop("lies", None))
    return (gradient * output).sum(dim=1, keepdim=True)


def _at_layer(
    network: nn.Module, batch: Tensor, target: Targets, layer: nn.Module | None, lies: Arrangement | None
) -> tuple[Tensor, Tensor]:
    """A layer's maps and the gradient of the class's logit with respect to them, (N, channels, H', W') each."""
    kept: list[Tensor] = []

    def keep(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        kept.append(output)
        return output.clone()  # what follows may work in place; `output` itself stays as it is

    if layer is None:
        raise ValueError("a layer is needed")
    handle = layer.register_forward_hook(keep)
    try:
        logits = network(batch)
    finally:
        handle.remove()
    if not kept or (lies is None and kept[-1].dim() != 4):
        raise ValueError(NO_MAPS)
    chosen = logits.gather(1, torch.as_tensor(target, device=logits.device).expand(len(logits))[:, None])
    (gradient,) = torch.autograd.grad(chosen.sum(), kept[-1])
    output = kept[-1].detach()
    return (output, gradient) if lies is None else (lies.maps(output), lies.maps(gradient))


def _whole(options: dict[str, Any], name: str, initial: int, low: int, high: int) -> int:
    value = options.pop(name, initial)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low} to {high}, got {value!r}")
    return value


_SUNDARARAJAN = "Sundararajan, Taly, Yan 2017, Axiomatic attribution for deep networks"
_METHODS = (
    Method(
        "saliency",
        "Saliency",
        _saliency,
        False,
        "How the logit would move if a pixel were changed a little.",
        "Not how much a pixel mattered: a pixel that is fully used may have no slope left.",
        "Simonyan, Vedaldi, Zisserman 2013, Deep inside convolutional networks",
    ),
    Method(
        "input_x_gradient",
        "Input × gradient",
        _input_x_gradient,
        False,
        "A first guess at what each pixel added: its value times the slope there.",
        "A black pixel (0 after normalising) gets nothing, whatever it says.",
        "Shrikumar et al. 2016, Not just a black box",
    ),
    Method(
        "integrated_gradients",
        "Integrated gradients",
        _integrated,
        False,
        "What each pixel added on the way from the baseline to the picture: the parts sum to the change of the logit.",
        "It explains a difference to the baseline chosen; another baseline gives another map.",
        _SUNDARARAJAN,
    ),
    Method(
        "smooth_grad",
        "SmoothGrad",
        _smooth_grad,
        False,
        "The slope averaged over noisy copies: what stays when the grain of one gradient is gone.",
        "A cleaner look is no proof: the average hides what the single gradients disagree on.",
        "Smilkov et al. 2017, SmoothGrad",
    ),
    Method(
        "guided_backprop",
        "Guided backpropagation",
        _guided,
        False,
        "Sharp outlines of what excites the units on the way.",
        "Close to an edge detector: it hardly changes when the class or the upper layers change.",
        "Springenberg et al. 2014, Striving for simplicity",
    ),
    Method(
        "grad_cam",
        "Grad-CAM",
        _grad_cam,
        True,
        "Which places of a layer spoke for the class, channels weighted by their mean gradient.",
        "As coarse as the layer; before the last block the mean can point at the wrong places.",
        "Selvaraju et al. 2016, Grad-CAM",
    ),
    Method(
        "hires_cam",
        "HiResCAM",
        _hires_cam,
        True,
        "As Grad-CAM, but each place keeps its own gradient: exact where the head is linear.",
        "As coarse as the layer; the same as Grad-CAM where global average pooling and a linear head follow.",
        "Draelos & Carin 2020, Use HiResCAM instead of Grad-CAM",
    ),
    Method(
        "occlusion",
        "Occlusion",
        _occlusion,
        False,
        "How much the logit falls when a patch is covered: measured, not derived.",
        "The cover is itself unusual to the network; its size and colour matter.",
        "Zeiler & Fergus 2013, Visualizing and understanding convolutional networks",
    ),
)
METHODS: Mapping[str, Method] = MappingProxyType({method.name: method for method in _METHODS})
NOT_OFFERED: Mapping[str, str] = MappingProxyType(
    {
        "DeepLift": "raises on residual networks and is silently incomplete on others: its parts do not sum up.",
        "LRP": "gives values of 10^17 on residual networks without a word of warning.",
    }
)
