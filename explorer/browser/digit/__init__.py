"""The constants of the page "Draw a digit": LeNet-5's trained weights, the whole file, and how its input is scaled."""

import base64
from collections.abc import Mapping
from typing import Any

from explorer.networks.embedded import EMBEDDED

LABEL_SMOOTHING = 0.05
"""With what its training blurred the right answers; see `explorer.pretrain.train`."""


def data(inline: bool) -> Mapping[str, Any]:
    """What the component starts from; there are no pictures, so `inline` changes nothing."""
    facts = EMBEDDED["lenet5"]
    return {
        "weights": base64.b64encode(facts.file.read_bytes()).decode(),
        "file": facts.file.name,
        "mean": facts.mean,
        "std": facts.std,
        "accuracy": facts.test_accuracy,
        "smoothing": LABEL_SMOOTHING,
    }
