"""The app as a process of its own, on a free port, and what that process has cost."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60


@dataclass(frozen=True)
class Server:
    """A running app: its address, its process and what it has written."""

    url: str
    pid: int
    log: Path

    @property
    def last_words(self) -> str:
        """The end of the log: where the traceback of a page stands."""
        return self.log.read_text("utf-8", errors="replace")[-3000:]

    @property
    def cpu_s(self) -> float:
        """Processor time that the process has used so far, all threads, in seconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def resident_mib(self) -> float:
        """Memory that the process holds, in MiB."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def serve(
    script: Path = ROOT / "app.py", *options: str, folder: Path = ROOT, python_path: tuple[Path, ...] = ()
) -> Iterator[Server]:
    """Run a launcher as users do, from the project's folder; modules in `python_path` are found first."""
    port = _free_port()
    own = [f"--server.port={port}", "--server.headless=true", "--logger.hideWelcomeMessage=true"]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *own, *options]
    environment = dict(os.environ, PYTHONPATH=os.pathsep.join(map(str, (*python_path, folder))))
    with tempfile.TemporaryDirectory() as notes:
        log_file = Path(notes) / "log"
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        server = Server(f"http://localhost:{port}", process.pid, log_file)
        try:
            _wait(server, process)
            yield server
        finally:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(server: Server, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_LIMIT_S
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(server.url, timeout=2):
                return
        except urllib.error.HTTPError:  # below a base path there is nothing at the root
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError(f"the app ended, or did not answer within {START_LIMIT_S} s:\n{server.last_words}")
