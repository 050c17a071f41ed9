"""What all tests share: quiet threads, a second try in the browser, and closing lines about those tests."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before torch is imported: see explorer/boot.py

BROWSER_TESTS = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if BROWSER_TESTS in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))  # said in the last lines: see below
    # the long files first, so that the processes of pytest-xdist end together
    items.sort(key=lambda item: BROWSER_TESTS not in item.path.parents)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    count = {
        outcome: sum(
            "browser" in report.keywords
            for report in terminalreporter.stats.get(outcome, [])
            if isinstance(report, pytest.TestReport)
        )
        for outcome in ("passed", "failed", "error", "skipped")
    }
    if any(count.values()):
        told = ", ".join(f"{number} {outcome}" for outcome, number in count.items() if number)
        terminalreporter.write_line(f"Browser tests: {told}.")
    for report in terminalreporter.stats.get("rerun", []):
        reason = str(report.longrepr).strip().splitlines()[-1:]
        terminalreporter.write_line(
            f"Failed once, and was run again: {report.nodeid}: {' '.join(reason)[:200]}"
        )
