"""What a training on the server is told and tells: the wish, how it stands, and the record of its steps."""

import time
from dataclasses import dataclass, field, replace
from threading import Event

from explorer.transfer.pictureset import PictureSet
from explorer.transfer.recipe import Recipe
from explorer.transfer.training import Record

WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"
MOST_RECORDS = 4000


@dataclass(frozen=True)
class Gone:
    """What is remembered of a learner's own pictures once they are forgotten."""

    title: str
    classes: tuple[str, ...]
    count: int
    side_px: tuple[int, int]
    channels: int

    @classmethod
    def of(cls, pictures: PictureSet) -> "Gone":
        """What to remember of these."""
        count = len(pictures.images)
        return cls(pictures.title, pictures.classes, count, pictures.side_px, pictures.channels)


@dataclass(frozen=True)
class Wish:
    """One training that somebody asks for. `owner` names a session, so that nobody fills the queue alone.

    `dataset`: a name, or a learner's own pictures; `collection` is then the key of what they were made from and
    `split_seed` the seed of its split. `test_pictures`: so many held-out ones are looked at, None for all.
    """

    recipe: Recipe
    dataset: str | PictureSet | Gone
    network: str = "small_vgg"
    weights: str | None = None
    device: str = "cpu"
    input_px: int | None = None
    test_pictures: int | None = None
    owner: str = ""
    collection: str = ""
    split_seed: int = 0

    @property
    def held_bytes(self) -> int:
        """The memory that the learner's own pictures take until it is over."""
        return self.dataset.images.nbytes if isinstance(self.dataset, PictureSet) else 0


@dataclass(frozen=True)
class Status:
    """How a training stands. `ahead` is how many run or wait before it on its device; `stopping`: it was told to.

    Units: step counts from 1; seconds_left is an estimate, None while there is nothing to go by.
    """

    job_id: str
    state: str
    step: int
    steps: int
    ahead: int
    seconds_left: float | None
    sentence: str
    wish: Wish
    stopping: bool = False


@dataclass(eq=False)
class Job:
    """One training in the queue; its queue's lock guards everything but the event.

    Units: seen_s and begun_s are readings of the monotonic clock: when somebody last asked how it stands, and when
    its turn began, at step `begun_step`.
    """

    job_id: str
    wish: Wish
    state: str = WAITING
    records: list[Record] = field(default_factory=list)
    every: int = 1
    step: int = 0
    seen_s: float = field(default_factory=time.monotonic)
    begun_s: float = 0.0
    begun_step: int = 0
    sentence: str = ""
    resumes: bool = False
    stop: Event = field(default_factory=Event)

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in (DONE, CANCELLED, FAILED)

    def end(self, state: str, sentence: str) -> None:
        """It is over: a learner's own pictures are forgotten."""
        self.state, self.sentence = state, sentence
        if isinstance(self.wish.dataset, PictureSet):
            self.wish = replace(self.wish, dataset=Gone.of(self.wish.dataset))

    def begin_again(self, pictures: PictureSet | None) -> None:
        """Back into the queue, own pictures with it.

        Raises: ValueError where its own pictures are gone and not given again, or others are given.
        """
        if isinstance(self.wish.dataset, Gone):
            if pictures is None:
                raise ValueError(
                    "the pictures of this training are no longer on this server: bring them again to go on with it"
                )
            if Gone.of(pictures) != self.wish.dataset:
                raise ValueError(
                    "this training began with other pictures: bring those again to go on with it"
                )
            self.wish = replace(self.wish, dataset=pictures)
        self.state, self.sentence, self.resumes = WAITING, "", True
        self.stop.clear()

    def add(self, record: Record) -> None:
        """Keep a record; a long run keeps every second, fourth ... step, and every evaluation."""
        self.step = record.step
        if record.test_accuracy is not None or record.step % self.every == 0:
            self.records.append(record)
        while len(self.records) > MOST_RECORDS:
            self.every *= 2
            kept = [r for r in self.records if r.test_accuracy is not None or r.step % self.every == 0]
            self.records = kept if len(kept) < len(self.records) else self.records[1::2]

    def status(self, ahead: int) -> Status:
        """How it stands now."""
        steps, taken = self.wish.recipe.steps, self.step - self.begun_step
        left = None
        if taken > 0 and self.state == RUNNING:
            left = (time.monotonic() - self.begun_s) / taken * (steps - self.step)
        stopping = self.state == RUNNING and self.stop.is_set()
        return Status(
            self.job_id, self.state, self.step, steps, ahead, left, self.sentence, self.wish, stopping
        )
