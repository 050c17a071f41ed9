"""What a run came to, and that nobody blocks the queue: turns, the left-alone, large sets, fetching."""

import hashlib
import time
from pathlib import Path

import numpy as np
import pytest
import torch

from explorer import weights
from explorer.transfer import datasets, downloads, fetching, order, outcome, training
from explorer.transfer.jobs import CANCELLED, DONE, RUNNING, Wish
from explorer.transfer.queue import Queue
from explorer.transfer.recipe import Recipe
from explorer.transfer.training import Training
from tests.test_transfer_queue import pictures, until, wish


def trained(lane: str, steps: int = 3) -> Training:
    recipe = Recipe.of_lane(lane, steps=steps, batch=4, pictures_per_class=None)
    run = Training(recipe, pictures(), network="small_vgg", weights="glyphs")
    for _ in training.records(run, evaluate_every=2):
        pass
    return run


def test_the_outcome_counts_every_held_out_picture() -> None:
    run = trained("whole")
    found = outcome.of(run)
    matrix = found.confusion()
    accuracy, shares = run.evaluate()
    assert matrix.sum() == len(run.test)
    assert matrix.trace() / matrix.sum() == pytest.approx(accuracy) == pytest.approx(found.accuracy)
    assert np.array_equal(found.probabilities, shares)
    answers = shares.argmax(1)
    for place, picture in zip(found.wrong, found.pictures, strict=True):
        assert answers[place] != found.labels[place]
        assert np.array_equal(picture, run.pictures.images[run.test[place]])
    sure = shares.max(1)[found.wrong]
    assert np.all(np.diff(sure) <= 0)
    assert len(found.wrong) == (answers != found.labels).sum()
    for own, row in zip(found.per_class(), matrix, strict=True):
        assert own == row.max() / row.sum() or own < 0.5


@pytest.mark.parametrize("lane", ["scratch", "head", "deep", "whole"])
def test_only_what_trains_has_moved(lane: str) -> None:
    run = trained(lane)
    found = {(one.layer, one.kind): one.relative for one in outcome.changes(run)}
    state, start = run.state(), trained(lane, steps=1)
    still = {key for key, moved in found.items() if moved == 0}
    free = {name.rpartition(".")[0] for group in run._groups for name in group.names}
    assert still == {key for key in found if key[0] not in free}
    assert ("features.0.0", "weight") in (found if lane in ("scratch", "whole") else still)
    old = outcome.starting.starting("small_vgg", "glyphs", start.recipe, 2).state_dict()["head.weight"]
    expected = torch.linalg.norm(state["head.weight"] - old) / torch.linalg.norm(old)
    assert found[("head", "weight")] == pytest.approx(float(expected), rel=1e-5)


def test_an_outcome_travels_as_bytes() -> None:
    found = outcome.of(trained("head"))
    again = outcome.unpacked(outcome.packed(found))
    assert again.classes == found.classes
    assert again.changes == found.changes
    for name in ("labels", "probabilities", "wrong", "pictures"):
        assert np.array_equal(getattr(again, name), getattr(found, name))


def test_a_long_training_makes_room_and_ends_as_if_it_had_not() -> None:
    queue = Queue(evaluate_every=2, turn_s=0.0)
    try:
        first, second = (queue.submit(wish(12, owner=name)) for name in "ab")
        assert until(queue, second, DONE) == until(queue, first, DONE)
        for job in (first, second):
            kept = queue.records(job)
            plain = list(
                training.train(wish(12).recipe, pictures(), network="small_depthwise", evaluate_every=2)
            )
            assert [record.step for record in kept] == list(range(1, 13))
            assert [record.loss for record in kept] == pytest.approx([r.loss for r in plain], rel=1e-5)
        assert queue.outcome(first).accuracy == queue.records(first)[-1].test_accuracy
    finally:
        queue.close()


def test_one_that_nobody_looks_at_is_stopped_when_others_wait() -> None:
    queue = Queue(evaluate_every=50, left_s=0.2)
    try:
        left = queue.submit(wish(20_000, owner="a"))
        until(queue, left, RUNNING)
        time.sleep(0.4)
        assert queue.status(left).state == RUNNING  # nobody waits
        after = queue.submit(wish(2, owner="b"))
        until(queue, after, DONE)
        assert queue.status(left).state == CANCELLED
        assert "nobody had looked at it" in queue.status(left).sentence
        with pytest.raises(ValueError, match="not done yet"):
            queue.outcome(left)
    finally:
        queue.close()


def test_all_lanes_of_a_race_or_none() -> None:
    queue = Queue(most_waiting=1)
    try:
        until(queue, queue.submit(wish(4000)), RUNNING)
        with pytest.raises(ValueError, match="are waiting already"):
            queue.submit_all([wish(owner="b"), wish(owner="b")])
        assert [status.state for status in queue.of("b")] == [CANCELLED]
    finally:
        queue.close()


def test_it_stops_between_pieces_of_an_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "EVALUATED_PICTURES", 1)
    asked: list[bool] = []

    def stopped() -> bool:
        asked.append(True)
        return len(asked) > 2

    recipe = Recipe.of_lane("scratch", steps=2, batch=4, pictures_per_class=None)
    run = Training(recipe, pictures(), network="small_depthwise", is_stopped=stopped)
    first, *_ = training.records(run, evaluate_every=1)
    assert (first.step, first.test_accuracy) == (1, None)
    assert len(asked) < len(run.test) + 3


def test_a_large_set_is_narrowed_without_changing_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    recipe = Recipe.of_lane("whole", steps=3, batch=8, pictures_per_class=2)
    settings = {"network": "lenet5", "test_pictures": 40}
    letters = datasets.get("letters")

    def losses() -> tuple[list[tuple[float, float | None]], int]:
        run = Training(recipe, letters, **settings)
        return [(r.loss, r.test_accuracy) for r in training.records(run)], len(run.pictures.images)

    whole, count = losses()
    monkeypatch.setattr(training, "NARROW_BYTES", 0)
    narrow, few = losses()
    assert narrow == whole
    assert (count, few) == (len(letters.images), 40 + 2 * len(letters.classes))


def test_held_out_pictures_are_taken_by_class() -> None:
    """Also where the classes follow one another like clockwork, and where they are uneven."""
    labels = [i % 20 for i in range(800)]
    found = order.looked_at(labels, range(800), 20, 200)
    assert np.bincount([labels[row] for row in found]).tolist() == [10] * 20
    assert found == sorted(set(found)) == order.looked_at(labels, range(800), 20, 200)
    uneven = [0] * 60 + [1] * 30 + [2] * 10
    seen = order.looked_at(uneven, range(100), 3, 10)
    assert np.bincount([uneven[row] for row in seen]).tolist() == [6, 3, 1]
    assert (
        order.looked_at(uneven, range(5), 3, None)
        == order.looked_at(uneven, range(5), 3, 9)
        == list(range(5))
    )
    with pytest.raises(ValueError, match="test_pictures must be at least 1, got 0"):
        order.looked_at(uneven, range(100), 3, 0)


def test_a_set_is_fetched_with_progress_checked_and_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = bytes(range(256)) * 4096  # 1 MiB, four pieces
    source = tmp_path / "source.bin"
    source.write_bytes(content)
    folder = tmp_path / "kept"
    monkeypatch.setattr(downloads, "cache_folder", lambda: folder)
    right = fetching.Archive(source.as_uri(), folder / "a.bin", hashlib.md5(content).hexdigest())
    prepared: list[bool] = []

    def get(name: str, *, download: bool) -> None:
        assert (folder / "a.bin").read_bytes() == content
        prepared.append(download)

    monkeypatch.setattr(downloads, "get", get)

    def receive(url: str, partial: Path, progress: weights.Progress, patience_s: float) -> None:
        for done in range(1, 5):
            if not progress(done * 1024, 4096):
                raise weights.DownloadError("Stopped.")
        partial.write_bytes(content if url == right.url else b"wrong")

    monkeypatch.setattr(weights, "_fetch", receive)
    wrong = fetching.Archive("file:///wrong", folder / "b.bin", right.md5)
    monkeypatch.setattr(fetching, "archives", lambda name: (wrong,))
    with pytest.raises(weights.DownloadError, match="checksum differs"):
        fetching.fetch("mnist")
    monkeypatch.setattr(fetching, "archives", lambda name: (right,))
    with pytest.raises(weights.DownloadError, match="Stopped"):
        fetching.fetch("mnist", lambda done, total: False)
    seen: list[int] = []
    fetching.fetch("mnist", lambda done, total: not seen.append(done))
    assert seen == [1024, 2048, 3072, 4096]
    assert prepared == [True]
    assert not list(folder.iterdir())


def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloads, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(fetching, "ROOM", 10**9)
    with pytest.raises(weights.DownloadError, match="of disk left; the set needs"):
        fetching.fetch("pets")


@pytest.mark.parametrize("name", downloads.DOWNLOADS)
def test_every_archive_goes_where_torchvision_looks(name: str) -> None:
    found = fetching.archives(name)
    assert all(len(one.md5) == 32 and one.place.is_relative_to(downloads.cache_folder()) for one in found)
    with pytest.raises(ValueError, match="no set 'letters' to fetch"):
        fetching.archives("letters")


def test_pictures_that_would_take_too_much_are_refused_before_they_are_made() -> None:
    recipe = Recipe.of_lane("scratch", pictures_per_class=None)
    many = datasets.own("Many", ["a", "b"], np.zeros((8000, 28, 28), np.uint8), [i % 2 for i in range(8000)])
    with pytest.raises(ValueError, match=r"8,000 pictures of 224 px take 1\.1 GiB"):
        Training(recipe, many, network="resnet18", input_px=224)
    assert Wish(recipe, many).held_bytes == many.images.nbytes


def test_a_long_step_is_given_up_in_the_middle_and_the_run_goes_on_as_if_it_had_not() -> None:
    recipe = Recipe.of_lane("whole", steps=2, batch=4, pictures_per_class=None)
    calls, limit = [0], [10**9]

    def stopped() -> bool:
        calls[0] += 1
        return calls[0] > limit[0]

    run = Training(recipe, pictures(), network="mobilenet_v2", is_stopped=stopped)
    plain = Training(recipe, pictures(), network="mobilenet_v2")
    assert run.step().loss == pytest.approx(plain.step().loss)
    asked, before = calls[0], run.state()
    for share in (0.3, 0.9):  # forwards, and backwards
        calls[0], limit[0] = 0, int(asked * share)
        with pytest.raises(training.StoppedError):
            run.step()
        assert run.step_count == 1
        assert all(torch.equal(value, before[name]) for name, value in run.state().items())
    limit[0] = 10**9
    assert run.step().loss == pytest.approx(plain.step().loss)
