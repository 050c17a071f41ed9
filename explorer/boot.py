"""Once a process: the heavy imports in the background, one thread for torch, and a quiet garbage collector.

Streamlit collects all garbage after every script run; with torch imported one pass holds the interpreter for
about 0.2 s. Freezing the objects that the imports made takes that pass to nothing.
Source: https://docs.python.org/3/library/gc.html#gc.freeze
"""

import gc
import importlib
import logging
import threading
from functools import cache

HEAVY = ("numpy", "pandas", "PIL.Image", "torch", "plotly.graph_objects", "explorer.cost")


def start() -> None:
    """Begin the heavy imports without waiting for them: the first page is served meanwhile."""
    threading.Thread(target=ready, name="heavy-imports", daemon=True).start()


@cache
def _done() -> threading.Event:
    return threading.Event()


def is_ready() -> bool:
    """Whether every heavy import has been made."""
    return _done().is_set()


@cache
def _lock() -> threading.Lock:
    return threading.Lock()


def ready() -> None:
    """Return when every heavy import has been made (at once if it was made before)."""
    with _lock():
        _import_once()


@cache
def _import_once() -> None:
    for name in HEAVY:
        try:
            importlib.import_module(name)
        except ImportError:
            logging.getLogger(__name__).exception("%s could not be imported", name)
    _calm_torch()
    gc.collect()
    gc.freeze()
    _done().set()


def _calm_torch() -> None:
    """One thread an operation: sessions share the cores, and two threads on two busy cores only spin."""
    torch = importlib.import_module("torch")
    torch.set_num_threads(1)
