"""Several processes, one run: each computes its part of every batch, and all keep the same weights.

What is averaged: the gradients (DistributedDataParallel), the loss and accuracy that are told, and in layers with
batch norm the mean and variance of the batch, so that the curve is the one a single process would draw, up to
rounding. Source: Li et al. 2020, PyTorch Distributed: Experiences on Accelerating Data Parallel Training.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from explorer.transfer.recipe import Recipe
from explorer.transfer.training import Alone

T = TypeVar("T")


class Group(Alone):
    """This process among those that torchrun started. Raises: ValueError where a batch cannot be shared evenly."""

    def __init__(self, recipe: Recipe, device: torch.device) -> None:
        self.rank, self.size, self.device = distributed.get_rank(), distributed.get_world_size(), device
        self.is_first = self.rank == 0
        if recipe.batch % self.size or recipe.batch // self.size < 2:
            raise ValueError(
                f"batch must be a multiple of the {self.size} processes, at least 2 each; got {recipe.batch}"
            )

    def share(self, rows: list[T]) -> list[T]:
        """A contiguous part; the first processes take one more where it does not divide."""
        each, more = divmod(len(rows), self.size)
        start = self.rank * each + min(self.rank, more)
        return rows[start : start + each + (self.rank < more)]

    def wrapped(self, network: nn.Module) -> nn.Module:
        """The network, its gradients averaged and its batch norms over the whole batch."""
        if self.device.type == "cuda":
            network = nn.SyncBatchNorm.convert_sync_batchnorm(network)  # type: ignore[no-untyped-call]
        else:
            _share_norms(network)
        ids = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(network, device_ids=ids, forward_sync_buffers=False)

    def mean(self, values: Tensor) -> Tensor:
        """The average over the processes."""
        total = values.clone()
        distributed.all_reduce(total)
        return total / self.size

    def joined(self, values: Tensor) -> Tensor:
        """The rows of all processes, in the order of their ranks."""
        counts = [torch.zeros(1, dtype=torch.int64, device=values.device) for _ in range(self.size)]
        distributed.all_gather(counts, torch.tensor([len(values)], device=values.device))
        most = max(int(count) for count in counts)
        padded = torch.cat([values, values.new_zeros(most - len(values), *values.shape[1:])])
        parts = [torch.empty_like(padded) for _ in range(self.size)]
        distributed.all_gather(parts, padded)
        return torch.cat([part[: int(count)] for part, count in zip(parts, counts, strict=True)])


class _Total(torch.autograd.Function):
    """The sum over the processes; so is its gradient."""

    @staticmethod
    def forward(ctx: Any, values: Tensor) -> Tensor:
        total = values.clone()
        distributed.all_reduce(total)
        return total

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        total = gradients[0].clone()
        distributed.all_reduce(total)
        return total


def _total(values: Tensor) -> Tensor:
    total: Tensor = _Total.apply(values)  # type: ignore[no-untyped-call]
    return total


class SharedBatchNorm2d(nn.BatchNorm2d):
    """Batch norm whose mean and variance are those of the whole batch, over all processes, on the processor too."""

    def forward(self, x: Tensor) -> Tensor:
        """Shapes: (N, C, H, W), as it came."""
        if not self.training or self.running_mean is None or self.running_var is None:
            return super().forward(x)
        count = x.numel() / x.shape[1] * distributed.get_world_size()
        mean = _total(x.sum((0, 2, 3))) / count
        centred = x - mean[:, None, None]
        variance = _total(centred.square().sum((0, 2, 3))) / count
        with torch.no_grad():
            momentum = 0.1 if self.momentum is None else self.momentum
            self.running_mean.lerp_(mean, momentum)
            self.running_var.lerp_(variance * count / (count - 1), momentum)
            if self.num_batches_tracked is not None:
                self.num_batches_tracked += 1
        scaled: Tensor = centred * (variance + self.eps).rsqrt()[:, None, None]
        if not self.affine:
            return scaled
        return torch.addcmul(self.bias[:, None, None], scaled, self.weight[:, None, None])


def _share_norms(network: nn.Module) -> None:
    """The same modules, weights and names, with the forward pass above."""
    for module in network.modules():
        if type(module) is nn.BatchNorm2d:
            module.__class__ = SharedBatchNorm2d


def world_size() -> int:
    """How many processes torchrun started; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def own_device(device: str) -> str:
    """The device of this process: with CUDA the one of its number."""
    wants_cuda = device == "cuda" or (device == "auto" and torch.cuda.is_available())
    return f"cuda:{os.environ.get('LOCAL_RANK', '0')}" if wants_cuda and world_size() > 1 else device


@contextmanager
def group(recipe: Recipe, device: torch.device) -> Iterator[Alone]:
    """All processes of torchrun, or this one alone."""
    if world_size() == 1:
        yield Alone()
        return
    if device.type == "cuda":
        torch.cuda.set_device(device)
    # a 1x1 or one-channel kernel has the same bytes under either stride
    warnings.filterwarnings("ignore", message="Grad strides do not match bucket view strides")
    distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    try:
        yield Group(recipe, device)
        distributed.barrier()  # nobody leaves while another still waits for an answer
    finally:
        distributed.destroy_process_group()
