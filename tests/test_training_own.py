"""Own pictures in the server's lane: sent by the browser's or brought as a zip, raced on, let go, seen by no other."""

import base64
import csv
import dataclasses
import gc
import io
import shlex
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.transfer import __main__, datasets, training
from explorer.transfer.collection import Collection, parcel, shelf
from explorer.transfer.collection.shelf import Shelf
from explorer.transfer.jobs import CANCELLED, DONE, FAILED, RUNNING, Gone
from explorer.transfer.queue import Queue
from explorer.transfer.recipe import Recipe
from explorer.widgets import training as lanes
from tests.test_training_widget import Open, button, link, only, opened, press, texts, trainings, until
from tests.test_transfer_collection import by_class, collection, packed, zipped

__all__ = ["opened", "trainings"]
HELD = "finetune_own_held"


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    made = Shelf()
    monkeypatch.setattr(shelf, "shared", lambda: made)
    yield made


@pytest.fixture
def own_page(opened: Open, room: Shelf) -> Open:
    """The server's lane, own pictures chosen."""

    def make(jobs: str | None = None) -> AppTest:
        return opened(jobs).selectbox(key="finetune_set").set_value("own").run()

    return make


def bring(at: AppTest, data: bytes, name: str = "own pictures.zip") -> AppTest:
    return at.get("file_uploader")[0].upload(name, data, "application/zip").run()


def images(at: AppTest) -> list[str]:
    """The addresses of the pictures on the page."""
    return [url for element in at.image for url in element.value]


def repeats(line: list[str], mine: Collection, losses: list[float], folder: Path) -> None:
    """The command line of a race, given the exported zip, takes the same steps."""
    file = folder / "own pictures.zip"
    file.write_bytes(zipped(mine))
    line[line.index("own pictures.zip")] = str(file)
    assert __main__.main([*line, "--csv", str(folder / "run.csv")]) == 0
    rows = list(csv.DictReader((folder / "run.csv").open()))
    assert [float(row["loss"]) for row in rows] == pytest.approx(losses, rel=1e-5)


def travels(at: AppTest, mine: Collection) -> AppTest:
    """The script's zip holds the pictures as the network saw them."""
    at = press(at, "PyTorch script, zip")
    assert "Save small_vgg_head.zip" in [one.label for one in at.get("download_button")]
    _, bundle = at.session_state["finetune_made"]
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        travelled = datasets.unpacked(archive.read("pictures.safetensors"))
    np.testing.assert_array_equal(travelled.images, mine.prepared(28, 1).images)
    return at


def test_a_zip_is_raced_on_and_everything_taken_home_is_true(
    own_page: Open, trainings: Queue, room: Shelf, tmp_path: Path
) -> None:
    """The curve is that of the plain loop and of the command line; the script travels with the pictures."""
    mine = collection({"ant": 9, "bee": 7, "cat": 1}, (28, 96))
    at = own_page()
    assert "goes to this server" in texts(at) and "Bring pictures of your own first" in texts(at)
    assert button(at, "Start").disabled
    at = bring(at, zipped(mine))
    said = texts(at)
    assert "17 pictures, 3 classes, 14 to train on and 3 to test on" in said
    assert "“cat” has a single picture" in said
    assert room.held_bytes == mine.size_bytes == at.session_state[HELD].size_bytes
    at = press(only(at, "scratch", "head", steps=3), "Start")
    jobs = link(at).split(".")
    assert [until(trainings, job, DONE, FAILED) for job in jobs] == [DONE, DONE]
    wish = trainings.status(jobs[1]).wish
    assert isinstance(wish.dataset, Gone) and wish.held_bytes == 0
    plain = training.train(wish.recipe, mine.prepared(28, 1), network="small_vgg", weights="glyphs")
    assert [record.loss for record in trainings.records(jobs[1])] == [record.loss for record in plain]
    at.run()
    found = trainings.outcome(jobs[1])
    assert len(images(at)) == len(found.wrong) + 7  # and three, three, one of the classes
    assert "own pictures, 1 picture a class" in texts(at)
    shown = set(images(at))
    at = press(at, "Split anew")
    assert at.session_state[HELD].seed == 1 and set(images(at)) == shown, (
        "the mistakes are those of the old split"
    )
    assert room.held_bytes == mine.size_bytes
    line = shlex.split(at.code[0].value)
    repeats(line[3:], mine, [record.loss for record in trainings.records(jobs[1])], tmp_path)
    at = travels(at, mine)
    at = press(at, "Take them off the server")
    assert HELD not in at.session_state and not images(at)
    assert "The server keeps the results of own pictures, not the pictures." in texts(at)
    gc.collect()
    assert room.held_bytes == 0


def test_no_other_session_sees_them(own_page: Open, trainings: Queue, room: Shelf) -> None:
    """The link shows curves and names; the pictures, and going on with them, are for who brought them."""
    mine = collection({"ant": 9, "bee": 7})
    at = press(only(bring(own_page(), zipped(mine)), "scratch", "scratch", steps=3000), "Start")
    first, second = link(at).split(".")
    until(trainings, first, RUNNING)
    while trainings.status(first).step < 1:
        time.sleep(0.01)
    press(at, "Stop")
    assert until(trainings, first, CANCELLED) == until(trainings, second, CANCELLED) == CANCELLED
    assert trainings.status(first).wish.held_bytes == 0
    other = own_page(link(at))
    assert HELD not in other.session_state and not images(other)
    assert "none on this server yet" in texts(other)
    assert len(other.metric) == 2
    other = press(other, "Go on")
    assert "The pictures of this training are no longer on this server" in texts(other)
    assert trainings.status(first).state == CANCELLED
    at = press(at.run(), "Go on")
    assert until(trainings, first, RUNNING, DONE) == RUNNING
    press(at, "Stop")
    other = bring(other, zipped(mine))
    assert other.session_state[HELD].key == mine.key == at.session_state[HELD].key
    assert room.held_bytes == 2 * mine.size_bytes


def test_a_session_that_ends_frees_its_room(own_page: Open, room: Shelf) -> None:
    held = [bring(own_page(), zipped(collection({"ant": 9, "bee": 7})))]
    assert room.held_bytes
    held.clear()
    gc.collect()
    assert room.held_bytes == 0


@pytest.mark.parametrize(("data", "said"), [
    (b"no zip", "This file is no zip"),
    (packed({f"a/{i}.bmp": bytes(15_000_000) for i in range(5)}, zipfile.ZIP_DEFLATED), "as zip bombs do"),
    (packed({"a/x.txt": b"?"}), "No picture was taken"),
    (packed(by_class({"a": 4})), "All pictures are of “a”: a second class is needed"),
    (packed(by_class({"a": 1, "b": 1})), "Every class has a single picture"),
    (packed(by_class({"x/Owl": 3, "y/owl": 2, "[fox](http://x)": 2})), r"2 folders are called “Owl”"),
])  # fmt: skip
def test_what_is_wrong_with_a_zip_is_a_sentence(own_page: Open, data: bytes, said: str) -> None:
    at = bring(own_page(), data)
    shown = texts(at).replace("\\", "")
    assert said in shown
    assert "[fox](" not in texts(at), "a name is never taken for markup"
    assert not at.error
    assert button(at, "Start").disabled == (
        "second" in said or "single" in said or HELD not in at.session_state
    )


def pieces(data: bytes, wants: object, size: int = 20_000) -> list[dict[str, object]]:
    return [
        {"own": {"sending": "abc", "size": len(data), "at": at, "wants": wants,
                 "base64": base64.b64encode(data[at : at + size]).decode()}}
        for at in range(0, len(data), size)
    ]  # fmt: skip


def in_browser(
    monkeypatch: pytest.MonkeyPatch, asked: list[dict[str, object]]
) -> tuple[AppTest, list[object]]:
    """The browser's lane, whose component asks one question a run; the answers."""
    told: list[object] = []

    def told_by(name: str, data: object, states: dict[str, object], answer: object) -> dict[str, object]:
        if asked:
            told.append(answer({**asked.pop(0), "n": len(told) + 1}))  # type: ignore[operator]
        return states

    monkeypatch.setattr(lanes.component, "told", told_by)
    at = AppTest.from_file("../explorer/script.py", default_timeout=60).run()
    return at.switch_page("../pages/training/finetune.py"), told


def test_what_the_browser_sends_is_followed_to_the_server_with_its_settings(
    monkeypatch: pytest.MonkeyPatch, trainings: Queue, room: Shelf
) -> None:
    mine = collection({"ant": 9, "bee": 7}, (28, 96), seed=3)
    shared = {"pictures_per_class": 2, "steps": 3, "batch": 8, "seed": 4}
    whole = Recipe.of_lane("whole", rate=0.02, optimiser="adam", freeze_batch_norm=True, **shared)
    recipes = [dataclasses.asdict(one) for one in (whole, Recipe.of_lane("deep", **shared))]
    wants = {"network": "small_resnet", "source": "textures", "recipes": recipes}
    asked = pieces(parcel.packed(mine), wants)
    count = len(asked)
    at, told = in_browser(monkeypatch, asked)
    for done in range(1, count):
        at.run()
        assert told[-1] == {"n": done, "taken": done * 20_000}
        assert at.segmented_control(key="finetune_where").value == "browser" and HELD not in at.session_state
        assert room.held_bytes == len(parcel.packed(mine))
    at.run()
    assert at.segmented_control(key="finetune_where").value == "server"
    assert at.session_state[HELD].key == mine.key
    chosen = {
        key: at.selectbox(key=f"finetune_{key}").value for key in ("set", "net", "amount", "lane1", "lane3")
    }
    assert chosen == {"set": "own", "net": "small_resnet", "amount": "2", "lane1": "whole", "lane3": "none"}
    assert at.selectbox(key="finetune_weights_small_resnet").value == "textures"
    assert at.query_params["finetune_set"] in ("Own pictures", ["Own pictures"])
    assert room.held_bytes == mine.size_bytes
    jobs = link(press(at, "Start")).split(".")
    assert [until(trainings, job, DONE, FAILED) for job in jobs] == [DONE, DONE]
    asked_for = [trainings.status(job).wish for job in jobs]
    assert [wish.split_seed for wish in asked_for] == [3, 3]
    assert [dataclasses.asdict(wish.recipe) for wish in asked_for] == recipes


def test_what_is_sent_wrongly_is_a_sentence_and_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch, room: Shelf
) -> None:
    data = parcel.packed(collection({"ant": 9, "bee": 7}))
    good = pieces(
        data, {"network": "small_vgg", "source": ["x"], "recipes": [{"lane": "whole"}, {"lane": {}}]}
    )
    absurd = {"own": {**good[0]["own"], "size": 10**12, "sending": "d"}}  # type: ignore[dict-item]
    damaged = pieces(bytes(len(data)), None)
    drop = {"own": {"drop": True}}
    asked = [good[1], absurd, good[0], drop, {"own": {}}, *damaged, {"own": "x"}]
    at, told = in_browser(monkeypatch, list(asked))
    for _ in asked:
        at.run()
        assert not at.exception and at.segmented_control(key="finetune_where").value == "browser"
    problems = [str(one.get("problem", "")) if isinstance(one, dict) else "" for one in told]
    assert "A piece of the pictures is missing" in problems[0]
    assert problems[1].startswith("At most 138 MB of pictures can be sent")
    assert told[2] == {"n": 3, "taken": 20_000} and told[3] == {"n": 4, "taken": 0}
    assert "no collection" in problems[4] and "no collection" in problems[4 + len(damaged)]
    assert told[-1] is None
    assert HELD not in at.session_state
    gc.collect()
    assert room.held_bytes == 0
    at, told = in_browser(monkeypatch, list(good))
    for _ in good:
        at.run()
    assert not at.exception and HELD in at.session_state, "settings that are none are passed over"
    room.most_bytes = 1000
    at, told = in_browser(monkeypatch, good)
    at.run()
    assert "The pictures of others fill the room" in str(told[0])


def test_the_own_pictures_of_a_large_network_are_enlarged_as_every_set_is(
    own_page: Open, trainings: Queue
) -> None:
    at = own_page()
    at.selectbox(key="finetune_net").set_value("squeezenet1_1").run()
    at.selectbox(key="finetune_weights_squeezenet1_1").set_value("untrained")
    at = press(only(bring(at, packed(by_class({"a": 4, "b": 4}))), "scratch", steps=1), "Start")
    assert until(trainings, link(at), DONE, FAILED) == DONE
    dataset = trainings.status(link(at)).wish.dataset
    assert (dataset.side_px, dataset.channels, dataset.count) == ((96, 96), 3, 8)
    at.run()
    assert len(trainings.outcome(link(at)).labels) == 2
    texts(at)
