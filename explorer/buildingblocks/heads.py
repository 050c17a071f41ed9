"""The ends of a network, and what only training uses: global average pooling, dropout, the auxiliary classifier."""

from __future__ import annotations

from explorer.buildingblocks.block import Block, Choice, Claim, Note, Parameter, Plain
from explorer.buildingblocks.part import Part
from explorer.buildingblocks.settings import channels, filters, size


def _classes() -> Parameter:
    return channels(1000, "n", "N", "Classes")


def _units(default: int) -> Parameter:
    return channels(default, "d", "D", "Hidden units")


GAP = Block(
    name="gap",
    title="Global average pooling",
    group="Heads and training",
    about="Each map becomes its mean, and one linear layer reads the means: no large dense layers at the end.",
    look="The dense head pays for every place of the map; the mean does not. Change the size of the maps.",
    paper="Lin, Chen, Yan 2013, Network in Network, section 3.2",
    url="https://arxiv.org/abs/1312.4400",
    parameters=(channels(512), size(7), _units(4096), _classes()),
    parts=(
        Part("mean", "global pool", ("x",)),
        Part("flatten", "flatten", ("mean",)),
        Part("classes", "linear", ("flatten",), "n", bias=True),
    ),
    weights="c*n",
    biases="n",
    macs="c*n",
    plain=Plain(
        "The dense head of VGG-16",
        (
            Part("flatten", "flatten", ("x",)),
            Part("dense1", "linear", ("flatten",), "d", bias=True, activation="ReLU"),
            Part("dense2", "linear", ("dense1",), "d", bias=True, activation="ReLU"),
            Part("classes", "linear", ("dense2",), "n", bias=True),
        ),
        "C · H² numbers into D units, D again, then the classes",
    ),
    claims=(
        Claim("GoogLeNet: Global Average Pooling", "fc 1024 → 1000: params 1025 (k), flop 1 (M)",
              (("c", 1024), ("h", 7), ("n", 1000)), "params", 1025, 1000, 4,
              why="1,000 of them are biases, which the other lines of that table leave out."),
        Claim("GoogLeNet: Global Average Pooling", "VGG-16: fc6 102760, fc7 16777, fc8 4096 (k)",
              (("c", 512), ("h", 7), ("d", 4096), ("n", 1000)), "weights", 123.6, 1_000_000, 4, of="plain",
              why="The three lines together: 123.6 M of VGG-16's 138 M."),
    ),
    presets=(("GoogLeNet", (("c", 1024), ("h", 7))), ("ResNet-50", (("c", 2048), ("h", 7)))),
    ask="VGG-16 has 138 million parameters. How many would its head have with global average pooling?",
    choices=(
        Choice("About 12 million", "the first dense layer goes altogether: 512 means remain."),
        Choice("About half a million", "512 · 1000 weights and 1000 biases: 513,000 in place of 123.6 million.", True),
        Choice("None: pooling has no weights", "one linear layer still turns 512 means into 1000 classes."),
    ),
)  # fmt: skip

DROPOUT = Block(
    name="dropout",
    title="Dropout",
    group="Heads and training",
    about="In training, each unit is set to 0 with probability p and the rest is scaled up; in use, nothing happens.",
    look="No weight and no MAC more or less. What it changes is what the units can rely on: draw again, below.",
    paper="Srivastava, Hinton, Krizhevsky, Sutskever, Salakhutdinov 2014, Dropout",
    url="https://jmlr.org/papers/v15/srivastava14a.html",
    parameters=(
        Parameter("c", "C", "Features in", 1, 9216, 4096, "wide"), _units(4096),
        Parameter("p", "p", "Dropped", 0, 95, 50, unit="%", step=5), _classes(),
    ),
    parts=(
        Part("flatten", "flatten", ("x",)),
        Part("dense", "linear", ("flatten",), "d", bias=True, activation="ReLU"),
        Part("dropout", "dropout", ("dense",), percent="p"),
        Part("classes", "linear", ("dropout",), "n", bias=True),
    ),
    weights="c*d + d*n",
    biases="d + n",
    macs="c*d + d*n",
    plain=Plain(
        "The same without dropout",
        (
            Part("flatten", "flatten", ("x",)),
            Part("dense", "linear", ("flatten",), "d", bias=True, activation="ReLU"),
            Part("classes", "linear", ("dense",), "n", bias=True),
        ),
        "the same two layers",
    ),
    claims=(
        Claim("AlexNet", "fc7 16,777 and fc8 4,096 (k)", (("c", 4096), ("d", 4096), ("n", 1000)), "weights", 20.87,
              1_000_000, 4, why="The last two layers of AlexNet, together; dropout stands before fc6 and fc7."),
    ),
    notes=(
        Note("Dropout: control overfitting", "each hidden unit is randomly set to 0 with probability 0.5", "partly",
             "and those kept are multiplied by 1/(1 − p), so that in use, with all units, the sums keep their size."),
        Note("Dropout: control overfitting", "a dropout layer is often paired with a pooling layer", "partly",
             "AlexNet and VGG put it between the dense layers at the end."),
    ),
    ask="p = 50 %. A kept unit had the value 3. What does the next layer read in training?",
    choices=(
        Choice("3", "then the sums in training would be half of those in use, where every unit speaks."),
        Choice("6", "3 / (1 − 0.5): on average the next layer reads what it will read in use.", True),
        Choice("1.5", "it is divided by the share kept, not multiplied."),
    ),
    played="dropout",
)  # fmt: skip

AUXILIARY = Block(
    name="auxiliary",
    title="Auxiliary classifier",
    group="Heads and training",
    about="A small second head half-way up: its loss gives the lower layers a gradient of their own, in training.",
    look="3.2 million parameters that are thrown away after training; two of them stand in GoogLeNet.",
    paper="Szegedy et al. 2014, Going Deeper with Convolutions, section 5",
    url="https://arxiv.org/abs/1409.4842",
    parameters=(
        channels(512), size(14, 5), filters(128, title="1 × 1 filters"), _units(1024), _classes(),
    ),
    derived=(("o", "H′", "(h - 5)//3 + 1"),),
    parts=(
        Part("pool", "average pool", ("x",), kernel="5", stride="3"),
        Part("thin", "conv", ("pool",), "f", "1", bias=True, activation="ReLU"),
        Part("flatten", "flatten", ("thin",)),
        Part("dense", "linear", ("flatten",), "d", bias=True, activation="ReLU"),
        Part("dropout", "dropout", ("dense",), percent="70"),
        Part("classes", "linear", ("dropout",), "n", bias=True),
    ),
    weights="c*f + o*o*f*d + d*n",
    biases="f + d + n",
    macs="o*o*c*f + o*o*f*d + d*n",
    plain=Plain(
        "The head that the slide describes",
        (
            Part("mean", "global pool", ("x",)),
            Part("flatten", "flatten", ("mean",)),
            Part("classes", "linear", ("flatten",), "n", bias=True),
        ),
        "global average pooling, a fully connected layer, a softmax",
    ),
    notes=(
        Note("Auxiliary Classifiers",
             "each composed of a global average pooling layer, a fully connected layer, and a softmax layer", "wrong",
             "in the paper: a 5 × 5 average pool with stride 3, a 1 × 1 convolution, two dense layers with 70 % "
             "dropout between them, and a softmax."),
        Note("Auxiliary Classifiers",
             "GoogLeNet with auxiliary classifiers achieves an accuracy of 93.6%, … 89.3% … without", "wrong",
             "the paper calls their effect relatively minor, around 0.5 %; its result is 6.67 % top-5 error, 93.33 %."),
    ),
    presets=(("Second head of GoogLeNet", (("c", 528), ("h", 14))),),
    ask="What does an auxiliary classifier cost when the trained network is used?",
    choices=(
        Choice("3.2 million parameters, each time", "it is there in training only."),
        Choice("Nothing", "its loss is needed for the gradient alone; in use the head is left out.", True),
        Choice("Only its MACs", "the branch is not run at all."),
    ),
)  # fmt: skip

HEADS = (GAP, DROPOUT, AUXILIARY)
