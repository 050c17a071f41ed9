"""Every network of the explorer by name: its facts, and the network itself.

Adding one is one entry in ``facts.OWN`` (and its module); what torchvision can build is there by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from functools import lru_cache
from types import EllipsisType, MappingProxyType

import torch
from PIL import Image
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from explorer import graph, shapes, torchvision_operators
from explorer.graph import Graph
from explorer.networks import preprocessing, trained
from explorer.networks.embedded import EMBEDDED, Embedded
from explorer.networks.facts import OWN, Network, Published, torchvision_networks
from explorer.networks.papers import Paper

__all__ = [
    "EMBEDDED",
    "NETWORKS",
    "Embedded",
    "Network",
    "Paper",
    "Published",
    "best",
    "build",
    "predict",
    "walk",
]

NETWORKS: Mapping[str, Network] = MappingProxyType(
    {network.name: network for network in (*OWN, *torchvision_networks())}
)
"""The facts of every network by name."""


def build(
    name: str,
    *,
    weights: str | EllipsisType | None = ...,
    device: str | None = None,
    image_px: int | None = None,
) -> nn.Module:
    """Return a network in evaluation mode: its shapes alone, a fresh one, or one with trained weights.

    ``weights``, where given, is None (untrained), "embedded" (those that come with the app) or a name of torchvision's
    that is on this machine, such as "IMAGENET1K_V1". ``device``: "cpu" where weights are given, be it None; else
    "meta", which stores no numbers.
    ``image_px`` matters to untrained networks that are made for one picture size (the vision transformers).
    Raises: ValueError for an unknown name, with the names that come close, or weights that are not here: nothing is
    downloaded.
    """
    facts = _known(name)
    if not (weights is None or weights is ... or isinstance(weights, str)):
        raise ValueError(f"weights must be None, 'embedded' or the name of some, got {weights!r}")
    place = _place(device or ("meta" if weights is ... else "cpu"))
    if isinstance(weights, str):
        return _filled(facts, weights).to(place).eval()
    if place == "meta":
        return _shapes_alone(facts, image_px)
    with torch.device(place):
        return _made(facts, image_px).to(place).eval()


def _place(device: str) -> str:
    """The device, after a look whether it is there. Raises: ValueError where it is not."""
    try:
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(f"there is no device {device!r} here: {shapes.first_line(error)}") from error
    return device


def best(name: str) -> str | None:
    """The usual weights of a network: ours where it has them, else torchvision's first; None where there are none."""
    return next(iter(preprocessing.names(_known(name))), None)


def predict(
    network_name: str, picture: Image.Image, k: int = 5, *, weights: str | None = "best"
) -> list[tuple[str, float]]:
    """The k likeliest classes of a picture, each with its probability (softmax), the likeliest first.

    ``weights`` as for ``build``; "best" takes the usual ones.
    Raises: ValueError where the weights are not here, the network gives no classes, k is no whole number of at least 1,
    or the picture is none.
    """
    if not isinstance(k, int) or isinstance(k, bool) or k < 1:
        raise ValueError(f"k must be a whole number of at least 1, got {k!r}")
    if not isinstance(picture, Image.Image):
        raise ValueError(f"picture must be an image of Pillow, got {type(picture).__name__}")
    chosen = best(network_name) if weights == "best" else weights
    how = preprocessing.plan(_known(network_name), chosen)
    network = build(network_name, weights=chosen, device="cpu")
    with torch.inference_mode():
        shares = network(preprocessing.batch(picture, how))[0].softmax(0)
    top = shares.topk(min(k, len(shares)))
    return [
        (how.label(index), share)
        for index, share in zip(top.indices.tolist(), top.values.tolist(), strict=True)
    ]


def walk(network: str | nn.Module, input_shape: tuple[int, ...]) -> Graph:
    """Walk a network, by name (made for this picture size) or as a module, on an input of one shape.

    Shapes: ``input_shape`` is (C, H, W).
    Raises: ValueError for an unknown name, an impossible shape, or a network that cannot run on shapes alone.
    """
    shape = shapes.checked_shape(input_shape)
    return _walk_by_name(network, shape) if isinstance(network, str) else graph.walk(network, shape)


@lru_cache(maxsize=4)
def _walk_by_name(name: str, shape: tuple[int, ...]) -> Graph:
    """A table and a trace of the same network share one walk; a walk is never changed, so it may be shared."""
    return graph.walk(build(name, image_px=shape[1]), shape, is_private=True)


def _known(name: str) -> Network:
    if name not in NETWORKS:
        close = get_close_matches(str(name), NETWORKS, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else "NETWORKS lists the names"
        raise ValueError(f"there is no network {name!r}: {hint}")
    return NETWORKS[name]


def _shapes_alone(facts: Network, image_px: int | None, **settings: object) -> nn.Module:
    """The network on the meta device: nothing is initialised."""
    with _ShapesAlone():
        network = _made(facts, image_px, **settings).eval()
    tensors = (*network.parameters(), *network.buffers())
    return network if all(tensor.is_meta for tensor in tensors) else network.to("meta")


def _filled(facts: Network, weights: str) -> nn.Module:
    """The network with trained weights, as torchvision makes it for them."""
    tensors = trained.state(facts.name, weights)
    image_px = preprocessing.plan(facts, weights).input_px
    network = _shapes_alone(facts, image_px, **trained.SETTINGS.get(facts.name, {}))
    return trained.fill(network, facts.name, tensors)


def _made(facts: Network, image_px: int | None, **settings: object) -> nn.Module:
    """Call the network's maker with what its family asks for."""
    if facts.make is not None:
        return facts.make()
    if facts.family in ("GoogLeNet", "Inception"):
        settings["init_weights"] = (
            False  # their own initialisation takes half a minute and is not needed here
        )
    if facts.sized_by == "image_size" and image_px:
        settings["image_size"] = image_px
    elif facts.sized_by == "input_size" and image_px:
        settings["input_size"] = (image_px, image_px)
    try:
        network: nn.Module = torchvision_operators.models().get_model(facts.name, weights=None, **settings)
    except (RuntimeError, AssertionError, ValueError, ZeroDivisionError) as error:
        raise ValueError(f"{facts.name} cannot be made for pictures of {image_px} px: {error}") from error
    return network


class _ShapesAlone(TorchFunctionMode):
    """Make weights on the meta device, and leave plain arithmetic alone.

    The usual ``with torch.device("meta")`` also moves the small calculations some networks do to find their own
    widths (RegNet), whose results must be read.
    """

    WEIGHTS = frozenset((torch.empty, torch.zeros, torch.ones, torch.full, torch.rand, torch.randn))
    FILLING = frozenset(
        (Tensor.normal_, Tensor.uniform_, Tensor.fill_, Tensor.zero_, Tensor.erfinv_, Tensor.clamp_)
    )

    def __torch_function__(self, func, types, args=(), kwargs=None):  # type: ignore[no-untyped-def]
        kwargs = kwargs or {}
        if func in self.WEIGHTS and kwargs.get("device") is None:
            kwargs = {**kwargs, "device": "meta"}
        elif func in self.FILLING or getattr(func, "__module__", "") == "torch.nn.init":
            filled = args[0] if args else kwargs["tensor"]
            if filled.is_meta:
                return filled  # there is nothing to fill
        return func(*args, **kwargs)
