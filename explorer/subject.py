"""What is looked at: one network with its weights, and one picture. A key for caches, and the code that makes it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cached_property

from PIL import Image

from explorer import listing
from explorer.drawings import ALTERATIONS, DRAWINGS
from explorer.networks import NETWORKS, preprocessing
from explorer.networks.embedded import EMBEDDED
from explorer.networks.preprocessing import Preprocessing
from explorer.pictures import BUILT_IN, open_picture

UNTRAINED_SEED = 0


@dataclass(frozen=True)
class Subject:
    """`weights` is None for an untrained network. `data` is the file of an own picture, b"" for one that comes with
    the app, which `picture` names then.
    """

    network: str
    weights: str | None
    picture: str
    data: bytes = b""
    alteration: str = "none"

    @cached_property
    def shown(self) -> Image.Image:
        """The picture in colour, altered as asked.

        Raises: ValueError for a picture that cannot be opened or does not exist.
        """
        if self.alteration not in ALTERATIONS:
            raise ValueError(f"unknown alteration {self.alteration!r}; there are {', '.join(ALTERATIONS)}")
        return ALTERATIONS[self.alteration].change(self._plain())

    def _plain(self) -> Image.Image:
        if self.data:
            return open_picture(self.data)
        if self.picture in DRAWINGS:
            return DRAWINGS[self.picture].picture()
        if self.picture in BUILT_IN:
            return open_picture(BUILT_IN[self.picture].file)
        raise ValueError(f"there is no picture {self.picture!r} here")

    @cached_property
    def how(self) -> Preprocessing:
        """How the network wants its pictures."""
        if self.network not in NETWORKS:
            raise ValueError(f"there is no network {self.network!r}")
        return preprocessing.plan(NETWORKS[self.network], self.weights)

    @property
    def is_file(self) -> bool:
        """Whether the picture is a file of the project as it is."""
        return not self.data and self.picture in BUILT_IN and self.alteration == "none"

    def png(self) -> bytes:
        """The picture as a file."""
        held = io.BytesIO()
        self.shown.save(held, "PNG")
        return held.getvalue()

    def code(self) -> str:
        """Code that ends with `network` and `batch`: PyTorch, Pillow, numpy; safetensors for our weights, torchvision
        for its networks.
        """
        return "\n".join((self.network_code(), self._batch_code()))

    def network_code(self) -> str:
        """The part of `code` that ends with `network`."""
        return f"{_NETWORK_HEAD}\n{self._network_code()}"

    def _network_code(self) -> str:
        if self.network in EMBEDDED and self.weights:
            name = EMBEDDED[self.network].file.name
            made = listing.making(self.network).rstrip()
            return (
                f"{made}\n\nfrom safetensors.torch import load_file\n\n"
                f'weights = next(p for p in (Path("{name}"), Path("assets/weights/{name}")) if p.exists())\n'
                "network.load_state_dict(load_file(weights))\n"
            )
        if self.weights:
            return (
                "from torchvision.models import get_model\n\n"
                f'network = get_model("{self.network}", weights="{self.weights}").eval()\n'
            )
        return f"torch.manual_seed({UNTRAINED_SEED})  # untrained\n{listing.making(self.network)}"

    def _batch_code(self) -> str:
        how, name = self.how, f"{self.picture}.webp"
        side, mode = how.input_px, "RGB" if how.channels == 3 else "L"
        places = (
            f'(Path("{name}"), Path("assets/pictures/{name}"))' if self.is_file else '(Path("picture.png"),)'
        )
        return (
            f"path = next(p for p in {places} if p.exists())\n"
            f'picture = Image.open(path).convert("{mode}")\n'
            f"size = [{how.resize_px} * side // min(picture.size) for side in picture.size]\n"
            f"picture = picture.resize(size, Image.Resampling.{how.interpolation.upper()})\n"
            f"left, top = (round((side - {side}) / 2) for side in size)\n"
            f"picture = picture.crop((left, top, left + {side}, top + {side}))\n"
            f"values = np.array(picture, dtype=np.float32).reshape({side}, {side}, {how.channels}) / 255\n"
            f"values = (values - np.float32({list(how.mean)})) / np.float32({list(how.std)})\n"
            "batch = torch.from_numpy(values).permute(2, 0, 1)[None]  # (1, C, H, W)\n"
        )


_NETWORK_HEAD = """from pathlib import Path

import numpy as np
import torch
from PIL import Image
"""
