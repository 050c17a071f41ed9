"""The graph format: every network that must travel does, computes what the module computes, and leaves it as it was."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load
from torch import Tensor, nn
from torch.nn import functional as F

from explorer import networks
from explorer.transfer import anatomy, graph_ops
from explorer.transfer.graph import export_graph, run, to_json

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "graph-format.md"
EMBEDDED = ("lenet5", "small_vgg", "small_resnet", "small_depthwise")
TORCHVISION = ("squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small", "resnet18")
REFUSED = {
    "shufflenet_v2_x1_0": "size",
    "efficientnet_b0": "stochastic_depth",
    "vit_b_16": "vit_b_16|getitem|eq",
}


def torchvision_network(name: str) -> nn.Module:
    import torchvision

    torch.manual_seed(0)
    made: nn.Module = getattr(torchvision.models, name)(weights=None, num_classes=10)
    return made.eval()


def state_of(module: nn.Module) -> dict[str, Any]:
    return {
        "tensors": {name: value.clone() for name, value in module.state_dict().items()},
        "modes": [part.training for part in module.modules()],
        "learn": [parameter.requires_grad for parameter in module.parameters()],
        "hooks": [len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules()],
    }


def check(module: nn.Module, shape: tuple[int, int, int], tolerance: float = 1e-6) -> dict[str, Any]:
    """Export, run what was exported, and compare; the graph."""
    module.eval()
    x = torch.randn(2, *shape, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = module(x)
    before = state_of(module)
    graph, weights = export_graph(module, shape)
    after = state_of(module)
    assert {k: v for k, v in before.items() if k != "tensors"} == {
        k: v for k, v in after.items() if k != "tensors"
    }
    assert all(torch.equal(value, after["tensors"][name]) for name, value in before["tensors"].items())
    graph = json.loads(to_json(graph))
    found = run(graph, load(weights), x)
    assert torch.allclose(found, expected, atol=tolerance * float(expected.abs().max()))
    used = {name for node in graph["nodes"] for name in node["parameters"].values()}
    assert used == set(load(weights))
    return graph


@pytest.mark.parametrize("name", EMBEDDED)
def test_embedded_networks(name: str) -> None:
    module = networks.build(name, weights="embedded")
    side = networks.EMBEDDED[name].input_px
    graph = check(module, (1, side, side))
    stages = [list(stage.parameters) for stage in anatomy.stages_of(module)]
    assert graph["stages"] == stages
    assert graph["head"] == anatomy.head_of(module)


@pytest.mark.parametrize("name", TORCHVISION)
def test_torchvision_networks(name: str) -> None:
    module = torchvision_network(name)
    graph = check(module, (3, 96, 96))
    assert graph["head"] == anatomy.head_of(module)
    named = {name for name, _ in module.named_parameters()}
    head = {f"{graph['head']}.weight", f"{graph['head']}.bias"}
    assert {name for stage in graph["stages"] for name in stage} == named - head


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_carried_is_named(name: str) -> None:
    module = torchvision_network(name)
    before = state_of(module)
    with pytest.raises(ValueError, match=REFUSED[name]):
        export_graph(module, (3, 224, 224))
    assert before["modes"] == state_of(module)["modes"]


def test_a_batch_before_the_shape_does_not_matter() -> None:
    module = networks.build("lenet5", weights="embedded")
    assert export_graph(module, (7, 1, 32, 32)) == export_graph(module, (1, 32, 32))


def test_weights_are_the_same_bytes_each_time() -> None:
    module = networks.build("small_vgg", weights="embedded")
    assert export_graph(module, (1, 28, 28))[1] == export_graph(module, (1, 28, 28))[1]


class Plain(nn.Module):
    """A network whose middle is a function."""

    def __init__(self, middle: Callable[[Tensor], Tensor], channels: int = 4) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 4, 3, padding=1)
        self.middle = middle
        self.last = nn.Linear(channels, 5)

    def forward(self, x: Tensor) -> Tensor:
        maps = F.adaptive_avg_pool2d(self.middle(self.first(x)), 1)
        scores: Tensor = self.last(maps.view(maps.size(0), -1))
        return scores


FUNCTIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "relu in place": lambda x: F.relu(x, inplace=True) + x,
    "relu_": lambda x: x.relu_() + x,
    "torch.relu_": lambda x: torch.relu_(x) * x,
    "added in place": lambda x: x.add_(F.silu(x)),
    "relu6": F.relu6,
    "silu": F.silu,
    "gelu": lambda x: F.gelu(x, approximate="tanh"),
    "hardswish": F.hardswish,
    "by hand": lambda x: x * F.relu6(x + 3) / 6,
    "sigmoid": lambda x: torch.sigmoid(x) * x.tanh(),
    "max pool": lambda x: F.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True),
    "max pool of torch": lambda x: torch.max_pool2d(x, 2),
    "average pool": lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False),
    "mean": lambda x: x.mean([2, 3], keepdim=True) * x,
    "concat": lambda x: torch.cat((x - 1, x * 2), 1),
    "numbers": lambda x: 1 - (2 * x + 3) / 4,
    "dropout": lambda x: F.dropout(x, 0.3, training=False),
}


@pytest.mark.parametrize(
    "how", [{"dim": (2, 3)}, {"dim": [-1, -2], "keepdim": False}, {"dim": [2, 3], "keepdim": True}]
)
def test_global_average_pooling_as_a_mean(how: dict[str, Any]) -> None:
    class Headed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.last = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)

        def forward(self, x: Tensor) -> Tensor:
            scores: Tensor = self.last(torch.flatten(self.first(x).mean(**how), 1))
            return scores

    graph = check(Headed(), (3, 9, 9))
    assert [node["op"] for node in graph["nodes"]][1] == "adaptive_average_pool"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name: str) -> None:
    check(Plain(FUNCTIONS[name], 8 if name == "concat" else 4), (3, 9, 9))


REFUSALS: dict[str, tuple[Callable[[Tensor], Tensor], str]] = {
    "softmax": (lambda x: x.softmax(1), "softmax"),
    "roll": (lambda x: torch.roll(x, 1, 2), "roll"),
    "sum": (lambda x: x.sum(1, keepdim=True), "sum"),
    "flip": (lambda x: x.flip(3), "flip"),
    "rows": (lambda x: torch.cat([x, x], 2), "cat along another axis"),
    "mean of all": (lambda x: x * x.mean(), "mean other than"),
    "difference": (lambda x: x - x.relu(), "sub of maps"),
    "indices": (lambda x: F.max_pool2d(x, 2, return_indices=True)[0], "max_pool2d_with_indices"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(name: str) -> None:
    function, told = REFUSALS[name]
    with pytest.raises(ValueError, match=told):
        export_graph(Plain(function), (3, 8, 8))


LAYERS: dict[str, tuple[nn.Module, str]] = {
    "padding mode": (nn.Conv2d(4, 4, 3, padding=1, padding_mode="reflect"), "padding_mode 'reflect'"),
    "LayerNorm": (nn.GroupNorm(2, 4), "GroupNorm"),
    "LocalResponseNorm": (nn.LocalResponseNorm(3), "LocalResponseNorm"),
    "no statistics": (nn.BatchNorm2d(4, track_running_stats=False), "without running statistics"),
    "cumulative": (nn.BatchNorm2d(4, momentum=None), "cumulative"),
    "PReLU": (nn.PReLU(), "PReLU"),
    "Dropout2d": (nn.Dropout2d(), "Dropout2d"),
    "transposed": (nn.ConvTranspose2d(4, 4, 2), "ConvTranspose2d"),
    "divisor": (nn.AvgPool2d(2, divisor_override=3), "divisor_override"),
}


@pytest.mark.parametrize("name", LAYERS)
def test_refused_layers(name: str) -> None:
    layer, told = LAYERS[name]
    with pytest.raises(ValueError, match=told):
        export_graph(Plain(layer), (3, 8, 8))


def test_layers_with_all_their_settings() -> None:
    layers = nn.Sequential(
        nn.Conv2d(4, 8, 3, stride=2, padding="valid", dilation=2, groups=2),
        nn.BatchNorm2d(8, affine=False),
        nn.Conv2d(8, 8, (2, 4), padding="same", groups=8, bias=False),
        nn.Identity(),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(2, 1, padding=1, dilation=1, ceil_mode=True),
        nn.AvgPool2d(3, stride=2, padding=1, ceil_mode=True, count_include_pad=False),
        nn.AdaptiveAvgPool2d((3, 2)),
        nn.Conv2d(8, 4, 1),
    )
    check(Plain(layers), (3, 21, 23))


def test_a_layer_that_is_used_twice_keeps_one_weight() -> None:
    shared = nn.Conv2d(4, 4, 3, padding=1)
    graph = check(Plain(nn.Sequential(shared, nn.ReLU(), shared)), (3, 8, 8))
    twice = [node for node in graph["nodes"] if node["parameters"].get("weight") == "middle.0.weight"]
    assert len(twice) == 2
    assert len({node["name"] for node in graph["nodes"]}) == len(graph["nodes"])


def test_a_batch_norm_that_is_used_twice_is_refused() -> None:
    shared = nn.BatchNorm2d(4)
    with pytest.raises(ValueError, match="used twice"):
        export_graph(Plain(nn.Sequential(shared, shared)), (3, 8, 8))


def test_tied_weights_have_one_name() -> None:
    first, second = nn.Conv2d(4, 4, 1), nn.Conv2d(4, 4, 1)
    second.weight = first.weight
    check(Plain(nn.Sequential(first, second)), (3, 8, 8))


class Functional(nn.Module):
    """Weights without layers."""

    def __init__(self) -> None:
        super().__init__()
        self.filters = nn.Parameter(torch.randn(6, 3, 3, 3))
        self.scores = nn.Parameter(torch.randn(5, 6))

    def forward(self, x: Tensor) -> Tensor:
        maps = F.conv2d(x, self.filters, stride=2, padding=(1, 0))
        return F.linear(torch.flatten(F.adaptive_avg_pool2d(maps.relu(), (1, 1)), 1), self.scores)


def test_weights_without_layers() -> None:
    graph = check(Functional(), (3, 9, 9))
    assert graph["stages"] == [["filters"]]
    assert graph["nodes"][0]["op"] == "conv"


class Decides(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(12, 3)

    def forward(self, x: Tensor) -> Tensor:
        if x.sum() > 0:
            x = -x
        return self.last(x.flatten(1))  # type: ignore[no-any-return]


class Overwritten(nn.Module):
    """Changes maps through a view of them, and reads them again."""

    def __init__(self) -> None:
        super().__init__()
        self.last = nn.Linear(12, 3)

    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        flat = torch.flatten(y, 1).relu_()
        return self.last(flat + torch.flatten(y * 3, 1))  # type: ignore[no-any-return]


def test_other_refusals() -> None:
    with pytest.raises(ValueError, match="decides while it runs"):
        export_graph(Decides(), (3, 2, 2))
    with pytest.raises(ValueError, match="changes maps that are read later"):
        export_graph(Overwritten(), (3, 2, 2))
    with pytest.raises(ValueError, match="one row of scores"):
        export_graph(nn.Sequential(nn.Conv2d(3, 4, 3)), (3, 8, 8))
    with pytest.raises(ValueError, match="no convolution and no linear layer"):
        export_graph(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten()), (3, 8, 8))
    with pytest.raises(ValueError, match=r"do not fit: .*conv"):
        export_graph(networks.build("lenet5", weights="embedded"), (3, 32, 32))
    for shape in ((28, 28), (1, 0, 28), (1, 28, 28.0)):
        with pytest.raises(ValueError, match="input_shape must be"):
            export_graph(networks.build("lenet5", weights="embedded"), shape)  # type: ignore[arg-type]


def test_the_document_names_every_operation_and_field() -> None:
    text = DOCUMENT.read_text("utf-8")
    for op in graph_ops.OPS:
        assert f"`{op}`" in text, op
    graph, _ = export_graph(torchvision_network("squeezenet1_1"), (3, 64, 64))
    fields = set(graph) | {field for node in graph["nodes"] for field in node}
    for field in fields:
        assert f"`{field}`" in text, field
