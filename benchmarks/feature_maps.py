"""Feature maps of ResNet-18: `python -m benchmarks.feature_maps`.

Prints, in one run: what a call of `explorer.features.maps` costs beside the bare forward pass; what the page adds
to the memory of a server; and the time from a key press to the painted layer in headless Chromium, beside the usual
way, one picture element a map.
"""

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from playwright.sync_api import Browser, Page

from benchmarks.chromium import launched
from explorer import features, networks
from tests.browser.served import ROOT, serve

LAYER = "layer1.0.relu@1"  # 64 maps of 56 x 56
LAYERS = 18
NUMBERS = """() => {
  for (const e of document.querySelectorAll('*')) {
    const root = e.shadowRoot?.querySelector('.root[data-component="maps"]');
    if (root) return root.__numbers?.layer;
  }
}"""

PICTURES = """() => [...document.querySelectorAll('[data-testid="stImage"] img')].filter((i) => i.complete)
  .map((i) => i.src)"""

TIMED = f"""(key) => new Promise((done) => {{
  const layer = {NUMBERS};
  const [before, begun] = [layer(), performance.now()];
  const slider = document.activeElement;
  slider.dispatchEvent(new KeyboardEvent("keydown", {{ key, code: key, bubbles: true }}));
  slider.dispatchEvent(new KeyboardEvent("keyup", {{ key, code: key, bubbles: true }}));
  const look = () => requestAnimationFrame(layer() !== before ? () => done(performance.now() - begun) : look);
  look();
}})"""


TIMED_USUAL = f"""(key) => new Promise((done) => {{
  const pictures = {PICTURES};
  const [before, begun] = [new Set(pictures()), performance.now()];
  const all = () => {{
    const now = pictures();
    return now.length === 64 && now.every((source) => !before.has(source));
  }};
  const slider = document.activeElement;
  slider.dispatchEvent(new KeyboardEvent("keydown", {{ key, code: key, bubbles: true }}));
  slider.dispatchEvent(new KeyboardEvent("keyup", {{ key, code: key, bubbles: true }}));
  const look = () => requestAnimationFrame(all() ? () => done(performance.now() - begun) : look);
  look();
}})"""


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def calls() -> None:
    """The maps call beside the bare forward pass, taken in turns: equal load."""
    network, batch = networks.build("resnet18", device="cpu"), torch.rand(1, 3, 224, 224)

    def bare() -> None:
        with torch.inference_mode():
            network(batch)

    def asked() -> dict[str, torch.Tensor]:
        return features.maps(network, batch, [LAYER])

    bare(), asked()
    pairs = [(milliseconds(bare), milliseconds(asked)) for _ in range(25)]
    plain, maps = (statistics.median(values) for values in zip(*pairs, strict=True))
    print(f"bare forward pass  {plain:7.1f} ms")
    print(f"features.maps      {maps:7.1f} ms, {maps / plain:.2f} times the bare pass (limit 1.3)")


def clicks(browser: Browser) -> None:
    """From the key to the paint: through the layers once, then back; and what that adds to the server's memory."""
    with serve() as server:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(f"{server.url}/maps")  # with a small network
        page.wait_for_function(f"() => ({NUMBERS})() === 'conv'", timeout=90_000)
        before_mib = server.resident_mib
        page.goto(f"{server.url}/maps?maps_net=resnet18&maps_weights=Untrained")
        page.wait_for_function(f"() => ({NUMBERS})() === 'conv1'", timeout=90_000)
        new, seen = walk(page, TIMED)
        told("layer new", new)
        told("layer seen before", seen)
        print(
            f"memory             {server.resident_mib - before_mib:7.0f} MiB more with ResNet-18 (limit 250)"
        )
        page.close()


def usual(browser: Browser) -> None:
    """The same with one `st.image` a map."""
    with serve(Path(__file__).with_name("one_element_a_map.py"), python_path=(ROOT,)) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.goto(server.url)
        page.wait_for_function(f"() => ({PICTURES})().length === 64", timeout=90_000)
        new, seen = walk(page, TIMED_USUAL)
        told("one element a map, layer new", new)
        told("one element a map, seen before", seen)
        page.close()


def walk(page: Page, timed: str) -> tuple[list[float], list[float]]:
    page.get_by_role("slider").focus()
    there, back = (
        [float(page.evaluate(timed, key)) for _ in range(LAYERS)] for key in ("ArrowRight", "ArrowLeft")
    )
    return there, back


def told(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"key to paint       {statistics.median(times):7.0f} ms median, {p95:.0f} ms p95, {name}")


if __name__ == "__main__":
    torch.set_num_threads(1)
    calls()
    with launched() as chromium:
        clicks(chromium)
        usual(chromium)
