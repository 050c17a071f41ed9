"""What each layer of a network holds: its filters, and its answer to a picture (feature maps)."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from explorer.door import alone


def maps(network: nn.Module, batch: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """The answers of the named layers to a batch: each layer's own output, before anything later changes it.

    A layer that runs several times in one pass (a ReLU used twice) gives its last output; "relu@1" asks for its
    first. Several threads may ask one network at once.

    Shapes: batch (N, C, H, W), preprocessed; each value as the layer gives it, (N, channels, H', W') for a
    convolution.
    Raises: ValueError for a batch that is not four-dimensional or a layer that the network does not have.
    """
    four_dimensional(batch)
    modules = _modules(network, layers)
    found: dict[str, Tensor] = {}

    def keep(name: str) -> object:
        wanted, runs = _run_of(name), [0]

        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            runs[0] += 1
            if wanted not in (0, runs[0]):
                return
            if not isinstance(output, Tensor):
                raise ValueError(f"layer {name!r} gives no single tensor, but {type(output).__name__}")
            found[name] = output.clone()  # later layers may work in place

        return hook

    with alone(network), torch.no_grad():
        handles = []
        try:
            for name, module in modules.items():
                handles.append(module.register_forward_hook(keep(name)))  # type: ignore[arg-type]
            run(network, batch.clone())  # a first layer may work in place too
        finally:
            for handle in handles:
                handle.remove()
    missing = [name for name in layers if name not in found]
    if missing:
        raise ValueError(f"these layers did not run in evaluation mode: {', '.join(missing)}")
    return {name: found[name] for name in layers}


def _modules(network: nn.Module, layers: Sequence[str]) -> dict[str, nn.Module]:
    """The module of every name. Raises: ValueError for a name without one, or one text instead of a list."""
    if isinstance(layers, str):
        raise ValueError(f"layers must be a list of names, got the one text {layers!r}")
    return {name: module_of(network, str(name).partition("@")[0]) for name in layers}


def _run_of(name: str) -> int:
    """Which run of a layer is asked for by "layer@run"; 0 for the last."""
    _, asked, number = name.partition("@")
    if asked and not number.isdecimal():
        raise ValueError(f"the run of a layer is a whole number after the @, got {name!r}")
    return int(number or 0)


def run(network: nn.Module, batch: Tensor) -> Tensor:
    """One pass. Raises: ValueError where the network cannot take a batch of this shape."""
    try:
        return network(batch)  # type: ignore[no-any-return]
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"the network cannot take a batch of shape {tuple(batch.shape)}: {error}") from error


def module_of(network: nn.Module, layer: str) -> nn.Module:
    """The submodule of that dotted name. Raises: ValueError where there is none."""
    if not isinstance(network, nn.Module):
        raise ValueError(f"network must be a torch.nn.Module, got {type(network).__name__}")
    layer = str(layer)
    try:
        return network.get_submodule(layer)
    except AttributeError:
        near = [
            name for name, _ in network.named_modules() if name.startswith(layer.split(".", maxsplit=1)[0])
        ][:5]
        hint = f"; there are {', '.join(near)}" if near else ""
        raise ValueError(f"the network has no layer {layer!r}{hint}") from None


def filters(network: nn.Module, layer: str) -> npt.NDArray[np.float32]:
    """The filters of a convolution as numbers, a copy. Shapes: (out, in / groups, kh, kw).

    Raises: ValueError where the layer is no two-dimensional convolution.
    """
    module = module_of(network, layer)
    if not isinstance(module, nn.Conv2d):
        raise ValueError(f"layer {layer!r} is a {type(module).__name__}; only a convolution has filters")
    if module.weight.is_meta:
        raise ValueError(f"layer {layer!r} has shapes alone and no numbers: build the network with weights")
    return module.weight.detach().to("cpu", torch.float32).numpy().copy()


def convolutions(network: nn.Module) -> tuple[str, ...]:
    """Names of all convolutions, in the order in which they were defined."""
    return tuple(name for name, module in network.named_modules() if isinstance(module, nn.Conv2d))


def four_dimensional(batch: Tensor) -> None:
    """Raises: ValueError for what is no batch of finite numbers (N, C, H, W)."""
    if not isinstance(batch, Tensor):
        raise ValueError(f"a batch (N, C, H, W) is a tensor, got {type(batch).__name__}")
    if batch.dim() != 4 or 0 in batch.shape:
        raise ValueError(f"a batch (N, C, H, W) is needed, got shape {tuple(batch.shape)}")
    if not torch.isfinite(batch).all():
        raise ValueError("the batch holds values that are no numbers (NaN or infinite)")
