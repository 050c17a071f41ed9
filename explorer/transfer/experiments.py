"""The lectures' table of four: old and new pictures alike or not, few new ones or many, each as a race to run.

No result stands here: predict first, then race, over as many seeds as there is patience for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from explorer.transfer import datasets
from explorer.transfer.recipe import Recipe, usual_steps
from explorer.transfer.training import Record, Training, records


@dataclass(frozen=True)
class Experiment:
    """One cell of the table, ready to start: lanes that race on the same pictures.

    `similar`: the backbone learnt pictures like the new ones. `large`: there are many new ones.
    """

    name: str
    title: str
    similar: bool
    large: bool
    dataset: str
    weights: str
    network: str
    pictures_per_class: int | None
    lanes: tuple[str, ...]
    question: str
    afterwards: str

    def recipe(self, lane: str, seed: int = 0) -> Recipe:
        """The recipe of one of its lanes: as the lane begins, so that the four differ in nothing else.

        Raises: ValueError for a lane that takes no part.
        """
        if lane not in self.lanes:
            raise ValueError(f"the lanes of {self.title!r} are {', '.join(self.lanes)}, not {lane!r}")
        steps, per_class = usual_steps(self.pictures_per_class), self.pictures_per_class
        return Recipe.of_lane(lane, seed=seed, steps=steps, pictures_per_class=per_class)

    def run(self, lane: str, seed: int = 0, device: str = "cpu") -> Iterator[Record]:
        """Train one lane; the last record has the test accuracy."""
        recipe, pictures = self.recipe(lane, seed), datasets.get(self.dataset)
        run = Training(recipe, pictures, network=self.network, weights=self.weights, device=device)
        return records(run, evaluate_every=recipe.steps)


_RACE = ("scratch", "head", "whole")
_EXPERIMENTS = (
    Experiment(
        "similar_small",
        "Georgian letters after Latin ones, 10 of each",
        True,
        False,
        "letters",
        "glyphs",
        "small_vgg",
        10,
        _RACE,
        "The backbone knows Latin letters; there are ten pictures of each Georgian one. Which lane reads most of the "
        "held-out letters?",
        "How far behind is the lane that knows nothing? And what does training the backbone add to the head alone?",
    ),
    Experiment(
        "similar_large",
        "Georgian letters after Latin ones, 100 of each",
        True,
        True,
        "letters",
        "glyphs",
        "small_vgg",
        None,
        _RACE,
        "The same letters with a hundred pictures of each. Does the head alone still keep up?",
        "Which lane gained most from more pictures, and which least?",
    ),
    Experiment(
        "different_small",
        "Georgian letters after textures, 10 of each",
        False,
        False,
        "letters",
        "textures",
        "small_vgg",
        10,
        _RACE,
        "The backbone knows bricks and waves, no letters. Is it better than none when there are ten pictures of each?",
        "Lectures often say that any pretraining helps. What does this race say?",
    ),
    Experiment(
        "different_large",
        "Georgian letters after textures, 100 of each",
        False,
        True,
        "letters",
        "textures",
        "small_vgg",
        None,
        _RACE,
        "A backbone of textures and a hundred pictures of each letter: is it worth starting from it?",
        "Where did the frozen backbone end up, and why can it not catch up?",
    ),
)
EXPERIMENTS: Mapping[str, Experiment] = MappingProxyType({entry.name: entry for entry in _EXPERIMENTS})
"""The four by name."""
