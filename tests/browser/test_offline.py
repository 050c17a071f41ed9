"""Once set up, the app needs no network: neither to start nor on any page."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.served import ROOT

ALONE = ("unshare", "--net", "--map-root-user")


def test_app_starts_and_pages_are_drawn_without_a_network(browser_program: str) -> None:
    if not shutil.which("unshare") or subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("this system gives no process a network of its own (unshare)")
    inside = [*ALONE, sys.executable, str(Path(__file__).with_name("offline.py"))]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "CNN_EXPLORER_BROWSER": browser_program}
    call = subprocess.run(
        inside, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=600
    )
    assert call.returncode == 0, (call.stdout + call.stderr)[-6000:]
    assert " passed" in call.stdout
    assert "skipped" not in call.stdout
