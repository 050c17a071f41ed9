"""Pictures made fit for a network in the browser are to the bit those of the server, in the same batches."""

import json
from pathlib import Path

import numpy as np
import pytest

from explorer.networks import preprocessing
from explorer.networks.facts import torchvision_networks
from explorer.transfer import PictureSet, Recipe, Training, starting, tensorfile
from tests.test_engine import node

SIZES = (
    *((28, 28, 1, 96, 3), (28, 28, 1, 64, 1), (32, 32, 3, 96, 3), (32, 32, 3, 28, 1), (96, 96, 3, 28, 1)),
    *((96, 96, 3, 64, 3), (48, 48, 3, 40, 3), (96, 96, 3, 96, 1), (28, 28, 1, 28, 3), (40, 28, 1, 28, 1)),
)


def test_pictures_are_resized_as_pillow_does(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    cases, tensors = [], {}
    for place, (height, width, channels, side, wanted) in enumerate(SIZES):
        images = random.integers(0, 256, (3, height, width, channels), dtype=np.uint8)
        images[0] = np.where(images[0] > 127, 255, 0)  # the largest contrasts
        fitted = np.stack([starting._fitted(picture, side, wanted) for picture in images])
        tensors |= {f"{place} from": images, f"{place} to": fitted}
        to = {"height": side, "width": side, "channels": wanted}
        cases.append({"height": height, "width": width, "channels": channels, "to": to})
    (tmp_path / "fits.json").write_text(json.dumps(cases))
    (tmp_path / "fits.safetensors").write_bytes(tensorfile.written(tensors))
    found = node(tmp_path, "fits")
    assert found == [{"length": True, "wrong": 0}] * len(SIZES)


@pytest.mark.parametrize(
    ("side", "channels", "network", "weights"),
    [
        (28, 1, "squeezenet1_1", "IMAGENET1K_V1"),
        (28, 1, "squeezenet1_1", None),
        (32, 3, "squeezenet1_1", "IMAGENET1K_V1"),
        (32, 3, "small_vgg", None),
    ],
)
@pytest.mark.parametrize("augmentation", ["none", "shift and flip"])
def test_both_engines_see_the_same_batch(
    tmp_path: Path, side: int, channels: int, network: str, weights: str | None, augmentation: str
) -> None:
    """The same set, recipe and seed: chosen, enlarged, moved and scaled alike, with a mean of the weights too."""
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (60, side, side, channels), dtype=np.uint8)
    labels = np.arange(60) % 5
    pictures = PictureSet("x", "X", tuple("abcde"), images, labels, (np.arange(60) >= 40).astype(np.uint8))
    recipe = Recipe.of_lane("scratch", pictures_per_class=6, batch=7, seed=11, augmentation=augmentation)
    run = Training(recipe, pictures, network=network)
    run.pictures = starting.fitted(pictures, network, weights)
    run._mean, run._std = run._per_channel(run.pictures.mean), run._per_channel(run.pictures.std)
    step = 5
    from explorer.transfer import order

    rows = [run.chosen[i] for i in order.batch(len(run.chosen), 7, recipe.seed, step)]
    plan = order.moves(augmentation, 7, run.input_shape[1], recipe.seed, step)
    batch = run.scaled(order.moved(run.pictures.images[rows], plan))
    seen = run.scaled(run.pictures.images[run.test[:4]])
    spread = _expected_spread(network) if weights else {}
    task = {
        "graph": {"input": {"shape": run.input_shape, **spread}},
        "recipe": vars(recipe),
        "data": {
            "labels": labels.tolist(), "train": pictures.train, "test": pictures.test, "classes": 5,
            "height": side, "width": side, "channels": channels, "mean": pictures.mean, "std": pictures.std,
        },
        "step": step,
        "rows": run.test[:4],
    }  # fmt: skip
    (tmp_path / "feed.json").write_text(json.dumps(task))
    tensors = {"images": images, "batch": batch.permute(0, 2, 3, 1), "seen": seen.permute(0, 2, 3, 1)}
    (tmp_path / "feed.safetensors").write_bytes(
        tensorfile.written({name: np.ascontiguousarray(value) for name, value in tensors.items()})
    )
    found = node(tmp_path, "fed")
    assert found["labels"] == labels[rows].tolist()
    assert found["batch"] < 1e-5
    assert found["seen"] < 1e-5


def _expected_spread(network: str) -> dict[str, tuple[float, ...]]:
    facts = next(facts for facts in torchvision_networks() if facts.name == network)
    how = preprocessing.plan(facts, "IMAGENET1K_V1")
    return {"mean": how.mean, "std": how.std}
