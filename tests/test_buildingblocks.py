"""Building blocks: every formula against the counting engine, published modules, and the slides."""

import random
from collections.abc import Iterator
from math import prod

import pytest
import torch
from torch import nn

from explorer import cost, torchvision_operators
from explorer.buildingblocks import BLOCKS, Block, expression, timing
from explorer.networks import blocks as modules

WALKED = 60_000_000  # larger modules take long to be made, even without numbers


def random_settings(block: Block, count: int) -> Iterator[dict[str, int]]:
    """Settings that fit together, the defaults first; small maps so that windows near the border occur too."""
    chance = random.Random(block.name)
    yield {}
    found = 0
    while found < count:
        given = {each.name: chance.choice(each.steps) for each in block.parameters}
        try:
            block.numbers(**given)
        except ValueError:
            continue
        found += 1
        yield given


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_costs_are_those_of_the_counting_engine(block: Block) -> None:
    for given in random_settings(block, 6):
        for plain in (False, True):
            counted = block.cost(plain, **given)
            if counted.params > WALKED:
                continue
            first = block.layers(plain, **given)[0]
            module = block.make(plain, "meta", **given)
            table = cost.table(module, (first.channels, first.size_px, first.size_px))
            assert table.not_counted == ()
            found = (counted.params, counted.macs, counted.output_bytes)
            assert found == (table.params, table.macs, table.output_bytes), given
            assert counted.params == sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_equations_come_to_the_sum_over_the_layers(block: Block) -> None:
    for given in random_settings(block, 25):
        numbers, counted = block.numbers(**given), block.cost(**given)
        figures = {
            "weights": counted.weights,
            "biases": counted.biases,
            "norms": counted.norm_params,
            "macs": counted.macs,
        }
        for figure, expected in figures.items():
            assert expression.value(getattr(block, figure), numbers) == expected, (figure, given)
            assert block.equation(figure, **given).endswith(f" = {expected:,}")


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_modules_run_and_give_the_sizes_drawn(block: Block) -> None:
    small = {"c": 16, "f": 16, "t": 8, "h": 14, "n": 3, "d": 8, "g": 2, "r": 4}
    known = {each.name: each for each in block.parameters}
    given = {name: number for name, number in small.items() if name in known and number >= known[name].low}
    for plain in (False, True):
        layers = block.layers(plain, **given)
        read = {name for layer in layers for name in layer.inputs}
        expected = [
            layer.channels * layer.size_px**2
            for layer in layers
            if layer.name not in read and layer != layers[0]
        ]
        with torch.inference_mode():
            out = block.make(plain, **given)(torch.rand(1, layers[0].channels, *(layers[0].size_px,) * 2))
        assert [one.numel() for one in (out if isinstance(out, tuple) else (out,))] == expected


def totals(module: nn.Module, shape: tuple[int, int, int]) -> tuple[int, int]:
    table = cost.table(module.eval(), shape)
    return table.params, table.macs


def published() -> list[tuple[str, dict[str, int], nn.Module]]:
    """Blocks that others have written: torchvision's with norms, and the networks package's without."""
    torchvision_operators.models()
    from torchvision.models import mobilenetv2, resnet
    from torchvision.models.googlenet import InceptionAux
    from torchvision.ops import SqueezeExcitation

    norm = {"bn": 1}
    halve = nn.Sequential(nn.Conv2d(64, 128, 1, 2, bias=False), nn.BatchNorm2d(128))
    return [
        ("basic", norm, resnet.BasicBlock(64, 64)),
        ("basic", {**norm, "s": 2}, resnet.BasicBlock(64, 128, 2, halve)),
        ("bottleneck", norm, resnet.Bottleneck(256, 64)),
        ("resnext", norm, resnet.Bottleneck(256, 64, groups=32, base_width=4)),
        ("inverted", norm, mobilenetv2.InvertedResidual(24, 24, 1, 6)),
        ("inverted", {**norm, "s": 2, "f": 32}, mobilenetv2.InvertedResidual(24, 32, 2, 6)),
        ("se", {}, SqueezeExcitation(256, 16)),
        ("auxiliary", {}, InceptionAux(512, 1000, PlainConv)),
        ("basic", {}, modules.BasicBlock(64)),
        ("bottleneck", {}, modules.Bottleneck(256, 64)),
        ("resnext", {}, modules.Bottleneck(256, 128, 32)),
        ("dense", {}, modules.DenseBlock(64, 32, 4)),
        ("depthwise", {}, modules.DepthwiseSeparable(512, 512)),
        ("inception_naive", {}, modules.InceptionNaive(256)),
        ("inception_reduced", {}, modules.InceptionReduced(256, 64)),
        ("se", {}, modules.SqueezeExcitation(256, 16)),
    ]


class PlainConv(nn.Conv2d):
    """torchvision's head builds its convolution by this; GoogLeNet's own has a bias and no norm."""


def test_blocks_are_those_of_torchvision_and_of_the_networks() -> None:
    for name, given, module in published():
        block = BLOCKS[name]
        first = block.layers(**given)[0]
        counted = block.cost(**given)
        shape = (first.channels, first.size_px, first.size_px)
        assert (counted.params, counted.macs) == totals(module, shape), (name, given)


def test_octave_convolution_is_that_of_the_networks() -> None:
    module = modules.OctaveConv(64, 64, 0.5, 0.5)
    assert BLOCKS["octave"].cost(k=3).params == sum(p.numel() for p in module.parameters())


def test_figures_of_the_lectures() -> None:
    assert BLOCKS["inception_naive"].cost().macs == 854_196_224
    assert BLOCKS["inception_reduced"].cost().macs == 271_351_808
    assert BLOCKS["pointwise"].cost().params == 118_784
    assert BLOCKS["pointwise"].cost(True).params == 1_638_400
    assert BLOCKS["bottleneck"].cost().params == 69_632
    assert BLOCKS["resnext"].cost().params == 70_144
    assert BLOCKS["depthwise"].cost(c=4, f=2).params == 44
    assert BLOCKS["depthwise"].cost(True, c=4, f=2).params == 72
    assert (BLOCKS["depthwise"].cost().params, BLOCKS["depthwise"].cost(True).params) == (266_752, 2_359_296)
    assert BLOCKS["conv"].cost().params == 760
    reduced = BLOCKS["inception_reduced"]
    three = next(layer for layer in reduced.layers() if layer.name == "three")
    assert round((reduced.cost().macs + three.macs) / 1e6) == 358  # the slide's figure counts this term twice


def test_only_these_figures_of_the_slides_are_wrong() -> None:
    wrong = {
        (name, claim.value)
        for name, block in BLOCKS.items()
        for claim in block.claims
        if not claim.agrees(block.claimed(claim))
    }
    assert wrong == {("conv", 145), ("inception_reduced", 358)}
    for block in BLOCKS.values():
        assert all(claim.why for claim in block.claims if not claim.agrees(block.claimed(claim)))
        assert {note.verdict for note in block.notes} <= {"right", "partly", "wrong"}


@pytest.mark.parametrize("block", BLOCKS.values(), ids=BLOCKS)
def test_every_block_is_complete(block: Block) -> None:
    assert all((block.about, block.look, block.paper, block.ask, block.plain.why))
    assert block.url.startswith("https://")
    assert sum(choice.right for choice in block.choices) == 1
    assert all(choice.why for choice in block.choices)
    for parameter in block.parameters:
        assert parameter.default in parameter.steps
        assert (min(parameter.steps), max(parameter.steps)) == (parameter.low, parameter.high)
    for _, given in block.presets:
        block.numbers(**dict(given))
    letters = set(block.symbols.values())
    assert len(letters) == len(block.symbols), "two settings share a letter"
    assert len(block.layers()) > 1
    assert prod(layer.channels for layer in block.layers(True)) > 0


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("conv", {"k": 4}, "Kernel side must be a whole number from 1 to 11 in steps of 2, got 4"),
        ("conv", {"c": 0}, "Channels in must be a whole number from 1 to 4096, got 0"),
        ("conv", {"c": 10**9}, "from 1 to 4096, got 1000000000"),
        ("conv", {"q": 1}, "Convolution has no setting 'q'; its settings are c, f, k, s, h"),
        ("shuffle", {"g": 7}, "7 groups must divide the 60 maps in the middle."),
        ("shuffle", {"c": 30}, "the channels must be a multiple of 4, got 30."),
        ("se", {"c": 100}, "The reduction 16 must divide 100 channels."),
        ("octave", {"h": 57}, "in steps of 2, got 57"),
    ],
)
def test_settings_that_do_not_fit_are_named(name: str, given: dict[str, int], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence.replace("(", r"\(")):
        BLOCKS[name].cost(**given)


def test_settings_of_other_kinds_are_refused() -> None:
    for odd in ("3", 3.0, True, None):
        with pytest.raises(ValueError, match="must be a whole number"):
            BLOCKS["conv"].cost(c=odd)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="figure must be"):
        BLOCKS["conv"].equation("flops")


def test_formulas_are_read_as_python_reads_them() -> None:
    names = {"a": 7, "b": 3, "c": 2}
    a, b, c = names.values()
    assert expression.value("a - b - c", names) == a - b - c
    assert expression.value("a + b*c", names) == a + b * c
    assert expression.value("(a + b)*c", names) == (a + b) * c
    assert expression.value("a//b*c", names) == a // b * c
    assert expression.value("a % b", names) == a % b
    assert expression.value("(a >= b)*(c == 2)", names) == 1
    assert expression.value("a < b", names) == 0
    for text, complaint in (
        ("a +", "asks for ''"),
        ("(a", "closing"),
        ("a b", "too many"),
        ("a $", "knows"),
        ("z", "'z'"),
    ):
        with pytest.raises(ValueError, match=complaint):
            expression.value(text, names)
    with pytest.raises(ValueError, match="divides by 0"):
        expression.value("a // (b - 3)", names)


def test_formulas_are_written_with_letters_and_with_numbers() -> None:
    assert expression.written("k*k*c + c*f", {"k": "K", "c": "C", "f": "F"}) == "K² × C + C × F"
    assert expression.written("c*t//g", {"c": "240", "t": "60", "g": "3"}) == "240 × 60 / 3"
    assert BLOCKS["depthwise"].equation("weights", c=4, f=2) == "K² × C + C × F = 3² × 4 + 4 × 2 = 44"


def test_timing_is_of_one_run_on_one_thread() -> None:
    threads = torch.get_num_threads()
    found = timing.measure(BLOCKS["depthwise"], c=32, f=32, h=14)
    assert found.threads == 1
    assert torch.get_num_threads() == threads
    assert timing.FEWEST_RUNS <= found.runs <= timing.MOST_RUNS
    assert found.block_ms > 0
    assert found.plain_ms > 0
    assert found.ratio == found.plain_ms / found.block_ms


def test_what_is_too_large_is_not_timed() -> None:
    with pytest.raises(ValueError, match="The dense head of VGG-16 has 124 M parameters"):
        timing.measure(BLOCKS["gap"])
    with pytest.raises(ValueError, match="are measured here"):
        timing.measure(BLOCKS["conv"], c=4096, f=4096, h=224)
