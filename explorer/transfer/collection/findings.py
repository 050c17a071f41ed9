"""What to know of own pictures before racing on them, in sentences; the twin is the browser's own/set.js."""

from collections import defaultdict

from explorer.transfer.collection.collection import Collection
from explorer.transfer.collection.limits import pictures, quoted

UNEVEN = 3
"""The largest class has so many times the pictures of the smallest."""


def findings(found: Collection) -> list[str]:
    """Single pictures, imbalance and exact copies, each in a sentence."""
    return [text for text in (_single(found), _balance(found), _copies(found)) if text]


def _single(found: Collection) -> str:
    alone = [quoted(name) for name, count in zip(found.classes, found.counts, strict=True) if count == 1]
    if not alone:
        return ""
    verb = "has" if len(alone) == 1 else "have"
    return f"{', '.join(alone)} {verb} a single picture: it cannot be split, so it is trained on and never tested."


def _balance(found: Collection) -> str:
    counts = found.counts
    most, least = max(counts), min(counts)
    if len(counts) < 2 or most < UNEVEN * least:
        return ""
    largest, smallest = (quoted(found.classes[counts.index(count)]) for count in (most, least))
    return (
        f"{largest} has {pictures(most)}, {smallest} {least}: a network that always answers {largest} would be right "
        f"in {most / sum(counts):.0%} of all cases."
    )


def copies(found: Collection) -> list[list[int]]:
    """Pictures of equal pixels: the lists of rows that are one picture."""
    same: dict[bytes, list[int]] = defaultdict(list)
    for row, square in enumerate(found.squares):
        same[square.tobytes()].append(row)
    return [rows for rows in same.values() if len(rows) > 1]


def _copies(found: Collection) -> str:
    same = copies(found)
    if not same:
        return ""
    extra = sum(len(rows) - 1 for rows in same)
    leaked = sum(len({found.split[row] for row in rows}) > 1 for rows in same)
    torn = sum(len({found.labels[row] for row in rows}) > 1 for rows in same)
    parts = [
        f"{pictures(extra)} {'is an exact copy of another' if extra == 1 else 'are exact copies of others'}"
    ]
    if leaked:
        stand = "stands" if leaked == 1 else "stand"
        parts.append(
            f"{leaked} of them {stand} on both sides of the split, so a network may remember instead of recognise"
        )
    if torn:
        parts.append(f"{torn} {'is' if torn == 1 else 'are'} in two classes at once")
    return "; ".join(parts) + "."
