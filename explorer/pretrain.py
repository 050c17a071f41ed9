"""Trains the small networks that the app ships, and measures them: `python -m explorer.pretrain --help`.

The data come from torchvision (downloaded on demand) or from an .npz with train_images, train_labels, test_images
and test_labels. The result is a safetensors file whose header says what was done and what was measured.
"""

import argparse
import hashlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from explorer.small import ARCHITECTURES

DATASETS = {"mnist": "MNIST", "fashion_mnist": "FashionMNIST"}


@dataclass(frozen=True)
class Data:
    """Training and test pictures, scaled to mean 0 and spread 1. Shapes: pictures (N, 1, H, W), labels (N,)."""

    pictures: Tensor
    labels: Tensor
    test_pictures: Tensor
    test_labels: Tensor
    mean: float
    std: float


def load(dataset: str, source: Path | None, input_px: int = 28) -> Data:
    """The data set by name, from `source` (.npz) or through torchvision, with a black border up to `input_px`.

    Mean and spread are those of the training pictures without the border.
    """
    arrays = _from_npz(source) if source else _from_torchvision(dataset)
    train = torch.from_numpy(arrays[0]).float() / 255
    mean, std = round(train.mean().item(), 4), round(train.std().item(), 4)

    def scaled(pictures: npt.NDArray[Any]) -> Tensor:
        border = (input_px - pictures.shape[-1]) // 2
        framed = functional.pad(torch.from_numpy(pictures).float(), (border,) * 4)
        return ((framed / 255 - mean) / std)[:, None]

    labels = [torch.from_numpy(array.astype(np.int64)) for array in (arrays[1], arrays[3])]
    return Data(scaled(arrays[0]), labels[0], scaled(arrays[2]), labels[1], mean, std)


def _from_npz(source: Path) -> list[npt.NDArray[Any]]:
    with np.load(source, allow_pickle=False) as held:
        return [held[name] for name in ("train_images", "train_labels", "test_images", "test_labels")]


def _from_torchvision(dataset: str) -> list[npt.NDArray[Any]]:
    from torchvision import datasets

    made = getattr(datasets, DATASETS[dataset])
    halves = [
        made(Path.home() / ".cache" / "kernelscope", train=train, download=True) for train in (True, False)
    ]
    return [array for half in halves for array in (half.data.numpy(), half.targets.numpy())]


def shifted(
    pictures: Tensor, generator: torch.Generator, *, most_px: int = 2, degrees: float = 10.0
) -> Tensor:
    """Each picture moved, turned and scaled a little: the augmentation of the training. Shapes: as they came."""
    n = len(pictures)

    def noise(spread: float) -> Tensor:
        return (torch.rand(n, generator=generator) * 2 - 1) * spread

    angle, scale = noise(degrees) * torch.pi / 180, 1 + noise(0.08)
    dx, dy = noise(most_px / 14), noise(most_px / 14)
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    theta = torch.stack([cos, -sin, dx, sin, cos, dy], 1).view(n, 2, 3)
    grid = functional.affine_grid(theta, list(pictures.shape), align_corners=False)
    return functional.grid_sample(pictures, grid, padding_mode="border", align_corners=False)


def train(
    network: nn.Module, data: Data, *, epochs: int, rate: float, seed: int, flip: bool
) -> Iterator[str]:
    """Train in place with Adam and a one-cycle rate, batch 128; yields a line an epoch."""
    generator = torch.Generator().manual_seed(seed)
    batches = len(data.pictures) // 128
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=epochs * batches)
    for epoch in range(epochs):
        network.train()
        order = torch.randperm(len(data.pictures), generator=generator)
        for rows in order[: batches * 128].view(batches, 128):
            pictures = shifted(data.pictures[rows], generator, degrees=0 if flip else 10)
            if flip:
                mirror = torch.rand(128, generator=generator) < 0.5
                pictures[mirror] = pictures[mirror].flip(-1)
            loss = functional.cross_entropy(network(pictures), data.labels[rows], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        yield f"epoch {epoch + 1}/{epochs}: loss {loss.item():.3f}, test accuracy {accuracy(network, data):.2%}"


def accuracy(network: nn.Module, data: Data) -> float:
    """The share of test pictures whose largest logit is the right class."""
    network.eval()
    with torch.inference_mode():
        right = 0.0
        for start in range(0, len(data.test_labels), 1000):
            guess = network(data.test_pictures[start : start + 1000]).argmax(1)
            right += (guess == data.test_labels[start : start + 1000]).sum().item()
    return float(right / len(data.test_labels))


def _checked(network: nn.Module, data: Data, file: Path) -> int:
    """Measure a saved file again; 0 where it does what its header says."""
    network.load_state_dict(load_file(file))
    with safe_open(file, "pt") as held:
        said = float(held.metadata()["test_accuracy"])
    measured = accuracy(network, data)
    sys.stdout.write(f"test accuracy {measured:.4f}; the file says {said:.4f}\n")
    return 0 if abs(measured - said) < 5e-4 else 1


def main(arguments: list[str] | None = None) -> int:
    """Train and save, or with --check measure a saved file again."""
    parser = argparse.ArgumentParser(prog="explorer.pretrain", description=__doc__)
    parser.add_argument("network", choices=sorted(ARCHITECTURES))
    parser.add_argument("dataset", choices=sorted(DATASETS))
    parser.add_argument("file", type=Path, help="the safetensors file to write, or to measure with --check")
    parser.add_argument(
        "--data", type=Path, help="an .npz; without it the data are downloaded by torchvision"
    )
    parser.add_argument("--epochs", type=int, default=12)
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args(arguments)
    architecture = ARCHITECTURES[chosen.network]
    data = load(chosen.dataset, chosen.data, architecture.input_px)
    torch.manual_seed(chosen.seed)
    network = architecture.make()
    if chosen.check:
        return _checked(network, data, chosen.file)
    settings = {"epochs": chosen.epochs, "rate": chosen.rate, "seed": chosen.seed}
    for line in train(network, data, flip=chosen.dataset == "fashion_mnist", **settings):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    facts = {
        "network": chosen.network,
        "dataset": chosen.dataset,
        "mean": data.mean,
        "std": data.std,
        **settings,
    }
    facts["test_accuracy"] = round(accuracy(network, data), 4)
    save_file(network.state_dict(), chosen.file, {name: str(value) for name, value in facts.items()})
    digest = hashlib.sha256(chosen.file.read_bytes()).hexdigest()
    sys.stdout.write(f"{chosen.file.name}: {facts}, sha256 {digest}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
