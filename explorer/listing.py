"""The PyTorch code that makes a network of the explorer anywhere: a few lines, or its whole definition.

Networks of torchvision are made by name. Those that are defined here come with the source of the module that
defines them, which needs PyTorch alone.
"""

from __future__ import annotations

import ast
import inspect
from functools import cache

from explorer import networks
from explorer.networks import NETWORKS, Network, blocks, classics, facts, tiny, whole

MODULES = {"blocks": blocks, "classics": classics, "tiny": tiny, "whole": whole}


def making(name: str) -> str:
    """Code that ends with the variable ``network``: the network in evaluation mode, with random weights.

    Raises: ValueError for an unknown name.
    """
    if name not in NETWORKS:
        networks.build(name)  # says which names come close
    known = NETWORKS[name]
    return _of_torchvision(known) if known.make is None else _defined_here(known)


def _of_torchvision(known: Network) -> str:
    settings = ", init_weights=False" if known.family in ("GoogLeNet", "Inception") else ""
    return (
        "import torch\n"
        "from torchvision.models import get_model\n\n"
        f'network = get_model("{known.name}", weights=None{settings}).eval()  # weights="DEFAULT" for trained ones\n'
    )


def _defined_here(known: Network) -> str:
    expression = _expressions()[known.name]
    module = next(part for part in MODULES if expression.startswith(f"{part}."))
    source = inspect.getsource(MODULES[module])
    body = source.replace("from __future__ import annotations\n\n", "", 1)
    head = "" if "\nimport torch\n" in f"\n{body}" else "import torch\n\n"
    return f"{head}{body}\n\nnetwork = {expression.removeprefix(f'{module}.')}.eval()\n"


@cache
def _expressions() -> dict[str, str]:
    """How each network that is defined here is made, as it stands in the table of facts."""
    tree = ast.parse(inspect.getsource(facts))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _is_own(node)]
    found = {}
    for call in calls:
        name, maker = call.args[0], call.args[3]
        if isinstance(name, ast.Constant):
            text = ast.unparse(maker.body if isinstance(maker, ast.Lambda) else maker)
            found[str(name.value)] = text if isinstance(maker, ast.Lambda) else f"{text}()"
    return found


def _is_own(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "_own" and len(call.args) == 4
