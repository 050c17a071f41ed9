"""Giving up a long computation in its middle: between two operations, forwards or backwards.

A pass of a large network takes seconds; nobody who has pressed Stop should wait for its end.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from time import perf_counter
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode

EVERY_S = 0.1


class Interruptible(TorchFunctionMode):
    """Inside, `check` is called every tenth of a second between operations of this thread; it may raise.

    The numbers are those without it, and nothing is left on a network: what is watched are the tensors of the pass.
    """

    def __init__(self, check: Callable[[], object]) -> None:
        super().__init__()
        self.check, self.checked = check, perf_counter()

    def _look(self, _gradient: object = None) -> None:
        if perf_counter() - self.checked > EVERY_S:
            self.checked = math.inf  # once: what puts a network back must run to its end
            self.check()
            self.checked = perf_counter()

    def __torch_function__(
        self, function: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        result = function(*args, **(kwargs or {}))
        if isinstance(result, Tensor) and result.requires_grad and result.grad_fn is not None:
            result.register_hook(self._look)  # type: ignore[no-untyped-call]  # on the way back
        self._look()  # afterwards: a flag that is being put back is back
        return result
