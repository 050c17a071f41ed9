"""What a network is given instead of the picture: resized, cropped, scaled, normalised. Each stage can be left out."""

from __future__ import annotations

import importlib
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from explorer import torchvision_operators, weights
from explorer.networks.embedded import EMBEDDED
from explorer.networks.facts import Network

STAGES = ("resize", "crop", "scale", "normalise")
NOTHING: AbstractSet[str] = frozenset()
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class Preprocessing:
    """What is done to a picture before a network sees it, and what its answers are called.

    Units: resize_px is the shorter side after resizing, input_px the side of the square that is cut out (or laid on
    black where it is larger); mean and std are of values between 0 and 1. No labels: the classes have only numbers.
    """

    channels: int
    resize_px: int
    input_px: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    labels: tuple[str, ...]
    interpolation: str = "bilinear"

    def label(self, index: int) -> str:
        """The name of class `index`."""
        return self.labels[index] if self.labels else f"class {index}"


@dataclass(frozen=True)
class Stage:
    """One step of the preprocessing: what it did and what came out. Shapes: values (C, H, W) as they leave it."""

    key: str
    title: str
    sentence: str
    values: Tensor
    is_on: bool


def plan(facts: Network, chosen: str | None) -> Preprocessing:
    """The preprocessing that goes with weights; for an untrained network the one that its trained form uses.

    Raises: ValueError for a block, or a network whose answer is no list of classes.
    """
    if facts.scope != "network" or facts.name in ("fcn32s", "unet"):
        raise ValueError(f"{facts.name} does not answer with one class for a picture")
    if facts.name in EMBEDDED:
        entry = EMBEDDED[facts.name]
        size = (1, entry.picture_px, entry.input_px)
        return Preprocessing(*size, (entry.mean,), (entry.std,), entry.labels)
    if facts.make is not None:
        resize_px = round(facts.input_px * 256 / 224) if facts.input_px > 64 else facts.input_px
        size = (facts.channels, resize_px, facts.input_px)
        return Preprocessing(*size, _IMAGENET_MEAN, _IMAGENET_STD, ())
    return _of_torchvision(facts.name, chosen or names(facts)[0])


def _of_torchvision(name: str, chosen: str) -> Preprocessing:
    offer = weights.offered(name, chosen)
    preset = offer.transforms()
    return Preprocessing(
        channels=3,
        resize_px=preset.resize_size[0],
        input_px=preset.crop_size[0],
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        labels=offer.categories,
        interpolation=preset.interpolation.value,
    )


def names(facts: Network) -> tuple[str, ...]:
    """The weights that there are for a network, ours first: "embedded", or torchvision's names."""
    if facts.name in EMBEDDED:
        return ("embedded",)
    if facts.make is not None:
        return ()
    return tuple(torchvision_operators.models().get_model_weights(facts.name).__members__)


def batch(picture: Image.Image, how: Preprocessing, off: AbstractSet[str] = NOTHING) -> Tensor:
    """A picture as a network takes it. Shapes: (1, C, input_px, input_px)."""
    return stages(picture, how, off)[-1].values[None]


def stages(picture: Image.Image, how: Preprocessing, off: AbstractSet[str] = NOTHING) -> list[Stage]:
    """The stages one by one, in torchvision's order and with its functions; those named in `off` are left out.

    Where the crop is left out, the whole picture is squeezed into the square, so that the network can still take it.
    Raises: ValueError for a stage that does not exist.
    """
    unknown = sorted(set(off) - set(STAGES))
    if unknown:
        raise ValueError(f"there is no stage {', '.join(unknown)}; there are {', '.join(STAGES)}")
    done = [_resized(picture.convert("RGB" if how.channels == 3 else "L"), how, "resize" not in off)]
    done.append(_cropped(done[0][1], how, "crop" not in off))
    functional = _functional()
    found = [
        Stage(stage.key, stage.title, stage.sentence, functional.pil_to_tensor(shown), stage.is_on)
        for stage, shown in done
    ]
    found.append(_scaled(found[-1].values, "scale" not in off))
    found.append(_normalised(found[-1].values, how, "normalise" not in off))
    return found


def _functional() -> Any:
    torchvision_operators.ensure()
    return importlib.import_module("torchvision.transforms.functional")


def _resize(picture: Image.Image, how: Preprocessing, size: list[int]) -> Image.Image:
    mode = importlib.import_module("torchvision.transforms").InterpolationMode(how.interpolation)
    found: Image.Image = _functional().resize(picture, size, interpolation=mode, antialias=True)
    return found


def _resized(picture: Image.Image, how: Preprocessing, is_on: bool) -> tuple[Stage, Image.Image]:
    before = f"{picture.width} × {picture.height}"
    shown = _resize(picture, how, [how.resize_px]) if is_on else picture
    text = f"{before} px → {shown.width} × {shown.height}: the shorter side becomes {how.resize_px} px."
    if not is_on:
        text = f"Left out: the picture keeps its {before} px."
    return Stage("resize", "Resize", text, torch.empty(0), is_on), shown


def _cropped(picture: Image.Image, how: Preprocessing, is_on: bool) -> tuple[Stage, Image.Image]:
    side = how.input_px
    if not is_on:
        shown = _resize(picture, how, [side, side])
        text = f"Left out: the whole picture is squeezed into {side} × {side} px."
    else:
        shown = _functional().center_crop(picture, [side, side])
        kept = min(1.0, side / picture.width) * min(1.0, side / picture.height)
        text = f"The middle {side} × {side} px: {kept:.0%} of the picture is seen."
        if side > min(picture.size):
            text = f"Laid on black up to {side} × {side} px."
    return Stage("crop", "Crop", text, torch.empty(0), is_on), shown


def _scaled(values: Tensor, is_on: bool) -> Stage:
    if is_on:
        return Stage("scale", "Scale", "0 … 255 becomes 0 … 1.", values.float() / 255, is_on)
    return Stage("scale", "Scale", "Left out: the numbers stay 0 … 255.", values.float(), is_on)


def _normalised(values: Tensor, how: Preprocessing, is_on: bool) -> Stage:
    if not is_on:
        return Stage("normalise", "Normalise", "Left out: no mean taken away, no division.", values, is_on)
    numbers = ", ".join(f"{m:g}" for m in how.mean), ", ".join(f"{s:g}" for s in how.std)
    text = f"Minus the mean ({numbers[0]}), divided by the spread ({numbers[1]})."
    return Stage("normalise", "Normalise", text, _functional().normalize(values, how.mean, how.std), is_on)
