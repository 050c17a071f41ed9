"""Our counting beside torchinfo's and fvcore's, in one run: time, memory, and the totals.

    python benchmarks/count.py                     # ours, and each other tool that is installed
    python benchmarks/count.py vgg16 resnet50      # other networks
    python benchmarks/count.py --all               # every network's totals, cold
    python -m pip install -r requirements-count.txt    # the other tools

The other tools are for this comparison alone; the app neither needs nor imports them. Every measurement runs in a
process of its own. Time is CPU time of the counting alone, the best of five; "made" is making the network first.
Memory is what the process grew by, from after the imports to its peak.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import logging
import os
import resource
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NETWORKS = ("vgg16", "resnet50", "mobilenet_v2", "densenet121", "vit_b_16")
REPEATS = 5


def rss_mib() -> float:
    """The resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def peak_mib() -> float:
    """The largest resident memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ours(name: str, network: object | None) -> int:
    """Table and trace, of a name or of a network that was made already."""
    from explorer import cost, networks, receptive

    asked, shape = network or name, networks.NETWORKS[name].input_shape
    receptive.trace(asked, shape)  # type: ignore[arg-type]
    return cost.table(asked, shape).macs  # type: ignore[arg-type]


def torchinfo(name: str, network: object) -> int:
    summary = import_module("torchinfo").summary
    return int(summary(network, input_size=(1, *shape_of(name)), verbose=0).total_mult_adds)


def fvcore(name: str, network: object) -> int:
    analysis = import_module("fvcore.nn").FlopCountAnalysis(network, zeros(name))
    return int(analysis.unsupported_ops_warnings(False).uncalled_modules_warnings(False).total())


def thop(name: str, network: object) -> int:
    return int(import_module("thop").profile(network, (zeros(name),), verbose=False)[0])


def ptflops(name: str, network: object) -> int:
    measure = import_module("ptflops").get_model_complexity_info
    with contextlib.redirect_stdout(io.StringIO()):
        settings = {"as_strings": False, "print_per_layer_stat": False, "backend": "pytorch"}
        return int(measure(network, shape_of(name), **settings)[0])


def shape_of(name: str) -> tuple[int, int, int]:
    from explorer import networks

    return networks.NETWORKS[name].input_shape


def zeros(name: str) -> object:
    import torch

    return torch.zeros(1, *shape_of(name))


TOOLS: dict[str, Callable[[str, object], int]] = {
    "ours": ours,
    "ours, given the module": ours,
    "torchinfo": torchinfo,
    "fvcore": fvcore,
    "thop": thop,
    "ptflops": ptflops,
}


def one(tool: str, name: str) -> dict[str, float]:
    """Measure one tool on one network in this process."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    import torch

    torch.set_num_threads(1)
    from explorer import networks  # imports torchvision, safely, before a tool does

    if not tool.startswith("ours"):
        import_module(tool)
    before = rss_mib()
    begun = time.process_time()
    network = None if tool == "ours" else networks.build(name, device="cpu")
    made_ms = (time.process_time() - begun) * 1e3
    made_mib = rss_mib()
    total, times = 0, []
    for _ in range(REPEATS):
        begun = time.process_time()
        total = TOOLS[tool](name, network)
        times.append((time.process_time() - begun) * 1e3)
    peak = peak_mib()
    return {
        "macs": total,
        "made_ms": made_ms,
        "first_ms": times[0],
        "best_ms": min(times),
        "counting_mib": max(0.0, peak - made_mib),
        "all_mib": max(0.0, peak - before),
    }


def apart(tool: str, name: str) -> dict[str, float]:
    """Measure one tool on one network in a process of its own."""
    command = [sys.executable, str(Path(__file__).resolve()), "--one", tool, name]
    paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": paths},
        timeout=600,
    )
    return json.loads(done.stdout.splitlines()[-1])


def every_network() -> None:
    """Print the time for the totals of every network, cold, and the slowest ones."""
    import torch

    torch.set_num_threads(1)
    from explorer import cost, networks

    wall, cpu, slowest = time.perf_counter(), time.process_time(), []
    for name, facts in networks.NETWORKS.items():
        begun = time.process_time()
        cost.table(name, facts.input_shape)
        slowest.append((time.process_time() - begun, name))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{len(slowest)} networks: {wall:.1f} s by the clock, {cpu:.1f} s of CPU")
    print("slowest: " + ", ".join(f"{name} {seconds:.2f} s" for seconds, name in sorted(slowest)[:-6:-1]))


def compare(names: list[str]) -> None:
    """Print our figures beside the other tools' for each network."""
    from explorer import cost, networks, other_tools

    tools = [
        "ours",
        "ours, given the module",
        *(t for t in ("torchinfo", "fvcore", "thop", "ptflops") if find_spec(t)),
    ]
    if len(tools) == 2:
        print("the other tools are not installed: python -m pip install -r requirements-count.txt\n")
    for name in names:
        table = cost.table(name, networks.NETWORKS[name].input_shape)
        foretold = {count.tool: count.macs for count in other_tools.counts(table)}
        print(f"{name}  {table.macs:,} MACs, {table.params:,} parameters")
        print(f"  {'':24}{'made':>9}{'first':>9}{'best':>9}{'counting':>11}{'with it':>11}  reported")
        for tool in tools:
            found = apart(tool, name)
            said = f"{int(found['macs']):,}"
            if tool in foretold:
                said += (
                    "  as our rule for it says"
                    if foretold[tool] == found["macs"]
                    else "  OTHER than our rule says"
                )
            print(
                f"  {tool:24}{found['made_ms']:6.0f} ms{found['first_ms']:6.0f} ms{found['best_ms']:6.0f} ms"
                f"{found['counting_mib']:7.1f} MiB{found['all_mib']:7.1f} MiB  {said}"
            )
        print()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("networks", nargs="*", default=list(NETWORKS))
    parser.add_argument("--all", action="store_true", help="the totals of every network, cold")
    parser.add_argument("--one", nargs=2, metavar=("TOOL", "NETWORK"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if asked.one:
        print(json.dumps(one(*asked.one)))
    elif asked.all:
        every_network()
    else:
        compare(asked.networks)


if __name__ == "__main__":
    main()
