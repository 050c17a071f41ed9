"""The server's lane of "Fine-tuning": start, watch, stop, find again by the link, queue, and what does not fit."""

import csv
import dataclasses
import shlex
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import weights
from explorer.transfer import Recipe, __main__, choices, queue
from explorer.transfer.command import command
from explorer.transfer.jobs import CANCELLED, DONE, RUNNING, Wish
from explorer.transfer.queue import Queue

PATIENCE_S = 40
UNKNOWN = "abcdefghijklmnop"
Open = Callable[..., AppTest]


@pytest.fixture
def trainings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Queue]:
    made = Queue()
    monkeypatch.setattr(queue, "shared", lambda: made)
    yield made
    made.close()


@pytest.fixture
def opened(trainings: Queue) -> Open:
    """Opens the server's lane in a session of its own, with a link."""

    def make(jobs: str | None = None) -> AppTest:
        at = AppTest.from_file("../explorer/script.py", default_timeout=60)
        at.run()
        if jobs is not None:
            at.query_params["finetune_jobs"] = jobs
        at.switch_page("../pages/training/finetune.py").run()
        return at.segmented_control(key="finetune_where").set_value("server").run()

    return make


def only(at: AppTest, *lanes: str, steps: int) -> AppTest:
    """These lanes alone, on one picture a class."""
    for slot in range(1, 5):
        lane = lanes[slot - 1] if slot <= len(lanes) else "none"
        at.selectbox(key=f"finetune_lane{slot}").set_value(lane)
    at.selectbox(key="finetune_amount").set_value("1").run()
    at.number_input(key="finetune_steps_1").set_value(steps)
    return at.number_input(key="finetune_batch").set_value(4).run()


def button(at: AppTest, label: str) -> object:
    return next(found for found in at.button if found.label == label)


def press(at: AppTest, label: str) -> AppTest:
    return button(at, label).click().run()


def link(at: AppTest) -> str:
    value = at.query_params["finetune_jobs"]
    return value if isinstance(value, str) else value[0]


def until(trainings: Queue, job: str, *states: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while (state := trainings.status(job).state) not in states:
        assert time.monotonic() < deadline, trainings.status(job)
        time.sleep(0.01)
    return state


def standing(at: AppTest) -> list[str]:
    """How the lanes stand, as their bars of progress say."""
    return [bar.proto.text for bar in at.get("progress")]


def texts(at: AppTest) -> str:
    assert not at.exception
    kinds = (at.markdown, at.caption, at.error, at.warning, at.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind)


def test_a_race_is_found_again_and_repeats_on_the_command_line(
    opened: Open, trainings: Queue, tmp_path: Path
) -> None:
    at = press(only(opened(), "scratch", "whole", steps=6), "Start")
    jobs = link(at).split(".")
    assert [trainings.status(job).wish.recipe.lane for job in jobs] == ["scratch", "whole"]
    again = opened(link(at))
    assert [metric.label for metric in again.metric] == ["1 From scratch", "2 Whole network"]
    for job in jobs:
        assert until(trainings, job, DONE, CANCELLED, "failed") == DONE
    again.run()
    assert "Start" in [found.label for found in again.button]
    assert len(again.get("plotly_chart")) == 5
    line = again.code[0].value
    assert trainings.status(jobs[1]).wish == dataclasses.replace(
        trainings.status(jobs[1]).wish,
        recipe=__main__.recipe_of(__main__.parser().parse_args(shlex.split(line)[3:])),
    )
    file = tmp_path / "run.csv"
    assert __main__.main([*shlex.split(line)[3:], "--csv", str(file)]) == 0
    rows = list(csv.DictReader(file.open()))
    kept = trainings.records(jobs[1])
    assert len(rows) == len(kept) == 6
    assert [float(row["loss"]) for row in rows] == pytest.approx([record.loss for record in kept], rel=1e-5)
    accuracy = kept[-1].test_accuracy
    assert float(rows[-1]["test_accuracy"]) == pytest.approx(accuracy)
    assert again.metric[1].value == f"{accuracy:.1%}"
    assert f"{round(accuracy * 800)} of 800 held-out" in texts(again)


def test_stopping_takes_less_than_a_second_and_it_goes_on(opened: Open, trainings: Queue) -> None:
    at = press(only(opened(), "scratch", steps=400), "Start")
    (job,) = link(at).split(".")
    until(trainings, job, RUNNING)
    while trainings.status(job).step < 1:
        time.sleep(0.01)
    began = time.monotonic()
    press(at, "Stop")
    until(trainings, job, CANCELLED)
    assert time.monotonic() - began < 1
    at.run()
    assert "New race" in [found.label for found in at.button]
    assert standing(at)[0].startswith("stopped at step")
    at = press(at, "Go on")
    assert until(trainings, job, RUNNING, DONE) == RUNNING
    press(at, "Stop")
    at = press(opened(link(at)), "New race")
    assert "finetune_jobs" not in at.query_params
    assert not at.metric


def test_two_sessions_queue(opened: Open, trainings: Queue) -> None:
    first = press(only(opened(), "scratch", steps=4000), "Start")
    until(trainings, link(first), RUNNING)
    second = press(only(opened(), "scratch", steps=2), "Start")
    assert standing(second) == ["waiting, 1 before it"]
    assert trainings.status(link(second)).ahead == 1
    press(first, "Stop")
    assert until(trainings, link(second), DONE) == DONE


@pytest.mark.parametrize(
    ("jobs", "said"),
    [
        ("nonsense", "This link names no training."),
        ("<script>alert(1)</script>", "This link names no training."),
        ("." * 5000, "This link names no training."),
        (UNKNOWN, "This training is not known here"),
        (f"{UNKNOWN}.x.{UNKNOWN[::-1]}", "This training is not known here"),
    ],
)
def test_a_nonsense_link_is_a_sentence_and_the_page_goes_on(opened: Open, jobs: str, said: str) -> None:
    at = opened(jobs)
    assert said in texts(at)
    assert not button(at, "Start").disabled


def test_every_setting_of_a_lane_reaches_the_recipe(opened: Open, trainings: Queue) -> None:
    at = only(opened(), "whole", "whole", steps=2)
    key = "finetune_2_whole"
    for name, value in (
        ("optimiser", "momentum"),
        ("schedule", "constant"),
        ("augmentation", "shift and flip"),
    ):
        at.selectbox(key=f"{key}_{name}").set_value(value)
    for name, value in (
        ("rate", 0.02),
        ("backbone_rate", 0.004),
        ("weight_decay", 0.001),
        ("label_smoothing", 0.1),
    ):
        at.number_input(key=f"{key}_{name}").set_value(value)
    at.toggle(key=f"{key}_freeze_batch_norm").set_value(True)
    at.number_input(key=f"{key}_seed").set_value(7).run()
    jobs = link(press(at, "Start")).split(".")
    shared = {"pictures_per_class": 1, "steps": 2, "batch": 4}
    assert trainings.status(jobs[0]).wish.recipe == Recipe.of_lane("whole", **shared)
    assert trainings.status(jobs[1]).wish.recipe == Recipe(
        "whole", 7, 1, 2, 4, "momentum", 0.02, 0.004, "constant", 0.001, True, "shift and flip", 0.1
    )
    assert trainings.status(jobs[1]).wish.weights == "glyphs"


def test_what_is_not_here_is_offered_with_its_size_and_offline_is_a_sentence(
    opened: Open, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("explorer.transfer.downloads.cache_folder", lambda: tmp_path)
    monkeypatch.setattr(weights, "cache_folder", lambda: tmp_path)

    def refused(*_: object, **__: object) -> None:
        raise weights.urllib.error.URLError("no route to host")

    monkeypatch.setattr(weights.urllib.request, "urlopen", refused)
    at = opened()
    at.selectbox(key="finetune_set").set_value("mnist")
    at.selectbox(key="finetune_net").set_value("resnet18").run()
    assert "**MNIST** is not on this server: **12 MB**" in texts(at)
    assert "**resnet18** are not on this server: **44.7 MB**" in texts(at)
    assert button(at, "Start").disabled
    press(at, "Fetch 11.6 MB")
    assert [error.value for error in at.error] == [
        "The pictures could not be fetched: no connection to their server."
    ]
    press(at, "Fetch 44.7 MB")
    assert "The weights could not be fetched: no connection to their server." in texts(at)
    at.selectbox(key="finetune_set").set_value("letters")
    at.selectbox(key="finetune_weights_resnet18").set_value(choices.UNTRAINED).run()
    assert not button(at, "Start").disabled


def test_what_does_not_fit_into_memory_cannot_start(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "room_bytes", lambda device: 1 << 20)
    at = opened()
    assert button(at, "Start").disabled
    assert "GiB are free: take a smaller network" in texts(at)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"pictures_per_class": None, "freeze_batch_norm": True, "augmentation": "shift"},
        {"seed": 3, "optimiser": "sgd", "rate": 0.3, "weight_decay": 1e-4, "label_smoothing": 0.1},
    ],
)
def test_the_command_line_says_the_whole_recipe(changed: dict[str, object]) -> None:
    wish = Wish(Recipe.of_lane("deep", **changed), "cifar10", "resnet18", "IMAGENET1K_V1", "cpu", 128, 1000)
    told = __main__.parser().parse_args(shlex.split(command(wish))[3:])
    assert __main__.recipe_of(told) == wish.recipe
    assert (told.dataset, told.network, told.weights) == ("cifar10", "resnet18", "IMAGENET1K_V1")
    assert (told.device, told.input_px, told.test_pictures) == ("cpu", 128, 1000)
