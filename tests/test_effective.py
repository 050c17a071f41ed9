"""Measured receptive fields: against plain autograd, against theory, and what cannot be measured."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from explorer import effective, growth, memory, networks, receptive
from explorer.effective import Measured, Unit
from explorer.networks import NETWORKS
from explorer.receptive import Box

SIDE = 120


def random_stack(seed: int) -> nn.Sequential:
    """A few windows without holes (no stride beyond the window, no dilation), with norms and bends between."""
    chance = random.Random(seed)
    layers: list[nn.Module] = []
    channels = 1
    for _ in range(chance.randint(2, 6)):
        kernel = chance.randint(1, 5)
        stride = chance.randint(1, min(kernel, 2))
        if chance.random() < 0.25 and kernel > 1:
            pool = chance.choice((nn.MaxPool2d, nn.AvgPool2d))
            layers.append(pool(kernel, stride, chance.randint(0, kernel // 2)))
            continue
        wider = chance.randint(1, 3)
        layers += [
            nn.Conv2d(channels, wider, kernel, stride, chance.randint(0, 2)),
            nn.BatchNorm2d(wider),
            chance.choice((nn.ReLU(inplace=True), nn.GELU(), nn.Tanh())),
        ]
        channels = wider
    return nn.Sequential(*layers)


class Forked(nn.Module):
    """Paths of different width that are added and concatenated, and a gate over the whole map."""

    def __init__(self, *, gated: bool = False) -> None:
        super().__init__()
        self.stem = nn.Conv2d(1, 2, 3, stride=2, padding=1)
        self.wide = nn.Conv2d(2, 2, (3, 7), padding=(1, 3))
        self.narrow = nn.Conv2d(2, 2, 1)
        self.gate = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Sigmoid()) if gated else None
        self.last = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.stem(x))
        added = self.wide(x) + self.narrow(x)
        joined = torch.cat((torch.nn.functional.max_pool2d(added, 5, 1, 2), x), 1)
        if self.gate is not None:
            joined = joined * self.gate(joined)
        last: Tensor = self.last(joined)
        return last


def reached(plane: np.ndarray[Any, Any]) -> Box:
    """The smallest box around everything above zero."""
    rows, columns = (np.flatnonzero(plane.sum(axis)) for axis in (1, 0))
    return Box(int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1]))


def check_exact(network: nn.Module | str, shape: tuple[int, int, int], layer: str) -> Box:
    """With equal weights the gradient is above zero on the theoretical box, all of it, and nowhere else."""
    plane = effective.gradient(network, shape, layer, "equal")
    unit = effective.unit(network, shape, layer)
    inside = np.zeros(plane.shape, bool)
    clipped = unit.box.clipped(*shape[1:])
    inside[clipped.top_px : clipped.bottom_px + 1, clipped.left_px : clipped.right_px + 1] = True
    np.testing.assert_array_equal(plane > 0, inside, err_msg=f"{layer} {unit.box}")
    return unit.box


def test_equal_weights_reach_the_box_and_nothing_else() -> None:
    for seed in range(30):
        network = random_stack(seed)
        last = next(
            row for row in reversed(receptive.trace(network, (1, SIDE, SIDE))) if row.kind != "activation"
        )
        box = check_exact(network, (1, SIDE, SIDE), last.name)
        assert box == box.clipped(SIDE, SIDE), "the picture is wide enough for these"


@pytest.mark.parametrize("layer", ["add", "cat", "last"])
def test_equal_weights_where_paths_meet(layer: str) -> None:
    check_exact(Forked(), (1, 48, 48), layer)


def test_a_dilated_window_reaches_as_far_as_its_box_and_has_holes() -> None:
    network = nn.Sequential(nn.Conv2d(1, 2, 3, dilation=2), nn.ReLU(), nn.Conv2d(2, 2, 3, dilation=4))
    plane = effective.gradient(network, (1, 40, 40), "2", "equal")
    assert reached(plane) == effective.unit(network, (1, 40, 40), "2").box
    assert (plane > 0).sum() == 7 * 7  # of 13 x 13: every second pixel is never read


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("alexnet", "features.12"),
        ("resnet18", "layer2.1.add"),
        ("googlenet", "inception4a.cat"),
        ("squeezenet1_1", "features.12.cat"),
        ("inception_v3", "Mixed_5b.avg_pool2d"),
        ("inception_v3", "Mixed_5b.cat"),
        ("mobilenet_v2", "features.12.add"),
        ("efficientnet_b0", "features.3.1.add"),
    ],
)
def test_named_networks_reach_their_box(name: str, layer: str) -> None:
    check_exact(name, (3, 127, 127), layer)  # at 128 px the last column of some is never read


def plain_gradient(network: nn.Module, layer: str, cell: tuple[int, int], seed: int) -> np.ndarray[Any, Any]:
    """The same run written down without any of this project's tools: a whole network and one hook."""
    kept: dict[str, Tensor] = {}  # clones: an activation in place would write over what was kept
    network.get_submodule(layer).register_forward_hook(lambda m, i, out: kept.update(out=out.clone()))
    chance = torch.Generator().manual_seed(seed)
    x = torch.randn((1, 3, 96, 96), generator=chance).requires_grad_(True)
    network(x)
    channels = kept["out"][0, :, cell[0], cell[1]]
    (slopes,) = torch.autograd.grad((channels * torch.randn(channels.shape, generator=chance)).sum(), x)
    plane: np.ndarray[Any, Any] = slopes.abs().sum(1)[0].numpy()
    return plane


@pytest.mark.parametrize(
    ("name", "layer"), [("resnet18", "layer3.1.conv2"), ("squeezenet1_1", "features.9.expand3x3")]
)
def test_a_run_equals_plain_autograd_on_the_whole_network(name: str, layer: str) -> None:
    network = networks.build(name, device="cpu")
    for full, parameter in network.named_parameters():
        path, _, leaf = full.rpartition(".")
        seed = effective.zlib.crc32(full.encode()) + 3
        values = effective.initial(network.get_submodule(path), leaf, parameter.shape, "random", seed)
        parameter.data.copy_(values)
    cell = effective.unit(name, (3, 96, 96), layer).cell
    expected = plain_gradient(network, layer, cell, 3)
    found = effective.gradient(name, (3, 96, 96), layer, "random", 3)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6 * expected.max())


def test_trained_lenet_is_measured_with_its_own_weights() -> None:
    assert effective.has_trained("lenet5") and not effective.has_trained("zfnet")
    weights = effective.load_file(effective._LENET5)
    network = networks.build("lenet5", device="cpu")
    network.load_state_dict(weights)
    chance = torch.Generator().manual_seed(0)
    x = torch.randn((1, 1, 32, 32), generator=chance).requires_grad_(True)
    channels = nn.Sequential(*list(network)[:6])(x)[0, :, 2, 2]
    (slopes,) = torch.autograd.grad((channels * torch.randn(channels.shape, generator=chance)).sum(), x)
    found = effective.gradient("lenet5", (1, 32, 32), "s4", "trained")
    np.testing.assert_allclose(found, slopes.abs()[0, 0].numpy(), rtol=1e-4, atol=1e-7)
    assert not np.allclose(found, effective.gradient("lenet5", (1, 32, 32), "s4", "random"))


def test_equal_weights_spread_as_the_sum_of_their_windows() -> None:
    """A window of k evenly weighted cells has variance (k² − 1) / 12; a jump of j widens it j² times."""
    network = nn.Sequential(
        nn.Conv2d(1, 1, 5, stride=2), nn.Conv2d(1, 1, 3), nn.MaxPool2d(2), nn.Conv2d(1, 1, 7)
    )
    variance = sum((k * k - 1) / 12 * j * j for k, j in ((5, 1), (3, 2), (2, 2), (7, 4)))
    found = effective.measure(network, (1, 96, 96), "3", "equal", runs=1)
    assert found.spread_px == pytest.approx(variance**0.5, abs=1e-9)
    assert found.inside == pytest.approx(1, abs=1e-12)


def test_the_share_that_counts_shrinks_with_depth() -> None:
    """Luo et al.: the effective size grows like the root of the depth, the theoretical one like the depth."""
    sizes = {}
    for depth in (4, 16):
        layers = [nn.Sequential(nn.Conv2d(8 if i else 1, 8, 3, padding=1), nn.ReLU()) for i in range(depth)]
        found = effective.measure(nn.Sequential(*layers), (1, 48, 48), f"{depth - 1}.0", runs=6)
        sizes[depth] = (found.unit.box.bottom_px - found.unit.box.top_px + 1, found.spread_px)
    assert (sizes[4][0], sizes[16][0]) == (9, 33)
    assert 1.6 < sizes[16][1] / sizes[4][1] < 2.6  # the root of 4 is 2; the box grew 3.7 times


def test_a_gate_over_the_whole_map_lets_gradient_out_of_the_box() -> None:
    found = effective.measure(Forked(gated=True), (1, 64, 64), "last", runs=4)
    assert found.unit.is_global and 0.8 < found.inside < 0.99999


def test_vgg16_is_measured_without_its_head() -> None:
    unit = effective.unit("vgg16", (3, 224, 224), "features.29")
    assert not [name for name in unit.parameters if name.startswith("classifier")]
    convolutions = 14_714_688  # published: 138,357,544 less the dense head's 123,642,856
    outputs = 13_547_520 * 2  # every convolution and its activation
    pools = 64 * 112**2 + 128 * 56**2 + 256 * 28**2 + 512 * 14**2
    assert unit.needs_bytes == 4 * (convolutions + outputs + pools)
    with pytest.raises(ValueError, match=r"takes about \d+ MiB, and at most 100 MiB are allowed"):
        effective.gradient("vgg16", (3, 224, 224), "features.29", most_bytes=100 << 20)


def test_what_is_allowed_follows_what_is_free(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert memory.free_bytes(tmp_path) is None
    files = {
        "proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    4000 kB\n",
        "sys/fs/cgroup/memory.max": "3000000\n",
        "sys/fs/cgroup/memory.current": "1000000\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert memory.free_bytes(tmp_path) == 2_000_000
    (tmp_path / "sys/fs/cgroup/memory.max").write_text("max\n")
    assert memory.free_bytes(tmp_path) == 4000 * 1024
    for free, allowed in ((None, 448 << 20), (100 << 20, 50 << 20), (9 << 30, 448 << 20)):
        monkeypatch.setattr(memory, "free_bytes", lambda free=free: free)
        assert effective.allowed_bytes() == allowed
    monkeypatch.setattr(memory, "free_bytes", lambda: 1000)
    with pytest.raises(ValueError, match="measuring at c1 takes about 0 MiB"):
        effective.gradient("lenet5", (1, 32, 32), "c1")


@pytest.mark.parametrize(
    ("name", "layer", "kind", "told"),
    [
        ("lenet5", "nowhere", "random", "lenet5 has no layer 'nowhere' that looks at the picture"),
        ("lenet5", "c1", "best", "the weights are one of random, trained, equal, got 'best'"),
        ("zfnet", "pool5", "trained", "trained weights of zfnet are not on this server"),
        ("vit_b_32", "encoder.layers.encoder_layer_0.add", "equal", "attention chooses by the numbers"),
        ("swin_t", "features.1.0.add", "random", "keeps a table of its own"),
        ("efficientnet_b7", "features.8.0", "random", "choose an earlier layer or a smaller picture"),
        ("nobody", "x", "random", "there is no network 'nobody'"),
    ],
)
def test_what_cannot_be_measured_is_told(name: str, layer: str, kind: str, told: str) -> None:
    shape = NETWORKS[name].input_shape if name in NETWORKS else (3, 32, 32)
    with pytest.raises(ValueError, match=told):
        effective.gradient(name, shape, layer, kind)
    with pytest.raises(ValueError, match="runs must be at least 1, got 0"):
        effective.measure("lenet5", (1, 32, 32), "c1", runs=0)


def made(plane: np.ndarray[Any, Any], box: Box) -> Measured:
    unit = Unit("made", "by hand", (1, *plane.shape), (1, 1), (0, 0), box, False, (), 0)
    return effective.summary(unit, plane, 1)


def test_figures_of_a_map_made_by_hand() -> None:
    plane = np.zeros((9, 9))
    plane[3:6, 3:6] = 1.0
    plane[4, 4] = 92.0  # the middle pixel holds 92 %, the 3 x 3 around it everything
    found = made(plane, Box(2, 2, 6, 6))
    assert (found.side_px(0.9), found.side_px(0.93), found.side_px(1.0)) == (1, 3, 3)
    assert found.inside == 1 and found.luo_px == 1  # 1 is not above 4.55 % of 92
    assert made(plane, Box(4, 4, 4, 4)).inside == pytest.approx(0.92)
    with pytest.raises(ValueError, match="was silent in every run"):
        made(np.zeros((3, 3)), Box(0, 0, 2, 2))


def test_pooling_the_map_keeps_its_sum() -> None:
    plane = np.random.default_rng(0).random((50, 50))
    found = made(plane, Box(-3, 4, 40, 47))
    for most_px in (100, 30, 7):
        part, block_px = effective.pooled(found, most_px)
        assert max(part.shape) <= most_px
        assert part.sum() * block_px**2 == pytest.approx(found.inside)


def test_growth_lists_what_the_trace_says() -> None:
    for name in ("vgg16", "resnet50", "googlenet", "inception_v3", "efficientnet_b0", "unet", "vit_b_32"):
        shape = NETWORKS[name].input_shape
        rows = {row.name: row for row in receptive.trace(name, shape)}
        listed = growth.layers(name, shape)
        assert len({layer.name for layer in listed}) == len(listed) > 15
        for layer in listed:
            row = rows[layer.name]
            assert (layer.rows, layer.columns, layer.is_global) == (row.rows, row.columns, row.is_global)


@pytest.mark.parametrize("name", ["alexnet", "resnet50", "inception_v3", "densenet121", "mobilenet_v2"])
def test_the_widest_path_makes_the_field(name: str) -> None:
    listed = growth.layers(name, NETWORKS[name].input_shape)
    for place, layer in enumerate(listed):
        for axis, span in enumerate((layer.rows, layer.columns)):
            steps = growth.path(listed, place, axis)
            assert steps is not None
            first, last, jump = 0, 0, 1
            for kernel, stride, padding in steps:
                assert kernel >= 1 and stride >= 1
                first, last, jump = (
                    first - padding * jump,
                    last + (kernel - 1 - padding) * jump,
                    jump * stride,
                )
            assert (first, last, jump) == (*span.at(0), span.round_px)


def test_published_sizes_and_the_reason_where_they_differ() -> None:
    for name, published_px in growth.PUBLISHED.items():
        listed = growth.layers(name, NETWORKS[name].input_shape)
        ours = max(layer.size_px for layer in listed if not layer.is_global)
        early = growth.early_striding(name)
        assert published_px == (early or ours)
        assert (early is not None) == (ours != published_px)
    assert growth.early_striding("resnet18") is None
