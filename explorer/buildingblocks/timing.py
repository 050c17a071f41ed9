"""How long a block and its plain alternative take here: both in turn, in one run, so that the ratio means something.

One thread, one picture of random numbers, no gradients. Small and bounded: a server is shared, and so what is taken is
the thread's own processor time, which waiting for others does not lengthen. Units: milliseconds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import get_clock_info, perf_counter, thread_time

import torch
from torch import nn

from explorer.buildingblocks.block import Block

MOST_PARAMS = 40_000_000
MOST_MACS = 4_000_000_000
MOST_RUNS = 21
FEWEST_RUNS = 3
BUDGET_S = 1.5

_CLOCK = thread_time if get_clock_info("thread_time").resolution < 1e-5 else perf_counter  # Windows: 16 ms
_ONE_AT_A_TIME = threading.Lock()  # two measurements at once would measure each other


@dataclass(frozen=True, slots=True)
class Timing:
    """Medians of `runs` passes each, taken in turn."""

    block_ms: float
    plain_ms: float
    runs: int
    threads: int

    @property
    def ratio(self) -> float:
        """How many times as long the plain alternative takes."""
        return self.plain_ms / self.block_ms


def measure(block: Block, **given: int) -> Timing:
    """Time a block against its alternative. Raises: ValueError where either is too large to be timed on a server."""
    for plain, title in ((False, block.title), (True, block.plain.title)):
        cost = block.cost(plain, **given)
        if cost.params > MOST_PARAMS or cost.macs > MOST_MACS:
            raise ValueError(
                f"{title} has {cost.params / 1e6:,.0f} M parameters and {cost.macs / 1e6:,.0f} M multiply-adds: "
                f"at most {MOST_PARAMS / 1e6:.0f} M and {MOST_MACS / 1e6:,.0f} M are measured here. "
                "Choose smaller sizes."
            )
    first = block.layers(**given)[0]
    with _ONE_AT_A_TIME, torch.inference_mode():
        picture = torch.rand(1, first.channels, first.size_px, first.size_px)
        modules = (block.make(**given), block.make(True, **given))
        return _in_turn(modules, picture, torch.get_num_threads())


def _in_turn(modules: tuple[nn.Module, nn.Module], picture: torch.Tensor, threads: int) -> Timing:
    """Alternate between the two on one thread, until there are enough passes or the time is up."""
    torch.set_num_threads(1)
    try:
        for module in modules:
            module(picture)  # the first pass also prepares
        taken: tuple[list[float], list[float]] = ([], [])
        end = perf_counter() + BUDGET_S
        while len(taken[0]) < MOST_RUNS and (len(taken[0]) < FEWEST_RUNS or perf_counter() < end):
            for module, times in zip(modules, taken, strict=True):
                times.append(_pass_ms(lambda run=module: run(picture)))  # type: ignore[misc]
    finally:
        torch.set_num_threads(threads)
    return Timing(median(taken[0]), median(taken[1]), len(taken[0]), 1)


def _pass_ms(run: Callable[[], object]) -> float:
    start = _CLOCK()
    run()
    return 1000 * (_CLOCK() - start)
