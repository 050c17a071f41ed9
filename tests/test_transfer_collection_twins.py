"""Own pictures, twice: what the page's modules and the server make of them is equal, and how they travel."""

import base64
import json
import random
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer.transfer import datasets, order
from explorer.transfer.collection import Collection, parcel, reading
from explorer.transfer.collection.findings import findings
from explorer.transfer.collection.limits import key_of, tidied
from tests.test_transfer_collection import Pixels, collection, zipped

OWN = Path(__file__).resolve().parents[1] / "explorer" / "browser" / "transfer" / "own"

TWINS = """
import { readFileSync, writeFileSync } from "node:fs";
import { packedCollection, packedSet } from "FOLDER/bundle.js";
import { foldersOf } from "FOLDER/export.js";
import { keyOf, tidied } from "FOLDER/limits.js";
import { hashOf } from "FOLDER/prepare.js";
import { findings, rowsOf, setOf } from "FOLDER/set.js";
const { classes, seed, shapes, names } = JSON.parse(readFileSync(process.argv[2]));
const folder = process.argv[3];
let id = 0;
const made = classes.map(({ name, pictures }) => ({ id: ++id, name, pictures: pictures.map(([side, base64]) => {
  const bytes = new Uint8Array(Buffer.from(base64, "base64"));
  return { id: ++id, side, bytes, hash: hashOf(bytes, side) };
}) }));
const collection = { classes: made, seed };
const rows = rowsOf(collection);
for (const [side, channels] of shapes)
  writeFileSync(`${folder}/${side}-${channels}`, packedSet(setOf(rows, { side, channels })));
writeFileSync(`${folder}/collection`, packedCollection(collection));
console.log(JSON.stringify({
  split: Array.from(rows.split), findings: findings(collection, rows).map(({ text }) => text),
  names: names.map((name) => [tidied(name), keyOf(name)]), folders: foldersOf(made),
}));
"""
SHAPES = ((28, 1), (32, 1), (96, 3), (64, 3), (224, 3))
NAMES = (
    "  two \n words ", "E\u0301te\u0301", "a" * 60, "up/down?", "tab\tand\x00nul", "\u200dzero", "ÉTÉ", "Straße",
    "猫", "x" * 39 + "🐱", "🐱🐶", "\u00a0no-break\u00a0", "", "İstanbul", "a\ufeffb",
)  # fmt: skip


def in_node(program: str, folder: Path, *given: Path) -> Any:
    """Run a program that imports the page's own modules; what it says."""
    file = folder / "program.mjs"
    file.write_text(program.replace("FOLDER", OWN.as_uri()))
    call = subprocess.run(["node", file, *given], capture_output=True, text=True, check=False, timeout=60)
    assert call.returncode == 0, call.stderr
    return json.loads(call.stdout)


def by_label(found: Collection) -> list[list[Pixels]]:
    """The pictures of each class."""
    return [
        [square for square, own in zip(found.squares, found.labels, strict=True) if own == label]
        for label in range(len(found.classes))
    ]


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_the_browser_and_the_server_make_the_same_of_the_same_pictures(tmp_path: Path) -> None:
    """Images, labels, split, mean, spread, names and findings: each set of the browser's lane, to the byte."""
    mine = collection({"ant": 23, "bee": 9, "Äsche 🐟": 1}, (28, 96, 3, 41, 95, 64), seed=7)
    mine = replace(mine, squares=(*mine.squares[:5], mine.squares[0], *mine.squares[6:]))  # a copy
    classes = [
        {"name": name, "pictures": [[len(one), base64.b64encode(one.tobytes()).decode()] for one in own]}
        for name, own in zip(mine.classes, by_label(mine), strict=True)
    ]
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"classes": classes, "seed": mine.seed, "shapes": SHAPES, "names": NAMES}))
    said = in_node(TWINS, tmp_path, given, tmp_path)
    assert said["split"] == list(mine.split) == order.split(mine.labels, 3, 0.2, 7)
    assert [text.replace("\u00a0", " ").replace(" %", "%") for text in said["findings"]] == findings(mine)
    assert said["names"] == [[tidied(name), key_of(name)] for name in NAMES]
    arrived = parcel.unpacked((tmp_path / "collection").read_bytes())
    assert (arrived.key, arrived.seed) == (mine.key, 7)
    exported = reading.read(zipped(mine, said["folders"]), "own pictures.zip").collection
    assert exported is not None and replace(exported, classes=mine.classes).key == mine.key
    for side, channels in SHAPES:
        theirs = datasets.unpacked((tmp_path / f"{side}-{channels}").read_bytes())
        for ours in (arrived, replace(exported, classes=mine.classes, seed=7)):
            are_equal(ours.prepared(side, channels), theirs)


def are_equal(ours: datasets.PictureSet, theirs: datasets.PictureSet) -> None:
    assert ours.classes == theirs.classes and ours.name == theirs.name == "own"
    for part in ("images", "labels", "split"):
        np.testing.assert_array_equal(getattr(ours, part), getattr(theirs, part))
    assert (ours.mean, ours.std) == (theirs.mean, theirs.std)


def pieces(data: bytes, size: int) -> list[dict[str, object]]:
    return [
        {"at": at, "base64": base64.b64encode(data[at : at + size]).decode()}
        for at in range(0, len(data), size)
    ]


def test_a_parcel_arrives_in_pieces_and_what_is_wrong_with_it_is_said() -> None:
    mine = collection({"a": 4, "b": 3}, (28, 96))
    data = parcel.packed(mine)
    arrival = parcel.Arrival("x", len(data))
    for piece in pieces(data, 10_000):
        arrival.take(piece)
        arrival.take(piece)  # once more, as after a lost connection
    assert arrival.is_whole and arrival.collection().key == mine.key
    for piece in (
        {"at": 0, "base64": "no base64!"}, {"at": "0", "base64": ""}, {"base64": ""}, {"at": -1, "base64": "AAAA"},
        {"at": 3, "base64": "AAAA"}, {"at": 0, "base64": base64.b64encode(bytes(len(data) + 1)).decode()},
        {"at": 0, "base64": "A" * 8_000_000}, {"at": True, "base64": "é"},
    ):  # fmt: skip
        afresh = parcel.Arrival("x", len(data))
        with pytest.raises(ValueError, match=r"no collection of pictures|a piece of the pictures is missing"):
            afresh.take(piece)
        assert afresh.taken == 0
    for size in (0, -1, True, "9", None, 2**40):
        with pytest.raises(ValueError, match=r"no collection|at most 138 MB of pictures can be sent"):
            parcel.Arrival("x", size)
    with pytest.raises(ValueError, match="did not arrive whole"):
        parcel.Arrival("x", 10).collection()


def test_a_damaged_parcel_is_a_sentence() -> None:
    data = parcel.packed(collection({"a": 4, "b": 3}))
    damage = random.Random(3)
    for i in range(400):
        content = bytearray(data)
        for _ in range(damage.randrange(1, 8)):
            content[damage.randrange(400 if i % 2 else len(content))] = damage.randrange(256)
        try:
            found = parcel.unpacked(bytes(content))
        except ValueError as error:
            assert str(error)
        else:
            assert found.classes and len(found.squares) == 7
    renamed = data.replace(b'[\\"a\\", \\"b\\"]', b'[\\"A\\", \\"a\\"]')
    assert renamed != data and parcel.unpacked(renamed).classes == ("A", "a 2")


SENDING = """
import { PIECE_BYTES, send } from "FOLDER/send.js";
const bytes = new Uint8Array(3 * 96 * 96).fill(7);
const pictures = Array.from({ length: 200 }, () => ({ side: 96, bytes }));
const classes = [{ name: "a", pictures }, { name: "b", pictures: [] }, { name: "c", pictures }];
const run = async (answers) => {
  const asked = [], job = { cancelled: false };
  job.stopped = new Promise((resolve) => { job.stop = () => { job.cancelled = true; resolve(null); }; });
  let waiting = 0;
  const ask = async ({ own }) => {
    asked.push(own.drop ? "drop" : [own.at, atob(own.base64).length, own.size, own.wants, ++waiting]);
    await new Promise((resolve) => setTimeout(resolve, 1));
    waiting -= 1;
    return answers(asked.length, job) || { taken: 0 };
  };
  const options = { ask, job, wants: "w", tell() {} };
  const problem = await send({ seed: 0, classes }, options).then(() => "", (error) => error.message);
  return { asked, problem };
};
console.log(JSON.stringify({
  piece: PIECE_BYTES,
  whole: await run(() => null),
  refused: await run((n) => (n === 2 ? { problem: "No room." } : null)),
  stopped: await run((n, job) => { if (n === 2) job.stop(); }),
  silent: await run((n, job) => {
    if (n !== 2) return null;
    setTimeout(job.stop, 5);
    return new Promise(() => {});
  }),
}));
"""


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_sending_goes_piece_by_piece_ends_when_told_and_passes_a_refusal_on(tmp_path: Path) -> None:
    """Also where the server never answers."""
    said = in_node(SENDING, tmp_path)
    asked = said["whole"]["asked"]
    size = asked[0][2]
    assert 400 * 96 * 96 * 3 < size < 400 * 96 * 96 * 3 + 2000 and said["piece"] <= parcel.MOST_PIECE_BYTES
    assert [at for at, *_ in asked] == list(range(0, size, said["piece"]))
    assert sum(length for _, length, *_ in asked) == size
    assert {(total, wants, waiting) for _, _, total, wants, waiting in asked} == {(size, "w", 1)}
    assert said["refused"]["problem"] == "No room." and len(said["refused"]["asked"]) == 2
    for way in ("stopped", "silent"):
        assert said[way]["problem"] == ""
        assert len(said[way]["asked"]) == 3 and said[way]["asked"][2] == "drop"
