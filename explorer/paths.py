"""Where paths through a network part and meet: forks and joins of a graph whose nodes are numbered in running order.

A graph is given by the sources of each node; INPUT stands for the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

INPUT = -1
"""The picture, as a source."""

Sources = Sequence[tuple[int, ...]]


def forks(sources: Sources) -> list[int]:
    """For each node the last node that every path from the picture to it runs through (its immediate dominator).

    For a node that joins paths this is where they parted.
    Source: Cooper, Harvey, Kennedy 2001, A Simple, Fast Dominance Algorithm.
    """
    found: list[int] = []
    for read in sources:
        nearest = max(read, default=INPUT)
        for other in read:
            nearest = _meeting(found, nearest, other)
        found.append(nearest)
    return found


def _meeting(found: list[int], one: int, two: int) -> int:
    """The last node that both are behind."""
    while one != two:
        if one > two:
            one = found[one]
        else:
            two = found[two]
    return one


def between(sources: Sources, node: int, fork: int) -> set[int]:
    """The nodes on the paths from a fork to a node, both left out."""
    seen: set[int] = set()
    ahead = list(sources[node])
    while ahead:
        number = ahead.pop()
        if number > fork and number not in seen:
            seen.add(number)
            ahead += sources[number]
    return seen


def branches(sources: Sources, node: int, fork: int) -> tuple[tuple[int, ...], ...]:
    """For each source of a node, the nodes on its way from the fork; empty for a path straight from the fork."""
    return tuple(
        () if source == fork else tuple(sorted({source} | between(sources, source, fork)))
        for source in sources[node]
    )
