"""Every network by name: facts with sources, and a fresh module without weights."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from explorer import cost, networks, torchvision_operators
from explorer.networks import NETWORKS
from explorer.networks.facts import OWN
from explorer.networks.papers import PAPERS, family_of

OWN_NAMES = [network.name for network in OWN]


def test_every_torchvision_classifier_is_there():
    models = torchvision_operators.models()
    names = set(models.list_models(module=models))
    assert len(names) == 80
    assert names <= set(NETWORKS)
    assert set(NETWORKS) - names == set(OWN_NAMES)


@pytest.mark.parametrize("name", NETWORKS)
def test_facts_are_complete(name):
    facts = NETWORKS[name]
    assert facts.name == name
    assert 1998 <= facts.year <= 2022
    assert facts.family in PAPERS
    assert str(PAPERS[facts.family]) == facts.paper
    assert facts.url.startswith("https://")
    assert facts.input_px > 0
    assert facts.channels > 0
    for result in facts.published:
        assert result.source
        assert result.top1_percent is None or 40 < result.top1_percent < 100
        assert result.top5_percent is None or result.top1_percent < result.top5_percent < 100


def test_published_results_are_torchvisions_own():
    models = torchvision_operators.models()
    entry = models.ResNet50_Weights.IMAGENET1K_V2
    result = next(r for r in NETWORKS["resnet50"].published if r.weights == "IMAGENET1K_V2")
    assert result.top1_percent == entry.meta["_metrics"]["ImageNet-1K"]["acc@1"]
    assert result.params == entry.meta["num_params"]
    assert (
        sum(len(NETWORKS[n].published) for n in models.list_models(module=models)) == 114
    )  # one has no classifier


@pytest.mark.parametrize("name", OWN_NAMES)
def test_own_networks_run_on_their_input(name):
    facts = NETWORKS[name]
    network = networks.build(name)
    assert not network.training
    assert all(p.is_meta for p in network.parameters())
    with torch.no_grad():
        output = network(torch.empty(1, *facts.input_shape, device="meta"))
    assert output.shape[0] == 1


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("lenet5", 61_706),
        ("alexnet_slides", 61_100_840),
        ("nin_cifar10", 966_986),
        ("mobilenet_v1", 4_231_976),
        ("unet", 31_030_658),
        ("bottleneck_block", 69_632),
        ("resnext_block", 70_144),
        ("depthwise_separable_block", 512 * 9 + 512 * 512),
        ("basic_block", 2 * 9 * 64 * 64),
    ],
)
def test_own_networks_have_their_known_size(name, params):
    assert sum(p.numel() for p in networks.build(name).parameters()) == params


@pytest.mark.parametrize(
    ("name", "shape"), [("unet", (2, 388, 388)), ("fcn32s", (21, 224, 224)), ("lenet5", (10,))]
)
def test_output_shapes_of_the_papers(name, shape):
    facts = NETWORKS[name]
    with torch.no_grad():
        output = networks.build(name)(torch.empty(1, *facts.input_shape, device="meta"))
    assert output.shape[1:] == shape


@pytest.mark.parametrize(("plain", "residual"), [("plain18", "resnet18"), ("plain34", "resnet34")])
def test_plain_networks_are_resnets_without_skips(plain, residual):
    table, other = (cost.table(name, (3, 224, 224)) for name in (plain, residual))
    assert not [row for row in table.rows if row.kind == "add"]
    assert [row for row in other.rows if row.kind == "add"]
    shortcuts = [row for row in other.rows if "downsample" in row.name]
    assert table.macs == other.macs - sum(row.macs for row in shortcuts)
    assert table.params == other.params - sum(row.params for row in shortcuts)


def test_octave_convolution_saves_what_the_paper_says():
    """At half coarse channels a convolution costs 1 - 3/4 a (2 - a) = 43.75 % of a plain one."""
    rows = {row.name: row for row in cost.table("octconv_block", (64, 56, 56)).rows}
    middle = sum(row.macs for name, row in rows.items() if name.startswith("stay."))
    plain = cost.table(nn.Conv2d(64, 64, 3, padding=1, bias=False), (64, 56, 56)).macs
    assert middle == plain * 0.4375


@pytest.mark.parametrize("name", ["resnet5", "", "VGG16", "__class__"])
def test_unknown_names_are_answered(name):
    with pytest.raises(ValueError, match="there is no network"):
        networks.build(name)


def test_a_close_name_is_suggested():
    with pytest.raises(ValueError, match="did you mean resnet50"):
        networks.build("resnet5")


def test_regnet_is_made_without_numbers():
    network = networks.build("regnet_y_400mf")
    assert all(t.is_meta for t in (*network.parameters(), *network.buffers()))
    assert sum(p.numel() for p in network.parameters()) == 4_344_144


def test_a_network_on_the_cpu_computes():
    network = networks.build("squeezenet1_1", device="cpu")
    with torch.no_grad():
        assert torch.isfinite(network(torch.rand(1, 3, 64, 64))).all()


def test_vision_transformers_are_made_for_the_picture():
    assert networks.build("vit_b_16", image_px=384).image_size == 384
    with pytest.raises(ValueError, match="vit_b_16 cannot be made for pictures of 225 px"):
        networks.build("vit_b_16", image_px=225)


def test_nothing_is_downloaded(monkeypatch):
    import socket

    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(torch.hub, "load_state_dict_from_url", refuse)
    assert cost.table("resnet18", (3, 224, 224)).params == 11_689_512
    assert [NETWORKS[name].published for name in NETWORKS]


def test_family_of_an_unknown_name_is_named():
    with pytest.raises(ValueError, match="'yolo'"):
        family_of("yolo")


def test_missing_operators_are_defined_once_by_many_threads():
    """In a fresh process, eight threads ask at once; torchvision is then imported and nothing is missing."""
    code = (
        "import threading\n"
        "from explorer import torchvision_operators as t\n"
        "threads = [threading.Thread(target=t.ensure) for _ in range(8)]\n"
        "[x.start() for x in threads]; [x.join() for x in threads]\n"
        "assert t.missing() == (), t.missing()\n"
        "print(len(t.models().list_models(module=t.models())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parent.parent,
        check=False,
    )
    assert done.stdout.strip() == "80", done.stderr


@pytest.mark.parametrize(
    "asked", [{"weights": 3}, {"weights": True}, {"device": "nowhere"}, {"device": "cuda:99"}]
)
@pytest.mark.parametrize("name", ["squeezenet1_1", "lenet5"])
def test_weights_and_devices_that_there_are_not_are_said(name: str, asked: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"weights must be None, 'embedded'|there is no device"):
        networks.build(name, **asked)


def test_untrained_ones_compute_and_shapes_alone_store_nothing() -> None:
    batch = torch.zeros(1, 3, 224, 224)
    assert networks.build("squeezenet1_1", weights=None)(batch).shape == (1, 1000)
    assert {p.device.type for p in networks.build("squeezenet1_1").parameters()} == {"meta"}
    assert {
        p.device.type for p in networks.build("squeezenet1_1", weights=None, device="meta").parameters()
    } == {"meta"}
