"""What a run came to: which pictures it gets wrong, for what it takes them, and which layers really changed."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from explorer.transfer import starting, tensorfile
from explorer.transfer.training import Training

MOST_WRONG = 96
_STATISTICS = ("running_mean", "running_var")


@dataclass(frozen=True)
class Change:
    """How far one layer has moved: |after - before| / |before|, over all numbers of its weight or its statistics.

    `kind` is "weight" or "statistics" (running mean and variance of a batch norm).
    """

    layer: str
    kind: str
    relative: float


@dataclass(frozen=True, eq=False)
class Outcome:
    """The held-out pictures as a run sees them at its end.

    Shapes: labels (N,), probabilities (N, classes); wrong (W,) are the places in these of the worst mistakes, the
    surest first, and pictures (W, H, W, C) what they show; none where they are not to be kept.
    """

    classes: tuple[str, ...]
    labels: npt.NDArray[np.int64]
    probabilities: npt.NDArray[np.float32]
    wrong: npt.NDArray[np.int64]
    pictures: npt.NDArray[np.uint8]
    changes: tuple[Change, ...]

    @property
    def accuracy(self) -> float:
        """The share that is right."""
        return float((self.probabilities.argmax(1) == self.labels).mean())

    def confusion(self) -> npt.NDArray[np.int64]:
        """How many of each class (rows) are taken for which (columns)."""
        count = len(self.classes)
        told = self.labels * count + self.probabilities.argmax(1)
        found: npt.NDArray[np.int64] = np.bincount(told, minlength=count * count).reshape(count, count)
        return found

    def per_class(self) -> list[float]:
        """The share of each class that is right; not a number for a class without held-out pictures."""
        matrix = self.confusion()
        with np.errstate(invalid="ignore"):
            shares: list[float] = (np.diag(matrix) / matrix.sum(1)).tolist()
        return shares


def of(run: Training, *, pictures: bool = True) -> Outcome:
    """The outcome of a run as it stands now, with or without the pictures of the worst mistakes."""
    answers = run.answers if run.answers is not None else run.evaluate()[1]
    labels = run.pictures.labels[run.test]
    wrong = worst(answers, labels)
    shown = run.pictures.images[[run.test[place] for place in wrong] if pictures else []]
    return Outcome(run.pictures.classes, labels, answers, wrong, shown, changes(run))


def worst(answers: npt.NDArray[np.float32], labels: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The places of the mistakes, the one that the network was surest of first; at most `MOST_WRONG`."""
    wrong = np.flatnonzero(answers.argmax(1) != labels)
    surest = np.argsort(-answers[wrong].max(1), kind="stable")
    return wrong[surest][:MOST_WRONG].astype(np.int64)


def changes(run: Training) -> tuple[Change, ...]:
    """How far every layer has moved since the start of the run, in the network's order; 0 for what was frozen.

    The head starts from random numbers in every lane.
    """
    before = starting.starting(
        run.network_name, run.weights_name, run.recipe, len(run.pictures.classes), run.input_shape[1]
    )
    after, first = run.state(), before.state_dict()
    found = []
    for name, module in before.named_modules():
        prefix = f"{name}." if name else ""
        if isinstance(getattr(module, "weight", None), nn.Parameter):
            found.append(Change(name, "weight", moved([prefix + "weight"], first, after)))
        if isinstance(getattr(module, "running_mean", None), Tensor):
            found.append(
                Change(name, "statistics", moved([prefix + own for own in _STATISTICS], first, after))
            )
    return tuple(found)


def moved(names: list[str], before: dict[str, Tensor], after: dict[str, Tensor]) -> float:
    """The length of the difference over the length of what was before, over several tensors as one."""
    old, new = (
        torch.cat([held[name].double().flatten().cpu() for name in names]) for held in (before, after)
    )
    return float((new - old).norm() / old.norm().clamp(min=1e-12))


def packed(outcome: Outcome) -> bytes:
    """An outcome as safetensors bytes."""
    tensors: dict[str, npt.NDArray[Any]] = {
        "labels": outcome.labels,
        "probabilities": outcome.probabilities,
        "wrong": outcome.wrong,
        "pictures": outcome.pictures,
    }
    moves = [[one.layer, one.kind, one.relative] for one in outcome.changes]
    said = {"classes": json.dumps(outcome.classes, ensure_ascii=False), "changes": json.dumps(moves)}
    return tensorfile.written(tensors, said)


def unpacked(data: bytes) -> Outcome:
    """The outcome that `packed` bytes hold."""
    from safetensors.numpy import load

    tensors, said = load(data), tensorfile.metadata(data)
    moves = tuple(Change(*one) for one in json.loads(said["changes"]))
    parts = {key: tensors[key] for key in ("labels", "probabilities", "wrong", "pictures")}
    return Outcome(classes=tuple(json.loads(said["classes"])), changes=moves, **parts)
