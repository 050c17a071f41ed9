"""The order of pictures: the same in Python and in JavaScript, fair to classes, and independent of the lane."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from explorer.transfer import order

TWIN = Path(__file__).resolve().parents[1] / "explorer" / "browser" / "transfer" / "engine" / "order.js"
SEEDS = (0, 1, 7, 2**31, 2**32 - 1)
PROGRAM = """
import { Batches, Generator, chosen, gathered, lookedAt, mixed, moves, split } from %s;
const [labels, train, seeds, images] = JSON.parse(process.argv[1]);
const found = seeds.map((seed) => {
  const stream = new Generator(seed, 3, 12);
  const batches = new Batches(23, 16, seed);
  const plan = moves("shift and flip", 6, 28, seed, 5);
  return {
    mixed: mixed(seed),
    numbers: Array.from({ length: 40 }, (_, i) => stream.below(2 ** (i %% 21) + i)),
    chosen: [1, 3, null].map((count) => chosen(labels, train, 4, count, seed)),
    looked: [1, 7, 49, 50].map((most) => lookedAt(labels, train, 4, most)),
    batches: [0, 1, 2, 5, 40].map((step) => batches.at(step)),
    plans: ["none", "shift"].map((kind) => moves(kind, 9, 96, seed, 3)),
    gathered: Array.from(gathered(Uint8Array.from(images), { height: 28, width: 28, channels: 3 },
      [0, 1, 2, 0, 1, 2], plan)),
    split: Array.from(split(Uint8Array.from(labels), 4, 0.25, seed)),
  };
});
console.log(JSON.stringify(found));
"""


def in_python(seed: int, labels: list[int], train: list[int], images: np.ndarray) -> dict[str, object]:
    stream = order.Generator(seed, 3, 12)
    plan = order.moves("shift and flip", 6, 28, seed, 5)
    kinds = ("none", "shift")
    return {
        "mixed": order.mixed(seed),
        "numbers": [stream.below(2 ** (i % 21) + i) for i in range(40)],
        "chosen": [order.chosen(labels, train, 4, count, seed) for count in (1, 3, None)],
        "looked": [order.looked_at(labels, train, 4, most) for most in (1, 7, 49, 50)],
        "batches": [order.batch(23, 16, seed, step) for step in (0, 1, 2, 5, 40)],
        "plans": [[list(move) for move in order.moves(kind, 9, 96, seed, 3)] for kind in kinds],
        "gathered": order.moved(images[[0, 1, 2, 0, 1, 2]], plan).ravel().tolist(),
        "split": order.split(labels, 4, 0.25, seed),
    }


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_javascript_gives_the_same_numbers() -> None:
    rng = np.random.default_rng(0)
    labels, images = rng.integers(0, 4, 60).tolist(), rng.integers(0, 256, (3, 28, 28, 3), dtype=np.uint8)
    train = sorted(rng.permutation(60)[:50].tolist())
    told = json.dumps([labels, train, SEEDS, images.ravel().tolist()])
    program = PROGRAM % json.dumps(TWIN.as_uri())
    call = subprocess.run(
        ["node", "--input-type=module", "-e", program, told], capture_output=True, text=True, check=False
    )
    assert call.returncode == 0, call.stderr
    for seed, theirs in zip(SEEDS, json.loads(call.stdout), strict=True):
        ours = in_python(seed, labels, train, images)
        for part, value in ours.items():
            assert theirs[part] == value, (seed, part)


def test_classes_are_served_alike_and_fewer_are_the_first_of_more() -> None:
    labels = [i % 5 for i in range(100)]
    few, many = (order.chosen(labels, range(0, 80), 5, count, 3) for count in (4, 9))
    assert np.bincount([labels[row] for row in few]).tolist() == [4] * 5
    assert all(few[4 * c : 4 * c + 4] == many[9 * c : 9 * c + 4] for c in range(5))
    assert max(many) < 80
    assert len(order.chosen(labels, range(100), 5, 50, 0)) == 100
    assert order.chosen(labels, range(80), 5, 4, 4) != few


@pytest.mark.parametrize(("count", "size"), [(40, 16), (7, 16), (16, 16)])
def test_every_picture_is_seen_equally_often(count: int, size: int) -> None:
    steps = count  # count batches of `size` make `size` epochs
    seen = [row for step in range(steps) for row in order.batch(count, size, 1, step)]
    assert np.bincount(seen, minlength=count).tolist() == [size] * count
    assert seen[:count] != seen[count : 2 * count] or count == 1


def test_numbers_are_even() -> None:
    stream = order.Generator(5, order.MOVES, 0)
    counts = np.bincount([stream.below(10) for _ in range(20_000)], minlength=10)
    assert abs(counts - 2000).max() < 200


def test_moves_stay_in_reach_and_repeat_the_edge() -> None:
    plan = [move for step in range(200) for move in order.moves("shift and flip", 8, 28, 0, step)]
    assert {move.down_px for move in plan} == {move.right_px for move in plan} == {-2, -1, 0, 1, 2}
    assert 0.4 < np.mean([move.flip for move in plan]) < 0.6
    assert not any(move.flip for move in order.moves("shift", 99, 28, 0, 0))
    picture = np.arange(9, dtype=np.uint8).reshape(1, 3, 3, 1)
    right = order.moved(picture, [order.Move(0, 1, False)])[0, :, :, 0]
    assert right.tolist() == [[0, 0, 1], [3, 3, 4], [6, 6, 7]]
    mirrored_then_down = order.moved(picture, [order.Move(1, 0, True)])[0, :, :, 0]
    assert mirrored_then_down.tolist() == [[2, 1, 0], [2, 1, 0], [5, 4, 3]]


def test_the_split_takes_the_same_share_of_each_class() -> None:
    labels = [0] * 40 + [1] * 8 + [2] * 2 + [3]
    sides = np.array(order.split(labels, 4, 0.25, 0))
    held = [int(sides[np.array(labels) == label].sum()) for label in range(4)]
    assert held == [10, 2, 1, 0]
