"""The trained networks that come with the app: always there, no download. Trained by `explorer.pretrain`.

What was measured stands in the header of each file, written by the training itself; the digest stands here.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from torch import Tensor

FOLDER = Path(__file__).resolve().parent.parent.parent / "assets" / "weights"
_HEADER_BYTES = 8
_DIGITS = tuple("0123456789")
_CLOTHES = (
    "T-shirt/top",
    "trouser",
    "pullover",
    "dress",
    "coat",
    "sandal",
    "shirt",
    "sneaker",
    "bag",
    "ankle boot",
)
TITLES: Mapping[str, str] = MappingProxyType({"mnist": "MNIST", "fashion_mnist": "Fashion-MNIST"})


@dataclass(frozen=True)
class Embedded:
    """One trained network that comes with the app.

    Units: test_accuracy is a share of the 10,000 test pictures; a picture is scaled to picture_px and laid on black
    up to input_px; mean and std are those of pixels between 0 and 1.
    """

    name: str
    dataset: str
    file: Path
    sha256: str
    test_accuracy: float
    mean: float
    std: float
    labels: tuple[str, ...]
    seed: int
    epochs: int
    input_px: int
    picture_px: int
    size_bytes: int

    @property
    def title(self) -> str:
        """What it was trained on and how well it did."""
        return f"{TITLES[self.dataset]}, {self.test_accuracy:.2%} of the test pictures right"


def _read(name: str, file: str, sha256: str, labels: tuple[str, ...], input_px: int) -> Embedded:
    path = FOLDER / file
    said = header(path)
    return Embedded(
        name=name,
        dataset=said["dataset"],
        file=path,
        sha256=sha256,
        test_accuracy=float(said["test_accuracy"]),
        mean=float(said["mean"]),
        std=float(said["std"]),
        labels=labels,
        seed=int(said["seed"]),
        epochs=int(said["epochs"]),
        input_px=input_px,
        picture_px=28,
        size_bytes=path.stat().st_size,
    )


def header(file: Path) -> dict[str, str]:
    """What the training wrote into the head of a safetensors file."""
    with file.open("rb") as held:
        length = int.from_bytes(held.read(_HEADER_BYTES), "little")
        said: dict[str, str] = json.loads(held.read(length))["__metadata__"]
    return said


_TABLE = (
    _read(
        "lenet5",
        "lenet5_mnist.safetensors",
        "9c5487da0ec5a61b8da7ce20e00b29d7ae35bed43c1082adb2223f7850447e7e",
        _DIGITS,
        32,
    ),
    _read(
        "small_vgg",
        "small_vgg_fashion_mnist.safetensors",
        "992a6717d0f7bec4098b411b9de9ee1149794a8bdd80835267871f7063ca0278",
        _CLOTHES,
        28,
    ),
    _read(
        "small_resnet",
        "small_resnet_fashion_mnist.safetensors",
        "258477a88916fbc9b2a5c759806fff8fdf9356b55c3df29b10309b52acabcba7",
        _CLOTHES,
        28,
    ),
    _read(
        "small_depthwise",
        "small_depthwise_fashion_mnist.safetensors",
        "64d44309a705d5ce7fed305c6626eb08c351b79ca71372d0db2a3075625da7c1",
        _CLOTHES,
        28,
    ),
)
EMBEDDED: Mapping[str, Embedded] = MappingProxyType({entry.name: entry for entry in _TABLE})


def state(name: str) -> dict[str, Tensor]:
    """The tensors of an embedded network.

    Raises: ValueError where there is none of that name, or its file is not the one that was measured.
    """
    from safetensors.torch import load

    if name not in EMBEDDED:
        raise ValueError(f"{name} has no embedded weights; {', '.join(EMBEDDED)} have")
    data = EMBEDDED[name].file.read_bytes()
    if hashlib.sha256(data).hexdigest() != EMBEDDED[name].sha256:
        raise ValueError(f"the file {EMBEDDED[name].file.name} is not the one whose accuracy was measured")
    return load(data)
