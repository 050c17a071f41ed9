"""Trains the backbones that a race begins from: `python -m explorer.transfer.backbones small_vgg glyphs --train`.

Each small network learns one drawn picture set, glyphs or textures, from tens of thousands of pictures; with --check
a kept file is measured again on pictures it has not seen.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer import pretrain
from explorer.networks import embedded
from explorer.small import ARCHITECTURES
from explorer.transfer import anatomy, drawn, tensorfile

NETWORKS = ("small_vgg", "small_resnet", "small_depthwise")
SOURCES = ("glyphs", "textures")
PICTURES, HELD_OUT, EPOCHS, RATE, SEED = 20_000, 4_000, 8, 4e-3, 0
_TRAIN_SEED, _TEST_SEED, _BATCH = 11, 12, 128


@dataclass(frozen=True)
class Backbone:
    """One trained backbone that comes with the app.

    Units: test_accuracy is the share of `HELD_OUT` new pictures of the source; mean and std of values 0 to 1.
    """

    network: str
    source: str
    file: Path
    test_accuracy: float
    classes: int
    epochs: int
    pictures: int
    seed: int
    mean: float
    std: float


def file_of(network: str, source: str) -> Path:
    """Where the weights of a backbone lie."""
    return embedded.FOLDER / f"{network}_{source}.safetensors"


def _read(network: str, source: str) -> Backbone:
    said = embedded.header(file_of(network, source))
    return Backbone(
        network=network,
        source=source,
        file=file_of(network, source),
        test_accuracy=float(said["test_accuracy"]),
        classes=int(said["classes"]),
        epochs=int(said["epochs"]),
        pictures=int(said["pictures"]),
        seed=int(said["seed"]),
        mean=float(said["mean"]),
        std=float(said["std"]),
    )


@lru_cache(maxsize=1)
def backbones() -> Mapping[tuple[str, str], Backbone]:
    """What is kept, by network and source."""
    kept = [
        _read(network, source)
        for source in SOURCES
        for network in NETWORKS
        if file_of(network, source).is_file()
    ]
    return MappingProxyType({(entry.network, entry.source): entry for entry in kept})


def state(network: str, source: str) -> dict[str, Tensor]:
    """The tensors of a backbone, the head for its own classes among them.

    Raises: ValueError where there is none.
    """
    from safetensors.torch import load

    if (network, source) not in backbones():
        there = sorted({entry.network for entry in backbones().values() if entry.source == source})
        raise ValueError(f"there is no {network} trained on {source}; there are {', '.join(there)}")
    return load(file_of(network, source).read_bytes())


def data(source: str, pictures: int = PICTURES, held_out: int = HELD_OUT) -> pretrain.Data:
    """Drawn pictures to train and to test a backbone on; none of them is in the sets of a race."""
    train, labels = drawn.drawn(source, pictures, _TRAIN_SEED)
    mean, std = round(float(train.mean() / 255), 4), round(float(train.std() / 255), 4)
    test, test_labels = _held_out(source, held_out, mean, std)
    targets = torch.from_numpy(labels.astype(np.int64))
    return pretrain.Data(_scaled(train, mean, std), targets, test, test_labels, mean, std)


def _held_out(source: str, count: int, mean: float, std: float) -> tuple[Tensor, Tensor]:
    pictures, labels = drawn.drawn(source, count, _TEST_SEED)
    return _scaled(pictures, mean, std), torch.from_numpy(labels.astype(np.int64))


def _scaled(pictures: npt.NDArray[np.uint8], mean: float, std: float) -> Tensor:
    """Shapes: (N, H, W) bytes -> (N, 1, H, W)."""
    return ((torch.from_numpy(pictures).float() / 255 - mean) / std)[:, None]


def fresh(network: str, source: str, seed: int) -> nn.Module:
    """The network with random weights and a head for the source's classes."""
    with anatomy.seeded(seed):
        made = ARCHITECTURES[network].make()
    return anatomy.with_head(made, len(drawn.DRAWINGS[source].classes), seed)


def trained(network: str, source: str, *, epochs: int, pictures: int, seed: int) -> Iterator[str]:
    """Train, keep the weights with what was measured in their head, and say how it goes, a line an epoch."""
    drawn_data = data(source, pictures)
    module = fresh(network, source, seed)
    yield from _learnt(module, drawn_data, epochs, seed)
    accuracy = pretrain.accuracy(module, drawn_data)
    facts = {
        **{"network": network, "source": source, "classes": len(drawn.DRAWINGS[source].classes)},
        **{"epochs": epochs, "pictures": pictures, "seed": seed, "rate": RATE},
        **{"mean": drawn_data.mean, "std": drawn_data.std, "test_accuracy": round(accuracy, 4)},
    }
    tensors = {name: value.numpy() for name, value in module.state_dict().items()}
    told = {name: str(value) for name, value in facts.items()}
    file_of(network, source).write_bytes(tensorfile.written(tensors, told))
    yield f"{file_of(network, source).name}: {told}"


def _learnt(module: nn.Module, source: pretrain.Data, epochs: int, seed: int) -> Iterator[str]:
    """Adam and a one-cycle rate. Nothing is augmented: the pictures were drawn differently enough."""
    generator = torch.Generator().manual_seed(seed)
    batches = len(source.pictures) // _BATCH
    optimiser = torch.optim.AdamW(module.parameters(), lr=RATE, weight_decay=5e-4)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=epochs * batches)
    for epoch in range(epochs):
        module.train()
        order = torch.randperm(len(source.pictures), generator=generator)
        for rows in order[: batches * _BATCH].view(batches, _BATCH):
            logits = module(source.pictures[rows])
            loss = functional.cross_entropy(logits, source.labels[rows], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        accuracy = pretrain.accuracy(module, source)
        yield f"epoch {epoch + 1}/{epochs}: loss {loss.item():.3f}, test accuracy {accuracy:.2%}"


def measured(network: str, source: str) -> float:
    """The accuracy of the kept weights on the held-out pictures, measured now."""
    module, entry = fresh(network, source, SEED), backbones()[network, source]
    module.load_state_dict(state(network, source))
    pictures, labels = _held_out(source, HELD_OUT, entry.mean, entry.std)
    nothing = torch.empty(0)
    return pretrain.accuracy(module, pretrain.Data(nothing, nothing, pictures, labels, entry.mean, entry.std))


def _checked(network: str, source: str) -> int:
    if (network, source) not in backbones():
        state(network, source)  # raises, with what there is
    said, found = backbones()[network, source].test_accuracy, measured(network, source)
    sys.stdout.write(f"{network} on {source}: test accuracy {found:.4f}; the file says {said:.4f}\n")
    return 0 if abs(found - said) < 2e-3 else 1


def main(arguments: list[str] | None = None) -> int:
    """Train and keep, or measure again."""
    parser = argparse.ArgumentParser(prog="explorer.transfer.backbones", description=__doc__)
    parser.add_argument("network", choices=NETWORKS)
    parser.add_argument("source", choices=SOURCES)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--train", action="store_true", help="train anew and keep the weights")
    what.add_argument("--check", action="store_true", help="measure the kept weights again")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--seed", type=int, default=SEED)
    chosen = parser.parse_args(arguments)
    if chosen.check:
        return _checked(chosen.network, chosen.source)
    settings = {"epochs": chosen.epochs, "pictures": chosen.pictures, "seed": chosen.seed}
    for line in trained(chosen.network, chosen.source, **settings):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
