"""The engine in Chromium, in WebAssembly and on WebGPU in software: beside torch, and in its worker."""

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Page

from tests import engine_cases
from tests.test_engine import LIBRARY, ROOT, check_parity

DEVICES = ("wasm", "webgpu")


class Files(http.server.SimpleHTTPRequestHandler):
    """The tree of the project, and below /cases/ what torch made."""

    extensions_map = {**http.server.SimpleHTTPRequestHandler.extensions_map, ".mjs": "text/javascript"}  # noqa: RUF012

    def __init__(self, *arguments: Any, cases: Path, **named: Any) -> None:
        self.cases = cases
        super().__init__(*arguments, directory=str(ROOT), **named)

    def translate_path(self, path: str) -> str:
        if path.startswith("/cases/"):
            return str(self.cases / Path(path).name)
        return super().translate_path(path)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("cases")
    engine_cases.write_operations(folder)
    for name, rate in engine_cases.RATES.items():
        settings = {"rate": rate / 2, "batch": 8}
        engine_cases.write_network(folder, name, engine_cases.embedded(name), settings)
    engine_cases.write_network(folder, "small_vgg", engine_cases.embedded("small_vgg"))
    engine_cases.write_network(folder, "squeezenet", engine_cases.squeezenet(), {"batch": 4})
    return folder


@pytest.fixture(scope="module")
def address(cases: Path) -> Iterator[str]:
    if not LIBRARY.is_file():
        pytest.skip("The engine's tests are skipped: jax-js is not installed (run.py installs it).")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, cases=cases))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/tests/engine/page.html"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


def run(page: Page, *given: Any) -> Any:
    return page.evaluate('async (given) => (await import("./page.mjs")).run(...given)', list(given))


def worker(page: Page, name: str, **settings: Any) -> Any:
    script = 'async ([name, settings]) => (await import("./page.mjs")).worker(name, settings)'
    return page.evaluate(script, [name, settings])


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
def test_single_operations(page: Page, device: str) -> None:
    found = run(page, device, "operations")
    assert len(found) >= 100
    assert not [one for one in found if one["worst"][1] is None or one["worst"][1] > 1e-4]


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", [*engine_cases.RATES, "squeezenet"])
def test_network(page: Page, device: str, name: str) -> None:
    check_parity(run(page, device, "parity", name))


def test_strided_convolutions_on_webgpu(page: Page) -> None:
    """The library's own are wrong there, without a word; the engine's are right."""
    library, engine = run(page, "webgpu", "strided")
    assert library > 0.1
    assert engine < 1e-5


def kinds(found: dict[str, Any]) -> list[str]:
    return [one["type"] for one in found["log"]]


def test_worker_trains_in_wasm_where_the_gpu_is_emulated(page: Page) -> None:
    found = worker(page, "small_vgg", prefer="auto", act="finish")
    ready = found["log"][0]
    assert (ready["type"], ready["device"], ready["software"]) == ("ready", "wasm", True)
    assert "emulated in software" in ready["reason"]
    for lane in "ab":
        steps = [one["step"] for one in found["log"] if one["type"] == "progress" and one["lane"] == lane]
        assert steps == list(range(1, 13))
        looked = [one["step"] for one in found["log"] if one["type"] == "evaluated" and one["lane"] == lane]
        assert looked == [0, 6, 12]
    assert found["last"]["step"] == 12


def test_worker_stops_within_a_second(page: Page) -> None:
    found = worker(page, "small_vgg", prefer="wasm", act="stop", steps=5000)
    assert kinds(found)[-1] == "stopped"
    assert found["tookMs"] < 1000


@pytest.mark.slow
def test_worker_on_webgpu_says_when_the_device_is_lost(page: Page) -> None:
    found = worker(page, "small_vgg", prefer="webgpu", act="lose", steps=5000)
    assert found["log"][0]["device"] == "webgpu"
    assert "computes the same as WebAssembly" in found["log"][0]["reason"]
    assert kinds(found)[-1] == "lost"
    assert "failed" not in kinds(found)


@pytest.mark.slow
def test_worker_leaves_a_webgpu_that_computes_wrongly(page: Page) -> None:
    found = worker(page, "small_vgg", prefer="webgpu", act="stop", library="./wrong.mjs", steps=5000)
    ready = found["log"][0]
    assert ready["device"] == "wasm"
    assert "failed the start-up check (it computes a" in ready["reason"]


def test_worker_without_its_library(page: Page) -> None:
    found = worker(page, "small_vgg", prefer="auto", act="stop", library="./missing.mjs")
    assert kinds(found) == ["failed"]
    assert (
        found["log"][0]["sentence"] == "The library that trains in the browser (jax-js) could not be loaded."
    )


def test_worker_without_webgpu(plain_browser: Browser, address: str) -> None:
    context = plain_browser.new_context()
    page = context.new_page()
    page.goto(address)
    found = worker(page, "lenet5", prefer="auto", act="stop", steps=5000)
    assert found["log"][0]["device"] == "wasm"
    assert "offers no WebGPU" in found["log"][0]["reason"]
    assert kinds(found)[-1] == "stopped"
    context.close()
