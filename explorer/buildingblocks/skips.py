"""Blocks in which what came in meets what came out: by addition (ResNet, ResNeXt) or side by side (DenseNet, U-Net)."""

from __future__ import annotations

from explorer.buildingblocks.block import Block, Choice, Claim, Note, Parameter, Plain, Rule
from explorer.buildingblocks.part import Part
from explorer.buildingblocks.settings import channels, kernel, norm, size, stride

_HE = "He, Zhang, Ren, Sun 2015, Deep Residual Learning for Image Recognition, figure"
_HE_URL = "https://arxiv.org/abs/1512.03385"
_XIE = "Xie, Girshick, Dollár, Tu, He 2016, Aggregated Residual Transformations, section 3.3"
_ADDED = Part("out", "add", ("change", "x"), activation="ReLU")

BASIC = Block(
    name="basic",
    title="Residual, basic",
    group="Skips",
    about="Two 3 × 3 convolutions learn a change, and the input is added to it: H(x) = F(x) + x.",
    look="Switch to the alternative without the skip: the same weights, the same MACs. The skip is free.",
    paper=f"{_HE} 2",
    url=_HE_URL,
    parameters=(channels(64), stride(), size(56), norm()),
    derived=(("f", "F", "c*s"), ("o", "H′", "(h - 1)//s + 1")),
    parts=(
        Part("look1", "conv", ("x",), "f", "3", "s", norm="bn", activation="ReLU"),
        Part("change", "conv", ("look1",), "f", "3", norm="bn"),
        Part("project", "conv", ("x",), "f", "1", "s", norm="bn", lane=-1, when="s > 1"),
        Part("out", "add", ("change", "project|x"), activation="ReLU"),
    ),
    weights="3*3*c*f + 3*3*f*f + (s - 1)*c*f",
    norms="bn*(2*f + 2*f + (s - 1)*2*f)",
    macs="o*o*(3*3*c*f + 3*3*f*f + (s - 1)*c*f)",
    plain=Plain(
        "The two convolutions without the skip",
        (
            Part("look1", "conv", ("x",), "f", "3", "s", norm="bn", activation="ReLU"),
            Part("change", "conv", ("look1",), "f", "3", norm="bn", activation="ReLU"),
        ),
        "a plain network of the same layers",
    ),
    notes=(
        Note(
            "ResNet (Deep Residual Learning)",
            "A direct connection between 2 non-consecutive layers. No vanishing gradient", "partly",
            "The slope through a block is 1 + F′(x): it stays near 1 where F′ is small, as when training starts. "
            "Nothing forbids F′ near −1. The sketch below lets you try.",
        ),
        Note(
            "Key Concepts of Residual Networks", "the block computes H(x)-x, and the final output is F(x)=H(x)+x",
            "wrong", "letters changed places: the layers compute F(x) = H(x) − x, and the output is H(x) = F(x) + x.",
        ),
    ),
    presets=(("First block of a stage", (("c", 64), ("s", 2), ("h", 56))), ("With batch norm", (("bn", 1),))),
    ask="The skip connection of a residual block that keeps the size: how many weights does it have?",
    choices=(
        Choice("None", "it adds the input, number by number: no weights, no multiply-adds.", True),
        Choice("One for each map", "it adds the maps as they are; nothing scales them."),
        Choice("As many as a 1 × 1 convolution", "only where stride 2 and more maps force a projection: try stride 2."),
    ),
    played="gradient",
)  # fmt: skip

_BOTTLENECK = (
    Part("compress", "conv", ("x",), "t", "1", norm="bn", activation="ReLU"),
    Part("look", "conv", ("compress",), "t", "3", norm="bn", activation="ReLU"),
    Part("change", "conv", ("look",), "c", "1", norm="bn"),
    _ADDED,
)

BOTTLENECK = Block(
    name="bottleneck",
    title="Residual, bottleneck",
    group="Skips",
    about="Thin out by 1 × 1, look around by 3 × 3, widen by 1 × 1, and add what came in.",
    look="The 3 × 3 works on T maps only. A basic block of C/4 maps costs about as much, on a quarter of the maps.",
    paper=f"{_HE} 5",
    url=_HE_URL,
    parameters=(channels(256), channels(64, "t", "T", "Thinned to"), size(56), norm()),
    parts=_BOTTLENECK,
    weights="c*t + 3*3*t*t + t*c",
    norms="bn*(2*t + 2*t + 2*c)",
    macs="h*h*(c*t + 3*3*t*t + t*c)",
    plain=Plain(
        "A basic block on all C maps",
        (
            Part("look1", "conv", ("x",), "c", "3", norm="bn", activation="ReLU"),
            Part("change", "conv", ("look1",), "c", "3", norm="bn"),
            _ADDED,
        ),
        "two 3 × 3 convolutions from C to C",
    ),
    claims=(
        Claim(_XIE, "The original ResNet bottleneck block has 256·64 + 3·3·64·64 + 64·256 ≈ 70k parameters",
              (("c", 256), ("t", 64)), "weights", 70, 1000, 2, why="69,632 without norms."),
    ),
    notes=(
        Note("Key Concepts of Residual Networks", "Bottleneck Residual block. More layers, less computational cost!",
             "right", "with C = 4T it costs 17 T² a place; a basic block on T maps 18 T², and on all 4T maps 288 T²."),
    ),
    presets=(("ResNet-50 stage 4", (("c", 2048), ("t", 512), ("h", 7))), ("With batch norm", (("bn", 1),))),
    ask="Three layers with a bottleneck (256, 64, 64, 256) or two 3 × 3 on 256 maps: which has more weights?",
    choices=(
        Choice("The bottleneck: three layers", "it has 69,632; the 1 × 1 layers are cheap."),
        Choice("The two 3 × 3, about 17 times", "2 · 9 · 256² = 1,179,648 against 69,632.", True),
        Choice("About equal", "equal it would be with a basic block on 64 maps: 73,728."),
    ),
    played="gradient",
)  # fmt: skip

RESNEXT = Block(
    name="resnext",
    title="ResNeXt, grouped",
    group="Skips",
    about="A bottleneck whose 3 × 3 is cut into G groups: each looks at its own W maps, then 1 × 1 mixes them.",
    look="At 32 groups of 4 the middle is twice as wide as in ResNet for the same price.",
    paper=_XIE,
    url="https://arxiv.org/abs/1611.05431",
    parameters=(
        channels(256), Parameter("g", "G", "Groups", 1, 64, 32, "channels"),
        Parameter("w", "W", "Width of a group", 1, 64, 4, "channels"), size(56), norm(),
    ),
    derived=(("t", "T", "g*w"), ("q", "Q", "(c + 3)//4")),
    parts=(
        Part("compress", "conv", ("x",), "t", "1", norm="bn", activation="ReLU"),
        Part("look", "conv", ("compress",), "t", "3", groups="g", norm="bn", activation="ReLU"),
        Part("change", "conv", ("look",), "c", "1", norm="bn"),
        _ADDED,
    ),
    weights="c*t + 3*3*w*t + t*c",
    norms="bn*(2*t + 2*t + 2*c)",
    macs="h*h*(c*t + 3*3*w*t + t*c)",
    plain=Plain(
        "ResNet's bottleneck through C/4",
        (
            Part("compress", "conv", ("x",), "q", "1", norm="bn", activation="ReLU"),
            Part("look", "conv", ("compress",), "q", "3", norm="bn", activation="ReLU"),
            Part("change", "conv", ("look",), "c", "1", norm="bn"),
            _ADDED,
        ),
        "one group over all its maps",
    ),
    claims=(
        Claim(_XIE, "C · (256·d + 3·3·d·d + d·256); when C = 32 and d = 4, ≈ 70k", (("c", 256), ("g", 32), ("w", 4)),
              "weights", 70, 1000, 2, why="70,144 without norms; the ResNet block has 69,632."),
    ),
    notes=(
        Note("ResNeXt: combining Inception and ResNet",
             "Inception: heterogeneous multi-branch. ResNeXt: uniform multi-branch", "right",
             "32 equal branches of 256 → 4 → 4 → 256 are the same sums as one grouped convolution."),
    ),
    presets=(("One group", (("g", 1), ("w", 64))), ("Depthwise", (("g", 64), ("w", 1)))),
    ask="Keep T = 128 maps in the middle and go from 1 group to 32. What becomes of the weights of the 3 × 3?",
    choices=(
        Choice("They stay: as many maps come out", "each output map now reads 4 maps and not 128."),
        Choice("A thirty-second is left", "9 · 128 · 128 becomes 9 · 4 · 128.", True),
        Choice("They grow: 32 filter banks", "32 banks, each 32² times smaller."),
    ),
)  # fmt: skip


def _dense_layers() -> tuple[Part, ...]:
    """Six layers at most; each reads all that was collected before it."""
    parts: list[Part] = []
    before = "x"
    for i in range(1, 7):
        when = f"n >= {i}"
        parts.append(Part(f"layer{i}", "conv", (before,), "gr", "k", activation="ReLU", lane=1, when=when))
        parts.append(Part(f"all{i}", "concat", (before, f"layer{i}"), when=when))
        before = f"all{i}"
    return tuple(parts)


DENSE = Block(
    name="dense",
    title="Dense block",
    group="Skips",
    about="Each layer reads everything before it and adds G maps of its own; nothing is ever computed twice.",
    look="The input of the last layer is the widest. The layers themselves stay thin: G maps each.",
    paper="Huang, Liu, van der Maaten, Weinberger 2016, Densely Connected Convolutional Networks, figure 1",
    url="https://arxiv.org/abs/1608.06993",
    parameters=(
        channels(64), Parameter("gr", "G", "Growth: maps a layer adds", 1, 512, 32, "channels"),
        Parameter("n", "L", "Layers", 1, 6, 4), kernel(3), size(56),
    ),
    derived=(("j", "F", "c + n*gr"),),
    parts=_dense_layers(),
    weights="k*k*gr*(n*c + gr*(n*(n - 1)//2))",
    macs="h*h*k*k*gr*(n*c + gr*(n*(n - 1)//2))",
    plain=Plain(
        "As many layers, all as wide as the output",
        (
            Part("layer1", "conv", ("x",), "j", "k", activation="ReLU"),
            *(Part(f"layer{i}", "conv", (f"layer{i - 1}",), "j", "k", activation="ReLU", when=f"n >= {i}")
              for i in range(2, 7)),
        ),
        "a chain of convolutions of C + L·G maps",
    ),
    notes=(
        Note("Other CNN Networks", "DenseNet is another deep residual neural network architecture", "wrong",
             "a residual network adds, a DenseNet puts side by side: every map stays as it was."),
        Note("Dense Connectivity (DenseNet)",
             "Each layer is receiving a “collective knowledge” from all preceding layers", "right",
             "L layers have L (L + 1) / 2 connections. DenseNet's norms and its 1 × 1 layers are left out here."),
    ),
    ask="64 maps come in; four layers with growth 32. How many maps come out?",
    choices=(
        Choice("32: each layer makes 32", "the layers before it and the input are kept beside it."),
        Choice("192: 64 + 4 · 32", "everything is kept, and each layer adds its 32.", True),
        Choice("1024: it doubles each time", "each layer adds 32, whatever came before."),
    ),
)  # fmt: skip

UNET = Block(
    name="unet",
    title="U-Net skip",
    group="Skips",
    about="Down, look, up again; then the fine maps from before are put beside the coarse ones from below.",
    look="The convolution after the meeting reads 2C maps: that is what concatenation costs over addition.",
    paper="Ronneberger, Fischer, Brox 2015, U-Net, figure 1 (one level, one convolution each, same padding)",
    url="https://arxiv.org/abs/1505.04597",
    parameters=(channels(64), kernel(3), size(64, 2, 2)),
    derived=(("d", "D", "2*c"), ("q", "Q", "h//2")),
    parts=(
        Part("down", "max pool", ("x",), kernel="2", stride="2", lane=1),
        Part("bottom", "conv", ("down",), "d", "k", bias=True, activation="ReLU", lane=1),
        Part("up", "transposed conv", ("bottom",), "c", "2", "2", bias=True, lane=1),
        Part("both", "concat", ("x", "up"), lane=0),
        Part("merge", "conv", ("both",), "c", "k", bias=True, activation="ReLU", lane=0),
    ),
    weights="k*k*c*d + 2*2*d*c + k*k*d*c",
    biases="d + c + c",
    macs="q*q*(k*k*c*d + 2*2*d*c) + h*h*k*k*d*c",
    plain=Plain(
        "The same with addition",
        (
            Part("down", "max pool", ("x",), kernel="2", stride="2", lane=1),
            Part("bottom", "conv", ("down",), "d", "k", bias=True, activation="ReLU", lane=1),
            Part("up", "transposed conv", ("bottom",), "c", "2", "2", bias=True, lane=1),
            Part("both", "add", ("x", "up"), lane=0),
            Part("merge", "conv", ("both",), "c", "k", bias=True, activation="ReLU", lane=0),
        ),
        "as FCN meets its fine maps",
    ),
    rules=(Rule("h % 2", "The size must be even to be halved and doubled again, got {h} px."),),
    notes=(
        Note("U-Net", "the skip connections … apply a concatenation operator instead of a sum", "right",
             "after a sum the layers above cannot tell the two apart; side by side they can, for K² C² more weights."),
    ),
    ask="Concatenate or add: which part of the block gets dearer by concatenation?",
    choices=(
        Choice("The skip itself", "a concatenation only places maps side by side: no weights, no MACs."),
        Choice("The convolution after it", "it reads 2C maps and not C: twice the weights, twice the MACs.", True),
        Choice("The transposed convolution", "it has done its work before the meeting."),
    ),
)  # fmt: skip

SKIPS = (BASIC, BOTTLENECK, RESNEXT, DENSE, UNET)
