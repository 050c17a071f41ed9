"""One run: a batch a step, as the recipe says. The same loop serves the app, the command line and several processes.

What each setting means stands in `recipe`; which pictures a step sees, in `order`.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from math import cos, isfinite, pi
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from torch.nn import functional

from explorer.transfer import anatomy, datasets, order, starting
from explorer.transfer import device as devices
from explorer.transfer.head import FrozenFeatures
from explorer.transfer.lanes import LANES
from explorer.transfer.pictureset import PictureSet
from explorer.transfer.recipe import Recipe
from explorer.transfer.stopping import Brake, StoppedError
from explorer.transfer.trainable import apply_modes, groups, optimiser

T = TypeVar("T")
EVALUATED_PICTURES = 256
"""How many held-out pictures are looked at in one go; large ones on the processor are taken by fewer."""
NARROW_BYTES = 1 << 26
"""Of a set that would take more than this, only the pictures that a run looks at are made fit."""


@dataclass(frozen=True)
class Record:
    """What one step gave. `test_accuracy` is None at steps without an evaluation.

    Units: step counts from 1; loss and train_accuracy are of this step's batch, before the step; seconds of training
    since the run began, evaluations left out.
    """

    step: int
    lane: str
    loss: float
    train_accuracy: float
    test_accuracy: float | None
    seconds: float


class Alone:
    """One process: every picture of a batch is its own. `distributed.Group` shares a batch among several."""

    is_first = True

    def share(self, rows: list[T]) -> list[T]:
        """The part of a batch that this process computes."""
        return rows

    def wrapped(self, network: nn.Module) -> nn.Module:
        """The network, its gradients averaged over the processes."""
        return network

    def mean(self, values: Tensor) -> Tensor:
        """The average over the processes."""
        return values

    def joined(self, values: Tensor) -> Tensor:
        """The rows of all processes, in the order of their ranks."""
        return values


class Training:
    """A run that can be stepped, looked at, stopped and gone on with.

    `test_pictures`: so many of the held-out ones are looked at, each class by its share; None for all. `is_stopped`
    is asked between pieces of longer work. `answers` are the probabilities of the last evaluation.
    Raises: ValueError, in a sentence, for settings, weights, pictures or devices that do not fit; StoppedError.
    """

    def __init__(
        self,
        recipe: Recipe,
        dataset: PictureSet,
        *,
        network: str = "small_vgg",
        weights: str | None = None,
        device: str = "cpu",
        input_px: int | None = None,
        test_pictures: int | None = None,
        world: Alone | None = None,
        is_stopped: Callable[[], bool] | None = None,
    ) -> None:
        self.recipe, self.network_name, self.weights_name = recipe, network, weights
        self.world, self.is_stopped = world or Alone(), is_stopped or never
        self.device = devices.checked(device)
        channels, side = starting.input_of(network, dataset, input_px)
        self.chosen, self.test = dataset.chosen(recipe.pictures_per_class, recipe.seed), dataset.test
        self.test = order.looked_at(dataset.labels.tolist(), self.test, len(dataset.classes), test_pictures)
        if len(dataset.images) * side * side * channels > NARROW_BYTES:
            dataset = dataset.part([*self.chosen, *self.test])
            self.chosen, self.test = dataset.train, dataset.test
        self.pictures = starting.fitted(dataset, network, weights, input_px)
        self.answers: npt.NDArray[np.float32] | None = None
        made = starting.starting(network, weights, recipe, len(dataset.classes), side)
        self.network = devices.placed(made, self.device)
        self.input_shape = (channels, side, side)
        self.step_count, self.seconds = 0, 0.0
        self.precision = devices.Precision(self.device)
        self._labels = torch.from_numpy(self.pictures.labels).to(self.device)
        self._mean, self._std = self._per_channel(self.pictures.mean), self._per_channel(self.pictures.std)
        self.frozen = self._features() if LANES[recipe.lane].caches_features else None
        trained = self.frozen.head if self.frozen else self.network
        self._groups = groups(self.network, recipe)
        self._optimiser = optimiser(self._groups, recipe)
        is_slow = self.device.type != "cuda" and side > 64
        self._brake = Brake(self.network, is_stopped) if is_stopped and is_slow else None
        self._model = self.world.wrapped(trained)
        kinds = {type(part).__name__ for part in made.modules()}
        self._draws = not self.frozen and bool(kinds & {"Dropout", "StochasticDepth"})

    def _per_channel(self, values: tuple[float, ...]) -> Tensor:
        return torch.tensor(values, device=self.device).view(1, -1, 1, 1)

    def step(self) -> Record:
        """Train on the next batch.

        Raises: ValueError when the loss is no longer a number; StoppedError when told to stop in the middle.
        """
        began = time.perf_counter()
        recipe, step = self.recipe, self.step_count
        places = self.world.share(order.batch(len(self.chosen), recipe.batch, recipe.seed, step))
        plan = self.world.share(
            order.moves(recipe.augmentation, recipe.batch, self.input_shape[1], recipe.seed, step)
        )
        rate = cosine(step, recipe.steps) if recipe.schedule == "cosine" else 1.0
        for group, start in zip(self._optimiser.param_groups, self._groups, strict=True):
            group["lr"] = start.rate * rate
        seed = order.mixed(recipe.seed ^ order.mixed(step))
        draws = anatomy.seeded(seed, self.device) if self._draws else nullcontext()
        with draws, self._brake.step() if self._brake else nullcontext():
            loss, right = self._learn(places, plan)
        seen = self.world.mean(torch.stack([loss, right])).tolist()
        self.step_count += 1
        self.seconds += time.perf_counter() - began
        if not isfinite(seen[0]):
            told = f"the loss is no longer a number after step {self.step_count}"
            raise ValueError(f"{told}: a rate of {recipe.rate:g} is too high here")
        return Record(self.step_count, recipe.lane, seen[0], seen[1], None, self.seconds)

    def _learn(self, places: list[int], plan: Sequence[order.Move]) -> tuple[Tensor, Tensor]:
        labels = self._labels[[self.chosen[place] for place in places]]
        apply_modes(self.network, self.recipe)
        with self.precision.cast():
            logits = self._model(self._seen(places, plan))
            answers = anatomy.behind_head(logits).float() if self.frozen else logits.float()
            loss = functional.cross_entropy(answers, labels, label_smoothing=self.recipe.label_smoothing)
        self._optimiser.zero_grad(set_to_none=True)
        self.precision.step(loss, self._optimiser)
        right = (answers.detach().argmax(1) == labels).float().mean()
        return loss.detach(), right

    def _seen(self, places: list[int], plan: Sequence[order.Move]) -> Tensor:
        if self.frozen:
            return self.frozen.train[places]
        rows = [self.chosen[place] for place in places]
        return self.scaled(order.moved(self.pictures.images[rows], plan))

    def scaled(self, images: npt.NDArray[np.uint8]) -> Tensor:
        """Bytes as the network takes them. Shapes: (N, H, W, C) -> (N, C, H, W)."""
        values = torch.from_numpy(np.ascontiguousarray(images)).to(self.device).permute(0, 3, 1, 2)
        scaled = (values.float() / 255 - self._mean) / self._std
        return scaled.contiguous(memory_format=devices.memory_format(self.device))

    def _features(self) -> FrozenFeatures:
        def features(rows: list[int]) -> Tensor:
            with torch.inference_mode(), self.precision.cast():
                found = [
                    anatomy.head_features(self.network, self.scaled(self.pictures.images[piece])).float()
                    for piece in self._pieces(rows)
                ]
            return torch.cat(found).clone()

        began = time.perf_counter()
        self.network.eval().requires_grad_(False)
        found = FrozenFeatures(self.network, features(self.chosen), features(self.test))
        self.seconds += time.perf_counter() - began
        return found

    def _pieces(self, rows: list[int]) -> Iterator[list[int]]:
        """The rows by so many at once. Raises: StoppedError between two of them, when told to."""
        few = self.device.type == "cpu" and self.input_shape[1] > 64
        count = EVALUATED_PICTURES // 16 if few else EVALUATED_PICTURES
        for start in range(0, len(rows), count):
            if self.is_stopped():
                raise StoppedError
            yield rows[start : start + count]

    def evaluate(self) -> tuple[float, npt.NDArray[np.float32]]:
        """The share of held-out pictures that are right, and all probabilities. Shapes: (test pictures, classes)."""
        self.network.eval()
        rows = self.world.share(list(range(len(self.test))))
        with torch.no_grad(), self.precision.cast():
            found = [self._answers(piece).float().softmax(1) for piece in self._pieces(rows)]
        none = torch.zeros(0, len(self.pictures.classes), device=self.device)
        shares = self.world.joined(torch.cat([none, *found]))
        labels = self._labels[self.test].to(shares.device)
        right = (shares.argmax(1) == labels).float().mean().item() if self.test else float("nan")
        self.answers = shares.cpu().numpy()
        return right, self.answers

    def _answers(self, rows: list[int]) -> Tensor:
        if self.frozen:
            return anatomy.behind_head(self.frozen.head(self.frozen.test[rows]))
        answers: Tensor = self.network(self.scaled(self.pictures.images[[self.test[row] for row in rows]]))
        return answers

    def state(self) -> dict[str, Tensor]:
        """The network's weights as they are now, running statistics included, on the processor."""
        held = {name: value.detach().cpu().clone() for name, value in self.network.state_dict().items()}
        if self.frozen:
            held |= self.frozen.folded(anatomy.head_of(self.network))
        return {name: value.contiguous() for name, value in held.items()}

    def predict(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        """Probabilities of pictures that already fit. Shapes: (N, H, W, C) -> (N, classes)."""
        self.network.eval()
        with torch.no_grad(), self.precision.cast():
            if self.frozen:
                inside = self.frozen.standardised(
                    anatomy.head_features(self.network, self.scaled(images)).float()
                )
                answers = anatomy.behind_head(self.frozen.head(inside))
            else:
                answers = self.network(self.scaled(images))
        shares: npt.NDArray[np.float32] = answers.float().softmax(1).cpu().numpy()
        return shares

    def checkpoint(self) -> dict[str, Tensor]:
        """All that a run needs to go on as if it had not stopped."""
        trained = self.frozen.head if self.frozen else self.network
        held = {f"network.{name}": value for name, value in trained.state_dict().items()}
        for place, kept in self._optimiser.state_dict()["state"].items():
            for key, value in kept.items():
                if value is not None:
                    held[f"optimiser.{place}.{key}"] = torch.as_tensor(value)
        held["run.step"] = torch.tensor(self.step_count)
        held["run.seconds"] = torch.tensor(self.seconds)
        return {name: value.detach().cpu().clone().contiguous() for name, value in held.items()}

    def restore(self, held: Mapping[str, Tensor]) -> None:
        """Go on from a checkpoint of the same recipe.

        Raises: ValueError where it is of another run.
        """
        trained = self.frozen.head if self.frozen else self.network
        own = {
            name.removeprefix("network."): value
            for name, value in held.items()
            if name.startswith("network.")
        }
        try:
            trained.load_state_dict(own)
            self.step_count, self.seconds = int(held["run.step"]), float(held["run.seconds"])
        except (RuntimeError, KeyError) as error:
            raise ValueError("this checkpoint is of another run: its weights do not fit") from error
        kept: dict[int, dict[str, Tensor]] = {}
        for name, value in held.items():
            if name.startswith("optimiser."):
                _, place, key = name.split(".")
                kept.setdefault(int(place), {})[key] = value
        self._optimiser.load_state_dict({**self._optimiser.state_dict(), "state": kept})


def never() -> bool:
    """No."""
    return False


def cosine(step: int, steps: int) -> float:
    """What the rates are multiplied by at a step (from 0): 1 at first, towards 0 at the end."""
    return (1 + cos(pi * step / steps)) / 2


def train(
    recipe: Recipe,
    dataset: str | PictureSet,
    *,
    network: str = "small_vgg",
    weights: str | None = None,
    device: str = "cpu",
    input_px: int | None = None,
    evaluate_every: int = 25,
) -> Iterator[Record]:
    """Train, and yield a record a step; the last has a test accuracy, and every `evaluate_every`-th.

    Raises: ValueError at once for what does not fit, and in the middle where the loss is no longer a number.
    """
    if evaluate_every < 1:
        raise ValueError(f"evaluate_every must be at least 1, got {evaluate_every}")
    pictures = datasets.get(dataset) if isinstance(dataset, str) else dataset
    run = Training(recipe, pictures, network=network, weights=weights, device=device, input_px=input_px)
    return records(run, evaluate_every)


def records(run: Training, evaluate_every: int = 25) -> Iterator[Record]:
    """Take a run to its end, a record a step; one that is told to stop while it evaluates gives no test accuracy."""
    while run.step_count < run.recipe.steps:
        record = run.step()
        if record.step % evaluate_every == 0 or record.step == run.recipe.steps:
            with suppress(StoppedError):
                record = Record(**{**vars(record), "test_accuracy": run.evaluate()[0]})
        yield record
