"""Layer types: every formula against PyTorch; rows that cannot be are answered; text is read without running it."""

from __future__ import annotations

import runpy
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from explorer import cost, layers, networks, receptive
from explorer.layers import (
    KINDS,
    STARTS,
    Activation,
    AdaptivePool,
    AvgPool,
    Conv,
    Dense,
    DepthwiseConv,
    Dropout,
    Flatten,
    Linear,
    MaxPool,
    Norm,
    Residual,
)
from explorer.layers.stack import settings_of

MAP = (8, 20, 23)
ALONE = [
    (Conv(16, 3), MAP),
    (Conv(16, (1, 7), (1, 2), (0, 3)), MAP),
    (Conv(12, 3, 2, 1, 2, 4, False), MAP),
    (Conv(5, 5, 3, 4), MAP),
    (DepthwiseConv(), MAP),
    (DepthwiseConv(kernel=5, stride=2, padding=2, multiplier=3, bias=False), MAP),
    (MaxPool(2), MAP),
    (MaxPool(3, 2, 1), MAP),
    (MaxPool(3, 2, 0, True), MAP),
    (MaxPool((2, 3), (3, 2), (1, 0), True), MAP),
    (AvgPool(3, 2), MAP),
    (AvgPool(3, 2, 1, True), MAP),
    (AdaptivePool(1), MAP),
    (AdaptivePool((6, 7), "max"), MAP),
    (Norm(), MAP),
    (Norm("group", 4), MAP),
    (Norm("instance"), MAP),
    (Norm(), (30,)),
    (Dropout(0.2), MAP),
    (Flatten(), MAP),
    (Linear(10), (30,)),
    (Linear(10, False), (30,)),
    *((Activation(name), MAP) for name in Activation.FUNCTIONS),
    (Activation("leaky relu", 0.2), MAP),
    (Activation("softmax"), (30,)),
]
STACKS = [
    ((Conv(16, 3, 1, 1), Norm(), Activation(), Conv(8, 3, 1, 1), Residual(4)), MAP),
    ((Conv(16, 3, 2, 1), Norm(), Activation(), Conv(32, 3, 1, 1), Residual(4, True)), MAP),
    (
        (Conv(16, 7, 2, 3), MaxPool(3, 2, 1), Conv(16, 3, 1, 1), Dense(1), Conv(4, 1), Residual(1, True)),
        (3, 64, 48),
    ),
    ((Conv(4, 3, 1, 1), Dense(1), Conv(4, 3)), MAP),
    (
        (Conv(6, 3), Norm("group", 2), Conv(6, 3), AdaptivePool(3), Flatten(), Linear(7), Activation("gelu")),
        MAP,
    ),
    ((Conv(6, 5), AdaptivePool(), Flatten(), Linear(7), Norm(), Linear(2)), MAP),
    ((Conv(4, 3), Activation("softmax"), Flatten(), Activation("log softmax"), Linear(3)), MAP),
    ((DepthwiseConv(padding=1), Activation("relu6"), Conv(24, 1), Residual(3, True), AvgPool(2)), MAP),
]


def made_by(text: str, folder: Path) -> dict[str, object]:
    """The names that a Python file of our own making defines."""
    file = folder / "network.py"
    file.write_text(text, encoding="utf-8")
    return runpy.run_path(str(file))


@pytest.mark.parametrize(("layer", "shape"), ALONE, ids=lambda value: repr(value)[:40])
def test_formulas_against_pytorch(layer, shape, tmp_path):
    """Output shape, parameters and multiply-adds equal those of the PyTorch layer, and of the code it gives."""
    module = layer.module(shape).eval()
    assert tuple(module(torch.rand(2, *shape)).shape[1:]) == layer.output_shape(shape)
    biases = sum(p.numel() for name, p in module.named_parameters() if name.endswith("bias"))
    assert layer.bias_params(shape) == biases
    assert layer.weight_params(shape) + biases == sum(p.numel() for p in module.parameters())
    if len(shape) == 3:
        assert layer.macs(shape) == cost.table(module, shape).macs
    coded = made_by(f"from torch import nn\ncoded = {layer.code(shape)}.eval()\n", tmp_path)["coded"]
    assert type(coded) is type(module)
    coded.load_state_dict(module.state_dict())
    picture = torch.rand(2, *shape)
    assert torch.equal(coded(picture), module(picture))


def test_every_kind_was_tried():
    tried = {layer.kind for layer, _ in ALONE} | {layer.kind for stack, _ in STACKS for layer in stack}
    assert tried == set(KINDS)


@pytest.mark.parametrize("index", range(len(STACKS)))
def test_stacks_against_the_counting_engine(index):
    """Two independent ways to the same figures: formulas row by row, and a walk through the PyTorch network."""
    agree(*STACKS[index])


@pytest.mark.parametrize("name", [name for name, (_, stack) in STARTS.items() if stack])
def test_starts_against_the_counting_engine(name):
    shape, stack = STARTS[name]
    agree(stack, shape)


def agree(stack: tuple[layers.Layer, ...], shape: tuple[int, int, int]) -> None:
    rows = layers.check(stack, shape)
    network = layers.module(stack, shape)
    table, traced = cost.table(network, shape), receptive.trace(network, shape)
    assert sum(row.macs for row in rows) == table.macs
    assert sum(row.params for row in rows) == table.params == sum(p.numel() for p in network.parameters())
    assert tuple(network(torch.rand(2, *shape)).shape[1:]) == rows[-1].output_shape
    last = traced[-1]
    assert (rows[-1].rows, rows[-1].columns, rows[-1].is_global) == (last.rows, last.columns, last.is_global)


@pytest.mark.parametrize(
    ("name", "network"), [("LeNet-5", "lenet5"), ("AlexNet", "alexnet_slides"), ("VGG-16", "vgg16")]
)
def test_starts_are_the_networks_they_are_named_after(name, network):
    shape, stack = STARTS[name]
    rows = layers.check(stack, shape)
    table = cost.table(network, networks.NETWORKS[network].input_shape)
    assert sum(row.macs for row in rows) == table.macs
    assert sum(row.params for row in rows) == table.params


@pytest.mark.parametrize("index", range(len(STACKS)))
def test_code_runs_and_makes_the_same_network(index, tmp_path):
    stack, shape = STACKS[index]
    text = layers.code(stack, shape)
    space = made_by(text.replace("print(", "shown = ("), tmp_path)
    network = space["network"]
    assert tuple(space["shown"])[1:] == layers.check(stack, shape)[-1].output_shape
    assert sum(p.numel() for p in network.parameters()) == sum(
        row.params for row in layers.check(stack, shape)
    )
    assert cost.table(network, shape).macs == sum(row.macs for row in layers.check(stack, shape))


def test_code_of_a_start_runs_in_a_fresh_python():
    shape, stack = STARTS["LeNet-5"]
    done = subprocess.run(
        [sys.executable, "-c", layers.code(stack, shape)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "torch.Size([1, 10])"


@pytest.mark.parametrize("name", STARTS)
def test_written_layers_are_read_back(name):
    _, stack = STARTS[name]
    assert layers.read(layers.write(stack)) == stack


@pytest.mark.parametrize("index", range(len(STACKS)))
def test_written_stacks_are_read_back(index):
    stack, _ = STACKS[index]
    assert layers.read(layers.write(stack)) == stack


# --- what cannot be ------------------------------------------------------------------------------------------------

ABSURD = (0, -1, 10**9, "many", 2.5, None, True, float("nan"), (1, 2, 3), [])


@pytest.mark.parametrize("value", ABSURD, ids=repr)
@pytest.mark.parametrize("kind", KINDS)
def test_absurd_settings_are_answered(kind, value):
    """Every setting of every layer type either takes a value or says what is allowed; nothing else happens."""
    make = KINDS[kind]
    needed = {setting.name: 8 for setting in settings_of(make) if setting.name in ("filters", "features")}
    for setting in settings_of(make):
        try:
            layer = make(**{**needed, setting.name: value})
        except ValueError as error:
            assert re_word(setting.name, str(error)), str(error)
        else:
            rows = layers.measure((Conv(8), layer), (3, 16, 16))
            assert len(rows) == 2


def re_word(name: str, text: str) -> bool:
    """Whether a message names the setting it is about."""
    return name in text or (name == "kernel" and "padding" in text)


@pytest.mark.parametrize(
    ("stack", "number", "words"),
    [
        ((Conv(8, 9),), 1, "does not fit into 8"),
        ((Conv(8, 3, groups=2),), 1, "groups must divide 3 channels and 8 filters, got 2"),
        ((Conv(8), Linear(10)), 2, "put a flatten row before it"),
        ((Conv(8), Flatten(), Conv(8)), 3, "needs a map"),
        ((Conv(8), Residual(1)), 2, "adds 3 x 8 x 8 to 8 x 6 x 6"),
        ((Conv(8), Residual(2)), 2, "reads 2 rows above, and there are 1"),
        ((Conv(8), Dense(1)), 2, "lays 3 x 8 x 8 beside 8 x 6 x 6"),
        ((Conv(8, channels=4),), 1, "takes 4 channels, gets 3"),
        ((Norm("group", 2),), 1, "groups must divide 3 channels, got 2"),
        ((Flatten(), Linear(5, channels=7)), 2, "takes 7 features, gets 192"),
        ((MaxPool(2), MaxPool(2), MaxPool(2), MaxPool(2)), 4, "does not fit"),
    ],
)
def test_the_row_that_breaks_is_named(stack, number, words):
    rows = layers.measure((*stack, Activation()), (3, 8, 8))
    assert [row.problem for row in rows[: number - 1]] == [""] * (number - 1)
    assert words in rows[number - 1].problem
    assert rows[-1].problem == f"waits for row {number}"
    with pytest.raises(ValueError, match=f"row {number} "):
        layers.check(stack, (3, 8, 8))


@pytest.mark.parametrize("shape", [(3, 0, 8), (3, 8), "x", (3, 8, 10**9), None])
def test_impossible_inputs_are_answered(shape):
    with pytest.raises(ValueError, match="input_shape"):
        layers.measure((Conv(8),), shape)


def test_two_hundred_rows_are_quick():
    stack = (Conv(16, 3, 1, 1), Norm(), Activation(), Conv(16, 3, 1, 1), Residual(2)) * 40
    begun = time.process_time()
    rows = layers.measure(stack, (16, 224, 224))
    assert time.process_time() - begun < 0.05
    assert len(rows) == 200
    assert rows[-1].problem == ""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not a network"),
        ("{}", "list of at most"),
        ('[["conv"]]', "row 1 (conv)"),
        ('[["conv",{"filters":0}]]', "row 1 (conv): filters must be 1 to 65536, got 0"),
        ('[["flatten"],["rocket"]]', "row 2: there is no layer type 'rocket'"),
        ('[["conv",{"filters":8,"__class__":1}]]', "unknown setting '__class__'"),
        ("[" * 100_001, "at most 100000 characters"),
        ("[" * 90_000, "not a network"),
        ("[5]", "row 1"),
        ("[[]]", "row 1"),
        ('[["conv",3]]', "row 1"),
    ],
)
def test_links_that_cannot_be_read_are_answered(text, words):
    with pytest.raises(ValueError) as caught:
        layers.read(text)
    assert words in str(caught.value)
