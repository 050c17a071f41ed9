"""What a building block is: its settings, its parts, its cost equations, what to look for, and what a slide says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import floor, log10
from typing import TYPE_CHECKING

from explorer.buildingblocks import expression
from explorer.buildingblocks.part import VALUE_BYTES, Layer, Part, layers

if TYPE_CHECKING:
    from torch import nn

CHANNELS = (
    1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 4096,
)  # fmt: skip
SIZES_PX = (1, 2, 4, 5, 6, 7, 8, 10, 12, 13, 14, 16, 20, 24, 27, 28, 32, 48, 56, 64, 96, 112, 128, 160, 224)
LADDERS = {"channels": CHANNELS, "size": SIZES_PX, "wide": (*CHANNELS[3:], 9216)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting: any whole number from low to high. ``ladder`` names the steps of its slider; "" is every number."""

    name: str
    symbol: str
    title: str
    low: int
    high: int
    default: int
    ladder: str = ""
    unit: str = ""
    step: int = 1

    @property
    def steps(self) -> tuple[int, ...]:
        """The numbers that the slider stops at; the default is always one of them."""
        if self.ladder:
            among = {n for n in LADDERS[self.ladder] if self.low <= n <= self.high}
            return tuple(sorted(among | {self.low, self.high, self.default}))
        return tuple(range(self.low, self.high + 1, self.step))

    def checked(self, number: object) -> int:
        """Raises: ValueError where this is no number the setting takes."""
        whole = isinstance(number, int) and not isinstance(number, bool)
        if not whole or not self.low <= number <= self.high or (number - self.low) % self.step:  # type: ignore[operator]
            odd = f" in steps of {self.step}" if self.step > 1 else ""
            raise ValueError(
                f"{self.title} must be a whole number from {self.low} to {self.high}{odd}, got {number!r}"
            )
        return int(number)  # type: ignore[call-overload, no-any-return]


@dataclass(frozen=True, slots=True)
class Rule:
    """A formula that must come to 0, and the sentence where it does not."""

    formula: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What a block costs on one picture."""

    weights: int
    biases: int
    norm_params: int
    macs: int
    output_bytes: int

    @property
    def params(self) -> int:
        return self.weights + self.biases + self.norm_params

    @classmethod
    def of(cls, found: tuple[Layer, ...]) -> Cost:
        return cls(
            sum(layer.weights for layer in found),
            sum(layer.biases for layer in found),
            sum(layer.norm_params for layer in found),
            sum(layer.macs for layer in found),
            VALUE_BYTES * sum(layer.values for layer in found),
        )


@dataclass(frozen=True, slots=True)
class Claim:
    """One printed figure, with its settings; ``where`` is a slide or a paper. ``figure`` is a field of `Cost`, of the
    block or of the plain alternative (``of``).

    ``value`` is in units of ``scale`` and has ``digits`` digits that say something; ``why`` explains a wrong one, or
    adds to a right one.
    """

    where: str
    says: str
    settings: tuple[tuple[str, int], ...]
    figure: str
    value: float
    scale: int = 1
    digits: int = 12
    of: str = "block"
    why: str = ""

    def agrees(self, right: int) -> bool:
        """Whether the slide's figure is the right one, rounded to the slide's digits."""
        scaled = right / self.scale
        return round(scaled, self.digits - 1 - floor(log10(scaled))) == self.value


@dataclass(frozen=True, slots=True)
class Note:
    """A statement on a slide without a figure: "right", "partly" or "wrong", and why."""

    where: str
    says: str
    verdict: str
    why: str


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer to predict, whether it is right, and why."""

    label: str
    why: str
    right: bool = False


@dataclass(frozen=True, slots=True)
class Plain:
    """What the block is compared with, on the same settings."""

    title: str
    parts: tuple[Part, ...]
    why: str


@dataclass(frozen=True)
class Block:
    """One building block. ``derived`` are formulas for further letters, in order, each (name, symbol, formula)."""

    name: str
    title: str
    group: str
    about: str
    look: str
    paper: str
    url: str
    parameters: tuple[Parameter, ...]
    parts: tuple[Part, ...]
    plain: Plain
    weights: str
    macs: str
    ask: str
    choices: tuple[Choice, ...]
    biases: str = "0"
    norms: str = "0"
    derived: tuple[tuple[str, str, str], ...] = ()
    rules: tuple[Rule, ...] = ()
    claims: tuple[Claim, ...] = ()
    notes: tuple[Note, ...] = ()
    presets: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    played: str = ""

    @cached_property
    def defaults(self) -> Mapping[str, int]:
        """The settings of the lecture, or of the paper."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def numbers(self, **given: int) -> dict[str, int]:
        """All settings and derived numbers. Raises: ValueError for an unknown, impossible or unfitting setting."""
        known = {parameter.name: parameter for parameter in self.parameters}
        for name in given:
            if name not in known:
                raise ValueError(f"{self.title} has no setting {name!r}; its settings are {', '.join(known)}")
        held = {name: known[name].checked(given.get(name, known[name].default)) for name in known}
        held.setdefault("h", 1)
        for name, _, formula in self.derived:
            held[name] = expression.value(formula, held)
        for rule in self.rules:
            if expression.value(rule.formula, held):
                raise ValueError(rule.sentence.format(**held))
        return held

    def layers(self, plain: bool = False, /, **given: int) -> tuple[Layer, ...]:
        """The block's layers with their numbers, the input first; with ``plain`` those of what it is compared with."""
        return layers(self.plain.parts if plain else self.parts, self.numbers(**given))

    def cost(self, plain: bool = False, /, **given: int) -> Cost:
        """Parameters, MACs and memory, summed over the layers."""
        return Cost.of(self.layers(plain, **given))

    def equation(self, figure: str, **given: int) -> str:
        """A cost equation with letters, with numbers, and what it comes to, for weights, biases, norms or macs.

        Raises: ValueError for another figure.
        """
        if figure not in ("weights", "biases", "norms", "macs"):
            raise ValueError(f"figure must be weights, biases, norms or macs, got {figure!r}")
        text: str = getattr(self, figure)
        numbers = self.numbers(**given)
        letters = expression.written(text, self.symbols)
        filled = expression.written(text, {name: str(number) for name, number in numbers.items()})
        return f"{letters} = {filled} = {expression.value(text, numbers):,}"

    @cached_property
    def symbols(self) -> Mapping[str, str]:
        """The letter of each setting and of each derived number."""
        own = {parameter.name: parameter.symbol for parameter in self.parameters}
        return own | {name: symbol for name, symbol, _ in self.derived}

    def make(self, plain: bool = False, device: str = "cpu", /, **given: int) -> nn.Module:
        """The block as a PyTorch module in evaluation mode, with fresh weights; with ``plain`` its alternative."""
        from explorer.buildingblocks.assembled import Assembled  # torch is loaded in the background

        return Assembled(self.layers(plain, **given), device).eval()

    def claimed(self, claim: Claim) -> int:
        """What a slide's figure should be."""
        found: int = getattr(self.cost(claim.of == "plain", **dict(claim.settings)), claim.figure)
        return found
