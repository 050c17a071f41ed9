"""The tasks of a page's main thread, and the processor's time that each took: from Chromium's own trace.

Unlike what `PerformanceObserver` calls long tasks, this does not count the time that other programs had the processor.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

MARK = "explorer: traced from here"


@contextmanager
def traced(page: Page) -> Iterator[list[float]]:
    """Collects, until the block ends, the milliseconds of every task of the page; the list is filled then."""
    browser = page.context.browser
    assert browser is not None
    session = browser.new_browser_cdp_session()
    events: list[dict[str, Any]] = []
    ended: list[bool] = []
    session.on("Tracing.dataCollected", lambda told: events.extend(told["value"]))
    session.on("Tracing.tracingComplete", lambda _: ended.append(True))
    config = {"includedCategories": ["toplevel", "blink.user_timing"], "recordMode": "recordAsMuchAsPossible"}
    session.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})
    page.evaluate("(mark) => { performance.mark(mark); }", MARK)
    found: list[float] = []
    try:
        yield found
    finally:
        session.send("Tracing.end")
        while not ended:
            page.wait_for_timeout(50)
        session.detach()
    found.extend(_of_main_thread(events))


def _of_main_thread(events: list[dict[str, Any]]) -> list[float]:
    [mark] = [event for event in events if event["name"] == MARK]
    return [
        event["tdur"] / 1000
        for event in events
        if event["name"].endswith("RunTask")
        and "tdur" in event
        and all(event[key] == mark[key] for key in ("pid", "tid"))
        and event["ts"] >= mark["ts"]
    ]
