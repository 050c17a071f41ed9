"""What the channels of a layer do: counts that are right by construction, and a sheet with exact colours."""

import io

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from explorer import activity, features, networks
from explorer.figures import sheets


def test_dead_saturated_and_zeros_are_counted() -> None:
    maps = np.zeros((4, 10, 10), np.float32)
    maps[1] = np.linspace(0, 6, 100).reshape(10, 10)
    maps[2] = 6
    maps[2, 0, :3] = 1  # 97 % at the bound
    maps[3, :5] = -2
    found = activity.of(maps, (0.0, 6.0))
    assert found.dead == (True, False, False, False)
    assert found.saturated == (False, False, True, False)
    assert found.zeros == pytest.approx((1.0, 0.01, 0.0, 0.5))
    assert found.sparsity == pytest.approx((1 + 0.01 + 0 + 0.5) / 4)
    assert found.activation[3] == pytest.approx(1.0)
    assert sum(found.counts) == maps.size
    assert found.edges == (-2.0, 6.0)
    assert not any(activity.of(maps).saturated), "without bounds nothing is saturated"


def test_both_ends_of_tanh_saturate() -> None:
    maps = np.full((1, 4, 4), -0.999, np.float32)
    maps[0, :2] = 0.999
    assert activity.of(maps, activity.bounds_of(nn.Tanh())).saturated == (True,)


def test_peaks_are_the_largest_and_keep_their_distance() -> None:
    plane = np.zeros((32, 32), np.float32)
    plane[5, 5], plane[5, 6], plane[20, 25] = 9, 8, 7
    assert activity.peaks(plane, 2) == [(5, 5, 9.0), (20, 25, 7.0)]
    assert len(activity.peaks(np.ones((1, 1), np.float32), 6)) == 1


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "lenet5", "small_vgg", "googlenet"])
def test_every_listed_layer_gives_maps_of_its_shape(name: str) -> None:
    facts = networks.NETWORKS[name]
    network = networks.build(name, device="cpu")
    batch = torch.rand(1, *facts.input_shape)
    steps = activity.steps(network, batch)
    assert len({step.name for step in steps}) == len(steps)
    chosen = steps[:: max(1, len(steps) // 8)]
    found = features.maps(network, batch, [step.name for step in chosen])
    assert {name: tuple(maps.shape[1:]) for name, maps in found.items()} == {s.name: s.shape for s in chosen}
    assert not any(module._forward_hooks for module in network.modules())


def test_a_relu_that_runs_twice_is_shown_twice_and_blocks_that_join_are_listed() -> None:
    names = [
        step.name
        for step in activity.steps(networks.build("resnet18", device="cpu"), torch.zeros(1, 3, 64, 64))
    ]
    assert names.index("layer1.0.relu@1") < names.index("layer1.0.conv2") < names.index("layer1.0.relu@2")
    fire = networks.build("squeezenet1_1", device="cpu")
    assert "features.3" in [step.name for step in activity.steps(fire, torch.zeros(1, 3, 64, 64))]


def test_the_first_run_differs_from_the_last() -> None:
    network, batch = networks.build("resnet18", device="cpu"), torch.rand(1, 3, 64, 64)
    layer = "layer1.0.relu"
    found = features.maps(network, batch, [f"{layer}@1", f"{layer}@2", layer, "layer1.0.bn1"])
    torch.testing.assert_close(found[f"{layer}@1"], found["layer1.0.bn1"].relu())
    torch.testing.assert_close(found[f"{layer}@2"], found[layer])
    assert not torch.equal(found[f"{layer}@1"], found[layer])
    for wrong in ("layer1.0.relu@x", "layer1.0.relu@7"):
        with pytest.raises(ValueError, match=r"whole number after the @|did not run"):
            features.maps(network, batch, [wrong])


@pytest.mark.parametrize("shared", [True, False])
def test_a_sheet_has_the_colours_of_the_numbers(shared: bool) -> None:
    maps = (
        np.random.default_rng(1).normal(size=(5, 7, 6)).astype(np.float32)
        * np.array([1, 3, 0, 2, 9], np.float32)[:, None, None]
    )
    sheet = sheets.sheet(maps, shared=shared, dark=False)
    picture = Image.open(io.BytesIO(sheet.png))
    assert picture.mode == "P"
    entries = np.asarray(picture)
    assert (sheet.tile_px, sheet.every, sheet.columns) == ((7, 6), 1, 3)
    largest = np.abs(maps).max((1, 2))
    assert sheet.limits == pytest.approx((largest.max(),) if shared else tuple(largest))
    for channel in range(5):
        top, left = channel // 3 * 7, channel % 3 * 6
        limit = (largest.max() if shared else largest[channel]) or 1
        expected = np.rint(128 + 127 * maps[channel] / limit)
        assert np.abs(entries[top : top + 7, left : left + 6] - expected).max() <= 1
    colours = np.array(picture.getpalette()).reshape(-1, 3)
    assert tuple(colours[sheets.ZERO]) == (0xF6, 0xF4, 0xF0)
    assert tuple(colours[255]) == (0x6E, 0x2A, 0x02)
    assert tuple(colours[1]) == (0x08, 0x30, 0x6B)


def test_a_large_layer_is_thinned_out_and_says_so() -> None:
    sheet = sheets.sheet(np.ones((64, 224, 224), np.float32), shared=True, dark=True)
    assert sheet.every == 2
    assert sheet.tile_px == (112, 112)
    assert len(sheet.png) < 400_000
