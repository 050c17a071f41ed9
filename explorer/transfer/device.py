"""What a run computes on, and in which precision: full on the processor, mixed and channels-last on CUDA."""

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from explorer.devices import devices


def checked(name: str) -> torch.device:
    """The device called "cpu", "cuda", "cuda:1", "mps", or the best there is ("auto").

    Raises: ValueError for a name that is none, or a device that is not here, with the reason.
    """
    found = {entry.kind.lower(): entry for entry in devices()}
    kind, _, number = name.partition(":")
    if name == "auto":
        return torch.device(next((k for k in ("cuda", "mps") if found[k].here), "cpu"))
    if kind not in found or (number and not (kind == "cuda" and number.isdecimal())):
        raise ValueError(f"device must be cpu, cuda, mps or auto, got {name!r}")
    if not found[kind].here:
        raise ValueError(found[kind].sentence)
    if number and int(number) >= torch.cuda.device_count():
        raise ValueError(f"there is no device {name}; this machine has {torch.cuda.device_count()}")
    return torch.device(name)


def memory_format(device: torch.device) -> torch.memory_format:
    """How (N, C, H, W) lies in memory: channels last on CUDA, where its kernels want it."""
    return torch.channels_last if device.type == "cuda" else torch.contiguous_format


def placed(network: nn.Module, device: torch.device) -> nn.Module:
    """The network on a device, its weights as `memory_format` says."""
    moved = network.to(device)
    return moved.to(memory_format=torch.channels_last) if device.type == "cuda" else moved  # type: ignore[call-overload]


class Precision:
    """Mixed precision on CUDA (bfloat16, or float16 with a scaled loss on older cards), float32 elsewhere."""

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.dtype = torch.float32
        if device.type == "cuda":
            has_own = torch.cuda.is_bf16_supported(including_emulation=False)  # emulated it is slow
            self.dtype = torch.bfloat16 if has_own else torch.float16
        self._scaler = torch.amp.GradScaler(enabled=self.dtype == torch.float16)

    def cast(self) -> AbstractContextManager[object]:
        """The forward pass happens in here."""
        if self.dtype == torch.float32:
            return nullcontext()
        return torch.autocast(self.device.type, self.dtype)

    def step(self, loss: Tensor, optimiser: torch.optim.Optimizer) -> None:
        """Gradients, and one step of the optimiser."""
        self._scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
        self._scaler.step(optimiser)
        self._scaler.update()
