"""Fetching weights from a server that misbehaves: a sentence, no half file trusted, and the next try goes on."""

import hashlib
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PIL import Image

from explorer import networks, weights
from explorer.weights import DownloadError, Weights, download, offered, state
from tests.misbehaving import Misbehaving, misbehaving

CONTENTS = bytes(range(256)) * 4000  # 1.02 MB
NAME = f"net-{hashlib.sha256(CONTENTS).hexdigest()[:8]}.pth"


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving(CONTENTS) as told:
        yield told


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of PyTorch."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "_hub_dir", None)
    return tmp_path / "hub" / "checkpoints"


@pytest.fixture
def wanted(server: Misbehaving, cache: Path) -> Weights:
    return Weights("net", "V1", f"http://127.0.0.1:{server.port}/{NAME}", len(CONTENTS), (), lambda: None)


def is_untouched(cache: Path) -> bool:
    """No file that anything would take for weights."""
    return not list(cache.glob("*.pth"))


def test_a_good_server_gives_the_file_and_says_how_far_it_is(wanted: Weights, server: Misbehaving) -> None:
    seen: list[tuple[int, int]] = []
    file = download(wanted, lambda done, total: not seen.append((done, total)))
    assert file.read_bytes() == CONTENTS
    assert seen[-1] == (len(CONTENTS), len(CONTENTS))
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert not list(file.parent.glob("*.partial"))
    download(wanted)
    assert server.ranges == [None], "a file that is here is not fetched again"


def test_a_cut_download_is_said_and_resumed(wanted: Weights, server: Misbehaving, cache: Path) -> None:
    server.manner = "cut"
    with pytest.raises(DownloadError, match=r"cut after 0\.5 of 1\.0 MB"):
        download(wanted)
    assert is_untouched(cache)
    assert not wanted.here
    server.manner = "well"
    assert download(wanted).read_bytes() == CONTENTS
    assert server.ranges == [None, f"bytes={len(CONTENTS) // 2}-"]


def test_a_server_without_ranges_sends_all_again(wanted: Weights, server: Misbehaving) -> None:
    server.manner = "cut"
    with pytest.raises(DownloadError):
        download(wanted)
    server.manner = "without ranges"
    assert download(wanted).read_bytes() == CONTENTS


def test_a_slow_server_is_not_waited_for(wanted: Weights, server: Misbehaving, cache: Path) -> None:
    server.manner = "slow"
    begun = time.monotonic()
    with pytest.raises(DownloadError, match="stopped answering"):
        download(wanted, patience_s=0.4)
    assert time.monotonic() - begun < 20
    assert is_untouched(cache)
    server.manner = "well"
    assert download(wanted).read_bytes() == CONTENTS


def test_wrong_bytes_are_thrown_away(wanted: Weights, server: Misbehaving, cache: Path) -> None:
    server.manner = "corrupt"
    with pytest.raises(DownloadError, match="checksum differs"):
        download(wanted)
    assert not list(cache.iterdir()), "neither in place nor kept to be resumed"
    server.manner = "well"
    assert download(wanted).read_bytes() == CONTENTS


def test_a_wrong_second_half_is_thrown_away_with_the_first(
    wanted: Weights, server: Misbehaving, cache: Path
) -> None:
    server.manner = "cut"
    with pytest.raises(DownloadError):
        download(wanted)
    server.manner = "corrupt"
    with pytest.raises(DownloadError, match="checksum differs"):
        download(wanted)
    assert not list(cache.iterdir())


@pytest.mark.parametrize("code", ["404", "403", "500", "503"])
def test_a_refusal_is_said_with_its_number(
    wanted: Weights, server: Misbehaving, cache: Path, code: str
) -> None:
    server.manner = code
    with pytest.raises(DownloadError, match=f"refused: {code}"):
        download(wanted)
    assert not list(cache.iterdir())


def test_no_connection_is_a_sentence(wanted: Weights, cache: Path) -> None:
    nobody = replace(wanted, url=f"http://127.0.0.1:9/{NAME}")
    with pytest.raises(DownloadError, match="no connection"):
        download(nobody)
    assert is_untouched(cache)


def test_a_stopped_download_goes_on_later(wanted: Weights, server: Misbehaving, cache: Path) -> None:
    with pytest.raises(DownloadError, match="Stopped"):
        download(wanted, lambda done, _total: done < 500_000)
    assert is_untouched(cache)
    assert download(wanted).read_bytes() == CONTENTS
    assert server.ranges[-1] is not None


def test_a_complete_partial_file_is_asked_for_again_and_checked(
    wanted: Weights, server: Misbehaving, cache: Path
) -> None:
    cache.mkdir(parents=True)
    (cache / f"{NAME}.partial").write_bytes(b"y" * len(CONTENTS))
    assert download(wanted).read_bytes() == CONTENTS
    assert server.ranges == [f"bytes={len(CONTENTS)}-", None]


@pytest.fixture
def squeezenet(cache: Path) -> Path:
    """A randomly initialised network under the name of the trained one, as a user's cache would hold it."""
    torch.manual_seed(3)
    place = offered("squeezenet1_1").file
    place.parent.mkdir(parents=True)
    torch.save(networks.build("squeezenet1_1", device="cpu").state_dict(), place)
    return place


def test_weights_in_the_cache_are_found_and_used(squeezenet: Path) -> None:
    picture = Image.open("assets/pictures/chelsea.webp")
    weights_of = offered("squeezenet1_1")
    module = networks.build("squeezenet1_1", weights="IMAGENET1K_V1")
    assert not module.training
    with torch.inference_mode():
        shares = module(weights_of.transforms()(picture)[None])[0].softmax(0)
    found = networks.predict("squeezenet1_1", picture, k=3, weights="IMAGENET1K_V1")
    assert [label for label, _ in found] == [weights_of.categories[i] for i in shares.topk(3).indices]
    assert [share for _, share in found] == pytest.approx(shares.topk(3).values.tolist(), abs=1e-6)
    assert state(weights_of).keys() == module.state_dict().keys()


def test_weights_that_are_not_here_are_said_and_not_fetched(cache: Path) -> None:
    with pytest.raises(ValueError, match="IMAGENET1K_V1 of resnet18 are not on this server yet"):
        networks.build("resnet18", weights="IMAGENET1K_V1")
    assert not cache.exists()


@pytest.mark.parametrize("contents", [b"", b"PK\x03\x04 half a file", b"<html>no</html>"])
def test_a_damaged_file_is_a_sentence(squeezenet: Path, contents: bytes) -> None:
    squeezenet.write_bytes(contents)
    with pytest.raises(ValueError, match=r"cannot be read as weights|no plain file of weights"):
        networks.build("squeezenet1_1", weights="IMAGENET1K_V1")


def test_a_file_of_another_network_is_a_sentence(squeezenet: Path) -> None:
    torch.save(networks.build("lenet5", device="cpu").state_dict(), squeezenet)
    with pytest.raises(ValueError, match="do not fit squeezenet1_1"):
        networks.build("squeezenet1_1", weights="IMAGENET1K_V1")


class Mischief:
    """What a pickle can do when it is loaded without care."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.file,)


def test_a_file_that_would_run_code_is_refused(squeezenet: Path, tmp_path: Path) -> None:
    torch.save({"weight": Mischief(tmp_path / "ran")}, squeezenet)
    with pytest.raises(ValueError, match=r"no plain file|cannot be read"):
        networks.build("squeezenet1_1", weights="IMAGENET1K_V1")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("name", ["ANY", "embedded"])
def test_weights_that_torchvision_does_not_offer_are_named(name: str) -> None:
    with pytest.raises(ValueError, match="resnet18 has no"):
        networks.build("resnet18", weights=name)


def test_the_size_is_known_before_anything_is_fetched() -> None:
    found = offered("resnet18")
    assert found.size_bytes == pytest.approx(44.7e6, rel=0.01)
    assert weights.offered("resnet18", "DEFAULT") == found
