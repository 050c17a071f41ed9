"""What trains in a lane, at which rate, and what stands still, statistics included."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from explorer.transfer import anatomy
from explorer.transfer.lanes import LANES
from explorer.transfer.recipe import Recipe

BATCH_NORM = nn.modules.batchnorm._BatchNorm


@dataclass(frozen=True)
class Group:
    """Parameters that train at one rate."""

    names: tuple[str, ...]
    parameters: tuple[nn.Parameter, ...]
    rate: float


def groups(network: nn.Module, recipe: Recipe) -> tuple[Group, ...]:
    """The head and what trains of the backbone, in running order; everything else is frozen for good."""
    head = f"{anatomy.head_of(network)}."
    free = _free_backbone(network, recipe)
    named = dict(network.named_parameters())
    for name, parameter in named.items():
        parameter.requires_grad_(name in free or name.startswith(head))
    whole_rate = recipe.rate if recipe.lane == "scratch" else recipe.backbone_rate
    wanted = (
        (tuple(name for name in named if name.startswith(head)), recipe.rate),
        (tuple(name for name in named if name in free), whole_rate),
    )
    return tuple(Group(names, tuple(named[name] for name in names), rate) for names, rate in wanted if names)


def _free_backbone(network: nn.Module, recipe: Recipe) -> set[str]:
    which = LANES[recipe.lane].backbone
    stages = {"all": anatomy.stages_of, "deepest": anatomy.deepest}[which](network) if which != "none" else ()
    free = {name for stage in stages for name in stage.parameters}
    if recipe.freeze_batch_norm:
        for name, module in network.named_modules():
            if isinstance(module, BATCH_NORM):
                free -= {f"{name}.{own}" for own, _ in module.named_parameters(recurse=False)}
    return free


def apply_modes(network: nn.Module, recipe: Recipe) -> None:
    """Training mode for what trains; evaluation mode for every part of which nothing does, and for frozen norms."""
    network.train()
    _calm(network)
    if recipe.freeze_batch_norm:
        for module in network.modules():
            if isinstance(module, BATCH_NORM):
                module.eval()


def _calm(module: nn.Module) -> None:
    for part in module.children():
        held = list(part.parameters())
        if held and not any(parameter.requires_grad for parameter in held):
            part.eval()
        else:
            _calm(part)


def optimiser(found: Sequence[Group], recipe: Recipe) -> torch.optim.Optimizer:
    """The optimiser of a recipe. Weight decay is decoupled in Adam (as AdamW) and part of the gradient otherwise.

    Source: Kingma, Ba 2014, Adam; Loshchilov, Hutter 2017, Decoupled Weight Decay Regularization.
    """
    wanted = [{"params": list(group.parameters), "lr": group.rate} for group in found]
    if recipe.optimiser == "adam":
        return torch.optim.AdamW(wanted, weight_decay=recipe.weight_decay)
    momentum = 0.9 if recipe.optimiser == "momentum" else 0.0
    return torch.optim.SGD(wanted, momentum=momentum, weight_decay=recipe.weight_decay)
