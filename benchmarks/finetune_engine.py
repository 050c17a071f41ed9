"""Steps a second of one network in the browser's engine, beside torch on the CPU and TensorFlow.js, in one run.

    .venv/bin/python benchmarks/finetune_engine.py [--steps 25] [--tfjs FOLDER] [--plain]

The networks are the embedded ones, batch 16; WebGPU and TensorFlow.js run the residual one (eight layers) alone.
TensorFlow.js is no dependency of this project: `--tfjs FOLDER` names a folder in which
`npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0` was run, and its rows are left out
without it. Chromium runs with WebGPU in software (SwiftShader). `--plain`: with jax-js's own kernels in WebAssembly.
"""

import argparse
import functools
import http.server
import os
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("OMP_NUM_THREADS", "1")

from torch.nn import functional as F  # noqa: E402

import run  # noqa: E402
from tests import engine_cases  # noqa: E402
from tests.browser.conftest import QUIET, SOFTWARE_GPU  # noqa: E402
from tests.browser.test_engine import Files  # noqa: E402

BATCH = 16
NETWORKS = ("small_resnet", "small_vgg", "small_depthwise", "lenet5")
TORCH = "torch, one thread"
SCRIPT = "async (given) => (await import('/tests/engine/speed.mjs')).speed(given)"
BUNDLES = (
    "@tensorflow/tfjs/dist/tf.min.js",
    "@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
)


def torch_seconds(name: str, steps: int) -> float:
    """One step of SGD in torch on one thread, the fastest."""
    import torch

    torch.set_num_threads(1)
    module, shape = engine_cases.embedded(name)
    module.train().requires_grad_(True)
    optimiser = torch.optim.SGD(module.parameters(), lr=0.001)
    x, y = torch.randn(BATCH, *shape), torch.arange(BATCH) % 10
    times = []
    for _ in range(steps + 1):
        began = time.perf_counter()
        loss = F.cross_entropy(module(x), y)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        loss.item()
        times.append(time.perf_counter() - began)
    return min(times[1:])


class Served(Files):
    """The project's tree, the cases, and below /tfjs/ another folder's modules."""

    def __init__(self, *arguments: Any, tfjs: Path | None, **named: Any) -> None:
        self.tfjs = tfjs
        super().__init__(*arguments, **named)

    def translate_path(self, path: str) -> str:
        if path.startswith("/tfjs/") and self.tfjs:
            return str(self.tfjs / "node_modules" / path.removeprefix("/tfjs/"))
        return super().translate_path(path)


def browser_seconds(steps: int, tfjs: Path | None, plain: bool) -> dict[tuple[str, str], float]:
    """(network, engine and device) -> one step in Chromium, the fastest."""
    from playwright.sync_api import sync_playwright

    found: dict[tuple[str, str], float] = {}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as started:
        folder = Path(place)
        for name in NETWORKS:
            settings = {"batch": BATCH, "rate": 0.001}
            engine_cases.write_network(folder, name, engine_cases.embedded(name), settings)
        handler = functools.partial(Served, cases=folder, tfjs=tfjs)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/tests/engine/page.html"
        browser = started.chromium.launch(executable_path=run.find_browser(), args=[*QUIET, *SOFTWARE_GPU])
        wanted = [(name, "engine", "wasm") for name in NETWORKS]
        wanted += [(NETWORKS[0], "engine", "webgpu")]
        wanted += [(NETWORKS[0], "tfjs", device) for device in ("webgl", "webgpu")] if tfjs else []
        for name, engine, device in wanted:
            page = browser.new_page()
            page.goto(address)
            for bundle in BUNDLES if engine == "tfjs" else ():
                page.add_script_tag(url=f"/tfjs/{bundle}")
            count = steps if (engine, device) == ("engine", "wasm") else min(3, steps)
            given = {"engine": engine, "device": device, "steps": count, "batch": BATCH, "name": name}
            found[name, f"{engine} {device}"] = page.evaluate(SCRIPT, given | {"plain": plain})
            page.close()
        server.shutdown()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=25)
    parser.add_argument("--tfjs", type=Path, help="folder whose node_modules holds TensorFlow.js")
    parser.add_argument("--plain", action="store_true", help="leave jax-js its own kernels")
    chosen = parser.parse_args()
    seconds = {(name, TORCH): torch_seconds(name, chosen.steps) for name in NETWORKS}
    seconds |= browser_seconds(chosen.steps, chosen.tfjs, chosen.plain)
    print(f"batch {BATCH}, forward, backward and SGD; the fastest step")
    for name in NETWORKS:
        for (network, engine), value in seconds.items():
            if network == name:
                print(f"{name:16} {engine:18} {value * 1000:9.1f} ms   {1 / value:7.2f} steps/s")
    for name in NETWORKS:
        ratio = seconds[name, "engine wasm"] / seconds[name, TORCH]
        print(f"{name}: engine wasm takes {ratio:.2f} times torch's time (wanted: at most 2)")
    if chosen.tfjs:
        own = {engine: value for (name, engine), value in seconds.items() if name == NETWORKS[0]}
        best = min(own["tfjs webgl"], own["tfjs webgpu"]) / own["engine wasm"]
        print(f"engine wasm is {best:.1f} times as fast as TensorFlow.js at its best (wanted: at least 10)")
        there = own["tfjs webgpu"] / own["engine webgpu"]
        print(f"on WebGPU in software {there:.1f} times as fast (wanted: at least 2)")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
