"""What a race in the browser begins from, as bytes by address: pictures, graphs, first weights.

An address says everything that decides its bytes, and carries a digest of the code and the weights behind them, so a
browser may keep them for good. What is kept here is bounded. Large files are fetched in pieces that every browser's
cache takes, and the trained part of a large network apart from its head, which alone depends on the task.
"""

import base64
import binascii
import hashlib
import json
import re
import threading
from collections.abc import Callable
from functools import cache, lru_cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from explorer import boot

if TYPE_CHECKING:
    from torch import nn

    from explorer.transfer.recipe import Recipe

HOME = "explorer-training"
MOST_CLASSES = 200
PIECE_BYTES = 8 << 20
_ROOT = Path(__file__).resolve().parents[2]
_SOURCES = (
    *_ROOT.glob("transfer/**/*.py"),
    *_ROOT.glob("transfer/*.txt"),
    *_ROOT.glob("networks/*.py"),
    _ROOT / "small.py",
)
_WEIGHTS = _ROOT.parent / "assets" / "weights"


@cache
def version() -> str:
    """A digest of all that decides the bytes: the code of the sets and networks, torch's, and the backbones."""
    digest = hashlib.sha256()
    for package in ("torch", "torchvision", "pillow"):
        digest.update(f"{package} {metadata.version(package)}\0".encode())
    for file in sorted([*_SOURCES, *_WEIGHTS.glob("*.safetensors")]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def address(path: str) -> str:
    """The address of one file, relative to the app's; `{name}` in it may be filled in by the page."""
    return f"{HOME}/{version()}/{path}"


def read(path: str) -> bytes:
    """The file at a path: "sets/letters.safetensors", "graphs/small_vgg-glyphs-20.json", "pieces/0/sets/…".

    Raises: ValueError for a path that is none, settings that do not exist, or what is not on this server yet.
    """
    if piece := re.fullmatch(r"pieces/(\d{1,3})/(.+)", path):
        start = int(piece[1]) * PIECE_BYTES
        return _whole(piece[2])[start : start + PIECE_BYTES]
    return _whole(path)


def _whole(path: str) -> bytes:
    for pattern, made in _KINDS:
        if found := pattern.fullmatch(path):
            with _lock():
                return made(*found.groups())
    raise ValueError(f"there is no file {path[:80]!r}")


@cache
def _lock() -> threading.Lock:
    """One file is made at a time: drawing and torch's random numbers are not for two at once."""
    return threading.Lock()


def _set(name: str) -> bytes:
    from explorer.transfer import datasets

    is_drawn = name in datasets.DATASETS and datasets.DATASETS[name].kind == "drawn"
    return _drawn_set(name) if is_drawn else _fetched_set(name)


@lru_cache(maxsize=8)
def _drawn_set(name: str) -> bytes:
    from explorer.transfer import datasets

    return datasets.packed(name)


@lru_cache(maxsize=2)
def _fetched_set(name: str) -> bytes:
    """The part of a fetched set that travels. Raises: ValueError where the set is unknown or not here."""
    from explorer.transfer import datasets, raced

    return raced.part(datasets.get(name), datasets.DATASETS[name]).packed()


@lru_cache(maxsize=16)
def _sample(name: str) -> bytes:
    """One picture of each class, packed as a set of its own: enough to show what the set is about."""
    from explorer.transfer import datasets, drawn

    drawing = drawn.DRAWINGS.get(name)
    if drawing is None:
        whole = datasets.get(name)
        firsts = [whole.labels.tolist().index(label) for label in range(len(whole.classes))]
        return datasets.own(whole.title, whole.classes, whole.images[firsts], range(len(firsts))).packed()
    from explorer.transfer.pictureset import PictureSet

    pictures, labels = drawn.drawn(name, len(drawing.classes), seed=1)
    split = labels.astype("uint8") * 0
    return PictureSet(
        name, name, drawing.classes, pictures[..., None], labels.astype("int64"), split
    ).packed()


@lru_cache(maxsize=32)
def _graph(network: str, source: str, classes: str) -> bytes:
    """The operations of a network; with weights that ask for a mean and spread of their own, those as well."""
    boot.ready()
    from explorer.networks import NETWORKS, preprocessing
    from explorer.transfer import graph, raced, starting
    from explorer.transfer.recipe import Recipe

    facts = raced.known(network)
    module = starting.starting(network, None, Recipe("scratch"), _counted(classes))
    found = graph.export_graph(module, (facts.channels, facts.side_px, facts.side_px))[0]
    if _sourced(network, source) == raced.IMAGENET:
        how = preprocessing.plan(NETWORKS[network], raced.IMAGENET_WEIGHTS)
        found["input"] |= {"mean": how.mean, "std": how.std}
    return graph.to_json(found).encode()


def _weights(network: str, source: str, classes: str, seed: str) -> bytes:
    from explorer.transfer import raced

    _sourced(network, source)
    kept = _small_weights if raced.IMAGENET not in raced.known(network).sources else _large_weights
    return kept(network, source, classes, seed)


@lru_cache(maxsize=32)
def _small_weights(network: str, source: str, classes: str, seed: str) -> bytes:
    return _start(network, source, classes, seed)


@lru_cache(maxsize=2)
def _large_weights(network: str, source: str, classes: str, seed: str) -> bytes:
    return _start(network, source, classes, seed)


def _start(network: str, source: str, classes: str, seed: str) -> bytes:
    """All first weights of a lane."""
    boot.ready()
    from explorer.transfer import raced, starting
    from explorer.transfer.recipe import Recipe

    lane, weights = "scratch" if source == raced.NONE else "head", raced.weights_name(source)
    module = starting.starting(network, weights, Recipe(lane, seed=int(seed)), _counted(classes))
    return _tensors(module, lambda _: True)


@lru_cache(maxsize=3)
def _backbone(network: str, source: str) -> bytes:
    """What trained weights say of a network, its head left out: the same for every task and seed."""
    boot.ready()
    from explorer import networks
    from explorer.transfer import anatomy, raced

    if _sourced(network, source) != raced.IMAGENET:
        raise ValueError(f"the weights of {network} come in one piece")
    module = networks.build(network, weights=raced.IMAGENET_WEIGHTS)
    head = f"{anatomy.head_of(module)}."
    return _tensors(module, lambda name: not name.startswith(head))


@lru_cache(maxsize=32)
def _head(network: str, classes: str, seed: str) -> bytes:
    """A fresh head, as `starting` would put it on."""
    boot.ready()
    from explorer import networks
    from explorer.transfer import anatomy, raced

    shapes = networks.build(raced.known(network).name)
    module = anatomy.with_head(shapes, _counted(classes), int(seed))
    head = f"{anatomy.head_of(module)}."
    return _tensors(module, lambda name: name.startswith(head))


def _tensors(module: "nn.Module", wanted: Callable[[str], bool]) -> bytes:
    from explorer.transfer import export

    held = {name: value for name, value in module.state_dict().items() if value.is_floating_point()}
    return export.tensor_bytes({name: value for name, value in held.items() if wanted(name)})


@lru_cache(maxsize=8)
def _script(network: str, source: str, classes: str, recipe: str) -> bytes:
    """The program that repeats a lane with torch alone."""
    boot.ready()
    from explorer.transfer import raced, repeat, starting

    wanted = _recipe(recipe)
    weights = raced.weights_name(_sourced(network, source))
    side = raced.known(network).side_px
    module = starting.starting(network, weights, wanted, _counted(classes), side)
    title = f"{network} from {weights or 'random weights'}, lane {wanted.lane}"
    return repeat.script(wanted, module, network, title, side).encode()


@lru_cache(maxsize=2)
def _bundle(name: str, network: str, source: str, recipe: str) -> bytes:
    """That program with its pictures, those that the page holds out, and its first weights, as a zip."""
    boot.ready()
    from explorer.transfer import datasets, order, raced, repeat

    pictures = datasets.get(name)
    if (facts := datasets.DATASETS[name]).kind != "drawn":
        pictures = raced.part(pictures, facts)
    if most := raced.known(network).test:
        held = order.looked_at(pictures.labels.tolist(), pictures.test, len(pictures.classes), most)
        pictures = pictures.part([*pictures.train, *held])
    weights = raced.weights_name(_sourced(network, source))
    return repeat.bundle(_recipe(recipe), pictures, network=network, weights=weights)


def _sourced(network: str, source: str) -> str:
    """A source that a network has, or none.

    Raises: ValueError for another.
    """
    from explorer.transfer import raced

    if source not in (raced.NONE, *raced.known(network).sources):
        raise ValueError(f"{network} has no weights from {source!r}")
    return source


def _recipe(text: str) -> "Recipe":
    """The recipe in an address: its JSON in base64."""
    from explorer.transfer.recipe import Recipe

    try:
        settings = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ValueError("this address holds no recipe") from error
    if not isinstance(settings, dict):
        raise ValueError("this address holds no recipe")
    return Recipe.from_dict(settings)


def _counted(classes: str) -> int:
    if not 2 <= int(classes) <= MOST_CLASSES:
        raise ValueError(f"there may be 2 to {MOST_CLASSES} classes, got {classes}")
    return int(classes)


_KINDS: tuple[tuple[re.Pattern[str], Callable[..., bytes]], ...] = (
    (re.compile(r"sets/(\w{1,40})\.safetensors"), _set),
    (re.compile(r"samples/(\w{1,40})\.safetensors"), _sample),
    (re.compile(r"graphs/(\w{1,40})-(\w{1,20})-(\d{1,4})\.json"), _graph),
    (re.compile(r"backbones/(\w{1,40})-(\w{1,20})\.safetensors"), _backbone),
    (re.compile(r"heads/(\w{1,40})-(\d{1,4})-(\d{1,6})\.safetensors"), _head),
    (re.compile(r"weights/(\w{1,40})-(\w{1,20})-(\d{1,4})-(\d{1,6})\.safetensors"), _weights),
    (re.compile(r"scripts/(\w{1,40})-(\w{1,20})-(\d{1,4})-([\w-]{2,900})\.py"), _script),
    (re.compile(r"repeats/(\w{1,40})-(\w{1,40})-(\w{1,20})-([\w-]{2,900})\.zip"), _bundle),
)
