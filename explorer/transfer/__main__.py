"""Fine-tune from the command line: the loop of the app, alone or under torchrun.

python -m explorer.transfer --dataset letters --weights glyphs --lane whole --csv run.csv
python -m explorer.transfer --dataset "own pictures.zip" --weights glyphs --lane whole
torchrun --nproc-per-node 4 -m explorer.transfer --dataset cifar10 --network resnet18 --weights IMAGENET1K_V1
"""

import argparse
import dataclasses
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from explorer.transfer import datasets
from explorer.transfer.datasets import DATASETS
from explorer.transfer.lanes import LANES
from explorer.transfer.pictureset import PictureSet
from explorer.transfer.recipe import AUGMENTATIONS, OPTIMISERS, SCHEDULES, Recipe, usual_steps

if TYPE_CHECKING:
    from explorer.transfer.training import Record, Training


def parser() -> argparse.ArgumentParser:
    """What can be asked for; what is left out is as the lane begins."""
    made = argparse.ArgumentParser(
        prog="explorer.transfer", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    sets = f"{', '.join(DATASETS)}, or a zip with a folder of pictures for each class"
    made.add_argument("--dataset", default="letters", type=_dataset, help=sets)
    made.add_argument("--network", default="small_vgg", help="an embedded network, or any of torchvision's")
    made.add_argument("--weights", help="glyphs, textures, embedded, or a name such as IMAGENET1K_V1")
    made.add_argument("--lane", default="whole", choices=tuple(LANES))
    made.add_argument("--pictures-per-class", type=_count, help="a number, or all (default 10)")
    for name, kind in (
        ("steps", int),
        ("batch", int),
        ("seed", int),
        ("split-seed", int),
        ("rate", float),
        ("backbone-rate", float),
    ):
        made.add_argument(f"--{name}", type=kind)
    for name in ("weight-decay", "label-smoothing"):
        made.add_argument(f"--{name}", type=float)
    made.add_argument("--optimiser", choices=OPTIMISERS)
    made.add_argument("--schedule", choices=SCHEDULES)
    made.add_argument("--augmentation", choices=AUGMENTATIONS)
    made.add_argument("--freeze-batch-norm", action=argparse.BooleanOptionalAction)
    made.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    made.add_argument("--input-px", type=int, help="the side of the pictures that the network is given")
    made.add_argument("--test-pictures", type=int, help="so many held-out ones are looked at (default all)")
    made.add_argument("--part", action="store_true", help="of a fetched set the part that browsers get")
    made.add_argument("--evaluate-every", type=int, default=25, help="steps between evaluations")
    made.add_argument("--download", action="store_true", help="fetch set and weights that are not here")
    made.add_argument("--threads", type=int, default=1, help="of the processor, for each process")
    _add_files(made)
    return made


def _add_files(made: argparse.ArgumentParser) -> None:
    """What a run writes."""
    made.add_argument("--csv", type=Path, help="write a row a step")
    made.add_argument("--save", type=Path, help="write the weights (.safetensors or .pt)")
    made.add_argument(
        "--checkpoint", type=Path, help="kept at every evaluation; gone on with where it is there"
    )


def _dataset(text: str) -> str:
    if text in DATASETS or text.lower().endswith(".zip"):
        return text
    raise argparse.ArgumentTypeError(f"{text!r} is no zip and none of {', '.join(DATASETS)}")


def _count(text: str) -> int | str:
    return "all" if text == "all" else int(text)


def recipe_of(chosen: argparse.Namespace) -> Recipe:
    """The recipe of the lane with what was asked for.

    Raises: ValueError for a setting that is not allowed.
    """
    names = {field.name for field in dataclasses.fields(Recipe)} - {"lane", "pictures_per_class"}
    changed = {name: getattr(chosen, name) for name in names if getattr(chosen, name) is not None}
    asked = chosen.pictures_per_class
    per_class = None if asked == "all" else 10 if asked is None else asked
    changed.setdefault("steps", usual_steps(per_class))
    return Recipe.of_lane(chosen.lane, pictures_per_class=per_class, **changed)


def main(arguments: list[str] | None = None) -> int:
    """Train as asked; 0 when it went through, 2 with a sentence for what does not fit."""
    chosen = parser().parse_args(arguments)
    try:
        _run(chosen)
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _run(chosen: argparse.Namespace) -> None:
    import torch

    from explorer import weights
    from explorer.transfer import device, distributed
    from explorer.transfer.training import Training

    torch.set_num_threads(chosen.threads)
    recipe = recipe_of(chosen)
    pictures = _pictures(chosen)
    if chosen.download and chosen.weights and chosen.weights.isupper():
        weights.download(weights.offered(chosen.network, chosen.weights))
    where = distributed.own_device(chosen.device)
    with distributed.group(recipe, device.checked(where)) as world:
        run = Training(
            recipe,
            pictures,
            network=chosen.network,
            weights=chosen.weights,
            device=where,
            input_px=chosen.input_px,
            test_pictures=chosen.test_pictures,
            world=world,
        )
        _steps(run, chosen)
        del run  # what averages the gradients has to go before the group that it talks to
        gc.collect()


def _pictures(chosen: argparse.Namespace) -> PictureSet:
    """A set by name, or the pictures of a zip; what should be known of them is said."""
    from explorer.transfer import raced

    if chosen.dataset in DATASETS:
        pictures = datasets.get(chosen.dataset, download=chosen.download)
        return raced.part(pictures, DATASETS[chosen.dataset]) if chosen.part else pictures
    from explorer.transfer.collection import reading
    from explorer.transfer.collection.findings import findings

    report = reading.read_file(Path(chosen.dataset), chosen.split_seed or 0)
    for name, why in report.left:
        sys.stderr.write(f"left out: {name}: {why}\n")
    found = report.collection
    if found is None:
        raise ValueError(f"there is no picture in {chosen.dataset}")
    for text in [*report.notes, *findings(found)]:
        sys.stderr.write(f"{text}\n")
    sys.stdout.write(f"{found.told()}\n")
    return found.fit_for(chosen.network, chosen.input_px)


def _steps(run: "Training", chosen: argparse.Namespace) -> None:
    from explorer.transfer import export
    from explorer.transfer.training import records

    if chosen.checkpoint and chosen.checkpoint.is_file():
        run.restore(export.read_tensors(chosen.checkpoint.read_bytes()))
    seen = []
    for record in records(run, chosen.evaluate_every):
        seen.append(record)
        if record.test_accuracy is None or not run.world.is_first:
            continue
        _tell(record, run.recipe.steps, sys.stdout)
        if chosen.checkpoint:
            export.write(chosen.checkpoint, export.tensor_bytes(run.checkpoint()))
    if not run.world.is_first:
        return
    if chosen.csv:
        export.write(chosen.csv, export.table(seen).encode())
    if chosen.save:
        is_torch = chosen.save.suffix in (".pt", ".pth")
        export.write(chosen.save, (export.state_dict_bytes if is_torch else export.tensor_bytes)(run.state()))


def _tell(record: "Record", steps: int, out: TextIO) -> None:
    left = record.seconds / record.step * (steps - record.step)
    out.write(
        f"step {record.step}/{steps}: loss {record.loss:.4f}, train {record.train_accuracy:.1%}, "
        f"test {record.test_accuracy:.1%}, {record.seconds:.1f} s, {left:.0f} s left\n"
    )
    out.flush()


if __name__ == "__main__":
    raise SystemExit(main())
