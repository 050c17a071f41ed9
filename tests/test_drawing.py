"""The layout of networks: skips and branches found, every layer drawn once, nothing over anything else."""

from functools import cache

import pytest
import torch
from torch import nn

from explorer import cost, receptive
from explorer.alignment import StageFacts, align, facts
from explorer.drawing import Drawing, drawing
from explorer.networks import NETWORKS, build
from explorer.paths import INPUT, between, branches, forks


@cache
def drawn(name: str) -> Drawing:
    return drawing(cost.table(name, NETWORKS[name].input_shape))


def name_of(picture: Drawing, node: int) -> str:
    return "input" if node == INPUT else picture.table.rows[picture.nodes[node].rows[0]].name


def test_forks_of_a_diamond_and_of_nested_ones() -> None:
    assert forks([(INPUT,), (0,), (0,), (1, 2)]) == [INPUT, 0, 0, 0]
    nested = [(INPUT,), (0,), (1,), (1,), (2, 3), (0, 4)]
    assert forks(nested) == [INPUT, 0, 1, 1, 1, 0]
    assert branches(nested, 5, 0) == ((), (1, 2, 3, 4))
    assert between(nested, 4, 1) == {2, 3}


@pytest.mark.parametrize(("name", "blocks"), [("resnet18", 8), ("resnet50", 16), ("resnet101", 33)])
def test_residual_skips(name: str, blocks: int) -> None:
    picture = drawn(name)
    adds = [join for join in picture.joins if join.how == "add"]
    assert len(adds) == len(picture.joins) == len(picture.blocks) == blocks
    convs = 2 if name == "resnet18" else 3
    # The first block of a stage that changes the shape has a convolution on its short path; the others have none.
    projected = [join for join in adds if not join.is_skip]
    assert len(projected) == (3 if name == "resnet18" else 4)
    assert projected == [join for join in picture.joins if picture.is_projected(join)]
    for join in adds:
        lengths = sorted(len(path) for path in join.paths)
        assert lengths == [0 if join.is_skip else 1, convs]
    assert all("downsample" in name_of(picture, min(join.paths, key=len)[0]) for join in projected)


def test_plain_network_has_no_skip() -> None:
    assert drawn("plain34").joins == ()
    assert drawn("vgg16").joins == ()


def test_inception_modules_have_four_branches() -> None:
    picture = drawn("googlenet")
    assert [join.how for join in picture.joins] == ["concat"] * 9
    assert all(len(join.paths) == 4 for join in picture.joins)
    assert max(node.lane for node in picture.nodes) == 3
    assert not any(picture.is_projected(join) for join in picture.joins)
    fork = picture.joins[0].fork
    assert name_of(picture, fork) == "maxpool2"
    assert [block.name for block in picture.blocks] == [
        f"inception{part}" for part in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")
    ]


def test_dense_layers_read_all_before_them() -> None:
    picture = drawn("densenet121")
    blocks = [6, 12, 24, 16]
    reads = [len(join.paths) for join in picture.joins]
    # Layer i of a block reads i maps, the first reads one (no join); the transition after it reads them all.
    assert reads == [i for size in blocks for i in range(2, size + 2)]
    assert all(join.is_skip for join in picture.joins)
    assert len(picture.blocks) == 4


def test_skips_of_u_net_span_the_valley() -> None:
    picture = drawn("unet")
    pairs = [(name_of(picture, join.fork), name_of(picture, join.node)) for join in picture.joins]
    assert pairs == [("down.3.2", "cat"), ("down.2.2", "cat_1"), ("down.1.2", "cat_2"), ("down.0.2", "cat_3")]
    assert all(join.is_skip for join in picture.joins)
    sides = [stage.side_px for stage in picture.stages]
    assert len(sides) == 9
    assert sides.index(min(sides)) == 4


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_can_be_drawn(name: str) -> None:
    picture = drawn(name)
    placed = sorted(i for node in picture.nodes for i in node.rows)
    assert placed == [i for i, row in enumerate(picture.table.rows) if row.runs]
    assert sorted(i for stage in picture.stages for i in stage.nodes) == list(range(len(picture.nodes)))
    places = {(node.stage, node.column, node.lane) for node in picture.nodes}
    assert len(places) == len(picture.nodes), "two layers in one place"
    for node in picture.nodes:
        assert all(
            picture.nodes[i].column < node.column
            for i in node.sources
            if i != INPUT and picture.nodes[i].stage == node.stage
        )
    assert len(picture.stages) <= 10
    assert all(node.side_px >= 1 and node.channels > 0 for node in picture.nodes)


def test_nothing_to_draw_is_said() -> None:
    class Constant(nn.Module):
        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return torch.ones(1, 3)

    with pytest.raises(ValueError, match="nothing to draw"):
        drawing(cost.table(Constant(), (3, 8, 8)))


@cache
def stages(name: str) -> tuple[StageFacts, ...]:
    return facts(drawn(name), receptive.trace(name, NETWORKS[name].input_shape))


def test_stage_facts_sum_to_the_network() -> None:
    for name in ("resnet50", "alexnet", "vit_b_16"):
        table = drawn(name).table
        assert (
            sum(stage.params for stage in stages(name))
            == table.params
            == sum(parameter.numel() for parameter in build(name).parameters())
        )
        assert sum(stage.macs for stage in stages(name)) == table.macs
        assert sum(stage.output_bytes for stage in stages(name)) == table.output_bytes


def test_levels_are_halvings() -> None:
    assert [stage.level for stage in stages("vgg16")] == [0, 1, 2, 3, 4, 5, None]
    assert [stage.level for stage in stages("resnet50")] == [1, 2, 3, 4, 5, None]
    assert [stage.level for stage in stages("alexnet")] == [2, 3, 4, 5, None]
    assert [stage.level for stage in stages("unet")] == [0, 1, 2, 3, 4, 3, 2, 1, 0]
    assert [stage.level for stage in stages("vit_b_16")] == [4, None]
    assert stages("resnet50")[-2].field_px == 427


def test_alignment_by_level() -> None:
    pairs = align(stages("alexnet"), stages("vgg16"))
    assert [(p.first and p.first.name, p.second and p.second.name) for p in pairs] == [
        (None, "224 × 224"),
        (None, "112 × 112"),
        ("55 × 55", "56 × 56"),
        ("27 × 27", "28 × 28"),
        ("13 × 13", "14 × 14"),
        ("6 × 6", "7 × 7"),
        ("head", "head"),
    ]
    for one in ("resnet18", "unet", "vit_b_16"):
        for two in ("vgg16", "mobilenet_v2"):
            pairs = align(stages(one), stages(two))
            assert tuple(p.first for p in pairs if p.first) == stages(one)
            assert tuple(p.second for p in pairs if p.second) == stages(two)
            assert all(p.first.level == p.second.level for p in pairs if p.first and p.second)


def test_stages_of_a_resnet_have_their_skips() -> None:
    assert [stage.skips for stage in stages("resnet18")] == [0, 2, 2, 2, 2, 0]
    assert not any(stage.skips for stage in stages("plain18"))
