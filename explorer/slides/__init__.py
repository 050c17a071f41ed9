"""What the lectures' slides say about sizes and costs, and whether the counting engine agrees.

Every figure of the slides is held with its convention and set beside the figure that the engine computes. Where they
differ, the right value is computed and the reason is given; the slide's own figure is never used as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor, log10
from types import MappingProxyType

from explorer.cost import Row
from explorer.slides.architectures import ARCHITECTURES
from explorer.slides.claim import Claim
from explorer.slides.claims import COSTS, paper_striding
from explorer.slides.sizes import SIZES
from explorer.slides.tables import TABLES, Line, SlideTable, in_slide_units, rows_of

__all__ = [
    "CLAIMS", "TABLES", "Claim", "Finding", "Line", "SlideTable", "check", "check_claims", "findings",
    "in_slide_units", "paper_striding", "rows_of", "wrong",
]  # fmt: skip

CLAIMS: tuple[Claim, ...] = (*COSTS, *ARCHITECTURES, *SIZES)
"""The figures in the slides' text."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure of the slides beside the engine's. ``right`` is what the slide should say, in its own rounding."""

    where: str
    figure: str
    unit: str
    slide: float
    computed: float
    right: float
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the slide's figure is the engine's, rounded as on the slide."""
        return self.slide == self.right


def check(name: str) -> tuple[Finding, ...]:
    """Set every figure of one slide table beside the engine's. Raises: ValueError for an unknown table."""
    if name not in TABLES:
        raise ValueError(f"there is no slide table {name!r}; the tables are {', '.join(TABLES)}")
    table = TABLES[name]
    pairs = zip(table.lines, rows_of(table), strict=True)
    return tuple(finding for line, row in pairs for finding in _line_findings(table, line, row))


def check_claims() -> tuple[Finding, ...]:
    """Set every figure of the slides' text beside the engine's, rounded to the digits that the slide gives."""
    return tuple(_claim_finding(claim) for claim in CLAIMS)


def findings() -> tuple[Finding, ...]:
    """Every figure: all tables, then the text."""
    return (*(finding for name in TABLES for finding in check(name)), *check_claims())


def wrong() -> tuple[Finding, ...]:
    """The figures that the slides get wrong, each with the right value and the reason."""
    return tuple(finding for finding in findings() if not finding.agrees)


def _line_findings(table: SlideTable, line: Line, row: Row) -> list[Finding]:
    """The shape and the figures of one line."""
    computed = in_slide_units(row)
    found = []
    shape = (*row.output_shape, 1, 1)[:3]
    for figure, slide, right in (("channels", line.channels, shape[0]), ("H / W", line.size_px, shape[1])):
        found.append(Finding(table.title, f"{line.layer}, {figure}", "", slide, right, right))
    for column, (figure, unit, digits) in _COLUMNS.items():
        slide_value: float | None = getattr(line, column)
        if slide_value is not None:
            value = computed[column]
            rounded = _to_digits(value, digits) if digits else float(floor(value + 0.5))
            right_value = rounded if rounded == slide_value else round(value, 1)
            reason = table.reasons.get(f"{line.layer} {column}", "")
            found.append(
                Finding(table.title, f"{line.layer}, {figure}", unit, slide_value, value, right_value, reason)
            )
    return found


def _claim_finding(claim: Claim) -> Finding:
    value = claim.compute()
    right = _to_digits(value, claim.digits or _digits(claim.slide))
    return Finding(claim.where, claim.figure, claim.unit, claim.slide, value, right, claim.reason)


def _digits(number: float) -> int:
    """How many digits of a number say something: 138 has three, 60 has one, 2.4 has two."""
    text = f"{number:.12g}"
    digits = text.replace(".", "").lstrip("0")
    return max(1, len(digits if "." in text else digits.rstrip("0")))


def _to_digits(value: float, digits: int) -> float:
    """Round to a number of digits that say something."""
    return round(value, digits - 1 - floor(log10(abs(value)))) if value else 0.0


_COLUMNS: Mapping[str, tuple[str, str, int]] = MappingProxyType(
    {
        "memory_kb": ("memory", "KiB", 0),
        "params_k": ("parameters", "k", 0),
        "flop_m": ("operations", "M", 0),
        "values_k": ("values", "k", 2),
        "params": ("parameters", "", 0),
    }
)
"""Each column of a slide: its name, its unit, and its digits (0: whole numbers)."""
