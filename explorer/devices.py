"""What this server can compute on: its processor, an NVIDIA card (CUDA), or Apple's graphics (MPS)."""

import os
from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Device:
    """One kind of device. `here` says whether it can be used; `sentence` says it in words.

    Units: memory in bytes, 0 where it is not known.
    """

    kind: str
    name: str
    here: bool
    memory_bytes: int
    sentence: str


def devices() -> tuple[Device, ...]:
    """The processor first, then CUDA and MPS, each with a plain sentence where it is missing."""
    return (_cpu(), _cuda(), _mps())


def _cpu() -> Device:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    name = f"{cores} core{'s' if cores > 1 else ''}"
    return Device(
        "CPU", name, True, 0, f"Everything that needs PyTorch ({torch.__version__}) can run on {name}."
    )


def _cuda() -> Device:
    if not torch.cuda.is_available():
        built = torch.version.cuda is not None
        why = "no NVIDIA card answers" if built else "this PyTorch was built without it"
        return Device("CUDA", "none", False, 0, f"No CUDA: {why}. Nothing on these pages needs it.")
    found = torch.cuda.get_device_properties(0)
    more = torch.cuda.device_count() - 1
    extra = f" and {more} more" if more else ""
    memory = f"{found.total_memory / 2**30:.0f} GiB"
    return Device(
        "CUDA", found.name, True, found.total_memory, f"{found.name} with {memory} of memory{extra}."
    )


def _mps() -> Device:
    if torch.backends.mps.is_available():
        return Device("MPS", "Apple GPU", True, 0, "Apple's graphics processor can be used through Metal.")
    return Device(
        "MPS", "none", False, 0, "No MPS: that is Apple's graphics, on a Mac with macOS 12.3 or newer."
    )
