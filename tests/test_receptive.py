"""Receptive fields: equal to the published table, and to what a NaN in the picture reaches in a real forward pass."""

from __future__ import annotations

import random
from collections import Counter

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from explorer import cost, networks, receptive
from explorer.networks import NETWORKS
from explorer.spans import PICTURE, Span

PUBLISHED = {  # size, effective padding, jump of the last map: Araujo et al. 2019, and torchvision's striding
    "alexnet": (195, 66, 32),
    "vgg16": (212, 90, 32),
    "googlenet": (379, 167, 32),
    "resnet18": (435, 217, 32),
    "resnet50": (427, 213, 32),
    "densenet121": (2071, 1021, 32),
    "mobilenet_v2": (491, 245, 32),
    "inception_v3": (1311, 618, 32),
}

FAMILIES = [  # a name and a picture size; one of every way in which units can look at a picture
    ("alexnet", 224),
    ("vgg11", 128),
    ("resnet18", 128),
    ("googlenet", 128),
    ("inception_v3", 150),
    ("densenet121", 96),
    ("mobilenet_v2", 128),
    ("shufflenet_v2_x0_5", 128),
    ("squeezenet1_1", 128),
    ("convnext_tiny", 96),
    ("regnet_x_400mf", 128),
    ("unet", 188),
    ("octconv_block", 40),
    ("lenet5", 32),
    ("nin_cifar10", 32),
]


def last_map(rows: list[receptive.Row]) -> receptive.Row:
    """The last row that is still a map of several units, before a global step."""
    return [row for row in rows if row.map_px != (1, 1) and not row.is_global][-1]


@pytest.mark.parametrize(("name", "expected"), PUBLISHED.items())
def test_published_table(name, expected):
    row = last_map(receptive.trace(name, NETWORKS[name].input_shape))
    assert (row.size_px, -row.first_px, row.jump_px) == expected
    assert row.last_px == row.first_px + row.size_px - 1
    assert row.note == ""


# --- a NaN spreads to every unit that reads it, and to no other ---------------------------------------------------


def reached_by_nan(network: nn.Module, picture: torch.Tensor) -> dict[str, torch.Tensor]:
    """Where a NaN arrives: for each layer that gives a map, a mask by name (repeated layers get a number)."""
    used: Counter[str] = Counter()
    masks: dict[str, torch.Tensor] = {}

    def watch(path: str):
        def hook(_module: nn.Module, _inputs: object, output: object) -> None:
            name = f"{path}_{used[path]}" if used[path] else path
            used[path] += 1
            if isinstance(output, torch.Tensor) and output.ndim == 4:
                masks[name] = torch.isnan(output)

        return hook

    handles = [
        m.register_forward_hook(watch(path)) for path, m in network.named_modules() if not list(m.children())
    ]
    with torch.inference_mode():
        network(picture)
    for handle in handles:
        handle.remove()
    return masks


def along(mask: torch.Tensor, row: receptive.Row, axis: int) -> list[bool] | None:
    """The mask of a layer along rows (0) or columns (1); None where the output is no map of this size."""
    if tuple(mask.shape[2:]) == row.map_px:
        places = mask.any(dim=1)[0]
    elif tuple(mask.shape[1:3]) == row.map_px:
        places = mask.any(dim=3)[0]
    else:
        return None
    return places.any(dim=1 - axis).tolist()


def ends(rows: list[receptive.Row], axis: int, size_px: int) -> set[int]:
    """Pixels at which some unit's field begins or ends: units in the middle of some layers, and the last layer's."""
    chosen = [(row, row.map_px[axis] // 2) for row in random.Random(1).sample(rows, min(5, len(rows)))]
    found = set()
    for row, unit in (*chosen, (rows[-1], 0), (rows[-1], rows[-1].map_px[axis] - 1)):
        found.update((row.rows if axis == 0 else row.columns).at(unit))
    return {pixel for pixel in found if 0 <= pixel < size_px}


def check_against_nan(network: nn.Module, rows: list[receptive.Row], channels: int, size_px: int) -> int:
    """Compare every unit of every layer with where a NaN arrives; return how many field ends were met."""
    known = {row.name: row for row in rows if not row.is_global}
    met = 0
    for axis in (0, 1):
        wide = [row for row in known.values() if row.map_px[axis] > 1]
        for pixel in ends(wide, axis, size_px):
            picture = torch.rand(1, channels, size_px, size_px)
            picture.select(axis + 2, pixel).fill_(float("nan"))
            for name, mask in reached_by_nan(network, picture).items():
                places = along(mask, known[name], axis) if name in known else None
                for unit, is_reached in enumerate(places or ()):
                    first, last = (known[name].rows if axis == 0 else known[name].columns).at(unit)
                    if not first <= pixel <= last:
                        assert not is_reached, (
                            f"{name}: unit {unit} reads pixel {pixel} outside {first}..{last}"
                        )
                    elif pixel in (first, last):
                        assert is_reached, (
                            f"{name}: unit {unit} does not read the end {pixel} of {first}..{last}"
                        )
                        met += 1
    return met


def random_weights(network: nn.Module) -> nn.Module:
    """All weights different from zero, so that nothing is multiplied away."""
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in network.parameters():
            if parameter.ndim > 1:
                parameter.uniform_(0.01, 0.02)
    return network


@pytest.mark.parametrize(("name", "size_px"), FAMILIES)
def test_nan_reaches_exactly_the_field(name, size_px):
    channels = NETWORKS[name].channels
    network = random_weights(networks.build(name, device="cpu", image_px=size_px))
    rows = receptive.trace(name, (channels, size_px, size_px))
    assert check_against_nan(network, rows, channels, size_px) > 20


def test_field_without_gates_is_what_squeeze_and_excitation_ignored_means():
    """With each gate replaced by nothing, the same network sees what the rows said beside is_global."""
    gated = networks.build("efficientnet_b0", device="cpu")
    rows = {row.name: row for row in receptive.trace(gated, (3, 128, 128))}
    for module in gated.modules():
        for name, child in list(module.named_children()):
            if type(child).__name__ == "SqueezeExcitation":
                setattr(module, name, nn.Identity())
    plain = receptive.trace(gated, (3, 128, 128))
    compared = [(row, rows[row.name]) for row in plain if row.map_px != (1, 1) and row.name in rows]
    assert len(compared) > 140
    for row, other in compared:
        assert (row.rows, row.columns) == (other.rows, other.columns)
    last = [other for _, other in compared][-1]
    assert (last.size_px, last.is_global) == (851, True)
    assert not [row for row in plain if row.map_px != (1, 1)][-1].is_global
    assert check_against_nan(random_weights(gated), plain, 3, 128) > 20


def test_gradient_of_a_linear_network_agrees():
    """float64, no rectifier, uniform weights: the gradient of one unit is non-zero exactly on its field."""
    network = nn.Sequential(
        nn.Conv2d(1, 2, 5, stride=2, padding=1),
        nn.AvgPool2d(3, 2, 1),
        nn.Conv2d(2, 2, 3, padding=2, dilation=2),
    ).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.1)
    picture = torch.rand(1, 1, 64, 64, dtype=torch.float64, requires_grad=True)
    maps = network(picture)
    row = receptive.trace(network, (1, 64, 64))[-1]
    unit = maps.shape[-1] // 2
    maps[0, 0, unit, unit + 1].backward()
    seen = picture.grad[0, 0].abs().sum(dim=1).nonzero()[:, 0]
    across = picture.grad[0, 0].abs().sum(dim=0).nonzero()[:, 0]
    box = row.box(unit, unit + 1)
    assert (int(seen[0]), int(seen[-1])) == (box.top_px, box.bottom_px)
    assert (int(across[0]), int(across[-1])) == (box.left_px, box.right_px)


# --- what is global, and what cannot be followed -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first_global"),
    [
        ("resnet50", "avgpool"),
        ("vgg16", "classifier.0"),
        ("mobilenet_v2", "adaptive_avg_pool2d"),
        ("shufflenet_v2_x1_0", "mean"),
        ("efficientnet_b0", "features.1.0.block.1.avgpool"),
        ("vit_b_16", "encoder.layers.encoder_layer_0.self_attention.scaled_dot_product_attention"),
        ("swin_t", "features.7.0.attn.matmul"),
    ],
)
def test_everything_after_a_global_step_is_global(name, first_global):
    rows = receptive.trace(name, NETWORKS[name].input_shape)
    index = next(i for i, row in enumerate(rows) if row.is_global)
    assert rows[index].name == first_global
    if name not in (
        "efficientnet_b0",
    ):  # its gates are side paths: the row after a pooling is on the path again
        assert all(row.is_global for row in rows[index:])
    assert rows[-1].is_global


@pytest.mark.parametrize("norm", [nn.GroupNorm(2, 8), nn.InstanceNorm2d(8), nn.LayerNorm([8, 8, 8])])
def test_norms_over_places_are_global(norm):
    rows = receptive.trace(nn.Sequential(nn.Conv2d(3, 8, 3), norm), (3, 10, 10))
    assert [row.is_global for row in rows] == [False, True]
    assert rows[-1].size_px == 3


@pytest.mark.parametrize(
    "line", [lambda maps: maps.softmax(2), lambda maps: maps.sort(2).values, lambda maps: maps.cumsum(2)]
)
def test_what_runs_along_one_axis_sees_the_whole_line(line):
    class Along(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 1, 3)

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return line(self.conv(picture))

    row = receptive.trace(Along(), (1, 12, 11))[-1]
    assert (row.box(4, 5), row.is_global) == (receptive.Box(0, 5, 11, 7), False)


def test_batch_norm_stays_local():
    rows = receptive.trace(nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8)), (3, 10, 10))
    assert not rows[-1].is_global


def test_swin_says_where_it_is_exact():
    rows = receptive.trace("swin_t", (3, 224, 224))
    assert "away from the border" in rows[-1].note
    first_window = next(row for row in rows if row.name == "features.1.0.add")
    assert first_window.box(0, 0) == receptive.Box(0, 0, 27, 27)
    assert first_window.box(7, 13) == receptive.Box(28, 28, 55, 55)


@pytest.mark.parametrize(
    "strange",
    [
        lambda maps: torch.fft.fft2(maps).real,
        lambda maps: maps[:, :, torch.tensor([3, 1, 2])],
        lambda maps: torch.zeros_like(maps).index_put((torch.tensor([0]),), maps),
        lambda maps: maps.topk(4, dim=2).values,
        lambda maps: F.pad(maps, (1, 1, 1, 1), mode="circular"),
    ],
)
def test_what_cannot_be_followed_is_named(strange):
    class Strange(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)
            self.last = nn.Conv2d(4, 4, 3)

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return self.last(strange(self.conv(picture)))

    rows = receptive.trace(Strange(), (3, 12, 12))
    assert rows[0].note == ""
    assert rows[-1].note


# --- the formulas of the lectures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("depth", [1, 2, 5, 9])
@pytest.mark.parametrize("kernel", [3, 5])
def test_the_slides_formula_holds_for_stride_one(depth, kernel):
    stack = nn.Sequential(*(nn.Conv2d(1, 1, kernel, padding=kernel // 2) for _ in range(depth)))
    assert receptive.trace(stack, (1, 64, 64))[-1].size_px == 1 + depth * (kernel - 1)


def test_the_slides_formula_fails_with_a_stride():
    stack = nn.Sequential(nn.Conv2d(1, 1, 3, stride=2), nn.Conv2d(1, 1, 3), nn.Conv2d(1, 1, 3))
    assert receptive.trace(stack, (1, 64, 64))[-1].size_px == 11 != 1 + 3 * 2


def test_two_small_kernels_see_as_much_as_a_large_one():
    two = receptive.trace(nn.Sequential(nn.Conv2d(8, 8, 3), nn.Conv2d(8, 8, 3)), (8, 20, 20))[-1]
    one = receptive.trace(nn.Conv2d(8, 8, 5), (8, 20, 20))[-1]
    assert (two.size_px, two.jump_px) == (one.size_px, one.jump_px) == (5, 1)


def test_rows_and_columns_are_told_apart():
    (row,) = receptive.trace(nn.Conv2d(1, 1, (1, 7), stride=(1, 2), padding=(0, 3)), (1, 20, 20))
    assert (row.size_px, row.width_px) == (1, 7)
    assert row.box(2, 3) == receptive.Box(2, 3, 2, 9)
    assert row.box(0, 0).clipped(20, 20) == receptive.Box(0, 0, 0, 3)


def test_original_striding_sees_more():
    """Distill's 483 px for ResNet-50 is the paper's striding; torchvision's is 427."""
    network = networks.build("resnet50")
    for block in network.modules():
        if hasattr(block, "conv3"):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    assert last_map(receptive.trace(network, (3, 224, 224))).size_px == 483


def test_names_are_those_of_the_table():
    shape = (3, 224, 224)
    names = {row.name for row in cost.table("resnet18", shape).rows}
    assert {row.name for row in receptive.trace("resnet18", shape)} <= names


@pytest.mark.parametrize("shape", [(3, 0, 1), (3, 5), "x", None])
def test_impossible_shapes_are_answered(shape):
    with pytest.raises(ValueError, match="input_shape"):
        receptive.trace("resnet18", shape)


# --- spans -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kernel", "stride", "padding"), [(2, 2, 0), (4, 2, 1), (3, 2, 1), (3, 3, 0), (64, 32, 16)]
)
def test_transposed_span_against_pytorch(kernel, stride, padding):
    layer = nn.ConvTranspose2d(1, 1, kernel, stride, padding, bias=False)
    nn.init.ones_(layer.weight)
    span = PICTURE.transposed(kernel, stride, padding)
    for pixel in range(3, 6):
        picture = torch.zeros(1, 1, 10, 10)
        picture[:, :, pixel] = 1
        with torch.no_grad():
            reached = layer(picture)[0, 0].sum(dim=1)
        for unit, value in enumerate(reached.tolist()):
            first, last = span.at(unit)
            assert (value > 0) == (first <= pixel <= last)


def test_a_span_of_several_units_finds_its_shortest_round():
    doubled = PICTURE.remapped(lambda unit: (unit // 2, unit // 2), 2, 1)
    assert doubled.units == 2
    assert doubled.jump_px == 0.5
    assert [doubled.at(i) for i in range(-2, 3)] == [(-1, -1), (-1, -1), (0, 0), (0, 0), (1, 1)]
    assert doubled.windowed(2, 2, 0) == PICTURE


def test_spans_that_do_not_match_are_named():
    with pytest.raises(ValueError, match="units lie 1 and 2 px apart"):
        PICTURE.joined(Span((0,), (0,), 2))
