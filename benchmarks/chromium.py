"""The headless Chromium of the benchmarks: without a GPU, as most learners' laptops in a lecture."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

import run


@contextmanager
def launched() -> Iterator[Browser]:
    """The browser that the machine has; without one, the program ends with a sentence."""
    program = run.find_browser()
    if program is None:
        sys.exit(run.NO_BROWSER)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
