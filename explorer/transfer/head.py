"""The lane "head": what the frozen backbone says of every picture, computed once and standardised."""

import torch
from torch import Tensor, nn

from explorer.transfer import anatomy

EPSILON = 1e-5


class FrozenFeatures:
    """The features of the chosen and of the held-out pictures, and the head that learns to read them.

    Shapes: features (N, F), or (N, C, H, W) for a convolutional head; each channel standardised over the chosen ones.
    """

    def __init__(self, network: nn.Module, train: Tensor, test: Tensor) -> None:
        self.head = network.get_submodule(anatomy.head_of(network))
        axes = [0, *range(2, train.ndim)]
        shape = [1, -1, *[1] * (train.ndim - 2)]
        self.mean = train.mean(axes).view(shape)
        self.scale = (train.var(axes, correction=0).view(shape) + EPSILON).sqrt()
        self.train, self.test = self.standardised(train), self.standardised(test)

    def standardised(self, features: Tensor) -> Tensor:
        """Mean 0 and spread 1, as batch norm does it."""
        return (features - self.mean) / self.scale

    def folded(self, name: str) -> dict[str, Tensor]:
        """The head's weights with the standardisation inside, under its name in the network."""
        with torch.no_grad():
            state = dict(self.head.state_dict())
            weight = state["weight"] / self.scale  # (classes, F, ...) / (1, F, ...)
            moved = (weight * self.mean).flatten(1).sum(1)
            held = {"weight": weight, "bias": state["bias"] - moved}
        return {f"{name}.{key}": value.cpu().clone() for key, value in held.items()}
