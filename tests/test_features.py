"""Feature maps and filters: a layer's own output, whatever comes later; the network left as it was."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch
from captum.attr import LayerActivation
from torch import nn

from explorer import networks, torchvision_operators
from explorer.features import convolutions, filters, maps

RECTIFIED_IN_PLACE = {
    "alexnet": "features.0",
    "vgg11": "features.0",
    "squeezenet1_1": "features.0",
    "resnet18": "bn1",
    "densenet121": "features.norm0",
}


def network(name: str) -> nn.Module:
    torch.manual_seed(0)
    return torchvision_operators.models().get_model(name, weights=None).eval()


def state_of(module: nn.Module) -> dict[str, object]:
    return {
        "hooks": sum(
            len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks)
            for m in module.modules()
        ),
        "modes": [m.training for m in module.modules()],
        "flags": [p.requires_grad for p in module.parameters()],
        "grads": [None if p.grad is None else p.grad.sum().item() for p in module.parameters()],
        "weights": [p.detach().double().sum().item() for p in module.state_dict().values()],
    }


@pytest.mark.parametrize(("name", "layer"), RECTIFIED_IN_PLACE.items())
def test_maps_equal_captum_and_keep_their_negative_values(name: str, layer: str) -> None:
    module, batch = network(name), torch.randn(2, 3, 96, 96)
    before = state_of(module)
    found = maps(module, batch, [layer])[layer]
    captum = LayerActivation(module, module.get_submodule(layer)).attribute(batch)
    with torch.no_grad():  # the layer alone, fed with its own input
        upstream: list[torch.Tensor] = []
        handle = module.get_submodule(layer).register_forward_pre_hook(
            lambda _m, x: upstream.append(x[0].clone())
        )
        module(batch)
        handle.remove()
        alone = module.get_submodule(layer)(upstream[0])
    torch.testing.assert_close(found, alone)
    assert found.min() < 0
    if captum.min() < 0:  # captum clones unless the next layer works in place on what it kept
        torch.testing.assert_close(found, captum)
    else:
        torch.testing.assert_close(found.relu(), captum)
    assert state_of(module) == before


def test_a_network_in_training_mode_comes_back_in_training_mode() -> None:
    module = network("resnet18").train()
    before = state_of(module)
    maps(module, torch.randn(1, 3, 64, 64), ["layer1", "layer4.1.conv2"])
    assert state_of(module) == before


@pytest.mark.parametrize(
    ("batch", "layers", "sentence"),
    [
        (torch.zeros(3, 8, 8), ["conv1"], r"\(N, C, H, W\)"),
        (torch.zeros(0, 3, 8, 8), ["conv1"], r"\(N, C, H, W\)"),
        (torch.full((1, 3, 64, 64), float("nan")), ["conv1"], "no numbers"),
        (torch.zeros(1, 3, 64, 64), ["layer9"], "no layer 'layer9'"),
        (torch.zeros(1, 5, 64, 64), ["conv1"], "cannot take"),
    ],
)
def test_nonsense_is_refused_and_nothing_is_left_behind(
    batch: torch.Tensor, layers: list[str], sentence: str
) -> None:
    module = network("resnet18")
    before = state_of(module)
    with pytest.raises(ValueError, match=sentence):
        maps(module, batch, layers)
    assert state_of(module) == before


def test_the_batch_stays_and_the_maps_are_ordinary_tensors() -> None:
    module = nn.Sequential(nn.ReLU(inplace=True), nn.Conv2d(3, 2, 1), nn.Flatten()).eval()
    batch = torch.randn(1, 3, 4, 4)
    before = batch.clone()
    found = maps(module, batch, ["0", "1"])
    assert torch.equal(batch, before)
    weight = torch.ones(1, requires_grad=True)
    (found["1"] * weight).sum().backward()
    assert weight.grad is not None and float(weight.grad) == pytest.approx(float(found["1"].sum()), rel=1e-5)
    assert found["0"].neg_().max() <= 0


@pytest.mark.parametrize(
    ("module", "batch", "layers", "sentence"),
    [
        (None, torch.zeros(1, 3, 8, 8), ["conv"], "must be a torch.nn.Module"),
        (nn.Conv2d(3, 1, 1), [1.0], [""], "is a tensor, got list"),
        (nn.Conv2d(3, 1, 1), torch.zeros(1, 3, 8, 8), "conv", "a list of names"),
        (nn.Conv2d(3, 1, 1), torch.zeros(1, 3, 8, 8), [None], "no layer 'None'"),
        (nn.Conv2d(3, 1, 1), torch.zeros(1, 3, 8, 8, dtype=torch.uint8), [""], "cannot take a batch"),
    ],
)
def test_what_is_no_network_batch_or_list_is_said(
    module: Any, batch: Any, layers: Any, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        maps(module, batch, layers)


def test_eight_threads_on_one_network_give_the_serial_answers() -> None:
    module = network("resnet18")
    batches = [torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(i)) for i in range(8)]
    serial = [maps(module, batch, ["bn1", "layer2"]) for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            threaded = list(pool.map(lambda batch: maps(module, batch, ["bn1", "layer2"]), batches))
            for mine, theirs in zip(serial, threaded, strict=True):
                for layer in mine:
                    torch.testing.assert_close(theirs[layer], mine[layer])


def test_filters_are_a_copy_and_only_convolutions_have_them() -> None:
    module = network("alexnet")
    grid = filters(module, "features.0")
    assert grid.shape == (64, 3, 11, 11)
    grid[:] = 0
    assert module.features[0].weight.abs().sum() > 0
    assert filters(network("mobilenet_v2"), "features.1.conv.0.0").shape == (32, 1, 3, 3)
    with pytest.raises(ValueError, match="only a convolution"):
        filters(module, "classifier.1")
    with pytest.raises(ValueError, match="no numbers"):
        filters(networks.build("resnet18"), "conv1")
    assert convolutions(module)[0] == "features.0"
    assert np.isfinite(filters(module, "features.10")).all()
