"""Recipes and lanes: what is allowed, what is refused and in which words."""

import dataclasses
import json

import pytest

from explorer.transfer import LANES, Recipe
from explorer.transfer.recipe import usual_steps

NAN = float("nan")


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"lane": "hat"}, "lane must be one of scratch, head, deep, whole, got 'hat'"),
    ({"seed": -1}, "seed must be a whole number from 0"),
    ({"seed": 2**32}, "seed must be a whole number"),
    ({"seed": 1.5}, "seed must be a whole number"),
    ({"seed": True}, "seed must be a whole number"),
    ({"steps": 0}, "steps must be a whole number from 1 to 100,000, got 0"),
    ({"steps": 10**9}, "steps must be"),
    ({"batch": 1}, "batch must be a whole number from 2 to 1,024, got 1"),
    ({"pictures_per_class": 0}, "pictures_per_class must be a whole number from 1"),
    ({"pictures_per_class": "ten"}, "pictures_per_class must be a whole number"),
    ({"rate": NAN}, "rate must be a number, got nan"),
    ({"rate": float("inf")}, "rate must be a number, got inf"),
    ({"rate": -0.1}, "rate must lie between 0 and 100, got -0.1"),
    ({"rate": "fast"}, "rate must be a number, got 'fast'"),
    ({"rate": None}, "rate must be a number"),
    ({"backbone_rate": 1e9}, "backbone_rate must lie between 0 and 100"),
    ({"weight_decay": -1}, "weight_decay must lie between 0 and 10"),
    ({"label_smoothing": 1.0}, "label_smoothing must lie between 0 and 0.9, got 1"),
    ({"optimiser": "lion"}, "optimiser must be one of sgd, momentum, adam, got 'lion'"),
    ({"schedule": "step"}, "schedule must be one of cosine, constant"),
    ({"augmentation": "mixup"}, "augmentation must be one of none, shift, shift and flip"),
    ({"augmentation": "shift"}, "nothing can be augmented"),
    ({"freeze_batch_norm": "yes"}, "freeze_batch_norm must be true or false"),
    ({"optimizer": "adam"}, "a recipe has no setting 'optimizer'"),
])  # fmt: skip
def test_what_is_not_allowed_is_said(changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        Recipe.from_dict(changed)


@pytest.mark.parametrize("lane", LANES)
def test_a_recipe_survives_json_and_starts_as_its_lane(lane: str) -> None:
    recipe = Recipe.of_lane(lane, seed=3, pictures_per_class=None)
    assert Recipe.from_dict(json.loads(json.dumps(dataclasses.asdict(recipe)))) == recipe
    assert recipe.rate == LANES[lane].rate
    assert recipe.freeze_batch_norm == LANES[lane].freeze_batch_norm
    with pytest.raises(dataclasses.FrozenInstanceError):
        recipe.rate = 1.0  # type: ignore[misc]


def test_an_unknown_lane_has_no_recipe() -> None:
    with pytest.raises(ValueError, match="lane must be one of"):
        Recipe.of_lane("hat")


def test_more_pictures_take_more_steps() -> None:
    assert [usual_steps(n) for n in (1, 5, 10, 20, 50, 100, None)] == [150, 150, 200, 200, 400, 600, 600]
