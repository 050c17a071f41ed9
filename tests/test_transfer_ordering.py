"""What transfer is worth, run for real: the default race over three seeds, and the four prepared experiments."""

from statistics import mean

import pytest

from explorer.transfer.experiments import EXPERIMENTS

SEEDS = (0, 1, 2)


def test_the_default_race_ends_in_the_order_of_the_lectures() -> None:
    race = EXPERIMENTS["similar_small"]
    found = {}
    for lane in race.lanes:
        ends = [list(race.run(lane, seed))[-1].test_accuracy for seed in SEEDS]
        found[lane] = [end for end in ends if end is not None]
    assert mean(found["whole"]) > mean(found["head"]) > mean(found["scratch"]) + 0.1, found
    assert max(found["scratch"]) < min(found["head"]), found
    assert min(found["whole"]) > 0.7


def test_the_four_experiments_are_the_lectures_table() -> None:
    table = {(entry.similar, entry.large): entry for entry in EXPERIMENTS.values()}
    assert len(table) == len(EXPERIMENTS) == 4
    for entry in EXPERIMENTS.values():
        recipes = [entry.recipe(lane, 1) for lane in entry.lanes]
        assert {(recipe.seed, recipe.steps, recipe.pictures_per_class) for recipe in recipes} == {
            (1, 600 if entry.large else 200, entry.pictures_per_class)
        }
        assert entry.question.endswith("?")
        with pytest.raises(ValueError, match="not 'deep'"):
            entry.recipe("deep")
    lanes = [[entry.recipe(lane).backbone_rate for lane in entry.lanes] for entry in EXPERIMENTS.values()]
    assert lanes.count(lanes[0]) == 4
