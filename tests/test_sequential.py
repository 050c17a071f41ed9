"""Reading the text of a network: what is understood, what is answered by its line, and that nothing is run."""

from __future__ import annotations

import pytest

from explorer import cost, layers
from explorer.layers import STARTS, Activation, Linear
from tests.test_layers import made_by

TEXT = """
import torch
from torch import nn
from collections import OrderedDict

# a small network
model = nn.Sequential(
    nn.Conv2d(3, 16, kernel_size=3, padding='same', bias=False),
    torch.nn.BatchNorm2d(16),
    nn.ReLU(inplace=True),
    nn.Sequential(
        nn.Conv2d(16, 32, (3, 5), stride=2, padding=(1, 2)),
        nn.LeakyReLU(),
        nn.MaxPool2d(2, 2),
    ),
    nn.Sequential(OrderedDict([("deep", nn.Conv2d(in_channels=32, out_channels=32, kernel_size=3, groups=32)),
                               ("act", nn.GELU())])),
    nn.Identity(),
    nn.AdaptiveAvgPool2d((2, 2)),
    nn.Flatten(),
    nn.Dropout(p=0.3),
    nn.Linear(32 * 2 * 2, 10),
)
"""


def test_the_text_of_a_network_is_read(tmp_path):
    stack = layers.parse_sequential(TEXT)
    network = made_by(TEXT, tmp_path)["model"].eval()
    shape = (3, 32, 32)
    table = cost.table(network, shape)
    rows = layers.check(stack, shape)
    assert sum(row.macs for row in rows) == table.macs
    assert sum(row.params for row in rows) == table.params
    assert rows[-1].output_shape == (10,)
    assert len(rows) == 12


def test_what_print_writes_is_read_too(tmp_path):
    network = made_by(TEXT, tmp_path)["model"]
    assert layers.parse_sequential(f"{network}\n") == layers.parse_sequential(TEXT)


@pytest.mark.parametrize(
    ("text", "stack"),
    [
        ("    self.net = nn.Sequential(\n  nn.ReLU(),\n    )", (Activation(),)),
        ("net = nn.Sequential(nn.ReLU()).eval().to('cpu')\nprint(net)", (Activation(),)),
        ("import torch.nn as N\nN.Sequential(N.LeakyReLU(.1))", (Activation("leaky relu", 0.1),)),
        ("nn.Sequential(OrderedDict(one=nn.ReLU()))", (Activation(),)),
        ("nn.Sequential(nn.Linear(+4, 2**5), nn.Softmax(dim=-1))", (Linear(32, True, 4), Activation("softmax"))),
        ("nn.Sequential(nn.LogSoftmax(1))", (Activation("log softmax"),)),
    ],
)  # fmt: skip
def test_the_ways_in_which_a_network_is_written(text, stack):
    assert layers.parse_sequential(text) == stack


@pytest.mark.parametrize("name", [name for name, (_, stack) in STARTS.items() if stack])
def test_our_own_code_is_read_back(name):
    shape, stack = STARTS[name]
    text = layers.code(stack, shape)
    if "nn.Sequential" not in text:
        with pytest.raises(ValueError, match=r"expected nn\.Sequential"):
            layers.parse_sequential(text)
        return
    rows = layers.check(layers.parse_sequential(text), shape)
    assert [row.output_shape for row in rows] == [row.output_shape for row in layers.check(stack, shape)]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "no text"),
        ("x = 1", 1, "expected nn.Sequential"),
        ("nn.Sequential(\n  nn.Conv2d(3, 8, 3),\n  nn.Rocket(3),\n)", 3, "Rocket is not a layer known here"),
        ("nn.Sequential(\n\n  nn.Conv2d(3, width, 3))", 3, "expected a number, found 'width'"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3)", 1, "not Python"),
        ("nn.Sequential(\n__import__('os').system('true'))", 2, "not a layer known here"),
        ("nn.Sequential(\nnn.Conv2d(3, open('x'), 3))", 2, "expected a number"),
        ("nn.Sequential(nn.ReLU(),\n lambda x: x)", 2, "expected a layer"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, foo=1))", 1, "no setting 'foo'"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, **{}))", 1, "no setting '**'"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1, 1, 1, True, 'zeros', 5))", 1, "takes at most 9 values"),
        ("nn.Sequential(nn.Conv2d(3, 8, 3, kernel_size=3))", 1, "kernel_size is given twice"),
        ("nn.Sequential(nn.Conv2d(3, 8))", 1, "kernel_size is missing"),
        ("nn.Sequential(\n\nnn.Conv2d(3, 0, 3))", 3, "filters must be 1 to 65536, got 0"),
        ("nn.Sequential(nn.Conv2d(3, 8, 10 ** 9))", 1, "kernel must be 1 to 1024, got 1000000000"),
        ("nn.Sequential(nn.Conv2d(3, 8, 9 // 0))", 1, "divides by 0"),
        ("nn.Sequential(nn.Conv2d(3, 8, 2, padding='same'))", 1, "even kernel"),
        ("nn.Sequential(nn.ReLU(),\nnn.LeakyReLU(2))", 2, "slope must be a number from 0 to 1, got 2"),
        ("nn.Sequential(nn.ReLU(),\nnn.ELU(0.5))", 2, "alpha must be the usual 1.0"),
        ("nn.Sequential(nn.ReLU(),\nnn.Softmax(-1))", 2, "dim must be 1"),
        (
            "nn.Sequential(\nnn.Conv2d(3, 4, 3, groups=2))",
            2,
            "groups must divide in_channels 3 and out_channels 4",
        ),
        ("nn.Sequential(\nnn.GroupNorm(3, 8))", 2, "num_groups must divide 8 channels, got 3"),
        ("nn.Sequential(\nnn.GroupNorm(0, 8))", 2, "num_groups must be 1 to 65536, got 0"),
        (
            "nn.Sequential(\nnn.MaxPool2d(2, return_indices=True))",
            2,
            "return_indices must be the usual False",
        ),
        (
            "nn.Sequential(\nnn.AvgPool2d(3, 1, 1, count_include_pad=False))",
            2,
            "count_include_pad must be the",
        ),
        ("nn.Sequential(\ntf.keras.layers.Dropout(0.5))", 2, "not a layer known here"),
        ("tf.keras.Sequential([\nlayers.Dropout(0.5)])", 1, "expected nn.Sequential"),
        ("nn.Sequential(\nnn.Linear(4, 10 ** 10 ** 10))", 2, "expected a number"),
        ("nn.Sequential(\nnn.Linear(4, 2 ** 24))", 2, "features must be 1 to 4194304, got 16777216"),
        ("nn.Sequential(nn.ReLU())\nos.system('x')", 2, "expected nn.Sequential"),
        ("  nn.Sequential(\n  nn.ReLU()\n  ).cuda()\n  x = 3", 4, "expected nn.Sequential"),
        ("nn.Sequential()", 1, "empty"),
        ("nn.Sequential(nn.ReLU())\nnn.Sequential(nn.ReLU())", 2, "second Sequential"),
        ("import os\nos.remove('x')", 2, "expected nn.Sequential"),
        ("nn.Sequential(nn.ReLU())\nfor i in range(3): pass", 2, "expected nn.Sequential"),
        ("(" * 3000, 1, "not Python"),
        ("nn.Sequential(\n" + "a." * 900 + "ReLU())", 2, "is not a layer known here"),
        ("nn.Sequential(" * 60 + "nn.ReLU()" + ")" * 60, 1, "nested more than 20 deep"),
        ("#" * 60_000, 1, "longer than"),
        ("nn.Sequential(" + "nn.ReLU()," * 1001 + ")", 1, "at most 1000 layers"),
        ("nn.Sequential(nn.Conv2d(3, 8, " + "1+" * 500 + "1))", 1, ""),
    ],
)
def test_text_that_is_no_plain_network_is_answered_by_line(text, line, words):
    with pytest.raises(ValueError) as caught:
        layers.parse_sequential(text)
    assert str(caught.value).startswith(f"line {line}:")
    assert words in str(caught.value)


def test_nothing_in_the_text_is_run(tmp_path):
    target = tmp_path / "made"
    text = f"nn.Sequential(\nnn.Conv2d(3, __import__('pathlib').Path({str(target)!r}).touch() or 8, 3))"
    with pytest.raises(ValueError, match="line 2"):
        layers.parse_sequential(text)
    assert not target.exists()
