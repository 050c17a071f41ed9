"""Stopping a run at once: between two pieces of a long look, and in the middle of a long step."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import nn


class StoppedError(Exception):
    """A run was told to stop; it stands as after its last whole step."""


class Brake:
    """Gives a step up between two layers, forwards or backwards, and leaves the network as it was before the step.

    A step of a large network on a processor takes seconds; nobody should wait for its end. Weights change only when a
    step is through, so that only the running statistics have to be put back.
    """

    def __init__(self, network: nn.Module, is_stopped: Callable[[], bool]) -> None:
        self.network, self.is_stopped = network, is_stopped
        for module in network.modules():
            if not any(True for _ in module.children()):
                module.register_forward_pre_hook(lambda _, inputs: self.check())
        for parameter in network.parameters():
            if parameter.requires_grad:
                parameter.register_post_accumulate_grad_hook(lambda _: self.check())  # type: ignore[no-untyped-call]

    def check(self) -> None:
        """Raises: StoppedError when told to stop."""
        if self.is_stopped():
            raise StoppedError

    @contextmanager
    def step(self) -> Iterator[None]:
        """A step happens in here."""
        kept = [held.clone() for held in self.network.buffers()]
        try:
            yield
        except StoppedError:
            with torch.no_grad():
                for held, before in zip(self.network.buffers(), kept, strict=True):
                    held.copy_(before)
            raise
