"""The code that makes a network runs on its own and makes the same network."""

import runpy
from pathlib import Path

import pytest
import torch

from explorer import listing, torchvision_operators
from explorer.networks import NETWORKS, build

OWN = [name for name, known in NETWORKS.items() if known.make is not None]


@pytest.mark.parametrize("name", [*OWN, "resnet18", "googlenet", "vit_b_32"])
def test_code_makes_the_network(name: str, tmp_path: Path) -> None:
    torchvision_operators.ensure()
    code = listing.making(name)
    (tmp_path / "code.py").write_text(code, "utf-8")
    with torch.device("meta"):
        made = runpy.run_path(str(tmp_path / "code.py"))["network"]
    shapes = {key: tuple(value.shape) for key, value in made.state_dict().items()}
    assert shapes == {key: tuple(value.shape) for key, value in build(name).state_dict().items()}
    assert not made.training
    assert "explorer" not in code


def test_unknown_name_is_answered() -> None:
    with pytest.raises(ValueError, match="did you mean"):
        listing.making("resnet51")
