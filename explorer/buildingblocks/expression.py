"""Small formulas such as ``k*k*c*f``: their value, and how they are written with letters or with numbers.

A formula knows whole numbers, names, ``+ - * // %``, brackets, and the comparisons ``> >= == <`` (1 or 0). The
browser reads the same texts by the same rules, so that a block's cost is written down once.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_TOKEN = re.compile(r"\s*(?:(\d+)|([a-z][a-z0-9_]*)|(//|>=|==|[-+*%()<>]))")
_PRECEDENCE: tuple[tuple[str, ...], ...] = (("<", ">", ">=", "=="), ("+", "-"), ("*", "//", "%"))
_OPERATORS: Mapping[str, Callable[[int, int], int]] = MappingProxyType(
    {
        "<": operator.lt,
        ">": operator.gt,
        ">=": operator.ge,
        "==": operator.eq,
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "//": operator.floordiv,
        "%": operator.mod,
    }
)
_WRITTEN: Mapping[str, str] = MappingProxyType({"*": " × ", "//": " / ", "+": " + ", "-": " − "})


def tokens(text: str) -> tuple[str, ...]:
    """The numbers, names and signs of a formula. Raises: ValueError naming what is none of these."""
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"a formula knows numbers, names and + - * // % ( ), got {text[at:].strip()!r}")
        found.append(match[match.lastindex or 0])
        at = match.end()
    return tuple(found)


def value(text: str, numbers: Mapping[str, int]) -> int:
    """What a formula comes to. Raises: ValueError for an unknown name or a text that is no formula."""
    reader = _Reader(tokens(text), numbers)
    result = reader.level(0)
    if reader.rest:
        raise ValueError(f"{text!r} is no formula: {reader.rest[0]!r} is one sign too many")
    return result


def written(text: str, symbols: Mapping[str, str]) -> str:
    """A formula as it is printed: names by their symbols (letters or numbers), ``x*x`` as a square."""
    parts = [symbols.get(token, token) for token in tokens(text)]
    return "".join(_WRITTEN.get(part, part) for part in _squared(parts))


def _squared(parts: list[str]) -> list[str]:
    """``x * x`` becomes ``x²`` where the pair stands alone in its product."""
    out: list[str] = []
    at = 0
    while at < len(parts):
        pair = parts[at : at + 3]
        is_square = len(pair) == 3 and pair[1] == "*" and pair[0] == pair[2] and pair[0][0].isalnum()
        divided = out[-1:] == ["//"]
        out.append(f"{pair[0]}²" if is_square and not divided else parts[at])
        at += 3 if is_square and not divided else 1
    return out


class _Reader:
    """Reads tokens from left to right, the loosest signs first."""

    def __init__(self, found: tuple[str, ...], numbers: Mapping[str, int]) -> None:
        self.rest = list(found)
        self.numbers = numbers

    def level(self, index: int) -> int:
        if index == len(_PRECEDENCE):
            return self.atom()
        result = self.level(index + 1)
        while self.rest and self.rest[0] in _PRECEDENCE[index]:
            sign = self.rest.pop(0)
            other = self.level(index + 1)
            if sign in ("//", "%") and other == 0:
                raise ValueError("a formula divides by 0")
            result = int(_OPERATORS[sign](result, other))
        return result

    def atom(self) -> int:
        sign = self.rest.pop(0) if self.rest else ""
        if sign == "(":
            result = self.level(0)
            if not self.rest or self.rest.pop(0) != ")":
                raise ValueError("a formula lacks a closing bracket")
            return result
        if sign.isdigit():
            return int(sign)
        if sign not in self.numbers:
            raise ValueError(f"a formula asks for {sign!r}; known are {', '.join(self.numbers)}")
        return self.numbers[sign]
