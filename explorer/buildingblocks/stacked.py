"""Blocks in a single line: a convolution, a VGG stage, a 1 x 1 bottleneck."""

from __future__ import annotations

from explorer.buildingblocks.block import Block, Choice, Claim, Note, Parameter, Plain
from explorer.buildingblocks.part import Part
from explorer.buildingblocks.settings import channels, filters, kernel, size, stride

_SPATIAL = "A closer look at spatial dimensions"

CONV = Block(
    name="conv",
    title="Convolution",
    group="Stacks",
    about="F filters, each K × K over all C maps, slid over every position: one output map a filter.",
    look="The size of the map is in the MACs and not in the weights. Double it and see which bar moves.",
    paper="LeCun, Bottou, Bengio, Haffner 1998, Gradient-based learning applied to document recognition",
    url="https://doi.org/10.1109/5.726791",
    parameters=(channels(3), filters(10), kernel(5), stride(), size(32)),
    derived=(("o", "H′", "(h + 2*(k//2) - k)//s + 1"),),
    parts=(Part("conv", "conv", ("x",), "f", "k", "s", bias=True),),
    weights="k*k*c*f",
    biases="f",
    macs="o*o*k*k*c*f",
    plain=Plain(
        "A dense layer with the same output",
        (
            Part("flatten", "flatten", ("x",)),
            Part("dense", "linear", ("flatten",), "f*o*o", bias=True),
        ),
        "every output number has a weight for every input number",
    ),
    claims=(
        Claim(
            _SPATIAL, "each filter has 5*5*3 + 1 = 76 params (+1 for bias) => 76*10 = 760",
            (("c", 3), ("f", 10), ("k", 5), ("s", 1), ("h", 32)), "params", 760,
        ),
        Claim(
            "GoogLeNet: Aggressive Stem", "conv, 64 filters, kernel 7, stride 2, pad 3 on 224: flop 118 (M)",
            (("c", 3), ("f", 64), ("k", 7), ("s", 2), ("h", 224)), "macs", 118, 1_000_000, 3,
        ),
        Claim(
            "AlexNet", "conv4: 384 × 13, 256 filters, kernel 3, stride 1, pad 1: flop 145 (M)",
            (("c", 384), ("f", 256), ("k", 3), ("s", 1), ("h", 13)), "macs", 145, 1_000_000, 4,
            why="13² × 3² × 384 × 256 comes to 149.5 M; the other lines of that table are right.",
        ),
    ),
    presets=(("AlexNet conv1", (("c", 3), ("f", 64), ("k", 11), ("s", 2), ("h", 224))),),
    ask="The map becomes twice as wide and twice as high. What happens to the weights and to the MACs?",
    choices=(
        Choice("Weights the same, MACs four times", "the same filters visit four times as many positions.", True),
        Choice("Both four times", "the filters are shared by all positions: no new weight is needed."),
        Choice("Weights four times, MACs the same", "that is the wrong way round: each position costs work anew."),
    ),
)  # fmt: skip

_STAGES = tuple(
    (f"VGG-16 stage {i}", (("c", c), ("f", f), ("n", n), ("h", h)))
    for i, (c, f, n, h) in enumerate(
        ((3, 64, 2, 224), (64, 128, 2, 112), (128, 256, 3, 56), (256, 512, 3, 28), (512, 512, 3, 14)), 1
    )
)

VGG = Block(
    name="vgg",
    title="VGG stage",
    group="Stacks",
    about="N convolutions 3 × 3 in a row, then a pool that halves the map. The next stage doubles the maps.",
    look="Small filters in a row see as far as one large filter, and bend in between: one ReLU each.",
    paper="Simonyan, Zisserman 2014, Very Deep Convolutional Networks, section 2",
    url="https://arxiv.org/abs/1409.1556",
    parameters=(channels(512), filters(512), Parameter("n", "N", "Convolutions", 1, 4, 3), size(14, 2)),
    parts=(
        Part("conv1", "conv", ("x",), "f", "3", bias=True, activation="ReLU"),
        *(
            Part(f"conv{i}", "conv", (f"conv{i - 1}",), "f", "3", bias=True, activation="ReLU", when=f"n >= {i}")
            for i in (2, 3, 4)
        ),
        Part("pool", "max pool", ("conv4|conv3|conv2|conv1",), kernel="2", stride="2"),
    ),
    weights="3*3*c*f + (n - 1)*3*3*f*f",
    biases="n*f",
    macs="h*h*(3*3*c*f + (n - 1)*3*3*f*f)",
    plain=Plain(
        "One convolution that sees as far",
        (
            Part("wide", "conv", ("x",), "f", "2*n + 1", bias=True, activation="ReLU"),
            Part("pool", "max pool", ("wide",), kernel="2", stride="2"),
        ),
        "N filters of 3 × 3 in a row see 2N + 1 pixels, as one filter of that side does",
    ),
    claims=(
        Claim(
            "VGGNet", "CONV3-64 after the picture: params (3*3*3)*64 = 1,728",
            (("c", 3), ("f", 64), ("n", 1), ("h", 224)), "weights", 1728,
        ),
        Claim(
            "VGGNet", "CONV3-512: params (3*3*512)*512 = 2,359,296",
            (("c", 512), ("f", 512), ("n", 1), ("h", 14)), "weights", 2_359_296,
        ),
    ),
    notes=(
        Note(
            "AlexNet vs VGG-16 (MFLOPs)", "VGG-16 total: 13.6 GFLOP", "wrong",
            "stage 3 has three convolutions of 256 filters, and one of them, 1.85 G, was left out of the sum: 15.47 G.",
        ),
        Note(
            "Receptive Fields", "2 3×3 convolutions has less parameters and more non-linearities", "right",
            "18 C² against 25 C² where in and out are alike; not where the first one widens, as in stage 1.",
        ),
    ),
    presets=_STAGES,
    ask="Two 3 × 3 convolutions, or one 5 × 5, from C to C maps: which has more weights?",
    choices=(
        Choice("The 5 × 5: 25 C² against 18 C²", "they see the same 5 × 5 pixels, and the pair bends once more.", True),
        Choice("The pair: two layers are more", "each has 9 C² only: 18 C² together."),
        Choice("Equal, as they see the same pixels", "what is seen is equal; 2 · 9 is not 25."),
    ),
)  # fmt: skip

POINTWISE = Block(
    name="pointwise",
    title="1 × 1 bottleneck",
    group="Stacks",
    about="A 1 × 1 convolution mixes maps without looking around. Fewer maps, and what follows is cheap.",
    look="Squeeze T: the price of the large filter falls with T², the price of the squeeze only with T.",
    paper="Lin, Chen, Yan 2013, Network in Network; Szegedy et al. 2014, section 4",
    url="https://arxiv.org/abs/1312.4400",
    parameters=(
        channels(256), channels(64, "t", "T", "Thinned to"), filters(64), kernel(5), size(28),
    ),
    parts=(
        Part("squeeze", "conv", ("x",), "t", activation="ReLU"),
        Part("look", "conv", ("squeeze",), "f", "k", activation="ReLU"),
    ),
    weights="c*t + k*k*t*f",
    macs="h*h*(c*t + k*k*t*f)",
    plain=Plain(
        "The K × K convolution on all C maps",
        (Part("conv", "conv", ("x",), "c", "k", activation="ReLU"),),
        "from C to C maps, as on the slide",
    ),
    claims=(
        Claim(
            "Inception v1: efficiency by 1 × 1 convolutions", "Standard convolution: 256 × 5 × 5 × 256 = 1.6m",
            (("c", 256), ("t", 64), ("f", 64), ("k", 5)), "weights", 1.6, 1_000_000, 2, of="plain",
        ),
        Claim(
            "Inception v1: efficiency by 1 × 1 convolutions", "Inception branch: 256 × 64 + 64 × 5 × 5 × 64 = 120k",
            (("c", 256), ("t", 64), ("f", 64), ("k", 5)), "weights", 120, 1000, 2,
            why="118,784, rounded. The two do not end alike: 64 maps here, 256 there. "
            "A second 1 × 1 back to 256 maps would add 16,384.",
        ),
    ),
    ask="From 256 maps through 64 to 64 with a 5 × 5: how many of 1.6 million weights are left?",
    choices=(
        Choice("About a quarter", "the 5 × 5 is thinner at both ends: 4 · 4 = 16 times fewer weights in it."),
        Choice("About 7 %", "16,384 for the squeeze and 102,400 for the 5 × 5 are 118,784.", True),
        Choice("About half", "the 5 × 5 alone falls to a sixteenth."),
    ),
)  # fmt: skip

STACKED = (CONV, VGG, POINTWISE)
