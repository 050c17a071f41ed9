"""jax-js on a host that installs `requirements.txt` alone: the app runs npm itself, once."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from explorer.browser import library

CACHED = (library._files, library._version, library._installing, library._install_once)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A checkout without node_modules, and no npm but one that a test makes in `bin`."""
    (tmp_path / "package-lock.json").write_text("{}")
    (tmp_path / "bin").mkdir()
    monkeypatch.setattr(library, "ROOT", tmp_path)
    monkeypatch.setattr(library, "FOLDER", tmp_path / "node_modules")
    monkeypatch.setattr(library.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for function in CACHED:
        function.cache_clear()
    yield tmp_path
    for function in CACHED:
        function.cache_clear()


def npm(place: Path, script: str) -> None:
    if os.name == "nt":
        pytest.skip("the stand-in is a shell script")
    program = place / "bin" / "npm"
    program.write_text(f'#!/bin/sh\necho "$@" >> asked\n{script}\n')
    program.chmod(0o755)


def start() -> None:
    library.start()
    for thread in threading.enumerate():
        if thread.name == "npm":
            thread.join(20)


def test_the_app_installs_what_is_missing_once(bare: Path) -> None:
    folder = Path("node_modules") / Path(library.JAX).parent
    npm(bare, f"/bin/mkdir -p {folder}\necho 'export const a = 1;' > {folder}/index.js")
    assert library.jax_url() is None
    start()
    assert library.jax_url() == f"explorer-npm/{library.version()}/{library.JAX}"
    assert library.files()[library.JAX] == b"export const a = 1;\n"
    start()
    assert (bare / "asked").read_text().splitlines() == [" ".join(library.ORDER)]


def test_an_npm_that_fails_is_logged_and_not_asked_again(
    bare: Path, caplog: pytest.LogCaptureFixture
) -> None:
    npm(bare, "echo no network >&2\nexit 1")
    start()
    start()
    assert library.files() == {}
    assert "no network" in caplog.text
    assert len((bare / "asked").read_text().splitlines()) == 1


def test_without_npm_nothing_is_begun(bare: Path) -> None:
    start()
    assert library.jax_url() is None
