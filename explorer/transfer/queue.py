"""Trainings on the server, one at a time a device: a bounded queue that a reloaded page finds again by its job's id.

Each device has one thread, started with its first job and ended when nothing waits. Memory is bounded: so many jobs
wait, so many finished ones are kept, the records of a long run are thinned, and weights lie on disk. Nobody blocks the
others: while others wait, a training makes room after its turn and goes on later, and one that nobody has looked at
for a while is stopped; its link still finds it, and it can be gone on with. A learner's own pictures are held in
memory alone, and only until their training is over: none of them is ever written to disk.
"""

import logging
import secrets
import tempfile
import threading
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from explorer.transfer import datasets, device, export, outcome, starting
from explorer.transfer.jobs import CANCELLED, DONE, FAILED, RUNNING, WAITING, Gone, Job, Status, Wish
from explorer.transfer.outcome import Outcome
from explorer.transfer.pictureset import PictureSet
from explorer.transfer.stopping import StoppedError
from explorer.transfer.training import Record, Training, records

CHECKPOINT_S = 10.0
KINDS = ("weights", "checkpoint", "outcome")


class Queue:
    """The trainings of one server. Safe to use from any number of threads.

    Units: most_held_bytes bounds the learners' own pictures that wait, together, most_disk_bytes what is kept on disk
    when a new training comes; turn_s is the turn of one training while others wait, left_s how long nobody looks at
    one that has been left.
    """

    def __init__(
        self,
        *,
        most_waiting: int = 8,
        most_kept: int = 16,
        most_of_one: int = 4,
        most_held_bytes: int = 1 << 30,
        most_disk_bytes: int = 4 << 30,
        evaluate_every: int = 25,
        turn_s: float = 600.0,
        left_s: float = 900.0,
    ) -> None:
        self.most_waiting, self.most_kept, self.most_of_one = most_waiting, most_kept, most_of_one
        self.most_held_bytes, self.most_disk_bytes = most_held_bytes, most_disk_bytes
        self.evaluate_every, self.turn_s, self.left_s = evaluate_every, turn_s, left_s
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}  # in the order in which they came
        self._threads: dict[str, threading.Thread] = {}
        self._kept = tempfile.TemporaryDirectory(prefix="explorer-training-", ignore_cleanup_errors=True)

    def submit(self, wish: Wish) -> str:
        """Put a training at the end of the queue and return its id.

        Raises: ValueError for a full queue, or a wish that cannot be fulfilled.
        """
        self._check(wish)
        job = Job(secrets.token_urlsafe(12), wish)
        with self._lock:
            self._make_room(wish)
            self._jobs[job.job_id] = job
            self._wake(wish.device)
        return job.job_id

    def submit_all(self, wishes: Sequence[Wish]) -> list[str]:
        """All of several trainings, or none. Raises: ValueError as `submit`."""
        jobs: list[str] = []
        try:
            for wish in wishes:
                jobs.append(self.submit(wish))  # noqa: PERF401
        except ValueError:
            for job_id in jobs:
                self.cancel(job_id)
            raise
        return jobs

    def status(self, job_id: str) -> Status:
        """How a training stands. Raises: ValueError for an id that is unknown or no longer kept."""
        with self._lock:
            job = self._found(job_id)
            job.seen_s = time.monotonic()
            ahead = 0
            for other in self._jobs.values():
                if other is job:
                    break
                ahead += other.wish.device == job.wish.device and not other.is_over
            return job.status(0 if job.state != WAITING else ahead)

    def records(self, job_id: str, after: int = 0) -> tuple[Record, ...]:
        """The records of the steps after step `after`. Raises: ValueError as `status`."""
        with self._lock:
            return tuple(record for record in self._found(job_id).records if record.step > after)

    def weights(self, job_id: str) -> bytes:
        """The last weights that were kept, as safetensors: of the end, or of the last evaluation but some seconds.

        Raises: ValueError as `status`, and where there are none yet.
        """
        with self._lock:
            file = self._file(self._found(job_id), "weights")
        if not file.is_file():
            raise ValueError("this training has kept no weights yet")
        return file.read_bytes()

    def outcome(self, job_id: str) -> Outcome:
        """What a training that is done came to. Raises: ValueError as `status`, and where it is not done."""
        with self._lock:
            file = self._file(self._found(job_id), "outcome")
        if not file.is_file():
            raise ValueError("this training is not done yet")
        return outcome.unpacked(file.read_bytes())

    def cancel(self, job_id: str) -> None:
        """Stop a training after the step it is at; one that is over stays as it is. Raises: as `status`."""
        with self._lock:
            job = self._found(job_id)
            job.stop.set()
            if job.state == WAITING:
                job.end(CANCELLED, "Cancelled before it began.")

    def resume(self, job_id: str, pictures: PictureSet | None = None) -> None:
        """Put a cancelled or failed training in the queue again; it goes on from its last checkpoint.

        `pictures`: the learner's own, once more, where it trained on those.
        Raises: ValueError as `submit`, for one that runs, waits or is done, and where its pictures are not given.
        """
        with self._lock:
            job = self._found(job_id)
            if job.state not in (CANCELLED, FAILED):
                raise ValueError(f"this training is {job.state}: only a stopped one can be gone on with")
            self._make_room(job.wish, pictures)
            job.begin_again(pictures)
            self._jobs[job_id] = self._jobs.pop(job_id)  # to the end
            self._wake(job.wish.device)

    def of(self, owner: str) -> tuple[Status, ...]:
        """All trainings of one owner that are kept."""
        with self._lock:
            own = [job.job_id for job in self._jobs.values() if job.wish.owner == owner]
        return tuple(self.status(job_id) for job_id in own)

    def close(self, patience_s: float = 10.0) -> None:
        """Stop everything and wait for the threads; what was kept is deleted."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()
            threads = list(self._threads.values())
        for thread in threads:
            thread.join(patience_s)
        self._kept.cleanup()

    def _check(self, wish: Wish) -> None:
        device.checked(wish.device)
        if isinstance(wish.dataset, str) and wish.dataset not in datasets.DATASETS:
            datasets.get(wish.dataset)  # raises, with the names
        starting.known(wish.network, wish.weights)

    def _make_room(self, wish: Wish, again: PictureSet | None = None) -> None:
        """Under the lock: refuse what is too much, forget the oldest of what is over."""
        alive = [job for job in self._jobs.values() if not job.is_over]
        if sum(job.state == WAITING for job in alive) >= self.most_waiting:
            raise ValueError(f"{self.most_waiting} trainings are waiting already; try again in a while")
        if wish.owner and sum(job.wish.owner == wish.owner for job in alive) >= self.most_of_one:
            raise ValueError(f"you have {self.most_of_one} trainings in the queue already")
        own = [job.wish.dataset for job in alive if isinstance(job.wish.dataset, PictureSet)]
        own += [pictures for pictures in (wish.dataset, again) if isinstance(pictures, PictureSet)]
        if sum({id(pictures): pictures.images.nbytes for pictures in own}.values()) > self.most_held_bytes:
            raise ValueError("the pictures that wait would take too much memory; try again in a while")
        over = [job for job in self._jobs.values() if job.is_over and job.wish is not wish]
        while over and (len(over) >= self.most_kept or self._kept_bytes() > self.most_disk_bytes):
            job = over.pop(0)
            del self._jobs[job.job_id]
            for kind in KINDS:
                self._file(job, kind).unlink(missing_ok=True)

    def _kept_bytes(self) -> int:
        return sum(file.stat().st_size for file in Path(self._kept.name).glob("*.safetensors"))

    def _found(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise ValueError(
                "this training is not known here: it is too long ago, or the server was started anew"
            )
        return self._jobs[job_id]

    def _file(self, job: Job, kind: str) -> Path:
        return Path(self._kept.name) / f"{job.job_id}.{kind}.safetensors"

    def _wake(self, device_name: str) -> None:
        """Under the lock: a thread for the device, where none runs."""
        if device_name not in self._threads:
            thread = threading.Thread(target=self._serve, args=(device_name,), name=f"training-{device_name}")
            thread.daemon = True
            self._threads[device_name] = thread
            thread.start()

    def _next(self, device_name: str) -> Job | None:
        """The next job of a device, marked as running; None ends the device's thread."""
        with self._lock:
            for job in self._jobs.values():
                if job.state == WAITING and job.wish.device == device_name:
                    job.state = RUNNING
                    return job
            del self._threads[device_name]
            return None

    def _serve(self, device_name: str) -> None:
        while job := self._next(device_name):
            try:
                state, sentence = self._train(job)
            except ValueError as error:
                state, sentence = FAILED, str(error)
            except Exception as error:
                logging.getLogger(__name__).exception("a training failed")
                out = "out of memory" in str(error).lower()
                state = FAILED
                sentence = "The device has too little memory for this." if out else "The training failed."
            with self._lock:
                if state == WAITING and job.stop.is_set():
                    state = CANCELLED
                if state == WAITING:
                    job.state, job.sentence = state, sentence
                    self._jobs[job.job_id] = self._jobs.pop(job.job_id)  # to the end
                else:
                    job.end(state, sentence)
                if state == DONE:  # its checkpoint is not needed any more
                    self._file(job, "checkpoint").unlink(missing_ok=True)

    def _train(self, job: Job) -> tuple[str, str]:
        try:
            run = self._begun(job)
        except StoppedError:
            return CANCELLED, "Stopped before its first step."
        try:
            return self._taken(job, run)
        except StoppedError:
            self._keep(job, run)
            return CANCELLED, f"Stopped after step {run.step_count} of {job.wish.recipe.steps}."

    def _taken(self, job: Job, run: Training) -> tuple[str, str]:
        """The steps of a run, and how it ended."""
        kept, interval_s = time.monotonic(), CHECKPOINT_S
        for record in records(run, self.evaluate_every):
            with self._lock:
                job.add(record)
                ending = self._ending(job, record)
            if ending or time.monotonic() - kept > interval_s:
                began = time.monotonic()
                self._keep(job, run)
                kept = time.monotonic()
                interval_s = max(CHECKPOINT_S, 20 * (kept - began))  # large networks less often
            if ending:
                return ending
        self._keep(job, run)
        found = outcome.of(run, pictures=isinstance(job.wish.dataset, str))
        export.write(self._file(job, "outcome"), outcome.packed(found))
        return DONE, ""

    def _begun(self, job: Job) -> Training:
        wish = job.wish
        if isinstance(wish.dataset, Gone):
            raise ValueError("the pictures of this training are no longer on this server")
        run = Training(
            wish.recipe,
            datasets.get(wish.dataset) if isinstance(wish.dataset, str) else wish.dataset,
            network=wish.network,
            weights=wish.weights,
            device=wish.device,
            input_px=wish.input_px,
            test_pictures=wish.test_pictures,
            is_stopped=job.stop.is_set,
        )
        if job.resumes and self._file(job, "checkpoint").is_file():
            run.restore(export.read_tensors(self._file(job, "checkpoint").read_bytes()))
        job.begun_s, job.begun_step = time.monotonic(), run.step_count
        return run

    def _ending(self, job: Job, record: Record) -> tuple[str, str] | None:
        """Under the lock: whether a training ends or makes room after this step, and the sentence for it."""
        told = f"after step {record.step} of {job.wish.recipe.steps}"
        is_last = record.step == job.wish.recipe.steps
        if job.stop.is_set() and (not is_last or record.test_accuracy is None):
            return CANCELLED, f"Stopped {told}."
        others = any(o.state == WAITING and o.wish.device == job.wish.device for o in self._jobs.values())
        if is_last or not others:
            return None
        now = time.monotonic()
        if now - job.seen_s > self.left_s:
            minutes = f"{self.left_s / 60:.0f} minutes"
            return CANCELLED, f"Stopped {told}: nobody had looked at it for {minutes}, and others waited."
        if now - job.begun_s > self.turn_s:
            job.resumes = True
            return WAITING, f"Makes room for others {told}, and goes on when its turn comes again."
        return None

    def _keep(self, job: Job, run: Training) -> None:
        told = {"step": str(run.step_count), "network": job.wish.network, "lane": job.wish.recipe.lane}
        export.write(self._file(job, "weights"), export.tensor_bytes(run.state(), told))
        export.write(self._file(job, "checkpoint"), export.tensor_bytes(run.checkpoint()))


@cache
def shared() -> Queue:
    """The queue of this server process."""
    return Queue(most_waiting=16)
