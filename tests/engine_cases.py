"""What the engine in the browser is compared with: cases made by torch, as files that Node and a browser read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from explorer import networks
from explorer.transfer import graph_ops, order, tensorfile
from explorer.transfer.graph import export_graph
from tests.engine_operations import Node, operations

RATES = {"lenet5": 0.02, "small_resnet": 0.003, "small_depthwise": 0.0004}
"""By network, so small that torch in single precision stays within 1e-3 of torch in double over twenty steps."""
SEEDS = {"small_resnet": 8}
"""Of networks in which the pictures of the usual seed put a value where rounding decides whether a ReLU cuts it:
torch on one thread and on two then differ by more than the engine may."""
SGD = {
    "lane": "scratch",
    "seed": 3,
    "pictures_per_class": 8,
    "steps": 20,
    "batch": 16,
    "optimiser": "sgd",
    "rate": 0.01,
    "backbone_rate": 0.001,
    "schedule": "constant",
    "weight_decay": 0.0,
    "freeze_batch_norm": False,
    "augmentation": "none",
    "label_smoothing": 0.0,
}


def side_last(x: Tensor) -> np.ndarray:
    """(N, C, H, W) as the engine has it."""
    return np.ascontiguousarray((x.permute(0, 2, 3, 1) if x.ndim == 4 else x).detach().numpy())


# Single operations -----------------------------------------------------------------------------------------------


def write_operations(folder: Path, every: int = 1) -> int:
    """Cases of single operations: cases.json and cases.safetensors; how many."""
    generator = torch.Generator().manual_seed(20)
    tensors: dict[str, np.ndarray] = {}
    nodes = []
    for place, (node, inputs, weights) in enumerate(list(operations(generator))[::every]):
        nodes.append(_case(place, node, inputs, weights, generator, tensors))
    (folder / "cases.json").write_text(json.dumps(nodes))
    (folder / "cases.safetensors").write_bytes(tensorfile.written(tensors))
    return len(nodes)


def _case(
    place: int,
    node: Node,
    inputs: list[Tensor],
    weights: dict[str, Tensor],
    generator: torch.Generator,
    tensors: dict[str, np.ndarray],
) -> Node:
    """Run one operation and its slopes in torch, and keep what went in and what came out."""
    names = [f"x{i}" for i in range(len(inputs))]
    made = {"name": "node", "parameters": {role: role for role in weights}, "inputs": names, **node}
    statistics = ("running_mean", "running_var")
    leaves = [x.clone().requires_grad_() for x in inputs]
    learnt = {role: w.clone().requires_grad_(role not in statistics) for role, w in weights.items()}
    if node.get("training"):
        y = F.batch_norm(
            leaves[0],
            learnt["running_mean"],
            learnt["running_var"],
            learnt.get("weight"),
            learnt.get("bias"),
            training=True,
            momentum=node["momentum"],
            eps=node["eps"],
        )
    else:
        y = graph_ops.run(made, leaves, learnt)
    slope = torch.randn(y.shape, generator=generator)
    y.backward(slope)
    made["shape"] = list(y.shape[1:])
    kept = {"y": side_last(y), "slope": side_last(slope)}
    kept |= {name: side_last(x) for name, x in zip(names, inputs, strict=True)}
    kept |= {f"d {name}": side_last(x.grad) for name, x in zip(names, leaves, strict=True)}
    kept |= {role: w.numpy() for role, w in weights.items()}
    kept |= {f"d {role}": w.grad.numpy() for role, w in learnt.items() if w.grad is not None}
    if node.get("training"):
        kept |= {f"after {role}": learnt[role].detach().numpy() for role in statistics}
    tensors |= {f"{place}/{name}": value for name, value in kept.items()}
    return made


# Whole networks --------------------------------------------------------------------------------------------------


def embedded(name: str) -> tuple[torch.nn.Module, tuple[int, int, int]]:
    module = networks.build(name, weights="embedded")
    side = networks.EMBEDDED[name].input_px
    return module, (1, side, side)


def squeezenet() -> tuple[torch.nn.Module, tuple[int, int, int]]:
    """At 96 px, fresh weights; without its dropout, whose chance is not torch's here.

    The seed is one where no activation lies so near to 0 that rounding decides whether it is cut.
    """
    from torchvision.models import squeezenet1_1

    torch.manual_seed(1)
    module = squeezenet1_1(num_classes=10, dropout=0.0).eval()
    return module, (3, 96, 96)


def photograph_network(name: str) -> tuple[torch.nn.Module, tuple[int, int, int]]:
    """A network of torchvision with random weights, and statistics of batch norm that pictures have given.

    Without them nothing would be left of a picture at the end of so deep a network; without dropout, as above. The
    pictures are so small that no value of MobileNetV2 lies where rounding decides whether a ReLU6 cuts it: at 64 px one
    does with most seeds, and half of all slopes then differ by some percent. With this seed none of ResNet-18 does.
    """
    from torchvision.models import get_model

    torch.manual_seed(6)
    side = 64 if name == "resnet18" else 32
    settings = {} if name == "resnet18" else {"dropout": 0.0}
    module = get_model(name, weights=None, num_classes=10, **settings).train()
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = None  # the plain mean of all batches
    with torch.no_grad():
        module(scaled(pictures((3, side, side), 32)[0]))
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.momentum = 0.1
    return module.eval(), (3, side, side)


def write_network(
    folder: Path,
    name: str,
    made: tuple[torch.nn.Module, tuple[int, int, int]],
    settings: dict[str, Any] | None = None,
    *,
    losses: Callable[..., list[float]] | None = None,
) -> Path:
    """A network, pictures, a recipe, and what torch makes of them: <name>.json and <name>.*.safetensors."""
    module, shape = made
    recipe = SGD | {"seed": SEEDS.get(name, SGD["seed"])} | (settings or {})
    graph, weights = export_graph(module, shape)
    images, labels = pictures(shape, 96)
    train, test = list(range(80)), list(range(80, 96))
    chosen = order.chosen(labels.tolist(), train, 10, recipe["pictures_per_class"], recipe["seed"])
    batches = [
        [chosen[i] for i in order.batch(len(chosen), recipe["batch"], recipe["seed"], step)]
        for step in range(recipe["steps"])
    ]
    x, y = scaled(images), torch.from_numpy(labels.astype(np.int64))
    with torch.no_grad():
        logits = module.eval()(x[batches[0]])
    loss, slopes = slopes_of(module, recipe, x[batches[0]], y[batches[0]])
    curve = (losses or sgd)(module, recipe, [(x[rows], y[rows]) for rows in batches])
    task = {
        "graph": graph,
        "recipe": recipe,
        "data": {"train": train, "test": test, "height": shape[1], "width": shape[2], "channels": shape[0]}
        | {"classes": 10, "mean": [0.5] * shape[0], "std": [0.25] * shape[0], "labels": labels.tolist()},
        "expected": {"loss": loss, "losses": curve},
    }
    (folder / f"{name}.json").write_text(json.dumps(task), "utf-8")
    (folder / f"{name}.weights.safetensors").write_bytes(weights)
    kept = {
        "images": images,
        "logits": logits.numpy(),
        **{f"d {key}": value.numpy() for key, value in slopes.items()},
    }
    (folder / f"{name}.expected.safetensors").write_bytes(tensorfile.written(kept))
    return folder


def pictures(shape: tuple[int, int, int], count: int) -> tuple[np.ndarray, np.ndarray]:
    """Noise with a bright bar whose place tells the class; no two pixels in a row are bound to be equal."""
    random = np.random.default_rng(5)
    channels, height, width = shape
    images = random.integers(0, 160, (count, height, width, channels), dtype=np.uint8)
    labels = np.arange(count, dtype=np.int32) % 10
    for image, label in zip(images, labels, strict=True):
        image[height * label // 10 : height * label // 10 + 3] //= 4
        image[height * label // 10 : height * label // 10 + 3] += 215
    return images, labels


def scaled(images: np.ndarray) -> Tensor:
    return ((torch.from_numpy(images).float() / 255 - 0.5) / 0.25).permute(0, 3, 1, 2).contiguous()


def learning(module: torch.nn.Module, recipe: dict[str, Any]) -> None:
    """Everything trains; of frozen batch norms nothing."""
    module.train().requires_grad_(True)
    for part in module.modules():
        if isinstance(part, torch.nn.BatchNorm2d) and recipe["freeze_batch_norm"]:
            part.eval().requires_grad_(False)


def slopes_of(
    module: torch.nn.Module, recipe: dict[str, Any], x: Tensor, y: Tensor
) -> tuple[float, dict[str, Tensor]]:
    """Loss and slopes in training mode; the running statistics stay."""
    buffers = {name: value.clone() for name, value in module.named_buffers()}
    learning(module, recipe)
    module.zero_grad(set_to_none=True)
    loss = F.cross_entropy(module(x), y)
    loss.backward()
    slopes = {name: value.grad.clone() for name, value in module.named_parameters() if value.grad is not None}
    for name, value in module.named_buffers():
        value.data.copy_(buffers[name])
    return float(loss.detach()), slopes


def sgd(module: torch.nn.Module, recipe: dict[str, Any], batches: list[tuple[Tensor, Tensor]]) -> list[float]:
    """Plain training in torch: the loss of each step."""
    learning(module, recipe)
    kinds: dict[str, Callable[..., torch.optim.Optimizer]] = {"adam": torch.optim.AdamW}
    extra = {"momentum": 0.9} if recipe["optimiser"] == "momentum" else {}
    optimiser = kinds.get(recipe["optimiser"], torch.optim.SGD)(
        module.parameters(), lr=recipe["rate"], weight_decay=recipe["weight_decay"], **extra
    )
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=recipe["steps"])
    found = []
    for x, y in batches:
        loss = F.cross_entropy(module(x), y, label_smoothing=recipe["label_smoothing"])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if recipe["schedule"] == "cosine":
            schedule.step()
        found.append(float(loss.detach()))
    return found
