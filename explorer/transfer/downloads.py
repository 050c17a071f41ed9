"""The public picture sets that torchvision knows: fetched when asked, prepared once, then kept as plain tensors.

Nothing is unpickled: CIFAR-10 is read from its binary form, the labels of Flowers-102 by the few lines below.
"""

import struct
import tarfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from explorer.transfer.facts import Dataset
from explorer.transfer.pictureset import PictureSet, opened

CIFAR_URL = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
CIFAR_MD5 = "c32a1d4ab5d03f1284b67883e8d87530"
Half = tuple[npt.NDArray[np.uint8], npt.NDArray[np.int64]]


def cache_folder() -> Path:
    """Where fetched sets are kept."""
    return Path.home() / ".cache" / "kernelscope" / "datasets"


def is_here(name: str) -> bool:
    """Whether a set has been fetched and prepared."""
    return _place(name).is_file()


def _place(name: str) -> Path:
    return cache_folder() / f"{name}.safetensors"


def get(name: str, *, download: bool) -> PictureSet:
    """A fetched set.

    Raises: ValueError where it is not here and may not be fetched, or the download fails.
    """
    place, facts = _place(name), DOWNLOADS[name]
    if place.is_file():
        return opened(place)
    if not download:
        size = f"{facts.download_bytes / 1e6:,.0f} MB"
        raise ValueError(f"{facts.title} is not on this machine yet; fetching it takes {size}")
    try:
        train, test = _READERS[name](cache_folder())
    except (OSError, RuntimeError, tarfile.TarError) as error:
        raise ValueError(f"{facts.title} could not be fetched: {error}") from error
    found = _joined(facts, train, test)
    partial = place.with_suffix(".partial")
    partial.write_bytes(found.packed())
    partial.replace(place)
    return found


def _joined(facts: Dataset, train: Half, test: Half) -> PictureSet:
    images = np.concatenate([train[0], test[0]])
    return PictureSet(
        facts.name,
        facts.title,
        facts.classes,
        images if images.ndim == 4 else images[..., None],
        np.concatenate([train[1], test[1]]).astype(np.int64),
        np.repeat(np.array([0, 1], np.uint8), (len(train[1]), len(test[1]))),
    )


def _torchvision() -> Any:
    from explorer import torchvision_operators

    torchvision_operators.ensure()
    import torchvision.datasets

    return torchvision.datasets


def _grey(kind: str) -> Callable[[Path], tuple[Half, Half]]:
    def read(folder: Path) -> tuple[Half, Half]:
        halves = [
            getattr(_torchvision(), kind)(folder, train=train, download=True) for train in (True, False)
        ]
        train, test = ((half.data.numpy(), half.targets.numpy()) for half in halves)
        return train, test

    return read


def _cifar10(folder: Path) -> tuple[Half, Half]:
    """Source: https://www.cs.toronto.edu/~kriz/cifar.html, the binary version."""
    _torchvision()
    from torchvision.datasets.utils import download_and_extract_archive

    download_and_extract_archive(CIFAR_URL, str(folder), md5=CIFAR_MD5)
    inside = folder / "cifar-10-batches-bin"
    train = cifar_rows(b"".join((inside / f"data_batch_{i}.bin").read_bytes() for i in range(1, 6)))
    return train, cifar_rows((inside / "test_batch.bin").read_bytes())


def cifar_rows(data: bytes) -> Half:
    """Pictures and labels of CIFAR's binary form: a label byte, then red, green and blue of 32 x 32."""
    rows = np.frombuffer(data, np.uint8).reshape(-1, 1 + 3 * 32 * 32)
    return rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), rows[:, 0].astype(np.int64)


def _pets(folder: Path) -> tuple[Half, Half]:
    made = _torchvision().OxfordIIITPet
    train, test = (
        _files(half._images, half._labels)
        for half in (made(folder, split=split, download=True) for split in ("trainval", "test"))
    )
    return train, test


def _imagenette(folder: Path) -> tuple[Half, Half]:
    made = _torchvision().Imagenette
    there = (folder / "imagenette2-160").is_dir()
    halves = [
        made(folder, split=split, size="160px", download=split == "train" and not there)
        for split in ("train", "val")
    ]
    train, test = (
        _files([file for file, _ in half._samples], [label for _, label in half._samples]) for half in halves
    )
    return train, test


def _flowers(folder: Path) -> tuple[Half, Half]:
    made = _torchvision().Flowers102
    from torchvision.datasets.utils import download_and_extract_archive, download_url

    base = folder / "flowers-102"
    for key, (file, md5) in made._file_dict.items():
        url = made._download_url_prefix + file
        if key == "image":
            if not (base / "jpg").is_dir():
                download_and_extract_archive(url, str(base), md5=md5)
        else:
            download_url(url, str(base), md5=md5)
    labels = matlab_rows((base / "imagelabels.mat").read_bytes())["labels"] - 1
    splits = matlab_rows((base / "setid.mat").read_bytes())
    halves = []
    for names in (("trnid", "valid"), ("tstid",)):
        ids = np.concatenate([splits[name] for name in names])
        halves.append(_files([base / "jpg" / f"image_{i:05}.jpg" for i in ids], labels[ids - 1]))
    return halves[0], halves[1]


def _files(files: Sequence[Any], labels: Any) -> Half:
    """Pictures from files: the middle square, scaled. Shapes: (N, 96, 96, 3)."""
    side_px = 96
    images = np.empty((len(files), side_px, side_px, 3), np.uint8)
    for i, file in enumerate(files):
        with Image.open(file) as picture:
            square = ImageOps.fit(picture.convert("RGB"), (side_px, side_px), Image.Resampling.BILINEAR)
            images[i] = np.asarray(square)
    return images, np.asarray(labels, np.int64)


def matlab_rows(data: bytes) -> dict[str, npt.NDArray[np.int64]]:
    """The whole-number arrays of a MATLAB 5 file, flattened.

    Source: MathWorks, MAT-File Format, "Level 5 MAT-files". Raises: ValueError for anything else.
    """
    kinds = {1: "i1", 2: "u1", 3: "<i2", 4: "<u2", 5: "<i4", 6: "<u4", 9: "<f8"}
    found, place = {}, 128
    while place + 8 <= len(data):
        kind, size = struct.unpack_from("<II", data, place)
        body = data[place + 8 : place + 8 + size]
        place += 8 + size
        matrix = zlib.decompress(body)[8:] if kind == 15 else body
        parts = list(_matlab_parts(matrix))
        if len(parts) < 4 or parts[3][0] not in kinds:
            raise ValueError("this MATLAB file holds something other than plain numbers")
        values = np.frombuffer(parts[3][1], kinds[parts[3][0]])
        found[parts[2][1].decode("ascii")] = values.astype(np.int64)
    return found


def _matlab_parts(matrix: bytes) -> Any:
    """Kind and bytes of each part of a matrix; parts of four bytes or fewer lie in the tag itself."""
    place = 0
    while place + 8 <= len(matrix):
        kind, size = struct.unpack_from("<II", matrix, place)
        if kind >> 16:
            yield kind & 0xFFFF, matrix[place + 4 : place + 4 + (kind >> 16)]
            place += 8
        else:
            yield kind, matrix[place + 8 : place + 8 + size]
            place += 8 + (size + 7) // 8 * 8


_DIGITS = tuple("0123456789")
_CLOTHES = (
    *("T-shirt/top", "trouser", "pullover", "dress", "coat"),
    *("sandal", "shirt", "sneaker", "bag", "ankle boot"),
)
_CIFAR = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
_IMAGENETTE = (
    *("tench", "English springer", "cassette player", "chain saw", "church"),
    *("French horn", "garbage truck", "gas pump", "golf ball", "parachute"),
)
_PETS = (
    *("Abyssinian", "American Bulldog", "American Pit Bull Terrier", "Basset Hound", "Beagle", "Bengal"),
    *("Birman", "Bombay", "Boxer", "British Shorthair", "Chihuahua", "Egyptian Mau"),
    *("English Cocker Spaniel", "English Setter", "German Shorthaired", "Great Pyrenees", "Havanese"),
    *("Japanese Chin", "Keeshond", "Leonberger", "Maine Coon", "Miniature Pinscher", "Newfoundland"),
    *("Persian", "Pomeranian", "Pug", "Ragdoll", "Russian Blue", "Saint Bernard", "Samoyed"),
    *("Scottish Terrier", "Shiba Inu", "Siamese", "Sphynx", "Staffordshire Bull Terrier"),
    *("Wheaten Terrier", "Yorkshire Terrier"),
)
_FLOWERS = tuple(f"flower {number}" for number in range(1, 103))
_KIND = "torchvision"
_ROWS = (
    Dataset("cifar10", "CIFAR-10", "Ten kinds of thing, 32 pixels wide.", _KIND, _CIFAR, 5000, 10_000, 32, 3,
             170_052_171, "https://www.cs.toronto.edu/~kriz/cifar.html", "none stated; for research"),
    Dataset("mnist", "MNIST", "Handwritten digits.", _KIND, _DIGITS, 6000, 10_000, 28, 1, 11_594_722,
             "http://yann.lecun.com/exdb/mnist/", "CC BY-SA 3.0"),
    Dataset("fashion_mnist", "Fashion-MNIST", "Ten kinds of clothing.", _KIND, _CLOTHES, 6000, 10_000, 28, 1,
             30_878_645, "https://github.com/zalandoresearch/fashion-mnist", "MIT"),
    Dataset("flowers102", "Flowers-102", "A hundred and two kinds of flower.", _KIND, _FLOWERS, 20, 6149, 96, 3,
             344_862_509, "https://www.robots.ox.ac.uk/~vgg/data/flowers/102/", "none stated; for research"),
    Dataset("pets", "Oxford-IIIT pets", "Cats and dogs of 37 breeds.", _KIND, _PETS, 99, 3669, 96, 3, 811_092_049,
             "https://www.robots.ox.ac.uk/~vgg/data/pets/", "CC BY-SA 4.0"),
    Dataset("imagenette", "Imagenette", "Ten easily told classes of ImageNet.", _KIND, _IMAGENETTE, 946, 3925, 96, 3,
             99_003_388, "https://github.com/fastai/imagenette", "Apache 2.0 (labels); pictures of ImageNet"),
)  # fmt: skip
DOWNLOADS: Mapping[str, Dataset] = MappingProxyType({row.name: row for row in _ROWS})
_READERS: Mapping[str, Callable[[Path], tuple[Half, Half]]] = MappingProxyType({
    "cifar10": _cifar10, "mnist": _grey("MNIST"), "fashion_mnist": _grey("FashionMNIST"),
    "flowers102": _flowers, "pets": _pets, "imagenette": _imagenette,
})  # fmt: skip
