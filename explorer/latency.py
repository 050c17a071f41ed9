"""How long one picture takes on this machine, measured beside resnet18: passes of both take turns.

Time depends on the machine and on what else it does just then; taking turns lets both meet the same disturbance, so
the ratio is worth more than the milliseconds. Weights are random: they do not change how long a pass takes.
Units: milliseconds for a batch of one.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from statistics import median
from time import perf_counter

import torch
from torch import Tensor, nn

from explorer import cost, networks
from explorer.networks import NETWORKS
from explorer.operators import Shape

REFERENCE = "resnet18"
MOST_PARAMS = 64_000_000
MOST_MACS = 20_000_000_000
FEWEST_PASSES, MOST_PASSES, ENOUGH_S = 5, 15, 1.0

_ALONE = threading.Lock()
"""One measurement at a time in the whole process: two would slow each other down."""


@dataclass(frozen=True, slots=True)
class Latency:
    """One network's time: the median, the fastest and the slowest of some passes, and the reference's fastest."""

    network: str
    median_ms: float
    fastest_ms: float
    slowest_ms: float
    reference_ms: float
    passes: int
    threads: int

    @property
    def ratio(self) -> float:
        """How many times as long as the reference, fastest pass against fastest: what others do only adds time."""
        return self.fastest_ms / self.reference_ms


def too_large(params: int, macs: float) -> str:
    """Why a network is not measured here; "" where it is. A server has little memory, and others wait."""
    if params > MOST_PARAMS:
        return f"has {params / 1e6:.0f} M parameters; at most {MOST_PARAMS / 1e6:.0f} M are loaded here"
    if macs > MOST_MACS:
        return f"needs {macs / 1e9:.0f} GMACs a picture; at most {MOST_MACS / 1e9:.0f} are run here"
    return ""


def measure(name: str, input_shape: Shape | None = None) -> Latency:
    """Measure one network by name. Shapes: ``input_shape`` is (C, H, W); its usual input without one.

    Raises: ValueError for an unknown name, and for a network that is too large to be run here.
    """
    shape = input_shape or (NETWORKS[name].input_shape if name in NETWORKS else (3, 224, 224))
    counted = cost.table(name, shape)
    reason = too_large(counted.params, counted.macs)
    if reason:
        raise ValueError(f"{name} {reason}")
    with _ALONE, torch.inference_mode():
        own, reference = _times(name, shape)
    threads = torch.get_num_threads()
    return Latency(name, median(own), min(own), max(own), min(reference), len(own), threads)


def _times(name: str, shape: Shape) -> tuple[list[float], list[float]]:
    """The passes of a network and of the reference, taking turns."""
    usual = NETWORKS[REFERENCE].input_shape
    pairs = [
        (networks.build(known, device="cpu", image_px=size[1]), torch.rand(1, *size))
        for known, size in ((name, shape), (REFERENCE, usual))
    ]
    for network, picture in pairs:
        _pass_ms(network, picture)  # the first pass also reserves memory
    times: tuple[list[float], list[float]] = ([], [])
    began = perf_counter()
    while len(times[0]) < FEWEST_PASSES or (
        len(times[0]) < MOST_PASSES and perf_counter() - began < ENOUGH_S
    ):
        for kept, (network, picture) in zip(times, pairs, strict=True):
            kept.append(_pass_ms(network, picture))
    return times


def _pass_ms(network: nn.Module, picture: Tensor) -> float:
    start = perf_counter()
    network(picture)
    return 1000 * (perf_counter() - start)
