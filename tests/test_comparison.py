"""Trained networks compared: torchvision's figures, the front against brute force, budgets, advice, the challenge."""

import random
import runpy
from pathlib import Path

import pytest
import torch

from explorer import challenge, comparison, cost, latency, torchvision_operators
from explorer.comparison import Budget, Entry, better_for_less, entries, fitting, front
from explorer.figures import compare as figures


def test_entries_are_torchvisions_own() -> None:
    models = torchvision_operators.models()
    found = entries("all")
    assert len(found) == 114  # one of the 115 sets of weights comes without a classifier's accuracy
    for entry in found:
        meta = models.get_model_weights(entry.network)[entry.weights].meta
        assert entry.top1_percent == meta["_metrics"]["ImageNet-1K"]["acc@1"]
        assert (entry.params, entry.gmacs, entry.file_mib) == (
            meta["num_params"],
            meta["_ops"],
            meta["_file_size"],
        )
    # MiB, not MB: the file of resnet18 holds its parameters as float32 and a little more.
    resnet = next(entry for entry in found if entry.network == "resnet18")
    assert 1 < resnet.file_mib * 2**20 / (4 * resnet.params) < 1.01


def test_recipes_choose_among_the_weights() -> None:
    everything, first, best = entries("all"), entries("first"), entries("best")
    assert len({entry.network for entry in first}) == len(first)
    assert {entry.network for entry in first} == {entry.network for entry in best}
    assert not any(entry.more_data for entry in (*first, *best))
    for entry in best:
        rivals = [e for e in everything if e.network == entry.network and not e.more_data]
        assert entry.top1_percent == max(rival.top1_percent for rival in rivals)
    assert next(e for e in first if e.network == "resnet50").label == "resnet50"
    assert next(e for e in best if e.network == "resnet50").label == "resnet50 (V2)"
    with pytest.raises(ValueError, match="recipes must be one of"):
        entries("newest")


def beaten(point: tuple[float, float], points: list[tuple[float, float]]) -> bool:
    return any(c <= point[0] and m >= point[1] and (c, m) != point for c, m in points)


@pytest.mark.parametrize("seed", range(20))
def test_front_is_what_brute_force_finds(seed: int) -> None:
    chance = random.Random(seed)
    points = [(float(chance.randint(1, 12)), float(chance.randint(1, 12))) for _ in range(30)]
    found = [points[i] for i in front(points)]
    assert set(found) == {point for point in points if not beaten(point, points)}
    assert found == sorted(set(found))
    assert front([]) == ()


def test_budgets() -> None:
    candidates = entries("best")
    inside = fitting(candidates, Budget(params=30e6, gmacs=5, top1_percent=80))
    assert inside and all(e.params <= 30e6 and e.gmacs <= 5 and e.top1_percent >= 80 for e in inside)
    assert [e.top1_percent for e in inside] == sorted((e.top1_percent for e in inside), reverse=True)
    assert len(fitting(candidates, Budget())) == len(candidates)
    assert fitting(candidates, Budget(params=1)) == ()
    memory = {(e.network, e.input_px): float(i) for i, e in enumerate(candidates)}
    assert set(fitting(candidates, Budget(memory_mib=3), memory)) == set(candidates[:4])
    with pytest.raises(ValueError, match="has not been counted"):
        fitting(candidates, Budget(memory_mib=3))


def test_better_for_less_and_the_lectures_advice() -> None:
    candidates = entries("best")
    for entry in candidates:
        for other in better_for_less(entry, candidates):
            assert other.top1_percent > entry.top1_percent
            assert other.params <= entry.params and other.gmacs <= entry.gmacs
    accuracy, small = comparison.ADVICE
    assert {e.network for e in candidates if accuracy.means(e)} == {"resnet50", "resnet101"}
    assert {e.family for e in candidates if small.means(e)} == {"MobileNetV2", "MobileNetV3", "ShuffleNetV2"}


def test_slide_errors_are_those_of_the_first_weights_to_a_hundredth() -> None:
    first = {entry.network: entry for entry in entries("first")}
    for name, error in comparison.SLIDE_TOP5_ERROR.items():
        assert 100 - first[name].top5_percent == pytest.approx(error, abs=0.016)


def test_program_prints_the_same_front(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torchvision_operators.ensure()
    (tmp_path / "front.py").write_text(comparison.program(), "utf-8")
    runpy.run_path(str(tmp_path / "front.py"))
    printed = [line.split()[-2:] for line in capsys.readouterr().out.splitlines()]
    plain = [entry for entry in entries("all") if not entry.more_data]
    expected = [plain[i] for i in front([(entry.gmacs, entry.top1_percent) for entry in plain])]
    assert printed == [[entry.network, entry.weights] for entry in expected]


def test_challenge_falls_and_every_figure_has_its_source() -> None:
    errors = [result.top5_error_percent for result in challenge.winners()]
    assert errors == sorted(errors, reverse=True)
    assert [result.year for result in challenge.winners()] == list(range(2010, 2018))
    assert challenge.first_below_people().method == "ResNet"
    assert all(result.source and result.url.startswith("https://") for result in challenge.RESULTS)
    # The depth that is quoted for torchvision's forms of these networks is the number of layers on the longest path.
    depth = {"alexnet": 8, "vgg19": 19, "resnet152": 152}
    quoted = {result.method: result.layers for result in challenge.RESULTS}
    for name, layers in depth.items():
        rows = cost.table(name, (3, 224, 224)).rows
        counted = sum(row.kind in ("conv", "linear") and "downsample" not in row.name for row in rows)
        assert (
            counted == layers == quoted[{"alexnet": "AlexNet", "vgg19": "VGG", "resnet152": "ResNet"}[name]]
        )


def test_latency_is_a_median_of_passes_and_large_networks_are_refused() -> None:
    torch.set_num_threads(1)
    small, large = (
        latency.measure("mobilenet_v3_small", (3, 64, 64)),
        latency.measure("resnet18", (3, 224, 224)),
    )
    assert small.fastest_ms <= small.median_ms <= small.slowest_ms
    assert latency.FEWEST_PASSES <= small.passes <= latency.MOST_PASSES
    assert small.ratio < 0.8 and large.ratio > 2 * small.ratio  # 300 times the operations
    assert 0.3 < large.ratio < 3  # the reference beside itself, on a machine that may be busy
    for name, word in (("vgg16", "138 M parameters"), ("regnet_x_32gf", "M parameters")):
        with pytest.raises(ValueError, match=word):
            latency.measure(name)
    assert "GMACs" in latency.too_large(1, 30e9) and latency.too_large(1, 1) == ""


def bubble(i: int, params: int) -> figures.Bubble:
    return figures.Bubble((str(i), ""), str(i), f"family {i}", 10.0**i, float(i), params, ("line",))


def test_bubbles_have_areas_by_parameters_and_families_by_shape() -> None:
    points = [bubble(0, 100), bubble(1, 400), bubble(2, 1)]
    figure = figures.bubbles(points, [0, 1], "cost", "merit", [f"family {i}" for i in (0, 9, 1, 2)])
    line, *marks = figure.data
    assert list(line.x) == [1.0, 10.0] and list(line.y) == [0.0, 1.0]
    assert len({mark.marker.symbol for mark in marks}) == 4
    assert [mark.showlegend for mark in marks] == [True, False, True, True]
    sizes = [mark.marker.size[0] for mark in marks if mark.marker.size]
    assert (sizes[1] / sizes[0]) ** 2 == pytest.approx(4)
    assert sizes[2] == figures.SMALLEST_PX
    families = {entry.family for entry in entries("all")}
    assert len(families) <= len(figures.SHAPES) == len(set(figures.SHAPES))


def test_a_bubble_shows_the_networks_own_figures() -> None:
    entry: Entry = entries("first")[0]
    assert figures.diameter_px(entry.params, entry.params) == figures.LARGEST_PX
