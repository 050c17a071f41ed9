"""Two processes draw the curve of one, and the command line does what the app does."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from explorer.transfer import Recipe, __main__, train

ROOT = Path(__file__).resolve().parents[1]
COMMON = ("--dataset", "letters", "--steps", "8", "--evaluate-every", "4", "--device", "cpu", "--batch", "8")


def called(processes: int, folder: Path, *settings: str) -> list[dict[str, str]]:
    table, weights = folder / f"{processes}.csv", folder / f"{processes}.safetensors"
    asked = [*COMMON, *settings, "--csv", str(table), "--save", str(weights)]
    if processes == 1:
        assert __main__.main(asked) == 0
        return list(csv.DictReader(table.open()))
    many = ("-m", "torch.distributed.run", "--standalone", "--nproc-per-node", str(processes))
    call = subprocess.run(
        [sys.executable, *many, "-m", "explorer.transfer", *asked],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=90,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert call.returncode == 0, call.stderr
    assert call.stdout.count("step 8/8: loss") == 1, "only one process tells"
    return list(csv.DictReader(table.open()))


@pytest.mark.skipif(not torch.distributed.is_available(), reason="this torch has no torch.distributed")
@pytest.mark.parametrize(("lane", "network"), [("whole", "small_vgg"), ("head", "small_vgg")])
def test_two_processes_draw_the_curve_of_one(lane: str, network: str, tmp_path: Path) -> None:
    settings = ("--lane", lane, "--network", network, "--weights", "glyphs", "--optimiser", "momentum")
    changed = ("--rate", "0.01", "--augmentation", "shift" if lane == "whole" else "none")
    one, two = (called(n, tmp_path, *settings, *changed) for n in (1, 2))
    assert [row["step"] for row in two] == [row["step"] for row in one]
    for key, tolerance in (("loss", 1e-3), ("train_accuracy", 0.13)):
        ours, theirs = ([float(row[key]) for row in rows] for rows in (one, two))
        assert theirs == pytest.approx(ours, abs=tolerance), key
    ends = [float(row["test_accuracy"]) for row in (one[-1], two[-1])]
    assert ends[1] == pytest.approx(ends[0], abs=0.01)
    first, second = (load_file(tmp_path / f"{n}.safetensors") for n in (1, 2))
    assert first.keys() == second.keys()
    for name, value in first.items():
        torch.testing.assert_close(
            second[name], value, rtol=1e-2, atol=1e-3, msg=lambda told, n=name: f"{n}: {told}"
        )


def test_the_command_line_trains_as_the_app_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = ["--weights", "glyphs", "--lane", "deep", "--seed", "4", "--pictures-per-class", "3"]
    saved = tmp_path / "w.pt"
    assert __main__.main([*COMMON, *settings, "--csv", str(tmp_path / "run.csv"), "--save", str(saved)]) == 0
    recipe = Recipe.of_lane("deep", seed=4, pictures_per_class=3, steps=8, batch=8)
    ours = list(train(recipe, "letters", weights="glyphs", evaluate_every=4))
    rows = list(csv.DictReader((tmp_path / "run.csv").open()))
    assert [float(row["loss"]) for row in rows] == pytest.approx([record.loss for record in ours], rel=1e-5)
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(ours[-1].test_accuracy)
    assert "head.weight" in torch.load(saved, weights_only=True)
    assert "step 8/8: loss" in capsys.readouterr().out


def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    kept = tmp_path / "kept.safetensors"
    settings = [*COMMON, "--weights", "glyphs", "--checkpoint", str(kept), "--csv", str(tmp_path / "run.csv")]
    assert __main__.main(settings) == 0
    assert kept.is_file()
    assert __main__.main(settings) == 0  # it is at its end: nothing is left to do
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 1


@pytest.mark.parametrize(("settings", "sentence"), [
    (["--rate", "nan"], "rate must be a number, got nan"),
    (["--network", "resnet19"], "did you mean"),
    (["--weights", "glyphs", "--network", "resnet18"], "no resnet18 trained on glyphs"),
    (["--lane", "head", "--augmentation", "shift"], "nothing can be augmented"),
    (["--device", "cuda:99"], ""),
])  # fmt: skip
def test_what_does_not_fit_ends_with_a_sentence(
    settings: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main([*COMMON, *settings]) == 2
    told = capsys.readouterr().err
    assert sentence in told
    assert "Traceback" not in told
    assert told.strip()


def test_a_batch_that_cannot_be_shared_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    from explorer.transfer import distributed

    monkeypatch.setattr(distributed.distributed, "get_rank", lambda: 0)
    monkeypatch.setattr(distributed.distributed, "get_world_size", lambda: 3)
    with pytest.raises(ValueError, match="multiple of the 3 processes, at least 2 each; got 8"):
        distributed.Group(Recipe(batch=8), torch.device("cpu"))
    group = distributed.Group(Recipe(batch=12), torch.device("cpu"))
    assert group.share(list(range(8))) == [0, 1, 2]
