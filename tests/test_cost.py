"""Counts: equal to what torchvision publishes and to PyTorch's own counter, row by row and in any thread."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.flop_counter import FlopCounterMode

from explorer import cost, graph, networks, operators, other_tools, torchvision_operators
from explorer.networks import NETWORKS

ROOT = Path(__file__).parent.parent

EXACT_MACS = {
    "alexnet": 714_188_480,
    "vgg16": 15_470_264_320,
    "googlenet": 1_498_376_192,
    "inception_v3": 5_713_216_096,
    "resnet18": 1_814_073_344,
    "resnet50": 4_089_184_256,
    "resnext50_32x4d": 4_230_479_872,
    "densenet121": 2_834_161_664,
    "mobilenet_v2": 300_774_272,
    "mobilenet_v3_small": 56_510_400,
    "efficientnet_b0": 385_814_752,
    "shufflenet_v2_x1_0": 144_907_992,
    "squeezenet1_1": 349_151_936,
    "convnext_tiny": 4_455_531_264,
    "vit_b_16": 17_563_828_224,
}
OTHER_MACS = {  # what the tools themselves report: benchmarks/count.py prints them
    ("resnet50", "fvcore"): 4_111_512_576,
    ("resnet50", "thop"): 4_133_742_592,
    ("resnet50", "ptflops"): 4_132_436_968,
    ("resnet50", "torchinfo"): 4_089_238_376,
    ("vgg16", "fvcore"): 15_470_289_408,
    ("vgg16", "ptflops"): 15_523_225_576,
    ("vgg16", "torchinfo"): 15_483_821_032,
    ("mobilenet_v2", "thop"): 327_486_720,
    ("densenet121", "ptflops"): 2_899_843_048,
    ("vit_b_16", "fvcore"): 16_867_412_736,
    ("vit_b_16", "thop"): 11_286_254_592,
    ("vit_b_16", "torchinfo"): 173_232_616,
    ("convnext_tiny", "torchinfo"): 322_371_592,
    ("googlenet", "torchinfo"): 1_498_391_752,
}


@cache
def counted(name: str, input_shape: tuple[int, int, int]) -> cost.CostTable:
    """The table of a network: the same for all its weights."""
    return cost.table(name, input_shape)


def weight_entries() -> list[tuple[str, object]]:
    models = torchvision_operators.models()
    return [
        (name, entry)
        for name in models.list_models(module=models)
        for entry in models.get_model_weights(name)
    ]


def test_all_weight_entries_of_torchvision():
    """Operations to the three decimals that torchvision prints, parameters exactly, for all 115 entries."""
    entries = weight_entries()
    assert len(entries) == 115
    for name, entry in entries:
        size_px = entry.transforms().crop_size[0]
        table = counted(name, (3, size_px, size_px))
        label = f"{name} {entry.name}"
        assert round(table.macs / 1e9, 3) == entry.meta["_ops"], label
        params = sum(row.params for row in table.rows if row.runs) if name == "googlenet" else table.params
        assert params == entry.meta["num_params"], label
        assert table.not_counted == (), label


@pytest.mark.parametrize(("name", "macs"), EXACT_MACS.items())
def test_exact_macs(name, macs):
    assert counted(name, NETWORKS[name].input_shape).macs == macs


@pytest.mark.parametrize("name", NETWORKS)
def test_rows_sum_to_the_totals(name):
    """Totals, stages, and the module's own parameters: three ways to the same sum."""
    facts = NETWORKS[name]
    table = counted(name, facts.input_shape)
    for figure in ("params", "weight_params", "bias_params", "macs", "output_bytes"):
        assert getattr(table, figure) == sum(getattr(row, figure) for row in table.rows)
    for figure in ("params", "macs", "output_bytes"):
        assert getattr(table, figure) == sum(getattr(stage, figure) for stage in table.stages)
    assert table.params == sum(p.numel() for p in networks.build(name).parameters())
    assert len({row.name for row in table.rows}) == len(table.rows)
    assert table.not_counted == ()
    known = {"input", *(row.name for row in table.rows)}
    assert all(source in known for row in table.rows for source in row.sources)


@pytest.mark.parametrize(
    "name", ["lenet5", "unet", "fcn32s", "octconv_block", "swin_t", "maxvit_t", "regnet_y_400mf"]
)
def test_pytorchs_own_counter_agrees(name):
    facts = NETWORKS[name]
    network = networks.build(name)
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(torch.empty(1, *facts.input_shape, device="meta"))
    assert counter.get_total_flops() == 2 * cost.table(network, facts.input_shape).macs


class Odd(nn.Module):
    """A network with a shared layer, a bare weight, a function between layers, and an unused layer."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.again = nn.Conv2d(8, 8, 3, padding=1)
        self.bare = nn.Parameter(torch.zeros(8, 5))
        self.unused = nn.Linear(7, 7)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        maps = self.again(F.relu(self.again(self.first(picture))))
        return torch.einsum("bchw,cd->bdhw", maps, self.bare) + torch.arange(10.0)


def test_a_network_of_ones_own():
    table = cost.table(Odd(), (3, 10, 10))
    rows = {row.name: row for row in table.rows}
    places = 100
    assert rows["first"].macs == places * 3 * 8 * 9
    assert rows["again"].macs == rows["again_1"].macs == places * 8 * 8 * 9
    assert (rows["again"].params, rows["again_1"].params) == (8 * 8 * 9 + 8, 0)
    assert rows["bmm"].macs == places * 8 * 5
    assert rows["bmm"].params == 40
    assert table.not_run == ("unused",)
    assert table.params == sum(p.numel() for p in Odd().parameters())


def test_row_of_a_grouped_convolution():
    (row,) = cost.table(nn.Conv2d(8, 16, (3, 5), stride=2, padding=(1, 2), groups=4), (8, 20, 30)).rows
    assert row.kind == "grouped conv"
    assert (row.kernel, row.stride, row.padding, row.groups) == ((3, 5), (2, 2), (1, 2), 4)
    assert (row.input_shape, row.output_shape) == ((8, 20, 30), (16, 10, 15))
    assert (row.weight_params, row.bias_params) == (16 * 2 * 15, 16)
    assert row.macs == 10 * 15 * 16 * 2 * 15
    assert row.flops == 2 * row.macs
    assert row.output_bytes == 16 * 10 * 15 * 4


def test_kinds_of_rows():
    kinds = {row.kind for row in cost.table("mobilenet_v2", (3, 224, 224)).rows}
    assert {"conv", "depthwise conv", "norm", "activation", "add", "adaptive average pool", "linear"} <= kinds


def test_batch_and_precision_scale():
    one = cost.table("resnet18", (3, 64, 64))
    many = cost.table("resnet18", (3, 64, 64), batch=32, element_bytes=2)
    assert many.macs == 32 * one.macs
    assert many.output_bytes == 16 * one.output_bytes
    assert many.params == one.params
    assert many.param_bytes * 2 == one.param_bytes


def test_stages_follow_the_resolution():
    stages = cost.table("resnet18", (3, 224, 224)).stages
    assert [stage.name for stage in stages] == ["112 x 112", "56 x 56", "28 x 28", "14 x 14", "7 x 7", "head"]
    assert [stage.channels for stage in stages] == [64, 64, 128, 256, 512, 1000]


@pytest.mark.parametrize(
    ("layer", "operation"),
    [
        (lambda maps: torch.fft.fft2(maps).real, "_fft_c2c"),
        (lambda maps: F.grid_sample(maps, torch.zeros(1, 4, 4, 2), align_corners=False), "grid_sampler_2d"),
        (lambda maps: torch.cdist(maps, maps), "_cdist_forward"),
    ],
)
def test_what_is_not_counted_is_named(layer, operation):
    class Strange(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 4, 3)

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return layer(self.conv(picture))

    table = cost.table(Strange(), (3, 10, 10))
    assert operation in table.not_counted
    assert table.macs == 64 * 3 * 4 * 9
    assert not next(row for row in table.rows if row.name == operation).is_counted


@pytest.mark.parametrize(
    ("product", "macs"),
    [
        (lambda maps: torch.addbmm(maps[0, 0], maps[0], maps[0]), 4 * 8 * 8 * 8),
        (
            lambda maps: torch.convolution(maps, maps, None, [1, 1], [0, 0], [1, 1], False, [0, 0], 1),
            4 * 8 * 8,
        ),
        (lambda maps: torch.vdot(maps.flatten(), maps.flatten()), 4 * 8 * 8),
    ],
)
def test_products_between_layers_are_counted(product, macs):
    class Product(nn.Module):
        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return product(picture)

    table = cost.table(Product(), (4, 8, 8))
    assert table.not_counted == ()
    assert table.macs == macs


def test_no_summing_operation_counts_as_nothing():
    """What is called a convolution, a linear layer, a matrix product or attention has a formula."""
    summing = {"conv", "transposed conv", "linear", "matmul", "attention"}
    named = {name for name, kind in operators.KINDS.items() if kind in summing}
    assert named <= set(operators._FORMULAS)


def test_a_network_that_needs_numbers_is_named():
    class Branching(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gate = self.Gate()

        class Gate(nn.Module):
            def forward(self, picture: torch.Tensor) -> torch.Tensor:
                return picture if picture.sum() > 0 else -picture

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return self.gate(picture)

    with pytest.raises(ValueError, match=r"'gate' \(Gate\) needs the numbers in its maps"):
        cost.table(Branching(), (3, 10, 10))


@pytest.mark.parametrize(
    "shape",
    [
        (3, 0, 10),
        (3, 10),
        (3, 10, 10, 10),
        "abc",
        (3, -1, 5),
        (3, 10.5, 10),
        (True, 10, 10),
        None,
        (3, 10**9, 1),
    ],
)
def test_impossible_shapes_are_answered(shape):
    with pytest.raises(ValueError, match="input_shape"):
        cost.table("resnet18", shape)


@pytest.mark.parametrize(
    ("name", "shape", "words"),
    [
        ("resnet18", (1, 224, 224), "'conv1' (Conv2d) takes 3 channels and gets 1"),
        ("alexnet", (3, 32, 32), "'features.12'"),
        ("inception_v3", (3, 60, 60), "Kernel size can't be greater"),
        ("vit_b_16", (3, 224, 112), "Wrong image width"),
        ("maxvit_t", (3, 200, 200), "cannot be made for pictures of 200 px"),
    ],
)
def test_inputs_a_network_cannot_take_are_named(name, shape, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        cost.table(name, shape)


@pytest.mark.parametrize("network", [5, None, [nn.Conv2d(3, 3, 3)]])
def test_only_names_and_modules_are_counted(network):
    with pytest.raises(ValueError, match="must be a name or a torch"):
        cost.table(network, (3, 10, 10))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_is_named():
    with pytest.raises(ValueError, match="TorchScript"):
        cost.table(torch.jit.trace(nn.Conv2d(3, 8, 3), torch.rand(1, 3, 8, 8)), (3, 8, 8))


def test_lazy_layers_are_named():
    with pytest.raises(ValueError, match="lazy layer"):
        cost.table(nn.Sequential(nn.LazyConv2d(8, 3)), (3, 10, 10))


@pytest.mark.parametrize("extra", [nn.Identity, lambda: nn.LSTM(4, 4)], ids=["twin", "deep copy"])
def test_the_module_is_left_as_it_was(extra):
    """Hooks, mode, numbers, gradients' switches and buffers: all the same afterwards, and no hook is called."""
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU(inplace=True)).train()
    network.add_module("spare", nn.ModuleList([extra()]))
    called = []
    network[0].register_forward_hook(lambda *_: called.append(1))
    before = copy.deepcopy(network.state_dict())
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.modules()]
    cost.table(nn.Sequential(*network[:3]), (3, 10, 10))
    assert called == []
    assert all(module.training for module in network.modules())
    assert hooks == [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in network.modules()]
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(p.requires_grad and p.device.type == "cpu" for p in network.parameters())


def test_weight_norm_and_recurrent_layers_are_counted():
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3))
            self.recurrent = nn.LSTM(4, 8, batch_first=True)

        def forward(self, picture: torch.Tensor) -> torch.Tensor:
            return self.recurrent(self.conv(picture).flatten(2).transpose(1, 2))[0]

    table = cost.table(Mixed(), (3, 6, 6))
    assert table.params == sum(p.numel() for p in Mixed().parameters())
    assert table.macs == 16 * 3 * 4 * 9 + 16 * 4 * (4 * 8 + 8 * 8)
    assert table.not_counted == ()


def test_eight_threads_get_the_serial_answers():
    """Different networks at once, by name and as one shared module; each answer equals the one got alone."""
    names = ["alexnet", "googlenet", "resnet18", "mobilenet_v2", "shufflenet_v2_x1_0", "efficientnet_b0", "swin_t",
             "regnet_y_400mf", "densenet121", "vit_b_16", "unet", "squeezenet1_1"]  # fmt: skip
    shared = networks.build("resnet34")

    def count(name: str) -> tuple[object, object]:
        shape = NETWORKS[name].input_shape
        walked = graph.walk(networks.build(name), shape)
        other = cost.table(shared, (3, 128, 128))
        return cost.table(walked, shape).rows, other.rows

    alone = [count(name) for name in names]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(count, names * 2))
    assert together == alone * 2
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in shared.modules())


def test_counting_takes_little_memory():
    """cost.table and receptive.trace of VGG-16 add under 30 MiB to a process; its weights alone are 528."""
    code = (
        "from pathlib import Path\n"
        "from explorer import cost, receptive\n"
        "rss = lambda: int(Path('/proc/self/statm').read_text().split()[1]) * 4096 / 2**20\n"
        "before = rss()\n"
        "table = cost.table('vgg16', (3, 224, 224)); rows = receptive.trace('vgg16', (3, 224, 224))\n"
        "assert table.macs and rows\n"
        "print(rss() - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert float(done.stdout) < 30


@pytest.mark.parametrize(("name", "low_mib", "high_mib"), [("vgg16", 60, 80), ("resnet18", 20, 40)])
def test_saved_memory_is_between_the_outputs_and_twice_that(name, low_mib, high_mib):
    assert low_mib < cost.saved_bytes(name, (3, 224, 224)) / cost.MIB < high_mib


def test_saved_memory_equals_a_measurement_on_the_cpu():
    network = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 36, 5))
    kept: dict[int, int] = {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        if not any(tensor.untyped_storage().data_ptr() == p.data_ptr() for p in network.parameters()):
            kept[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    picture = torch.rand(2, 3, 8, 8)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        output = network(picture)
    assert output.shape == (2, 5)
    assert cost.saved_bytes(network, (3, 8, 8)) == sum(kept.values()) // 2


@pytest.mark.parametrize(("key", "macs"), OTHER_MACS.items())
def test_how_other_tools_count(key, macs):
    name, tool = key
    table = cost.table(name, NETWORKS[name].input_shape)
    assert {count.tool: count.macs for count in other_tools.counts(table)}[tool] == macs


@pytest.mark.parametrize("settings", [{"batch": 0}, {"batch": True}, {"element_bytes": 0}, {"batch": 1.5}])
def test_impossible_settings_are_answered(settings):
    with pytest.raises(ValueError, match="must be a whole number of at least 1"):
        cost.table("alexnet", (3, 224, 224), **settings)
