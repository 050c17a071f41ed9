"""A script that repeats a run with torch alone, and the zip in which it travels with its pictures and first weights."""

import dataclasses
import inspect
import io
import pprint
import zipfile
from collections.abc import Sequence
from pathlib import Path
from string import Template
from typing import Any

from torch import nn

from explorer import networks
from explorer.transfer import anatomy, export, order, starting, trainable
from explorer.transfer.pictureset import PictureSet
from explorer.transfer.recipe import Recipe
from explorer.transfer.training import Record

_TEMPLATE = Path(__file__).with_name("repeat.py.txt")
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same run gives the same zip


def script(recipe: Recipe, network: nn.Module, name: str, title: str, input_px: int = 0) -> str:
    """The script. `network` is as it starts, with its head; it is left as it was.

    Raises: ValueError for a network that is neither ours nor torchvision's.
    """
    wanted = trainable.groups(network, recipe)
    head = anatomy.head_of(network)
    backbone = [own for group in wanted for own in group.names if not own.startswith(f"{head}.")]
    trainable.apply_modes(network, recipe)
    calm = [part for part, module in network.named_modules() if part and not module.training]
    network.eval().requires_grad_(True)
    filled = {
        "title": title,
        "also": "" if networks.NETWORKS[name].make else ", and torchvision",
        "recipe": pprint.pformat(dataclasses.asdict(recipe), sort_dicts=False, width=100),
        "network": repr(name),
        "head": repr(head),
        "backbone": pprint.pformat(backbone, width=100, compact=True),
        "calm": pprint.pformat(calm, width=100, compact=True),
        "order": _order(),
        "definition": _definition(name),
        "built": _built(name, input_px),
    }
    return Template(_TEMPLATE.read_text("utf-8")).substitute(filled)


def _order() -> str:
    """The numbers of `order`, without its head."""
    parts = (order.Move, order.mixed, order.Generator, order.chosen, order._permutation)
    functions = (order.batch, order.reach_px, order.moves, order.moved)
    constants = f"CHOICE, SHUFFLE, MOVES = {order.CHOICE}, {order.SHUFFLE}, {order.MOVES}\n_MASK = 0xFFFFFFFF"
    return "\n\n".join([constants, *(inspect.getsource(part) for part in (*parts, *functions))])


def _definition(name: str) -> str:
    """The classes of a network of ours, as they stand in this project."""
    make: Any = networks.NETWORKS[name].make
    if make is None:
        return "import torchvision\n"
    from explorer.networks import tiny

    if getattr(make, "__module__", "") == tiny.__name__:
        parts: list[Any] = [tiny._conv_norm, tiny.SmallVGG, tiny.BasicBlock, tiny.SmallResNet]
        parts.append(tiny.SmallDepthwise)
        return "\n\n".join(inspect.getsource(part) for part in parts)
    if not isinstance(make, type):
        raise ValueError(f"there is no script for {name}")
    return inspect.getsource(make)


def _built(name: str, input_px: int) -> str:
    facts = networks.NETWORKS[name]
    if facts.make is not None:
        return f"{getattr(facts.make, '__name__', '')}()"
    settings = "".join(
        [
            ", aux_logits=False, init_weights=False" if facts.family in ("GoogLeNet", "Inception") else "",
            f", image_size={input_px}" if facts.sized_by == "image_size" else "",
            f", input_size=({input_px}, {input_px})" if facts.sized_by == "input_size" else "",
        ]
    )
    return f"torchvision.models.get_model({name!r}, weights=None{settings})"


def bundle(
    recipe: Recipe,
    dataset: PictureSet,
    *,
    network: str = "small_vgg",
    weights: str | None = None,
    input_px: int | None = None,
    records: Sequence[Record] = (),
) -> bytes:
    """A zip: repeat.py, the pictures as the network saw them, the first weights, and the run's table where it is given.

    Raises: ValueError for what cannot start.
    """
    _, side = starting.input_of(network, dataset, input_px)
    start = starting.starting(network, weights, recipe, len(dataset.classes), side)
    title = f"{network} from {weights or 'random weights'}, lane {recipe.lane}, on {dataset.title}"
    files = {
        "repeat.py": script(recipe, start, network, title, side).encode(),
        "start.safetensors": export.tensor_bytes(start.state_dict()),
        "pictures.safetensors": starting.fitted(dataset, network, weights, input_px).packed(),
    }
    if records:
        files["run.csv"] = export.table(records).encode()
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, _WHEN), content, zipfile.ZIP_DEFLATED)
    return held.getvalue()
