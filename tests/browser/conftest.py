"""One server and one browser for all browser tests; a fresh page for each, with nothing stored.

A test takes `tab` (1280x720, light), `dark_tab`, `phone_tab` (390x844), `calm_tab` (reduced motion) or
`plain_tab` (no WebGL, no WebGPU) and opens a page with `tab.open("/kernels")`. `new_tab` makes others. When
the test ends, it fails on an exception shown, an error in the console, or a request to any other host.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright

import run
from tests.browser.served import Server, serve
from tests.browser.tab import Tab

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync")
SOFTWARE_GPU = ("--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader")
NO_GPU = ("--disable-gpu", "--disable-3d-apis", "--disable-software-rasterizer")
PHONE = {"width": 390, "height": 844}
PROJECTOR = {"width": 1280, "height": 720}

NewTab = Callable[..., Tab]
Contexts = dict[str, list[BrowserContext]]


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture(scope="session")
def playwright_() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser_program() -> str:
    program = run.find_browser()
    if program is None:
        pytest.skip(run.NO_BROWSER)
    return program


@pytest.fixture(scope="session")
def browser(playwright_: Playwright, browser_program: str) -> Iterator[Browser]:
    """Chromium with WebGL and WebGPU in software."""
    launched = playwright_.chromium.launch(executable_path=browser_program, args=[*QUIET, *SOFTWARE_GPU])
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def plain_browser(playwright_: Playwright, browser_program: str) -> Iterator[Browser]:
    """Chromium without WebGL and WebGPU."""
    launched = playwright_.chromium.launch(executable_path=browser_program, args=[*QUIET, *NO_GPU])
    yield launched
    launched.close()


@pytest.fixture(scope="session")
def contexts() -> Contexts:
    """Idle contexts by what was asked of them, each with a blank page that keeps its window open.

    A page then costs half the processor time: the cache is warm, and a window's own pages are there already.
    """
    return defaultdict(list)


@pytest.fixture
def new_tab(request: pytest.FixtureRequest, contexts: Contexts) -> Iterator[NewTab]:
    """Opens tabs: `new_tab(viewport=PHONE, color_scheme="dark")`, with any option of a Playwright context.

    `served=` names another server than the shared one, `gpu=False` the browser without one.
    """
    tabs: list[Tab] = []

    def make(*, served: Server | None = None, gpu: bool = True, **options: Any) -> Tab:
        running: Server = served or request.getfixturevalue("server")
        launched: Browser = request.getfixturevalue("browser" if gpu else "plain_browser")
        asked = {"viewport": PROJECTOR, "color_scheme": "light", **options}
        idle = contexts[f"{gpu} {sorted(asked.items())}"]
        context = idle.pop() if idle else launched.new_context(**asked)
        if not context.pages:
            context.new_page()
        tabs.append(Tab(context.new_page(), running, idle))
        return tabs[-1]

    with ExitStack() as closing:
        yield make
        for opened in tabs:
            closing.callback(opened.close)


@pytest.fixture
def tab(new_tab: NewTab) -> Tab:
    """A projector's picture, light."""
    return new_tab()


@pytest.fixture
def dark_tab(new_tab: NewTab) -> Tab:
    return new_tab(color_scheme="dark")


@pytest.fixture
def phone_tab(new_tab: NewTab) -> Tab:
    return new_tab(viewport=PHONE, has_touch=True)


@pytest.fixture
def calm_tab(new_tab: NewTab) -> Tab:
    """A visitor who asks for reduced motion."""
    return new_tab(reduced_motion="reduce")


@pytest.fixture
def plain_tab(new_tab: NewTab) -> Tab:
    """A browser without WebGL and WebGPU."""
    return new_tab(gpu=False)
