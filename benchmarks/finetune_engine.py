"""Steps a second of one network in the browser's engine, beside torch on the CPU and TensorFlow.js, in one run.

    .venv/bin/python benchmarks/finetune_engine.py [--steps 10] [--tfjs FOLDER]

The network is the embedded residual one (eight layers), batch 16. TensorFlow.js is no dependency of this project:
`--tfjs FOLDER` names a folder in which `npm install @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-webgpu@4.22.0`
was run, and its rows are left out without it. Chromium runs with WebGPU in software (SwiftShader).
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
SCRIPT = "async (given) => (await import('/tests/engine/speed.mjs')).speed(...given)"
BUNDLES = (
    "@tensorflow/tfjs/dist/tf.min.js",
    "@tensorflow/tfjs-backend-webgpu/dist/tf-backend-webgpu.min.js",
)


def torch_seconds(steps: int) -> float:
    """One step of SGD in torch on one thread, the fastest."""
    import torch

    torch.set_num_threads(1)
    module, shape = engine_cases.embedded("small_resnet")
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


def browser_seconds(steps: int, tfjs: Path | None) -> dict[str, float]:
    """One step on each engine and device in Chromium, the fastest."""
    from playwright.sync_api import sync_playwright

    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as started:
        folder = Path(place)
        engine_cases.write_network(
            folder, "net", engine_cases.embedded("small_resnet"), {"batch": BATCH, "rate": 0.001}
        )
        handler = functools.partial(Served, cases=folder, tfjs=tfjs)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_address[1]}/tests/engine/page.html"
        browser = started.chromium.launch(executable_path=run.find_browser(), args=[*QUIET, *SOFTWARE_GPU])
        wanted = [("engine", "wasm"), ("engine", "webgpu")]
        wanted += [("tfjs", "webgl"), ("tfjs", "webgpu")] if tfjs else []
        for engine, device in wanted:
            page = browser.new_page()
            page.goto(address)
            for bundle in BUNDLES if engine == "tfjs" else ():
                page.add_script_tag(url=f"/tfjs/{bundle}")
            count = steps if (engine, device) == ("engine", "wasm") else min(3, steps)
            found[f"{engine} {device}"] = page.evaluate(SCRIPT, [engine, device, count, BATCH])
            page.close()
        server.shutdown()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--tfjs", type=Path, help="folder whose node_modules holds TensorFlow.js")
    chosen = parser.parse_args()
    seconds = {"torch, one thread": torch_seconds(chosen.steps)}
    seconds |= browser_seconds(chosen.steps, chosen.tfjs)
    print(f"small_resnet, batch {BATCH}, forward, backward and SGD; the fastest step")
    for name, value in seconds.items():
        print(f"{name:18} {value * 1000:9.1f} ms   {1 / value:7.2f} steps/s")
    wasm, webgpu = seconds["engine wasm"], seconds["engine webgpu"]
    print(
        f"engine wasm takes {wasm / seconds['torch, one thread']:.2f} times torch's time (wanted: at most 2)"
    )
    if chosen.tfjs:
        best = min(seconds["tfjs webgl"], seconds["tfjs webgpu"])
        print(
            f"engine wasm is {best / wasm:.1f} times as fast as TensorFlow.js at its best (wanted: at least 10)"
        )
        print(
            f"on WebGPU in software {seconds['tfjs webgpu'] / webgpu:.1f} times as fast (wanted: at least 2)"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
