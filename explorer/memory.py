"""How much memory this process may still take: what the machine has free, or its container if that is less.

Units: bytes.
Source: Linux's /proc/meminfo; control groups, https://docs.kernel.org/admin-guide/cgroup-v2.html, memory.
"""

from __future__ import annotations

import re
from pathlib import Path

_LIMITS = (
    ("sys/fs/cgroup/memory.max", "sys/fs/cgroup/memory.current"),
    ("sys/fs/cgroup/memory/memory.limit_in_bytes", "sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


def free_bytes(root: Path = Path("/")) -> int | None:
    """The least of what is known to be free; None where the system does not say."""
    found = [
        room for room in (_machine(root), *(_group(root, *files) for files in _LIMITS)) if room is not None
    ]
    return max(0, min(found)) if found else None


def _machine(root: Path) -> int | None:
    match = re.search(r"^MemAvailable:\s+(\d+) kB", _text(root / "proc/meminfo"), re.M)
    return int(match[1]) * 1024 if match else None


def _group(root: Path, limit: str, used: str) -> int | None:
    """What a control group may still take; its limit is the word "max" where there is none."""
    most, now = _text(root / limit).strip(), _text(root / used).strip()
    return int(most) - int(now) if most.isdigit() and now.isdigit() else None


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:
        return ""
