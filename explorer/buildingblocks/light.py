"""Blocks made to be cheap: depthwise separable, inverted residual, channel shuffle, octave, squeeze-and-excitation."""

from __future__ import annotations

from explorer.buildingblocks.block import Block, Choice, Claim, Note, Parameter, Plain, Rule
from explorer.buildingblocks.part import Part
from explorer.buildingblocks.settings import channels, filters, kernel, norm, size, stride

_MEASURE = "Fewer MACs are not always as much faster: measure it here, on this server."

DEPTHWISE = Block(
    name="depthwise",
    title="Depthwise separable",
    group="Light",
    about="First one K × K filter for each map, then a 1 × 1 convolution that mixes the maps.",
    look=f"The K × K part costs next to nothing; the mixing is the price. {_MEASURE}",
    paper="Howard et al. 2017, MobileNets, section 3.1",
    url="https://arxiv.org/abs/1704.04861",
    parameters=(channels(512), filters(512), kernel(3), size(14), norm()),
    parts=(
        Part("depthwise", "conv", ("x",), "c", "k", groups="c", norm="bn", activation="ReLU"),
        Part("mix", "conv", ("depthwise",), "f", "1", norm="bn", activation="ReLU"),
    ),
    weights="k*k*c + c*f",
    norms="bn*(2*c + 2*f)",
    macs="h*h*(k*k*c + c*f)",
    plain=Plain(
        "A full K × K convolution",
        (Part("conv", "conv", ("x",), "f", "k", norm="bn", activation="ReLU"),),
        "looks around and mixes at once",
    ),
    claims=(
        Claim("Depthwise separable convolution", "Depthwise separable: 4·3·3 + 4·2 = 44 parameters",
              (("c", 4), ("f", 2), ("k", 3)), "weights", 44),
        Claim("Depthwise separable convolution", "Regular convolution: 4·3·3·2 = 72 parameters",
              (("c", 4), ("f", 2), ("k", 3)), "weights", 72, of="plain"),
        Claim("Depthwise separable convolution", "Depthwise separable: 512·3·3 + 512·512 = 267k parameters",
              (("c", 512), ("f", 512), ("k", 3)), "weights", 267, 1000, 3),
        Claim("Depthwise separable convolution", "Regular convolution: 512·3·3·512 = 2.4m parameters",
              (("c", 512), ("f", 512), ("k", 3)), "weights", 2.4, 1_000_000, 2, of="plain"),
    ),
    presets=(
        ("MobileNet, first block", (("c", 32), ("f", 64), ("k", 3), ("h", 112))), ("With batch norm", (("bn", 1),)),
    ),
    ask="It needs 8.8 times fewer MACs at 512 maps. Is it 8.8 times as fast?",
    choices=(
        Choice("Yes: MACs are the time", "numbers must also be fetched and stored, and that is not counted in MACs."),
        Choice("Not exactly: it depends on the machine", "a depthwise filter multiplies little for every number it "
               "fetches, and a full convolution keeps a processor busy. Press “Measure on this server”.", True),
        Choice("It is slower: two layers", "it does save most of the work; measure it."),
    ),
)  # fmt: skip

INVERTED = Block(
    name="inverted",
    title="Inverted residual",
    group="Light",
    about="Widen by 1 × 1, filter each map by itself, thin out without a ReLU; the skip joins the thin ends.",
    look="Thin, wide, thin: the other way round than a bottleneck. With stride 2, or other maps out, the skip goes.",
    paper="Sandler, Howard, Zhu, Zhmoginov, Chen 2018, MobileNetV2, section 3.3",
    url="https://arxiv.org/abs/1801.04381",
    parameters=(
        channels(24), Parameter("m", "M", "Widened by", 1, 10, 6), filters(24, title="Maps out"), kernel(3),
        stride(), size(56), norm(),
    ),
    derived=(("e", "E", "c*m"), ("o", "H′", "(h + 2*(k//2) - k)//s + 1")),
    parts=(
        Part("widen", "conv", ("x",), "e", "1", norm="bn", activation="ReLU6"),
        Part("depthwise", "conv", ("widen",), "e", "k", "s", groups="e", norm="bn", activation="ReLU6"),
        Part("change", "conv", ("depthwise",), "f", "1", norm="bn"),
        Part("out", "add", ("change", "x"), when="(s == 1)*(c == f)"),
    ),
    weights="c*e + k*k*e + e*f",
    norms="bn*(2*e + 2*e + 2*f)",
    macs="h*h*c*e + o*o*(k*k*e + e*f)",
    plain=Plain(
        "The same with a full convolution inside",
        (
            Part("widen", "conv", ("x",), "e", "1", norm="bn", activation="ReLU6"),
            Part("full", "conv", ("widen",), "e", "k", "s", norm="bn", activation="ReLU6"),
            Part("change", "conv", ("full",), "f", "1", norm="bn"),
            Part("out", "add", ("change", "x"), when="(s == 1)*(c == f)"),
        ),
        "its K × K filters mix all E maps",
    ),
    notes=(
        Note("MobileNetV2", "Uses depthwise separable convolutions to reduce the number of parameters", "right",
             "and turns the bottleneck inside out: what is added and kept in memory is thin."),
    ),
    presets=(("Stride 2", (("s", 2), ("f", 32))), ("With batch norm", (("bn", 1),))),
    ask="Why is there no ReLU after the last 1 × 1?",
    choices=(
        Choice("It would cost too much", "a ReLU multiplies nothing."),
        Choice("On few maps it throws too much away", "what it sets to 0 in a thin layer is in no other map.", True),
        Choice("The skip has its own", "the skip only adds."),
    ),
)  # fmt: skip

_GROUPS_FIT = (
    Rule("c % 4", "ShuffleNet thins to a quarter: the channels must be a multiple of 4, got {c}."),
    Rule("(c//4) % g", "{g} groups must divide the {t} maps in the middle."),
)

SHUFFLE = Block(
    name="shuffle",
    title="Channel shuffle",
    group="Light",
    about="Grouped 1 × 1 convolutions are cheap but never mix groups. Between them, the maps change seats.",
    look="Without the shuffle every group stays alone for ever. Step through the change of seats below.",
    paper="Zhang, Zhou, Lin, Sun 2017, ShuffleNet, figures 1 and 2b",
    url="https://arxiv.org/abs/1707.01083",
    parameters=(
        Parameter("c", "C", "Channels in", 4, 2048, 240, "channels"), Parameter("g", "G", "Groups", 1, 16, 3),
        size(28), norm(),
    ),
    derived=(("t", "T", "c//4"),),
    parts=(
        Part("compress", "conv", ("x",), "t", "1", groups="g", norm="bn", activation="ReLU"),
        Part("shuffle", "shuffle", ("compress",), groups="g"),
        Part("depthwise", "conv", ("shuffle",), "t", "3", groups="t", norm="bn"),
        Part("change", "conv", ("depthwise",), "c", "1", groups="g", norm="bn"),
        _ADD := Part("out", "add", ("change", "x"), activation="ReLU"),
    ),
    weights="c*t//g + 3*3*t + t*c//g",
    norms="bn*(2*t + 2*t + 2*c)",
    macs="h*h*(c*t//g + 3*3*t + t*c//g)",
    plain=Plain(
        "The same without groups",
        (
            Part("compress", "conv", ("x",), "t", "1", norm="bn", activation="ReLU"),
            Part("depthwise", "conv", ("compress",), "t", "3", groups="t", norm="bn"),
            Part("change", "conv", ("depthwise",), "c", "1", norm="bn"),
            _ADD,
        ),
        "full 1 × 1 convolutions need no shuffle",
    ),
    rules=_GROUPS_FIT,
    presets=(("ShuffleNet, 8 groups", (("c", 384), ("g", 8), ("h", 28))), ("With batch norm", (("bn", 1),))),
    ask="Two grouped convolutions in a row without a shuffle: what does a map of group 1 know of group 2?",
    choices=(
        Choice("Everything, after two layers", "both layers keep to their groups: information never crosses."),
        Choice("Nothing", "it reads only group 1, whose maps read only group 1. The shuffle is what crosses.", True),
        Choice("A third", "with three groups, it is none of the other two thirds."),
    ),
    played="shuffle",
)  # fmt: skip

OCTAVE = Block(
    name="octave",
    title="Octave convolution",
    group="Light",
    about="A share α of the maps is kept at half the resolution. Four convolutions join fine and coarse maps.",
    look="The weights never change with α: all K² C F are there. Only the places they visit become fewer.",
    paper="Chen et al. 2019, Drop an Octave, figure 2",
    url="https://arxiv.org/abs/1904.05049",
    parameters=(
        Parameter("c", "C", "Channels in", 8, 2048, 64, "channels"),
        Parameter("f", "F", "Filters", 8, 2048, 64, "channels"),
        Parameter("a", "a", "Coarse share α, in eighths", 1, 7, 4), kernel(3), size(56, 2, 2),
    ),
    derived=(
        ("cl", "C₂", "c*a//8"), ("ch", "C₁", "c - c*a//8"), ("fl", "F₂", "f*a//8"), ("fh", "F₁", "f - f*a//8"),
        ("q", "Q", "h//2"),
    ),
    parts=(
        Part("high", "slice", ("x",), "ch", label="fine maps", lane=0.5),
        Part("rest", "slice", ("x",), "cl", label="the others", first="ch", lane=2.5),
        Part("low", "average pool", ("rest",), kernel="2", stride="2", lane=2.5),
        Part("fine", "conv", ("high",), "fh", "k", lane=0, column=4),
        Part("halved", "average pool", ("high",), kernel="2", stride="2", lane=1, column=3),
        Part("down", "conv", ("halved",), "fl", "k", lane=1),
        Part("across", "conv", ("low",), "fh", "k", lane=2),
        Part("up", "upsample", ("across",), stride="2", lane=2),
        Part("coarse", "conv", ("low",), "fl", "k", lane=3, column=4),
        Part("high_out", "add", ("fine", "up"), lane=0.5, column=6),
        Part("low_out", "add", ("down", "coarse"), lane=2.5, column=6),
    ),
    weights="k*k*c*f",
    macs="k*k*(h*h*ch*fh + q*q*(ch*fl + cl*fh + cl*fl))",
    plain=Plain(
        "An ordinary convolution",
        (Part("conv", "conv", ("x",), "f", "k"),),
        "all maps at full resolution",
    ),
    rules=(Rule("h % 2", "The size must be even to be halved, got {h} px."),),
    notes=(
        Note("Modern network architectures",
             "OctConv is a simple replacement for the traditional convolution operation that gets better accuracy "
             "with fewer FLOPs", "right",
             "fewer FLOPs: with α = ½ three of the four paths run at a quarter of the places: 0.44 of the MACs."),
    ),
    ask="Half of the maps at half the resolution (α = ½). What share of the MACs is left?",
    choices=(
        Choice("One half", "of the four paths only fine to fine stays at full resolution: a quarter of the weights."),
        Choice("7/16", "¼ of the weights at every place and ¾ of them at a quarter of the places: ¼ + ¾ · ¼.", True),
        Choice("One quarter", "that would be all four paths at half resolution."),
    ),
    played="octave",
)  # fmt: skip

SE = Block(
    name="se",
    title="Squeeze-and-excitation",
    group="Light",
    about="Average each map to one number, let two small layers decide how much each map counts, and scale it.",
    look="Hardly any MACs: it works on one number a map. Weights fall with the reduction r.",
    paper="Hu, Shen, Albanie, Sun, Wu 2017, Squeeze-and-Excitation Networks, figures 1 and 3",
    url="https://arxiv.org/abs/1709.01507",
    parameters=(
        channels(256), Parameter("r", "r", "Reduction", 1, 64, 16, "channels"), size(56),
    ),
    derived=(("d", "D", "c//r"),),
    parts=(
        Part("squeeze", "global pool", ("x",), lane=1),
        Part("reduce", "conv", ("squeeze",), "d", bias=True, activation="ReLU", lane=1),
        Part("gate", "conv", ("reduce",), "c", bias=True, activation="sigmoid", lane=1),
        Part("scaled", "multiply", ("x", "gate"), lane=0),
    ),
    weights="c*d + d*c",
    biases="d + c",
    macs="c*d + d*c",
    plain=Plain(
        "One full layer as the gate",
        (
            Part("squeeze", "global pool", ("x",), lane=1),
            Part("gate", "conv", ("squeeze",), "c", bias=True, activation="sigmoid", lane=1),
            Part("scaled", "multiply", ("x", "gate"), lane=0),
        ),
        "every map's gate reads every map's mean",
    ),
    rules=(Rule("c % r", "The reduction {r} must divide {c} channels."),),
    ask="On 256 maps of 56 × 56: how many multiply-adds do the two layers of the gate need?",
    choices=(
        Choice("25.7 million: 56² times their weights", "they visit no places: each map was averaged to one number."),
        Choice("8,192", "256 · 16 + 16 · 256, once for the whole picture.", True),
        Choice("None", "there are two small layers in it."),
    ),
    played="gates",
)  # fmt: skip

LIGHT = (DEPTHWISE, INVERTED, SHUFFLE, OCTAVE, SE)
