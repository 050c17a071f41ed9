"""Where a network's head is, and which stages its backbone has: what the lanes freeze and train.

The head is the last linear or convolutional layer: it gives the classes. The backbone is cut into stages along the
network's own structure, in running order; each is a group of parameter names.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn

NORMS = (nn.modules.batchnorm._BatchNorm, nn.LayerNorm, nn.GroupNorm)
FEWEST_STAGES = 4
_NUMBERS = threading.RLock()
_CPU = torch.device("cpu")


@dataclass(frozen=True)
class Stage:
    """Some of the backbone: the name of the part and the full names of its parameters."""

    name: str
    parameters: tuple[str, ...]


def head_of(network: nn.Module) -> str:
    """The name of the layer that gives the classes.

    Raises: ValueError where there is no linear or convolutional layer.
    """
    found = [name for name, module in network.named_modules() if isinstance(module, nn.Linear | nn.Conv2d)]
    if not found:
        raise ValueError("this network has no linear or convolutional layer, so no head to replace")
    return str(found[-1])


def stages_of(network: nn.Module) -> tuple[Stage, ...]:
    """The stages of the backbone, the first first. The head is in none."""
    head = head_of(network)
    parts = _parts(network, "")
    while opened := _to_open(network, parts, head):
        place = parts.index(opened)
        parts[place : place + 1] = _parts(network, opened)
    groups = _joined(network, [part for part in parts if part != head])
    return tuple(
        Stage(group[0].strip(".") or "input", tuple(name for part in group for name in _names(network, part)))
        for group in groups
    )


def deepest(network: nn.Module) -> tuple[Stage, ...]:
    """The deeper half of the stages (at least one): what the lane "deep" trains beside the head."""
    stages = stages_of(network)
    return stages[len(stages) - max(1, len(stages) // 2) :]


def with_head(network: nn.Module, classes: int, seed: int) -> nn.Module:
    """Put a fresh head for so many classes in the place of the old one, the same for the same seed; it has a bias.

    Raises: ValueError where there is no head.
    """
    name = head_of(network)
    old = network.get_submodule(name)
    with seeded(seed):
        fresh: nn.Module
        if isinstance(old, nn.Linear):
            fresh = nn.Linear(old.in_features, classes)
        else:
            assert isinstance(old, nn.Conv2d)
            size = (old.kernel_size[0], old.kernel_size[1])
            stride = (old.stride[0], old.stride[1])
            fresh = nn.Conv2d(old.in_channels, classes, size, stride)
    parent, _, last = name.rpartition(".")
    setattr(network.get_submodule(parent), last, fresh)
    return network


@contextmanager
def seeded(seed: int, device: torch.device = _CPU) -> Iterator[None]:
    """Torch's numbers from a seed inside the block, and as they were behind it; one thread at a time."""
    with _NUMBERS:
        kept = [(generator, generator.get_state()) for generator in _generators(device)]
        for generator, _ in kept:
            generator.manual_seed(seed)
        try:
            yield
        finally:
            for generator, state in kept:
                generator.set_state(state)


def _generators(device: torch.device) -> list[torch.Generator]:
    """Where random numbers come from on a device, the processor's always among them."""
    if device.type == "cuda":
        place = torch.cuda.current_device() if device.index is None else device.index
        return [torch.default_generator, torch.cuda.default_generators[place]]
    if device.type == "mps":
        return [torch.default_generator, torch.mps._get_default_mps_generator()]
    return [torch.default_generator]


def head_features(network: nn.Module, pictures: Tensor) -> Tensor:
    """What enters the head. Shapes: (N, features), or (N, C, H, W) for a convolutional head."""
    seen: list[Tensor] = []
    hook = network.get_submodule(head_of(network)).register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs[0])
    )
    try:
        network(pictures)
    finally:
        hook.remove()
    return seen[-1]


def behind_head(answers: Tensor) -> Tensor:
    """From what the head gives to the classes: nothing for a linear head, ReLU and the mean for a convolutional one."""
    if answers.ndim == 2:
        return answers
    return torch.relu(answers).mean((2, 3))  # as SqueezeNet


def _parts(network: nn.Module, name: str) -> list[str]:
    """The children of a part that hold parameters; its own parameters stand under its name with a dot."""
    module = network.get_submodule(name)
    prefix = f"{name}." if name else ""
    own = [f"{prefix}."] if any(True for _ in module.parameters(recurse=False)) else []
    children = [
        prefix + child for child, held in module.named_children() if any(True for _ in held.parameters())
    ]
    return own + children


def _joined(network: nn.Module, parts: list[str]) -> list[list[str]]:
    """A norm belongs to what stands before it, and parameters of a container to what stands behind."""
    groups: list[list[str]] = []
    for part in parts:
        is_norm = not part.endswith(".") and isinstance(network.get_submodule(part), NORMS)
        if groups and (is_norm or groups[-1][-1].endswith(".")):
            groups[-1].append(part)
        else:
            groups.append([part])
    return groups


def _to_open(network: nn.Module, parts: list[str], head: str) -> str | None:
    """The part to look into next: the one around the head, else the largest while there are few stages."""
    around = [part for part in parts if head.startswith(f"{part}.")]
    if around:
        return around[0]
    if len(_joined(network, [part for part in parts if part != head])) >= FEWEST_STAGES:
        return None
    sizes = {
        part: sum(held.numel() for held in network.get_submodule(part).parameters())
        for part in parts
        if not part.endswith(".") and part != head and any(network.get_submodule(part).children())
    }
    return max(sizes, key=lambda part: sizes[part]) if sizes else None


def _names(network: nn.Module, part: str) -> list[str]:
    if part.endswith("."):
        owner = part.rstrip(".")
        prefix = f"{owner}." if owner else ""
        return [prefix + n for n, _ in network.get_submodule(owner).named_parameters(recurse=False)]
    return [f"{part}.{name}" for name, _ in network.get_submodule(part).named_parameters()]
