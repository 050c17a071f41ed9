"""Run inside a network of its own that leads nowhere: the app starts, and a page of every section is drawn.

Started by test_offline.py as `unshare --net python tests/browser/offline.py`.
"""

import errno
import fcntl
import socket
import struct
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.browser.served import ROOT

SET_FLAGS, UP = 0x8914, 0x1
PORT = 8501


def loopback_up() -> None:
    """A new network has only a loopback, and that is down."""
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sh14x", b"lo", UP))


def nothing_outside() -> None:
    with socket.socket() as outside:
        assert outside.connect_ex(("192.0.2.1", 80)) == errno.ENETUNREACH, "this is not a network of its own"


def first_command_serves() -> None:
    """`run.py`, set up before, starts without the network."""
    process = subprocess.Popen([sys.executable, "run.py"], cwd=ROOT)
    try:
        for _ in range(300):
            assert process.poll() is None, "run.py ended without the network"
            try:
                with urllib.request.urlopen(f"http://localhost:{PORT}/_stcore/health", timeout=2) as answer:
                    assert answer.status == 200
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError("the app did not answer within 30 s")
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    loopback_up()
    nothing_outside()
    first_command_serves()
    chosen = ["tests/browser/test_frame.py", "-k", "test_page_change_is_quick", "-p", "no:cacheprovider"]
    sys.exit(pytest.main(chosen))
