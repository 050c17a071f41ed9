"""The one door to a network that several sessions share: one at a time, and it is left as it was found.

Hooks and gradients live on the module itself, so two threads that use them at once spoil each other's answers.
"""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from torch import nn

# One lock for each of 64 groups of networks: no registry to grow, and two networks seldom share one.
_LOCKS = tuple(threading.RLock() for _ in range(64))
_HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


@contextmanager
def alone(network: nn.Module) -> Iterator[nn.Module]:
    """Have `network` to oneself in evaluation mode; its mode comes back however the block ends."""
    with _LOCKS[id(network) // 16 % len(_LOCKS)], ExitStack() as after:
        modes = [(module, module.training) for module in network.modules() if module.training]
        for module, training in modes:
            after.callback(setattr, module, "training", training)
            module.training = False
        yield network


@contextmanager
def borrowed(network: nn.Module) -> Iterator[nn.Module]:
    """As `alone`, for work with gradients and hooks: flags, gradients and hooks come back too."""
    with alone(network), ExitStack() as after:
        for parameter in network.parameters():
            after.callback(setattr, parameter, "grad", parameter.grad)
            after.callback(parameter.requires_grad_, parameter.requires_grad)
            parameter.grad = None
        for module in network.modules():
            for kind in _HOOKS:
                after.callback(_restore_hooks, module, kind, dict(getattr(module, kind)))
        yield network


def _restore_hooks(module: nn.Module, kind: str, before: dict[int, object]) -> None:
    hooks = getattr(module, kind)
    for key in [key for key in hooks if key not in before]:
        del hooks[key]
