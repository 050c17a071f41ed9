"""Blocks that look with several window sizes at once: the inception module, naive and with reduction."""

from __future__ import annotations

from explorer.buildingblocks.block import Block, Choice, Claim, Note, Plain
from explorer.buildingblocks.part import Part
from explorer.buildingblocks.settings import channels, filters, size

_SLIDE = (("c", 256), ("f1", 128), ("f3", 192), ("f5", 96), ("h", 28))
_WIDTHS = (
    filters(128, "f1", "F₁", "1 × 1 filters"),
    filters(192, "f3", "F₃", "3 × 3 filters"),
    filters(96, "f5", "F₅", "5 × 5 filters"),
)
_PAPER = "Szegedy et al. 2014, Going Deeper with Convolutions, figure 2"
_URL = "https://arxiv.org/abs/1409.4842"

_NAIVE = (
    Part("one", "conv", ("x",), "f1", "1", bias=True, lane=0),
    Part("three", "conv", ("x",), "f3", "3", bias=True, lane=1),
    Part("five", "conv", ("x",), "f5", "5", bias=True, lane=2),
    Part("pool", "max pool", ("x",), kernel="3", stride="1", padding="1", lane=3),
    Part("joined", "concat", ("one", "three", "five", "pool"), activation="ReLU", lane=1.5),
)

_REDUCED = (
    Part("one", "conv", ("x",), "f1", "1", bias=True, lane=0, column=2),
    Part("thin3", "conv", ("x",), "t", "1", bias=True, activation="ReLU", lane=1),
    Part("three", "conv", ("thin3",), "f3", "3", bias=True, lane=1),
    Part("thin5", "conv", ("x",), "t", "1", bias=True, activation="ReLU", lane=2),
    Part("five", "conv", ("thin5",), "f5", "5", bias=True, lane=2),
    Part("pool", "max pool", ("x",), kernel="3", stride="1", padding="1", lane=3),
    Part("project", "conv", ("pool",), "t", "1", bias=True, lane=3),
    Part("joined", "concat", ("one", "three", "five", "project"), activation="ReLU", lane=1.5),
)

NAIVE = Block(
    name="inception_naive",
    title="Inception, naive",
    group="Branches",
    about="Three filter sizes and a pool read the same maps, and all their outputs are put side by side.",
    look="The pool keeps all C maps, so the depth can only grow; and the 5 × 5 costs more than all the rest.",
    paper=f"{_PAPER}a",
    url=_URL,
    parameters=(channels(256), *_WIDTHS, size(28)),
    derived=(("j", "Fⱼ", "f1 + f3 + f5 + c"),),
    parts=_NAIVE,
    weights="c*f1 + 3*3*c*f3 + 5*5*c*f5",
    biases="f1 + f3 + f5",
    macs="h*h*(c*f1 + 3*3*c*f3 + 5*5*c*f5)",
    plain=Plain(
        "One 5 × 5 convolution of the same depth",
        (Part("five", "conv", ("x",), "j", "5", bias=True, activation="ReLU"),),
        "sees as far and gives as many maps",
    ),
    claims=(
        Claim("Structure of the Inception Module", "Naive Inception module. Total: 854M ops", _SLIDE, "macs", 854,
              1_000_000, 3),
    ),
    notes=(
        Note(
            "Structure of the Inception Module",
            "Pooling layer preserves feature depth, which means total depth after concatenation can only grow",
            "right", "256 maps go in and 128 + 192 + 96 + 256 = 672 come out.",
        ),
    ),
    ask="Which branch takes more than half of the 854 million multiply-adds?",
    choices=(
        Choice("The 3 × 3: it has the most filters", "192 · 9 = 1,728 products a place and map; the 5 × 5 has 2,400."),
        Choice("The 5 × 5, with half the filters", "96 · 25 = 2,400 of 4,256 products a place and map: 56 %.", True),
        Choice("The pool: it keeps all maps", "a pool compares and multiplies nothing: 0 MACs."),
    ),
)  # fmt: skip

REDUCED = Block(
    name="inception_reduced",
    title="Inception with reduction",
    group="Branches",
    about="The same branches, with 1 × 1 convolutions that thin the maps out before the expensive filters.",
    look="Three extra layers, and a third of the work. Raise T to C and the saving is gone.",
    paper=f"{_PAPER}b",
    url=_URL,
    parameters=(channels(256), channels(64, "t", "T", "Thinned to"), *_WIDTHS, size(28)),
    parts=_REDUCED,
    weights="c*f1 + c*t + 3*3*t*f3 + c*t + 5*5*t*f5 + c*t",
    biases="f1 + t + f3 + t + f5 + t",
    macs="h*h*(c*f1 + c*t + 3*3*t*f3 + c*t + 5*5*t*f5 + c*t)",
    plain=Plain("The naive module", _NAIVE, "the same branches on all C maps"),
    claims=(
        Claim(
            "Structure of the Inception Module", "Inception module with dimension reduction. Total: 358M ops",
            (*_SLIDE, ("t", 64)), "macs", 358, 1_000_000, 3,
            why="The products that the slide lists sum to 271 M. Its 358 M counts the 3 × 3 term, 87 M, twice.",
        ),
    ),
    notes=(
        Note(
            "Key Features of GoogLeNet (Inception-v1)", "Batch Normalization is applied to the input of each layer",
            "wrong", "Inception-v1 has none; a later slide of the same lecture says “Inception-v1 without BN”. "
            "Batch norm came with the next version, in 2015.",
        ),
    ),
    ask="The slide says that the reduction brings 854 M down to 358 M. Add its six products up. What do you get?",
    choices=(
        Choice("358 M", "that sum has the 3 × 3 convolution, 87 M, in it twice."),
        Choice("271 M", "25.7 + 3 · 12.8 + 86.7 + 120.4: less than a third of 854.", True),
        Choice("427 M, half", "the two thinned branches alone fall to a quarter."),
    ),
)  # fmt: skip

BRANCHES = (NAIVE, REDUCED)
