"""The picture operators torchvision expects, where its compiled part does not fit this PyTorch.

torchvision's Python part describes two compiled operators, ``nms`` and ``qnms``, while it is imported. Where
the compiled part does not load (a build for another PyTorch), they are missing and the import fails, although
no classification network uses either of them. Naming them first is all the import needs.

This is the one place that does so; whatever wants torchvision calls ``ensure`` before importing it.
"""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import sys
import threading
from pathlib import Path
from types import ModuleType

import torch

OPERATORS = ("nms", "qnms")
_SCHEMA = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
_ONCE = threading.Lock()


def ensure() -> None:
    """Make ``import torchvision`` work here. Safe to call often, and from several threads.

    Raises: ValueError when torchvision is not installed.
    """
    if "torchvision.models" in sys.modules:
        return
    with _ONCE:
        if "torchvision" not in sys.modules and not _compiled_part_loads():
            for name in OPERATORS:
                if not _is_defined(name):
                    torch.library.define(f"torchvision::{name}", _SCHEMA)
        importlib.import_module("torchvision.models")  # under the lock: the first import happens once


def models() -> ModuleType:
    """Return ``torchvision.models``, imported safely."""
    ensure()
    return importlib.import_module("torchvision.models")


def missing() -> tuple[str, ...]:
    """Return the operators that are still missing; empty once ``import torchvision`` works."""
    return tuple(name for name in OPERATORS if not _is_defined(name))


def _is_defined(name: str) -> bool:
    """Tell whether PyTorch knows an operator of this name already."""
    return hasattr(torch.ops.torchvision, name)


def _compiled_part_loads() -> bool:
    """Load torchvision's compiled part, as torchvision itself will, and tell whether that works."""
    package = importlib.util.find_spec("torchvision")
    if package is None or package.origin is None:
        raise ValueError("torchvision is not installed: `pip install torchvision` adds it")
    finder = importlib.machinery.FileFinder(
        str(Path(package.origin).parent),
        (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
    )
    compiled = finder.find_spec("_C")
    if compiled is None or compiled.origin is None:
        return False
    try:
        torch.ops.load_library(compiled.origin)  # type: ignore[no-untyped-call]
    except (ImportError, OSError):
        return False
    return True
