"""The server's queue: one at a time, bounded, found again by its id, stopped and gone on with."""

import gc
import time
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load

from explorer.transfer import datasets, training
from explorer.transfer.jobs import CANCELLED, DONE, FAILED, MOST_RECORDS, RUNNING, WAITING, Gone, Job, Wish
from explorer.transfer.queue import Queue
from explorer.transfer.recipe import Recipe
from explorer.transfer.training import Record

PATIENCE_S = 60


def pictures(count: int = 24) -> datasets.PictureSet:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    return datasets.own("Mine", ["one", "two"], images, [i % 2 for i in range(count)])


def wish(steps: int = 4, **changed: object) -> Wish:
    recipe = Recipe.of_lane("scratch", steps=steps, batch=4, pictures_per_class=None)
    return Wish(**{"recipe": recipe, "dataset": pictures(), "network": "small_depthwise", **changed})


def until(queue: Queue, job_id: str, *states: str) -> str:
    deadline = time.monotonic() + PATIENCE_S
    while (state := queue.status(job_id).state) not in states:
        assert time.monotonic() < deadline, queue.status(job_id)
        time.sleep(0.01)
    return state


@pytest.fixture
def queue() -> Iterator[Queue]:
    made = Queue(most_waiting=2, most_kept=2, most_of_one=2, evaluate_every=2)
    yield made
    made.close()


def test_two_sessions_queue_and_each_gets_its_own_curve(queue: Queue) -> None:
    first = queue.submit(wish(12, owner="a"))
    second = queue.submit(wish(4, owner="b"))
    assert queue.status(second).ahead == 1
    assert queue.status(second).state == WAITING
    running = 0
    while queue.status(second).state in (WAITING, RUNNING):
        states = [queue.status(job).state for job in (first, second)]
        running = max(running, states.count(RUNNING))
        time.sleep(0.005)
    assert running == 1
    assert queue.status(first).state == DONE
    for job, steps in ((first, 12), (second, 4)):
        plain = list(
            training.train(wish(steps).recipe, pictures(), network="small_depthwise", evaluate_every=2)
        )
        kept = queue.records(job)
        assert [record.loss for record in kept] == [record.loss for record in plain]
        assert [record.test_accuracy for record in kept] == [record.test_accuracy for record in plain]
        assert queue.records(job, after=steps - 1) == kept[-1:]
    assert [status.job_id for status in queue.of("b")] == [second]
    assert "head.weight" in load(queue.weights(first))


def test_a_cancelled_run_goes_on_as_if_it_had_not_stopped(queue: Queue) -> None:
    job = queue.submit(wish(60))
    while queue.status(job).step < 3:
        time.sleep(0.002)
    assert queue.status(job).seconds_left is not None
    queue.cancel(job)
    assert until(queue, job, CANCELLED, DONE) == CANCELLED
    at = queue.status(job).step
    assert at < 60
    assert f"Stopped after step {at}" in queue.status(job).sentence
    with pytest.raises(ValueError, match="no longer on this server: bring them again"):
        queue.resume(job)
    with pytest.raises(ValueError, match="began with other pictures"):
        queue.resume(job, pictures(20))
    assert queue.status(job).state == CANCELLED
    queue.resume(job, pictures())
    assert until(queue, job, DONE, FAILED) == DONE
    kept = queue.records(job)
    assert [record.step for record in kept] == list(range(1, 61))
    plain = list(training.train(wish(60).recipe, pictures(), network="small_depthwise", evaluate_every=2))
    assert [record.loss for record in kept] == pytest.approx([record.loss for record in plain], rel=1e-5)
    with pytest.raises(ValueError, match="this training is done"):
        queue.resume(job)


def test_own_pictures_are_forgotten_and_never_written(queue: Queue) -> None:
    """In memory until the training is over: nothing on disk holds a row of their pixels."""
    mine = pictures()
    held = weakref.ref(mine)
    job = queue.submit(wish(6, dataset=mine))
    stopped = queue.submit(wish(6, dataset=mine))
    queue.cancel(stopped)
    assert until(queue, job, DONE, FAILED) == DONE
    assert queue.status(stopped).wish.dataset == queue.status(job).wish.dataset == Gone.of(mine)
    rows = [image[0].tobytes() for image in mine.images]
    files = [file.read_bytes() for file in Path(queue._kept.name).iterdir()]
    assert len(files) == 2 and not [row for row in rows for content in files if row in content]
    found = queue.outcome(job)
    assert found.pictures.shape == (0, 28, 28, 1)
    assert len(found.labels) == len(mine.test) and found.classes == ("one", "two")
    del mine
    deadline = time.monotonic() + PATIENCE_S
    while held() is not None and time.monotonic() < deadline:
        gc.collect()
    assert held() is None, "the server still holds them"


def test_what_waits_is_bounded_and_can_be_cancelled(queue: Queue) -> None:
    running = queue.submit(wish(4000, owner="a"))
    until(queue, running, RUNNING)
    waiting = [queue.submit(wish(owner="b")) for _ in range(2)]
    with pytest.raises(ValueError, match="2 trainings are waiting already"):
        queue.submit(wish())
    queue.cancel(waiting[0])
    assert queue.status(waiting[0]).state == CANCELLED
    with pytest.raises(ValueError, match="kept no weights"):
        queue.weights(waiting[0])
    queue.submit(wish(owner="a"))
    queue.cancel(waiting[1])
    with pytest.raises(ValueError, match="you have 2 trainings"):
        queue.submit(wish(owner="a"))
    began = time.monotonic()
    queue.cancel(running)
    until(queue, running, CANCELLED)
    assert time.monotonic() - began < 1


def test_the_oldest_finished_are_forgotten(queue: Queue) -> None:
    jobs = []
    for _ in range(4):
        jobs.append(queue.submit(wish(2)))
        until(queue, jobs[-1], DONE)
    with pytest.raises(ValueError, match="not known here"):
        queue.status(jobs[0])
    assert queue.status(jobs[3]).state == DONE
    assert queue.status(jobs[3]).wish.held_bytes == 0


def test_pictures_that_wait_are_bounded() -> None:
    queue = Queue(most_held_bytes=pictures().images.nbytes * 2)
    try:
        jobs = [queue.submit(wish(500)) for _ in range(2)]
        with pytest.raises(ValueError, match="too much memory"):
            queue.submit(wish())
        for job in jobs:
            queue.cancel(job)
            until(queue, job, CANCELLED)
            assert queue.status(job).wish.held_bytes == 0
        mine = pictures()
        both = queue.submit_all([wish(dataset=mine), wish(dataset=mine), wish(dataset=mine)])
        assert [until(queue, job, DONE, FAILED) for job in both] == [DONE] * 3, "one set, held once"
    finally:
        queue.close()


@pytest.mark.parametrize(("changed", "sentence"), [
    ({"network": "small_vgq"}, "did you mean small_vgg"),
    ({"network": "unet"}, "does not answer with one class"),
    ({"weights": "IMAGENET1K_V1"}, "has no weights 'IMAGENET1K_V1'"),
    ({"weights": "glyphs", "network": "lenet5"}, "no lenet5 trained on glyphs"),
    ({"weights": "embedded", "network": "resnet18"}, "has no embedded weights"),
    ({"network": "resnet18", "weights": "NO_SUCH"}, "no weights 'NO_SUCH'"),
    ({"dataset": "leters"}, "no picture set 'leters'"),
    ({"device": "tpu"}, "device must be cpu, cuda, mps or auto"),
])  # fmt: skip
def test_what_cannot_be_is_refused_at_once(queue: Queue, changed: dict[str, object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        queue.submit(wish(**changed))


def test_a_run_that_fails_says_why_and_the_next_runs(queue: Queue) -> None:
    absurd = Recipe.of_lane("scratch", steps=50, batch=4, optimiser="sgd", rate=100.0, weight_decay=10.0)
    failing = queue.submit(wish(recipe=absurd))
    after = queue.submit(wish(2))
    assert until(queue, failing, FAILED, DONE) == FAILED
    assert "no longer a number" in queue.status(failing).sentence
    assert until(queue, after, DONE, FAILED) == DONE


def test_a_set_that_is_not_here_fails_in_a_sentence(
    queue: Queue, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setattr("explorer.transfer.downloads.cache_folder", lambda: tmp_path)
    job = queue.submit(wish(dataset="mnist"))
    assert until(queue, job, FAILED, DONE) == FAILED
    assert "MNIST is not on this machine yet; fetching it takes 12 MB" in queue.status(job).sentence


def test_a_long_run_keeps_its_evaluations_and_a_bounded_number_of_steps() -> None:
    job = Job("x", wish())
    for step in range(1, 20_001):
        job.add(Record(step, "scratch", 1.0, 0.5, 0.5 if step % 500 == 0 else None, step / 10))
    assert len(job.records) <= MOST_RECORDS
    assert sum(record.test_accuracy is not None for record in job.records) == 40
    assert [record.step for record in job.records] == sorted(record.step for record in job.records)
