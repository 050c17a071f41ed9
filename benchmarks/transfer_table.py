"""Which lane wins, by task, backbone and number of pictures: `python benchmarks/transfer_table.py --help`.

Prints mean and standard deviation of the test accuracy over seeds as a table in Markdown, and the time of a run.
"""

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import torch

from explorer.transfer import Recipe, datasets
from explorer.transfer.recipe import usual_steps
from explorer.transfer.training import Training, records


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    dataset: str
    weights: str | None
    lane: str
    backbone_rate: float | None = None

    @property
    def title(self) -> str:
        source = f"from {self.weights}" if self.weights else "no backbone"
        rate = f" {self.backbone_rate:g}" if self.backbone_rate else ""
        return f"{self.dataset}, {source}: {self.lane}{rate}"


ROWS = (
    Row("letters", None, "scratch"),
    Row("letters", "glyphs", "head"),
    Row("letters", "glyphs", "deep", 1e-3),
    Row("letters", "glyphs", "whole", 1e-3),
    Row("letters", "textures", "head"),
    Row("letters", "textures", "whole", 1e-3),
    Row("letters", "textures", "whole", 3e-3),
    Row("new_textures", None, "scratch"),
    Row("new_textures", "textures", "head"),
    Row("new_textures", "textures", "whole", 1e-3),
    Row("new_textures", "textures", "whole", 1e-4),
    Row("new_textures", "glyphs", "whole", 3e-3),
    Row("pictograms", None, "scratch"),
    Row("pictograms", "glyphs", "head"),
    Row("pictograms", "glyphs", "whole", 3e-3),
    Row("pictograms", "textures", "whole", 3e-3),
)


def accuracy(row: Row, amount: int, seed: int, network: str) -> float:
    """The test accuracy at the end of one run."""
    rate = {} if row.backbone_rate is None else {"backbone_rate": row.backbone_rate}
    per_class, steps = amount, usual_steps(amount)
    recipe = Recipe.of_lane(row.lane, seed=seed, pictures_per_class=per_class, steps=steps, **rate)
    run = Training(recipe, datasets.get(row.dataset), network=network, weights=row.weights)
    *_, last = records(run, recipe.steps)
    assert last.test_accuracy is not None
    return last.test_accuracy


def cell(row: Row, amount: int, seeds: int, network: str) -> str:
    began = time.perf_counter()
    found = [100 * accuracy(row, amount, seed, network) for seed in range(seeds)]
    seconds = (time.perf_counter() - began) / seeds
    spread = statistics.stdev(found) if seeds > 1 else 0.0
    return f"{statistics.mean(found):.1f} ± {spread:.1f} ({seconds:.1f} s)"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--amounts", type=int, nargs="+", default=[5, 10, 20, 50, 100])
    parser.add_argument("--sets", nargs="+", default=["letters", "new_textures", "pictograms"])
    parser.add_argument("--network", default="small_vgg")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    print(f"{chosen.network}, test accuracy in %, mean ± standard deviation over {chosen.seeds} seeds\n")
    print("| pictures a class |", " | ".join(map(str, chosen.amounts)), "|")
    print("|---|" + "---|" * len(chosen.amounts))
    for row in ROWS:
        if row.dataset in chosen.sets:
            cells = [cell(row, amount, chosen.seeds, chosen.network) for amount in chosen.amounts]
            print(f"| {row.title} |", " | ".join(cells), "|", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
