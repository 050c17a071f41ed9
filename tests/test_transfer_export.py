"""What a run leaves behind can be read back, and its script repeats it."""

import csv
import io
import os
import subprocess
import sys
import zipfile
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.numpy import load

from explorer.transfer import Recipe, Training, datasets, export, repeat
from explorer.transfer.training import records


def pictures(channels: int = 1) -> datasets.PictureSet:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (40, 28, 28, channels), dtype=np.uint8)
    return datasets.own("Mine", ["a", "b", "c", "d"], images, [i % 4 for i in range(40)])


def recipe(lane: str, **changed: object) -> Recipe:
    return Recipe.of_lane(lane, **{"steps": 4, "batch": 6, "pictures_per_class": 4, **changed})


@pytest.fixture(scope="module")
def finished() -> tuple[Training, list[export.Record]]:
    run = Training(recipe("whole"), pictures(), network="small_vgg", weights="glyphs")
    return run, list(records(run, evaluate_every=2))


def test_weights_come_back_in_each_format(finished: tuple[Training, list[export.Record]]) -> None:
    state = finished[0].state()
    plain = load(export.tensor_bytes(state, {"lane": "whole"}))
    torchs = torch.load(io.BytesIO(export.state_dict_bytes(state)), weights_only=True)
    assert plain.keys() == torchs.keys() == state.keys()
    for name, value in state.items():
        assert torch.equal(torchs[name], value)
        np.testing.assert_array_equal(plain[name], value.numpy())
    assert export.tensor_bytes(state) == export.tensor_bytes(dict(reversed(state.items())))
    assert torch.equal(export.read_tensors(export.tensor_bytes(state))["head.bias"], state["head.bias"])
    with pytest.raises(ValueError, match="no safetensors file"):
        export.read_tensors(b"nothing")


def test_the_table_is_the_run(finished: tuple[Training, list[export.Record]]) -> None:
    rows = list(csv.DictReader(io.StringIO(export.table(finished[1]))))
    assert [int(row["step"]) for row in rows] == [1, 2, 3, 4]
    assert [row["test_accuracy"] == "" for row in rows] == [True, False, True, False]
    assert float(rows[2]["loss"]) == pytest.approx(finished[1][2].loss, rel=1e-5)


def test_onnx_is_written_or_it_is_said_what_is_missing(
    finished: tuple[Training, list[export.Record]],
) -> None:
    run = finished[0]
    if problem := export.onnx_problem():
        assert "pip install onnx onnxscript" in problem
        with pytest.raises(ValueError, match="ONNX needs onnx"):
            export.onnx_bytes(run.network, run.input_shape)
        return
    onnx, reference = (import_module(name) for name in ("onnx", "onnx.reference"))
    session = reference.ReferenceEvaluator(
        onnx.load_from_string(export.onnx_bytes(run.network, run.input_shape))
    )
    x = run.scaled(run.pictures.images[:3])
    with torch.inference_mode():
        expected = run.network.eval()(x).numpy()
    np.testing.assert_allclose(session.run(None, {"pictures": x.numpy()})[0], expected, atol=1e-4)


@pytest.mark.parametrize(("network", "weights", "wanted"), [
    ("small_vgg", "glyphs", recipe("whole", augmentation="shift and flip", weight_decay=0.01)),
    ("small_depthwise", None, recipe("deep", optimiser="momentum", label_smoothing=0.1, pictures_per_class=None)),
    ("small_resnet", None, recipe("scratch", optimiser="sgd", freeze_batch_norm=True, schedule="constant")),
    ("small_vgg", "glyphs", recipe("head")),
    ("squeezenet1_1", None, recipe("head")),
    ("squeezenet1_1", None, recipe("deep", steps=2)),
])  # fmt: skip
def test_the_script_repeats_the_run(
    network: str, weights: str | None, wanted: Recipe, tmp_path: Path
) -> None:
    own = pictures(3 if network == "squeezenet1_1" else 1)
    px = 32 if network == "squeezenet1_1" else None
    run = Training(wanted, own, network=network, weights=weights, input_px=px)
    told = list(records(run))
    packed = repeat.bundle(wanted, own, network=network, weights=weights, input_px=px, records=told)
    with zipfile.ZipFile(io.BytesIO(packed)) as held:
        assert set(held.namelist()) == {"repeat.py", "start.safetensors", "pictures.safetensors", "run.csv"}
        held.extractall(tmp_path)
    call = subprocess.run(
        [sys.executable, "repeat.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=alone(tmp_path),
    )
    assert call.returncode == 0, call.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "repeated.csv").read_text())))
    assert [float(row["loss"]) for row in rows] == pytest.approx([record.loss for record in told], rel=1e-5)
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(told[-1].test_accuracy)
    again = load((tmp_path / "repeated.safetensors").read_bytes())
    for name, value in run.state().items():
        np.testing.assert_allclose(again[name], value.numpy(), rtol=1e-4, atol=1e-5, err_msg=name)


def alone(folder: Path) -> dict[str, str]:
    """Without this project on the path: the script stands for itself.

    Only torchvision's import is helped, where its compiled part does not fit this torch.
    """
    root = Path(__file__).resolve().parents[1]
    helped = f"sys.path.insert(0, {str(root)!r}); from explorer import torchvision_operators as t; t.ensure()"
    forgotten = "sys.path.pop(0); [sys.modules.pop(n) for n in list(sys.modules) if n.startswith('explorer')]"
    (folder / "sitecustomize.py").write_text(f"import sys; {helped}; {forgotten}")
    return {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}


def test_the_same_run_gives_the_same_zip() -> None:
    zips = [repeat.bundle(recipe("head"), pictures(), weights="glyphs") for _ in range(2)]
    assert zips[0] == zips[1]
